"""The command line: each command, each exit status, each form of output."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import BUILD, SOURCE, run_cli, score, validate

PATIENT = SOURCE / "examples" / "patient.json"


@pytest.fixture
def radiograph(pydicom_data_file):
    return pydicom_data_file("RG1_J2KR.dcm")


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


GOLDEN = SOURCE / "models" / "severity" / "golden" / "rg1.png"


def examine(image, out, *arguments, status=0):
    """Examines an image and returns what was written, validated."""
    result = run_cli("examine", image, "--out", out, *arguments)
    assert result.status == status, result.stderr
    assert result.stdout == ""
    return validate(json.loads(out.read_text()), "examination")


def judged(file, *arguments, status=0):
    """Judges an examination and returns the report, validated."""
    result = run_cli("judge", file, *arguments, "--format", "json")
    assert result.status == status, result.stderr
    return validate(json.loads(result.stdout), "report")


def lasting(report):
    """What does not depend on when and how fast it was made."""
    return {name: value for name, value in report.items() if name not in ("created", "timing_ms")}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The golden radiograph's examination."""
    out = tmp_path_factory.mktemp("seen") / "seen.json"
    examine(GOLDEN, out)
    return out


@pytest.mark.parametrize("clinical", [[], ["--clinical", PATIENT]])
def test_judge_gives_the_report_that_score_gives(radiograph, seen, tmp_path, clinical):
    assert lasting(judged(seen, *clinical)) == lasting(score(GOLDEN, *clinical))
    examine(radiograph, tmp_path / "dicom.json")
    assert lasting(judged(tmp_path / "dicom.json", *clinical)) == lasting(score(radiograph, *clinical))
    times = r"\d{4}-\d\d-\d\dT[\d:]+Z"
    told = [re.sub(times, "", run_cli(*command, *clinical).stdout) for command in (("judge", seen), ("score", GOLDEN))]
    assert told[0] == told[1] and "deterioration" in told[0].lower()


def test_an_examination_holds_what_its_schema_says_and_no_pixels(radiograph, tmp_path):
    seen = tmp_path / "seen.json"
    document = examine(radiograph, seen)
    checked = subprocess.run(
        [sys.executable, SOURCE / "scripts" / "validate_json.py", "examination"],
        input=seen.read_text(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.stdout == "valid examination\n", checked.stderr
    holders = {name for name, value in document.items() if "base64" in json.dumps(value)}
    assert holders == {"lung_mask", "attribution", "embedding"}
    run_cli("inspect", radiograph, "--pixels", tmp_path / "stored.npy")
    stored = np.load(tmp_path / "stored.npy")
    mask = document["lung_mask"]
    assert mask["rows"] * mask["columns"] < stored.size / 4
    packed = np.frombuffer(base64.b64decode(mask["base64"]), np.uint8)
    labels = (packed[:, None] >> np.arange(0, 8, 2) & 3).ravel()[: mask["rows"] * mask["columns"]]
    assert set(np.unique(labels)) == {0, 1, 2}
    assert (labels > 0).mean() == pytest.approx(document["image"]["lung_area_fraction"])
    for name in ("attribution", "embedding"):
        values = np.frombuffer(base64.b64decode(document[name]["base64"]), "<f4")
        assert values.size == np.prod(document[name]["shape"]) < stored.size / 100
    assert seen.stat().st_size < stored.nbytes / 10
    assert str(radiograph.parent) not in seen.read_text() and radiograph.name not in seen.read_text()


def test_a_refused_image_is_examined_and_judged_as_refused(data, tmp_path):
    dog, out = data / "dicom" / "lateral_dog_thorax.dcm", tmp_path / "dog.json"
    document = examine(dog, out, status=3)
    assert document["status"] == document["gate"]["verdict"] == "refused" and "image" not in document
    record = tmp_path / "record.json"
    record.write_text('{"crp": {"value": 98, "unit": "mg/L"}}')
    report = judged(out, "--clinical", record, status=3)
    result = run_cli("score", dog, "--clinical", record, "--format", "json")
    assert result.status == 3 and lasting(report) == lasting(json.loads(result.stdout))
    forced = run_cli("judge", out, "--force")
    assert forced.status == 2 and "examine it with force" in forced.stderr
    examine(dog, out, "--force")
    assert lasting(judged(out, "--force")) == lasting(score(dog, "--force"))
    assert judged(out, status=3)["status"] == "refused"


@pytest.mark.parametrize("change", [{"sex": "male"}, {"age": {"value": 31, "unit": "a"}}])
def test_judge_finds_another_patients_values_as_score_does(radiograph, tmp_path, change):
    record, out = tmp_path / "other.json", tmp_path / "seen.json"
    record.write_text(json.dumps(json.loads(PATIENT.read_text()) | change))
    examine(radiograph, out)
    commands = [[command, file, "--clinical", record] for command, file in (("score", radiograph), ("judge", out))]
    errors = [run_cli(*command) for command in commands]
    assert [error.status for error in errors] == [7, 7]
    assert errors[0].stderr == errors[1].stderr and errors[0].stderr.startswith("aicovid: patient_mismatch: ")
    forced = judged(out, "--clinical", record, "--force")
    assert "patient_mismatch" in {warning["code"] for warning in forced["warnings"]}
    assert lasting(forced) == lasting(score(radiograph, "--clinical", record, "--force"))


def test_values_of_another_day_than_the_image_are_found_by_judge(radiograph, tmp_path):
    record, out = tmp_path / "record.json", tmp_path / "seen.json"
    record.write_text(json.dumps(json.loads(PATIENT.read_text()) | {"crp": {"value": 98, "unit": "mg/L", "time": "2004-09-20T08:00:00Z"}}))
    examine(radiograph, out)
    found = [warning for warning in judged(out, "--clinical", record)["warnings"] if warning["code"] == "values_not_at_image_time"]
    assert len(found) == 1 and "CRP" in found[0]["message"]
    assert found[0] in score(radiograph, "--clinical", record)["warnings"]


def test_values_that_contradict_one_another_name_the_record(seen, tmp_path):
    record = tmp_path / "record.json"
    record.write_text(json.dumps(json.loads(PATIENT.read_text()) | {"gcs": 15, "consciousness": "V"}))
    errors = [run_cli(command, file, "--clinical", record) for command, file in (("score", GOLDEN), ("judge", seen))]
    assert [error.status for error in errors] == [7, 7]
    assert errors[0].stderr == errors[1].stderr and str(record) in errors[0].stderr
    assert run_cli("judge", seen, "--at", "2020-04-01T12:00:00Z").status == 2


def test_an_examination_of_another_manifest_is_not_judged(seen, tmp_path):
    bundle = shutil.copytree(SOURCE / "models" / "severity", tmp_path / "bundle")
    manifest = json.loads((bundle / "manifest.json").read_text())
    (bundle / "manifest.json").write_text(json.dumps(manifest | {"not_for": "Anything."}))
    result = run_cli("judge", seen, "--model", bundle)
    assert result.status == 5
    assert result.stderr.startswith(f"aicovid: bad_bundle: {seen}: ") and "manifest" in result.stderr


@pytest.mark.parametrize(
    "path, value, said",
    [
        ("/schema", "aicovid.examination/2", "/schema"),
        ("/model/name", "../severity", "/model/name"),
        ("/input/rows", -1, "/input/rows"),
        ("/input/rows", None, "/input/rows is missing"),
        ("/pixels", "AAAA", "/pixels is unknown"),
        ("/patient/acquired", {"earliest": "2020-02-30T10:00:00Z", "latest": "2020-03-01T10:00:00Z"}, "/patient/acquired/earliest"),
        ("/gate/verdict", "accepted", "/gate/verdict"),
        ("/image", None, "/image is missing"),
        ("/image/brixia/value", 19, "/image/brixia/value"),
        ("/lung_mask/base64", "AAA*", "/lung_mask/base64"),
        ("/lung_mask/rows", 4, "/lung_mask/base64"),
        ("/embedding/shape", [1, 3], "/embedding/base64"),
        ("/kept_outputs", {"features": {"shape": [4096, 4096, 4096], "base64": ""}}, "/kept_outputs/features/shape"),
    ],
)
def test_a_broken_examination_is_corrupt(seen, tmp_path, path, value, said):
    document = json.loads(seen.read_text())
    *steps, last = path.split("/")[1:]
    place = document
    for step in steps:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document))
    result = run_cli("judge", broken)
    assert result.status == 4 and result.stderr.startswith(f"aicovid: corrupt: {broken}: ")
    assert said in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", "aicovid", '{"schema": "aicovid.examination/1"}'])
