"""The limits beyond which the gate flags or refuses an image: of the lungs' mask, the whole picture, the distance to known chests."""

from __future__ import annotations

import numpy as np

from aicovid_models.radiographs.archives import patient_folds
from aicovid_models.zones.distance import fit_distance

# Probabilities from which the picture is believed (see the card for what they find and miss).
PICTURE_LIMITS = {"not_a_chest": 0.5, "inverted": 0.5, "rotated": 0.5}
# The lung network may be less sure of another hospital's images than of these.
CONFIDENCE_MARGIN = 0.03
# Percentile of the known chests' distances, cross-validated, beyond which an image is out of distribution.
FAR = 98


def gate_limits(lungs: list) -> dict:
    """What nearly all chest radiographs reach: the 0.5th percentiles of area and of confidence (less a margin), which make the
    mask doubtful; a flag below the 2nd percentile of area or above the 98th of asymmetry."""
    fraction, confidence = ([getattr(found, name) for found in lungs] for name in ("fraction", "confidence"))
    return {"minimum_lung_fraction": round(float(np.percentile(fraction, 0.5)), 4),
            "minimum_confidence": round(float(np.percentile(confidence, 0.5)) - CONFIDENCE_MARGIN, 4),
            "uncertain_lung_fraction": round(float(np.percentile(fraction, 2)), 4),
            "uncertain_asymmetry": round(float(np.percentile([found.larger_share for found in lungs], 98)), 4)}


def held_out_distances(embeddings: np.ndarray, patients: list[str]) -> np.ndarray:
    """Of each embedding from those of other patients."""
    folds, distances = patient_folds(patients, 5, 0), np.zeros(len(embeddings))
    for fold in np.unique(folds):
        distances[folds == fold] = fit_distance(embeddings[folds != fold])(embeddings[folds == fold])
    return distances
