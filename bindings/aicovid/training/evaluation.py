"""How good a model is on patients that it did not learn from: everything that is chosen is chosen inside the folds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from scipy.special import expit

from aicovid.errors import InvalidArgumentError
from aicovid.training.folds import patient_folds
from aicovid.training.inputs import Input, Kind
from aicovid.training.logistic import Logistic, Shape, fit
from aicovid.training.trees import Trees, TreeShape, fit_trees
from aicovid.training.within_folds import Folds, auroc_within, difference_within
from aicovid.validation.arrays import Estimate, Flags, Floats, Names
from aicovid.validation.bootstrap import estimate
from aicovid.validation.calibration import calibration
from aicovid.validation.discrimination import auroc
from aicovid.validation.net_benefit import decision_curve

#: What is tried: chosen inside each fold by the log loss of inner folds.
SHAPES: tuple[Shape | TreeShape, ...] = tuple(Shape(penalty, knots) for knots in (0, 3, 4) for penalty in (0.3, 3.0, 30.0))
TREE_SHAPES: tuple[Shape | TreeShape, ...] = tuple(TreeShape(depth, rounds) for depth in (1, 2, 3) for rounds in (30, 100))
INNER_FOLDS = 5


class Learner(Enum):
    """What may be learnt."""

    LOGISTIC = "logistic"
    XGBOOST = "xgboost"
    EITHER = "either"  #: what has the least log loss on inner folds

    @property
    def shapes(self) -> tuple[Shape | TreeShape, ...]:
        """What is chosen from."""
        return {Learner.LOGISTIC: SHAPES, Learner.XGBOOST: TREE_SHAPES, Learner.EITHER: SHAPES + TREE_SHAPES}[self]


# Fewer patients with the outcome than this for a column of a spline: straight lines.
_EVENTS_A_COLUMN = 10
# Fewer patients of either kind give no figure.
_FEWEST = 5


@dataclass(frozen=True)
class Material:
    """The exams of a question.

    Attributes
    ----------
    inputs : tuple of Input
    values : [n, k]
        NaN where missing.
    event : [n]
    patients, sites : [n]
    """

    inputs: tuple[Input, ...]
    values: Floats
    event: Flags
    patients: Names
    sites: Names

    def rows(self, keep: Flags) -> Material:
        """Some of the exams."""
        return Material(self.inputs, self.values[keep], self.event[keep], self.patients[keep], self.sites[keep])

    def of(self, names: Sequence[str]) -> Material:
        """With some of the inputs."""
        places = [place for place, one in enumerate(self.inputs) if one.name in names]
        return Material(tuple(self.inputs[place] for place in places), self.values[:, places], self.event, self.patients, self.sites)


@dataclass(frozen=True)
class Calibrated:
    """A model, and the line that maps its logit to a calibrated one, fitted on exams that it did not learn from."""

    model: Logistic | Trees
    shape: Shape | TreeShape
    slope: float
    intercept: float

    def probability(self, values: Floats) -> Floats:
        """[n] of values [n, k]."""
        share: Floats = expit(self.intercept + self.slope * self.model.logit(values))
        return share


def choose(material: Material, seed: int, shapes: Sequence[Shape | TreeShape] = SHAPES) -> tuple[Shape | TreeShape, Floats]:
    """The shape with the least log loss on held-out inner folds, and the logits that it gives there [n]."""
    columns = len(material.inputs)
    with_event = min(len(set(material.patients[material.event])), len(set(material.patients[~material.event])))
    possible = [shape for shape in shapes if isinstance(shape, TreeShape) or shape.knots == 0
                or with_event >= _EVENTS_A_COLUMN * columns * (shape.knots - 1)]  # fmt: skip
    folds = list(patient_folds(material.patients, material.event, INNER_FOLDS, seed))
    best: tuple[float, Shape | TreeShape, Floats] | None = None
    for shape in possible or list(shapes[:1]):
        logit = np.empty(len(material.event))
        for learn, held in folds:
            logit[held] = _fitted(material.rows(learn), shape).logit(material.values[held])
        loss = float(np.mean(np.logaddexp(0, logit) - material.event * logit))
        if best is None or loss < best[0]:
            best = (loss, shape, logit)
    assert best is not None
    return best[1], best[2]


def train(material: Material, seed: int, shapes: Sequence[Shape | TreeShape] = SHAPES) -> Calibrated:
    """Chooses, fits on all of the exams, and calibrates by the logits of the inner folds."""
    shape, logit = choose(material, seed, shapes)
    slope, intercept = line_of(logit, material.event)
    return Calibrated(_fitted(material, shape), shape, slope, intercept)


@dataclass(frozen=True)
class HeldOut:
    """What models say of exams of patients that they did not learn from; NaN for exams of no fold.

    Attributes
    ----------
    probability : [n]
    folds : [n] or None
        Which model was asked; exams are compared with those of the same one (within_folds.py). None where all were asked of one model, or
        where a group has too few exams of a fold.
    """

    probability: Floats
    folds: Folds | None = None


def held_out(material: Material, folds: Iterable[tuple[Flags, Flags]], seed: int, shapes: Sequence[Shape | TreeShape] = SHAPES) -> HeldOut:
    """Trains a model for each fold, and asks it for the others' exams."""
    probability, of_fold = np.full(len(material.event), np.nan), np.full(len(material.event), -1)
    for number, (learn, held) in enumerate(folds):
        probability[held] = train(material.rows(learn), seed, shapes).probability(material.values[held])
        of_fold[held] = number
    return HeldOut(probability, of_fold)


