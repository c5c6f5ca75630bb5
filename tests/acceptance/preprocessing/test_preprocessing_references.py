"""Operations and recipes against scikit-image, SciPy, NumPy and torch. Seeds are fixed; the largest difference is
printed and recorded."""

import json

import numpy as np
import pytest
import scipy.ndimage
import torch
from conftest import SOURCE
from skimage.exposure import equalize_adapthist

import aicovid

SIZES = [(2, 2), (1, 33), (31, 32), (33, 31), (255, 257), (300, 120)]
GREY = {"op": "grey", "voi": False}


def phantom(height, width, bits, seed=11):
    """Two dark fields with ribs on a bright trunk, dark beside the neck, noise, and a few bright pixels."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    lungs = sum(np.exp(-(((x - c) / 0.13) ** 2) - ((y - 0.5) / 0.27) ** 2) for c in (0.3, 0.7))
    image = 0.75 - 0.5 * lungs + 0.05 * np.sin(60 * y) * lungs + 0.02 * rng.standard_normal((height, width))
    image -= 0.6 * ((x < 0.03) | (x > 0.97) | ((y < 0.2) & (np.abs(x - 0.5) > 0.2)))
    image[rng.random((height, width)) < 0.002] = 1
    top = (1 << bits) - 1
    return np.clip(np.rint(image * top), 0, top).astype(np.uint16 if bits > 8 else np.uint8)


def run(plan, stored, bits, **more):
    radiograph = aicovid.Radiograph.from_array(stored, bits_stored=bits)
    return aicovid.Plan.parse(plan).run(radiograph, **more)[0][0]


def recipe(name):
    return json.loads((SOURCE / "examples" / "recipes" / f"{name}.json").read_text())


def area(image, height, width):
    """The mean over each output pixel's rectangle, by matrices of overlaps."""

    def overlaps(size, n):
        edges = n * np.arange(size + 1) / size
        both = np.minimum(edges[1:, None], np.arange(n) + 1) - np.maximum(edges[:-1, None], np.arange(n))
        return np.clip(both, 0, None) / (n / size)

    return overlaps(height, image.shape[0]) @ image @ overlaps(width, image.shape[1]).T


def clip(image, low, high):
    low, high = np.percentile(image, [low, high])
    return np.clip((image - low) / (high - low), 0, 1)


