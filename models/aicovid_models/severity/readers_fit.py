"""Zone scores taught by readers: a linear score of the zone features, with equalities, bounds and readers' steps as observations.

One shared linear score u of a zone's features, as the ridge of 1.3.0 has it, fitted by Newton's method to one of two losses:

- "squares": (u - label)^2; a bound costs (u - bound)^2 on its wrong side alone;
- "steps": for each of the three steps of the Brixia score the cross-entropy of sigmoid(u - threshold) with the share of readers who gave
  at least that step; the zone's score is the sum of the three probabilities. What is known of some steps alone leaves the others out.

Either is followed by a map from the raw score to points, fitted on inner held-out scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

STEPS = 3
# From nothing, and from the fit of another strength.
ITERATIONS, STEP_ITERATIONS = (4, 2), (7, 4)


@dataclass(frozen=True)
class Observations:
    """A row a zone. Rows of value NaN say nothing of that step (or, for squares, nothing at all)."""

    features: np.ndarray  # [n,f]
    value: np.ndarray  # [n] points
    side: np.ndarray  # [n] 0 equal, 1 at most, -1 at least
    steps: np.ndarray  # [n,3] share of readers with at least 1, 2, 3 points; NaN where unknown
    weight: np.ndarray  # [n]

    def __getitem__(self, rows: np.ndarray) -> Observations:
        return Observations(self.features[rows], self.value[rows], self.side[rows], self.steps[rows], self.weight[rows])


def joined(parts: list[Observations]) -> Observations:
    return Observations(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("features", "value", "side", "steps", "weight")))


def steps_of(points: np.ndarray) -> np.ndarray:
    """[...] points -> [...,3]: 1 for each step that is reached; a part of a point reaches its step in part."""
    return np.clip(points[..., None] - np.arange(STEPS), 0, 1)


@dataclass(frozen=True)
class Linear:
    """u = features @ weight + intercept, and for "steps" the thresholds of u."""

    weight: np.ndarray
    intercept: float
    mean: np.ndarray
    std: np.ndarray
    thresholds: np.ndarray | None

    def raw(self, features: np.ndarray) -> np.ndarray:
        """[...,f] -> [...]; of a zone without lung the training zones' mean."""
        known = np.isfinite(features).all(-1, keepdims=True)
        return np.where(known, features, self.mean) @ self.weight + self.intercept


def _gram(z: np.ndarray, weight: np.ndarray) -> np.ndarray:
    rooted = z * np.sqrt(weight)[:, None].astype(np.float32)
    return (rooted.T @ rooted).astype(float)


class Fit:
    """The fits of one set of observations for several strengths: standardised once."""

    def __init__(self, seen: Observations, changes: np.ndarray, constancy: float, loss: str, level: np.ndarray | None = None) -> None:
        """@param changes  [k,f] what must not change an image's total, summed over its zones
        @param level    [n] 1 for rows that have a level of their own, which the result leaves out"""
        self.levelled = level is not None
        if self.levelled:
            seen = Observations(np.concatenate([seen.features, level[:, None]], 1), seen.value, seen.side, seen.steps, seen.weight)
            changes = np.concatenate([changes, np.zeros((len(changes), 1))], 1)
        share = seen.weight / seen.weight.sum()
        self.mean = share @ seen.features
        self.std = np.sqrt(share @ (seen.features - self.mean) ** 2) + 1e-6
        self.z = ((seen.features - self.mean) / self.std).astype(np.float32)
        changed = (changes / self.std).astype(np.float32)
        self.constant = constancy * (changed.T @ changed).astype(float)
        self.seen, self.loss = seen, loss

    def __call__(self, strength: float, start: Linear | None = None) -> Linear:
        found = (self._squares if self.loss == "squares" else self._steps)(strength, None if self.levelled else start)
        if self.levelled:
            found = Linear(found.weight[:-1], found.intercept, found.mean[:-1], found.std[:-1], found.thresholds)
        return found

    def _squares(self, strength: float, start: Linear | None) -> Linear:
        seen, count = self.seen, self.z.shape[1]
        weight, intercept = np.zeros(count), 1.0
        if start is not None:
            weight = start.weight * self.std
            intercept = start.intercept + start.weight @ self.mean
        for _ in range(ITERATIONS[start is not None] if (seen.side != 0).any() else 1):
            u = self.z @ weight.astype(np.float32) + intercept
            active = ((seen.side == 0) | (seen.side * (u - seen.value) > 0)) & np.isfinite(seen.value)
            z, y, w = self.z[active], seen.value[active], seen.weight[active]
            # The intercept has no penalty.
            middle, centre = (w @ z) / w.sum(), (w @ y) / w.sum()
            gram = _gram(z, w) - w.sum() * np.outer(middle, middle)
            right = ((w * (y - centre)) @ z).astype(float)
            weight = np.linalg.solve(gram + self.constant + strength * np.eye(count), right)
            intercept = float(centre - middle @ weight)
        return Linear(weight / self.std, float(intercept - self.mean @ (weight / self.std)), self.mean, self.std, None)

    def _steps(self, strength: float, start: Linear | None) -> Linear:
        seen, (_, count) = self.seen, self.z.shape
        known = np.isfinite(seen.steps)
        target, weight_of = np.nan_to_num(seen.steps), seen.weight[:, None] * known
        weight, thresholds = np.zeros(count), np.array([0.0, 1.0, 2.0])
        if start is not None:
            weight = start.weight * self.std
            thresholds = start.thresholds - start.intercept - start.weight @ self.mean
        for _ in range(STEP_ITERATIONS[start is not None]):
            u = (self.z @ weight.astype(np.float32))[:, None] - thresholds
            p = 1 / (1 + np.exp(-u))
            slope, curve = weight_of * (p - target), weight_of * np.maximum(p * (1 - p), 1e-4)
            gradient = np.concatenate([self.z.T @ slope.sum(1).astype(np.float32) + self.constant @ weight + strength * weight, -slope.sum(0)])
            gram = _gram(self.z, curve.sum(1)) + self.constant + strength * np.eye(count)
            cross = -(self.z.T @ curve.astype(np.float32))
            hessian = np.block([[gram, cross], [cross.T, np.diag(curve.sum(0))]])
            move = np.linalg.solve(hessian, gradient)
            # Newton's steps are cut where the curve is flat.
            move *= min(1.0, 3.0 / max(np.abs(move[count:]).max(), 1e-9))
            weight, thresholds = weight - move[:count], thresholds - move[count:]
        raw = weight / self.std
        return Linear(raw, -float(self.mean @ raw), self.mean, self.std, thresholds)


