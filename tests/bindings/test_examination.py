"""Examinations: the networks run once, and every record is judged without them."""

import copy
import json
import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import BUILD, PATIENT, SOURCE, run_cli, validate

import aicovid

BUNDLE = SOURCE / "models" / "severity"
RECORD = json.loads(PATIENT.read_text())


@pytest.fixture(scope="module")
def radiograph():
    return aicovid.read(BUNDLE / "golden" / "rg1.png")


@pytest.fixture(scope="module")
def examination(assessor, radiograph):
    return assessor.examine(radiograph)


def lasting(report):
    """What does not depend on when and how fast it was made."""
    return {name: value for name, value in report.items() if name not in ("created", "timing_ms")}


@pytest.mark.parametrize("clinical", [None, RECORD, {"age": {"value": 12, "unit": "a"}}])
def test_judging_an_examination_gives_what_assess_gives(assessor, radiograph, examination, clinical):
    expected = lasting(assessor.assess(radiograph, clinical))
    assert lasting(assessor.judge(examination, clinical)) == expected
    kept = aicovid.Examination.parse(examination.to_json())
    report = validate(aicovid.Assessor.load(BUNDLE, networks="fusion").judge(kept, clinical), "report")
    assert lasting(report) == expected


def test_an_examination_survives_json_and_pickle(examination):
    text = examination.to_json()
    document = validate(json.loads(text), "examination")
    assert examination.to_dict() == document and document["status"] == "ok"
    for again in (aicovid.Examination.parse(text), pickle.loads(pickle.dumps(examination)), copy.deepcopy(examination)):
        assert again == examination and again.to_json() == text
        assert again.rejudge and not again.refused
        for name in ("lung_mask", "attribution"):
            (array, source), (expected, expected_source) = getattr(again, name), getattr(examination, name)
            assert np.array_equal(array, expected) and array.dtype == expected.dtype and source == expected_source
        assert np.array_equal(again.embedding, examination.embedding)


def test_examinations_differ_by_what_was_seen_and_not_by_when(assessor, radiograph, examination):
    assert assessor.examine(radiograph) == examination
    other = examination.to_dict()
    other["created"], other["timing_ms"]["read"] = "2020-04-01T10:00:00Z", 12345
    assert aicovid.Examination.parse(json.dumps(other)) == examination
    other["image"]["infiltrates"]["value"] /= 2
    assert aicovid.Examination.parse(json.dumps(other)) != examination
    assert examination != "an examination"


def test_the_maps_are_what_the_report_was_read_from(assessor, examination, tmp_path):
    from PIL import Image

    report = assessor.judge(examination)
    labels, source = examination.lung_mask
    rows, columns = report["input"]["rows"], report["input"]["columns"]
    assert labels.dtype == np.uint8 and source == (0, 0, rows, columns)
    assert (labels > 0).mean() == pytest.approx(report["image"]["lung_area_fraction"])
    run_cli("score", BUNDLE / "golden" / "rg1.png", "--lung-mask", tmp_path / "mask.png")
    written = np.asarray(Image.open(tmp_path / "mask.png"))
    y, x = ((np.arange(extent) + 0.5) * side / extent for extent, side in zip(written.shape, labels.shape))
    assert np.array_equal(written, labels[y.astype(int)[:, None], x.astype(int)])

    points, (y0, x0, y1, x1) = examination.attribution
    assert points.dtype == np.float32 and (points >= 0).all()
    assert points.sum() == pytest.approx(report["image"]["brixia"]["value"], rel=1e-3)
    assert 0 <= y0 < y1 <= rows and 0 <= x0 < x1 <= columns
    embedding = examination.embedding
    assert embedding.dtype == np.float32 and embedding.ndim == 2 and embedding.shape[0] == 1
    for view, name in ((labels, "lung_mask"), (points, "attribution"), (embedding, "embedding")):
        again = getattr(examination, name)
        assert not view.flags.writeable and np.shares_memory(view, again if name == "embedding" else again[0])


