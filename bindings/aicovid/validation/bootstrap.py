"""Intervals of means and of ratios of means, by resampling patients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
SEED = 20261122
LEVEL = 0.95


def estimate(value: float, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """{"value", "low", "high"} of finite numbers; an interval that is none is left out."""
    result = {"value": float(value)}
    if low is not None and high is not None and np.isfinite(low) and np.isfinite(high):
        result |= {"low": float(low), "high": float(high)}
    return result


def resampled_weights(patients: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Blocks [r,N] of how often each row counts; a patient's rows come together. RESAMPLES rows in all."""
    generator = np.random.default_rng(SEED)
    names, patient_of_row = np.unique(patients, return_inverse=True)
    for start in range(0, RESAMPLES, 100):
        count = min(100, RESAMPLES - start)
        draws = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), size=count)
        yield draws[:, patient_of_row].astype(float)


def interval_of(statistic: Callable[[npt.NDArray[Any]], npt.NDArray[Any]], patients: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Value, low and high of `statistic`, which maps weights [r,N] to results [r,K]; NaN where it has none.

    The ends are percentiles over the resamples in which the statistic exists.
    """
    value = statistic(np.ones((1, len(patients))))[0]
    samples = np.concatenate([statistic(weights) for weights in resampled_weights(patients)])
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    for column in range(samples.shape[1]):
        finite = samples[np.isfinite(samples[:, column]), column]
        # In a tiny group most resamples may lack one class: then there is no interval.
        if len(finite) >= 0.9 * RESAMPLES:
            low[column], high[column] = np.percentile(finite, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return value, low, high
