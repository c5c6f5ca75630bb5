"""Images that share forward passes are scored as alone, by networks of real size: those of the severity bundle.

AICOVID_EVERY_IMAGE=1 takes every chest frontal where the test otherwise takes a few.
"""

import csv
import json

import numpy as np
import pytest
from conftest import SOURCE, run_cli, validate
from PIL import Image
from support.chests import EVERY_IMAGE

GOLDEN = SOURCE / "models" / "severity" / "golden" / "rg1.png"
# The largest difference of a number of a row between an image alone and one that shares its passes: docs/batch.md.
TOLERANCE = 1e-3
NUMBERS = ("brixia", "extent", "opacity", "infiltrates", "deterioration_probability", "deterioration_low", "deterioration_high")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Eleven files: chests, of which no two are alike, a black picture without lungs, and one that is no picture."""
    folder = tmp_path_factory.mktemp("archive")
    if EVERY_IMAGE:
        from support.chests import frontals

        pictures = [row.grey8() for row in frontals(1)]
    else:
        chest = np.asarray(Image.open(GOLDEN).convert("L"))
        pictures = [np.clip(chest * (1 - 0.05 * i) + 3 * i, 0, 255).astype(np.uint8)[i:, 2 * i :] for i in range(9)]
    for i, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{i:05}.png")
    Image.fromarray(np.zeros((400, 400), np.uint8)).save(folder / "00003-black.png")
    (folder / "00005-bad.png").write_bytes(b"no picture")
    return folder


def rows_of(archive, out, *arguments):
    run = run_cli("batch", archive, "--out", out, "--jobs", 2, *arguments, timeout=3600)
    assert run.status == 0, run.stderr
    with open(out, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("engine", ["torchscript", "openvino"])
def test_a_batch_has_the_rows_of_its_images_alone(archive, engine, tmp_path):
    alone = rows_of(archive, tmp_path / "alone.csv", "--backend", engine)
    batched = rows_of(archive, tmp_path / "batched.csv", "--backend", engine, "--batch", 4, "--summary", tmp_path / "summary.json")
    summary = validate(json.loads((tmp_path / "summary.json").read_text()), "batch_summary")
    assert summary["batch"] == 4 and [one["forward_pass"] for one in summary["networks"]] == ["batched", "batched"]
    assert [row["status"] for row in batched].count("error") == 1 and [row["status"] for row in batched].count("ok") >= 8
    (black,) = [row for row in batched if row["file"].endswith("black.png")]
    assert "no_lungs" in black["gate"]  # it left its batch between the two networks
    differences = {}
    for row, expected in zip(batched, alone, strict=True):
        assert set(row) == set(expected)
        for name, cell in row.items():
            if name in NUMBERS and cell and expected[name]:
                differences[name] = max(differences.get(name, 0.0), abs(float(cell) - float(expected[name])))
            else:
                assert cell == expected[name], (row["file"], name)
    print(engine, differences)
    assert set(differences) >= {"brixia", "infiltrates"}
    assert max(differences.values()) <= TOLERANCE, differences
