"""The same picture stored with 8, 12, 14 and 16 bits, as MONOCHROME1 and 2, and through windows that mean the same.

The networks' inputs must agree to within one stored step. A stored step of b bits is a grey of 1/(2^b - 1); the plan's
operations behind the grey (percentile scaling, resampling, normalisation) multiply a difference by at most `gain`, which
is 1/(p_high - p_low) of the percentiles over the smallest standard deviation of the normalisation.
"""

import json

import aicovid
import numpy as np
import pydicom
import pytest
from conftest import SOURCE
from support.dicom import write_dicom

LUNG_BOX = (60.0, 40.0, 460.0, 430.0)
FULL = 65535


@pytest.fixture(scope="module")
def grey():
    """[500,460] of 16 bits: bright shoulders, two dark fields, noise."""
    y, x = np.mgrid[0:500, 0:460]
    fields = np.exp(-(((x - 140) / 70.0) ** 2 + ((y - 250) / 160.0) ** 2))
    fields += np.exp(-(((x - 320) / 70.0) ** 2 + ((y - 250) / 160.0) ** 2))
    noise = np.random.default_rng(20200401).normal(0, 3, x.shape)
    share = np.clip(225 - 170 * fields - 0.03 * y + noise, 0, 255) / 255
    return np.rint(share * FULL).astype(np.int64)


def plans():
    manifest = json.loads((SOURCE / "models" / "severity" / "manifest.json").read_text())
    return manifest["plans"]


def stored(grey, bits):
    """To `bits`, rounded: off by half a step at most."""
    return np.rint(grey * ((1 << bits) - 1) / FULL).astype(np.uint8 if bits <= 8 else np.uint16)


def write(path, pixels, bits, photometric, **changes):
    if photometric == "MONOCHROME1":
        pixels = (((1 << bits) - 1) - pixels).astype(pixels.dtype)
    return write_dicom(path, pixels, bits, photometric=photometric, **changes)


def inputs(path):
    """Both network inputs of the shipped bundle, and the file's grey itself."""
    radiograph = aicovid.read(path)
    recipes = plans() | {"grey": [{"op": "grey"}, {"op": "resize", "size": [500, 460]}]}
    made = {}
    for name, recipe in recipes.items():
        plan = aicovid.Plan.parse(recipe)
        made[name] = plan.run(radiograph, LUNG_BOX if plan.needs_lung_box else None)[0].astype(np.float64)
    return made


def gain(recipe, grey):
    """By how much the operations behind `grey` multiply a small difference at most."""
    factor = 1.0
    for operation in recipe:
        if operation["op"] == "percentile_clip":
            low, high = operation.get("low", 1), operation.get("high", 99)
            y0, x0, y1, x1 = map(int, LUNG_BOX)
            parts = [grey, grey[y0:y1, x0:x1]]
            factor /= min(np.subtract(*np.percentile(part / FULL, [high, low])) for part in parts)
        elif operation["op"] == "normalize":
            factor /= float(np.min(operation["std"]))
        elif operation["op"] == "rescale":
            (a, b), (c, d) = operation["from"], operation["to"]
            factor *= abs((d - c) / (b - a))
    return factor


def agree(ours, theirs, step, grey):
    """The largest difference of each input, in steps of the coarser of the two."""
    recipes = plans() | {"grey": []}
    rows = {}
    for name in ours:
        rows[name] = np.abs(ours[name] - theirs[name]).max() / (step * gain(recipes[name], grey))
    print(rows)
    assert all(steps <= 1 for steps in rows.values()), rows


@pytest.fixture(scope="module")
def sixteen_bits(grey, tmp_path_factory):
    return inputs(write(tmp_path_factory.mktemp("grey") / "16.dcm", stored(grey, 16), 16, "MONOCHROME2"))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 15, 16])
def test_bits_and_polarity(bits, photometric, grey, sixteen_bits, tmp_path):
    made = inputs(write(tmp_path / "x.dcm", stored(grey, bits), bits, photometric))
    agree(made, sixteen_bits, 1 / ((1 << bits) - 1), grey)


