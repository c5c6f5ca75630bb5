"""A JPEG file is turned as its Exif orientation asks: against Pillow, pixel by pixel."""

import numpy as np
import pytest
from PIL import Image, ImageOps

import aicovid


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pixels_are_those_of_the_turned_picture(tmp_path, orientation):
    # Large steps, so that no two neighbours look alike after the loss of JPEG.
    pixels = np.random.default_rng(3).integers(0, 255, (6, 9), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "picture.jpg"
    Image.fromarray(pixels).save(path, quality=95, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(path)))
    read = aicovid.read(path)
    assert read.stored.shape == expected.shape
    # Pillow has its own copy of libjpeg, whose inverse transform may round otherwise.
    assert np.abs(read.stored.astype(int) - expected).max() <= 1
    assert "rotated" not in {reason["code"] for reason in read.gate_reasons}