def test_a_refusal_has_no_maps_and_is_judged_as_a_refusal(assessor):
    thumbnail = aicovid.Radiograph.from_array(np.zeros((60, 60), np.uint8))
    refused = assessor.examine(thumbnail)
    assert refused.refused and refused.rejudge
    assert refused.lung_mask is None and refused.attribution is None and refused.embedding is None
    again = pickle.loads(pickle.dumps(refused))
    assert again == refused and validate(again.to_dict(), "examination")["status"] == "refused"
    report = assessor.judge(again, RECORD)
    assert report["status"] == "refused" and lasting(report) == lasting(assessor.assess(thumbnail, RECORD))
    with pytest.raises(aicovid.Error, match="examined without force") as caught:
        assessor.judge(refused, force=True)
    assert caught.value.code == "invalid_argument"


def test_what_was_examined_with_force_is_judged_with_force(assessor):
    noise = aicovid.Radiograph.from_array(np.random.default_rng(1).integers(0, 255, (300, 300), np.uint8))
    assert assessor.examine(noise).refused
    forced = assessor.examine(noise, force=True)
    assert not forced.refused and forced.to_dict()["gate"]["verdict"] == "forced"
    assert lasting(assessor.judge(forced, force=True)) == lasting(assessor.assess(noise, force=True))
    assert lasting(assessor.judge(forced)) == lasting(assessor.assess(noise))


def test_another_patients_record_is_found_by_judge(assessor, pydicom_data_file):
    woman = aicovid.read(pydicom_data_file("RG1_UNCR.dcm"))
    kept = pickle.loads(pickle.dumps(assessor.examine(woman)))
    for call in (lambda: assessor.judge(kept, {"sex": "male"}), lambda: assessor.assess(woman, {"sex": "male"})):
        with pytest.raises(aicovid.Error, match="sex is 'male'") as caught:
            call()
        assert caught.value.code == "patient_mismatch"
    # The examination was made without force; only what the record adds is forced.
    assert "patient_mismatch" in {one["code"] for one in assessor.judge(kept, {"sex": "male"}, force=True)["warnings"]}


def test_judge_knows_the_variables_that_the_bundle_declares(tmp_path):
    bundle = shutil.copytree(BUNDLE, tmp_path / "bundle")
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["clinical"] = [{
        "name": "frailty", "meaning": "frailty", "kind": "number", "range": [1, 9], "whole": True, "source": "a test"}]  # fmt: skip
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    assessor, radiograph = aicovid.Assessor.load(bundle), aicovid.read(bundle / "golden" / "rg1.png")
    examination = assessor.examine(radiograph)
    assert lasting(assessor.judge(examination, {"frailty": 4})) == lasting(assessor.assess(radiograph, {"frailty": 4}))
    with pytest.raises(aicovid.Error, match="no clinical variable"):
        assessor.judge(examination, {"fraility": 4})
    with pytest.raises(aicovid.Error, match="manifest") as caught:
        aicovid.Assessor.load(BUNDLE, networks="fusion").judge(examination)
    assert caught.value.code == "bad_bundle"


def test_what_the_fusion_network_takes_is_in_memory_alone(tmp_path, monkeypatch):
    """Of a bundle whose fusion network takes the picture itself."""
    torch = pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(SOURCE / "examples" / "bring_your_own"))
    import bundle_writer

    class Fusion(torch.nn.Module):
        def forward(self, image, values):
            return image.mean((1, 2, 3))[:, None] + 0.02 * values

    bundle = tmp_path / "picture"
    bundle_writer.start(bundle)
    recipe = bundle_writer.plan("bs_net")
    image = bundle_writer.network_input(recipe)
    bundle_writer.save_traced(Fusion(), (image, torch.zeros(1, 1)), bundle / "joint.pt")
    expected = torch.sigmoid(Fusion()(image, torch.tensor([[64.0]]))).item()
    age = {"age": {"value": 64, "unit": "a"}}
    bundle_writer.finish(bundle, {
        "plans": {"image_in": recipe},
        "networks": [bundle_writer.network(bundle, "fusion", "joint.pt", ["plan:image_in", "record:values"], {"logit": [1, 1]})],
        "outcomes": [{"name": "event", "model": "network", "definition": "an event", "kind": "prognosis", "reference_logit": 0,
                      "evidence": {"level": "none", "caveat": "a test"}, "population": {"age": [18, 110]},
                      "inputs": [{"variable": "age", "unit": "a", "range": [18, 110], "reference": 60}]}],
    }, licence="Apache-2.0", with_weights=False, expected={"outcomes": {"event": expected}}, record=age)  # fmt: skip
    assessor, radiograph = aicovid.Assessor.load(bundle), aicovid.read(bundle / "golden.png")
    examination = assessor.examine(radiograph)
    assert not examination.rejudge
    assert lasting(assessor.judge(examination, age)) == lasting(assessor.assess(radiograph, age))
    kept = aicovid.Examination.parse(examination.to_json())
    assert kept == examination and not kept.rejudge
    with pytest.raises(aicovid.Error, match="takes the picture itself") as caught:
        assessor.judge(kept, age)
    assert caught.value.code == "unsupported"
    for refused in (lambda: pickle.dumps(examination), lambda: copy.copy(examination)):
        with pytest.raises(aicovid.Error, match="cannot be pickled") as caught:
            refused()
        assert caught.value.code == "unsupported"


