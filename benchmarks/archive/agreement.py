"""Whether two programs scored an archive alike: the tables of `aicovid batch` and of peer.py, row by row."""

from __future__ import annotations

import csv
from pathlib import Path

# Of Brixia's 18 points. Both run the same networks in the same engine on inputs that are equal but for the rounding of float32, which
# moves a zone by less than 0.0001. Rarely a pixel of the lung mask lies on its border, falls inside with one and outside with the other,
# and moves the thirds of that lung: by up to 0.031 in 1,579 radiographs, between two engines (docs/performance.md).
BRIXIA_TOLERANCE = 0.05


def rows(table: Path) -> dict[str, dict]:
    with table.open(newline="", encoding="utf-8") as opened:
        return {row["file"]: row for row in csv.DictReader(opened)}


def brixia(row: dict) -> float | None:
    return float(row["brixia"]) if row.get("brixia") else None


def largest_difference(one: dict[str, dict], other: dict[str, dict]) -> float:
    """Of Brixia, over the files that both scored. What the gate of aicovid refused has none.

    @throws ValueError if the files differ, if one says "error" where the other does not, or if fewer than half were scored by both
    """
    if list(one) != list(other):
        raise ValueError(f"the tables have {len(one)} and {len(other)} files, or in another order")
    differences = []
    for file, row in one.items():
        if (row["status"] == "error") != (other[file]["status"] == "error"):
            raise ValueError(f"{file}: {row['status']} and {other[file]['status']}: {row.get('message')}{other[file].get('message')}")
        found = brixia(row), brixia(other[file])
        if None not in found:
            differences.append(abs(found[0] - found[1]))
    if 2 * len(differences) < len(one):
        raise ValueError(f"of {len(one)} files both scored {len(differences)}")
    return max(differences)


def require_agreement(one: Path, other: Path) -> float:
    """The largest difference of Brixia.

    @throws ValueError if it is above the tolerance, or as largest_difference
    """
    found = largest_difference(rows(one), rows(other))
    if found > BRIXIA_TOLERANCE:
        raise ValueError(f"Brixia differs by {found:.4f}; expected at most {BRIXIA_TOLERANCE}")
    return found
