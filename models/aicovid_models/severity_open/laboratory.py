"""Chooses the penalty of the open severity index by laboratory values: does the index of an image follow its patient's blood?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from aicovid_models.radiographs.intensive_care import LABS, patient_weights
from aicovid_models.severity_open.material import Hospital
from aicovid_models.severity_open.weak_labels import fits, index, weighted_moments

# The simplest first; infinity is the difference of means.
PENALTIES = [np.inf, *np.geomspace(1e6, 10, 16)]
# What rises as the disease gets worse; lymphocytes fall.
WORSE = {"crp": 1, "ldh": 1, "lymphocytes": -1}
RESAMPLES, SEED = 1000, 20200412


def held_out(hospital: Hospital, penalties: list[float]) -> np.ndarray:
    """[penalties,n] of every image: index by a fit that did not see the patient, standardised over what that fit saw."""
    result = np.zeros((len(penalties), len(hospital.images)))
    patients = np.array([image.row.patient for image in hospital.images])
    for patient in np.unique(patients):
        seen = hospital.learnt[np.flatnonzero(hospital.patients != patient)]
        fit, here = fits(seen), patients == patient
        for i, penalty in enumerate(penalties):
            fitted = fit(penalty)
            centre, spread = weighted_moments(index(fitted, seen.features), seen.weights)
            result[i, here] = (index(fitted, hospital.features[here]) - centre) / spread
    return result


def weighted_rho(a: np.ndarray, b: np.ndarray, weights: np.ndarray) -> float:
    """Pearson's correlation of the ranks, with weights; NaN where one does not vary."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    a, b, share = rankdata(a), rankdata(b), weights / weights.sum()
    a, b = a - share @ a, b - share @ b
    return float(share @ (a * b) / np.sqrt((share @ a**2) * (share @ b**2)))


@dataclass(frozen=True)
class Laboratory:
    """Of all images of the hospital."""

    values: dict[str, np.ndarray]  # [n] of WORSE, the higher the worse; NaN where there is none
    ap: np.ndarray  # [n] bool
    patients: np.ndarray  # [n]

    def groups(self) -> list[tuple[str, str, np.ndarray]]:
        """Value, view, and its images."""
        return [(name, view, np.flatnonzero((self.ap == (view == "AP")) & ~np.isnan(values)))
                for name, values in self.values.items() for view in ("PA", "AP")]

    def counts(self) -> dict[str, dict]:
        return {f"{name} {view}": {"images": len(rows), "patients": len(set(self.patients[rows]))} for name, view, rows in self.groups()}

    def rhos(self, scores: np.ndarray, rows: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """[6] rho of each group, and its patients. `rows`: a sample of the images, some of them several times."""
        found, counts = [], []
        for name, _, mine in self.groups():
            chosen = mine if rows is None else rows[np.isin(rows, mine)]
            patients = self.patients[chosen]
            found.append(weighted_rho(scores[chosen], self.values[name][chosen], patient_weights(list(patients))) if len(chosen) > 2 else np.nan)
            counts.append(len(set(patients)))
        return np.array(found), np.array(counts)

    def measure(self, scores: np.ndarray, rows: np.ndarray | None = None) -> float:
        """The mean rho, weighted by patients."""
        found, counts = self.rhos(scores, rows)
        known = np.isfinite(found)
        return float(np.average(found[known], weights=counts[known]))

    def draws(self) -> list[np.ndarray]:
        """Images of resampled patients."""
        generator = np.random.default_rng(SEED)
        tested = np.unique(np.concatenate([rows for _, _, rows in self.groups()]))
        rows_of = [tested[self.patients[tested] == name] for name in np.unique(self.patients[tested])]
        return [np.concatenate([rows_of[i] for i in generator.integers(len(rows_of), size=len(rows_of))]) for _ in range(RESAMPLES)]


def laboratory(hospital: Hospital) -> Laboratory:
    labs = np.array([image.labs for image in hospital.images])
    return Laboratory({name: sign * labs[:, list(LABS).index(name)] for name, sign in WORSE.items()}, np.array([image.ap for image in hospital.images]),
                      np.array([image.row.patient for image in hospital.images]))


@dataclass(frozen=True)
class Choice:
    penalty: float  # infinity: the difference of means
    measures: dict[float, float]  # of each penalty
    by_group: dict[str, float]  # of the chosen one
    best: dict  # penalty, and its measure with standard error and 95 % interval
    tells: bool  # that interval is above 0


def choose(labs: Laboratory, penalties: list[float], scores: np.ndarray) -> Choice:
    """@param scores  [penalties,n]

    The first (simplest) penalty whose measure is within one standard error of the best; the first of all where the best's
    interval includes 0."""
    measures = [labs.measure(score) for score in scores]
    best = int(np.argmax(measures))
    drawn = [labs.measure(scores[best], rows) for rows in labs.draws()]
    error, (low, high) = float(np.std(drawn)), np.percentile(drawn, [2.5, 97.5])
    tells = bool(low > 0)
    chosen = next(i for i, measure in enumerate(measures) if measure >= measures[best] - error) if tells else 0
    rhos, _ = labs.rhos(scores[chosen])
    return Choice(penalties[chosen], dict(zip(penalties, measures, strict=True)),
                  {f"{name} {view}": float(rho) for (name, view, _), rho in zip(labs.groups(), rhos, strict=True)},
                  {"penalty": penalties[best], "value": measures[best], "standard_error": error, "low": float(low), "high": float(high)}, tells)
