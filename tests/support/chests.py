"""The public chest frontals as arrays, and one loaded assessor, for the proofs that need many images."""

import sys
from functools import cache

import numpy as np
import pytest
from conftest import DATA, SOURCE

sys.path.insert(0, str(SOURCE / "models" / "training"))


@cache
def assessor():
    import aicovid

    return aicovid.Assessor.load(SOURCE / "models" / "severity")


@cache
def rows(archive):
    if not DATA.is_dir():
        pytest.skip("no data folder: set AICOVID_DATA")
    import labelled_radiographs

    return tuple(getattr(labelled_radiographs, archive)(DATA))


def spread(items, count):
    """`count` of the items, evenly spaced."""
    return [items[i] for i in np.linspace(0, len(items) - 1, min(count, len(items))).astype(int)]


def assess(pixels, **grey):
    """The report of stored values [H,W]."""
    import aicovid

    return assessor().assess(aicovid.Radiograph.from_array(np.ascontiguousarray(pixels), **grey))


def codes(report):
    return {reason["code"] for reason in report["gate"]["reasons"]}


def total(report):
    return report["image"]["brixia"]["value"]
