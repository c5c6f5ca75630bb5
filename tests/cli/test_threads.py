"""`--jobs` is the one knob: however many threads libraries would take, so many of the program's compute at a time."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pydicom
import pytest
from conftest import BUILD, SOURCE
from pydicom.uid import JPEG2000Lossless

PROGRAM = BUILD / "bin" / "aicovid"
# What libraries ask the environment for threads by.
GREEDY = {name: "8" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPJ_NUM_THREADS", "TBB_NUM_THREADS")}


@pytest.fixture(scope="module")
def archive(pydicom_data_file, tmp_path_factory):
    """Radiographs in JPEG 2000, and small pictures, whose networks take most of the time."""
    folder = tmp_path_factory.mktemp("threads")
    large = pydicom_data_file("RG1_J2KR.dcm")
    assert pydicom.dcmread(large, stop_before_pixels=True).file_meta.TransferSyntaxUID == JPEG2000Lossless
    for number in range(3):
        shutil.copy(large, folder / f"{number}_large.dcm")
    for number in range(12):
        shutil.copy(SOURCE / "models" / "severity" / "golden" / "rg1.png", folder / f"{number}.png")
    return folder


def runnable(process: int) -> int:
    """The threads that compute, or wait for a processor alone."""
    count = 0
    for status in Path(f"/proc/{process}/task").glob("*/stat"):
        try:
            count += status.read_text().rpartition(")")[2].split()[0] == "R"
        except OSError:  # the thread has ended
            continue
    return count


@pytest.mark.parametrize("backend", ["torchscript", "openvino"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_threads_compute_than_jobs(archive, tmp_path, backend, jobs):
    if not (BUILD / "lib" / f"libaicovid_{backend}.so").exists():
        pytest.skip(f"built without the engine {backend}")
    out = tmp_path / "rows.csv"
    command = [PROGRAM, "batch", archive, "--out", out, "--jobs", str(jobs), "--backend", backend]
    process = subprocess.Popen(command, env=os.environ | GREEDY, stderr=subprocess.DEVNULL)
    samples = []
    while process.poll() is None:
        # The networks are loaded before the output is there.
        if out.exists():
            samples.append(runnable(process.pid))
        time.sleep(0.002)
    assert process.returncode == 0
    assert len(samples) > 100
    # A thread that hands its work over may still be runnable for a moment.
    more = sum(count > jobs for count in samples) / len(samples)
    assert more < 0.1, f"{more:.2f} of {len(samples)} samples have more than {jobs} runnable threads, up to {max(samples)}"
