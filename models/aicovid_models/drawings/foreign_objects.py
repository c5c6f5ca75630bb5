"""What hospitals leave in a radiograph beside the lungs, drawn over it: tubes, cables, letters, borders, another brightness.

A score that is read from the lungs alone cannot depend on what is drawn outside them. Each drawing is a layer [H,W] of how much
of a pixel it replaces, 0 to 1, and is cut along the lung mask that the library found, so that no pixel of the lungs is touched
(or, inside, no other one).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

WHITE, METAL, PLASTIC = 250, 235, 190
WORDS = ("R", "L", "AP", "SUPINE", "PORTABLE 07:45", "ICU BED 4", "SEMI ERECT")


class _Layer:
    """Lines, discs and text in units of the longer side."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.side = max(shape)
        self._image = Image.new("L", (shape[1], shape[0]), 0)
        self._draw = ImageDraw.Draw(self._image)

    def curve(self, points: np.ndarray, width: float, share: float) -> None:
        """@param points  [n,2] x, y in pixels"""
        smooth = ndimage.zoom(np.asarray(points, float), (12, 1), order=1)
        smooth = ndimage.gaussian_filter1d(smooth, 6, axis=0, mode="nearest")
        self._draw.line([tuple(point) for point in smooth], fill=round(255 * share), width=max(1, round(width * self.side)))

    def disc(self, x: float, y: float, radius: float, share: float) -> None:
        r = radius * self.side
        self._draw.ellipse((x - r, y - r, x + r, y + r), fill=round(255 * share))

    def text(self, x: float, y: float, words: str, height: float) -> None:
        self._draw.text((x, y), words, fill=255, font=ImageFont.load_default(max(8, round(height * self.side))))

    @property
    def share(self) -> np.ndarray:
        return np.asarray(self._image) / 255


def tubes(shape: tuple[int, int], lungs: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, float]:
    """A tracheal tube, a gastric tube and a central line, along the middle between the lungs."""
    height, width = shape
    layer, middle = _Layer(shape), np.flatnonzero(lungs.any(0)).mean() if lungs.any() else width / 2
    for end, thickness, sway in ((0.35, 0.012, 0.01), (0.98, 0.007, 0.03), (0.5, 0.005, 0.08)):
        y = np.linspace(0, end * height, 6)
        x = middle + np.cumsum(generator.normal(0, sway * width / 2, 6))
        layer.curve(np.stack([x, y], 1), thickness, 0.8)
    return layer.share, PLASTIC


def cables(shape: tuple[int, int], lungs: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, float]:
    """Four monitoring cables from edge to edge."""
    height, width = shape
    layer = _Layer(shape)
    for _ in range(4):
        x = np.linspace(0, width, 7)
        y = generator.uniform(0, height) + np.cumsum(generator.normal(0, 0.1 * height, 7))
        points = np.stack([x, y], 1) if generator.random() < 0.5 else np.stack([y * width / height, x * height / width], 1)
        layer.curve(points, generator.uniform(0.004, 0.01), 0.9)
    return layer.share, METAL


def letters(shape: tuple[int, int], lungs: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, float]:
    """Three markers near the corners."""
    height, width = shape
    layer = _Layer(shape)
    for x, y in generator.permutation([(0.02, 0.02), (0.75, 0.02), (0.02, 0.85), (0.7, 0.85)])[:3]:
        layer.text(x * width, y * height, str(generator.choice(WORDS)), generator.uniform(0.04, 0.09))
    return layer.share, WHITE


def borders(shape: tuple[int, int], lungs: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, float]:
    """The edges of a collimated field: black, sometimes white, 3 to 10 % of each side."""
    height, width = shape
    share = np.ones(shape)
    top, bottom, left, right = generator.uniform(0.03, 0.1, 4)
    share[round(top * height) : round((1 - bottom) * height), round(left * width) : round((1 - right) * width)] = 0
    return share, 0.0 if generator.random() < 0.75 else float(WHITE)


def electrodes(shape: tuple[int, int], lungs: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, float]:
    """Four electrodes on the lungs, each with a wire that leaves them."""
    height, width = shape
    layer, (rows, columns) = _Layer(shape), np.nonzero(lungs)
    for index in generator.integers(0, len(rows), 4):
        x, y = columns[index], rows[index]
        layer.disc(x, y, 0.014, 0.5)
        layer.disc(x, y, 0.006, 1)
        end = (generator.uniform(0, width), 0) if generator.random() < 0.5 else (generator.choice([0, width]), generator.uniform(0, height))
        layer.curve(np.stack([np.linspace(x, end[0], 5), np.linspace(y, end[1], 5)], 1), 0.005, 0.9)
    return layer.share, METAL


def lines(shape: tuple[int, int], lungs: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, float]:
    """Two catheters or drains through the lungs."""
    layer, (rows, columns) = _Layer(shape), np.nonzero(lungs)
    for _ in range(2):
        ends = generator.integers(0, len(rows), 2)
        x, y = (np.linspace(*place[ends], 5) + generator.normal(0, 0.02 * max(shape), 5) for place in (columns, rows))
        layer.curve(np.stack([x, y], 1), 0.008, 0.7)
    return layer.share, PLASTIC


Draw = Callable[[tuple[int, int], np.ndarray, np.random.Generator], tuple[np.ndarray, float]]
OUTSIDE: dict[str, Draw] = {"tubes": tubes, "cables": cables, "letters": letters, "borders": borders}
INSIDE: dict[str, Draw] = {"electrodes": electrodes, "lines": lines}


def paste(pixels: np.ndarray, lungs: np.ndarray, draw: Draw, generator: np.random.Generator) -> np.ndarray:
    """A drawing of OUTSIDE or INSIDE over [H,W] uint8, only where it belongs. `lungs` [H,W] bool."""
    share, grey = draw(pixels.shape, lungs, generator)
    share = np.where(lungs, share, 0) if draw in INSIDE.values() else np.where(lungs, 0, share)
    # What lies on the patient takes rays away and only brightens; a border replaces the picture.
    above = grey if draw is borders else np.maximum(pixels, grey)
    return np.uint8(pixels + share * (above - pixels) + 0.5)


def brightness(pixels: np.ndarray, lungs: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Everything outside the lungs 15 to 35 % brighter or darker; the change fades over 2 % of the longer side towards them."""
    away = ndimage.distance_transform_edt(~lungs) / (0.02 * max(pixels.shape))
    factor = 1 + generator.choice([-1, 1]) * generator.uniform(0.15, 0.35)
    return np.uint8(np.clip(pixels * (1 + (factor - 1) * np.clip(away, 0, 1)), 0, 255) + 0.5)


def filled(pixels: np.ndarray, region: np.ndarray, grey: float) -> np.ndarray:
    """`region` [H,W] bool of one grey."""
    return np.where(region, np.uint8(grey), pixels)
