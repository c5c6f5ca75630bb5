"""Scored images with real devices of other images on them, to learn steadiness from and to test it; a third of the devices' patients is for tests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from aicovid_models.drawings.devices import Devices, cut_out, lay
from aicovid_models.lungs import masks
from aicovid_models.lungs.training import PredictedLungs
from aicovid_models.radiographs import counted
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.radiographs.pixel_labels import pixel_labels

STRENGTH = (0.7, 1.3)


@dataclass(frozen=True)
class WithDevices:
    row: LabelledRadiograph
    lungs: PredictedLungs
    devices: Devices
    strength: float
    inside: bool
    outside: bool

    @property
    def key(self) -> str:
        return self.row.key

    def grey8(self) -> np.ndarray:
        pixels = self.row.grey8()
        box = masks.bounding_rectangle(self.lungs.labels, self.lungs.source) or self.lungs.source
        lung = masks.resample(self.lungs.labels, self.lungs.source, self.lungs.source, *pixels.shape).any(0)
        return lay(self.devices, pixels, box, (lung & self.inside) | (~lung & self.outside), self.strength)


def cut_outs(data: Path) -> tuple[list[Devices], list[Devices]]:
    """To learn from, and those of the third of the patients to test on: with the lowest SHA-256 of their names."""
    rows = {row.key: row for row in counted.ieee8023(data)}
    found: dict[str, list[Devices]] = {}
    for label in pixel_labels(data):
        drawn, row = label.devices(), rows.get(label.key)
        if row is None or not drawn.any():
            continue
        # A drawing may have another size than the radiograph.
        pixels = np.asarray(Image.fromarray(row.grey8()).resize(drawn.shape[::-1], Image.Resampling.BILINEAR))
        lungs = label.lungs().any(0).astype(np.uint8)
        box = masks.bounding_rectangle(lungs, (0.0, 0.0, *map(float, lungs.shape)))
        if box is not None:
            found.setdefault(row.patient, []).append(cut_out(pixels, drawn, box))
    names = sorted(found, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    test = names[: len(names) // 3]
    return ([one for name in names if name not in test for one in found[name]], [one for name in test for one in found[name]])


def with_devices(rows: list[LabelledRadiograph], lungs: dict[str, PredictedLungs], devices: list[Devices], seed: int,
                 inside: bool = True, outside: bool = True) -> list[WithDevices]:
    """One a row, with the devices of an image drawn at random."""
    generator = np.random.default_rng(seed)
    drawn, strength = generator.integers(0, len(devices), len(rows)), generator.uniform(*STRENGTH, len(rows))
    return [WithDevices(row, lungs[row.key], devices[index], part, inside, outside) for row, index, part in zip(rows, drawn, strength, strict=True)]
