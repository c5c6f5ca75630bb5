"""Cross-validation and fit of the severity network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

import lung_mask
from chest_preprocessing import run_plan
from evaluation import error_quantiles
from labelled_radiographs import LabelledRadiograph, patient_folds
from lung_stage import PredictedLungs
from severity import SIZE, Ridge, ZoneFeatures, fit_logistic, fit_ridge

FOLDS = 5
SEED = 20200402
STRENGTHS = np.geomspace(10, 3000, 8)
# "No infiltrates" is a mean of both readers of at most 1 of 18 points.
INFILTRATES_ABOVE = 1.0


def severity_inputs(pixels: np.ndarray, lungs: PredictedLungs) -> tuple[np.ndarray, np.ndarray]:
    """The severity network's image [1,3,320,320] and mask [1,2,320,320]; without lungs the whole radiograph."""
    box = lung_mask.bounding_rectangle(lungs.labels, lungs.source) or lungs.source
    image, source = run_plan("severity_in", pixels, box)
    return image, lung_mask.resample(lungs.labels, lungs.source, source, SIZE, SIZE)[None]


@torch.inference_mode()
def zone_features(rows: list[LabelledRadiograph], lungs: dict[str, PredictedLungs]) -> np.ndarray:
    """[n,2,6,features] with the mask network's own masks: the image and its mirror image, zones in the same order.

    A zone without lung is NaN.
    """
    network = ZoneFeatures().eval()

    def pooled(image: torch.Tensor, mask: torch.Tensor) -> np.ndarray:
        features = network(image, mask).numpy()
        features[network.zones(mask).flatten(2).sum(2)[0].numpy() == 0] = np.nan
        return features

    result = []
    for row in rows:
        image, mask = (torch.from_numpy(x) for x in severity_inputs(row.grey8(), lungs[row.key]))
        mirrored = pooled(image.flip(3), mask.flip(3).flip(1))
        result.append([pooled(image, mask), np.concatenate([mirrored[3:], mirrored[:3]])])
    return np.array(result)


def _fit_zones(features: np.ndarray, zones: np.ndarray, strength: float) -> Ridge:
    """On images and mirror images, zones without lung left out."""
    labels = np.broadcast_to(zones[:, None], features.shape[:-1])
    filled = np.isfinite(features).all(-1)
    return fit_ridge(features[filled], labels[filled], strength)


def predict_zones(ridge: Ridge, features: np.ndarray) -> np.ndarray:
    """[n,6] unclipped, from the images as they are; an empty zone gets the training zones' mean, as in SeverityNet."""
    return ridge(np.where(np.isfinite(features[:, 0]).all(-1, keepdims=True), features[:, 0], ridge.mean))


def choose_strength(features: np.ndarray, zones: np.ndarray, patients: list[str]) -> tuple[float, np.ndarray]:
    """The strength with the least squared error of the total in inner folds, and its held-out zones [n,6]."""
    folds = patient_folds(patients, FOLDS, SEED + 1)
    best = None
    for strength in STRENGTHS:
        held_out = np.zeros_like(zones)
        for fold in range(FOLDS):
            ridge = _fit_zones(features[folds != fold], zones[folds != fold], strength)
            held_out[folds == fold] = predict_zones(ridge, features[folds == fold])
        error = np.mean((held_out.clip(0, 3).sum(1) - zones.sum(1)) ** 2)
        if best is None or error < best[0]:
            best = (error, float(strength), held_out)
    return best[1], best[2]


@dataclass(frozen=True)
class Fitted:
    ridge: Ridge
    infiltrates: tuple[float, float]  # logit = slope * unclipped total + intercept


def fit(features: np.ndarray, zones: np.ndarray, patients: list[str]) -> Fitted:
    strength, held_out = choose_strength(features, zones, patients)
    return Fitted(_fit_zones(features, zones, strength),
                  fit_logistic(held_out.sum(1), zones.sum(1) > INFILTRATES_ABOVE))


@dataclass(frozen=True)
class HeldOut:
    """Predictions for each row by a network that never saw its patient's scores."""

    folds: np.ndarray
    zones: np.ndarray  # [n,6] clipped to 0..3
    logit: np.ndarray  # [n]
    strengths: list[float]

    @property
    def brixia(self) -> np.ndarray:
        return self.zones.sum(1)


def cross_validate(rows: list[LabelledRadiograph], features: np.ndarray, learn_from: np.ndarray) -> HeldOut:
    """Patient-grouped folds with nested strength. `learn_from` [n] bool: rows that may be learnt from (others are
    predicted only: they have no Brixia score, or their licence is left out)."""
    patients = [row.patient for row in rows]
    folds = patient_folds(patients, FOLDS, SEED)
    zones, logit, strengths = np.zeros((len(rows), 6)), np.zeros(len(rows)), []
    labels = np.stack([row.zones for row in rows])
    for fold in range(FOLDS):
        seen = np.flatnonzero((folds != fold) & learn_from)
        fitted = fit(features[seen], labels[seen], [patients[i] for i in seen])
        raw = predict_zones(fitted.ridge, features[folds == fold])
        zones[folds == fold] = raw.clip(0, 3)
        logit[folds == fold] = fitted.infiltrates[0] * raw.sum(1) + fitted.infiltrates[1]
        strengths.append(round(fitted.ridge.strength, 1))
    return HeldOut(folds, zones, logit, strengths)


def linear_of_brixia(label: np.ndarray, brixia: np.ndarray, folds: np.ndarray, maximum: float) -> tuple[dict, np.ndarray]:
    """The manifest's section for a score that follows the total, and its held-out predictions."""
    held_out = np.zeros_like(label)
    for fold in np.unique(folds):
        slope, intercept = np.polyfit(brixia[folds != fold], label[folds != fold], 1)
        held_out[folds == fold] = (slope * brixia[folds == fold] + intercept).clip(0, maximum)
    slope, intercept = np.polyfit(brixia, label, 1)
    section = {"from": "linear(brixia)", "slope": round(float(slope), 5), "intercept": round(float(intercept), 5),
               "minimum": 0, "maximum": maximum, "error": error_quantiles(label, held_out)}
    return section, held_out
