"""The library's treatment of a lung mask (lib/findings), as training needs it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from aicovid_models.radiographs.preprocessing import Rectangle


def clean(probabilities: np.ndarray) -> np.ndarray:
    """[2,h,w] probabilities -> [h,w] labels: 0 outside, 1 the patient's right lung, 2 the left.

    Threshold 0.5; a pixel claimed by both goes to the more probable lung; of each lung the largest 8-connected
    component and those of at least 10 % of it; holes filled.
    """
    right_wins = probabilities[0] >= probabilities[1]
    claimed = probabilities.max(0) >= 0.5
    filled = []
    for lung in (claimed & right_wins, claimed & ~right_wins):
        components, count = ndimage.label(lung, structure=np.ones((3, 3)))
        sizes = ndimage.sum_labels(lung, components, range(1, count + 1))
        large = 1 + np.flatnonzero(sizes >= 0.1 * sizes.max(initial=0))
        filled.append(ndimage.binary_fill_holes(np.isin(components, large)))
    right, left = filled
    return np.where(right & (~left | right_wins), 1, np.where(left, 2, 0)).astype(np.uint8)


def confidence(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean probability of its own lung over the mask's pixels; 0 without any."""
    own = np.concatenate([probabilities[0][labels == 1], probabilities[1][labels == 2]])
    return float(own.mean()) if own.size else 0.0


def larger_share(labels: np.ndarray) -> float:
    """The larger lung's share of both; 0 without lungs."""
    right, left = int((labels == 1).sum()), int((labels == 2).sum())
    return max(right, left) / (right + left) if right + left else 0.0


def bounding_rectangle(labels: np.ndarray, source: Rectangle) -> Rectangle | None:
    """The smallest rectangle around both lungs, in the radiograph's pixels; None without lungs."""
    rows, columns = np.flatnonzero(labels.any(axis=1)), np.flatnonzero(labels.any(axis=0))
    if rows.size == 0:
        return None
    y0, x0, y1, x1 = source
    dy, dx = (y1 - y0) / labels.shape[0], (x1 - x0) / labels.shape[1]
    return (y0 + rows[0] * dy, x0 + columns[0] * dx, y0 + (rows[-1] + 1) * dy, x0 + (columns[-1] + 1) * dx)


def resample(labels: np.ndarray, source: Rectangle, target: Rectangle, height: int, width: int) -> np.ndarray:
    """[2,height,width] float32, 0 or 1: the mask on another raster, nearest neighbour at pixel centres."""
    y = target[0] + (np.arange(height) + 0.5) * (target[2] - target[0]) / height
    x = target[1] + (np.arange(width) + 0.5) * (target[3] - target[1]) / width
    row = np.floor((y - source[0]) / (source[2] - source[0]) * labels.shape[0]).astype(int)
    column = np.floor((x - source[1]) / (source[3] - source[1]) * labels.shape[1]).astype(int)
    inside = ((row >= 0) & (row < labels.shape[0]))[:, None] & ((column >= 0) & (column < labels.shape[1]))[None, :]
    picked = labels[np.clip(row, 0, labels.shape[0] - 1)[:, None], np.clip(column, 0, labels.shape[1] - 1)[None, :]]
    picked = np.where(inside, picked, 0)
    return np.stack([picked == 1, picked == 2]).astype(np.float32)
