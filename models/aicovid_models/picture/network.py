"""What the whole picture shows: a second output of the lung network, from its encoder's deepest maps.

Classes: a chest upright, turned by 90, 180 and 270 degrees clockwise, the same four with an inverted grey scale, and
another picture.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from aicovid_models.lungs.network import LungNet

CLASSES = 9
NOT_A_CHEST = 8
GRID = 4  # the maps are averaged in 4 x 4 tiles: where things are tells how the chest is turned
FEATURES = 112 * GRID * GRID
PENALTY = 1e-3


def tiles(sixteenth: torch.Tensor) -> torch.Tensor:
    """[N,112,16,16] -> [N,FEATURES]"""
    return F.avg_pool2d(sixteenth, sixteenth.shape[2] // GRID).flatten(1)


class LungsAndPicture(nn.Module):
    """[N,3,256,256] normalised -> mask [N,2,256,256], picture [N,9] probabilities."""

    def __init__(self, lungs: LungNet, weight: np.ndarray, bias: np.ndarray) -> None:
        super().__init__()
        self.lungs = lungs
        self.register_buffer("weight", torch.tensor(weight, dtype=torch.float32))
        self.register_buffer("bias", torch.tensor(bias, dtype=torch.float32))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits, sixteenth = self.lungs.logits_and_maps(image)
        return torch.sigmoid(logits), torch.softmax(tiles(sixteenth) @ self.weight + self.bias, 1)


def fit_picture(features: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weight [FEATURES,9] and bias [9] of a softmax regression on features [n,FEATURES]; every class counts alike.

    The penalty is on standardised features.
    """
    x = torch.from_numpy(features.astype(np.float32))
    mean, std = x.mean(0), x.std(0) + 1e-4
    x = (x - mean) / std
    y = torch.from_numpy(classes)
    counts = torch.bincount(y, minlength=CLASSES).clamp_min(1)
    class_weights = counts.sum() / (CLASSES * counts.float())
    weight, bias = torch.zeros(FEATURES, CLASSES, requires_grad=True), torch.zeros(CLASSES, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(x @ weight + bias, y, class_weights) + PENALTY * (weight**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    scaled = weight.detach() / std[:, None]
    return scaled.numpy(), (bias.detach() - mean @ scaled).numpy()


def probabilities(features: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """[n,9]"""
    logits = features @ weight + bias
    logits -= logits.max(1, keepdims=True)
    exponents = np.exp(logits)
    return exponents / exponents.sum(1, keepdims=True)
