"""How much faster threads of Python get through radiographs: one thread, and one for each core."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from archive import make
from settings import Settings

RECORD = {"age": 64, "sex": "female", "respiratory_rate": 22, "spo2": 93, "on_oxygen": True, "crp": (98, "mg/L")}
REPEATED = 4  # how often each file is worked through in a run


def measure(settings: Settings) -> list[dict]:
    import aicovid

    folder = make.archive(settings.files, settings.megapixels, settings.cache) / "uncompressed"
    files = sorted(folder.glob("*.dcm"))[: settings.files] * REPEATED
    counts = sorted({1, len(settings.cores)})
    assessor = aicovid.Assessor.load(settings.model, workers=max(counts))
    radiographs = [aicovid.read(file) for file in files[: min(len(files), 16)]]
    record = aicovid.ClinicalRecord(RECORD)

    def whole(file: Path) -> float:
        return assessor.assess(aicovid.read(file), record).findings.brixia.value

    work = {
        "read, examine, judge": (whole, files),
        "read": (lambda file: aicovid.read(file).pixels.shape, files),
        "examine": (lambda radiograph: assessor.examine(radiograph).findings.brixia.value, radiographs * (len(files) // len(radiographs))),
    }
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
