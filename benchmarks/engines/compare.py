#!/usr/bin/env python3
"""What each engine costs: start of the program, memory, and milliseconds a radiograph, on one core.

Usage: compare.py [--build build/release] [--rounds 7] [--write]

The radiograph is the bundle's golden one. Before anything is timed, the engines' reports are compared: Brixia within 0.001,
infiltrates within 0.0001, verdict and codes equal. A round runs each engine once, one after the other, so that all see the
same machine; the tables have the least of all rounds. With --write it replaces the tables of docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1")
SOURCE = Path(__file__).resolve().parents[2]
BUNDLE = SOURCE / "models" / "severity"
IMAGE = BUNDLE / "golden" / "rg1.png"
RECORD = SOURCE / "examples" / "patient.json"
ENGINES = ("torchscript", "openvino")
BEGIN, END = "<!-- engines: begin -->", "<!-- engines: end -->"


def cost(command: list[str]) -> tuple[float, float]:
    """CPU seconds (user and system) and largest resident megabytes of one run."""
    child = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True); " \
            "u = resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_utime + u.ru_stime, u.ru_maxrss)"
    told = subprocess.run([sys.executable, "-c", child, *command], capture_output=True, text=True, check=True).stdout.split()
    return float(told[0]), float(told[1]) / 1024


def programs(build: Path, rounds: int, folder: Path) -> list[str]:
    program = str(build / "bin" / "aicovid")
    seen = str(folder / "seen.json")
    subprocess.run([program, "examine", str(IMAGE), "--out", seen], check=True)
    commands = {"`clinical patient.json`": ["clinical", str(RECORD)],
                "`judge seen.json --clinical patient.json`": ["judge", seen, "--clinical", str(RECORD)]}
    for engine in ENGINES:
        commands[f"`score rg1.png --clinical patient.json --backend {engine}`"] = [
            "score", str(IMAGE), "--clinical", str(RECORD), "--backend", engine]
    least = {name: (float("inf"), float("inf")) for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            least[name] = tuple(map(min, least[name], cost([program, *arguments])))
    lines = ["| command | CPU, s | memory, MB |", "|---|---:|---:|"]
    return lines + [f"| {name} | {seconds:.2f} | {memory:.0f} |" for name, (seconds, memory) in least.items()]


def check_reports(assessors: dict) -> None:
    import aicovid

    reports = [one.assess(aicovid.read(IMAGE), json.loads(RECORD.read_text())) for one in assessors.values()]
    first, second = (report["image"] for report in reports)
    assert abs(first["brixia"]["value"] - second["brixia"]["value"]) < 1e-3
    assert abs(first["infiltrates"]["value"] - second["infiltrates"]["value"]) < 1e-4
    assert reports[0]["gate"] == reports[1]["gate"]


def images_a_second(assessor, radiograph, threads: int, seconds: float) -> float:
    done = [0] * threads
    end = time.perf_counter() + seconds

    def work(number: int) -> None:
        while time.perf_counter() < end:
            assessor.examine(radiograph)
            done[number] += 1

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(done) / (time.perf_counter() - start)


def networks(rounds: int) -> list[str]:
    import aicovid

    cores = len(os.sched_getaffinity(0))
    alone = {engine: aicovid.Assessor.load(BUNDLE, backend=engine) for engine in ENGINES}
    check_reports(alone)
    shared = {engine: aicovid.Assessor.load(BUNDLE, backend=engine, workers=cores) for engine in ENGINES}
    radiograph = aicovid.read(IMAGE)
    least = dict.fromkeys(ENGINES, float("inf"))
    most = {engine: {1: 0.0, cores: 0.0} for engine in ENGINES}
    for _ in range(rounds):
        for engine in ENGINES:
            for _ in range(5):
                least[engine] = min(least[engine], alone[engine].examine(radiograph).to_dict()["timing_ms"]["infer"])
            most[engine][1] = max(most[engine][1], images_a_second(alone[engine], radiograph, 1, 1))
            most[engine][cores] = max(most[engine][cores], images_a_second(shared[engine], radiograph, cores, 1))
    lines = [f"| engine | both networks, ms | images/s, 1 thread | images/s, {cores} threads, workers={cores} |", "|---|---:|---:|---:|"]
    return lines + [f"| {engine} | {least[engine]:.1f} | {most[engine][1]:.1f} | {most[engine][cores]:.1f} |" for engine in ENGINES]


def processor() -> str:
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return names[0] if names else platform.processor()


def main() -> None:
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=SOURCE / "build" / "release")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.build / "python"))
    with tempfile.TemporaryDirectory() as folder:
        started = programs(arguments.build, arguments.rounds, Path(folder))
    text = "\n".join([f"{processor()}; least of {arguments.rounds} rounds.", "", *started, "", *networks(arguments.rounds)])
    print(text)
    if arguments.write:
        page = SOURCE / "docs" / "performance.md"
        before, rest = page.read_text(encoding="utf-8").split(BEGIN)
        page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
