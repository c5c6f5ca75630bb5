"""The public chest frontals as arrays, and one loaded assessor, for tests that need many images.

AICOVID_EVERY_IMAGE=1 takes every frontal where tests otherwise take a fixed part of them.
"""

import os
from functools import cache

import numpy as np
import pytest
from conftest import DATA, SOURCE

EVERY_IMAGE = os.environ.get("AICOVID_EVERY_IMAGE") == "1"


@cache
def assessor():
    import aicovid

    return aicovid.Assessor.load(SOURCE / "models" / "severity")


@cache
def rows(archive):
    if not DATA.is_dir():
        pytest.skip("no data folder: set AICOVID_DATA")
    from aicovid_models.radiographs import archives

    return tuple(getattr(archives, archive)(DATA))


def spread(items, count):
    """`count` of the items, evenly spaced."""
    return [items[i] for i in np.linspace(0, len(items) - 1, min(count, len(items))).astype(int)]


def frontals(count):
    """`count` frontals of the three archives in the same shares, or every one."""
    everything = [row for archive in ("hannover", "ieee8023", "nih") for row in rows(archive)]
    return everything if EVERY_IMAGE else spread(everything, count)


def assess(pixels, **grey):
    """The report of stored values [H,W]."""
    import aicovid

    return assessor().assess(aicovid.Radiograph.from_array(np.ascontiguousarray(pixels), **grey))


def codes(report):
    return {reason["code"] for reason in report["gate"]["reasons"]}


def total(report):
    return report["image"]["brixia"]["value"]