@pytest.fixture
def report(record_property):
    def largest(name, found, expected):
        difference = np.abs(np.asarray(found, np.float64) - expected)
        record_property(name, float(difference.max()))
        print(f"{name}: largest {difference.max():.3g}, mean {difference.mean():.3g}")
        return difference

    return largest


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("clip_limit, tiles", [(0.01, 8), (0.03, 3), (0, 8)])
def test_clahe_equals_scikit_image(size, bits, clip_limit, tiles, report):
    stored = phantom(*size, bits)
    kernel = [max(extent // tiles, 1) for extent in size]
    expected = equalize_adapthist(stored / ((1 << bits) - 1), kernel_size=kernel, clip_limit=clip_limit)
    clahe = {"op": "clahe", "method": "scikit_image", "clip_limit": clip_limit, "tiles": tiles}
    found = run([GREY, clahe, {"op": "resize", "size": list(size)}], stored, bits)[0]
    # All of it is integers but the last division, which is rounded to float32.
    assert report("clahe", found, expected).max() <= 2**-24


@pytest.mark.parametrize("size", SIZES)
def test_clahe_after_the_resize_equals_scikit_image(size, report):
    stored = phantom(*size, 8)
    clahe = {"op": "clahe", "method": "scikit_image"}
    found = run([GREY, {"op": "resize", "size": list(size)}, clahe], stored, 8)[0]
    expected = equalize_adapthist((stored / 255).astype(np.float32))
    assert report("clahe", found, expected).max() <= 2**-23


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("size", [(1, 1), *SIZES])
def test_median_equals_scipy(size, after, report):
    stored = phantom(*size, 12)
    operations = [{"op": "median"}, {"op": "resize", "size": list(size)}]
    found = run([GREY, *(reversed(operations) if after else operations)], stored, 12)[0]
    expected = scipy.ndimage.median_filter(stored / 4095, 3, mode="nearest")
    assert report("median", found, expected).max() <= 2**-25


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("low, high", [(0, 100), (1, 99), (2, 98), (12.5, 50)])
def test_percentiles_equal_numpys(low, high, after, report):
    stored = phantom(255, 257, 16)
    operations = [{"op": "percentile_clip", "low": low, "high": high}, {"op": "resize", "size": [255, 257]}]
    found = run([GREY, *(reversed(operations) if after else operations)], stored, 16)[0]
    # After the resize, greys and their percentiles have been rounded to float32.
    assert report("percentiles", found, clip(stored / 65535, low, high)).max() < (1e-6 if after else 1e-7)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_rounds_as_torch(dtype):
    stored = phantom(255, 257, 16)
    plan = aicovid.Plan.parse([GREY, {"op": "rescale", "from": [0, 1], "to": [-7e4, 7e4]}, {"op": "resize", "size": [255, 257]}])
    radiograph = aicovid.Radiograph.from_array(stored)
    exact = torch.from_numpy(plan.run(radiograph)[0])
    found, _ = plan.run_batch([radiograph], dtype=dtype, workspace=aicovid.Workspace())
    rounded = torch.from_dlpack(found)
    assert torch.equal(rounded, exact.to(getattr(torch, dtype)))
    assert dtype == "bfloat16" or rounded.isinf().any()


def test_a_batch_equals_its_singles():
    plan = aicovid.Plan.parse(recipe("aiforcovid"))
    images = [phantom(300, 200, 12), phantom(64, 90, 12, seed=3), phantom(500, 401, 12, seed=4)]
    radiographs = [aicovid.Radiograph.from_array(image, bits_stored=12) for image in images]
    boxes = [(10, 20, 250, 180), (3.5, 4, 60, 80.25), (100, 20, 400, 390)]
    batch, sources = plan.run_batch(radiographs, lung_boxes=boxes)
    pixels, _ = plan.run_batch(radiographs, lung_boxes=boxes, layout="nhwc")
    assert np.array_equal(batch, pixels.numpy().transpose(0, 3, 1, 2))
    for found, source, radiograph, box in zip(batch.numpy(), sources, radiographs, boxes):
        alone, its_source = plan.run(radiograph, lung_box=box)
        assert np.array_equal(found, alone[0]) and source == its_source


def test_what_a_batch_cannot_be_is_an_error():
    plan = aicovid.Plan.parse([GREY, {"op": "resize", "size": 8}])
    radiograph = aicovid.Radiograph.from_array(phantom(20, 20, 8))
    for arguments in ({"dtype": "float64"}, {"layout": "chw"}, {"lung_boxes": []}):
        with pytest.raises(aicovid.Error) as caught:
            plan.run_batch([radiograph], **arguments)
        assert caught.value.code == "invalid_argument"


# The recipes of other systems, from their published description. Bins are flipped where a number lies at the edge
# between two of them (float32 here, double there), which CLAHE then enlarges: the mean says how rarely.


@pytest.mark.parametrize("inverted", [False, True])
def test_the_recipe_of_elte(inverted, report):
    stored = phantom(900, 760, 12)
    image = clip(area(stored / 4095, 512, 512), 2, 98)
    eight_bits = np.floor(image * 255).astype(np.uint8)
    expected = scipy.ndimage.median_filter(equalize_adapthist(image, clip_limit=0.01), 3, mode="nearest")
    theirs = scipy.ndimage.median_filter(equalize_adapthist(eight_bits, clip_limit=0.01), 3, mode="nearest")
    found = run(recipe("elte"), 4095 - stored if inverted else stored, 12)[0]
    difference = report("elte", found, expected)
    assert difference.max() < 0.02 and difference.mean() < 1e-5
    # They cut to 8 bits before CLAHE; the plan does not.
    difference = report("elte, with its 8 bits", found, theirs)
    assert difference.max() < 0.05 and difference.mean() < 0.01


def test_the_recipe_of_bs_net(report):
    stored = phantom(900, 760, 12)
    image = equalize_adapthist(stored / stored.max(), clip_limit=0.01)
    image = clip(scipy.ndimage.median_filter(image, 3, mode="nearest"), 2, 98)
    found = run(recipe("bs_net"), stored, 12)[0]
    difference = report("bs_net", found, area(image, 512, 512))
    assert difference.max() < 1e-6
