"""AUROC and differences of AUROCs, with intervals for rows that come in patients."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from aicovid.validation.bootstrap import LEVEL, estimate, interval_of

Z = norm.ppf((1 + LEVEL) / 2)


def placements(score: npt.NDArray[Any], positive: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """[N]: of a positive row the share of negatives below it, of a negative row the share of positives above it.

    Ties count half. The mean over positives, and over negatives, is the AUROC. (DeLong 1988, doi 10.2307/2531595)
    """
    ranks = rankdata(score)
    above, below = score[positive], score[~positive]
    result = np.empty(len(score))
    result[positive] = (ranks[positive] - rankdata(above)) / len(below)
    result[~positive] = 1 - (ranks[~positive] - rankdata(below)) / len(above)
    return result


def variance(components: npt.NDArray[Any], positive: npt.NDArray[Any], patients: npt.NDArray[Any]) -> float:
    """Variance of the mean of `components`, rows of one patient being dependent.

    Obuchowski 1997, doi 10.2307/2533958; with one row a patient it is DeLong's. For a difference of two AUROCs,
    `components` is the difference of their placements.
    """
    value = components[positive].mean()
    names, patient = np.unique(patients, return_inverse=True)
    centred = components - value

    def sums(rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        summed: npt.NDArray[Any] = np.bincount(patient[rows], weights=centred[rows], minlength=len(names)) / rows.sum()
        return summed

    of_positives, of_negatives = sums(positive), sums(~positive)

    def spread(rows: npt.NDArray[Any], total: npt.NDArray[Any]) -> float:
        clusters = len(np.unique(patient[rows]))
        return clusters / (clusters - 1) * float(total @ total) if clusters > 1 else np.nan

    both = 2 * len(names) / (len(names) - 1) * float(of_positives @ of_negatives)
    return spread(positive, of_positives) + spread(~positive, of_negatives) + both


def auroc(score: npt.NDArray[Any], positive: npt.NDArray[Any], patients: npt.NDArray[Any]) -> tuple[dict[str, Any], float]:
    """The AUROC with an interval on the logit scale, and the variance of its logit.

    Perfect separation, and its reverse, have no interval; the variance is then NaN.
    """
    components = placements(score, positive)
    value = components[positive].mean()
    if not 0 < value < 1:
        return estimate(value), np.nan
    of_logit = variance(components, positive, patients) / (value * (1 - value)) ** 2
    half = Z * np.sqrt(of_logit)
    return estimate(value, expit(logit(value) - half), expit(logit(value) + half)), float(of_logit)


def auroc_by_patient(score: npt.NDArray[Any], positive: npt.NDArray[Any], patients: npt.NDArray[Any]) -> dict[str, Any]:
    """The AUROC in which every patient weighs one, whatever the number of exams; interval by resampling patients."""
    _, patient, count = np.unique(patients, return_inverse=True, return_counts=True)
    share = 1 / count[patient]
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=np.nan) != 0)  # of runs of equal scores

    def statistic(weights: npt.NDArray[Any]) -> npt.NDArray[Any]:
        weighted = (weights * share)[:, order]
        above = np.add.reduceat(weighted * positive[order], starts, axis=1)
        below = np.add.reduceat(weighted * ~positive[order], starts, axis=1)
        pairs = above.sum(axis=1) * below.sum(axis=1)
        with np.errstate(invalid="ignore"):
            area: npt.NDArray[Any] = np.sum(above * (np.cumsum(below, axis=1) - below / 2), axis=1) / pairs
            return area[:, None]

    value, low, high = interval_of(statistic, patients)
    return estimate(value[0], low[0], high[0])


def difference(score: npt.NDArray[Any], other: npt.NDArray[Any], positive: npt.NDArray[Any], patients: npt.NDArray[Any]) -> dict[str, Any]:
    """AUROC of `score` minus that of `other`, on the same rows."""
    components = placements(score, positive) - placements(other, positive)
    value = components[positive].mean()
    half = Z * np.sqrt(max(0.0, variance(components, positive, patients)))
    return estimate(value, value - half, value + half)
