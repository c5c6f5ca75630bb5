"""The severity network: frozen features pooled in six lung zones, one ridge regression shared by the zones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from lungs import Encoder

SIZE = 320
CELLS = 20  # the attribution's raster
CHANNELS = (40, 80 + 112)  # of the maps at 1/8 (after block 4) and at 1/16 (after blocks 7 and 10)
DEEP = sum(CHANNELS)
SMOOTH = 17  # pixels, the side of the square that an outline is smoothed over


def smoothed(mask: torch.Tensor) -> torch.Tensor:
    """[1,2,320,320] of 0 and 1: each pixel as most of those around it, so that a notch in an outline that the lung network is unsure
    of does not come and go with a trifle elsewhere."""
    columns = F.avg_pool2d(mask, (SMOOTH, 1), stride=1, padding=(SMOOTH // 2, 0))
    return (F.avg_pool2d(columns, (1, SMOOTH), stride=1, padding=(0, SMOOTH // 2)) > 0.5).to(mask.dtype)


def lungs_alone(image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """[1,3,320,320] of three equal channels -> the same with middle grey outside the lungs, in a grey scale that the lungs set:
    1st and 99th percentile of their pixels become black and white. All grey without lungs.

    So whatever lies outside the mask cannot enter, as long as the plan clips no pixel of the lungs.
    """
    lungs = mask.amax(1, keepdim=True) > 0
    ordered = torch.where(lungs, image[:, :1], float("inf")).flatten().sort().values
    last = (lungs.sum() - 1).clamp_min(0)
    low, high = (ordered.index_select(0, torch.round(share * last).long().reshape(1)) for share in (0.01, 0.99))
    scaled = (2 * (image - low) / (high - low).clamp_min(1e-3) - 1).clamp(-1, 1)
    return torch.where(lungs, scaled, 0.0)


class ZoneFeatures(nn.Module):
    """Frozen ImageNet maps, averaged in the zones: of each channel the mean and the mean square.

    All features are averages over a zone, so that a linear model of them is the zone's average of a local score:
    that makes the attribution exact.
    """

    features = 2 * DEEP

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.register_buffer("rows", torch.arange(SIZE, dtype=torch.float32).reshape(1, 1, SIZE, 1))

    def zones(self, mask: torch.Tensor) -> torch.Tensor:
        """[1,2,320,320] -> [1,6,320,320]: each lung cut into thirds of its height."""
        occupied = mask.amax(3, keepdim=True) > 0
        top = torch.where(occupied, self.rows, torch.full_like(self.rows, float(SIZE))).amin(2, keepdim=True)
        bottom = torch.where(occupied, self.rows + 1, torch.zeros_like(self.rows)).amax(2, keepdim=True)
        third = torch.floor(3 * (self.rows + 0.5 - top) / (bottom - top).clamp_min(1)).clamp(0, 2)
        cut = [mask[:, lung : lung + 1] * (third[:, lung : lung + 1] == part).to(mask.dtype)
               for lung in range(2) for part in range(3)]
        return torch.cat(cut, 1)

    def weights(self, zones: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Each zone's weight of every position, [1,6,40,40] and [1,6,20,20]: sums to 1, or to 0 for an empty zone."""
        shares = F.avg_pool2d(zones, 8), F.avg_pool2d(zones, 16)
        eighth, sixteenth = (share / share.sum((2, 3), keepdim=True).clamp_min(1e-6) for share in shares)
        return eighth, sixteenth

    def maps(self, image: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Maps of the lungs alone and their squares at 1/8 [1,80,40,40] and at 1/16 [1,384,20,20]."""
        eighth, *both = self.encoder.late(self.encoder.early(lungs_alone(image, mask)))
        sixteenth = torch.cat(both, 1)
        return torch.cat([eighth, eighth * eighth], 1), torch.cat([sixteenth, sixteenth * sixteenth], 1)

    def pool(self, maps: tuple[torch.Tensor, torch.Tensor], weights: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """[6,features]: averages inside each zone; zeros for an empty one."""
        return torch.cat([weight.flatten(2)[0] @ local.flatten(2)[0].T for local, weight in zip(maps, weights, strict=True)], 1)

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """@param mask  smoothed"""
        return self.pool(self.maps(image, mask), self.weights(self.zones(mask)))


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


def fit_ridge(features: np.ndarray, zones: np.ndarray, weights: np.ndarray, strength: float, changes: np.ndarray) -> Ridge:
    """`prepare_ridge` for one strength."""
    return prepare_ridge(features, zones, weights, changes)(strength)


def embed(ridge: Ridge, features: np.ndarray) -> np.ndarray:
    """[n,6,features] -> [n,DEEP]: the channels' means, standardised, averaged over the zones; a zone without lung counts as 0."""
    standard = np.where(np.isfinite(features), (features - ridge.mean) / ridge.std, 0)
    means = np.concatenate([standard[..., : CHANNELS[0]], standard[..., 2 * CHANNELS[0] : 2 * CHANNELS[0] + CHANNELS[1]]], -1)
    return means.mean(1)


@dataclass(frozen=True)
class Distance:
    """How far an embedding lies from those of known chests: Mahalanobis, 1 being the root mean square of a normal distribution."""

    centre: np.ndarray  # [DEEP]
    whiten: np.ndarray  # [DEEP,DEEP]

    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        return np.sqrt((((embeddings - self.centre) @ self.whiten) ** 2).sum(-1))


def fit_distance(embeddings: np.ndarray) -> Distance:
    """The covariance is shrunk towards a multiple of the identity, as there are few images for so many numbers."""
    centre = embeddings.mean(0)
    covariance = np.cov(embeddings.T)
    covariance = 0.9 * covariance + 0.1 * np.trace(covariance) / DEEP * np.eye(DEEP)
    return Distance(centre, np.linalg.inv(np.linalg.cholesky(covariance)).T / np.sqrt(DEEP))


def fit_logistic(x: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of logit P(positive) = slope x + intercept, by maximum likelihood with Platt's targets."""
    n1, n0 = weights[positive].sum(), weights[~positive].sum()
    target = np.where(positive, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))
    design = np.stack([x, np.ones_like(x)], 1)
    theta = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ theta))
        hessian = design.T @ (design * (weights * p * (1 - p))[:, None]) + 1e-9 * np.eye(2)
        theta = theta + np.linalg.solve(hessian, design.T @ (weights * (target - p)))
    return float(theta[0]), float(theta[1])


