"""What `aicovid examine` writes, what `aicovid judge` makes of it, and what neither opens."""

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
from conftest import BUILD, PATIENT, SOURCE, run_cli, score, validate

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
    return {name for name in libraries if name.startswith(("libtorch", "libopenvino", "libaicovid_"))}


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
