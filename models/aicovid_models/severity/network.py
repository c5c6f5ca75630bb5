"""The severity network: zone features, one linear model for all zones, attribution, and the distance to known chests."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from aicovid_models.zones.distance import Distance, embedding_of
from aicovid_models.zones.features import ZoneFeatures, smoothed
from aicovid_models.zones.ridge import Ridge


class SeverityNet(nn.Module):
    """(image [N,3,320,320], mask [N,2,320,320]) -> zones [N,6], infiltrates_logit [N,1], embedding [N,232],
    attribution [N,1,20,20], distance [N,1].

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
        filled = zones.flatten(2).sum(2).unsqueeze(2) > 0
        pooled = torch.where(filled, self.features.pool(maps, weights), self.mean)
        raw = (pooled @ self.weight + self.intercept).squeeze(2)
        scores = raw.clamp(0, 3)
        logit = raw.sum(1, keepdim=True) * self.logistic[0] + self.logistic[1]
        standard = (pooled - self.mean) / self.std
        embedding = embedding_of(standard)
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
        cells = cells * (scores[..., None, None] / cells.sum((2, 3), keepdim=True).clamp_min(1e-6))
        return cells.sum(1, keepdim=True)
