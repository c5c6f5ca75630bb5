"""Pictures that are no chest radiographs, of installed packages and made here."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SEED = 20200405
# Of pydicom-data: computed tomography, whole-body scintigraphy, magnetic resonance, a radiograph of a hand or foot, ultrasound.
_DICOM = ("693_UNCR.dcm", "JPEG2000_UNC.dcm", "MR2_UNCR.dcm", "MR-SIEMENS-DICOM-WithOverlays.dcm", "RG3_UNCR.dcm",
          "JPGLosslessP14SV1_1s_1f_8b.dcm")
SIZE = 256


def scikit_image_pictures() -> dict[str, np.ndarray]:
    """Photographs, micrographs, drawings: [H,W] uint8."""
    import skimage.data

    paths = sorted(path for path in Path(skimage.data.__file__).parent.iterdir() if path.suffix in (".png", ".jpg"))
    return {path.stem: np.asarray(Image.open(path).convert("L")) for path in paths}


def _dicom_pictures() -> dict[str, np.ndarray]:
    import pydicom
    from pydicom.data import get_testdata_file

    pictures = {}
    for name in _DICOM:
        dataset = pydicom.dcmread(get_testdata_file(name))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = dataset.pixel_array.astype(np.float64)
        if dataset.PhotometricInterpretation == "MONOCHROME1":
            values = -values
        low, high = np.percentile(values, [0.5, 99.5])
        pictures[name] = np.uint8(np.clip((values - low) / (high - low), 0, 1) * 255 + 0.5)
    return pictures


def photographs() -> dict[str, np.ndarray]:
    """Every picture that was not made here, by a name that is its own group in cross-validation."""
    import sklearn.datasets

    more = {name: np.asarray(Image.fromarray(sklearn.datasets.load_sample_image(name)).convert("L")) for name in ("china.jpg", "flower.jpg")}
    return scikit_image_pictures() | more | _dicom_pictures()


def _noise(generator: np.random.Generator) -> np.ndarray:
    """From white noise to clouds."""
    cells = int(2 ** generator.integers(1, 9))
    field = Image.fromarray(generator.random((cells, cells)).astype(np.float32))
    return np.asarray(field.resize((SIZE, SIZE), Image.Resampling.BICUBIC)).clip(0, 1)


def _gradient(generator: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[-1:1:SIZE * 1j, -1:1:SIZE * 1j]
    angle, bend = generator.uniform(0, 2 * np.pi), generator.uniform(-1, 1)
    field = x * np.cos(angle) + y * np.sin(angle) + bend * (x * x + y * y)
    return (field - field.min()) / (field.max() - field.min()) + 0.02 * generator.standard_normal((SIZE, SIZE))


def _shapes(generator: np.random.Generator) -> np.ndarray:
    image = Image.new("L", (SIZE, SIZE), int(generator.integers(0, 256)))
    draw = ImageDraw.Draw(image)
    for _ in range(int(generator.integers(1, 12))):
        x, y = np.sort(generator.integers(0, SIZE, 2)), np.sort(generator.integers(0, SIZE, 2))
        form = (draw.rectangle, draw.ellipse)[int(generator.integers(0, 2))]
        form([int(x[0]), int(y[0]), int(x[1]), int(y[1])], fill=int(generator.integers(0, 256)))
    return np.asarray(image) / 255


def _text(generator: np.random.Generator) -> np.ndarray:
    dark = bool(generator.integers(0, 2))
    image = Image.new("L", (SIZE, SIZE), 0 if dark else 255)
    draw, letters = ImageDraw.Draw(image), np.array(list("abcdefghijklmnopqrstuvwxyz      ABCDEFGHIJ0123456789.,"))
    for line in range(0, SIZE, int(generator.integers(10, 30))):
        draw.text((int(generator.integers(0, 40)), line), "".join(generator.choice(letters, 60)), fill=255 if dark else 0)
    return np.asarray(image) / 255


def _board(generator: np.random.Generator) -> np.ndarray:
    cell = int(generator.integers(4, 64))
    y, x = np.mgrid[:SIZE, :SIZE] // cell
    low, high = generator.random(2)
    return np.where((x + y) % 2, low, high)


def made(count: int) -> list[np.ndarray]:
    """[256,256] in [0,1]: noise, gradients, shapes, text, chessboards in turn."""
    generator = np.random.default_rng(SEED)
    makers = (_noise, _gradient, _shapes, _text, _board)
    return [makers[i % len(makers)](generator).clip(0, 1).astype(np.float32) for i in range(count)]


def shuffled(chest: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A chest cut into 2 x 2 to 4 x 4 tiles in another order: its texture without its anatomy."""
    parts = int(generator.integers(2, 5))
    side = SIZE // parts
    tiles = [chest[i * side : (i + 1) * side, j * side : (j + 1) * side] for i in range(parts) for j in range(parts)]
    order = np.roll(generator.permutation(parts * parts), 1)
    rows = [np.concatenate([tiles[k] for k in order[i * parts : (i + 1) * parts]], 1) for i in range(parts)]
    result = np.zeros((SIZE, SIZE), np.float32)
    result[: side * parts, : side * parts] = np.concatenate(rows, 0)
    return result
