"""Trains the lung networks and measures them; the masks of every image."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

import lung_mask
from chest_preprocessing import run_plan
from labelled_radiographs import LabelledRadiograph
from lungs import LungNet, dice, predict, train_lungs

# 21 epochs of all masks; a smaller set is shown as often in all.
IMAGE_STEPS = 6144
SEED = 20200401


@dataclass(frozen=True)
class PredictedLungs:
    labels: np.ndarray  # [256,256]: 0, 1 right, 2 left
    source: lung_mask.Rectangle
    confidence: float

    @property
    def fraction(self) -> float:
        return float((self.labels > 0).mean())  # the raster covers the whole radiograph

    @property
    def larger_share(self) -> float:
        return lung_mask.larger_share(self.labels)


def _training_arrays(rows: list[LabelledRadiograph]) -> tuple[np.ndarray, np.ndarray]:
    grey = np.stack([run_plan("grey_256", row.grey8())[0][0, 0] for row in rows])
    target = np.stack([[run_plan("share_256", lung.astype(np.uint8) * 255)[0][0, 0] for lung in row.lung_mask()] for row in rows])
    return grey, target


def _fit(name: str, rows: list[LabelledRadiograph], work: Path) -> None:
    torch.set_num_threads(1)  # the two networks are trained side by side
    grey, target = _training_arrays(rows)
    train_lungs(grey, target, IMAGE_STEPS, SEED, work / f"lungs_{name}.pt",
                lambda text: print(time.strftime("%H:%M:%S"), text, flush=True))


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
    labels = lung_mask.clean(probabilities)
    return PredictedLungs(labels, source, lung_mask.confidence(probabilities, labels))


def dice_on(network, rows: list[LabelledRadiograph]) -> list[dict]:
    """Overlap with the hand-drawn lungs, at their resolution."""
    result = []
    for row in rows:
        drawn = row.lung_mask()
        found = find_lungs(network, row.grey8())
        lungs = lung_mask.resample(found.labels, found.source, found.source, *drawn.shape[1:]) > 0
        result.append({"key": row.key, "patient": row.patient, "both": dice(lungs.any(0), drawn.any(0)),
                       "right": dice(lungs[0], drawn[0]), "left": dice(lungs[1], drawn[1])})
    return result
