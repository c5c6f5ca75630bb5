"""A model of one's own cohort: the truth is found, nothing is found where there is nothing, traps are caught, and the library gives what Python does.

About 100 s of one core.
"""

import base64
import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
import xgboost
from conftest import BUILD, SOURCE
from made_cohorts import INTERCEPT, TRUTH, drawn, write
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

import aicovid
from aicovid import cohorts, training
from aicovid.training.evaluation import HeldOut, Material, choose, figures, held_out
from aicovid.training.folds import centre_folds, patient_folds
from aicovid.training.inputs import Input, Kind
from aicovid.training.logistic import Shape, covariance, fit
from aicovid.training.trees import TreeShape

BUNDLE = SOURCE / "models" / "severity"
DRAWS = 100


def columns(values):
    inputs = [Input(name, Kind.FLAG if name == "diabetes" else Kind.FINDING if name == "brixia" else Kind.NUMBER) for name in TRUTH]
    return inputs, np.stack([np.asarray(values[name], dtype=float) for name in TRUTH], axis=1)


def test_the_truth_is_inside_its_interval_as_often_as_it_should():
    """Each coefficient of an unpenalised fit, in 90 to 99 of 100 draws."""
    inside = {name: 0 for name in TRUTH}
    for draw in range(DRAWS):
        values = drawn(np.random.default_rng([5, draw]), 800)
        inputs, matrix = columns(values)
        model = fit(inputs, matrix, values["severe"], Shape(0.0))
        error = np.sqrt(np.diag(covariance(model, matrix)))[1:]
        for term, weight, spread in zip(model.terms, model.coefficients, error):
            truth = TRUTH[term.input.name][0] / TRUTH[term.input.name][2]
            inside[term.input.name] += abs(weight[0] - truth * term.scale) < 1.959964 * spread
    assert all(90 <= count <= 99 for count in inside.values()), inside


@pytest.mark.parametrize("penalty, knots", [(0.0, 0), (2.0, 0), (2.0, 3), (0.5, 4)])
def test_a_fit_is_that_of_scikit_learn(penalty, knots):
    values = drawn(np.random.default_rng(2), 500)
    inputs, matrix = columns(values)
    matrix[np.random.default_rng(3).random(500) < 0.2, 1] = np.nan
    model = fit(inputs, matrix, values["severe"], Shape(penalty, knots))
    design = np.column_stack([term.columns(matrix[:, place]) for place, term in enumerate(model.terms)])
    other = LogisticRegression(C=1 / penalty if penalty else np.inf, tol=1e-10, max_iter=10_000).fit(design, values["severe"])
    np.testing.assert_allclose(np.concatenate(model.coefficients), other.coef_[0], atol=2e-4)
    assert model.intercept == pytest.approx(other.intercept_[0], abs=2e-4)


@pytest.mark.parametrize("curved, kind", [(False, Shape), (True, TreeShape)])
def test_what_fits_better_is_chosen(curved, kind):
    generator = np.random.default_rng(6)
    matrix = generator.standard_normal((600, 2))
    # Two values of which neither tells anything alone: no sum of lines or splines finds that.
    logit = 3 * np.sign(matrix[:, 0] * matrix[:, 1]) if curved else 1.2 * matrix[:, 0] + matrix[:, 1]
    event, patients = generator.random(600) < expit(logit), np.arange(600).astype(str)
    shape, _ = choose(Material((Input("a", Kind.NUMBER), Input("b", Kind.NUMBER)), matrix, event, patients, patients), 1, training.Learner.EITHER.shapes)
    assert isinstance(shape, kind)


def test_a_shuffled_outcome_is_not_learnt():
    """The mean AUROC over 20 shuffles is .47 to .53, with all that is chosen, scaled and filled in inside the folds."""
    found = []
    for shuffle in range(20):
        generator = np.random.default_rng([9, shuffle])
        values = drawn(generator, 240)
        inputs, matrix = columns(values)
        event = generator.permutation(values["severe"])
        patients = np.arange(240).astype(str)
        material = Material(tuple(inputs), matrix, event, patients, patients)
        probability = held_out(material, patient_folds(patients, event, 10, shuffle), shuffle, (Shape(3.0), Shape(3.0, 3)))
        found.append(figures(probability, event, patients)["auroc"]["value"])
    assert 0.47 < np.mean(found) < 0.53


