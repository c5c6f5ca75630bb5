"""`aicovid batch` beside the Python way (peer.py), from the files to the table: by transfer syntax, by size, on one core and on two."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from archive import agreement, make
from measure import Command, Cost, cores, cost, gpus
from settings import Settings

PEER = Path(__file__).with_name("peer.py")
SIZES = (1, 4, 8, 12)  # megapixels
DETECTOR = 2500 * 3000 / 1e6  # megapixels of the detector that the goals name
ONE_SYNTAX_WITH_LEVELS = ("jpeg-2000", "htj2k")  # what --decode fit is of use for


@dataclass(frozen=True)
class Case:
    """A program over a folder."""

    what: str  # the folder's transfer syntax, or mixed
    megapixels: float
    folder: Path
    side: str  # python, exact, fit, torchscript or gpu
    jobs: int


def commands(case: Case, settings: Settings, out: Path) -> list[Command]:
    """What runs side by side: one program, but for GPUs, of which each has its own."""
    if case.side == "python":
        return [[sys.executable, PEER, case.folder, "--out", out / "rows.csv", "--jobs", case.jobs, "--bundle", settings.model, "--stages", out / "stages.json"]]
    ours = [settings.program, "batch", case.folder, "--model", settings.model]
    if case.side == "gpu":
        count = len(gpus())
        return [[*ours, "--backend", "torchscript", "--device", f"cuda:{i}", "--shard", f"{i + 1}/{count}", "--jobs", max(1, case.jobs // count),
                 "--out", out / f"rows{i}.csv", "--summary", out / f"summary{i}.json"] for i in range(count)]
    backend = "torchscript" if case.side == "torchscript" else "openvino"
    decode = "fit" if case.side == "fit" else "exact"
    return [[*ours, "--backend", backend, "--decode", decode, "--jobs", case.jobs, "--out", out / "rows.csv", "--summary", out / "summary.json"]]


def stages(out: Path) -> dict[str, float]:
    """Seconds by stage: CPU time of the peer, time on the wall of each thread of ours."""
    if (out / "stages.json").is_file():
        return json.loads((out / "stages.json").read_text(encoding="utf-8"))
    summed: dict[str, float] = {}
    for file in out.glob("summary*.json"):
        for name, seconds in json.loads(file.read_text(encoding="utf-8"))["stages_s"].items():
            summed[name] = summed.get(name, 0) + seconds
    return summed


def rows(out: Path) -> dict[str, dict]:
    return dict(sorted(itertools.chain.from_iterable(agreement.rows(file).items() for file in out.glob("rows*.csv"))))


def run_once(case: Case, settings: Settings) -> tuple[Cost, dict[str, float], dict[str, dict]]:
    # As many cores as jobs, so that one job is one core.
    only = set(sorted(settings.cores)[: case.jobs])
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        spent = cost(*commands(case, settings, out), cores=only)
        return spent, stages(out), rows(out)


def check(settings: Settings) -> float:
    """The largest difference of Brixia between aicovid and the peer on a small archive, before anything is timed."""
    folder = make.archive(2, 3.6, settings.cache)
    ours, theirs = (run_once(Case("mixed", 3.6, folder, side, cores()), settings)[2] for side in ("exact", "python"))
    found = agreement.largest_difference(ours, theirs)
    if found > agreement.BRIXIA_TOLERANCE:
        raise ValueError(f"Brixia differs by {found:.4f}; expected at most {agreement.BRIXIA_TOLERANCE}")
    return found


def level(file: Path, settings: Settings) -> str:
    """At which part of the resolution --decode fit reads a file."""
    command = [settings.program, "score", file, "--model", settings.model, "--backend", "openvino", "--decode", "fit", "--format", "json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)["compute"].get("decode", "exact")


def described(case: Case, settings: Settings) -> dict:
    """A result without its runs."""
    result = asdict(case) | {"folder": case.folder.name, "runs": []}
    if case.side == "fit" and case.what in ONE_SYNTAX_WITH_LEVELS:
        result["level"] = level(min(case.folder.glob("*.dcm")), settings)
    return result


def time_all(cases: list[Case], settings: Settings) -> list[dict]:
    """Each case once a round, one after the other, so that all see the same machine."""
    results = [described(case, settings) for case in cases]
    scored: dict[Path, dict] = {}  # of each folder, by the exact program
    for number in range(settings.rounds):
        for case, result in zip(cases, results, strict=True):
            print(f"round {number + 1} of {settings.rounds}: {case.what}, {case.megapixels:g} megapixels, {case.side}, {case.jobs} jobs", file=sys.stderr)
            spent, by_stage, found = run_once(case, settings)
            if not result["runs"] or spent.cpu_s < min(run["cpu_s"] for run in result["runs"]):
                result["stages_s"] = by_stage
            result["runs"].append(spent._asdict())
            result["files"] = len(found)
            if case.side == "exact":
                scored[case.folder] = found
            elif case.folder in scored:
                difference = agreement.largest_difference(scored[case.folder], found)
                result["largest_brixia_difference"] = difference
                if case.side != "fit" and difference > agreement.BRIXIA_TOLERANCE:
                    raise ValueError(f"{case.what}, {case.side}: Brixia differs by {difference:.4f}")
    return results


def by_syntax(settings: Settings) -> list[dict]:
    """Every transfer syntax, and all of them together."""
    folder = make.archive(settings.files, settings.megapixels, settings.cache)
    cases = []
    for what in make.SYNTAXES:
        sides = ("exact", "python", *(["fit"] if what in ONE_SYNTAX_WITH_LEVELS else []))
        cases += [Case(what, settings.megapixels, folder / what, side, cores()) for side in sides]
    sides = ("exact", "python", "fit", "torchscript", *(["gpu"] if gpus() else []))
    cases += [Case("mixed", settings.megapixels, folder, side, cores()) for side in sides]
    return time_all(cases, settings)


def by_size(settings: Settings) -> list[dict]:
    """Mixed archives of other sizes, and JPEG 2000 of the detector that the goals name; on one core."""
    cases = []
    for megapixels in SIZES:
        folder = make.archive(settings.files_a_size, megapixels, settings.cache)
        cases += [Case("mixed", megapixels, folder, side, 1) for side in ("exact", "python", "fit")]
    folder = make.archive(settings.files_a_size, DETECTOR, settings.cache) / "jpeg-2000"
    cases += [Case("jpeg-2000", DETECTOR, folder, side, 1) for side in ("exact", "python", "fit")]
    return time_all(cases, settings)


def by_cores(settings: Settings) -> list[dict]:
    """The mixed archive on one core and on two."""
    if cores() < 2:
        return []
    folder = make.archive(max(4, settings.files // 5), settings.megapixels, settings.cache)
    return time_all([Case("mixed", settings.megapixels, folder, side, jobs) for side in ("exact", "python") for jobs in (1, 2)], settings)
