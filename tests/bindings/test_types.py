"""The package's types: the stub is what the compiled module has, and mypy and pyright agree with package and examples.

About 40 s of one core.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import BUILD, SOURCE

PACKAGE = SOURCE / "bindings" / "aicovid"
EXAMPLES = sorted((SOURCE / "examples").glob("*/*.py"))
SETTINGS = ["--config-file", SOURCE / "pyproject.toml"]

# What users write. A line with `# wrong` must be an error, any other must not.
USE = """
import io
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pydicom

import aicovid

assessor = aicovid.Assessor.load("severity", "cpu", "auto")
assessor = aicovid.Assessor.load(Path("bundle"))
record = aicovid.ClinicalRecord(age=63, crp=(12, "mg/dL"), on_oxygen=True)
record = aicovid.ClinicalRecord({"age": 63}).with_(crp="12 mg/L")
for moment in ("2020-04-01T10:00:00Z", datetime(2020, 4, 1, 10, tzinfo=timezone.utc)):
    record = aicovid.ClinicalRecord.parse("{}", at=moment)
aicovid.ClinicalRecord.parse("{}", at=20200401)  # wrong
for source in ("chest.dcm", Path("chest.dcm"), b"DICM", io.BytesIO(), open("chest.dcm", "rb"), pydicom.dcmread("chest.dcm")):
    radiograph = aicovid.read(source, fit_for=assessor)
radiograph = aicovid.Radiograph.from_array(np.zeros((9, 9), np.uint16), photometric_interpretation="MONOCHROME1", bits_stored=12)
rows: int = radiograph.pixels.shape[0]
report = assessor.assess(radiograph, record)
report = assessor.assess(None, {"age": 63})
examination = assessor.examine(radiograph)
report = assessor.judge(examination)
if report.findings is not None and report.findings.brixia is not None:
    points: float = report.findings.brixia.value
probability: float | None = report.outcomes[0].probability
certain: float = report.outcomes[0].probability  # wrong
report.findings.brixia  # wrong
report.outcome  # wrong
aicovid.read(3)  # wrong
assessor.judge(radiograph)  # wrong
assessor.assess(radiograph, 63)  # wrong
assert examination.lung_mask is not None
labels, (y0, x0, y1, x1) = examination.lung_mask
lungs: int = int((labels > 0).sum())
tensor, sources = assessor.plan("mask_in").run_batch([radiograph], dtype="float16")
array = np.from_dlpack(tensor)
array = np.asarray(tensor)
try:
    text: str = report.to_json(indent=2)
except aicovid.BadClinicalInputError as error:
    code: str = error.code
except (FileNotFoundError, ValueError):
    pass
equal: bool = record == aicovid.ClinicalRecord() and report == report
"""


def needs(module):
    return pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"{module} is not installed")


def run(*command, **environment):
    done = subprocess.run([sys.executable, "-m", *map(str, command)], env=os.environ | environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """What one run of mypy leaves to the next."""
    return ["--cache-dir", tmp_path_factory.mktemp("mypy")]


@pytest.fixture(scope="module")
def use(tmp_path_factory):
    file = tmp_path_factory.mktemp("use") / "use.py"
    file.write_text("from __future__ import annotations\n" + USE)
    return file


def wrong_lines(file):
    return {number for number, line in enumerate(file.read_text().splitlines(), start=1) if line.endswith("# wrong")}


@needs("pybind11_stubgen")
def test_the_stub_is_what_the_module_has():
    done = subprocess.run(
        [sys.executable, SOURCE / "scripts" / "stubs.py", BUILD, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_built_package_says_that_it_has_types():
    built = BUILD / "python" / "aicovid"
    for name in ("py.typed", "_aicovid.pyi"):
        assert (built / name).read_bytes() == (PACKAGE / name).read_bytes()


@needs("mypy")
def test_mypy_accepts_the_package(cache):
    status, said = run("mypy", *SETTINGS, *cache, PACKAGE, MYPYPATH=str(SOURCE / "bindings"))
    assert status == 0, said


@needs("mypy")
@needs("torch")
def test_mypy_accepts_the_examples(cache):
    folders = {str(file.parent) for file in EXAMPLES}
    path = os.pathsep.join([str(SOURCE / "bindings"), str(SOURCE / "models"), *sorted(folders)])
    status, said = run("mypy", *SETTINGS, *cache, *EXAMPLES, MYPYPATH=path)
    assert status == 0, said


@needs("mypy")
def test_mypy_finds_what_is_wrong_and_no_more(use):
    status, said = run("mypy", "--strict", "--cache-dir", os.devnull, use, MYPYPATH=str(BUILD / "python"))
    found = {int(line.split(":")[1]) for line in said.splitlines() if line.startswith(str(use)) and ": error:" in line}
    assert found == wrong_lines(use), said


@needs("pyright")
def test_pyright_agrees(use, tmp_path):
    # It takes no files from elsewhere.
    for folder in (PACKAGE, SOURCE / "models" / "aicovid_models", *sorted({file.parent for file in EXAMPLES})):
        shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    shutil.copy(use, tmp_path / "use.py")
    examples = sorted({file.parent.name for file in EXAMPLES})
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"include": ["use.py", "aicovid", *examples], "extraPaths": examples}))
    _, said = run("pyright", "--outputjson", "--pythonpath", sys.executable, "-p", tmp_path)
    found = [each for each in json.loads(said)["generalDiagnostics"] if each["severity"] == "error"]
    assert {each["range"]["start"]["line"] + 1 for each in found if each["file"].endswith("use.py")} == wrong_lines(use), said
    assert not [each for each in found if not each["file"].endswith("use.py")], said
