"""What the Python tests share: the built program and module, schemas, and where the data is.

AICOVID_BUILD_DIR names the build tree (default build/release), whose module the tests and what they start use; AICOVID_DATA the
data (default ../shared/data).
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

SOURCE = Path(__file__).resolve().parent.parent
PATIENT = SOURCE / "examples" / "patient.json"
BUILD = Path(os.environ.get("AICOVID_BUILD_DIR", SOURCE / "build" / "release")).resolve()
DATA = Path(os.environ.get("AICOVID_DATA", SOURCE.parent / "shared" / "data")).resolve()
# The module of this build before another's that is on the path, here and in the programs that tests start.
sys.path.insert(0, str(BUILD / "python"))
os.environ["PYTHONPATH"] = os.pathsep.join([str(BUILD / "python"), *filter(None, [os.environ.get("PYTHONPATH")])])
sys.path.insert(0, str(SOURCE / "scripts"))

ALL_SKIPPED = 77  # tells CTest that nothing was tested


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter.stats.get("skipped") and not reporter.stats.get("passed"):
        session.exitstatus = ALL_SKIPPED


def validate(document, schema: str) -> dict:
    """Checks a JSON document, or a report of the module, against docs/schemas/SCHEMA.json, and returns it as a dict."""
    document = document.to_dict() if hasattr(document, "to_dict") else document
    text = (SOURCE / "docs" / "schemas" / f"{schema}.json").read_text(encoding="utf-8")
    jsonschema.Draft7Validator(json.loads(text)).validate(document)
    return document


def run_cli(*arguments, timeout=300):
    """Runs `aicovid`; returns status, stdout, stderr, and the peak memory in MiB.

    Any JSON error on stdout is validated, and every error must be one line of the documented form on stderr.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen([BUILD / "bin" / "aicovid", *map(str, arguments)], stdout=out, stderr=err)
        # wait4 tells the memory of this process alone; getrusage would give the largest of all children.
        timer = threading.Timer(timeout, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        stdout, stderr = out.read(), err.read()
    result = SimpleNamespace(
        status=process.returncode, stdout=stdout, stderr=stderr, peak_mib=usage.ru_maxrss / 1024
    )
    assert result.status >= 0, f"ended by signal {-result.status}: {stderr}"
    if result.status not in (0, 3):
        lines = [line for line in stderr.splitlines() if line]
        assert len(lines) == 1 and lines[0].startswith("aicovid: "), stderr
        if "json" in arguments:
            error = validate(json.loads(stdout), "error")["error"]
            assert lines[0] == f"aicovid: {error['code']}: {error['message']}"
    return result


def score(image, *arguments):
    """Scores an image and returns its report, validated."""
    result = run_cli("score", image, *arguments, "--format", "json")
    assert result.status in (0, 3), result.stderr
    return validate(json.loads(result.stdout), "report")


@pytest.fixture(scope="session")
def data():
    if not DATA.is_dir():
        pytest.skip("no data folder: set AICOVID_DATA")
    return DATA


@pytest.fixture(scope="session")
def radiograph(pydicom_data_file):
    """The path of a chest radiograph."""
    return pydicom_data_file("RG1_J2KR.dcm")


@pytest.fixture(scope="session")
def assessor():
    """Of the shipped bundle."""
    import aicovid

    return aicovid.Assessor.load(SOURCE / "models" / "severity")


@pytest.fixture(scope="session")
def pydicom_data_file():
    """A function from a file name of the package pydicom-data to its path."""
    import data_store

    folder = Path(list(data_store.__path__)[0]) / "data"
    return lambda name: folder / name
