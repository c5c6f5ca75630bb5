"""Images that share forward passes are scored as alone, by networks of real size: those of the severity bundle, traced anew.

The bundle's own files were traced for one image (docs/batch.md). Its weights are put into today's modules, which take any number, and
exported to both engines. AICOVID_EVERY_IMAGE=1 takes every chest frontal where the test otherwise takes a few.
"""

import csv
import json
import shutil

import numpy as np
import pytest
from conftest import SOURCE, run_cli, validate
from PIL import Image
from support.chests import EVERY_IMAGE

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")

from aicovid_models.bundle import onnx_export  # noqa: E402
from aicovid_models.bundle.files import load_network, save_lungs, save_severity, sha256  # noqa: E402
from aicovid_models.lungs.network import LungNet  # noqa: E402
from aicovid_models.picture.network import CLASSES, FEATURES, LungsAndPicture  # noqa: E402
from aicovid_models.severity.network import SeverityNet  # noqa: E402
from aicovid_models.zones.distance import Distance  # noqa: E402
from aicovid_models.zones.features import DEEP, ZoneFeatures  # noqa: E402
from aicovid_models.zones.ridge import Ridge  # noqa: E402

SHIPPED = SOURCE / "models" / "severity"
GOLDEN = SHIPPED / "golden" / "rg1.png"
# The largest difference of a number of a row between an image alone and one that shares its passes: docs/batch.md.
TOLERANCE = 1e-3
NUMBERS = ("brixia", "extent", "opacity", "infiltrates", "deterioration_probability", "deterioration_low", "deterioration_high")


def empty_networks():
    zeros, features = np.zeros(ZoneFeatures.features), ZoneFeatures.features
    ridge = Ridge(zeros, 0.0, zeros, np.ones(features), 1.0)
    lungs = LungsAndPicture(LungNet(), np.zeros((FEATURES, CLASSES)), np.zeros(CLASSES))
    return {"lungs": lungs, "severity": SeverityNet(ridge, (0.0, 0.0), Distance(np.zeros(DEEP), np.eye(DEEP)))}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The severity bundle with networks that take any number of images; what they give for one is unchanged."""
    folder = tmp_path_factory.mktemp("models") / "severity"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("figures", "*.md"))
    for (role, network), save in zip(empty_networks().items(), (save_lungs, save_severity), strict=True):
        network.load_state_dict(load_network(SHIPPED, f"{role}.pt").state_dict())
        save(network.eval(), folder)
    onnx_export.add_onnx(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    for network in manifest["networks"]:
        entry = network["files"]["torchscript"]
        entry["sha256"] = sha256(folder / entry["path"])
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


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
def test_a_batch_has_the_rows_of_its_images_alone(bundle, archive, engine, tmp_path):
    engine_options = ["--backend", engine, "--model", bundle]
    alone = rows_of(archive, tmp_path / "alone.csv", *engine_options)
    shipped = rows_of(archive, tmp_path / "shipped.csv", "--backend", engine, "--model", SHIPPED)
    assert alone == shipped if engine == "torchscript" else len(alone) == len(shipped)
    batched = rows_of(archive, tmp_path / "batched.csv", *engine_options, "--batch", 4, "--summary", tmp_path / "summary.json")
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


def test_the_shipped_networks_run_singly_and_the_summary_says_so(archive, tmp_path):
    """They were traced for one image. With `--batch` their rows are those without it, to the byte."""
    alone = rows_of(archive, tmp_path / "alone.csv")
    rows = rows_of(archive, tmp_path / "batch.csv", "--batch", 8, "--summary", tmp_path / "summary.json")
    assert rows == alone
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert "cannot_batch" in [one["forward_pass"] for one in summary["networks"]]
