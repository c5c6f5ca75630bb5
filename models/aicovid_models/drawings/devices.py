"""Real tubes, lines and probes: what they add to a radiograph, cut out where they were drawn pixel by pixel, and laid on another.

What a device adds is its pixels less the brightness around it. Attenuations add up, so it is added to the other radiograph's pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

# Pixels, of the brightness around a device and of its soft edge.
AROUND, EDGE = 8.0, 1.0
Box = tuple[float, float, float, float]  # y0, x0, y1, x1


@dataclass(frozen=True)
class Devices:
    added: np.ndarray  # [H,W] float32, parts of the range from black to white; 0 beside the devices
    lungs: Box  # of the radiograph that they come from


def cut_out(grey: np.ndarray, drawn: np.ndarray, lungs: Box) -> Devices:
    """@param grey   [H,W] uint8
    @param drawn  [H,W] bool: devices"""
    shown, beside = grey / np.float32(255), (~ndimage.binary_dilation(drawn, iterations=2)).astype(np.float32)
    known = ndimage.gaussian_filter(beside, AROUND)
    around = ndimage.gaussian_filter(shown * beside, AROUND) / np.maximum(known, 1e-3)
    return Devices(((shown - around) * ndimage.gaussian_filter(drawn.astype(np.float32), EDGE)).astype(np.float32), lungs)


def lay(devices: Devices, grey: np.ndarray, lungs: Box, where: np.ndarray, strength: float) -> np.ndarray:
    """[H,W] uint8 with the devices, as they lie to the lungs' box, where `where` [H,W] is."""
    scale = [(devices.lungs[2 + axis] - devices.lungs[axis]) / max(lungs[2 + axis] - lungs[axis], 1.0) for axis in (0, 1)]
    offset = [devices.lungs[axis] - scale[axis] * lungs[axis] for axis in (0, 1)]
    added = ndimage.affine_transform(devices.added, np.diag(scale), offset, grey.shape, order=1)
    return np.uint8((grey / np.float32(255) + strength * where * added).clip(0, 1) * 255 + 0.5)
