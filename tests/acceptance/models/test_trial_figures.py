"""The baseline's page says what was measured; outlines, zones and boxes are counted as they lie."""

import json
from pathlib import Path

import numpy as np
import pytest

import aicovid_models
from aicovid_models.radiographs import rsna
from aicovid_models.severity import baseline, try_readers
from aicovid_models.severity.trial_figures import of_the_readers_classes, shape_scores
from aicovid_models.severity.trial_material import ReaderLabelled, cut_by, hull, outline, zone_shares

SEVERITY = Path(aicovid_models.__file__).parent / "severity"


def test_the_page_is_what_was_measured():
    measured = json.loads((SEVERITY / "baseline.json").read_text())
    assert (SEVERITY / "baseline.md").read_text() == baseline.page(measured)


def test_the_trials_page_has_their_figures():
    trials = json.loads((SEVERITY / "trials.json").read_text())
    assert try_readers.table(trials) in (SEVERITY / "trials.md").read_text()
    assert set(trials) <= set(try_readers.TRIALS)


def test_the_opening_of_the_test_third_is_logged():
    assert baseline.WHY in rsna.OPENINGS.read_text()


def two_boxes():
    labels = np.zeros((60, 60), np.uint8)
    labels[6:36, 4:24], labels[12:42, 34:54] = 1, 2
    return labels


def test_zones_are_thirds_of_each_lung():
    drawn = np.zeros((60, 60), np.float32)
    drawn[16:26] = 1  # the right lung's middle third; of the left lung parts of two
    assert zone_shares(two_boxes(), drawn) == pytest.approx([0, 1, 0, 0.6, 0.4, 0])
    assert not zone_shares(np.zeros((10, 10), np.uint8), np.ones((10, 10))).any()


def test_a_hull_fills_what_is_cut_out():
    labels = two_boxes()
    cut = labels.copy()
    cut[15:25, 18:24] = 0
    assert np.array_equal(hull(cut), labels)
    assert outline(cut)[0] < outline(labels)[0] and np.allclose(outline(hull(cut)), outline(labels))
    assert not outline(np.zeros((8, 8), np.uint8)).any()


def test_lungs_are_cut_by_the_outline_of_others():
    labels, others = two_boxes(), np.zeros((90, 30), np.uint8)
    others[0:60, 0:10], others[30:90, 20:30] = 1, 2
    others[0:30, 8:10] = 0  # the upper right of one lung: a fifth of the width, half of the height
    cut = cut_by(labels, others)
    expected = labels.copy()
    expected[6:21, 20:24] = 0
    assert np.array_equal(cut, expected)
    # An outline that would take more than half leaves the lung as it is, and so does one of a single lung.
    others[:, 2:10] = 0
    others[30:60, :2] = 0
    others[0, 0], others[59, 9] = 1, 1
    assert np.array_equal(cut_by(labels, others), labels)
    others[others == 1] = 0
    assert np.array_equal(cut_by(labels, others), labels)


def test_an_outline_that_tells_the_class_is_seen():
    """A total that knows nothing, beside outlines that know all."""
    generator, n = np.random.default_rng(1), 240
    finding = np.array([rsna.NORMAL, rsna.NOT_NORMAL, rsna.OPACITY] * (n // 3))
    view, names = np.array(["PA", "AP"] * (n // 2)), np.array([f"p{i}" for i in range(n)])
    shapes = generator.normal(0, 1, (n, 4)) + 5 * (finding == rsna.OPACITY)[:, None]
    labelled = ReaderLabelled(names, names, finding, view, np.zeros((n, 1, 6, 2)), np.zeros((n, 6)), {"mask": shapes, "hull": 0 * shapes})
    found = of_the_readers_classes(labelled, generator.uniform(0, 18, n), shape_scores(labelled))
    for part in found.values():
        assert part["auroc_normal"]["mask"]["value"] > 0.99
        assert part["auroc_normal"]["total"]["low"] < 0.5 < part["auroc_normal"]["total"]["high"]
        assert part["normal"]["images"] == n // 6
