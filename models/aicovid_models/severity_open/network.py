"""The network of the open severity index: frozen features of six lung zones, one weight for each, and where that lies among known chests."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn

from aicovid_models.zones.distance import Distance, embedding_of
from aicovid_models.zones.features import ZoneFeatures, smoothed
from aicovid_models.zones.ridge import Ridge


class IndexNet(nn.Module):
    """(image [N,3,320,320], mask [N,2,320,320]) -> severity_index [N,1], embedding [N,232], distance [N,1].

    The raw score is the mean over the zones; a zone without lung counts as the mean zone of the training images. The index is the
    normal distribution function of that score, standardised by `centre` and `spread`.
    """

    def __init__(self, ridge: Ridge, centre: float, spread: float, distance: Distance) -> None:
        super().__init__()
        self.features = ZoneFeatures()
        # Standardised here, in double precision: the raw weights and their intercept nearly cancel.
        constants = {"weight": (ridge.weight * ridge.std / spread)[:, None], "mean": ridge.mean[None], "std": ridge.std[None],
                     "offset": [(ridge.intercept + ridge.weight @ ridge.mean - centre) / spread], "centre": distance.centre[None],
                     "whiten": distance.whiten}
        for name, values in constants.items():
            self.register_buffer(name, torch.tensor(np.asarray(values), dtype=torch.float32))

    def forward(self, image: torch.Tensor, mask: torch.Tensor):
        mask = smoothed(mask)
        zones = self.features.zones(mask)
        filled = zones.flatten(2).sum(2).unsqueeze(2) > 0
        pooled = torch.where(filled, self.features.pool(self.features.maps(image, mask), self.features.weights(zones)), self.mean)
        standard = (pooled - self.mean) / self.std
        score = (standard @ self.weight).mean(1) + self.offset
        index = 0.5 * (1 + torch.erf(score / math.sqrt(2)))
        embedding = embedding_of(standard)
        distance = (((embedding - self.centre) @ self.whiten) ** 2).sum(1, keepdim=True).sqrt()
        return index, embedding, distance
