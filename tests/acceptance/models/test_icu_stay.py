"""The outcome `icu_stay` of the bundle `severity`: its statistics against scikit-learn's, and what the library makes of its files."""

import json
import shutil

import numpy as np
import pytest
from conftest import SOURCE
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

import aicovid
from aicovid_models.icu_stay import fit
from aicovid_models.radiographs import intensive_care

BUNDLE = SOURCE / "models" / "severity"
RECORD = {"age": {"value": 60, "unit": "a"}, "sars_cov_2": "confirmed"}


def draw(seed):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(80, 2)) * [4, 90] + [9, 100]
    patients = [f"p{k}" for k in generator.integers(0, 25, 80)]
    positive = generator.random(80) < 1 / (1 + np.exp(-(x[:, 0] - 9) / 3))
    return x, positive, patients, intensive_care.patient_weights(patients)


@pytest.mark.parametrize("strength", [0.1, 10.0])
def test_the_fit_is_scikit_learns(strength):
    x, positive, _, weights = draw(1)
    ours = fit.fit_logistic(("brixia", "crp"), x, positive, weights, strength)
    z = (x - np.average(x, 0, weights)) / np.sqrt(np.average((x - np.average(x, 0, weights)) ** 2, 0, weights))
    theirs = LogisticRegression(C=1 / strength, tol=1e-10, max_iter=10000).fit(z, positive, sample_weight=weights)
    assert ours(x) == pytest.approx(theirs.decision_function(z), abs=1e-4)
    assert fit.log_loss(ours(x), positive, weights) == pytest.approx(
        log_loss(positive, theirs.predict_proba(z)[:, 1], sample_weight=weights), abs=1e-5)


def test_the_auroc_is_scikit_learns():
    x, positive, patients, weights = draw(2)
    score = x[:, 0].round()  # with ties
    assert fit.weighted_auroc(score, positive, weights) == pytest.approx(roc_auc_score(positive, score, sample_weight=weights))
    assert np.bincount(np.unique(patients, return_inverse=True)[1], weights) == pytest.approx(1)


def test_a_missing_value_has_no_effect_and_no_patient_is_in_two_folds():
    x, positive, patients, weights = draw(3)
    x[::3, 1] = np.nan
    model = fit.fit_logistic(("brixia", "crp"), x, positive, weights, 1.0)
    at_mean = x.copy()
    at_mean[::3, 1] = model.mean[1]
    assert model(x) == pytest.approx(model(at_mean))
    # Patients of one state each, as in the data.
    names = np.array([f"{name} {state}" for name, state in zip(patients, positive, strict=True)])
    folds = fit.stratified_folds(list(names), positive, 0)
    assert all(len(set(folds[names == name])) == 1 for name in set(names))
    assert all({True, False} == set(positive[folds == fold]) for fold in range(fit.FOLDS))


def test_labels_are_those_of_the_tables(data):
    images = intensive_care.hannover_icu(data)
    count = {state: sum(image.state == state for image in images) for state in ("in", "never", "other")}
    assert count == {"in": 150, "never": 57, "other": 36}
    patients = {state: {image.row.patient for image in images if image.state == state} for state in ("in", "never")}
    assert [len(patients["in"]), len(patients["never"])] == [29, 42] and not patients["in"] & patients["never"]
    crp = [image.labs[0] for image in images if image.state == "in"]
    assert sum(np.isfinite(crp)) == 103
    assert all("other" != image.state or np.isfinite(image.went) for image in intensive_care.ieee8023_icu(data))


@pytest.fixture(scope="module")
def reading():
    """The golden image's report, and the bundle's files."""
    pixels = np.asarray(Image.open(BUNDLE / "golden" / "rg1.png"))
    radiograph = aicovid.Radiograph.from_array(np.ascontiguousarray(pixels))
    return aicovid.Assessor.load(BUNDLE), radiograph, json.loads((BUNDLE / "manifest.json").read_text())


def icu_stay(report):
    return next(outcome for outcome in report["outcomes"] if outcome["name"] == "icu_stay")


def index_of(report, logistic):
    logit = logistic["intercept"]
    for term in logistic["terms"]:
        if term["input"] == "brixia":
            logit += term["coefficients"][0] * (report["image"]["brixia"]["value"] - term["mean"]) / term["scale"]
    return 1 / (1 + np.exp(-logit))


def test_the_library_gives_an_index_and_its_percentile_but_no_probability(reading):
    assessor, radiograph, manifest = reading
    report = assessor.assess(radiograph, RECORD)
    outcome = icu_stay(report)
    logistic = json.loads((BUNDLE / "icu_stay.json").read_text())
    assert outcome["kind"] == "concurrent_state" and outcome["status"] in ("ok", "indeterminate")
    assert outcome["index"] == pytest.approx(index_of(report, logistic), abs=1e-9)
    assert "probability" not in outcome
    stated = next(entry for entry in manifest["outcomes"] if entry["name"] == "icu_stay")["index"]
    assert outcome["index_percentile"] == pytest.approx(np.interp(outcome["index"], stated["values"], stated["percentiles"]))
    assert outcome["evidence"]["level"] in ("none", "internal", "external") and outcome["evidence"]["caveat"]


def test_whom_it_is_not_for(reading):
    assessor, radiograph, _ = reading
    assert icu_stay(assessor.assess(radiograph))["status"] == "not_computed"
    for change in ({"age": {"value": 9, "unit": "a"}}, {"sars_cov_2": "negative"}):
        outcome = icu_stay(assessor.assess(radiograph, RECORD | change))
        assert outcome["status"] == "not_applicable" and "index" not in outcome


def test_a_local_prevalence_gives_a_probability(reading, tmp_path):
    assessor, radiograph, manifest = reading
    index = icu_stay(assessor.assess(radiograph, RECORD))["index"]
    shutil.copytree(BUNDLE, tmp_path / "local")
    fitted, local = 29 / 71, 0.1
    next(entry for entry in manifest["outcomes"] if entry["name"] == "icu_stay")["prevalence"] = {"fitted": fitted, "local": local}
    (tmp_path / "local" / "manifest.json").write_text(json.dumps(manifest))
    outcome = icu_stay(aicovid.Assessor.load(tmp_path / "local").assess(radiograph, RECORD))
    odds = index / (1 - index) * local / (1 - local) * (1 - fitted) / fitted
    assert outcome["probability"] == pytest.approx(odds / (1 + odds), abs=1e-9)
    assert outcome["index"] == pytest.approx(index, abs=1e-12)
