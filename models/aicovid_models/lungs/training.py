"""Trains the lung networks and measures them; the masks of every image."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from aicovid_models.command import report
from aicovid_models.lungs import masks
from aicovid_models.lungs.network import LungNet, predict, train_lungs
from aicovid_models.lungs.overlap import overlap_of
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.radiographs.preprocessing import Rectangle, run_plan

# 21 epochs of all masks; a smaller set is shown as often in all.
IMAGE_STEPS = 6144
SEED = 20200401


@dataclass(frozen=True)
class PredictedLungs:
    labels: np.ndarray  # [256,256]: 0, 1 right, 2 left
    source: Rectangle
    confidence: float

    @property
    def fraction(self) -> float:
        return float((self.labels > 0).mean())  # the raster covers the whole radiograph

    @property
    def larger_share(self) -> float:
        return masks.larger_share(self.labels)


def _training_arrays(rows: list[LabelledRadiograph]) -> tuple[np.ndarray, np.ndarray]:
    grey = np.stack([run_plan("grey_256", row.grey8())[0][0, 0] for row in rows])
    target = np.stack([[run_plan("share_256", lung.astype(np.uint8) * 255)[0][0, 0] for lung in row.lung_mask()] for row in rows])
    return grey, target


def drawn_lungs(row: LabelledRadiograph) -> np.ndarray:
    """The hand-drawn lungs [2,256,256] as the lung network's raster has them: the share of each pixel that is lung."""
    return np.concatenate([run_plan("share_256", lung.astype(np.uint8) * 255)[0][0] for lung in row.lung_mask()])


def _fit(name: str, rows: list[LabelledRadiograph], work: Path) -> None:
    torch.set_num_threads(1)  # the two networks are trained side by side
    grey, target = _training_arrays(rows)
    train_lungs(grey, target, IMAGE_STEPS, SEED, work / f"lungs_{name}.pt", report)


def fit_networks(sets: dict[str, list[LabelledRadiograph]], work: Path) -> dict[str, LungNet]:
    """One network for each set of radiographs with masks; those saved by an earlier run are read."""
    missing = [name for name in sets if not (work / f"lungs_{name}.pt").exists()]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for future in [pool.submit(_fit, name, sets[name], work) for name in missing]:
            future.result()
    networks = {}
    for name in sets:
        networks[name] = LungNet()
        networks[name].load_state_dict(torch.load(work / f"lungs_{name}.pt", weights_only=True))
        networks[name].eval()
    return networks


def find_lungs(network, pixels: np.ndarray) -> PredictedLungs:
    image, source = run_plan("mask_in", pixels)
    probabilities = predict(network, image)
    labels = masks.clean(probabilities)
    return PredictedLungs(labels, source, masks.confidence(probabilities, labels))


def dice_on(network, rows: list[LabelledRadiograph]) -> list[dict]:
    """Overlap with the hand-drawn lungs, at their resolution."""
    result = []
    for row in rows:
        drawn = row.lung_mask()
        found = find_lungs(network, row.grey8())
        lungs = masks.resample(found.labels, found.source, found.source, *drawn.shape[1:]) > 0
        result.append(overlap_of(row, drawn, lungs))
    return result
