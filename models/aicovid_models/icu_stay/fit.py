"""The outcome `icu_stay`: a logistic model of the image's Brixia score and perhaps laboratory values, and its controls.

Fitted on Hannover's patients in intensive care at the exam against those who never were. Every patient weighs one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aicovid_models.radiographs.archives import patient_folds
from aicovid_models.radiographs.intensive_care import LABS, IcuImage, patient_weights
from aicovid_models.statistics.evaluation import bootstrap

FOLDS = 5
SEED = 20200408
# The sets of inputs to choose from, in inner folds; named before any figure was seen.
CANDIDATES = (("brixia",), ("brixia", "crp"), ("brixia", "crp", "ldh"), ("brixia", *LABS))
STRENGTHS = (0.1, 1.0, 10.0)


@dataclass(frozen=True)
class Logistic:
    """logit = intercept + coefficients . (x - mean) / scale; a missing value stands at its mean and so adds nothing.

    That a value is missing says whether it was ordered, which is a habit of the ward, so it has no effect of its own.
    """

    inputs: tuple[str, ...]
    intercept: float
    coefficients: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    strength: float

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """[n,inputs], NaN where missing -> logit [n]."""
        return self.intercept + np.nan_to_num((x - self.mean) / self.scale) @ self.coefficients


def fit_logistic(inputs: tuple[str, ...], x: np.ndarray, positive: np.ndarray, weights: np.ndarray, strength: float) -> Logistic:
    """Maximum likelihood with a penalty of `strength` / 2 on each squared standardised coefficient."""
    known = np.isfinite(x)
    share = weights[:, None] * known
    share = share / share.sum(0).clip(1e-12)
    mean = (share * np.nan_to_num(x)).sum(0)
    scale = np.sqrt((share * np.nan_to_num(x - mean) ** 2).sum(0)).clip(1e-6)
    design = np.column_stack([np.ones(len(x)), np.nan_to_num((x - mean) / scale)])
    penalty = strength * np.eye(design.shape[1])
    penalty[0, 0] = 1e-9
    theta = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ theta))
        hessian = design.T @ (design * (weights * p * (1 - p))[:, None]) + penalty
        theta = theta + np.linalg.solve(hessian, design.T @ (weights * (positive - p)) - penalty @ theta)
    return Logistic(inputs, float(theta[0]), theta[1:], mean, scale, strength)


def log_loss(logit: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> float:
    return float((weights * np.logaddexp(0, np.where(positive, -logit, logit))).sum() / weights.sum())


def choose_and_fit(columns: dict[str, np.ndarray], positive: np.ndarray, patients: list[str], candidates=CANDIDATES) -> Logistic:
    """The candidate and strength with the least log loss in inner folds of these images, fitted on all of them."""
    weights, folds = patient_weights(patients), stratified_folds(patients, positive, SEED + 1)
    best = None
    for inputs in candidates:
        x = np.column_stack([columns[name] for name in inputs])
        for strength in STRENGTHS:
            logit = np.zeros(len(x))
            for fold in range(FOLDS):
                rest = folds != fold
                logit[~rest] = fit_logistic(inputs, x[rest], positive[rest], weights[rest], strength)(x[~rest])
            loss = log_loss(logit, positive, weights)
            if best is None or loss < best[0]:
                best = (loss, inputs, strength, x)
    _, inputs, strength, x = best
    return fit_logistic(inputs, x, positive, weights, strength)


def stratified_folds(patients: list[str], positive: np.ndarray, seed: int) -> np.ndarray:
    """Patient-grouped folds, drawn apart for patients in intensive care and others, so that none has one kind alone."""
    folds, names = np.zeros(len(patients), int), np.asarray(patients)
    for state in (False, True):
        here = positive == state
        folds[here] = patient_folds(list(names[here]), FOLDS, seed)
    return folds


def held_out(columns: dict[str, np.ndarray], positive: np.ndarray, patients: list[str], candidates=CANDIDATES, seed: int = SEED
             ) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    """Logit of each image by a model that saw no image of its patient, choices included, and what each fold chose."""
    folds, logit, chosen = stratified_folds(patients, positive, seed), np.zeros(len(positive)), []
    for fold in range(FOLDS):
        rest = np.flatnonzero(folds != fold)
        model = choose_and_fit({name: values[rest] for name, values in columns.items()}, positive[rest], [patients[i] for i in rest], candidates)
        here = np.flatnonzero(folds == fold)
        logit[here] = model(np.column_stack([columns[name][here] for name in model.inputs]))
        chosen.append(model.inputs)
    return logit, chosen


def weighted_auroc(score: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> float:
    """The chance that a patient in intensive care scores higher than one who never was, each patient weighing one."""
    positive = positive.astype(bool)
    if positive.all() or not positive.any():
        return float("nan")
    difference = score[positive][:, None] - score[~positive][None]
    pair = weights[positive][:, None] * weights[~positive][None]
    return float((pair * ((difference > 0) + 0.5 * (difference == 0))).sum() / pair.sum())


def auroc_of(score: np.ndarray, positive: np.ndarray, patients: list[str]) -> dict:
    """With its interval and the counts of patients of either kind."""
    if positive.all() or not positive.any():
        return {"value": None, "images": len(score), "patients": len(set(patients))}
    names = np.asarray(patients)
    return bootstrap(weighted_auroc, patients, score, positive, patient_weights(patients)) | {
        "in_icu": {"images": int(positive.sum()), "patients": len(set(names[positive]))},
        "never": {"images": int((~positive).sum()), "patients": len(set(names[~positive]))}}


def columns_of(images: list[IcuImage], brixia: np.ndarray) -> dict[str, np.ndarray]:
    labs = np.array([image.labs for image in images], float).reshape(len(images), len(LABS))
    return {"brixia": brixia} | {name: labs[:, k] for k, name in enumerate(LABS)}
