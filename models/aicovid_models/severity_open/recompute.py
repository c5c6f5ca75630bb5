#!/usr/bin/env python3
"""Recomputes the figures of models/severity-open through the library, and compares them with figures.json.

    .venv/bin/python models/training/recompute_open.py [--quick] [BUNDLE]

Ends with status 1 where they disagree. --quick reads single images again, 16 indices and 16 lung masks, in a few seconds; the whole takes
about four minutes of one core. What only the training can measure is named at the end.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import recompute  # first: it finds the library's module
import numpy as np

import open_figures
from evidence import data_folder, overlap
from labelled_radiographs import ieee8023
from readings import Bundle
from recompute import Figure

SHIPPED = Path(__file__).resolve().parents[2] / "models/severity-open"
OF_THE_TRAINING = {"learnt_from": "counts", "laboratory": "by fits that left patients out", "reference": "the standardisation, contained in the network",
                   "distance": "its limit is in the manifest", "candidates": "indices that are not shipped"}
# An index is rounded to .0001; a share can move by one image.
INDEX, DICE = 0.0005, 0.002


def quick(folder: Path, data: Path) -> tuple[dict[str, float], dict[str, Figure]]:
    """Single images: recorded, and read again."""
    stored, rows = json.loads((folder / "figures.json").read_text())["images"], {row.key: row for row in ieee8023(data)}
    bundle, recorded, now = Bundle(folder), {}, {}
    for name, tolerance in (("index", INDEX), ("dice", DICE)):
        keys = sorted(stored[name])
        for key in [keys[i] for i in np.linspace(0, len(keys) - 1, recompute.QUICK).astype(int)]:
            reading = bundle.read(rows[key].grey8())
            value = overlap(rows[key], reading)["both"] if name == "dice" else open_figures.index_of(reading)
            recorded[f"{name}/{key}"], now[f"{name}/{key}"] = stored[name][key], Figure(value, tolerance, "shipped")
    return recorded, now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", type=Path, nargs="?", default=SHIPPED)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    began, folder, data = time.monotonic(), arguments.bundle.resolve(), data_folder()
    if arguments.quick:
        recorded, now = quick(folder, data)
    else:
        recorded = {path: value for path, value in recompute.flatten(json.loads((folder / "figures.json").read_text())).items()
                    if isinstance(value, float)}
        measured = recompute.figures_of(open_figures.measure(folder, data), "shipped")
        now = {path: figure for path, figure in measured.items() if isinstance(figure.value, float)}
    wrong = recompute.compare(recorded, now)
    if not arguments.quick:
        for part, reason in OF_THE_TRAINING.items():
            print(f"not recomputed: {part}: {reason}")
        missing = [path for path in recorded if path not in now and path.split("/")[0] not in OF_THE_TRAINING]
        wrong += len(missing)
        print(*(f"NO  {path}: recorded, not measured" for path in missing), sep="\n")
    print(f"{len(now)} figures, {wrong} disagree, {(time.monotonic() - began) / 60:.1f} minutes")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
