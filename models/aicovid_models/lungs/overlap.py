"""Overlap of lungs that were found with lungs drawn by hand."""

from __future__ import annotations

import numpy as np

from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.statistics.evaluation import bootstrap


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * (a & b).sum() / max(1, a.sum() + b.sum()))


def overlap_of(row: LabelledRadiograph, drawn: np.ndarray, found: np.ndarray) -> dict:
    """Dice of both lungs and of each, [2,H,W] bool at the drawing's resolution."""
    return {"key": row.key, "patient": row.patient, "both": dice(found.any(0), drawn.any(0)),
            "right": dice(found[0], drawn[0]), "left": dice(found[1], drawn[1])}


def dice_of(overlaps: list[dict], part: str) -> dict:
    """@param part  "both", "right" or "left" """
    values = np.array([found[part] for found in overlaps])
    return {"mean": bootstrap(lambda x: float(x.mean()), [found["patient"] for found in overlaps], values),
            "percentile_5": round(float(np.percentile(values, 5)), 3), "minimum": round(float(values.min()), 3)}
