"""Does the attribution lie where the readers saw disease?"""

from __future__ import annotations

import numpy as np

from aicovid_models.evidence.readings import Reading
from aicovid_models.lungs import masks
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.statistics.evaluation import bootstrap, pearson, spearman


def zone_labels(lungs: np.ndarray) -> np.ndarray:
    """[h,w] -1 outside, 0 to 5: each lung of [2,h,w] cut into thirds of its height."""
    zones = np.full(lungs.shape[1:], -1)
    for side, lung in enumerate(lungs):
        rows = np.flatnonzero(lung.any(1))
        if rows.size == 0:
            continue
        third = np.clip(3 * (np.arange(lung.shape[0]) + 0.5 - rows[0]) / (rows[-1] + 1 - rows[0]), 0, 2.999).astype(int)
        zones = np.where(lung, 3 * side + third[:, None], zones)
    return zones


def points_of_zones(reading: Reading) -> tuple[np.ndarray, float]:
    """Attribution [6] in each zone, and its share inside the lungs; each cell's points are spread evenly over the cell."""
    cells, source = reading.examination.attribution
    labels, mask_source = reading.examination.lung_mask
    # Sixteen samples a cell's side, on the raster of the attribution.
    fine = np.kron(cells, np.ones((16, 16))) / 256
    lungs = masks.resample(labels, mask_source, source, *fine.shape) > 0
    zones = zone_labels(lungs)
    points = np.array([fine[zones == zone].sum() for zone in range(6)])
    return points, float(points.sum() / fine.sum()) if fine.sum() > 0 else float("nan")


def measure(rows: list[LabelledRadiograph], readings: list[Reading]) -> dict:
    """`readings`: held out. Correlation of the zones' attribution with the mean of the readers, over all zones of all images, and
    within an image (mean of its Spearman correlations, of images whose zones were not all read alike)."""
    patients, labels = [row.patient for row in rows], np.stack([row.zones for row in rows])
    measured = [points_of_zones(reading) for reading in readings]
    points, shares = np.stack([each[0] for each in measured]), np.array([each[1] for each in measured])
    uneven = np.flatnonzero((labels.std(1) > 0) & (points.std(1) > 0))
    names = [patients[i] for i in uneven]
    within = np.array([spearman(points[i], labels[i]) for i in uneven])
    scores = np.array([spearman(readings[i].zones, labels[i]) for i in uneven])
    readers = np.array([spearman(rows[i].zones_s, rows[i].zones_j) for i in uneven])
    both = np.isfinite(within) & np.isfinite(scores)

    def mean(values: np.ndarray, of: list[str]) -> dict:
        known = np.flatnonzero(np.isfinite(values))
        return bootstrap(lambda x: float(x.mean()), [of[i] for i in known], values[known])

    return {"r": bootstrap(lambda a, b: pearson(a.ravel(), b.ravel()), patients, points, labels),
            "within_image": mean(np.where(both, within, np.nan), names), "zone_scores_within_image": mean(np.where(both, scores, np.nan), names),
            "readers_within_image": mean(readers, names),
            "inside_lungs": mean(shares, patients), "inside_lungs_lowest": round(float(np.nanmin(shares)), 3)}