class SeverityNet(nn.Module):
    """(image [1,3,320,320], mask [1,2,320,320]) -> zones [1,6], infiltrates_logit [1,1], embedding [1,232],
    attribution [1,1,20,20], distance [1,1].

    A zone without lung gets the mean score of the training zones (nothing is known of it) and no attribution.
    """

    def __init__(self, ridge: Ridge, infiltrates: tuple[float, float], distance: Distance) -> None:
        super().__init__()
        self.features = ZoneFeatures()
        constants = {"weight": ridge.weight[:, None], "intercept": [ridge.intercept], "mean": ridge.mean[None], "std": ridge.std[None],
                     "logistic": infiltrates, "centre": distance.centre[None], "whiten": distance.whiten}
        for name, values in constants.items():
            self.register_buffer(name, torch.tensor(np.asarray(values), dtype=torch.float32))

    def forward(self, image: torch.Tensor, mask: torch.Tensor):
        mask = smoothed(mask)
        zones = self.features.zones(mask)
        weights, maps = self.features.weights(zones), self.features.maps(image, mask)
        filled = zones.flatten(2).sum(2).reshape(6, 1) > 0
        pooled = torch.where(filled, self.features.pool(maps, weights), self.mean)
        raw = (pooled @ self.weight + self.intercept).reshape(1, 6)
        scores = raw.clamp(0, 3)
        logit = raw.sum(1, keepdim=True) * self.logistic[0] + self.logistic[1]
        standard = (pooled - self.mean) / self.std
        means = [standard[:, : CHANNELS[0]], standard[:, 2 * CHANNELS[0] : 2 * CHANNELS[0] + CHANNELS[1]]]
        embedding = torch.cat(means, 1).mean(0, keepdim=True)
        distance = (((embedding - self.centre) @ self.whiten) ** 2).sum(1, keepdim=True).sqrt()
        return scores, logit, embedding, self.attribution(maps, weights, scores), distance

    def attribution(self, maps: tuple[torch.Tensor, torch.Tensor], weights: tuple[torch.Tensor, torch.Tensor],
                    scores: torch.Tensor) -> torch.Tensor:
        """Each cell's part of the zones' averages; the constant term is spread evenly over a zone, negative parts are
        dropped, and the rest scaled to the zone's score."""
        beta = self.weight.reshape(1, -1, 1, 1)
        split = maps[0].shape[1]
        eighth = weights[0] * (maps[0] * beta[:, :split]).sum(1, keepdim=True)
        sixteenth = weights[1] * ((maps[1] * beta[:, split:]).sum(1, keepdim=True) + self.intercept)
        cells = (4 * F.avg_pool2d(eighth, 2) + sixteenth).clamp_min(0)
        cells = cells * (scores.reshape(1, 6, 1, 1) / cells.sum((2, 3), keepdim=True).clamp_min(1e-6))
        return cells.sum(1, keepdim=True)
