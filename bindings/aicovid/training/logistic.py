"""Logistic regression with splines and indicators of missing values, in the form that a bundle holds it (docs/fusion.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from aicovid.errors import InvalidArgumentError
from aicovid.training.inputs import Input, Kind
from aicovid.validation.arrays import Flags, Floats

# Harrell, Regression Modeling Strategies, table 2.3: where knots stand.
_KNOTS = {3: (0.1, 0.5, 0.9), 4: (0.05, 0.35, 0.65, 0.95)}
# A share of missing values below this gives no indicator of its own.
_LEAST_MISSING = 0.05


@dataclass(frozen=True)
class Shape:
    """What is chosen of a model inside the folds.

    Attributes
    ----------
    penalty : float
        Half of it times the sum of squared coefficients, standardised, is added to the log loss; 0 for none.
    knots : int
        Of each number's spline: 0 for a straight line, 3 or 4.
    """

    penalty: float
    knots: int = 0


@dataclass(frozen=True)
class Term:
    """The part of one input, as fitted."""

    input: Input
    mean: float
    scale: float
    knots: tuple[float, ...]  # standardised
    replacement: float  # of a missing value
    has_indicator: bool
    lowest: float
    highest: float

    def columns(self, values: Floats) -> Floats:
        """[n, k]: the spline of the standardised value, and the indicator."""
        missing = np.isnan(values)
        z = (np.where(missing, self.replacement, values) - self.mean) / self.scale
        parts = [z, *(_spline(z, self.knots, j) for j in range(len(self.knots) - 2))]
        if self.has_indicator:
            parts.append(missing.astype(np.float64))
        return np.stack(parts, axis=1)


@dataclass(frozen=True)
class Logistic:
    """A fitted model.

    Attributes
    ----------
    terms : tuple of Term
    intercept : float
    coefficients : tuple of array
        Of each term's columns.
    """

    terms: tuple[Term, ...]
    intercept: float
    coefficients: tuple[Floats, ...]

    def logit(self, values: Floats) -> Floats:
        """[n] of values [n, k], NaN where missing."""
        total: Floats = np.full(len(values), self.intercept)
        for place, (term, weights) in enumerate(zip(self.terms, self.coefficients)):
            total = total + term.columns(values[:, place]) @ weights
        return total

    def to_json(self) -> dict[str, Any]:
        """The file of a bundle; knots in the value's unit."""
        terms = []
        for term, weights in zip(self.terms, self.coefficients):
            entry: dict[str, Any] = {"input": term.input.name, "mean": term.mean, "scale": term.scale}
            if term.knots:
                entry["knots"] = [term.mean + term.scale * knot for knot in term.knots]
            spline = len(weights) - int(term.has_indicator)
            entry["coefficients"] = [float(weight) for weight in weights[:spline]]
            if term.has_indicator:
                entry["missing"] = float(weights[-1])
            terms.append(entry)
        return {"intercept": self.intercept, "terms": terms}


def fit(inputs: Sequence[Input], values: Floats, event: Flags, shape: Shape) -> Logistic:
    """Fits a model; means, scales, knots and replacements come from these rows alone.

    Parameters
    ----------
    inputs : sequence of Input
    values : [n, k]
        NaN where missing.
    event : [n]
    shape : Shape

    Raises
    ------
    InvalidArgumentError
        Events of one kind, or an input that is everywhere missing.
    """
    if event.all() or not event.any():
        raise InvalidArgumentError("the exams to learn from all have the outcome, or none has it")
    terms = [term_of(one, values[:, place], shape.knots) for place, one in enumerate(inputs)]
    design = np.column_stack([term.columns(values[:, place]) for place, term in enumerate(terms)]) if terms else np.zeros((len(event), 0))
    weights = _maximise(design, event.astype(np.float64), shape.penalty)
    ends = np.cumsum([0, *(term.columns(np.zeros(1)).shape[1] for term in terms)])
    return Logistic(tuple(terms), float(weights[0]), tuple(weights[1 + start : 1 + end] for start, end in zip(ends, ends[1:])))


def covariance(model: Logistic, values: Floats) -> Floats:
    """[1 + k, 1 + k]: of the intercept and the coefficients of an unpenalised fit, from its information matrix."""
    design = np.column_stack([np.ones(len(values)), *(term.columns(values[:, place]) for place, term in enumerate(model.terms))])
    share = expit(model.logit(values))
    inverse: Floats = np.linalg.inv((design * (share * (1 - share))[:, None]).T @ design)
    return inverse


def term_of(one: Input, values: Floats, knots: int) -> Term:
    """The scale, the knots and the range of an input, from these values alone."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        raise InvalidArgumentError(f"the input {one.name} is missing in all exams to learn from")
    mean = float(known.mean())
    scale = float(known.std()) if one.kind in (Kind.NUMBER, Kind.FINDING) else 1.0
    scale = scale if scale > 1e-12 else 1.0
    places: tuple[float, ...] = ()
    if knots and one.kind in (Kind.NUMBER, Kind.FINDING):
        at = np.unique((np.quantile(known, _KNOTS[knots]) - mean) / scale)
        places = tuple(float(z) for z in at) if len(at) == knots else ()
    if one.kind not in (Kind.NUMBER, Kind.FINDING):
        mean_of_scale = 0.0
        return Term(one, mean_of_scale, 1.0, (), mean, float(np.isnan(values).mean()) >= _LEAST_MISSING, 0.0, 1.0)
    return Term(one, mean, scale, places, mean, float(np.isnan(values).mean()) >= _LEAST_MISSING, float(known.min()), float(known.max()))


def _spline(z: Floats, knots: Sequence[float], j: int) -> Floats:
    """Harrell's restricted cubic spline, section 2.4.5: beyond the ends it is a line."""

    def cubed(at: float) -> Floats:
        above: Floats = np.maximum(z - at, 0) ** 3
        return above

    last, before = knots[-1], knots[-2]
    result: Floats = (
        cubed(knots[j]) - cubed(before) * (last - knots[j]) / (last - before) + cubed(last) * (before - knots[j]) / (last - before)
    ) / (last - knots[0]) ** 2
    return result


def _maximise(design: Floats, event: Floats, penalty: float) -> Floats:
    columns = np.column_stack([np.ones(len(event)), design])
    ridge = np.full(columns.shape[1], penalty)
    ridge[0] = 0

    def loss(weights: Floats) -> tuple[float, Floats]:
        logit = columns @ weights
        value = float(np.logaddexp(0, logit).sum() - event @ logit + 0.5 * (ridge * weights**2).sum())
        gradient: Floats = columns.T @ (expit(logit) - event) + ridge * weights
        return value, gradient

    def curvature(weights: Floats) -> Floats:
        share = expit(columns @ weights)
        matrix: Floats = (columns * (share * (1 - share))[:, None]).T @ columns + np.diag(ridge)
        return matrix

    start = np.zeros(columns.shape[1])
    found = minimize(loss, start, jac=True, hess=curvature, method="trust-exact", options={"gtol": 1e-8})
    return np.asarray(found.x, dtype=np.float64)
