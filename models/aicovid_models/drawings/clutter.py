"""What hospitals leave in a radiograph beside the lungs, for networks to learn to look past: strokes, discs, words, frames, another
brightness of the surroundings.

Drawn by other code than the test's (`foreign_objects.py`), but the kinds are the same, and the ranges of widths and greys contain the test's.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

# Of the pictures that a network learns from: how many get some, each kind apart, and how often it spares the lungs.
SHARE, SPARES_LUNGS = 0.6, 0.6
STROKES, DISCS, WORDS, FRAME, BRIGHTNESS = 0.5, 0.3, 0.3, 0.25, 0.4
LETTERS = "ABDEHIKLMNPRSTUVX0123456789:-"


def _stroke(draw: ImageDraw.ImageDraw, side: int, generator: np.random.Generator) -> None:
    """A bent line of three control points (a quadratic Bezier curve)."""
    a, b, c = generator.uniform(-0.1, 1.1, (3, 2)) * side
    t = np.linspace(0, 1, 40)[:, None]
    points = (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
    draw.line([tuple(point) for point in points], fill=int(generator.uniform(110, 256)), width=max(1, round(generator.uniform(0.003, 0.02) * side)),
              joint="curve")


def _things(shape: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """Share [H,W] that is covered by strokes, discs and words."""
    image, side = Image.new("L", (shape[1], shape[0]), 0), max(shape)
    draw = ImageDraw.Draw(image)
    if generator.random() < STROKES:
        for _ in range(generator.integers(1, 7)):
            _stroke(draw, side, generator)
    if generator.random() < DISCS:
        for _ in range(generator.integers(1, 6)):
            (x, y), r = generator.uniform(0, side, 2), generator.uniform(0.005, 0.025) * side
            draw.ellipse((x - r, y - r, x + r, y + r), fill=int(generator.uniform(100, 256)))
    if generator.random() < WORDS:
        for _ in range(generator.integers(1, 4)):
            words = "".join(generator.choice(list(LETTERS), generator.integers(1, 9)))
            draw.text(tuple(generator.uniform(-0.05, 0.9, 2) * side), words, fill=255,
                      font=ImageFont.load_default(max(8, round(generator.uniform(0.03, 0.12) * side))))
    return np.asarray(image, np.float32) / 255


def _framed(grey: np.ndarray, spared: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """One grey beyond an oblique rectangle of random sides: a collimated field, but over the lungs."""
    height, width = grey.shape
    y, x = np.mgrid[:height, :width]
    y, x = y / height - 0.5, x / width - 0.5
    angle = generator.normal(0, 0.04)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    edges = 0.5 - generator.uniform(0, 0.14, 4)
    beyond = (u > edges[0]) | (u < -edges[1]) | (v > edges[2]) | (v < -edges[3])
    white = generator.uniform(0.8, 1) if generator.random() < 0.3 else generator.uniform(0, 0.1)
    return grey + beyond * (1 - spared) * (white - grey)


def add_clutter(grey: np.ndarray, lungs: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A picture [H,W] in [0,1] with other surroundings, which may be brighter than 1 or darker than 0.

    @param lungs  [H,W] share of each pixel that is lung
    """
    side = max(grey.shape)
    # Whatever ends where the lungs end shows where that is: so the edge that is spared lies somewhere near theirs.
    near = np.clip(ndimage.gaussian_filter(lungs, generator.uniform(0.5, 0.03 * side)) * generator.uniform(1, 3), 0, 1)
    result = grey
    if generator.random() < BRIGHTNESS:
        coarse = generator.uniform(-1, 1, (3, 3)) * generator.uniform(0, 0.3) + generator.uniform(-0.45, 0.45)
        field = ndimage.zoom(coarse, (grey.shape[0] / 3, grey.shape[1] / 3), order=1)
        result = result * (1 + (1 - near) * field)
    if generator.random() < FRAME:
        result = _framed(result, np.maximum(near, lungs > 0.05), generator)
    covered = _things(grey.shape, generator)
    if generator.random() < SPARES_LUNGS:
        covered = covered * (1 - np.maximum(near, lungs > 0.05))
    return result + covered * (np.maximum(generator.uniform(0.55, 1), result) - result)


def clutter_batch(grey: np.ndarray, lungs: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Training pictures [N,1,H,W] in [0,1], a share of them with clutter and then, as the plan's percentile_clip has it, a
    grey scale from their new 1st percentile to the 99th. `lungs` [N,2,H,W]."""
    result = grey.copy()
    for i in np.flatnonzero(generator.random(len(grey)) < SHARE):
        cluttered = add_clutter(grey[i, 0], np.minimum(lungs[i].sum(0), 1), generator)
        low, high = np.percentile(cluttered, (1, 99))
        result[i, 0] = np.clip((cluttered - low) / max(high - low, 1e-3), 0, 1)
    return result
