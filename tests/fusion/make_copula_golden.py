"""Writes golden/copula.json: how far the independence of missing values moves the risk of 4C Deterioration.

The library integrates two missing values out as if they were independent. Here the same patients' risk is the mean
over a Gaussian copula of the two, with rho -.5, 0 and +.5, on a grid of equal shares of probability; the difference
to rho 0 is the bias of the assumption. The patients are those of the published score in all its range: every quantity at its
knots' percentiles, every flag, both sexes.

Usage: python tests/fusion/make_copula_golden.py  (no random numbers; needs NumPy and SciPy; prints the table of
docs/fusion.md)
"""

import itertools
import json
import pathlib

import numpy as np
from make_golden import FLAGS, INFILTRATES, PROBABILITIES, SPLINES, sigmoid, spline
from scipy.stats import norm

RHO = (-0.5, 0.5)
NODES = 200
KEPT = 40
PAIRS = list(itertools.combinations(("crp", "lymphocytes", "urea"), 2))


def effects(name, z):
    """What the missing value adds, at standard normal scores."""
    return spline(name, np.interp(norm.cdf(z), PROBABILITIES, np.array(SPLINES[name][1], float)))


def mean_risk(base, pair, rho):
    """[n] risks of patients whose other terms sum to base [n]."""
    nodes = norm.ppf((np.arange(NODES) + 0.5) / NODES)
    first, second = np.meshgrid(nodes, nodes, indexing="ij")
    correlated = rho * first + np.sqrt(1 - rho**2) * second
    shift = effects(pair[0], first.ravel()) + effects(pair[1], correlated.ravel())
    return np.array([sigmoid(b + shift).mean() for b in base])


def patients():
    """Every combination of the knots of the four quantities that are not missing in some pair, and of the flags."""
    for values in itertools.product(*(SPLINES[name][1] for name in ("age", "respiratory_rate", "spo2"))):
        for flags in itertools.product((False, True), repeat=2):
            yield {"age": values[0], "respiratory_rate": values[1], "spo2": min(values[2], 100), "male": flags[0],
                   "on_oxygen": flags[1], "nosocomial": False, "gcs_below_15": False}


def main():
    cases = []
    print("| missing | rho | mean bias | largest bias |\n|---|---|---|---|")
    for pair in PAIRS:
        other = next(name for name in ("crp", "lymphocytes", "urea") if name not in pair)
        group = [(p | {other: value}, infiltrates) for p in patients() for value in SPLINES[other][1]
                 for infiltrates in (False, True)]
        base = np.array([4.033 + sum(FLAGS[f] * p[f] for f in FLAGS) + INFILTRATES * infiltrates
                         + sum(spline(n, p[n])[0] for n in SPLINES if n not in pair) for p, infiltrates in group])
        independent = mean_risk(base, pair, 0)
        for rho in RHO:
            bias = independent - mean_risk(base, pair, rho)
            print(f"| {', '.join(pair)} | {rho:+.1f} | {bias.mean():+.4f} | {bias[np.abs(bias).argmax()]:+.4f} |")
            # Those with the largest bias, and every so-many-th of the rest.
            order = np.argsort(-np.abs(bias))
            for i in np.concatenate([order[:KEPT // 4], order[::len(order) // KEPT]]):
                patient, infiltrates = group[i]
                cases.append({"given": patient, "infiltrates": infiltrates, "missing": pair, "rho": rho,
                              "independent": round(float(independent[i]), 7),
                              "copula": round(float(independent[i] - bias[i]), 7)})
    target = pathlib.Path(__file__).parent / "golden" / "copula.json"
    target.write_text('{"patients": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]}\n")


if __name__ == "__main__":
    main()
