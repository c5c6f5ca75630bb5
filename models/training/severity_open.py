"""The severity index of models/severity-open: a ridge of zone features on weak labels of whole radiographs, without any reader's score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from labelled_radiographs import patient_folds
from severity import Distance, Ridge, SeverityNet, fit_ridge

FOLDS = 5
SEED = 20200409
STRENGTHS = np.geomspace(10, 3000, 8)
# Equal steps, set beforehand: nobody graded these images.
CLEAR, PNEUMONIA, INTENSIVE_CARE = 0.0, 0.5, 1.0
# What a copy of 320 pixels counts of a radiograph's weight, so that the size of the archive's copies does not mean "clear"; and the
# weight of what another grey scale changes (as in models/severity).
SHRUNK_SHARE, CONSTANCY = 0.5, 0.2
SCALE = ("0: as radiographs without finding of an archive (NIH); 0.5: pneumonia; 1: as in intensive care in one hospital (Hannover). Learnt from "
         "labels of whole images")


@dataclass(frozen=True)
class WeakImages:
    """What the ridge learns from, a row an image."""

    features: np.ndarray  # [n,2,6,f] image and mirror image
    shrunk: np.ndarray  # [n,2,6,f] its copy of 320 pixels; the image itself where it is one
    changes: np.ndarray  # [n,2,f] of the total by another grey scale; 0 where no copy was made
    target: np.ndarray  # [n]
    weights: np.ndarray  # [n]
    patients: np.ndarray  # [n]

    def __getitem__(self, rows: np.ndarray) -> WeakImages:
        return WeakImages(*(values[rows] for values in (self.features, self.shrunk, self.changes, self.target, self.weights, self.patients)))


def fit(images: WeakImages, strength: float) -> Ridge:
    """Every zone of an image is given the image's label."""
    both = np.concatenate([images.features, images.shrunk])
    filled = np.isfinite(both).all(-1)
    target = np.broadcast_to(np.tile(images.target, 2)[:, None, None], filled.shape)
    weights = np.concatenate([images.weights * (1 - SHRUNK_SHARE), images.weights * SHRUNK_SHARE])
    weights = np.broadcast_to(weights[:, None, None], filled.shape)
    changes = images.changes.reshape(-1, images.changes.shape[-1]) * np.sqrt(CONSTANCY)
    return fit_ridge(both[filled], target[filled], weights[filled], strength, changes[changes.any(1)])


def index(ridge: Ridge, features: np.ndarray) -> np.ndarray:
    """[n,..,6,f] -> [n] before it is clipped to 0..1: the mean over the zones of the image as it is."""
    image = features[:, 0]
    return ridge(np.where(np.isfinite(image).all(-1, keepdims=True), image, ridge.mean)).mean(1)


def choose_and_fit(images: WeakImages) -> Ridge:
    """The strength with the least weighted squared error of held-out weak labels, in inner folds by patient."""
    folds, best = patient_folds(list(images.patients), FOLDS, SEED + 1), None
    for strength in STRENGTHS:
        held_out = np.zeros(len(folds))
        for fold in range(FOLDS):
            held_out[folds == fold] = index(fit(images[np.flatnonzero(folds != fold)], strength), images.features[folds == fold])
        error = (images.weights * (held_out.clip(0, 1) - images.target) ** 2).sum()
        if best is None or error < best[0]:
            best = (error, float(strength))
    return fit(images, best[1])


def cross_validate(images: WeakImages) -> np.ndarray:
    """[n] of each image by a ridge that saw no image of its patient."""
    folds, held_out = patient_folds(list(images.patients), FOLDS, SEED), np.zeros(len(images.target))
    for fold in range(FOLDS):
        held_out[folds == fold] = index(choose_and_fit(images[np.flatnonzero(folds != fold)]), images.features[folds == fold])
    return held_out.clip(0, 1)


class SeverityIndexNet(nn.Module):
    """(image [1,3,320,320], mask [1,2,320,320]) -> severity_index [1,1], embedding [1,120], distance [1,1]."""

    def __init__(self, ridge: Ridge, distance: Distance) -> None:
        super().__init__()
        self.zones = SeverityNet(ridge, (1 / 6, 0.0), distance)  # its logit is then the mean of the unclipped zones

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        _, mean, embedding, _, distance = self.zones(image, mask)
        return mean.clamp(0, 1), embedding, distance
