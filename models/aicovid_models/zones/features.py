"""Frozen features of six lung zones: of the network that is traced, and of the images that it learns from."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from aicovid_models.fast import fast
from aicovid_models.lungs import masks
from aicovid_models.lungs.network import Encoder
from aicovid_models.lungs.training import PredictedLungs
from aicovid_models.radiographs.preprocessing import Rectangle, run_plan

SIZE = 320
CELLS = 20  # the attribution's raster
CHANNELS = (40, 80 + 112)  # of the maps at 1/8 (after block 4) and at 1/16 (after blocks 7 and 10)
DEEP = sum(CHANNELS)
BATCH = 8  # images encoded together
SMOOTH = 17  # pixels, the side of the square that an outline is smoothed over


def smoothed(mask: torch.Tensor) -> torch.Tensor:
    """[N,2,320,320] of 0 and 1: each pixel as most of those around it, so that a notch in an outline that the lung network is unsure
    of does not come and go with a trifle elsewhere."""
    columns = F.avg_pool2d(mask, (SMOOTH, 1), stride=1, padding=(SMOOTH // 2, 0))
    return (F.avg_pool2d(columns, (1, SMOOTH), stride=1, padding=(0, SMOOTH // 2)) > 0.5).to(mask.dtype)


def lungs_alone(image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """[N,3,320,320] of three equal channels -> the same with middle grey outside the lungs, in a grey scale that each image's lungs
    set: 1st and 99th percentile of their pixels become black and white. All grey without lungs.

    So whatever lies outside the mask cannot enter, as long as the plan clips no pixel of the lungs.
    """
    lungs = mask.amax(1, keepdim=True) > 0
    ordered = torch.where(lungs, image[:, :1], float("inf")).flatten(1).sort(1).values
    last = (lungs.flatten(1).sum(1, keepdim=True) - 1).clamp_min(0)
    low, high = (ordered.gather(1, torch.round(share * last).long())[..., None, None] for share in (0.01, 0.99))
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
        """[N,2,320,320] -> [N,6,320,320]: each lung cut into thirds of its height."""
        occupied = mask.amax(3, keepdim=True) > 0
        top = torch.where(occupied, self.rows, torch.full_like(self.rows, float(SIZE))).amin(2, keepdim=True)
        bottom = torch.where(occupied, self.rows + 1, torch.zeros_like(self.rows)).amax(2, keepdim=True)
        third = torch.floor(3 * (self.rows + 0.5 - top) / (bottom - top).clamp_min(1)).clamp(0, 2)
        cut = [mask[:, lung : lung + 1] * (third[:, lung : lung + 1] == part).to(mask.dtype)
               for lung in range(2) for part in range(3)]
        return torch.cat(cut, 1)

    def weights(self, zones: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Each zone's weight of every position, [N,6,40,40] and [N,6,20,20]: sums to 1, or to 0 for an empty zone."""
        shares = F.avg_pool2d(zones, 8), F.avg_pool2d(zones, 16)
        eighth, sixteenth = (share / share.sum((2, 3), keepdim=True).clamp_min(1e-6) for share in shares)
        return eighth, sixteenth

    def maps(self, image: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Maps of the lungs alone and their squares at 1/8 [N,80,40,40] and at 1/16 [N,384,20,20]."""
        eighth, *both = self.encoder.late(self.encoder.early(lungs_alone(image, mask)))
        sixteenth = torch.cat(both, 1)
        return torch.cat([eighth, eighth * eighth], 1), torch.cat([sixteenth, sixteenth * sixteenth], 1)

    def pool(self, maps: tuple[torch.Tensor, torch.Tensor], weights: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """[N,6,features]: averages inside each zone; zeros for an empty one."""
        return torch.cat([weight.flatten(2) @ local.flatten(2).transpose(1, 2) for local, weight in zip(maps, weights, strict=True)], 2)

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """@param mask  smoothed"""
        return self.pool(self.maps(image, mask), self.weights(self.zones(mask)))


def severity_frame(pixels: np.ndarray, lungs: PredictedLungs) -> tuple[np.ndarray, np.ndarray, Rectangle]:
    """The severity network's image [1,3,320,320] and mask [1,2,320,320], and what they cover; without lungs the whole radiograph."""
    box = masks.bounding_rectangle(lungs.labels, lungs.source) or lungs.source
    image, source = run_plan("severity_in", pixels, box)
    return image, masks.resample(lungs.labels, lungs.source, source, SIZE, SIZE)[None], source


def severity_inputs(pixels: np.ndarray, lungs: PredictedLungs) -> tuple[np.ndarray, np.ndarray]:
    return severity_frame(pixels, lungs)[:2]


@torch.inference_mode()
def zone_features(rows: list, lungs: dict[str, PredictedLungs], mirrored: bool = True, tuned: ZoneFeatures | None = None) -> np.ndarray:
    """[n,2,6,features] with the mask network's own masks: the image and its mirror image, zones in the same order; without
    `mirrored` [n,1,6,features].

    A zone without lung is NaN. `tuned` has other maps than ImageNet's.
    """
    network, result = tuned or ZoneFeatures().eval(), []
    blank = torch.zeros(BATCH, 3, SIZE, SIZE), torch.zeros(BATCH, 2, SIZE, SIZE)
    encode = fast(network, *blank)

    def pooled(image: torch.Tensor, mask: torch.Tensor) -> np.ndarray:
        features = encode(image, mask)[0].numpy()
        features[network.zones(mask).flatten(2).sum(2).numpy() == 0] = np.nan
        return features

    for first in range(0, len(rows), BATCH):
        inputs = [severity_inputs(row.grey8(), lungs[row.key]) for row in rows[first : first + BATCH]]
        image, mask = (torch.from_numpy(np.concatenate(part)) for part in zip(*inputs, strict=True))
        mask = smoothed(mask)
        views = [pooled(image, mask)]
        if mirrored:
            twin = pooled(image.flip(3), mask.flip(3).flip(1))
            views.append(np.concatenate([twin[:, 3:], twin[:, :3]], 1))
        result.append(np.stack(views, 1))
    return np.concatenate(result)
