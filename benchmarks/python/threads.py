"""How much faster threads of Python get through radiographs: one thread, and one for each core."""

from __future__ import annotations

import functools
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

from archive import make
from settings import Settings

RECORD = {"age": 64, "sex": "female", "respiratory_rate": 22, "spo2": 93, "on_oxygen": True, "crp": (98, "mg/L")}
REPEATED = 4  # how often each file is worked through in a run


def measure(settings: Settings) -> list[dict]:
    import aicovid

    folder = make.archive(settings.files, settings.megapixels, settings.cache) / "uncompressed"
    files = sorted(folder.glob("*.dcm"))[: settings.files] * REPEATED
    counts = sorted({1, len(settings.cores)})
    radiographs = [aicovid.read(file) for file in files[: min(len(files), 16)]]
    images = radiographs * (len(files) // len(radiographs))
    record = aicovid.ClinicalRecord(RECORD)
    bytes_of_memory = bytes(64 << 20)

    def brixia(assessor: aicovid.Assessor, radiograph: aicovid.Radiograph) -> float:
        return assessor.assess(radiograph, record).findings.brixia.value

    # What the machine itself makes of a second thread: work that shares nothing, in the library of Python.
    work = {"control: SHA-256 of 64 MB": (lambda _: hashlib.sha256(bytes_of_memory).digest(), [None] * 24),
            "read": (lambda file: aicovid.read(file).pixels.shape, files)}
    for engine, name in (("openvino", "OpenVINO"), ("torchscript", "TorchScript")):
        assessor = aicovid.Assessor.load(settings.model, backend=engine, workers=max(counts))
        work[f"assess, {name}"] = (functools.partial(brixia, assessor), images)
        work[f"read and assess, {name}"] = (lambda file, assessor=assessor: brixia(assessor, aicovid.read(file)), files)
    results = []
    for what, (call, inputs) in work.items():
        expected = [call(each) for each in inputs]  # and everything is loaded
        rows = [{"what": what, "threads": count, "files": len(inputs), "runs": []} for count in counts]
        for _ in range(settings.rounds):
            for row in rows:
                row["runs"].append(_run(call, inputs, row["threads"], expected))
        results += rows
    return results


def _run(call, inputs: list, threads: int, expected: list) -> dict:
    """@throws ValueError where threads change a result"""
    wall, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(call, inputs))
    run = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    if found != expected:
        raise ValueError(f"{threads} threads do not give what one gives")
    return run
