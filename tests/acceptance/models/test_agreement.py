"""The statistics of agreement against published worked examples and other people's programs."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, cohen_kappa_score

from aicovid_models.statistics import agreement, evaluation

# Shrout and Fleiss 1979, table 2: six targets, four judges.
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
# Bland and Altman 1986, table 1: peak expiratory flow, first measurement by Wright's and by the mini meter, l/min.
WRIGHT = np.array([494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427], float)
MINI = np.array([512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451], float)


def three_raters():
    generator = np.random.default_rng(11)
    truth = generator.uniform(0, 18, 40)
    return [x.round(3) for x in (truth + generator.normal(0, 2, 40), truth + 1 + generator.normal(0, 1.5, 40), 0.8 * truth + generator.normal(0, 2, 40))]


def test_icc_is_that_of_shrout_and_fleiss():
    assert agreement.icc_2_1(*SHROUT_FLEISS.T) == pytest.approx(0.29, abs=0.005)  # as printed there
    assert agreement.icc_2_1(*SHROUT_FLEISS.T) == pytest.approx(0.289764, abs=1e-6)  # ICC(A,1) of pingouin 0.7.0


def test_icc_is_that_of_pingouin():
    raters = three_raters()
    # pingouin 0.7.0, intraclass_corr, ICC(A,1), on these numbers.
    assert agreement.icc_2_1(*raters) == pytest.approx(0.797368, abs=1e-6)
    assert agreement.icc_2_1(*raters[:2]) == pytest.approx(0.880945, abs=1e-6)
    # A constant offset lowers absolute agreement; agreement with oneself is 1.
    assert agreement.icc_2_1(raters[0], raters[0] + 3) < 0.95
    assert agreement.icc_2_1(raters[0], raters[0]) == pytest.approx(1)


def test_kappa_is_that_of_scikit_learn():
    generator = np.random.default_rng(3)
    for _ in range(20):
        a, b = generator.integers(0, 4, 60), generator.integers(0, 4, 60)
        b = np.where(generator.random(60) < 0.6, a, b)
        assert agreement.weighted_kappa(a, b) == pytest.approx(cohen_kappa_score(a, b, weights="quadratic"), abs=1e-12)
    assert agreement.weighted_kappa(np.array([0.4, 1.5, 2.6, 0.6]), np.array([0, 2, 3, 1.0])) == 1


def test_limits_of_agreement_are_those_of_bland_and_altman(monkeypatch):
    monkeypatch.setattr(evaluation, "RESAMPLES", 200)
    limits = agreement.limits_of_agreement([str(i) for i in range(17)], WRIGHT, MINI)
    # As printed there: mean difference -2.1, standard deviation 38.8 l/min.
    assert limits["bias"]["value"] == pytest.approx(-2.1, abs=0.05)
    assert (limits["high"]["value"] - limits["low"]["value"]) / (2 * 1.96) == pytest.approx(38.8, abs=0.05)
    # Their standard error of a limit, sqrt(3 s^2 / n) = 16.3, against half the bootstrap interval.
    width = limits["low"]["high"] - limits["low"]["low"]
    assert width == pytest.approx(2 * 2.12 * 16.3, rel=0.35)


def test_a_third_reader_of_their_kind_is_not_worse_and_noise_is():
    generator = np.random.default_rng(5)
    truth = generator.uniform(0, 18, 400)
    s, j, alike = (truth + generator.normal(0, 1.5, 400) for _ in range(3))
    assert agreement.worse_than_the_readers(alike, s, j) == pytest.approx(0, abs=0.2)
    noisy = truth + generator.normal(0, 3, 400)
    # Expected absolute differences of normal errors: sqrt(2 / pi) times their standard deviations.
    expected = np.sqrt(2 / np.pi) * (np.hypot(3, 1.5) - np.hypot(1.5, 1.5))
    assert agreement.worse_than_the_readers(noisy, s, j) == pytest.approx(expected, abs=0.25)


def test_the_paired_bootstrap_keeps_a_patients_images_together(monkeypatch):
    """Copies of every image under the same patient add no information; under new patients they would."""
    monkeypatch.setattr(evaluation, "RESAMPLES", 400)
    model, s, j = three_raters()
    patients = [str(i) for i in range(40)]
    once = agreement.beside_the_readers(patients, model, s, j)["not_worse"]
    twice = agreement.beside_the_readers(patients * 2, *(np.tile(x, 2) for x in (model, s, j)))["not_worse"]
    assert {name: once[name] for name in ("value", "low", "high")} == {name: twice[name] for name in ("value", "low", "high")}
    apart = agreement.beside_the_readers([str(i) for i in range(80)], *(np.tile(x, 2) for x in (model, s, j)))["not_worse"]
    assert apart["high"] - apart["low"] < 0.85 * (once["high"] - once["low"])


def test_brier_is_that_of_scikit_learn_and_the_prevalence_scores_zero(monkeypatch):
    monkeypatch.setattr(evaluation, "RESAMPLES", 100)
    generator = np.random.default_rng(8)
    probability = generator.uniform(0, 1, 200)
    positive = (generator.random(200) < probability).astype(float)
    prevalence = np.full(200, positive.mean())
    patients = [str(i) for i in range(200)]
    result = agreement.beside_the_prevalence(patients, probability, prevalence, positive)
    assert result["model"]["value"] == pytest.approx(brier_score_loss(positive, probability), abs=5e-4)
    assert result["prevalence"]["value"] == pytest.approx(positive.mean() * (1 - positive.mean()), abs=5e-4)
    assert agreement.beside_the_prevalence(patients, prevalence, prevalence, positive)["scaled"]["value"] == 0


def test_calibration_finds_the_line_that_the_readings_were_made_of(monkeypatch):
    monkeypatch.setattr(evaluation, "RESAMPLES", 200)
    generator = np.random.default_rng(9)
    predicted = generator.uniform(2, 14, 300)
    result = agreement.calibration_of_totals([str(i) for i in range(300)], predicted, 1.4 * predicted - 2 + generator.normal(0, 1, 300))
    assert result["slope"]["low"] < 1.4 < result["slope"]["high"] and result["intercept"]["low"] < -2 < result["intercept"]["high"]
    assert sum(group["images"] for group in result["groups"]) == 300


def test_thirds_share_out_what_is_known_and_keep_equal_values_together():
    ages = np.array([20, 25, 30, 40, 45, 50, 60, 65, 70, np.nan])
    parts = agreement.thirds(ages)
    assert {name: int(rows.sum()) for name, rows in parts.items()} == {"20 to 30": 3, "40 to 50": 3, "60 to 70": 3}
    assert not any(rows[9] for rows in parts.values())
    together = agreement.thirds(np.array([1, 1, 1, 1, 2, 3.0]))
    assert "1 to 1" in together and together["1 to 1"].sum() == 4