@pytest.mark.parametrize("bits", [8, 12, 14])
def test_monochrome1_is_monochrome2_inverted_to_rounding(bits, grey, tmp_path):
    one = inputs(write(tmp_path / "1.dcm", stored(grey, bits), bits, "MONOCHROME1"))
    two = inputs(write(tmp_path / "2.dcm", stored(grey, bits), bits, "MONOCHROME2"))
    for name in one:
        assert np.abs(one[name] - two[name]).max() <= 1e-5 * max(1, np.abs(two[name]).max()), name


def windows_of_the_whole_range(bits):
    """Windows that map the stored range to black and white as no window does, rescaled or not."""
    most = (1 << bits) - 1
    return {
        "LINEAR": {"WindowCenter": (most + 1) / 2, "WindowWidth": most + 1},
        "LINEAR_EXACT": {"WindowCenter": most / 2, "WindowWidth": most, "VOILUTFunction": "LINEAR_EXACT"},
        "rescaled LINEAR_EXACT": {"WindowCenter": most - 1000, "WindowWidth": most * 2, "RescaleSlope": 2,
                                  "RescaleIntercept": -1000, "VOILUTFunction": "LINEAR_EXACT"},
        "first of two windows": {"WindowCenter": [most / 2, 40], "WindowWidth": [most, 80], "VOILUTFunction": "LINEAR_EXACT"},
    }


@pytest.mark.parametrize("window", windows_of_the_whole_range(12))
@pytest.mark.parametrize("bits", [8, 12, 14])
def test_windows_that_mean_the_whole_range(bits, window, grey, sixteen_bits, tmp_path):
    changes = {
        name: [f"{number:.6g}" for number in value] if isinstance(value, list) else value if isinstance(value, str) else f"{value:.6g}"
        for name, value in windows_of_the_whole_range(bits)[window].items()
    }
    made = inputs(write(tmp_path / "x.dcm", stored(grey, bits), bits, "MONOCHROME1", **changes))
    agree(made, sixteen_bits, 1 / ((1 << bits) - 1), grey)


def lookup_table(bits, entries):
    item = pydicom.Dataset()
    item.add_new(0x00283002, "US", [len(entries) % 65536, 0, bits])
    item.add_new(0x00283006, "OW", np.asarray(entries, np.uint16).tobytes())
    return [item]


@pytest.mark.parametrize("bits", [8, 12])
def test_a_sigmoid_window_and_its_table(bits, grey, tmp_path):
    """A SIGMOID window (PS3.3 C.11.2.1.3.1) and a VOI LUT that holds the same curve in 16 bits."""
    most = (1 << bits) - 1
    centre, width = most * 0.4, most * 0.8
    curve = 1 / (1 + np.exp(-4 * (np.arange(most + 1) - float(f"{centre:.6g}")) / float(f"{width:.6g}")))
    pixels = stored(grey, bits)
    window = inputs(write(tmp_path / "w.dcm", pixels, bits, "MONOCHROME2", WindowCenter=f"{centre:.6g}",
                          WindowWidth=f"{width:.6g}", VOILUTFunction="SIGMOID"))
    table = inputs(write(tmp_path / "t.dcm", pixels, bits, "MONOCHROME2",
                         VOILUTSequence=lookup_table(16, np.rint(curve * 65535))))
    agree(window, table, 1 / 65535, curve[pixels] * FULL)


def test_signed_values_rescaled_back(grey, sixteen_bits, tmp_path):
    pixels = (stored(grey, 12).astype(np.int32) - 2048).astype(np.int16)
    path = write(tmp_path / "x.dcm", pixels, 12, "MONOCHROME2", RescaleSlope="1", RescaleIntercept="2048")
    agree(inputs(path), sixteen_bits, 1 / 4095, grey)


def test_values_in_the_upper_bits_with_overlay_bits_below(grey, sixteen_bits, tmp_path):
    """High Bit 15 of 12 bits stored, the four lower bits used by something else; and the other way round."""
    noise = np.random.default_rng(1).integers(0, 16, grey.shape).astype(np.uint16)
    upper = (stored(grey, 12) << 4 | noise).astype(np.uint16)
    lower = (noise << 12 | stored(grey, 12)).astype(np.uint16)
    agree(inputs(write(tmp_path / "u.dcm", upper, 12, "MONOCHROME2", HighBit=15)), sixteen_bits, 1 / 4095, grey)
    agree(inputs(write(tmp_path / "l.dcm", lower, 12, "MONOCHROME2")), sixteen_bits, 1 / 4095, grey)
