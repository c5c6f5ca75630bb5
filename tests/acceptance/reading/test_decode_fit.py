"""Decoding at a part of the resolution: the findings stay, and what is drawn keeps the file's geometry."""

import aicovid
import numpy as np
import pydicom
import pytest
from conftest import SOURCE, score
from PIL import Image
from pydicom.uid import JPEG2000Lossless

# Points of Brixia. A reader's step is one; docs/performance.md has what 300 radiographs show.
MOST = 0.3
GOLDEN = SOURCE / "models" / "severity" / "golden" / "rg1.png"


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


def test_findings_and_geometry_of_half_the_resolution(large_chest, tmp_path):
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
    assert abs(exact["image"]["brixia"]["value"] - fit["image"]["brixia"]["value"]) < MOST
    assert abs(exact["image"]["lung_area_fraction"] - fit["image"]["lung_area_fraction"]) < 0.005
    assert masks["fit"].shape == masks["exact"].shape == shape
    for label in (1, 2):
        a, b = masks["exact"] == label, masks["fit"] == label
        assert (a & b).sum() / (a | b).sum() > 0.99
    # The heat map is drawn at the decoded size: the same picture, smaller, but for its lettering.
    assert maps["fit"][0] < maps["exact"][0]


def framed(path, margin):
    """The golden chest, eight times as large, in a dark frame of so many pixels, as a grey JPEG."""
    chest = Image.open(GOLDEN).convert("L")
    large = chest.resize((8 * chest.width, 8 * chest.height), Image.Resampling.BICUBIC)
    picture = Image.new("L", (large.width + 2 * margin, large.height + 2 * margin), 8)
    picture.paste(large, (margin, margin))
    picture.save(path, quality=95)
    return path


@pytest.mark.parametrize("margin, first, last", [(0, 2, 2), (800, 4, 2)])
def test_where_the_lungs_are_small_the_image_is_decoded_again_finer(assessor, tmp_path, margin, first, last):
    path = framed(tmp_path / "chest.jpg", margin)
    rows = Image.open(path).height
    radiograph = aicovid.read(path, fit_for=assessor)
    assert radiograph.pixels.shape[0] == -(-rows // first)
    exact, fit = (assessor.assess(read) for read in (aicovid.read(path), radiograph))
    assert fit["compute"]["decode"] == f"1/{last}"
    assert abs(exact["image"]["brixia"]["value"] - fit["image"]["brixia"]["value"]) < MOST
    # What is drawn has the file's geometry, though the radiograph that was read is coarser than the report's.
    mask, heat_map = tmp_path / "mask.png", tmp_path / "map.png"
    report = score(path, "--decode", "fit", "--lung-mask", mask, "--heatmap", heat_map)
    assert report["image"] == fit["image"] and report["compute"]["decode"] == f"1/{last}"
    labels = np.asarray(Image.open(mask))
    assert labels.shape[0] == rows
    fraction = exact["image"]["lung_area_fraction"]
    assert abs((labels > 0).mean() - fraction) < 0.01 * fraction
    exact_mask = tmp_path / "exact.png"
    score(path, "--lung-mask", exact_mask)
    whole = np.asarray(Image.open(exact_mask)) > 0
    assert (whole & (labels > 0)).sum() / (whole | (labels > 0)).sum() > 0.99
