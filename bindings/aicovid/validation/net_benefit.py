"""Decision curves: net benefit = true positives / n - false positives / n x t / (1 - t).

Vickers and Elkin 2006, doi 10.1177/0272989X06295361. A probability equal to the threshold counts as above it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from aicovid.validation.arrays import Flags, Floats, Names
from aicovid.validation.bootstrap import estimate, interval_of

# Stated before any data were seen; the table of the report shows every fifth.
THRESHOLDS = np.round(np.arange(0.05, 0.601, 0.01), 2)


def gains(probability: Floats, event: Flags) -> Floats:
    """What each row adds to the net benefit at each of the THRESHOLDS; the mean over rows is the net benefit.

    Parameters
    ----------
    probability : [n]
        Predictions, 0 to 1.
    event : [n]
        What happened.

    Returns
    -------
    [n,t]
    """
    weight = THRESHOLDS / (1 - THRESHOLDS)
    added: Floats = (probability[:, None] >= THRESHOLDS).astype(float) * np.where(event[:, None], 1.0, -weight)
    return added


def decision_curve(probability: Floats, event: Flags, patients: Names) -> list[dict[str, Any]]:
    """The net benefit at each of the THRESHOLDS, with intervals by resampling patients.

    Parameters
    ----------
    probability : [n]
        Predictions, 0 to 1.
    event : [n]
        What happened.
    patients : [n]
        The patient of each row.

    Returns
    -------
    list of dict
        threshold; net_benefit, with its interval; treat_all, the net benefit of treating all; gain, what the model adds to the
        better of treating all and none, with its interval. Net true positives a patient.
    """
    of_model, of_all = gains(probability, event), gains(np.ones(len(event)), event)

    def statistic(weights: Floats) -> Floats:
        total = weights.sum(axis=1, keepdims=True)
        model, everyone = weights @ of_model / total, weights @ of_all / total
        return np.concatenate([model, everyone, model - np.maximum(everyone, 0)], axis=1)

    value, low, high = (part.reshape(3, -1) for part in interval_of(statistic, patients))
    return [{"threshold": float(threshold), "net_benefit": estimate(value[0, t], low[0, t], high[0, t]),
             "treat_all": float(value[1, t]), "gain": estimate(value[2, t], low[2, t], high[2, t])}
            for t, threshold in enumerate(THRESHOLDS)]  # fmt: skip


def difference(probability: Floats, other: Floats, event: Flags, patients: Names) -> list[dict[str, Any]]:
    """The net benefit of `probability` minus that of `other`, on the same rows.

    Parameters
    ----------
    probability, other : [n]
        Predictions of two models, 0 to 1.
    event : [n]
        What happened.
    patients : [n]
        The patient of each row.

    Returns
    -------
    list of dict
        threshold, and the difference with its interval by resampling patients.
    """
    gain = gains(probability, event) - gains(other, event)
    value, low, high = interval_of(lambda weights: weights @ gain / weights.sum(axis=1, keepdims=True), patients)
    return [{"threshold": float(threshold), "difference": estimate(value[t], low[t], high[t])}
            for t, threshold in enumerate(THRESHOLDS)]  # fmt: skip
