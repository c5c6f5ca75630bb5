"""Recorded figures beside figures that were measured again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aicovid_models.evidence.readings import Bundle, Reading
from aicovid_models.radiographs.archives import LabelledRadiograph

# The library and the training code agree to 1e-4 in a zone, and figures are rounded to .001.
POINTS = 0.006
# Single images that are read again, of each kind of reading.
QUICK = 16


@dataclass(frozen=True)
class Figure:
    value: float
    tolerance: float
    through: str  # "shipped" or "folds"


def flatten(tree, path: str = "") -> dict[str, float]:
    if isinstance(tree, dict):
        return {name: value for key, part in tree.items() for name, value in flatten(part, f"{path}/{key}" if path else key).items()}
    if isinstance(tree, (list, str)) or tree is None:
        return {path: tree}
    return {path: float(tree)}


def figures_of(tree: dict, through: str, tolerance: float = POINTS) -> dict[str, Figure]:
    return {path: Figure(value, tolerance, through) for path, value in flatten(tree).items()}


def verdict(path: str, recorded: float, now: Figure, goals: dict[str, tuple[str, float]]) -> tuple[str, bool]:
    """A line of the table, and whether both agree."""
    agrees = bool(abs(recorded - now.value) <= now.tolerance)
    goal = ""
    if path in goals:
        sign, limit = goals[path]
        reached = now.value >= limit if sign == ">=" else now.value <= limit
        goal = f"{sign} {limit:g}{'' if reached else ' MISSED'}"
    return f"{'ok ' if agrees else 'NO '} {path:<66} {goal:<16} {recorded:>9.4g} {now.value:>9.4g} {now.tolerance:>7.3g}  {now.through}", agrees


def compare(recorded: dict[str, float], now: dict[str, Figure], goals: dict[str, tuple[str, float]] | None = None) -> int:
    """Prints the table; the number of disagreements. A missed goal is none."""
    print(f"    {'figure':<66} {'goal':<16} {'recorded':>9} {'now':>9} {'+-':>7}  through")
    wrong = 0
    for path, figure in now.items():
        if path not in recorded:
            print(f"--  {path}: not recorded, now {figure.value:.4g}")
            continue
        line, agrees = verdict(path, recorded[path], figure, goals or {})
        print(line)
        wrong += not agrees
    return wrong


def single_images(bundle: Bundle, rows: dict[str, LabelledRadiograph], stored: dict[str, dict[str, float]],
                  read_again: dict[str, tuple[Callable[[LabelledRadiograph, Reading], float], float]]) -> tuple[dict[str, float], dict[str, Figure]]:
    """QUICK images of each kind of reading, evenly spaced by name: as `stored`, and read again.

    @param read_again  by kind, how the value is read, and its tolerance
    """
    recorded, now = {}, {}
    for kind, (value, tolerance) in read_again.items():
        keys = sorted(stored[kind])
        for key in [keys[i] for i in np.linspace(0, len(keys) - 1, QUICK).astype(int)]:
            recorded[f"{kind}/{key}"] = stored[kind][key]
            now[f"{kind}/{key}"] = Figure(value(rows[key], bundle.read(rows[key].grey8())), tolerance, "shipped")
    return recorded, now
