"""Zone scores taught by readers: bounds that hold cost nothing, steps and maps are in order. On drawn numbers, so that the truth is known."""

import numpy as np
import pytest

from aicovid_models.severity.readers_fit import Between, Fit, Observations, Ordinal, Stretch, fit_ordinal, joined, steps_of
from aicovid_models.severity.try_readers import of_images
from aicovid_models.zones.ridge import prepare_ridge

FEATURES, NONE = 10, np.zeros((0, 10))


def drawn(seed, count=600):
    """Features, points 0 to 3 that follow them, and the truth before noise."""
    generator = np.random.default_rng(seed)
    features = generator.standard_normal((count, FEATURES)) + 1
    truth = 1.2 + (features - 1) @ generator.normal(0, 0.4, FEATURES)
    return features, np.clip(np.round(truth + generator.normal(0, 0.3, count)), 0, 3), truth


def equal(features, points, weight=1.0):
    n = len(points)
    return Observations(features, points, np.zeros(n, int), steps_of(points), np.full(n, weight))


def test_squares_without_bounds_are_a_ridge():
    features, points, _ = drawn(1)
    changes = np.random.default_rng(2).normal(0, 0.2, (40, FEATURES))
    found = Fit(equal(features, points), changes, 0.5, "squares")(30.0)
    ridge = prepare_ridge(features, points, np.ones(len(points)), changes * np.sqrt(0.5))(30.0)
    assert found.raw(features) == pytest.approx(ridge(features), abs=1e-3)
    assert found.raw(np.full((1, FEATURES), np.nan)) == pytest.approx(points.mean(), abs=0.01)


def test_a_bound_that_holds_costs_nothing():
    features, points, _ = drawn(3)
    plain = Fit(equal(features, points), NONE, 0, "squares")(1.0)
    other = drawn(4)[0]
    below = plain.raw(other).max() + 1
    bounded = Observations(other, np.full(len(other), below), np.ones(len(other), int), np.full((len(other), 3), np.nan), np.ones(len(other)))
    fits = Fit(joined([equal(features, points), bounded]), NONE, 0, "squares")
    assert fits(1.0).raw(other) == pytest.approx(plain.raw(other), abs=0.02)
    # One that does not hold pulls the scores down, and no other way.
    bounded = Observations(other, np.zeros(len(other)), np.ones(len(other), int), np.full((len(other), 3), np.nan), np.ones(len(other)))
    pulled = Fit(joined([equal(features, points), bounded]), NONE, 0, "squares")(1.0)
    assert pulled.raw(other).mean() < plain.raw(other).mean() - 0.1


def test_steps_are_learnt_in_order():
    features, points, truth = drawn(5)
    found = Fit(equal(features, points), NONE, 0, "steps")(1.0)
    assert (np.diff(found.thresholds) > 0).all()
    assert np.corrcoef(found.raw(features), truth)[0, 1] > 0.97
    # What is unknown of the higher steps leaves the lower one known.
    partly = equal(features, points)
    partly.steps[::2, 1:] = np.nan
    again = Fit(partly, NONE, 0, "steps")(1.0)
    assert np.corrcoef(again.raw(features), found.raw(features))[0, 1] > 0.99


def test_rows_with_a_level_of_their_own_teach_differences_alone():
    features, points, truth = drawn(8)
    moved = equal(features, points - 2)  # of another archive, read 2 points lower
    both = joined([equal(features, points), moved])
    level = np.repeat([0.0, 1.0], len(points))
    plain, with_level = (Fit(both, NONE, 0, "squares", x)(1.0).raw(features) for x in (None, level))
    assert plain.mean() == pytest.approx(points.mean() - 1, abs=0.02) and with_level.mean() == pytest.approx(points.mean(), abs=0.02)
    assert np.corrcoef(with_level, truth)[0, 1] > 0.97


def test_expected_points_are_calibrated_and_in_order():
    generator = np.random.default_rng(6)
    raw = generator.normal(1, 1, (400, 6))
    points = np.clip(np.round(raw + generator.normal(0, 0.4, raw.shape)), 0, 3)
    for by_zone, context in ((False, False), (True, False), (False, True)):
        found = fit_ordinal(raw, steps_of(points), np.ones(400), by_zone, context)
        assert found(raw).mean() == pytest.approx(points.mean(), abs=0.02)
        assert np.polyfit(found(raw).sum(1), points.sum(1), 1)[0] == pytest.approx(1, abs=0.05)
        grid = found(np.linspace(-5, 8, 50)[:, None].repeat(6, 1))
        assert (np.diff(grid, axis=0) >= 0).all() and grid.min() > 0 and grid.max() < 3


def test_zones_without_lung_and_without_weight_are_left_out():
    features = np.ones((2, 2, 6, FEATURES))
    features[0, 1, 3] = np.nan
    weight = np.ones((2, 6))
    weight[1] = 0
    rows = of_images(features, np.ones((2, 6)), np.ones((2, 6, 3)), np.zeros((2, 6), int), weight)
    assert len(rows.value) == 11 and rows.weight.sum() == pytest.approx(5.5)
    assert steps_of(np.array([0, 0.5, 2, 3])).tolist() == [[0, 0, 0], [0.5, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_totals_of_errors_that_go_together_need_the_context():
    """All zones of an image share a part of the truth that each zone's raw score shows with noise of its own."""
    generator = np.random.default_rng(7)
    truth = np.clip(generator.normal(1.2, 1.2, (1500, 1)).repeat(6, 1), 0, 3)
    raw, points = truth + generator.normal(0, 0.8, truth.shape), np.round(truth)
    plain, context = (fit_ordinal(raw, steps_of(points), np.ones(1500), False, beside)(raw).sum(1) for beside in (False, True))
    slopes = [np.polyfit(found, points.sum(1), 1)[0] for found in (plain, context)]
    assert slopes[0] > 1.1 and slopes[1] == pytest.approx(1, abs=0.05)


def test_between_the_maps_no_zone_is_held_at_an_end():
    raw = np.random.default_rng(9).normal(1.5, 2, (50, 6))
    stretch, ordinal = Stretch(2.0, 1.5), Ordinal(1.0, 0.2, np.array([[0.5, 1.5, 2.5]]))
    held, found = stretch(raw), Between(stretch, ordinal)(raw)
    assert (held == 0).any() and (held == 3).any()
    assert (found > 0).all() and (found < 3).all() and np.allclose(found, (held + ordinal(raw)) / 2)
