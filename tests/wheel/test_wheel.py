"""The installed wheel: run by scripts/check-wheel.sh in an environment that has it, one engine and pytest, and nothing else.

What the build tree says of the same radiograph is in the folder AICOVID_WHEEL_EXPECTED, which scripts/wheel-expected.sh writes.
"""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import aicovid
import pytest

EXPECTED = Path(os.environ["AICOVID_WHEEL_EXPECTED"])
BACKEND = {"openvino": "openvino", "torch": "torchscript"}[os.environ["AICOVID_WHEEL_ENGINE"]]
RADIOGRAPH = EXPECTED / "radiograph.dcm"
RECORD = EXPECTED / "patient.json"
PACKAGE = Path(aicovid.__file__).parent
# Libraries of the system that each Linux has, by the rules of the wheel's tag.
SYSTEM = re.compile(r"(ld-linux-x86-64|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s|z|util))[.-]")

SCORE = f"""
import aicovid, json
record = json.load(open({str(RECORD)!r}))
report = aicovid.Assessor.load("severity").assess(aicovid.read({str(RADIOGRAPH)!r}), record)
print(report.to_json())
"""


def python(*arguments, **environment):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, cwd="/",
                          env={**os.environ, **environment})  # fmt: skip


def timeless(text):
    """A report without what differs from run to run."""
    report = json.loads(text)
    return {name: value for name, value in report.items() if name not in ("created", "timing_ms")}


def loaded_after(code):
    """The libraries that a process has loaded after it ran the code."""
    done = python("-c", code + "\nprint('MAPS', *{line.split()[-1] for line in open('/proc/self/maps') if '.so' in line}, sep='\\n')")
    assert done.returncode == 0, done.stderr
    return [Path(line) for line in done.stdout.split("MAPS\n")[1].splitlines()]


def test_the_report_in_python_is_that_of_the_build_tree():
    done = python("-c", SCORE)
    assert done.returncode == 0, done.stderr
    report = timeless(done.stdout)
    assert report == timeless((EXPECTED / f"{BACKEND}.json").read_text())
    assert report["compute"]["backend"] == BACKEND


@pytest.mark.parametrize("program", [[sys.executable, "-m", "aicovid"], [os.path.join(os.path.dirname(sys.executable), "aicovid")]])
def test_the_report_of_the_program_is_that_of_the_build_tree(program, tmp_path):
    heat_map = tmp_path / "heat_map.png"
    done = subprocess.run([*program, "score", RADIOGRAPH, "--clinical", RECORD, "--format", "json", "--heatmap", heat_map],
                          capture_output=True, text=True, check=False, cwd="/")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert timeless(done.stdout) == timeless((EXPECTED / f"{BACKEND}.json").read_text())
    assert heat_map.stat().st_size > 100_000
    failed = subprocess.run([*program, "score", "/nowhere.dcm"], capture_output=True, text=True, check=False)
    assert (failed.returncode, failed.stderr.split(":")[1]) == (4, " not_found")


def test_it_reads_with_the_same_codecs_and_has_the_same_models():
    codecs = re.compile(r"^ +(DCMTK|Open|lib|model).*$", re.MULTILINE)
    said = python("-m", "aicovid", "--version").stdout
    assert [each.group() for each in codecs.finditer(said)] == [
        each.group() for each in codecs.finditer((EXPECTED / "version.txt").read_text())
    ]


@pytest.mark.parametrize("bundle", ["severity", "severity-open"])
def test_the_bundles_are_whole(bundle):
    done = python("-m", "aicovid", "model", "verify", bundle)
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_opens_no_engine_and_no_numpy():
    names = " ".join(file.name for file in loaded_after("import aicovid"))
    assert "libaicovid.so" in names
    assert not re.search("openvino|torch|drawing|multiarray", names)


def test_nothing_of_the_system_is_loaded_but_what_each_linux_has():
    own = {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve() / "lib"}
    if "AICOVID_WHEEL_PACKAGES" in os.environ:
        own.add(Path(os.environ["AICOVID_WHEEL_PACKAGES"]).resolve())
    stray = [
        file for file in loaded_after(SCORE)
        if not any(folder in file.resolve().parents for folder in own) and not SYSTEM.match(file.name)
        and "lib-dynload" not in str(file) and not file.name.startswith("libpython")
    ]
    assert not [file for file in stray if str(file).startswith(str(PACKAGE))]
    assert not stray


def test_an_engine_is_a_package_of_its_own():
    files = [str(file) for file in distribution("aicovid").files]
    assert any("libaicovid_openvino" in file for file in files) and any("libaicovid_torchscript" in file for file in files)
    assert not any(re.search(r"libopenvino|libtorch|libc10|libaicovid_cuda", file) for file in files)


def test_each_library_in_it_has_its_licence():
    files = [str(file) for file in distribution("aicovid").files]
    texts = {Path(file).stem for file in files if "/licenses/debian/" in file}
    libraries = [file for file in files if file.startswith("aicovid.libs/")]
    assert len(libraries) > 15 and len(texts) > 15
    for library in ("dcmtk", "openjp2", "openjph", "xgboost", "tbb", "opencv-core"):
        assert any(library in text for text in texts), library
    assert {"LICENSE", "models/severity/CARD.md", "models/severity-open/CARD.md"} <= {
        file.split("/licenses/")[1] for file in files if "/licenses/" in file
    }