@pytest.mark.parametrize("count, events", [(618, 12), (71, 29), (400, 150)])
def test_a_control_that_knows_nothing_is_at_chance(count, events):
    """Not below it, where a model's gain over it would look larger than it is."""
    found = []
    for draw in range(30):
        generator = np.random.default_rng([13, draw])
        event = generator.permutation(np.arange(count) < events)
        patients = np.arange(count).astype(str)
        coin = Material((Input("coin", Kind.FLAG),), (generator.random((count, 1)) < 0.5).astype(float), event, patients, patients)
        held = held_out(coin, patient_folds(patients, event, 10, draw), draw, (Shape(0.3),))
        found.append(figures(held, event, patients)["auroc"]["value"])
    # Pooled over folds it would be .43 where events are rare; the mean of 30 draws is uncertain by .02.
    assert abs(np.mean(found) - 0.5) < 0.05


def test_folds_keep_patients_together():
    generator = np.random.default_rng(1)
    patients = generator.integers(0, 60, 200).astype(str)
    event = generator.random(200) < 0.3
    folds = list(patient_folds(patients, event, 10, 4))
    assert len(folds) == 10 and np.sum([held for _, held in folds], axis=0).tolist() == [1] * 200
    for learn, held in folds:
        assert not set(patients[learn]) & set(patients[held])
        assert event[held].any() and not event[held].all()
    sites = generator.choice(["A", "B"], 200)
    assert [set(sites[held]) for _, held in centre_folds(sites, np.arange(200).astype(str), event)] == [{"A"}, {"B"}]
    for learn, held in centre_folds(sites, patients, event):  # patients were at both: nobody is left to learn from at the other
        assert not set(patients[learn]) & set(patients[held])


@pytest.fixture(scope="module")
def cohort(tmp_path_factory, assessor):
    folder = tmp_path_factory.mktemp("made") / "cohort"
    write(folder, np.random.default_rng(7), 400, assessor)
    return folder


