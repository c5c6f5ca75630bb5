"""How far an image's features lie from those of known chests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from aicovid_models.zones.features import CHANNELS, DEEP
from aicovid_models.zones.ridge import Ridge


def embed(ridge: Ridge, features: np.ndarray) -> np.ndarray:
    """[n,6,features] -> [n,DEEP]: the channels' means, standardised, averaged over the zones; a zone without lung counts as 0."""
    standard = np.where(np.isfinite(features), (features - ridge.mean) / ridge.std, 0)
    means = np.concatenate([standard[..., : CHANNELS[0]], standard[..., 2 * CHANNELS[0] : 2 * CHANNELS[0] + CHANNELS[1]]], -1)
    return means.mean(1)


def embedding_of(standard: torch.Tensor) -> torch.Tensor:
    """Standardised features [N,6,features] -> [N,DEEP]: what `embed` gives, inside a network."""
    means = [standard[..., : CHANNELS[0]], standard[..., 2 * CHANNELS[0] : 2 * CHANNELS[0] + CHANNELS[1]]]
    return torch.cat(means, 2).mean(1)


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