@dataclass(frozen=True)
class Stretch:
    """Points as 1.3.0 has them: spread around their mean, cut off at 0 and 3."""

    scale: float
    centre: float

    def __call__(self, raw: np.ndarray) -> np.ndarray:
        return (self.centre + self.scale * (raw - self.centre)).clip(0, 3)


@dataclass(frozen=True)
class Ordinal:
    """Expected points of a raw score: sum over the steps of sigmoid(slope * raw + context * mean - threshold), a threshold set a zone
    or one for all; the mean is that of the image's six raw scores.

    Errors of an image's zones go together: without the context the points of each zone are calibrated, and their total spreads too little.
    """

    slope: float
    context: float
    thresholds: np.ndarray  # [6,3] or [1,3]

    def __call__(self, raw: np.ndarray) -> np.ndarray:
        u = (self.slope * raw + self.context * raw.mean(-1, keepdims=True))[..., None] - self.thresholds
        return (1 / (1 + np.exp(-u))).sum(-1)


def fit_ordinal(raw: np.ndarray, steps: np.ndarray, weight: np.ndarray, by_zone: bool, context: bool) -> Ordinal:
    """@param raw     [n,6] held out
    @param steps   [n,6,3], NaN where unknown
    @param weight  [n]
    """
    known = np.isfinite(steps)
    target, weights = np.nan_to_num(steps), weight[:, None, None] * known
    zones, mean = 6 if by_zone else 1, raw.mean(1, keepdims=True)

    def unpack(theta: np.ndarray) -> tuple[float, float, np.ndarray]:
        base = theta[2] + np.concatenate([[0], np.cumsum(np.exp(theta[3:5]))])
        shift = theta[5:11, None] if by_zone else np.zeros((1, 1))
        return float(np.exp(theta[0])), float(theta[1]) if context else 0.0, base[None] + shift

    def cost(theta: np.ndarray) -> float:
        slope, beside, thresholds = unpack(theta)
        u = (slope * raw + beside * mean)[..., None] - thresholds
        loss = np.logaddexp(0, u) - target * u
        return float((weights * loss).sum() / weights.sum() + (2e-3 * (theta[5:11] ** 2).sum() if by_zone else 0))

    start = np.concatenate([[np.log(1.0 / max(raw.std(), 1e-6)), 0.0], [0.5, 0.5, 0.5], np.zeros(6 if by_zone else 0)])
    slope, beside, thresholds = unpack(minimize(cost, start, method="L-BFGS-B").x)
    return Ordinal(slope, beside, np.broadcast_to(thresholds, (zones, STEPS)).copy())


@dataclass(frozen=True)
class Between:
    """The mean of both: at an end of the scale only in the limit, and nearer to it than expected points are."""

    stretch: Stretch
    ordinal: Ordinal

    def __call__(self, raw: np.ndarray) -> np.ndarray:
        return (self.stretch(raw) + self.ordinal(raw)) / 2


@dataclass(frozen=True)
class Model:
    linear: Linear
    points: Stretch | Ordinal | Between

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """[n,6,f] -> [n,6]"""
        return self.points(self.linear.raw(features))


