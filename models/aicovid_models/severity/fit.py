"""Cross-validation and fit of the severity network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from aicovid_models.radiographs.archives import LabelledRadiograph, patient_folds
from aicovid_models.statistics.conformal import interval_ends
from aicovid_models.zones.ridge import Ridge, prepare_ridge

FOLDS = 5
SEED = 20200402
STRENGTHS = np.geomspace(10, 3000, 8)
# Totals spread as much wider than the readers' before zones are cut off at 0 and 3.
WIDER = 1.25
# "No infiltrates" is a mean of both readers of at most 1 of 18 points.
INFILTRATES_ABOVE = 1.0
TARGET_PREVALENCE = 0.65


@dataclass(frozen=True)
class Zones:
    """What the ridge learns from: a row an image."""

    features: np.ndarray  # [n,2,6,f] image and mirror image
    labels: np.ndarray  # [n,6]
    weights: np.ndarray  # [n]
    patients: np.ndarray  # [n]
    read: np.ndarray  # [n] bool: readers scored this very image: no copy, whose label is assumed, and no clear image
    changes: np.ndarray  # [n,2k,f] features of k copies less the image's own, over all zones; 0 without copies

    def __getitem__(self, rows: np.ndarray) -> Zones:
        return Zones(self.features[rows], self.labels[rows], self.weights[rows], self.patients[rows], self.read[rows], self.changes[rows])


@dataclass(frozen=True)
class Copies:
    """Changed copies of the scored images, which share their weight."""

    features: np.ndarray  # [n,2,6,f]
    labels: np.ndarray  # [n,6]
    share: float


@dataclass(frozen=True)
class Additions:
    """What is learnt beside the scored images: copies of them, and images of another archive without finding, whose six
    zones are taken to be 0."""

    copies: list[Copies]
    clear: np.ndarray  # [m,2,6,f]
    clear_patients: np.ndarray  # [m]
    clear_weight: float
    steady: list[np.ndarray]  # each [n,2,6,f]: copies of the scored images whose total must not change
    constancy: float  # weight of its squared change against that of a zone's squared error

    def without(self) -> Additions:
        return replace(self, copies=[], clear_weight=0.0, constancy=0.0)


def assemble(features: np.ndarray, labels: np.ndarray, patients: np.ndarray, added: Additions, scored: np.ndarray, clear: np.ndarray) -> Zones:
    """`scored` and `clear`: the rows of the scored images and of the clear ones that are learnt from."""
    n, m = len(scored), len(clear)
    images = [Copies(features, labels, 1 - sum(copy.share for copy in added.copies)), *added.copies]
    count = len(images)
    change = np.concatenate([np.nan_to_num(copy[scored] - features[scored]).sum(2) for copy in added.steady], 1) * np.sqrt(added.constancy)
    none = np.zeros(((count - 1) * n + m, *change.shape[1:]))
    rows = Zones(np.concatenate([*(image.features[scored] for image in images), added.clear[clear]]),
                 np.concatenate([*(image.labels[scored] for image in images), np.zeros((m, 6))]),
                 np.repeat([*(image.share for image in images), added.clear_weight], [*[n] * count, m]),
                 np.concatenate([*[patients[scored]] * count, added.clear_patients[clear]]), np.repeat([True, False], [n, (count - 1) * n + m]),
                 np.concatenate([change, none]))
    return rows[np.flatnonzero(rows.weights > 0)]


def _fit_zones(rows: Zones) -> Callable[[float], Ridge]:
    """The fit of a strength, on images and mirror images, zones without lung left out."""
    filled = np.isfinite(rows.features).all(-1)
    labels = np.broadcast_to(rows.labels[:, None], filled.shape)
    weights = np.broadcast_to(rows.weights[:, None, None], filled.shape)
    changes = rows.changes.reshape(-1, rows.changes.shape[-1])
    return prepare_ridge(rows.features[filled], labels[filled], weights[filled], changes[changes.any(1)])


def predict_zones(ridge: Ridge, features: np.ndarray) -> np.ndarray:
    """[n,6] unclipped, from the images as they are; an empty zone gets the training zones' mean, as in SeverityNet."""
    return ridge(np.where(np.isfinite(features[:, 0]).all(-1, keepdims=True), features[:, 0], ridge.mean))


