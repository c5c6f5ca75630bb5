#!/usr/bin/env python3
"""Runs the benchmarks and writes their results: a JSON file for each part, a page with all tables, and plots.

Usage: run.py [--quick] [PART...] [--files N] [--rounds N] [--build build/release] [--out benchmarks/results]

PART: archive stages libraries sizes cores threads start networks many; all of them by default. --quick takes few files and one round, and writes to
build/benchmarks. The table of README.md is replaced where the results are those of the repository.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "benchmarks"))

import report
from archive import compare, libraries, make, many, stages
from measure import machine
from settings import Settings

RESULTS = SOURCE / "benchmarks" / "results"


def networks(settings: Settings) -> list[dict]:
    from engines import networks  # it loads three engines

    return networks.measure(settings)


def start(settings: Settings) -> list[dict]:
    from start import first_report

    return first_report.measure(settings)


def threads(settings: Settings) -> list[dict]:
    sys.path.insert(0, str(settings.build / "python"))
    from python import threads  # it loads the package

    return threads.measure(settings)


MEASURES = {"archive": compare.by_syntax, "stages": stages.measure, "libraries": libraries.measure, "sizes": compare.by_size, "cores": compare.by_cores, "threads": threads, "start": start, "networks": networks, "many": many.measure}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(MEASURES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--files", type=int, help="of each transfer syntax: 100, or 3 with --quick")
    parser.add_argument("--files-a-size", type=int, help="the same, of the other sizes: 4, or 1 with --quick")
    parser.add_argument("--rounds", type=int, help="3, or 1 with --quick")
    parser.add_argument("--counts", type=int, nargs="+", help="of files: 100 500 2000 10000, or 20 100 with --quick")
    parser.add_argument("--megapixels", type=float, default=3.6)
    parser.add_argument("--build", type=Path, default=SOURCE / "build" / "release")
    parser.add_argument("--model", type=Path, default=SOURCE / "models" / "severity")
    parser.add_argument("--cache", type=Path, default=make.CACHE)
    parser.add_argument("--out", type=Path, help="the folder of the results")
    given = parser.parse_args()
    unknown = set(given.parts) - set(MEASURES)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; expected some of {' '.join(MEASURES)}")
    settings = Settings(
        build=given.build.resolve(), model=given.model.resolve(), cache=given.cache, megapixels=given.megapixels,
        files=given.files or (3 if given.quick else 100), files_a_size=given.files_a_size or (1 if given.quick else 4),
        rounds=given.rounds or (1 if given.quick else 3), counts=tuple(given.counts or ((20, 100) if given.quick else (100, 500, 2000, 10000))))
    os.environ["AICOVID_BUILD_DIR"] = str(settings.build)
    out = given.out or (SOURCE / "build" / "benchmarks" if given.quick else RESULTS)
    out.mkdir(parents=True, exist_ok=True)
    print(f"aicovid and Python agree: Brixia differs by at most {compare.check(settings):.5f}", file=sys.stderr)
    manifest = json.loads((settings.model / "manifest.json").read_text(encoding="utf-8"))
    about = {"date": datetime.date.today().isoformat(), "bundle": f"{manifest['name']} {manifest['version']}",
             "settings": {name: getattr(settings, name) for name in ("files", "files_a_size", "megapixels", "rounds", "counts")}}
    for name in given.parts or MEASURES:
        before = machine()
        result = {"machine": before, **about, "rows": MEASURES[name](settings)}
        (out / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    parts = report.write(out)
    if out == RESULTS and "archive" in parts:
        report.write_short_table(parts, SOURCE / "README.md")
    print((out / "README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
