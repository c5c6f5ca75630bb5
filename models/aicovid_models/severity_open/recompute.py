"""Recomputes the figures of models/severity-open through the library, and compares them with figures.json.

    python -m aicovid_models.severity_open.recompute [--quick] [BUNDLE]

Ends with status 1 where they disagree. --quick reads single images again, 16 indices and 16 lung masks, in a few seconds; the whole takes
about four minutes of one core. What only the training can measure is named at the end.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from aicovid_models.command import MODELS, data_folder, recompute_arguments
from aicovid_models.evidence.comparison import Figure, compare, figures_of, flatten, single_images
from aicovid_models.evidence.readings import Bundle, overlap
from aicovid_models.radiographs.archives import ieee8023
from aicovid_models.severity_open import figures

SHIPPED = MODELS / "severity-open"
OF_THE_TRAINING = {"learnt_from": "counts", "laboratory": "by fits that left patients out", "reference": "the standardisation, contained in the network",
                   "distance": "its limit is in the manifest", "candidates": "indices that are not shipped"}
# An index is rounded to .0001; a share can move by one image.
INDEX, DICE = 0.0005, 0.002


def quick(folder: Path, data: Path) -> tuple[dict[str, float], dict[str, Figure]]:
    """Single images: recorded, and read again."""
    stored, rows = json.loads((folder / "figures.json").read_text())["images"], {row.key: row for row in ieee8023(data)}
    return single_images(Bundle(folder), rows, stored, {"index": (lambda _, reading: figures.index_of(reading), INDEX),
                                                        "dice": (lambda row, reading: overlap(row, reading)["both"], DICE)})


def main() -> None:
    arguments = recompute_arguments(__doc__, SHIPPED)
    began, folder, data = time.monotonic(), arguments.bundle.resolve(), data_folder()
    if arguments.quick:
        recorded, now = quick(folder, data)
    else:
        recorded = {path: value for path, value in flatten(json.loads((folder / "figures.json").read_text())).items()
                    if isinstance(value, float)}
        measured = figures_of(figures.measure(folder, data), "shipped")
        now = {path: figure for path, figure in measured.items() if isinstance(figure.value, float)}
    wrong = compare(recorded, now)
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
