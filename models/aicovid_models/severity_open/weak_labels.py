"""A severity index from weak labels of whole radiographs, without any reader's score: candidates, and the choice among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from aicovid_models.statistics.evaluation import auroc
from aicovid_models.zones.features import severity_inputs
from aicovid_models.zones.ridge import Ridge, prepare_ridge

# What a copy of 320 pixels counts of a radiograph's weight, so that the size of an archive's copies does not matter; and the
# weight of what another grey scale changes.
SHRUNK_SHARE, CONSTANCY = 0.5, 0.2
PENALTIES, COMPONENTS = np.geomspace(100000, 10, 13), [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]  # the simplest first
RESAMPLES = 1000


@dataclass(frozen=True)
class WeakImages:
    """What is learnt from, a row an image."""

    features: np.ndarray  # [n,2,6,f] image and mirror image
    shrunk: np.ndarray  # [n,2,6,f] its copy of 320 pixels
    changes: np.ndarray  # [n,2,f] of the total by another grey scale
    in_care: np.ndarray  # [n] 1 in intensive care at the exam, 0 never in it
    ap: np.ndarray  # [n] bool
    weights: np.ndarray  # [n]

    def __getitem__(self, rows: np.ndarray) -> WeakImages:
        return WeakImages(*(getattr(self, part.name)[rows] for part in fields(self)))

    def zones(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Features, label and weight of every zone with lung; a zone has its image's label."""
        both = np.concatenate([self.features, self.shrunk])
        filled = np.isfinite(both).all(-1)
        weights = np.concatenate([self.weights * (1 - SHRUNK_SHARE), self.weights * SHRUNK_SHARE])
        label, weight = (np.broadcast_to(values[:, None, None], filled.shape)[filled] for values in (np.tile(self.in_care, 2), weights))
        return both[filled], label, weight


@dataclass(frozen=True)
class ChoosingImages:
    """Images of another archive, of which nothing is learnt but which setting to take."""

    features: np.ndarray  # [n,2,6,f]
    pneumonia: np.ndarray  # [n] 1 labelled pneumonia, 0 no finding
    view: np.ndarray  # [n] "PA" or "AP"
    patients: np.ndarray  # [n]


def fits(images: WeakImages) -> Callable[[float], Ridge]:
    """The ridge of a penalty; of an infinite one `difference_of_means`."""
    changes = images.changes.reshape(-1, images.changes.shape[-1]) * np.sqrt(CONSTANCY)
    fitted = prepare_ridge(*images.zones(), changes)
    return lambda penalty: fitted(penalty) if np.isfinite(penalty) else difference_of_means(images)


def ridge(images: WeakImages, penalty: float) -> Ridge:
    return fits(images)(penalty)


def difference_of_means(images: WeakImages) -> Ridge:
    """What the ridge comes to, but for its scale, as the penalty grows without end: the difference of the two labels' means, in
    standardised features. It has no setting."""
    zones, label, weight = images.zones()
    x = zones.astype(np.float64)
    share = weight / weight.sum()
    mean = share @ x
    std = np.sqrt(share @ (x - mean) ** 2) + 1e-6
    high, low = (np.average(x[label == value], axis=0, weights=weight[label == value]) for value in (1, 0))
    slope = (high - low) / std**2
    return Ridge(slope, float(-slope @ mean), mean, std, np.inf)


def ridge_without_view(images: WeakImages, penalty: float) -> Ridge:
    """The mean of each view is taken out of features and label."""
    features, shrunk, label = images.features.copy(), images.shrunk.copy(), images.in_care.astype(float)
    for view in (True, False):
        here = images.ap == view
        weights = images.weights[here]
        label[here] -= weights @ label[here] / weights.sum()
        for part in (features, shrunk):
            filled = np.isfinite(part[here]).all(-1)
            each = np.broadcast_to(weights[:, None, None], filled.shape)[filled]
            part[here] -= each @ part[here][filled] / each.sum()
    fitted = ridge(WeakImages(features, shrunk, images.changes, label, images.ap, images.weights), penalty)
    mean = images.features[np.isfinite(images.features).all(-1)].mean(0)
    return Ridge(fitted.weight, 0.0, mean, fitted.std, penalty)


