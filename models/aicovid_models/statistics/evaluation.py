"""Figures with 95 % intervals by bootstrap over patients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

RESAMPLES = 2000


def bootstrap(statistic: Callable[..., float], patients: list[str], *values: np.ndarray) -> dict:
    """The statistic of all rows, and its 2.5th and 97.5th percentile over resampled patients."""
    generator = np.random.default_rng(7)
    names = np.unique(patients)
    rows_of = {name: np.flatnonzero(np.asarray(patients) == name) for name in names}
    samples = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([rows_of[name] for name in generator.choice(names, len(names))])
        sample = statistic(*(value[rows] for value in values))
        if np.isfinite(sample):
            samples.append(sample)
    low, high = np.percentile(samples, [2.5, 97.5])
    return {"value": round(float(statistic(*values)), 3), "low": round(float(low), 3), "high": round(float(high), 3),
            "images": len(values[0]), "patients": len(names)}


def pearson(a: np.ndarray, b: np.ndarray) -> float:
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    from scipy.stats import rankdata

    return pearson(rankdata(a), rankdata(b))


def mean_absolute_error(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).mean())


def mean_difference(a: np.ndarray, b: np.ndarray) -> float:
    return float((a - b).mean())


def auroc(score: np.ndarray, positive: np.ndarray) -> float:
    positive = positive.astype(bool)
    if positive.all() or not positive.any():
        return float("nan")
    difference = score[positive][:, None] - score[~positive][None]
    return float(((difference > 0) + 0.5 * (difference == 0)).mean())
