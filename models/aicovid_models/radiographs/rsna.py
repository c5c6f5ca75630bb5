"""Radiologists' classes and boxes of the RSNA pneumonia challenge: lungs cut out by a third party, and whole pictures of `nih`.

A third of the cut-out lungs is a test set, fixed by their names before any trial. It is opened once for each release candidate,
through `open_test`, which writes the opening down.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from scipy import ndimage

from aicovid_models.radiographs.counted import ADULT

NORMAL, NOT_NORMAL, OPACITY = "Normal", "No Lung Opacity / Not Normal", "Lung Opacity"
# Of the original, which the boxes refer to.
ORIGINAL = 1024
OPENINGS = Path(__file__).with_name("rsna_test_openings.txt")
Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True)
class LungsOnly:
    """An image that is 0 outside the lungs, with the mask it was cut by, which leaves the heart and dense opacities out."""

    path: Path
    mask: Path
    finding: str
    view: str
    age: float
    boxes: tuple[Box, ...]
    same_image: str  # file name in `nih`, or ""

    @property
    def key(self) -> str:
        return f"rsna-lungs/{self.path.stem}"

    @property
    def patient(self) -> str:
        """An id of the challenge is an image's; the archive's patient is not known."""
        return f"rsna-{self.path.stem}"

    def grey8(self) -> np.ndarray:
        return np.asarray(Image.open(self.path).convert("L"))

    def lungs(self) -> np.ndarray:
        """[H,W] labels 1 (the patient's right lung, left in the picture) and 2, on the image's own raster."""
        return two_lungs(np.asarray(Image.open(self.mask)).astype(bool))

    def box_map(self, shape: tuple[int, int]) -> np.ndarray:
        """[H,W] float32: 1 inside the readers' boxes."""
        return box_map(self.boxes, shape)


def box_map(boxes: tuple[Box, ...], shape: tuple[int, int]) -> np.ndarray:
    drawn, (height, width) = np.zeros(shape, np.float32), shape
    for x, y, w, h in boxes:
        drawn[round(y * height / ORIGINAL) : round((y + h) * height / ORIGINAL), round(x * width / ORIGINAL) : round((x + w) * width / ORIGINAL)] = 1
    return drawn


def two_lungs(mask: np.ndarray) -> np.ndarray:
    """[H,W] bool -> labels: each region goes to the side of the picture on which its centre lies, seen from the middle of the mask.

    A region across the middle is cut there.
    """
    if not mask.any():
        return np.zeros(mask.shape, np.uint8)
    columns = np.flatnonzero(mask.any(0))
    middle = (columns[0] + columns[-1] + 1) / 2
    regions, count = ndimage.label(mask)
    labels = np.zeros(mask.shape, np.uint8)
    for index, part in enumerate(ndimage.find_objects(regions), 1):
        region = regions == index
        first, last, centre = part[1].start, part[1].stop, ndimage.center_of_mass(region)[1]
        across = first < middle < last and min(middle - first, last - middle) > 0.4 * (last - first)
        side = np.arange(mask.shape[1])[None] + 0.5 >= middle if across else centre >= middle
        labels[region] = np.where(np.broadcast_to(side, mask.shape)[region], 2, 1)
    return labels


def parse_boxes(text: object) -> tuple[Box, ...]:
    """"x y width height;..." in pixels of the original."""
    return tuple(tuple(map(float, box.split())) for box in text.split(";")) if isinstance(text, str) else ()


def lungs_only(data: Path) -> list[LungsOnly]:
    """Adults, in the table's order of names."""
    folder, table = data / "rsna-lungs", pd.read_csv(data / "rsna-lungs/labels.csv").sort_values("image")
    return [LungsOnly(folder / row.image, folder / row.lungs, row.label, row.view, float(row.age), parse_boxes(row.boxes_xywh_1024),
                      row.same_image_in_nih if isinstance(row.same_image_in_nih, str) else "")
            for row in table.itertuples() if not row.age < ADULT]


def split(rows: list[LungsOnly]) -> tuple[list[LungsOnly], list[LungsOnly]]:
    """To learn from, and the third to test on: within each class and view, those whose names have the lowest SHA-256."""
    test: set[str] = set()
    for group in {(row.finding, row.view) for row in rows}:
        names = sorted((row.path.name for row in rows if (row.finding, row.view) == group), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
        test.update(names[: len(names) // 3])
    return [row for row in rows if row.path.name not in test], [row for row in rows if row.path.name in test]


def learn(data: Path) -> list[LungsOnly]:
    return split(lungs_only(data))[0]


def open_test(data: Path, why: str, openings: Path = OPENINGS) -> list[LungsOnly]:
    """The test third; the opening is appended to `openings`.

    @param why  the release candidate that is measured, in one line
    """
    if not why.strip() or "\n" in why:
        raise ValueError("an opening of the test third needs a reason of one line")
    with openings.open("a", encoding="utf-8") as file:
        file.write(f"{time.strftime('%Y-%m-%d')} {why}\n")
    return split(lungs_only(data))[1]


@dataclass(frozen=True)
class WholePicture:
    """What readers said of a whole picture of `nih`."""

    key: str
    finding: str  # RSNA's class, or ""
    boxes: tuple[Box, ...]
    airspace_opacity: str  # adjudicated (Majkowska 2020): "YES", "NO" or ""


def whole_pictures(data: Path) -> dict[str, WholePicture]:
    table = pd.read_csv(data / "nih/reader_labels.csv", dtype=str).fillna("")
    return {key: WholePicture(key, row.rsna_class, parse_boxes(row.rsna_boxes_xywh_1024 or None), row.google_airspace_opacity)
            for row in table.itertuples() for key in [f"nih/{Path(row.image).stem}"]}
