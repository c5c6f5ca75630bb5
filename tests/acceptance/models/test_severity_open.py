"""The severity index from weak labels, its candidates and its choice, on drawn numbers, so that the truth is known; five seconds of a core, most of
them imports."""

import numpy as np
import pytest
import torch
from scipy.stats import norm, spearmanr

from aicovid_models.severity_open import figures, laboratory
from aicovid_models.severity_open.network import IndexNet
from aicovid_models.severity_open.weak_labels import (
    SHRUNK_SHARE,
    ChoosingImages,
    WeakImages,
    choose,
    components,
    difference_of_means,
    grey_ratio,
    index,
    ridge,
    ridge_without_view,
    within_views,
)
from aicovid_models.zones.distance import Distance, embed
from aicovid_models.zones.features import DEEP, ZoneFeatures, smoothed
from aicovid_models.zones.ridge import Ridge

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
    label, ap = np.repeat([1.0, 0.0], IMAGES // 2), np.arange(IMAGES) < 3 * IMAGES // 4
    features, shrunk = drawn(label, ap, 1), drawn(label, ap, 2)
    features[0, :, 2] = np.nan  # a zone without lung
    return WeakImages(features, shrunk, np.zeros((IMAGES, 2, FEATURES)), label, ap, np.ones(IMAGES))


@pytest.fixture(scope="module")
def choosing():
    label, view = np.repeat([0.0, 1.0], IMAGES // 2), np.tile(["PA", "AP"], IMAGES // 2)
    return ChoosingImages(drawn(label, view == "AP", 3), label, view, np.arange(IMAGES) // 2)


def test_the_view_can_be_taken_out(learnt):
    tempted, steady = ridge(learnt, 1000.0), ridge_without_view(learnt, 1000.0)
    assert tempted.weight @ BEDSIDE * 5 > 0.5 * (tempted.weight @ DISEASE)
    assert abs(steady.weight @ BEDSIDE * 5) < 0.15 * (steady.weight @ DISEASE)


def test_principal_components_of_all_are_least_squares(learnt, choosing):
    """Independent: NumPy's least squares on the features themselves."""
    assert SHRUNK_SHARE == 0.5  # so that all rows below weigh the same
    rows = np.concatenate([learnt.features, learnt.shrunk])
    filled = np.isfinite(rows).all(-1)
    label = np.broadcast_to(np.tile(learnt.in_care, 2)[:, None, None], filled.shape)[filled]
    beta = np.linalg.lstsq(np.c_[rows[filled], np.ones(filled.sum())], label, rcond=None)[0]
    fitted = components(learnt, choosing.features, FEATURES)
    expected = (choosing.features[:, 0] @ beta[:-1] + beta[-1]).mean(1)
    assert index(fitted, choosing.features) == pytest.approx(expected, abs=1e-9)


def test_the_measure_looks_within_a_view(choosing):
    view_alone = (choosing.view == "AP").astype(float)
    assert within_views(view_alone, choosing) == 0.5
    assert within_views(choosing.pneumonia + 9 * view_alone, choosing) == 1.0


def test_the_simplest_setting_that_is_good_enough_is_taken(choosing):
    """The first setting ranks by a feature that holds nothing, the second as well as the third."""
    def fit(setting):
        return Ridge(np.eye(FEATURES)[7] if setting == 1 else DISEASE * setting, 0.0, np.zeros(FEATURES), np.ones(FEATURES), setting)

    assert choose("any", fit, [1, 2, 3], choosing).setting == 2


def test_grey_is_that_of_the_zones_over_what_is_between():
    grey, mask = np.full((1, 3, 9, 9), 10.0), np.zeros((1, 2, 9, 9))
    mask[0, 0, :, 1:3], mask[0, 1, :, 6:8] = 1, 1
    grey[..., 1:3], grey[..., 6:8], grey[..., 3:6] = 40, 60, 100
    grey[..., :3, 1:3] = 70  # the right lung's upper third
    expected = (70 + 2 * 40 + 3 * 60) / 6 / 100
    assert grey_ratio((grey - 127) / 128, mask) == pytest.approx(expected)
    assert np.isnan(grey_ratio((grey - 127) / 128, mask * [[[[1]], [[0]]]]))


def test_the_difference_of_means_is_the_ridge_without_end(learnt):
    """But for the scale, which falls as the penalty grows."""
    strong, limit = (index(fitted, learnt.features) for fitted in (ridge(learnt, 1e12), difference_of_means(learnt)))
    assert np.corrcoef(strong, limit)[0, 1] == pytest.approx(1, abs=1e-9)
    weak = index(ridge(learnt, 1.0), learnt.features)
    assert np.corrcoef(weak, limit)[0, 1] < 0.999  # the comparison tells them apart


def test_ranks_are_weighted_by_patients():
    """Independent: SciPy's rho."""
    generator = np.random.default_rng(5)
    a, b = generator.standard_normal((2, 30))
    assert laboratory.weighted_rho(a, b, np.ones(30)) == pytest.approx(spearmanr(a, b).statistic)
    more_a, more_b = np.repeat(a, 3), np.repeat(b, 3)
    more_a[:3] = a[0] + np.array([0, 1e-9, 2e-9])  # one patient with three images that differ
    rho = laboratory.weighted_rho(more_a, more_b, np.full(90, 1 / 3))
    assert rho == pytest.approx(spearmanr(more_a, more_b).statistic) and rho == pytest.approx(spearmanr(a, b).statistic, abs=0.01)
    one_alone = np.r_[np.full(29, 1.0), 0.0]
    assert laboratory.weighted_rho(a, b, one_alone) == pytest.approx(spearmanr(a[:29], b[:29]).statistic, abs=0.02)
    assert np.isnan(laboratory.weighted_rho(np.ones(30), b, np.ones(30)))


@pytest.fixture
def labs(monkeypatch):
    """Laboratory values of 60 patients, two images each, that follow a hidden state; the sicker half is imaged AP."""
    monkeypatch.setattr(laboratory, "RESAMPLES", 200)
    generator = np.random.default_rng(6)
    state = np.repeat(generator.standard_normal(60), 2)
    values = {name: state + 0.3 * generator.standard_normal(120) for name in laboratory.WORSE}
    values["ldh"][:40] = np.nan
    return state, laboratory.Laboratory(values, state > 0, np.repeat(np.arange(60), 2))


def test_laboratory_values_are_followed_within_a_view(labs):
    """The view alone, which follows the state, gains nothing."""
    state, values = labs
    noise = np.random.default_rng(7).standard_normal(120)
    assert values.measure(state) > 0.8
    assert abs(values.measure(10.0 * values.ap + noise)) < 0.25
    assert values.measure(10.0 * values.ap + noise) == pytest.approx(values.measure(noise))


def test_laboratory_values_choose_the_simplest_that_is_good_enough(labs):
    state, values = labs
    noise = np.random.default_rng(8).standard_normal((2, 120))
    choice = laboratory.choose(values, [np.inf, 3.0, 2.0, 1.0], np.stack([noise[0], state + 0.01 * noise[1], state, -state]))
    assert choice.penalty == 3.0 and choice.tells and choice.best["penalty"] in (2.0, 3.0)
    assert choice.measures[3.0] >= choice.best["value"] - choice.best["standard_error"]


def test_values_that_tell_nothing_leave_the_index_without_a_setting(labs):
    _, values = labs
    noise = np.random.default_rng(9).standard_normal((3, 120))
    choice = laboratory.choose(values, [np.inf, 2.0, 1.0], noise)
    assert not choice.tells and choice.penalty == np.inf


def test_the_network_gives_the_index_of_its_features():
    """Against the numbers alone, on an image with a lung that is empty."""
    generator, count = np.random.default_rng(4), ZoneFeatures.features
    mean, std = generator.uniform(0, 1, count), generator.uniform(0.5, 1, count)
    weight = generator.standard_normal(count) / std / 20
    ridge, distance = Ridge(weight, float(-weight @ mean), mean, std, 1.0), Distance(generator.standard_normal(DEEP), np.eye(DEEP) / 10)
    image, mask = torch.rand(1, 3, 320, 320, generator=torch.Generator().manual_seed(1)), torch.zeros(1, 2, 320, 320)
    mask[0, 0, 40:280, 30:140] = 1
    with torch.inference_mode():
        features = ZoneFeatures().eval()(image, smoothed(mask))[0].numpy().astype(float)
    features[3:] = np.nan
    raw = index(ridge, features[None, None])[0]
    with torch.inference_mode():
        found, embedding, far = IndexNet(ridge, raw - 0.5, 2.0, distance).eval()(image, mask)
    expected = norm.cdf(0.25)
    assert float(found) == pytest.approx(expected, abs=2e-5)
    assert embedding.numpy()[0] == pytest.approx(embed(ridge, features[None])[0], abs=1e-4)
    assert float(far) == pytest.approx(float(distance(embed(ridge, features[None]))[0]), rel=1e-4)


def test_the_best_of_many_that_hold_nothing_is_called_overstated(monkeypatch):
    generator = np.random.default_rng(3)
    totals, patients = generator.standard_normal(80), np.arange(80)
    monkeypatch.setattr(figures, "RESAMPLES", 200)
    found = figures.optimism({str(i): generator.standard_normal(80) for i in range(40)}, totals, patients)
    assert found["r_of_the_best"] > 0.15 and found["overstated_by"] > 0.5 * found["r_of_the_best"]
    alone = figures.optimism({"truth": totals + 0.1 * generator.standard_normal(80)}, totals, patients)
    assert abs(alone["overstated_by"]) < 0.02
