"""Writes golden/lung_mask.json: random mask outputs and what scipy.ndimage makes of them.

Run with the project's virtual environment: python tests/findings/make_golden.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import ndimage

SEED = 20200401
CASES = 12


def random_probabilities(random, rows, columns, scale):
    """[2,rows,columns] in steps of 1/15, so that the two lungs often tie, and one hexadecimal digit holds a value."""
    fields = [ndimage.gaussian_filter(random.standard_normal((rows, columns)), scale) for _ in range(2)]
    probabilities = [0.5 + 0.35 * field / field.std() for field in fields]
    return np.clip(np.rint(15 * np.stack(probabilities)), 0, 15).astype(int)


def clean(digits):
    """The rules of clean_lung_mask, by scipy."""
    right, left = digits
    lungs = []
    claims = np.maximum(right, left) >= 7.5
    for claimed in (claims & (right >= left), claims & (left > right)):
        labels, count = ndimage.label(claimed, structure=np.ones((3, 3)))
        areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        kept = [i + 1 for i in range(count) if areas[i] >= 0.1 * areas.max()]
        lungs.append(ndimage.binary_fill_holes(np.isin(labels, kept)))
    result = np.where(lungs[0], 1, np.where(lungs[1], 2, 0))
    return np.where(lungs[0] & lungs[1], np.where(right >= left, 1, 2), result)


def to_text(raster):
    return ["".join(f"{value:x}" for value in row) for row in raster]


def main():
    random = np.random.default_rng(SEED)
    cases = []
    for _ in range(CASES):
        rows, columns = random.integers(8, 33, size=2)
        digits = random_probabilities(random, rows, columns, scale=random.uniform(0.6, 3))
        cases.append({"right": to_text(digits[0]), "left": to_text(digits[1]), "labels": to_text(clean(digits))})
    file = Path(__file__).parent / "golden" / "lung_mask.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"made_by": "tests/findings/make_golden.py", "seed": SEED, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