def fit_logistic(x: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of logit P(positive) = slope x + intercept, by maximum likelihood with Platt's targets."""
    n1, n0 = weights[positive].sum(), weights[~positive].sum()
    target = np.where(positive, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))
    design = np.stack([x, np.ones_like(x)], 1)
    theta = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ theta))
        hessian = design.T @ (design * (weights * p * (1 - p))[:, None]) + 1e-9 * np.eye(2)
        theta = theta + np.linalg.solve(hessian, design.T @ (weights * (target - p)))
    return float(theta[0]), float(theta[1])


def choose_strength(rows: Zones) -> tuple[float, np.ndarray]:
    """The strength with the least squared error of the scored images' totals in inner folds, and all held-out zones [n,6]."""
    folds = patient_folds(list(rows.patients), FOLDS, SEED + 1)
    held_out = np.zeros((len(STRENGTHS), *rows.labels.shape))
    for fold in range(FOLDS):
        fit_with = _fit_zones(rows[np.flatnonzero(folds != fold)])
        for index, strength in enumerate(STRENGTHS):
            held_out[index, folds == fold] = predict_zones(fit_with(strength), rows.features[folds == fold])
    errors = ((held_out.clip(0, 3).sum(2) - rows.labels.sum(1))[:, rows.read] ** 2).mean(1)
    best = int(errors.argmin())
    return float(STRENGTHS[best]), held_out[best]


