"""What the networks were trained on is what they get: training and inference preprocessing compared."""

import json

import numpy as np
import pytest
import torch
from conftest import SOURCE, run_cli, score
from PIL import Image
from support.chests import rows, spread

from aicovid_models.lungs import masks
from aicovid_models.radiographs.preprocessing import PLANS, run_plan


def test_the_plans_of_the_bundle_are_those_of_the_training():
    manifest = json.loads((SOURCE / "models" / "severity" / "manifest.json").read_text())
    assert manifest["plans"] == PLANS


@pytest.mark.parametrize("archive", ["hannover", "ieee8023"])
def test_inputs_are_equal(archive, tmp_path):
    largest = 0.0
    for row in spread(rows(archive), 8):
        pixels = row.grey8()
        height, width = pixels.shape
        box = (0.1 * height, 0.05 * width, 0.9 * height, 0.97 * width)
        for plan, lung_box in [("mask_in", None), ("severity_in", box)]:
            arguments = [] if lung_box is None else ["--lung-box", ",".join(map(repr, lung_box))]
            result = run_cli("preprocess", row.path, "--plan", plan, *arguments, "--out", tmp_path / "x.npy")
            assert result.status == 0, result.stderr
            trained, _ = run_plan(plan, pixels, lung_box)
            largest = max(largest, float(np.abs(np.load(tmp_path / "x.npy") - trained).max()))
    print(f"{archive}: largest difference {largest}")
    assert largest == 0.0


def test_the_training_chain_and_the_library_agree_from_file_to_score(tmp_path):
    """The shipped networks run from Python, with the training's own mask clean-up (SciPy), against a report."""
    torch.set_num_threads(1)
    lungs, severity = (
        torch.jit.load(SOURCE / "models" / "severity" / name).eval() for name in ("lungs.pt", "severity.pt")
    )
    for row in spread(rows("ieee8023"), 5):
        pixels = row.grey8()
        image, source = run_plan("mask_in", pixels)
        with torch.inference_mode():
            labels = masks.clean(lungs(torch.from_numpy(image))[0].numpy()[0])
            crop, area = run_plan("severity_in", pixels, masks.bounding_rectangle(labels, source))
            mask = masks.resample(labels, source, area, *crop.shape[2:])
            zones = severity(torch.from_numpy(crop), torch.from_numpy(mask)[None])[0].numpy()[0]

        report = score(row.path, "--lung-mask", tmp_path / "mask.png")
        expected = masks.resample(labels, source, source, *pixels.shape)
        found = np.asarray(Image.open(tmp_path / "mask.png"))
        assert np.array_equal(found, expected[0] + 2 * expected[1])
        ours = [zone["value"] for zone in report["image"]["zones"].values()]
        assert np.abs(np.array(ours) - zones).max() < 1e-4