@pytest.fixture(scope="module")
def bundle(cohort, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundle") / "made-model"
    done = subprocess.run(
        [sys.executable, "-m", "aicovid.training", cohort, "--outcome", "severe", "--out", out, "--image-bundle", BUNDLE,
         "--data", "400 made-up patients", "--licence", "CC0-1.0"], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out


def test_the_library_verifies_the_bundle(bundle):
    done = subprocess.run([BUILD / "bin" / "aicovid", "model", "verify", bundle], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "severe" in done.stdout, done.stdout + done.stderr


def test_the_library_gives_what_python_does(bundle, cohort):
    """Each exam of the cohort, missing values included."""
    model = json.loads((bundle / "severe.json").read_text())
    line = json.loads((bundle / "severe_platt.json").read_text())
    replaced = {each["variable"]: each.get("missing", {}).get("value") for each in
                next(one for one in json.loads((bundle / "manifest.json").read_text())["outcomes"] if one["name"] == "severe")["inputs"]}  # fmt: skip
    judging = aicovid.Assessor.load(bundle)
    compared = 0
    for exam in cohorts.read(cohort).exams[:60]:
        logit = model["intercept"]
        given = exam.record.canonical | {"diabetes": float(exam.record.given["diabetes"]), "brixia": exam.examination.findings.brixia.value}
        for term in model["terms"]:
            value = given.get(term["input"])
            z = ((replaced[term["input"]] if value is None else value) - term["mean"]) / term["scale"]
            assert "knots" not in term or len(term["knots"]) == len(term["coefficients"]) + 1
            logit += spline(z, [(knot - term["mean"]) / term["scale"] for knot in term.get("knots", [])], term["coefficients"])
            logit += term.get("missing", 0) if value is None else 0
        seen = json.loads(exam.examination_json)
        seen["model"] |= {"name": "made-model", "version": "1.0.0", "manifest_sha256": judging.model.manifest_sha256, "licence": judging.model.licence}
        report = judging.judge(aicovid.Examination.parse(json.dumps(seen)), exam.record)
        outcome = next(one for one in report.outcomes if one.name == "severe")
        assert outcome.probability == pytest.approx(expit(line["intercept"] + line["slope"] * logit), abs=1e-6)
        compared += 1
    assert compared == 60


def spline(z, knots, weights):
    total = weights[0] * z
    for j, weight in enumerate(weights[1:]):
        last, before = knots[-1], knots[-2]
        cubes = (max(z - knots[j], 0) ** 3 - max(z - before, 0) ** 3 * (last - knots[j]) / (last - before)
                 + max(z - last, 0) ** 3 * (before - knots[j]) / (last - before))  # fmt: skip
        total += weight * cubes / (last - knots[0]) ** 2
    return total


def test_trees_are_those_of_python(cohort, tmp_path):
    out = tmp_path / "made-trees"
    done = subprocess.run(
        [sys.executable, "-m", "aicovid.training", cohort, "--outcome", "severe", "--out", out, "--image-bundle", BUNDLE, "--model", "xgboost",
         "--data", "400 made-up patients", "--licence", "CC0-1.0"], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    verified = subprocess.run([BUILD / "bin" / "aicovid", "model", "verify", out], capture_output=True, text=True, check=False)
    assert verified.returncode == 0 and "severe" in verified.stdout, verified.stdout + verified.stderr
    booster = xgboost.Booster(model_file=out / "severe.json")
    line = json.loads((out / "severe_platt.json").read_text())
    judging, names = aicovid.Assessor.load(out), ["age", "crp", "diabetes", "brixia"]
    for exam in cohorts.read(cohort).exams[:40]:
        given = exam.record.canonical | {"diabetes": float(exam.record.given["diabetes"]), "brixia": exam.examination.findings.brixia.value}
        row = np.array([[given.get(name, np.nan) for name in names]], dtype=np.float32)
        logit = booster.predict(xgboost.DMatrix(row, feature_names=names), output_margin=True)[0]
        seen = json.loads(exam.examination_json)
        seen["model"] |= {"name": out.name, "version": "1.0.0", "manifest_sha256": judging.model.manifest_sha256, "licence": judging.model.licence}
        outcome = next(one for one in judging.judge(aicovid.Examination.parse(json.dumps(seen)), exam.record).outcomes if one.name == "severe")
        assert outcome.probability == pytest.approx(expit(line["intercept"] + line["slope"] * logit), abs=1e-5)
    area = json.loads((out / "figures.json").read_text())["sets"]["fused"]["auroc"]
    assert area["value"] > 0.62 and "gradient-boosted trees" in (out / "CARD.md").read_text()


def test_the_figures_are_of_the_truth(bundle):
    found = json.loads((bundle / "figures.json").read_text())
    truth = drawn(np.random.default_rng(7), 400)
    logit = INTERCEPT + sum(weight * (truth[name] - centre) / scale for name, (weight, centre, scale) in TRUTH.items())
    possible = figures(HeldOut(expit(logit)), truth["severe"], np.arange(400).astype(str))["auroc"]["value"]
    area = found["sets"]["fused"]["auroc"]
    # A tenth of one value is missing, and the model is learnt from 360 patients.
    assert possible - 0.04 < area["value"] < possible + 0.01
    assert found["sets"]["fused"]["auroc"]["value"] > max(found["sets"][name]["auroc"]["value"] for name in ("image", "clinical"))
    assert found["traps"] == [] and set(found["controls"]) == {"site_alone", "projection_alone", "missingness_alone"}
    assert set(found["leave_one_centre_out"]["fused"]["sites"]) == {"A", "B", "C"}
    card = (bundle / "CARD.md").read_text()
    assert "400 made-up patients" in card and f"{area['value']:.2f} [{area['low']:.2f}, {area['high']:.2f}]" in card


def spoilt(name):
    def change(exam, place):
        severe = exam["outcomes"]["severe"]
        if name == "pixels" and place == 1:
            exam["examination"]["input"]["pixel_sha256"] = f"{0:064x}"
        if name == "image" and severe:
            exam["event_days"], exam["value_days"] = {"severe": -1.0}, {}
        if name == "value" and severe and "crp" in exam["record"]:
            exam["value_days"]["crp"] = 4.0
        if name == "leak":
            exam["record"]["ldh"] = (500 + 300 * severe + place % 7, "U/L")
            exam["value_days"]["ldh"] = -0.5
        if name == "missing leak" and severe:
            exam["record"]["ldh"] = (300.0 + place % 7, "U/L")
        if name == "treatment":
            exam["record"]["on_oxygen"] = place % 3 == 0
        return exam

    return change


@pytest.mark.parametrize("name, trap, inputs", [
    ("pixels", training.Trap.SAME_PIXELS, None), ("image", training.Trap.IMAGE_AFTER_EVENT, None), ("value", training.Trap.VALUE_AFTER_EVENT, None),
    ("leak", training.Trap.LEAKED_INPUT, None), ("missing leak", training.Trap.LEAKED_INPUT, None), ("treatment", training.Trap.TREATMENT_INPUT, ["age", "on_oxygen"]),
])  # fmt: skip
def test_a_trap_is_caught(tmp_path, assessor, name, trap, inputs):
    made = write(tmp_path / "cohort", np.random.default_rng(3), 80, assessor, change=spoilt(name))
    with pytest.raises(training.TrapError) as error:
        training.study(made, "severe", inputs=inputs)
    assert {one.trap for one in error.value.caught} == {trap}


def test_a_control_that_predicts_as_well_is_named(tmp_path, assessor):
    def by_site(exam, place):
        # The hospital tells the outcome, and the values hardly do.
        exam["site"] = "A" if exam["outcomes"]["severe"] == (place % 5 > 0) else "B"
        exam["record"] = {"age": 40.0 + place % 41}
        exam["value_days"] = {}
        exam["examination"]["image"]["brixia"]["value"] = float(place % 13)
        return exam

    made = write(tmp_path / "cohort", np.random.default_rng(4), 150, assessor, change=by_site)
    found = training.study(made, "severe")
    assert "site_alone" in found.figures["traps"]
    assert found.figures["controls"]["site_alone"]["auroc"]["value"] > 0.7


def elsewhere(folder, cohort, bundle, intercept, slope):
    """The same patients in a hospital where the bundle's risk means another one."""
    judging = aicovid.Assessor.load(bundle)
    generator, exams = np.random.default_rng(8), []
    for exam in cohorts.read(cohort).exams:
        seen = json.loads(exam.examination_json)
        seen["model"] |= {"name": "made-model", "version": "1.0.0", "manifest_sha256": judging.model.manifest_sha256, "licence": judging.model.licence}
        now = cohorts.Exam(patient=exam.patient, site=exam.site, record=exam.record, image="ok", view=exam.view, examination_json=json.dumps(seen))
        risk = next(one for one in judging.judge(now.examination, now.record).outcomes if one.name == "severe").probability
        happened = bool(generator.random() < expit(intercept + slope * np.log(risk / (1 - risk))))
        exams.append(dataclasses.replace(now, outcomes={"icu": happened}))
    return cohorts.write(folder, name="elsewhere", source={"kind": "table", "mapping_sha256": "0" * 64}, outcomes=[cohorts.Outcome("icu", "made up", 14)], exams=exams)


def test_an_outcome_is_brought_to_where_the_patients_are(cohort, bundle, tmp_path):
    """The model of a hospital whose patients do worse: the line is found, and the library applies it."""
    made = elsewhere(tmp_path / "worse", cohort, bundle, 0.9, 0.7)
    done = subprocess.run(
        [sys.executable, "-m", "aicovid.training", tmp_path / "worse", "--outcome", "icu", "--recalibrate", "severe", "--image-bundle", bundle,
         "--out", tmp_path / "here"], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    line = next(one for one in json.loads((tmp_path / "here" / "manifest.json").read_text())["outcomes"] if one["name"] == "severe")["site_recalibration"]
    assert line["intercept"] == pytest.approx(0.9, abs=0.35) and line["slope"] == pytest.approx(0.7, abs=0.35)
    verified = subprocess.run([BUILD / "bin" / "aicovid", "model", "verify", tmp_path / "here"], capture_output=True, text=True, check=False)
    assert verified.returncode == 0 and "rg1.png: severe" in verified.stdout, verified.stdout + verified.stderr
    told = json.loads((tmp_path / "here" / "site_recalibration.json").read_text())
    assert abs(told["after"]["calibration"]["intercept"]["value"]) < abs(told["before"]["calibration"]["intercept"]["value"])
    before, after = (next(one for one in aicovid.Assessor.load(where).assess(None, made.exams[0].record).outcomes if one.name == "deterioration")
                     for where in (bundle, tmp_path / "here"))  # fmt: skip
    assert before == after


def test_an_outcome_that_foretells_the_contrary_is_not_recalibrated(cohort, bundle, tmp_path):
    made = elsewhere(tmp_path / "contrary", cohort, bundle, 0.0, -1.0)
    with pytest.raises(aicovid.InvalidArgumentError, match="foretells the contrary"):
        training.recalibrate(made, "icu", aicovid.Assessor.load(bundle), "severe")


def test_another_condition_is_learnt_from_the_embedding(tmp_path, assessor):
    """A fusion network that both engines run, beside the bundle's own outcomes."""
    generator = np.random.default_rng(12)

    def with_signal(exam, place):
        embedding = generator.standard_normal(232).astype(np.float32)
        exam["examination"]["embedding"] |= {"base64": base64.b64encode(embedding.tobytes()).decode()}
        exam["outcomes"] = {"severe": bool(generator.random() < expit(2 * embedding[:3].sum()))}
        exam["event_days"] = {}
        return exam

    write(tmp_path / "cohort", np.random.default_rng(3), 160, assessor, change=with_signal)
    out = tmp_path / "other-condition"
    done = subprocess.run(
        [sys.executable, "-m", "aicovid.training", tmp_path / "cohort", "--outcome", "severe", "--embedding", "--state", "--out", out, "--image-bundle", BUNDLE,
         "--data", "160 made-up pictures", "--licence", "CC0-1.0"], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    for backend in ("torchscript", "openvino"):
        verified = subprocess.run([BUILD / "bin" / "aicovid", "model", "verify", out, "--backend", backend], capture_output=True, text=True, check=False)
        assert verified.returncode == 0 and "rg1.png: severe" in verified.stdout, verified.stdout + verified.stderr
    found = json.loads((out / "figures.json").read_text())
    assert found["sets"]["image"]["auroc"]["value"] > 0.65 and set(found["controls"]) == {"site_alone", "projection_alone", "outline_alone"}
    report = aicovid.Assessor.load(out).assess(aicovid.read(BUNDLE / "golden" / "rg1.png"), (SOURCE / "examples" / "patient.json").read_text())
    assert [outcome.name for outcome in report.outcomes] == ["deterioration", "icu_stay", "severe"] and report.outcomes[2].index is not None


def test_another_image_bundle_is_an_error(cohort, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "aicovid.training", cohort, "--outcome", "severe", "--out", tmp_path / "out", "--image-bundle", SOURCE / "models" / "severity-open",
         "--data", "x", "--licence", "CC0-1.0", "--inputs", "age"], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 2 and "bad_bundle" in done.stderr and not (tmp_path / "out").exists()


def test_what_is_not_there_is_named(cohort):
    made = cohorts.read(cohort)
    with pytest.raises(aicovid.InvalidArgumentError, match="no outcome death; it has: severe"):
        training.study(made, "death")
    with pytest.raises(aicovid.InvalidArgumentError, match="no variable height; it has: age, crp, diabetes"):
        training.study(made, "severe", inputs=["height"])
