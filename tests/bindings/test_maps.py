"""The lung mask and the attribution of a report, as arrays."""

import json
import shutil

import numpy as np
import pytest
from conftest import SOURCE, run_cli

import aicovid


def test_maps_are_what_the_report_was_read_from(tmp_path):
    from PIL import Image

    bundle = SOURCE / "models" / "severity"
    assessor, radiograph = aicovid.Assessor.load(bundle), aicovid.read(bundle / "golden" / "rg1.png")
    report, maps = assessor.assess_with_maps(radiograph)
    again = assessor.assess(radiograph)
    for each in (report, again):
        del each["created"], each["timing_ms"]
    assert report == again

    labels, source = maps["lung_mask"]
    rows, columns = report["input"]["rows"], report["input"]["columns"]
    assert labels.dtype == np.uint8 and source == (0, 0, rows, columns)
    assert (labels > 0).mean() == pytest.approx(report["image"]["lung_area_fraction"])
    run_cli("score", bundle / "golden" / "rg1.png", "--lung-mask", tmp_path / "mask.png")
    written = np.asarray(Image.open(tmp_path / "mask.png"))
    y, x = ((np.arange(extent) + 0.5) * side / extent for extent, side in zip(written.shape, labels.shape))
    assert np.array_equal(written, labels[y.astype(int)[:, None], x.astype(int)])

    points, (y0, x0, y1, x1) = maps["attribution"]
    assert points.dtype == np.float32 and (points >= 0).all()
    assert points.sum() == pytest.approx(report["image"]["brixia"]["value"], rel=1e-3)
    assert 0 <= y0 < y1 <= rows and 0 <= x0 < x1 <= columns
    points[:] = 0  # a copy


def test_a_refusal_has_no_maps():
    assessor = aicovid.Assessor.load(SOURCE / "models" / "severity")
    report, maps = assessor.assess_with_maps(aicovid.Radiograph.from_array(np.zeros((60, 60), np.uint8)))
    assert report["status"] == "refused" and maps == {}


def test_maps_know_the_variables_that_the_bundle_declares(tmp_path):
    bundle = shutil.copytree(SOURCE / "models" / "severity", tmp_path / "bundle")
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["clinical"] = [{"name": "frailty", "meaning": "frailty", "kind": "number", "range": [1, 9], "whole": True, "source": "a test"}]  # fmt: skip
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    assessor, radiograph = aicovid.Assessor.load(bundle), aicovid.read(bundle / "golden" / "rg1.png")
    report, _ = assessor.assess_with_maps(radiograph, {"frailty": 4})
    again = assessor.assess(radiograph, {"frailty": 4})
    for each in (report, again):
        del each["created"], each["timing_ms"]
    assert report == again
    with pytest.raises(aicovid.Error, match="no clinical variable"):
        assessor.assess_with_maps(radiograph, {"fraility": 4})
