"""Copies of the scored radiographs that mean the same, or a known other thing, for the severity network to learn from."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from aicovid_models.drawings.clutter import add_clutter
from aicovid_models.drawings.opacity import LEAST_OPACITY, paint
from aicovid_models.lungs import masks
from aicovid_models.lungs.training import PredictedLungs
from aicovid_models.radiographs.archives import LabelledRadiograph

# The archive NIH ChestX-ray14 has copies of this longest side.
ARCHIVE_SIZE, ARCHIVE_QUALITY = 320, 85
GAMMA, WINDOW = (0.7, 1.4), (0.8, 1.2)


@dataclass(frozen=True)
class Shrunk:
    """A radiograph at the size of the NIH archive's copies and encoded again as JPEG, as they are."""

    row: LabelledRadiograph

    @property
    def key(self) -> str:
        return self.row.key

    def grey8(self) -> np.ndarray:
        image = Image.fromarray(self.row.grey8())
        scale, encoded = ARCHIVE_SIZE / max(image.size), io.BytesIO()
        size = round(image.width * scale), round(image.height * scale)
        image.resize(size, Image.Resampling.BOX).save(encoded, "JPEG", quality=ARCHIVE_QUALITY)
        return np.asarray(Image.open(io.BytesIO(encoded.getvalue())).convert("L"))


@dataclass(frozen=True)
class Contrast:
    """A radiograph as another grey scale shows it: gamma, then a LINEAR or SIGMOID window around the middle."""

    row: LabelledRadiograph
    gamma: float
    width: float  # of the window, as a part of the whole range
    sigmoid: bool

    @property
    def key(self) -> str:
        return self.row.key

    def grey8(self) -> np.ndarray:
        x = (self.row.grey8() / 255) ** self.gamma - 0.5
        shown = 1 / (1 + np.exp(-4 * x / self.width)) if self.sigmoid else np.clip(x / self.width + 0.5, 0, 1)
        return np.uint8(shown * 255 + 0.5)


def draw_contrasts(rows: list[LabelledRadiograph], seed: int) -> list[Contrast]:
    """One a row. Gamma is drawn evenly on a logarithmic scale."""
    generator = np.random.default_rng(seed)
    gamma, width = np.exp(generator.uniform(*np.log(GAMMA), len(rows))), generator.uniform(*WINDOW, len(rows))
    sigmoid = generator.random(len(rows)) < 0.5
    return [Contrast(row, *drawn) for row, *drawn in zip(rows, gamma, width, sigmoid, strict=True)]


@dataclass(frozen=True)
class Painted:
    """A radiograph with one lung whitened."""

    row: LabelledRadiograph
    lungs: PredictedLungs
    lung: int  # 0 the patient's right lung, 1 the left
    opacity: float
    white: float

    @property
    def key(self) -> str:
        return self.row.key

    def grey8(self) -> np.ndarray:
        pixels = self.row.grey8()
        lungs = masks.resample(self.lungs.labels, self.lungs.source, self.lungs.source, *pixels.shape)
        return paint(pixels, lungs[self.lung] > 0, self.opacity, self.white)

    @property
    def zones(self) -> np.ndarray:
        """What a reader is taken to give: at least 1 for the least opacity, 3 for a white lung, in its three zones."""
        zones = self.row.zones.copy()
        mine = slice(3 * self.lung, 3 * self.lung + 3)
        zones[mine] = np.maximum(zones[mine], 1 + 2 * (self.opacity - LEAST_OPACITY) / (1 - LEAST_OPACITY))
        return zones


def draw_painted(rows: list[LabelledRadiograph], lungs: dict[str, PredictedLungs], seed: int) -> list[Painted]:
    """One a row."""
    generator = np.random.default_rng(seed)
    lung, opacity = generator.integers(0, 2, len(rows)), generator.uniform(LEAST_OPACITY, 1, len(rows))
    white = generator.uniform(0.7, 0.95, len(rows))
    return [Painted(row, lungs[row.key], *drawn) for row, *drawn in zip(rows, lung, opacity, white, strict=True)]


@dataclass(frozen=True)
class Cluttered:
    """A radiograph with other surroundings, and things that lie on it."""

    row: LabelledRadiograph
    lungs: PredictedLungs
    seed: tuple[int, int]

    @property
    def key(self) -> str:
        return self.row.key

    def grey8(self) -> np.ndarray:
        pixels = self.row.grey8()
        lungs = masks.resample(self.lungs.labels, self.lungs.source, self.lungs.source, *pixels.shape).sum(0)
        return np.uint8(add_clutter(pixels / np.float32(255), lungs, np.random.default_rng(self.seed)).clip(0, 1) * 255 + 0.5)


def draw_cluttered(rows: list[LabelledRadiograph], lungs: dict[str, PredictedLungs], seed: int) -> list[Cluttered]:
    """One a row."""
    return [Cluttered(row, lungs[row.key], (seed, index)) for index, row in enumerate(rows)]