def test_what_is_no_examination_is_corrupt(tmp_path, text):
    (tmp_path / "broken.json").write_text(text)
    result = run_cli("judge", tmp_path / "broken.json")
    assert result.status == 4 and result.stderr.startswith("aicovid: corrupt: ")


def libraries_of(folder, *arguments):
    """The file names of all that the loader was asked for."""
    folder.mkdir()
    subprocess.run(
        [BUILD / "bin" / "aicovid", *map(str, arguments)], stdout=subprocess.DEVNULL, check=True,
        env=os.environ | {"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(folder / "ld")},
    )  # fmt: skip
    (log,) = folder.iterdir()
    return {Path(name).name for name in re.findall(r"file=(\S+)", log.read_text(errors="replace"))}


def engines_of(libraries):
    return {name for name in libraries if name.startswith(("libtorch", "libopenvino", "libaicovid_torchscript", "libaicovid_openvino"))}


def test_only_what_runs_a_network_of_the_image_opens_an_engine(radiograph, seen, tmp_path):
    without = {
        "judge": ["judge", seen, "--clinical", PATIENT], "clinical": ["clinical", PATIENT], "inspect": ["inspect", radiograph],
        "preprocess": ["preprocess", radiograph, "--model", "severity", "--plan", "mask_in", "--out", tmp_path / "a.npy"],
        "values": ["score", "--clinical", PATIENT],
    }  # fmt: skip
    for name, arguments in without.items():
        opened = libraries_of(tmp_path / name, *arguments)
        assert any(library.startswith("libaicovid.so") for library in opened)
        assert not engines_of(opened), name
    for name, arguments in {"score": ["score", GOLDEN], "examine": ["examine", GOLDEN, "--out", tmp_path / "b.json"]}.items():
        assert engines_of(libraries_of(tmp_path / name, *arguments)), name


def test_clinical_values_alone_take_little_time_and_memory():
    """At most 60 ms of a processor and 40 MB. Measured by a small process: the memory of one that starts another may be
    counted as the other's."""
    measure = """
import os, sys
for _ in range(5):
    child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(child, 0)
    print(status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", measure, BUILD / "bin" / "aicovid", "clinical", PATIENT],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    runs = [tuple(map(float, line.split())) for line in done.stdout.splitlines()]
    assert len(runs) == 5 and not any(status for status, _, _ in runs)
    assert min(cpu for _, cpu, _ in runs) <= 0.060
    assert min(mib for _, _, mib in runs) <= 40
