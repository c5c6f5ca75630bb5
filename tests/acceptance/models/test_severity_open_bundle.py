"""The shipped bundle severity-open: an index and nothing that it cannot read; single images behind its card's figures. Eight seconds of a core."""

import json

import numpy as np
import pytest
from conftest import PATIENT, SOURCE, run_cli, validate
from PIL import Image

import aicovid
from aicovid_models.bundle import onnx_export
from aicovid_models.evidence.comparison import QUICK
from aicovid_models.severity_open import recompute

BUNDLE = SOURCE / "models" / "severity-open"
MANIFEST = json.loads((BUNDLE / "manifest.json").read_text())
RECORD = json.loads(PATIENT.read_text())
OTHERS = {"brixia", "zones", "extent", "opacity", "infiltrates"}


@pytest.fixture(scope="module")
def assessor():
    return aicovid.Assessor.load(BUNDLE)


@pytest.fixture(scope="module")
def pixels(radiograph):
    return aicovid.read(radiograph)


def record(**changed):
    return {name: value for name, value in (RECORD | changed).items() if value is not None}


def deterioration(report):
    return next(outcome for outcome in report["outcomes"] if outcome["name"] == "deterioration")


def test_it_verifies_and_says_what_it_may_be_used_for():
    validate(MANIFEST, "manifest")
    result = run_cli("model", "verify", BUNDLE)
    assert result.status == 0, result.stderr
    assert MANIFEST["licence"] == "CC-BY-4.0"
    assert {"severity_index"} == set(MANIFEST["findings"])
    card = (BUNDLE / "CARD.md").read_text()
    assert "must not be used" in card[:600] and "CC BY 4.0" in card
    assert sum(file.stat().st_size for file in BUNDLE.rglob("*") if file.is_file()) <= 14 * 2**20


def test_it_reads_an_index_and_no_score(assessor, pixels):
    report = validate(assessor.assess(pixels), "report")
    assert report["status"] == "ok" and report["model"]["licence"] == "CC-BY-4.0"
    index = report["image"]["severity_index"]
    assert 0 < index["value"] < 1 and "no probability" in index["scale"]
    assert not OTHERS & set(report["image"])


def test_deterioration_needs_a_clinicians_infiltrates(assessor, pixels):
    """With them it is the published formula's, as without any image; without them nothing is computed."""
    silent = deterioration(assessor.assess(pixels, record(radiographic_infiltrates=None)))
    assert silent["status"] == "not_computed" and "probability" not in silent
    assert [reason["code"] for reason in silent["reasons"]] == ["missing_required"] and "a clinician must" in silent["reasons"][0]["message"]
    risks = {}
    for infiltrates in (True, False):
        given = deterioration(assessor.assess(pixels, record(radiographic_infiltrates=infiltrates)))
        alone = deterioration(assessor.assess(None, record(radiographic_infiltrates=infiltrates)))
        assert given["status"] == "ok" and given["probability"] == alone["probability"]
        risks[infiltrates] = given["probability"]
    logit = {name: np.log(p / (1 - p)) for name, p in risks.items()}
    assert logit[True] - logit[False] == pytest.approx(0.3252, abs=1e-3)  # Gupta et al. 2021


def test_the_program_scores_and_draws_with_it(radiograph, tmp_path):
    file = tmp_path / "heat.png"
    result = run_cli("score", radiograph, "--model", "severity-open", "--heatmap", file)
    assert result.status == 0, result.stderr
    assert "Severity index" in result.stdout and "not calibrated" in result.stdout and "Brixia" not in result.stdout.replace("no Brixia", "")
    assert min(Image.open(file).size) > 500


def test_other_engines_get_the_same_index():
    golden = next(BUNDLE / case["image"] for case in MANIFEST["golden"] if "image" in case)
    cases = [onnx_export.network_inputs(BUNDLE, MANIFEST, one) for one in onnx_export.example_radiographs(golden)[:3]]
    for network in MANIFEST["networks"]:
        found = onnx_export.largest_differences(onnx_export.load(BUNDLE, network), BUNDLE / network["files"]["onnx"]["path"],
                                                [case[network["role"]] for case in cases], list(network["outputs"]))
        assert max(found.values()) < onnx_export.TOLERANCE


def test_single_images_of_the_card_are_read_as_recorded(data):
    recorded, now = recompute.quick(BUNDLE, data)
    assert len(now) == 2 * QUICK
    apart = {path: (recorded[path], figure.value) for path, figure in now.items() if abs(recorded[path] - figure.value) > figure.tolerance}
    assert not apart


def test_the_cards_figure_is_that_of_its_images(data):
    """r with the readers from the indices recorded image by image, by SciPy and the archive's own table."""
    import pandas as pd
    from scipy.stats import pearsonr, spearmanr

    figures = json.loads((BUNDLE / "figures.json").read_text())
    scores = pd.read_csv(data / "ieee8023" / "severity_scores.csv").set_index("image")
    totals = scores[["brixia_global_S", "brixia_global_J"]].mean(axis=1)
    totals = {name.rsplit(".", 1)[0]: total for name, total in totals[~totals.index.duplicated(keep=False)].items()}
    index = {key.removeprefix("ieee8023/"): value for key, value in figures["images"]["index"].items()}
    pair = np.array([(value, totals[name]) for name, value in index.items()]).T
    assert len(index) == figures["readers"]["r"]["images"]
    assert pearsonr(*pair).statistic == pytest.approx(figures["readers"]["r"]["value"], abs=2e-3)
    assert spearmanr(*pair).statistic == pytest.approx(figures["readers"]["rho"]["value"], abs=2e-3)
    assert figures["readers"]["r"]["low"] > 0.3
