"""The command line: each command, each exit status, each form of output."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import BUILD, PATIENT, SOURCE, run_cli, score, validate


def test_score_prints_a_report_for_people(radiograph):
    result = run_cli("score", radiograph, "--clinical", PATIENT)
    assert result.status == 0, result.stderr
    assert "Research use only" in result.stdout
    assert "Brixia" in result.stdout
    assert "deterioration" in result.stdout.lower()
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_score_as_json_follows_the_schema_and_adds_up(radiograph):
    report = score(radiograph, "--clinical", PATIENT)
    assert report["status"] == "ok"
    image = report["image"]
    zones = [zone["value"] for zone in image["zones"].values()]
    assert len(zones) == 6
    assert image["brixia"]["value"] == pytest.approx(sum(zones), abs=1e-6)
    outcome = deterioration(report)
    logit = outcome["reference_logit"] + sum(entry["logit"] for entry in outcome["contributions"])
    assert outcome["probability"] == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-9)
    interval = outcome["interval"]
    assert interval["low"] <= outcome["probability"] <= interval["high"]
    effect = outcome["image_effect"]
    q = image["infiltrates"]["value"]
    mixed = q * effect["with"] + (1 - q) * effect["without"]
    assert outcome["probability"] == pytest.approx(mixed, abs=1e-9)


def test_heat_map_and_lung_mask_are_written(radiograph, tmp_path):
    from PIL import Image

    report = score(radiograph, "--heatmap", tmp_path / "map.png", "--lung-mask", tmp_path / "mask.png")
    rows, columns = report["input"]["rows"], report["input"]["columns"]
    heat_map = Image.open(tmp_path / "map.png")
    assert heat_map.width >= columns and heat_map.height >= rows
    mask = np.asarray(Image.open(tmp_path / "mask.png"))
    assert mask.shape == (rows, columns) and mask.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 1, 2}
    # The patient's right lung is on the left side of the picture.
    assert np.nonzero(mask == 1)[1].mean() < np.nonzero(mask == 2)[1].mean()
    assert (mask > 0).mean() == pytest.approx(report["image"]["lung_area_fraction"], abs=0.005)


def test_inspect_tells_header_and_verdict(radiograph, tmp_path):
    result = run_cli("inspect", radiograph, "--format", "json", "--pixels", tmp_path / "stored.npy")
    assert result.status == 0, result.stderr
    found = validate(json.loads(result.stdout), "inspect")
    assert found["modality"] and found["photometric_interpretation"] == "MONOCHROME1"
    stored = np.load(tmp_path / "stored.npy")
    assert stored.shape == (found["rows"], found["columns"])
    text = run_cli("inspect", radiograph).stdout
    assert "MONOCHROME1" in text and "verdict" in text


def test_a_dicomdir_is_an_index_of_images():
    import pydicom

    path = Path(pydicom.__file__).parent / "data/test_files/dicomdirtests/DICOMDIR"
    result = run_cli("inspect", path, "--format", "json")
    assert result.status == 0, result.stderr
    found = validate(json.loads(result.stdout), "inspect")
    records = [r for r in pydicom.dcmread(path).DirectoryRecordSequence if "ReferencedFileID" in r]
    assert found["source"] == "dicomdir"
    assert found["images"] == sum(r.DirectoryRecordType == "IMAGE" for r in records) > 0
    assert [f["sop_instance_uid"] for f in found["files"]] == [r.ReferencedSOPInstanceUIDInFile for r in records]
    text = run_cli("inspect", path).stdout
    # File IDs are free text.
    assert "IMAGE" in text and not any(r.ReferencedFileID[0] in text for r in records)
    result = run_cli("score", path)
    assert result.status == 4
    assert f"unsupported: {path}: the file is a DICOMDIR" in result.stderr and f"{found['images']} images" in result.stderr


def test_preprocess_writes_the_input_of_a_plan_or_a_recipe(radiograph, tmp_path):
    result = run_cli("preprocess", radiograph, "--model", "severity", "--plan", "mask_in", "--out", tmp_path / "a.npy")
    assert result.status == 0, result.stderr
    plan = json.loads((SOURCE / "models/severity/manifest.json").read_text())["plans"]["mask_in"]
    (tmp_path / "recipe.json").write_text(json.dumps(plan))
    result = run_cli("preprocess", radiograph, "--recipe", tmp_path / "recipe.json", "--out", tmp_path / "b.npy")
    assert result.status == 0, result.stderr
    a, b = np.load(tmp_path / "a.npy"), np.load(tmp_path / "b.npy")
    assert a.ndim == 4 and a.dtype == np.float32
    assert np.array_equal(a, b)


def test_preprocess_with_a_lung_box(radiograph, tmp_path):
    arguments = ["preprocess", radiograph, "--plan", "severity_in", "--out", tmp_path / "crop.npy"]
    assert run_cli(*arguments).status == 2
    assert run_cli(*arguments, "--lung-box", "100,100,1500,1600").status == 0
    assert np.load(tmp_path / "crop.npy").ndim == 4


def test_model_verify_passes_on_the_shipped_bundle():
    result = run_cli("model", "verify", "severity")
    assert result.status == 0, result.stderr
    assert result.stdout.count("ok ") >= 9 and "FAIL" not in result.stdout


def test_version_names_engines_and_licences():
    text = run_cli("--version").stdout
    for word in ["LibTorch", "DCMTK", "OpenJPEG", "libpng", "severity", "licence"]:
        assert word in text


def test_help_teaches():
    text = run_cli("--help").stdout
    for word in ["score", "examine", "judge", "inspect", "preprocess", "model", "Exit status", "Examples"]:
        assert word in text
    assert "--clinical" in run_cli("score", "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ([], 2, "usage"),
        (["score"], 2, "usage"),
        (["score", "x.dcm", "--no-such-option"], 2, "usage"),
        (["score", "x.dcm", "--format", "xml"], 2, "usage"),
        (["score", "x.dcm", "--device", "tpu"], 2, "invalid_argument"),
        (["score", "no-such-file.dcm"], 4, "not_found"),
        (["score", "no-such-file.dcm", "--clinical", "no-such-record.json"], 4, "not_found"),
        (["inspect", "no-such-file.dcm"], 4, "not_found"),
        (["examine"], 2, "usage"),
        (["examine", "x.dcm"], 2, "usage"),
        (["examine", "no-such-file.dcm", "--out", "seen.json"], 4, "not_found"),
        (["examine", "x.dcm", "--out", "seen.json", "--device", "tpu"], 2, "invalid_argument"),
        (["judge"], 2, "usage"),
        (["judge", "no-such-file.json"], 4, "not_found"),
        (["model", "verify", "no-such-bundle"], 4, "not_found"),
        (["model", "verify", "../severity"], 4, "not_found"),
    ],
)
def test_exit_statuses(arguments, status, code):
    result = run_cli(*arguments)
    assert result.status == status
    assert result.stderr.startswith(f"aicovid: {code}: ")


@pytest.mark.parametrize(
    "command",
    [
        ["score", "{image}", "--heatmap", "/dev/full"],
        ["score", "{image}", "--lung-mask", "/dev/full"],
        ["inspect", "{image}", "--pixels", "/dev/full"],
        ["preprocess", "{image}", "--plan", "mask_in", "--out", "/dev/full"],
        ["score", "{image}", "--heatmap", "no-such-folder/map.png"],
        ["examine", "{image}", "--out", "/dev/full"],
        ["examine", "{image}", "--out", "no-such-folder/seen.json"],
    ],
)
def test_a_full_disk_and_an_unwritable_file_are_io(radiograph, command):
    result = run_cli(*(word.format(image=radiograph) for word in command))
    assert result.status == 1
    assert result.stderr.startswith("aicovid: io: ")


def test_a_full_disk_behind_standard_output_is_io():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [BUILD / "bin" / "aicovid", "clinical", PATIENT], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("aicovid: io: ")


def test_an_unknown_backend_is_an_invalid_argument(radiograph):
    result = run_cli("score", radiograph, "--backend", "abacus")
    assert result.status == 2
    assert "torchscript" in result.stderr


def test_a_cuda_device_that_is_not_there_is_an_error_not_a_fall_back(radiograph):
    if shutil.which("nvidia-smi"):
        pytest.skip("this machine may have a CUDA device")
    result = run_cli("score", radiograph, "--device", "cuda:0")
    assert result.status == 6
    assert result.stderr.startswith("aicovid: device_unavailable: ")


def test_a_refusal_is_a_report_with_status_3(data, tmp_path):
    dog = data / "dicom" / "lateral_dog_thorax.dcm"
    result = run_cli("score", dog, "--format", "json", "--heatmap", tmp_path / "map.png")
    assert result.status == 3
    report = validate(json.loads(result.stdout), "report")
    assert report["status"] == "refused" and report["gate"]["verdict"] == "refused"
    assert not report.get("outcomes")
    assert not (tmp_path / "map.png").exists()
    text = run_cli("score", dog)
    assert text.status == 3 and "refused" in text.stdout.lower()


def test_force_scores_what_the_gate_refuses_and_says_so(data):
    report = score(data / "dicom" / "lateral_dog_thorax.dcm", "--force")
    assert report["gate"]["verdict"] == "forced"
    assert report["gate"]["reasons"]


def test_another_patients_values_are_an_error(radiograph, tmp_path):
    record = json.loads(PATIENT.read_text())
    record["sex"] = "male"
    record["age"] = {"value": 31, "unit": "a"}
    file = tmp_path / "other.json"
    file.write_text(json.dumps(record))
    result = run_cli("score", radiograph, "--clinical", file)
    assert result.status == 7
    assert re.search(r"aicovid: patient_mismatch: ", result.stderr)
    report = score(radiograph, "--clinical", file, "--force")
    assert "patient_mismatch" in [warning["code"] for warning in report["warnings"]]


def test_clinical_values_alone_give_a_report_without_findings():
    report = score_clinical("--clinical", PATIENT)
    assert report["status"] == "ok" and "image" not in report and "input" not in report
    outcome = deterioration(report)
    assert "radiographic_infiltrates" in [entry["variable"] for entry in outcome["assumed"]]
    assert outcome["interval"]["low"] < outcome["interval"]["high"]


def deterioration(report):
    return next(outcome for outcome in report["outcomes"] if outcome["name"] == "deterioration")


def score_clinical(*arguments):
    result = run_cli("score", *arguments, "--format", "json")
    assert result.status == 0, result.stderr
    return validate(json.loads(result.stdout), "report")


def test_a_report_that_cannot_be_printed_is_an_error():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [BUILD / "bin" / "aicovid", "score", "--clinical", PATIENT], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert b"standard output" in done.stderr


def test_an_output_never_overwrites_the_image(radiograph, tmp_path):
    copy = tmp_path / "chest.dcm"
    shutil.copy(radiograph, copy)
    for arguments in [["score", copy, "--heatmap", copy], ["inspect", copy, "--pixels", copy], ["examine", copy, "--out", copy]]:
        assert run_cli(*arguments).status == 2
    assert copy.read_bytes() == radiograph.read_bytes()


def test_a_mirrored_radiograph_gets_its_sides_from_the_header(radiograph, tmp_path):
    import pydicom

    dataset = pydicom.dcmread(radiograph)
    dataset.PatientOrientation = ["R", "F"]
    dataset.save_as(tmp_path / "mirrored.dcm")
    plain, mirrored = score(radiograph)["image"]["zones"], score(tmp_path / "mirrored.dcm")["image"]["zones"]
    for level in ["upper", "middle", "lower"]:
        assert plain[f"right_{level}"] == mirrored[f"left_{level}"]
        assert plain[f"left_{level}"] == mirrored[f"right_{level}"]


def test_a_thumbnail_is_refused_and_a_small_image_flagged(tmp_path):
    from PIL import Image

    image = Image.open(SOURCE / "models/severity/golden/rg1.png")
    for width, status, code in [(40, 3, "too_few_pixels"), (200, 0, "low_resolution")]:
        image.resize((width, width)).save(tmp_path / "small.png")
        result = run_cli("score", tmp_path / "small.png", "--format", "json")
        assert result.status == status
        reasons = validate(json.loads(result.stdout), "report")["gate"]["reasons"]
        assert code in [reason["code"] for reason in reasons]


def test_models_are_found_whatever_the_working_directory(radiograph, tmp_path):
    done = subprocess.run(
        [BUILD / "bin" / "aicovid", "score", radiograph], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_no_path_in_a_report(radiograph):
    text = json.dumps(score(radiograph, "--clinical", PATIENT))
    assert str(radiograph.parent) not in text and radiograph.name not in text


def test_clinical_values_from_a_table_and_a_bundle():
    examples = SOURCE / "examples"
    row = score_clinical("--clinical", examples / "patients.csv", "--row", "A1", "--id-column", "id")
    bundle = score_clinical("--clinical", examples / "patient-bundle.json", "--at", "2020-04-01T12:00:00Z")
    for report in (row, bundle):
        given = {entry["name"]: entry for entry in report["clinical"]}
        assert given["age"]["canonical"] == {"value": 64, "unit": "a"}
        assert given["crp"]["canonical"]["value"] == pytest.approx(98)
    result = run_cli("score", "--clinical", examples / "patient-bundle.json")
    assert result.status == 7 and "crp has 2 values" in result.stderr
    assert run_cli("score", "--clinical", PATIENT, "--row", "A1", "--id-column", "id").status == 2
    assert run_cli("score", "x.dcm", "--at", "2020-04-01T12:00:00Z").status == 2


def test_clinical_warnings_and_derived_urea_are_reported(tmp_path):
    record = json.loads(PATIENT.read_text())
    del record["urea"]
    record["urea_nitrogen"] = {"value": 28, "unit": "mg/dL"}
    record["crp"] = {"value": 1.2, "unit": "mg/L"}
    (tmp_path / "record.json").write_text(json.dumps(record))
    report = score_clinical("--clinical", tmp_path / "record.json")
    assert {"urea_from_urea_nitrogen", "suspicious_value"} <= {one["code"] for one in report["warnings"]}
    (urea,) = [entry for entry in report["clinical"] if entry["name"] == "urea"]
    assert urea["derived_from"] == "urea_nitrogen" and "given" not in urea
    assert urea["canonical"]["value"] == pytest.approx(28 * 0.357, rel=1e-3)
    text = run_cli("score", "--clinical", tmp_path / "record.json").stdout
    assert "check whether it was measured in mg/dL" in " ".join(text.split())
