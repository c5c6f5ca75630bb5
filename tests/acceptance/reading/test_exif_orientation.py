"""A JPEG or PNG file is turned as its Exif orientation asks: against Pillow, pixel by pixel."""

import numpy as np
import pytest
from PIL import Image, ImageOps

import aicovid


@pytest.mark.parametrize("name", ["picture.jpg", "picture.png", "deep.png"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pixels_are_those_of_the_turned_picture(tmp_path, name, orientation):
    # Large steps, so that no two neighbours look alike after the loss of JPEG.
    pixels = np.random.default_rng(3).integers(0, 255, (6, 9), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    if name == "deep.png":
        pixels = np.uint16(pixels) * np.uint16(251)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / name
    Image.fromarray(pixels).save(path, quality=95, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(path)))
    read = aicovid.read(path)
    assert read.pixels.shape == expected.shape
    # Pillow has its own copy of libjpeg, whose inverse transform may round otherwise.
    largest = 1 if name.endswith("jpg") else 0
    assert np.abs(read.pixels.astype(int) - expected).max() <= largest
    assert "rotated" not in {reason["code"] for reason in read.gate_reasons}