def components(images: WeakImages, others: np.ndarray, count: int) -> Ridge:
    """Least squares on the first `count` principal components of all zones, of `others` [n,2,6,f] too."""
    zones, label, weight = images.zones()
    known = np.concatenate([zones, others[np.isfinite(others).all(-1)]]).astype(np.float64)
    mean, std = known.mean(0), known.std(0) + 1e-6
    _, directions = np.linalg.eigh(np.cov(((known - mean) / std).T))
    project = directions[:, ::-1][:, :count] / std[:, None]
    design, root = np.c_[(zones - mean) @ project, np.ones(len(zones))], np.sqrt(weight)
    beta = np.linalg.lstsq(design * root[:, None], label * root, rcond=None)[0]
    slope = project @ beta[:-1]
    return Ridge(slope, float(beta[-1] - slope @ mean), mean, std, 0.0)


def index(fitted: Ridge, features: np.ndarray) -> np.ndarray:
    """[n,..,6,f] -> [n]: the mean over the zones of the image as it is; a zone without lung counts as the mean zone."""
    image = features[:, 0]
    return fitted(np.where(np.isfinite(image).all(-1, keepdims=True), image, fitted.mean)).mean(1)


def weighted_moments(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation."""
    mean = np.average(values, weights=weights)
    return float(mean), float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


def grey_of_lungs(rows: list, lungs: dict) -> np.ndarray:
    """[n]: mean grey of the zones over the mean grey between the lungs, in the crop that the severity network sees."""
    return np.array([grey_ratio(*severity_inputs(row.grey8(), lungs[row.key])) for row in rows])


def grey_ratio(image: np.ndarray, mask: np.ndarray) -> float:
    """NaN where there is nothing between two lungs."""
    grey, drawn, zones, between = image[0, 0] * 128 + 127, mask[0] > 0.5, [], []
    for line, right, left in zip(grey, *drawn, strict=True):
        if right.any() and left.any():
            between.extend(line[np.flatnonzero(right)[-1] + 1 : np.flatnonzero(left)[0]])
    for lung in drawn:
        occupied = np.flatnonzero(lung.any(1))
        if len(occupied):
            third = 3 * (np.arange(len(lung)) + 0.5 - occupied[0]) // (occupied[-1] + 1 - occupied[0])
            cut = [grey[lung & (third == part)[:, None]] for part in range(3)]
            zones.extend(values.mean() for values in cut if values.size)
    return float(np.mean(zones) / np.mean(between)) if zones and between else np.nan


def in_each_view(score: np.ndarray, images: ChoosingImages, rows: np.ndarray | slice = slice(None)) -> list[float]:
    """AUROC of pneumonia against no finding, PA and AP."""
    score, label, view = score[rows], images.pneumonia[rows], images.view[rows]
    return [auroc(score[view == name], label[view == name]) for name in ("PA", "AP")]


def within_views(score: np.ndarray, images: ChoosingImages, rows: np.ndarray | slice = slice(None)) -> float:
    """The measure of choice: the mean of both views."""
    return float(np.mean(in_each_view(score, images, rows)))


def standard_error(score: np.ndarray, images: ChoosingImages) -> float:
    """Of `within_views`, by bootstrap over patients."""
    generator = np.random.default_rng(7)
    rows_of = [np.flatnonzero(images.patients == name) for name in np.unique(images.patients)]
    draws = [np.concatenate([rows_of[i] for i in generator.integers(len(rows_of), size=len(rows_of))]) for _ in range(RESAMPLES)]
    return float(np.nanstd([within_views(score, images, rows) for rows in draws]))


@dataclass(frozen=True)
class Candidate:
    name: str
    setting: float
    fitted: Ridge


def choose(name: str, fit: Callable[[float], Ridge], settings: list, images: ChoosingImages) -> Candidate:
    """The first (simplest) setting whose measure is within one standard error of the best."""
    fits = [fit(setting) for setting in settings]
    scores = [index(fitted, images.features) for fitted in fits]
    measures = [within_views(score, images) for score in scores]
    best = int(np.argmax(measures))
    enough = measures[best] - standard_error(scores[best], images)
    first = next(i for i, measure in enumerate(measures) if measure >= enough)
    return Candidate(name, float(settings[first]), fits[first])
