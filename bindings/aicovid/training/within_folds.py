"""AUROC of held-out exams, each compared with those of its own fold alone.

Models of several folds differ, and against the exams that they are asked about: the more events a fold holds, the fewer its model learnt from.
Compared across folds, a column that knows nothing would come out below chance, and a model's gain over it too large.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from aicovid.validation.arrays import Estimate, Flags, Floats, Names
from aicovid.validation.bootstrap import estimate
from aicovid.validation.discrimination import Z, placements, variance

Folds = npt.NDArray[np.int64]


def auroc_within(score: Floats, event: Flags, patients: Names, folds: Folds) -> Estimate | None:
    """The mean over events of the share of the fold's other exams that score less, with an interval on the logit scale.

    Parameters
    ----------
    score : [n]
    event, patients : [n]
    folds : [n]
        Of each exam; a fold with events alone, or none, tells nothing and is left out.

    Returns
    -------
    dict or None
        None where no fold has both kinds.
    """
    components, used = _components(score, event, folds)
    if not used.any():
        return None
    value = float(components[used & event].mean())
    error = float(np.sqrt(variance(components[used], event[used], patients[used])))
    if not np.isfinite(error) or not 0 < value < 1:
        return estimate(value)
    half = float(Z) * error / (value * (1 - value))
    return estimate(value, float(expit(logit(value) - half)), float(expit(logit(value) + half)))


def difference_within(score: Floats, other: Floats, event: Flags, patients: Names, folds: Folds) -> Estimate | None:
    """The AUROC of `score` less that of `other`, of the same exams within the same folds."""
    (one, used), (two, _) = (_components(each, event, folds) for each in (score, other))
    if not used.any():
        return None
    components = one - two
    value = float(components[used & event].mean())
    error = float(np.sqrt(variance(components[used], event[used], patients[used])))
    return estimate(value, value - float(Z) * error, value + float(Z) * error) if np.isfinite(error) else estimate(value)


def _components(score: Floats, event: Flags, folds: Folds) -> tuple[Floats, Flags]:
    """Each exam's placement in its fold, and whether the fold has both kinds."""
    components, used = np.zeros(len(score)), np.zeros(len(score), dtype=bool)
    for fold in np.unique(folds):
        rows = folds == fold
        if event[rows].any() and not event[rows].all():
            components[rows] = placements(score[rows], event[rows])
            used |= rows
    return components, used