def line_of(logit: Floats, event: Flags) -> tuple[float, float]:
    """(slope, intercept) of the outcome's logit on this one (Platt 1999); the identity where the slope is not above 0."""
    line = best_line(logit, event)
    return line if 0 < line[0] < 20 else (1.0, 0.0)


def best_line(logit: Floats, event: Flags) -> tuple[float, float]:
    """(slope, intercept) with the least log loss, whatever they are."""
    model = fit([Input("logit", Kind.NUMBER)], logit[:, None], event, Shape(0.0))
    term, weight = model.terms[0], float(model.coefficients[0][0])
    slope = weight / term.scale
    return slope, model.intercept - slope * term.mean


def figures(found: HeldOut, event: Flags, patients: Names) -> dict[str, Any]:
    """AUROC, calibration and net benefit with 95 % intervals by patient; counts alone where there are too few."""
    known = ~np.isnan(found.probability)
    share, happened, of = found.probability[known], event[known], patients[known]
    counts = {"exams": int(known.sum()), "events": int(happened.sum()), "patients_with": len(set(of[happened])), "patients_without": len(set(of[~happened]))}
    if min(counts["patients_with"], counts["patients_without"]) < _FEWEST:
        return counts
    area = auroc(share, happened, of)[0] if found.folds is None else auroc_within(share, happened, of, found.folds[known])
    if area is None:
        return counts
    return counts | {"auroc": area, "calibration": calibration(share, happened, of)[0], "decision_curve": decision_curve(share, happened, of)}


def gain_over(one: HeldOut, control: HeldOut, event: Flags, patients: Names) -> Estimate:
    """The AUROC within folds of a model less that of a control, which was held out in the same folds."""
    known = ~np.isnan(one.probability) & ~np.isnan(control.probability)
    assert one.folds is not None
    gain = difference_within(one.probability[known], control.probability[known], event[known], patients[known], one.folds[known])
    return estimate(0.0) if gain is None else gain


def group_figures(held: HeldOut, event: Flags, patients: Names, groups: Names) -> dict[str, dict[str, Any]]:
    """Counts and AUROC of each group."""
    found = {}
    for group in np.unique(groups):
        rows = groups == group
        one = figures(HeldOut(held.probability[rows]), event[rows], patients[rows])
        found[str(group)] = {name: value for name, value in one.items() if name not in ("calibration", "decision_curve")}
    return found


def _fitted(material: Material, shape: Shape | TreeShape) -> Logistic | Trees:
    if isinstance(shape, TreeShape):
        return fit_trees(material.inputs, material.values, material.event, shape)
    try:
        return fit(material.inputs, material.values, material.event, shape)
    except np.linalg.LinAlgError:
        raise InvalidArgumentError("the inputs have no solution: one is a combination of others") from None
