"""Painted consolidation: white patches with soft edges over the lungs, so that a white lung is no reason to lose it.

The lung field is anatomical: it includes what is consolidated. Few images of the public data show a lung that is white
from top to bottom, so copies of the others stand in for them.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

# Half of the images that the lung network sees are painted, most of them in one lung.
PAINTED, ONE_LUNG = 0.5, 0.65
LEAST_OPACITY = 0.3


def _blur(region: torch.Tensor, width: int) -> torch.Tensor:
    """Two box means: soft edges of about `width` pixels."""
    for _ in range(2):
        region = F.avg_pool2d(region, width, stride=1, padding=width // 2, count_include_pad=False)
    return region


def paint_batch(grey: torch.Tensor, lungs: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Training images [N,1,H,W] in [0,1] with opacities over a part of one lung or both of `lungs` [N,2,H,W]."""
    count, _, height, width = grey.shape

    def uniform(low: float, high: float) -> torch.Tensor:
        return (low + (high - low) * torch.rand(count, generator=generator)).reshape(count, 1, 1, 1)

    def chance(probability: float) -> torch.Tensor:
        return (torch.rand(count, generator=generator) < probability).float().reshape(count, 1, 1, 1)

    first, one = chance(0.5), chance(ONE_LUNG)
    right, left = torch.clamp(first + 1 - one, max=1), torch.clamp(1 - first + 1 - one, max=1)
    region = lungs[:, :1] * right + lungs[:, 1:] * left
    # Half of them end at a height, above or below which the lung stays as it is.
    row = torch.linspace(0, 1, height).reshape(1, 1, height, 1)
    edge, down, whole = uniform(0.25, 0.75), chance(0.6), chance(0.5)
    kept = torch.sigmoid((row - edge) * 25 * (2 * down - 1))
    region = _blur(region * (whole + (1 - whole) * kept), 2 * int(torch.randint(2, 8, (1,), generator=generator)) + 1)
    patches = F.interpolate(torch.rand(count, 1, 6, 6, generator=generator), (height, width), mode="bilinear", align_corners=False)
    patchy = chance(0.5)
    share = chance(PAINTED) * uniform(LEAST_OPACITY, 1) * region * (1 - patchy * 0.6 * patches)
    return grey + share * (torch.maximum(uniform(0.6, 1), grey) - grey)


def paint(pixels: np.ndarray, lung: np.ndarray, opacity: float, white: float) -> np.ndarray:
    """A radiograph [H,W] uint8 with one lung ([H,W] bool) whitened: `opacity` of it is `white` (0 to 1), with soft edges."""
    from scipy.ndimage import gaussian_filter

    region = gaussian_filter(lung.astype(np.float32), 0.015 * max(pixels.shape))
    grey = pixels / np.float32(255)
    return np.uint8((grey + opacity * region * (np.maximum(white, grey) - grey)) * 255 + 0.5)