def opened_by(script):
    """The engines' libraries that a fresh interpreter has mapped when it is done."""
    script += "\nprint(*{line.split('/')[-1].strip() for line in open('/proc/self/maps')})"
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": str(BUILD / "python")}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name for name in done.stdout.split() if name.startswith(("libtorch", "libopenvino", "libaicovid_"))}


def test_judging_opens_no_engine(examination, tmp_path):
    (tmp_path / "seen.json").write_text(examination.to_json())
    judge = f"""
import aicovid
examination = aicovid.Examination.parse(open({str(tmp_path / "seen.json")!r}).read())
assessor = aicovid.Assessor.load({str(BUNDLE)!r}, networks=NETWORKS)
assert assessor.judge(examination)["status"] == "ok"
"""
    assert not opened_by(judge.replace("NETWORKS", "'fusion'"))
    assert opened_by(judge.replace("NETWORKS", "'all'"))


def test_only_what_was_loaded_can_be_used(radiograph):
    for networks in ("fusion", "none"):
        assessor = aicovid.Assessor.load(BUNDLE, networks=networks)
        assert assessor.clinical_variables.declared == [] and assessor.plan("mask_in").output_shape
        with pytest.raises(aicovid.Error, match='without its network of role "lungs"') as caught:
            assessor.examine(radiograph)
        assert caught.value.code == "invalid_argument"


@pytest.mark.parametrize(
    "call, code",
    [
        (lambda: aicovid.Assessor.load(BUNDLE, networks="some"), "invalid_argument"),
        (lambda: aicovid.Assessor.load(BUNDLE, backend="abacus"), "invalid_argument"),
        (lambda: aicovid.Examination.parse("{}"), "corrupt"),
        (lambda: aicovid.Examination.parse("not JSON"), "corrupt"),
    ],
)
def test_errors_carry_their_code(call, code):
    with pytest.raises(aicovid.Error) as caught:
        call()
    assert caught.value.code == code


def test_the_backend_is_the_one_that_was_asked_for(radiograph):
    found = []
    for backend in ("torchscript", "openvino"):
        try:
            examined = aicovid.Assessor.load(BUNDLE, "cpu", backend=backend).examine(radiograph)
        except aicovid.Error as error:
            assert error.code == "unsupported" and backend in str(error)  # not built
            continue
        found.append(examined.to_dict()["compute"]["backend"])
        assert found[-1] == backend
    assert aicovid.Assessor.load(BUNDLE).examine(radiograph).to_dict()["compute"]["backend"] in found


def test_threads_examine_and_judge_alike(radiograph, examination):
    assessor = aicovid.Assessor.load(BUNDLE, workers=2)
    expected = lasting(assessor.judge(examination, RECORD))
    with ThreadPoolExecutor(4) as pool:
        for seen in pool.map(lambda _: assessor.examine(radiograph), range(4)):
            assert seen == examination
        for report in pool.map(lambda _: assessor.judge(examination, RECORD), range(32)):
            assert lasting(report) == expected