@dataclass(frozen=True)
class Fitted:
    ridge: Ridge
    infiltrates: tuple[float, float]  # logit = slope * unclipped total + intercept
    stretch: float  # of the zones around their mean, contained in `ridge`

    def predict(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Zones [n,6] in 0..3 and infiltrates' logit [n]."""
        raw = predict_zones(self.ridge, features)
        return raw.clip(0, 3), self.infiltrates[0] * raw.sum(1) + self.infiltrates[1]


def _stretch(rows: Zones, held_out: np.ndarray) -> tuple[float, float]:
    """How many times as far from their mean the zones are to lie, and that mean, so that the held-out totals of the scored
    images spread WIDER times as widely as the readers': a regression to the mean reads heavy disease too low and clear lungs too high."""
    labels = rows.labels[rows.read]
    return float(WIDER * labels.sum(1).std() / held_out[rows.read].sum(1).std()), float(labels.mean())


def fit(rows: Zones) -> Fitted:
    strength, held_out = choose_strength(rows)
    scale, centre = _stretch(rows, held_out)
    stretched = centre + scale * (held_out - centre)
    return Fitted(_fit_zones(rows)(strength).stretched(scale, centre),
                  fit_logistic(stretched.sum(1), rows.labels.sum(1) > INFILTRATES_ABOVE, rows.weights), scale)


@dataclass(frozen=True)
class HeldOut:
    """Predictions for each row by a network that never saw its patient's scores."""

    folds: np.ndarray
    zones: np.ndarray  # [n,6] clipped to 0..3
    logit: np.ndarray  # [n]
    tested: dict[str, np.ndarray]  # name -> [n,6] zones of copies to test on
    clear_folds: np.ndarray  # [m] of the additions' clear images
    clear_logit: np.ndarray  # [m]
    fitted: list[Fitted]  # a fold's network

    @property
    def brixia(self) -> np.ndarray:
        return self.zones.sum(1)


def cross_validate(rows: list[LabelledRadiograph], features: np.ndarray, learn_from: np.ndarray, added: Additions,
                   tests: dict[str, np.ndarray]) -> HeldOut:
    """Patient-grouped folds with nested strength. `learn_from` [n] bool: rows that may be learnt from (others are
    predicted only: they have no Brixia score, or their licence is left out). `tests`: features of copies of the rows."""
    patients = np.array([row.patient for row in rows])
    folds, clear_folds = patient_folds(list(patients), FOLDS, SEED), patient_folds(list(added.clear_patients), FOLDS, SEED)
    zones, logit, tested = np.zeros((len(rows), 6)), np.zeros(len(rows)), {name: np.zeros((len(rows), 6)) for name in tests}
    clear_logit, networks = np.zeros(len(clear_folds)), []
    labels = np.stack([row.zones for row in rows])
    for fold in range(FOLDS):
        fitted = fit(assemble(features, labels, patients, added, np.flatnonzero((folds != fold) & learn_from), np.flatnonzero(clear_folds != fold)))
        here = folds == fold
        zones[here], logit[here] = fitted.predict(features[here])
        for name, copies in tests.items():
            tested[name][here], _ = fitted.predict(copies[here])
        _, clear_logit[clear_folds == fold] = fitted.predict(added.clear[clear_folds == fold])
        networks.append(fitted)
    return HeldOut(folds, zones, logit, tested, clear_folds, clear_logit, networks)


def fit_platt(predicted: HeldOut, scored: np.ndarray, positive: np.ndarray, clear: np.ndarray, clear_weight: float) -> dict:
    """On the `scored` rows (weight 1) and the `clear` ones, which count as they did in the ridge."""
    logit = np.concatenate([predicted.logit[scored], predicted.clear_logit[clear]])
    truth = np.concatenate([positive[scored], np.zeros(clear.sum(), bool)])
    weights = np.repeat([1.0, clear_weight], [scored.sum(), clear.sum()])
    slope, intercept = fit_logistic(logit, truth, weights)
    return {"slope": round(slope, 5), "intercept": round(intercept, 5), "prevalence": round(float(positive[scored].sum() / weights.sum()), 5)}


def linear_of_brixia(label: np.ndarray, brixia: np.ndarray, folds: np.ndarray, patients: list[str], maximum: float) -> tuple[dict, np.ndarray]:
    """The manifest's section for a score that follows the total, and its held-out predictions."""
    held_out = np.zeros_like(label)
    for fold in np.unique(folds):
        slope, intercept = np.polyfit(brixia[folds != fold], label[folds != fold], 1)
        held_out[folds == fold] = (slope * brixia[folds == fold] + intercept).clip(0, maximum)
    slope, intercept = np.polyfit(brixia, label, 1)
    section = {"from": "linear(brixia)", "slope": round(float(slope), 5), "intercept": round(float(intercept), 5),
               "minimum": 0, "maximum": maximum, "error": interval_ends(label, held_out, patients)}
    return section, held_out


@dataclass(frozen=True)
class Calibrated:
    """What the manifest says of the scores beside the networks."""

    findings: dict
    platt: dict
    linear: dict[str, np.ndarray]  # extent and opacity, held out, of the rows that have them


def calibrate(rows: list[LabelledRadiograph], predicted: HeldOut, clear_weight: float, without: int | None = None) -> Calibrated:
    """From held-out predictions; `without` a fold: as that fold's network may know it, from the other folds' patients."""
    patients, labels = np.array([row.patient for row in rows]), np.stack([row.zones for row in rows])
    used, totals = predicted.folds != without, labels.sum(1)
    scored = used & np.isfinite(totals)
    platt = fit_platt(predicted, scored, totals > INFILTRATES_ABOVE, predicted.clear_folds != without, clear_weight)
    findings = {"brixia": {"from": "sum(zones)", "error": interval_ends(totals[scored], predicted.brixia[scored], list(patients[scored]))},
                "zones": {"from": "zones", "error": interval_ends(labels[scored], predicted.zones[scored], list(patients[scored]))}}
    linear = {}
    for name, maximum in (("extent", 8), ("opacity", 6)):
        label = np.array([getattr(row, name) for row in rows])
        known = used & np.isfinite(label)
        findings[name], linear[name] = linear_of_brixia(label[known], predicted.brixia[known], predicted.folds[known], list(patients[known]), maximum)
    findings["infiltrates"] = {"from": "infiltrates_logit", "calibration": "platt.json", "target_prevalence": TARGET_PREVALENCE}
    return Calibrated(findings, platt, linear)
