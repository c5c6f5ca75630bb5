"""The bundle's preprocessing plans, run by the library itself: its Python module `aicovid`."""

from __future__ import annotations

from functools import cache

import aicovid
import numpy as np

Rectangle = tuple[float, float, float, float]  # y0, x0, y1, x1 in the radiograph's pixel edges
_NORMALIZE = [{"op": "normalize", "mean": 127 / 255, "std": 128 / 255}, {"op": "channels", "count": 3}]
_CLIP = {"op": "percentile_clip", "low": 1, "high": 99}
PLANS = {
    "mask_in": [{"op": "grey"}, _CLIP, {"op": "resize", "size": 256, "method": "area"}, *_NORMALIZE],
    # No percentiles here: the network takes those of the lungs, and nothing beside them may clip their pixels.
    "severity_in": [{"op": "grey"}, {"op": "lung_crop", "margin": 0.1},
                    {"op": "resize", "size": 320, "method": "area"}, *_NORMALIZE],
}
_TRAINING_PLANS = {
    "grey_256": [{"op": "grey"}, _CLIP, {"op": "resize", "size": 256, "method": "area"}],
    "share_256": [{"op": "grey"}, {"op": "resize", "size": 256, "method": "area"}],
}


@cache
def _plan(name: str) -> aicovid.Plan:
    return aicovid.Plan.parse((PLANS | _TRAINING_PLANS)[name])


def run_plan(name: str, pixels: np.ndarray, lung_box: Rectangle | None = None) -> tuple[np.ndarray, Rectangle]:
    """[H,W] uint8 -> ([1,C,h,w] float32, what it covers in the radiograph's pixels)."""
    return _plan(name).run(aicovid.Radiograph.from_array(np.ascontiguousarray(pixels)), lung_box=lung_box)
