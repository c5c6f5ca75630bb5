"""AUROC and differences of AUROCs, with intervals for rows that come in patients."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from aicovid.validation.arrays import Estimate, Flags, Floats, Names
from aicovid.validation.bootstrap import LEVEL, estimate, interval_of

Z = norm.ppf((1 + LEVEL) / 2)


def placements(score: Floats, positive: Flags) -> Floats:
    """Of a positive row the share of negatives below it, of a negative row the share of positives above it.

    Parameters
    ----------
    score : [n]
        Larger where the event is likelier.
    positive : [n]
        Whether it happened; some of both.

    Returns
    -------
    [n]
        0 to 1; ties count half. The mean over positives, and over negatives, is the AUROC.

    Notes
    -----
    DeLong et al. 1988, doi 10.2307/2531595.
    """
    ranks = rankdata(score)
    above, below = score[positive], score[~positive]
    result = np.empty(len(score))
    result[positive] = (ranks[positive] - rankdata(above)) / len(below)
    result[~positive] = 1 - (ranks[~positive] - rankdata(below)) / len(above)
    return result


def variance(components: Floats, positive: Flags, patients: Names) -> float:
    """The variance of an AUROC, or of a difference of two, rows of one patient being dependent.

    Parameters
    ----------
    components : [n]
        The placements of a score, or the difference of those of two.
    positive : [n]
        Whether the event happened; some of both.
    patients : [n]
        The patient of each row.

    Returns
    -------
    float
        NaN where the positives, or the negatives, are of a single patient. With one row a patient it is DeLong's.

    Notes
    -----
    Obuchowski 1997, doi 10.2307/2533958.
    """
    value = components[positive].mean()
    names, patient = np.unique(patients, return_inverse=True)
    centred = components - value

    def sums(rows: Flags) -> Floats:
        summed: Floats = np.bincount(patient[rows], weights=centred[rows], minlength=len(names)) / rows.sum()
        return summed

    of_positives, of_negatives = sums(positive), sums(~positive)

    def spread(rows: Flags, total: Floats) -> float:
        clusters = len(np.unique(patient[rows]))
        return clusters / (clusters - 1) * float(total @ total) if clusters > 1 else np.nan

    both = 2 * len(names) / (len(names) - 1) * float(of_positives @ of_negatives)
    return spread(positive, of_positives) + spread(~positive, of_negatives) + both


def auroc(score: Floats, positive: Flags, patients: Names) -> tuple[Estimate, float]:
    """The area under the receiver operating characteristic, with an interval on the logit scale.

    Parameters
    ----------
    score : [n]
        Larger where the event is likelier; no probability is needed.
    positive : [n]
        Whether it happened; some of both.
    patients : [n]
        The patient of each row.

    Returns
    -------
    dict
        value, 0 to 1, and low and high. Perfect separation, and its reverse, have no interval.
    float
        The variance of the area's logit; NaN without an interval.
    """
    components = placements(score, positive)
    value = components[positive].mean()
    if not 0 < value < 1:
        return estimate(value), np.nan
    of_logit = variance(components, positive, patients) / (value * (1 - value)) ** 2
    half = Z * np.sqrt(of_logit)
    return estimate(value, expit(logit(value) - half), expit(logit(value) + half)), float(of_logit)


def auroc_by_patient(score: Floats, positive: Flags, patients: Names) -> Estimate:
    """The AUROC in which every patient weighs one, whatever the number of exams, with an interval by resampling patients.

    Parameters
    ----------
    score, positive, patients : [n]
        As for `auroc`.

    Returns
    -------
    dict
        value, 0 to 1, and low and high where enough resamples have events of both kinds.
    """
    _, patient, count = np.unique(patients, return_inverse=True, return_counts=True)
    share = 1 / count[patient]
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=np.nan) != 0)  # of runs of equal scores

    def statistic(weights: Floats) -> Floats:
        weighted = (weights * share)[:, order]
        above = np.add.reduceat(weighted * positive[order], starts, axis=1)
        below = np.add.reduceat(weighted * ~positive[order], starts, axis=1)
        pairs = above.sum(axis=1) * below.sum(axis=1)
        with np.errstate(invalid="ignore"):
            area: Floats = np.sum(above * (np.cumsum(below, axis=1) - below / 2), axis=1) / pairs
            return area[:, None]

    value, low, high = interval_of(statistic, patients)
    return estimate(value[0], low[0], high[0])


def difference(score: Floats, other: Floats, positive: Flags, patients: Names) -> Estimate:
    """The AUROC of `score` minus that of `other`, on the same rows.

    Parameters
    ----------
    score, other : [n]
        Larger where the event is likelier.
    positive : [n]
        Whether it happened; some of both.
    patients : [n]
        The patient of each row.

    Returns
    -------
    dict
        value, -1 to 1, and low and high of the normal approximation.
    """
    components = placements(score, positive) - placements(other, positive)
    value = components[positive].mean()
    half = Z * np.sqrt(max(0.0, variance(components, positive, patients)))
    return estimate(value, value - half, value + half)
