"""The candidates for a severity index from weak labels, on drawn numbers, so that the truth is known; four seconds of a core, most of them imports."""

import sys

import numpy as np
import pytest
from conftest import SOURCE

sys.path.insert(0, str(SOURCE / "models" / "training"))
FEATURES, IMAGES = 8, 120
DISEASE, BEDSIDE = np.eye(FEATURES)[0], np.eye(FEATURES)[1]


def drawn(label, ap, seed):
    """[n,2,6,f]: the label shows in the first feature, the view, much more strongly, in the second."""
    generator = np.random.default_rng(seed)
    image = label[:, None] * DISEASE + 5 * ap[:, None] * BEDSIDE
    return image[:, None, None] + 0.5 * generator.standard_normal((len(label), 2, 6, FEATURES))


@pytest.fixture(scope="module")
def learnt():
    """Nobody in intensive care is imaged PA, and half of the others are."""
    from severity_open import WeakImages

    label, ap = np.repeat([1.0, 0.0], IMAGES // 2), np.arange(IMAGES) < 3 * IMAGES // 4
    features, shrunk = drawn(label, ap, 1), drawn(label, ap, 2)
    features[0, :, 2] = np.nan  # a zone without lung
    return WeakImages(features, shrunk, np.zeros((IMAGES, 2, FEATURES)), label, ap, np.ones(IMAGES))


@pytest.fixture(scope="module")
def choosing():
    from severity_open import ChoosingImages

    label, view = np.repeat([0.0, 1.0], IMAGES // 2), np.tile(["PA", "AP"], IMAGES // 2)
    return ChoosingImages(drawn(label, view == "AP", 3), label, view, np.arange(IMAGES) // 2)


def test_the_view_can_be_taken_out(learnt):
    from severity_open import ridge, ridge_without_view

    tempted, steady = ridge(learnt, 1000.0), ridge_without_view(learnt, 1000.0)
    assert tempted.weight @ BEDSIDE * 5 > 0.5 * (tempted.weight @ DISEASE)
    assert abs(steady.weight @ BEDSIDE * 5) < 0.15 * (steady.weight @ DISEASE)


def test_principal_components_of_all_are_least_squares(learnt, choosing):
    """Independent: NumPy's least squares on the features themselves."""
    from severity_open import SHRUNK_SHARE, components, index

    assert SHRUNK_SHARE == 0.5  # so that all rows below weigh the same
    rows = np.concatenate([learnt.features, learnt.shrunk])
    filled = np.isfinite(rows).all(-1)
    label = np.broadcast_to(np.tile(learnt.in_care, 2)[:, None, None], filled.shape)[filled]
    beta = np.linalg.lstsq(np.c_[rows[filled], np.ones(filled.sum())], label, rcond=None)[0]
    fitted = components(learnt, choosing.features, FEATURES)
    expected = (choosing.features[:, 0] @ beta[:-1] + beta[-1]).mean(1)
    assert index(fitted, choosing.features) == pytest.approx(expected, abs=1e-9)


def test_the_measure_looks_within_a_view(choosing):
    from severity_open import within_views

    view_alone = (choosing.view == "AP").astype(float)
    assert within_views(view_alone, choosing) == 0.5
    assert within_views(choosing.pneumonia + 9 * view_alone, choosing) == 1.0


def test_the_simplest_setting_that_is_good_enough_is_taken(choosing):
    """The first setting ranks by a feature that holds nothing, the second as well as the third."""
    from severity import Ridge
    from severity_open import choose

    def fit(setting):
        return Ridge(np.eye(FEATURES)[7] if setting == 1 else DISEASE * setting, 0.0, np.zeros(FEATURES), np.ones(FEATURES), setting)

    assert choose("any", fit, [1, 2, 3], choosing).setting == 2


def test_grey_is_that_of_the_zones_over_what_is_between():
    from severity_open import grey_ratio

    grey, mask = np.full((1, 3, 9, 9), 10.0), np.zeros((1, 2, 9, 9))
    mask[0, 0, :, 1:3], mask[0, 1, :, 6:8] = 1, 1
    grey[..., 1:3], grey[..., 6:8], grey[..., 3:6] = 40, 60, 100
    grey[..., :3, 1:3] = 70  # the right lung's upper third
    expected = (70 + 2 * 40 + 3 * 60) / 6 / 100
    assert grey_ratio((grey - 127) / 128, mask) == pytest.approx(expected)
    assert np.isnan(grey_ratio((grey - 127) / 128, mask * [[[[1]], [[0]]]]))
