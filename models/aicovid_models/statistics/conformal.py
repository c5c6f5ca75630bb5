"""Intervals with a finite-sample correction, when a patient may have several images.

Every patient weighs one, shared by the patient's errors, and the patient to come stands beside them with an error that
may be anything: an end of the interval is the weighted quantile of the known patients' errors and of that one at
infinity. Sources: Vovk 2015 (cross-conformal predictors: errors of networks that did not learn from the patient); Lee,
Barber and Willett 2023, arXiv:2306.06342 (the quantile for repeated measurements of a group). For patients who come
from where these came from this covers at least the nominal share, if the errors of the folds' networks stand for those
of the network that is shipped.
"""

from __future__ import annotations

import numpy as np

LEVEL = 0.9


def _upper_end(errors: np.ndarray, weights: np.ndarray, level: float) -> float:
    order = np.argsort(errors, kind="stable")
    reached = np.cumsum(weights[order])
    place = int(np.searchsorted(reached, level - 1e-12))
    if place == len(errors):
        raise ValueError("too few patients for an interval of this level")
    return float(errors[order][place])


def interval_ends(label: np.ndarray, prediction: np.ndarray, patients: list[str]) -> dict:
    """Offsets {"low", "high"} of a central 90 % interval around a prediction.

    @param label, prediction  [n] or [n,k]: the k errors of an image share its weight
    """
    errors = np.asarray(label - prediction, float).reshape(len(patients), -1)
    _, patient, images = np.unique(np.asarray(patients), return_inverse=True, return_counts=True)
    weights = np.repeat(1 / ((len(images) + 1) * images[patient] * errors.shape[1]), errors.shape[1])
    level = (1 + LEVEL) / 2
    return {"low": round(-_upper_end(-errors.ravel(), weights, level), 4), "high": round(_upper_end(errors.ravel(), weights, level), 4)}


def held_out_coverage(label: np.ndarray, prediction: np.ndarray, folds: np.ndarray, patients: list[str]) -> float:
    """Share of labels inside the interval, whose ends come from the other folds' errors."""
    names, inside = np.asarray(patients), np.zeros(label.shape, bool)
    for fold in np.unique(folds):
        rest = folds != fold
        ends = interval_ends(label[rest], prediction[rest], list(names[rest]))
        error = label[~rest] - prediction[~rest]
        inside[~rest] = (error >= ends["low"]) & (error <= ends["high"])
    return float(inside.mean())
