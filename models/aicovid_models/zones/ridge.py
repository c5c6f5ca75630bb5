"""A ridge regression shared by the zones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Ridge:
    """zone score = intercept + weight . features, on features as pooled."""

    weight: np.ndarray  # [features]
    intercept: float
    mean: np.ndarray  # [features] of the training zones
    std: np.ndarray
    strength: float

    def stretched(self, scale: float, centre: float) -> Ridge:
        """With scores `scale` times as far from `centre`."""
        return replace(self, weight=scale * self.weight, intercept=centre + scale * (self.intercept - centre))

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """[...,features] -> [...] unclipped zone scores."""
        return features @ self.weight + self.intercept


def prepare_ridge(features: np.ndarray, zones: np.ndarray, weights: np.ndarray, changes: np.ndarray) -> Callable[[float], Ridge]:
    """features [n,f], scores [n], weights [n]: a row a zone; the penalty is on standardised features. Gives the fit of a
    strength: the sums over the rows are made once for all strengths.

    @param changes  [k,f]: what must not change an image's total, summed over its zones; what it changes, squared, is
                    part of the loss
    """
    x, share = features.astype(np.float64), weights / weights.sum()
    mean = share @ x
    std = np.sqrt(share @ (x - mean) ** 2) + 1e-6
    z, centre = (x - mean) / std, share @ zones
    weighted, changed = z * weights[:, None], changes / std
    products, targets = weighted.T @ z + changed.T @ changed, weighted.T @ (zones - centre)

    def fitted(strength: float) -> Ridge:
        weight = np.linalg.solve(products + strength * np.eye(len(targets)), targets) / std
        return Ridge(weight, float(centre - weight @ mean), mean, std, strength)

    return fitted
