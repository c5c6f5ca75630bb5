"""Writes golden/deterioration.json: 200 random patients and their risk by 4C Deterioration, in NumPy.

Written apart from lib/fusion and lib/scores, in other ways where there are any: Harrell's basis as a matrix product, expectations by
Gauss-Legendre quadrature on each piece of the quantile function, percentiles from a dense sample of quantiles.

Usage: python tests/fusion/make_golden.py  (seed 20210402; needs NumPy alone)
"""

import json
import pathlib

import numpy as np

SEED = 20210402
PATIENTS = 200

SPLINES = {
    "age": ((0.0159, -0.0129, 0.1265), (38.5, 67.7, 81.1, 92.9), (18, 110)),
    "respiratory_rate": ((-0.0145, 0.5992, -1.078), (16, 19, 24, 37), (8, 60)),
    "spo2": ((-0.0707, -0.0248, 1.024), (84, 94, 96, 100), (60, 100)),
    "urea": ((0.0508, 0.4446, -1.035), (2.9, 5.7, 9.2, 25.5), (0, 60)),
    "crp": ((0.0097, -0.0395, 0.0588), (5, 45, 113, 297), (0, 500)),
    "lymphocytes": ((-0.4564, 0.7309, -0.8113), (0.3, 0.7, 1.1, 2.4), (0.05, 6)),
}
FLAGS = {"male": 0.2439, "nosocomial": 0.2690, "on_oxygen": 0.7450, "gcs_below_15": 0.6028}
INFILTRATES = 0.3252
PROBABILITIES = np.array([0.05, 0.35, 0.65, 0.95])


def spline(name, x):
    """[n] values -> [n] effects."""
    coefficients, knots, _ = SPLINES[name]
    x = np.atleast_1d(np.asarray(x, float))
    t = np.array(knots, float)
    cubes = np.maximum(x[:, None] - t, 0) ** 3
    span = t[3] - t[2]
    weights = np.zeros((4, 2))
    for j in range(2):
        weights[j, j] = 1
        weights[2, j] = -(t[3] - t[j]) / span
        weights[3, j] = (t[2] - t[j]) / span
    basis = np.column_stack([x, cubes @ weights / (t[3] - t[0]) ** 2])
    return basis @ np.array(coefficients)


def sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))


def quadrature(name):
    """Nodes' effects and weights of a missing value."""
    values = np.array(SPLINES[name][1], float)
    node, weight = np.polynomial.legendre.leggauss(24)
    at = [values[:1], values[-1:]]
    share = [PROBABILITIES[:1], 1 - PROBABILITIES[-1:]]
    for i in range(3):
        at.append(values[i] + (values[i + 1] - values[i]) * (node + 1) / 2)
        share.append((PROBABILITIES[i + 1] - PROBABILITIES[i]) * weight / 2)
    return spline(name, np.concatenate(at)), np.concatenate(share)


def dense(name, count):
    u = (np.arange(count) + 0.5) / count
    return spline(name, np.interp(u, PROBABILITIES, np.array(SPLINES[name][1], float)))


def risk(patient, missing, site):
    given = [n for n in SPLINES if n not in missing]
    base = 4.033 + sum(FLAGS[f] * patient[f] for f in FLAGS)
    base += sum(spline(n, patient[n])[0] for n in given)
    q = patient["q"]

    shift, share = np.zeros(1), np.ones(1)
    for name in missing:
        effect, weight = quadrature(name)
        shift, share = np.add.outer(shift, effect).ravel(), np.outer(share, weight).ravel()
    p = [float(share @ sigmoid(site[0] + site[1] * (base + d + shift))) for d in (0, INFILTRATES)]

    sample = np.zeros(1)
    for name in missing:
        sample = np.add.outer(sample, dense(name, {1: 40000, 2: 700}[len(missing)])).ravel()
    both = np.concatenate([sample, sample + INFILTRATES])
    weight = np.concatenate([np.full(sample.size, (1 - q) / sample.size), np.full(sample.size, q / sample.size)])
    order = np.argsort(both)
    cumulative = np.cumsum(weight[order])
    ends = [both[order][np.searchsorted(cumulative, level - 1e-9)] for level in (0.05, 0.95)]
    low, high = (float(sigmoid(site[0] + site[1] * (base + e))) for e in ends)
    mean = q * p[1] + (1 - q) * p[0]
    return {"logit": float(base), "without": p[0], "with": p[1], "probability": mean,
            "low": min(low, mean), "high": max(high, mean)}


def main():
    rng = np.random.default_rng(SEED)
    patients = []
    for i in range(PATIENTS):
        patient = {n: round(float(rng.uniform(*SPLINES[n][2])), 2) for n in SPLINES}
        patient |= {f: bool(rng.random() < 0.5) for f in FLAGS}
        patient["q"] = round(float(rng.uniform(0.01, 0.99)), 3)
        missing = sorted(rng.choice(["urea", "crp", "lymphocytes"], size=i % 3, replace=False).tolist())
        site = [round(float(rng.uniform(-1, 1)), 2), round(float(rng.uniform(0.5, 1.5)), 2)] if i % 4 == 3 else [0, 1]
        expected = {k: round(v, 9) for k, v in risk(patient, missing, site).items()}
        patients.append({"given": patient, "missing": missing, "site": site, "expected": expected})
    target = pathlib.Path(__file__).parent / "golden" / "deterioration.json"
    lines = ",\n".join(json.dumps(p) for p in patients)
    target.write_text(f'{{"seed": {SEED}, "patients": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
