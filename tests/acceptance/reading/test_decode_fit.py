"""Decoding at a part of the resolution: the findings stay, and what is drawn keeps the file's geometry."""

import numpy as np
import pydicom
import pytest
from conftest import score
from PIL import Image
from pydicom.uid import JPEG2000Lossless


@pytest.fixture(scope="module")
def large_chest(data, tmp_path_factory):
    """A chest radiograph of the size that a detector of 0.1 mm gives, in JPEG 2000."""
    dataset = pydicom.dcmread(data / "dicom" / "chest_j2k_monochrome1.dcm")
    # Linear interpolation between the pixels, to twice the rows and columns, an odd number of both.
    pixels = dataset.pixel_array
    large = Image.fromarray(pixels.astype(np.float32)).resize(
        (2 * pixels.shape[1] + 1, 2 * pixels.shape[0] + 1), Image.Resampling.BILINEAR
    )
    array = np.clip(np.rint(np.asarray(large)), 0, 4095).astype(np.uint16)
    dataset.Rows, dataset.Columns = array.shape
    dataset.compress(JPEG2000Lossless, arr=array, generate_instance_uid=False)
    path = tmp_path_factory.mktemp("fit") / "large.dcm"
    dataset.save_as(path)
    return path, array.shape


def test_findings_and_geometry_of_half_resolution(large_chest, tmp_path):
    path, shape = large_chest
    reports, masks, maps = {}, {}, {}
    for decode in ("exact", "fit"):
        mask, heat_map = tmp_path / f"{decode}-mask.png", tmp_path / f"{decode}-map.png"
        reports[decode] = score(path, "--decode", decode, "--lung-mask", mask, "--heatmap", heat_map)
        masks[decode] = np.asarray(Image.open(mask))
        maps[decode] = Image.open(heat_map).size
    assert reports["exact"]["compute"]["decode"] == "exact"
    assert reports["fit"]["compute"]["decode"] == "1/2"
    exact, fit = reports["exact"], reports["fit"]
    assert (fit["input"]["rows"], fit["input"]["columns"]) == shape
    # A reader's step is one point of Brixia; what resampling changes is far below it.
    assert abs(exact["image"]["brixia"]["value"] - fit["image"]["brixia"]["value"]) < 0.1
    assert abs(exact["image"]["lung_area_fraction"] - fit["image"]["lung_area_fraction"]) < 0.005
    assert masks["fit"].shape == masks["exact"].shape == shape
    for label in (1, 2):
        a, b = masks["exact"] == label, masks["fit"] == label
        assert (a & b).sum() / (a | b).sum() > 0.99
    # The heat map is drawn at the decoded size: the same picture, smaller, but for its lettering.
    assert maps["fit"][0] < maps["exact"][0]

