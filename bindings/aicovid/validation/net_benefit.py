"""Decision curves: net benefit = true positives / n - false positives / n x t / (1 - t).

Vickers and Elkin 2006, doi 10.1177/0272989X06295361. A probability equal to the threshold counts as above it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from aicovid.validation.bootstrap import estimate, interval_of

# Stated before any data were seen; the table of the report shows every fifth.
THRESHOLDS = np.round(np.arange(0.05, 0.601, 0.01), 2)


def gains(probability: npt.NDArray[Any], event: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """[N,T]: what each row adds to the net benefit at each threshold."""
    weight = THRESHOLDS / (1 - THRESHOLDS)
    added: npt.NDArray[Any] = (probability[:, None] >= THRESHOLDS) * np.where(event[:, None], 1.0, -weight)
    return added


def decision_curve(probability: npt.NDArray[Any], event: npt.NDArray[Any], patients: npt.NDArray[Any]) -> list[dict[str, Any]]:
    """At each threshold the net benefit, that of treating all, and what the model adds to the better of all and none."""
    of_model, of_all = gains(probability, event), gains(np.ones(len(event)), event)

    def statistic(weights: npt.NDArray[Any]) -> npt.NDArray[Any]:
        total = weights.sum(axis=1, keepdims=True)
        model, everyone = weights @ of_model / total, weights @ of_all / total
        return np.concatenate([model, everyone, model - np.maximum(everyone, 0)], axis=1)

    value, low, high = (part.reshape(3, -1) for part in interval_of(statistic, patients))
    return [{"threshold": float(threshold), "net_benefit": estimate(value[0, t], low[0, t], high[0, t]),
             "treat_all": float(value[1, t]), "gain": estimate(value[2, t], low[2, t], high[2, t])}
            for t, threshold in enumerate(THRESHOLDS)]  # fmt: skip


def difference(probability: npt.NDArray[Any], other: npt.NDArray[Any], event: npt.NDArray[Any], patients: npt.NDArray[Any]) -> list[dict[str, Any]]:
    """Net benefit of `probability` minus that of `other`, on the same rows."""
    gain = gains(probability, event) - gains(other, event)
    value, low, high = interval_of(lambda weights: weights @ gain / weights.sum(axis=1, keepdims=True), patients)
    return [{"threshold": float(threshold), "difference": estimate(value[t], low[t], high[t])}
            for t, threshold in enumerate(THRESHOLDS)]  # fmt: skip
