"""Intervals of means and of ratios of means, by resampling patients."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from aicovid.validation.arrays import Estimate, Floats, Names

RESAMPLES = 2000
SEED = 20261122
LEVEL = 0.95


def estimate(value: float, low: float | None = None, high: float | None = None) -> Estimate:
    """A figure with its interval, as the report has it.

    Parameters
    ----------
    value : float
    low, high : float, optional
        The ends. Where one of both is none or not finite, the figure has no interval.

    Returns
    -------
    dict
        value, and low and high where there is an interval.
    """
    if low is not None and high is not None and np.isfinite(low) and np.isfinite(high):
        return {"value": float(value), "low": float(low), "high": float(high)}
    return {"value": float(value)}


def resampled_weights(patients: Names) -> Iterator[Floats]:
    """How often each row counts in each resample: patients are drawn with replacement, and a patient's rows come together.

    Parameters
    ----------
    patients : [n]
        The patient of each row.

    Yields
    ------
    [r,n]
        Blocks of resamples, RESAMPLES in all; the same for the same patients.
    """
    generator = np.random.default_rng(SEED)
    names, patient_of_row = np.unique(patients, return_inverse=True)
    for start in range(0, RESAMPLES, 100):
        count = min(100, RESAMPLES - start)
        draws = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), size=count)
        yield draws[:, patient_of_row].astype(float)


def interval_of(statistic: Callable[[Floats], Floats], patients: Names) -> tuple[Floats, Floats, Floats]:
    """The value of a statistic and its percentile interval over resampled patients.

    Parameters
    ----------
    statistic : callable
        Maps weights [r,n] of the rows to results [r,k]; NaN where it has none.
    patients : [n]
        The patient of each row.

    Returns
    -------
    value, low, high : [k]
        The ends are percentiles over the resamples in which the statistic exists; NaN where it exists in fewer than 90 % of them.
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
