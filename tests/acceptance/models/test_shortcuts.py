"""What lies beside the lungs hardly moves the total, on a few images; the figures of 100 are in models/severity/EVIDENCE.md."""

import numpy as np
import pytest
from support.chests import SOURCE, rows

from aicovid_models.drawings import foreign_objects
from aicovid_models.evidence import shortcuts
from aicovid_models.evidence.readings import Bundle

IMAGES = 6
# The goals are .5 outside and 1 inside (95th percentiles of the absolute change). The networks do not reach them: on 100 images
# severity 1.3.0 has 1.16 and 3.34; on these six, means of .36 and .90, 95th percentiles of .94 and 2.33. A fall behind that is caught here.
MEANS, PERCENTILES_95 = {"outside": 0.45, "inside": 1.0}, {"outside": 1.1, "inside": 2.5}


@pytest.fixture(scope="module")
def bundle():
    return Bundle(SOURCE / "models" / "severity")


def images():
    return shortcuts.test_images([list(rows(archive)) for archive in ("ieee8023", "hannover", "nih")], IMAGES)


def test_drawings_stay_on_their_side_of_the_lungs(bundle):
    pixels = images()[0].grey8()
    lungs = bundle.read(pixels).lungs(*pixels.shape).any(0)
    assert 0.1 < lungs.mean() < 0.7
    copies = shortcuts.changed_copies(pixels, lungs, 0)
    assert set(copies) == {f"outside {name}" for name in [*foreign_objects.OUTSIDE, "brightness"]} | {f"inside {name}" for name in foreign_objects.INSIDE}
    for name, copy in copies.items():
        changed = copy != pixels
        here = lungs if name.startswith("inside") else ~lungs
        assert not (changed & ~here).any(), name
        assert changed.sum() > 0.001 * changed.size, name


def test_what_lies_beside_the_lungs_hardly_moves_the_total(bundle):
    changes = shortcuts.changes_by_drawing(bundle, images(), lambda reading: reading.brixia)
    for name, values in changes.items():
        assert np.isfinite(values).all(), name
        print(f"{name}: mean absolute change {np.abs(values).mean():.2f}, largest {np.abs(values).max():.2f}")
    for where in ("outside", "inside"):
        moved = np.abs(np.concatenate([values for name, values in changes.items() if name.startswith(where)]))
        mean, percentile = moved.mean(), np.percentile(moved, 95)
        print(f"{where}: mean {mean:.2f}, 95th percentile {percentile:.2f}")
        assert mean <= MEANS[where] and percentile <= PERCENTILES_95[where]
