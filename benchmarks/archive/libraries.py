"""How the CPU time of `aicovid batch` over the mixed archive divides among libraries, by `perf record`, where that is there."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from archive import agreement, make
from measure import cost
from settings import Settings

# What the names of libraries begin with.
WORK = {
    "JPEG 2000: OpenJPEG": ("libopenjp2",),
    "JPEG-LS: CharLS of DCMTK": ("libdcmtkcharls", "libdcmjpls", "libcharls"),
    "JPEG lossless: IJG of DCMTK": ("libijg", "libdcmjpeg"),
    "HTJ2K: OpenJPH": ("libopenjph",),
    "networks: OpenVINO and its compiled code": ("libopenvino", "[JIT]", "libtbb"),
    "SHA-256 of pixels and files: OpenSSL": ("libcrypto",),
    "aicovid itself": ("libaicovid", "aicovid"),
    "memory and copies: C library": ("libc.so", "libstdc++"),
    "operating system": ("[kernel",),
}


def work_of(library: str) -> str:
    return next((work for work, begins in WORK.items() if library.startswith(begins)), "all others")


def measure(settings: Settings) -> list[dict]:
    """Without perf, nothing."""
    if shutil.which("perf") is None:
        return []
    folder = make.archive(max(4, settings.files // 5), settings.megapixels, settings.cache)
    with tempfile.TemporaryDirectory() as temporary:
        recorded, out = Path(temporary) / "perf.data", Path(temporary) / "rows.csv"
        spent = cost(["perf", "record", "-q", "-N", "-e", "cpu-clock", "-o", recorded, settings.program, "batch", folder, "--model", settings.model,
                      "--backend", "openvino", "--jobs", "1", "--out", out], cores={min(settings.cores)})
        listed = subprocess.run(["perf", "report", "-i", recorded, "--no-children", "--sort", "dso", "--field-separator", "\t"],
                                capture_output=True, text=True, check=True).stdout
        files = len(agreement.rows(out))
    shares: dict[str, float] = dict.fromkeys([*WORK, "all others"], 0.0)
    for line in listed.splitlines():
        if line.strip() and not line.startswith("#"):
            percent, library = line.split("\t")[:2]
            shares[work_of(library.strip())] += float(percent.strip().rstrip("%")) / 100
    return [{"what": work, "share": round(share, 4), "cpu_ms": round(1000 * spent.cpu_s * share / files, 2)} for work, share in shares.items()]
