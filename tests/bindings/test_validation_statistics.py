"""The validation protocol's statistics, against known truth and against other implementations. About 8 s of one core."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

import conftest  # noqa: F401  the built module's path

from aicovid.validation import bootstrap, net_benefit
from aicovid.validation.calibration import calibration, calibration_curve, logistic
from aicovid.validation.discrimination import auroc, auroc_by_patient, difference, placements, variance
from aicovid.validation.pooling import pooled


def alone(count):
    return np.arange(count).astype(str)


def drawn(count, slope=1.0, intercept=0.0, seed=3):
    """Probabilities, and outcomes whose true logit is intercept + slope x logit."""
    generator = np.random.default_rng(seed)
    probability = expit(generator.normal(-0.5, 1.2, count))
    return probability, generator.random(count) < expit(intercept + slope * logit(probability))


def test_auroc_is_the_one_that_stata_prints_for_hanley_and_mcneils_readings():
    # 109 CT images in five grades (Radiology 1982; 143:29); Stata's `roctab` gives DeLong's .8932, .0307, .83295 to .95339.
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    grade = np.concatenate([np.repeat(range(1, 6), normal), np.repeat(range(1, 6), abnormal)]).astype(float)
    sick = np.repeat([False, True], [58, 51])
    components = placements(grade, sick)
    error = np.sqrt(variance(components, sick, alone(109)))
    value = auroc(grade, sick, alone(109))[0]
    assert value["value"] == pytest.approx(0.8932, abs=5e-5)
    assert error == pytest.approx(0.0307, abs=5e-5)
    assert value["value"] - 1.959964 * error == pytest.approx(0.83295, abs=5e-6)
    assert value["value"] + 1.959964 * error == pytest.approx(0.95339, abs=5e-6)
    assert 0.83295 - 0.03 < value["low"] < value["value"] < value["high"] < 0.95339


def test_auroc_of_known_truth():
    event = np.arange(60) % 3 == 0
    perfect, none = auroc(event + 0.0, event, alone(60))
    assert perfect == {"value": 1.0} and np.isnan(none)
    assert auroc(1.0 - event, event, alone(60))[0] == {"value": 0.0}
    assert auroc(np.ones(60), event, alone(60))[0]["value"] == 0.5
    generator = np.random.default_rng(0)
    inside = 0
    for _ in range(200):
        value = auroc(generator.random(60), event, alone(60))[0]
        inside += value["low"] <= 0.5 <= value["high"]
    assert 180 <= inside <= 199


def test_the_variance_knows_patients():
    generator = np.random.default_rng(5)
    names = np.repeat(np.arange(150), generator.integers(1, 5, 150)).astype(str)
    person = generator.normal(size=150)[names.astype(int)]
    event = person + generator.normal(size=len(names)) > 0.5
    score = person + generator.normal(size=len(names))
    ours = np.sqrt(variance(placements(score, event), event, names))
    values = []
    for weights in bootstrap.resampled_weights(names):
        for row in weights[:30]:
            rows = np.repeat(np.arange(len(row)), row.astype(int))
            values.append(placements(score[rows], event[rows])[event[rows]].mean())
    assert ours == pytest.approx(np.std(values), rel=0.1)
    assert ours > 1.1 * np.sqrt(variance(placements(score, event), event, alone(len(names))))
    # Every exam twice is no more knowledge.
    again = np.tile(score, 2), np.tile(event, 2), np.tile(names, 2)
    assert variance(placements(*again[:2]), *again[1:]) == pytest.approx(ours**2)


def test_a_patient_with_many_exams_weighs_one():
    score = np.concatenate([[3.0, 1.0, 2.0, 0.0], np.full(50, 0.5)])
    event = np.concatenate([[True, True, False, False], np.full(50, True)])
    names = np.array(["a", "b", "c", "d"] + ["e"] * 50)
    # Patients with the outcome at 3, 1, .5 against 2 and 0: 2 + 1 + 1 of 6 pairs.
    assert auroc_by_patient(score, event, names)["value"] == pytest.approx(4 / 6)
    generator = np.random.default_rng(4)
    names, score, event = (generator.integers(0, top, 300) for top in (80, 12, 2))
    weight = 1 / np.bincount(names)[names]
    found = auroc_by_patient(score.astype(float), event == 1, names.astype(str))
    assert found["value"] == pytest.approx(roc_auc_score(event, score, sample_weight=weight))
    assert found["low"] < 0.5 < found["high"]


def test_a_difference_of_equals_is_nothing_and_of_unequals_is_found():
    probability, event = drawn(800)
    noisy = probability + np.random.default_rng(1).normal(0, 0.5, 800)
    assert difference(probability, probability, event, alone(800)) == {"value": 0, "low": 0, "high": 0}
    assert difference(probability, noisy, event, alone(800))["low"] > 0.02


@pytest.mark.parametrize("slope, intercept", [(1.0, 0.0), (0.5, 0.0), (1.0, 0.8)])
def test_calibration_finds_what_the_data_were_made_with(slope, intercept):
    probability, event = drawn(3000, slope, intercept)
    found, poolable = calibration(probability, event, alone(3000))
    fit = LogisticRegression(penalty=None, tol=1e-10).fit(logit(probability)[:, None], event)
    assert found["slope"]["value"] == pytest.approx(fit.coef_[0, 0], abs=1e-4)
    assert found["slope"]["value"] == pytest.approx(slope, abs=0.12)
    shift = brentq(lambda a: expit(a + logit(probability)).mean() - event.mean(), -5, 5)
    assert found["intercept"]["value"] == pytest.approx(shift, abs=1e-6)
    assert found["observed_to_expected"]["value"] == pytest.approx(event.mean() / probability.mean())
    brier = ((probability - event) ** 2).mean()
    assert found["brier"]["value"] == pytest.approx(brier)
    assert found["scaled_brier"]["value"] == pytest.approx(1 - brier / event.var())
    assert set(poolable) == {"intercept", "slope", "log_observed_to_expected"}
    curve = calibration_curve(probability, event, alone(3000))
    truth = [expit(intercept + slope * logit(point["predicted"])) for point in curve["curve"]]
    assert np.abs(np.array([point["observed"] for point in curve["curve"]]) - truth).max() < 0.08
    faulty = (slope, intercept) != (1.0, 0.0)
    assert (curve["ici"] > 0.05) == faulty and (curve["ece"] > 0.05) == faulty


def test_intervals_of_calibration_cover_the_truth():
    covered = np.zeros(2, int)
    for seed in range(200):
        probability, event = drawn(300, 0.5, seed=seed)
        slope, error = logistic(event, np.column_stack([np.ones(300), logit(probability)]), None, alone(300))
        covered[0] += abs(slope - 0.5) < 1.96 * error
        probability, event = drawn(300, seed=seed)
        intercept, error = logistic(event, np.ones((300, 1)), logit(probability), alone(300))
        covered[1] += abs(intercept) < 1.96 * error
    assert (covered >= 180).all() and (covered <= 199).all(), covered


def test_calibration_of_exams_seen_twice_is_no_surer():
    probability, event = drawn(400)
    once = calibration(probability, event, alone(400))[0]
    twice = calibration(np.tile(probability, 2), np.tile(event, 2), np.tile(alone(400), 2))[0]
    for name in ("slope", "intercept", "observed_to_expected", "scaled_brier"):
        width = [figure[name]["high"] - figure[name]["low"] for figure in (once, twice)]
        assert width[1] == pytest.approx(width[0], rel=0.02)


def test_calibration_says_why_there_is_no_slope():
    event = np.arange(60) % 3 == 0
    constant = calibration(np.full(60, 0.2), event, alone(60))[0]
    assert constant["no_slope"] == "constant_prediction" and "slope" not in constant
    assert constant["observed_to_expected"]["value"] == pytest.approx(20 / 60 / 0.2)
    assert constant["intercept"]["value"] == pytest.approx(logit(1 / 3) - logit(0.2))
    assert calibration_curve(np.full(60, 0.2), event, alone(60)) == {}
    perfect = calibration(np.where(event, 0.9, 0.1), event, alone(60))[0]
    assert perfect["no_slope"] == "separation" and "slope" not in perfect


def test_net_benefit_is_that_of_dcurves():
    # dcurves 1.1.7 (Python) for these twenty.
    p = np.array([.02, .07, .10, .12, .18, .20, .26, .31, .35, .40, .44, .51, .55, .62, .70, .81, .10, .30, .50, .05])  # fmt: skip
    event = np.array([0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0], bool)
    model = {.05: .371053, .1: .35, .2: .275, .3: .192857, .45: .118182, .5: .1, .6: .15}  # fmt: skip
    everyone = {.05: .368421, .1: .333333, .2: .25, .3: .142857, .45: -.090909, .5: -.2, .6: -.5}  # fmt: skip
    curve = {point["threshold"]: point for point in net_benefit.decision_curve(p, event, alone(20))}
    for threshold in model:
        assert curve[threshold]["net_benefit"]["value"] == pytest.approx(model[threshold], abs=1e-6)
        assert curve[threshold]["treat_all"] == pytest.approx(everyone[threshold], abs=1e-6)
        assert curve[threshold]["gain"]["value"] == pytest.approx(model[threshold] - max(everyone[threshold], 0), abs=1e-6)
    perfect = net_benefit.decision_curve(event.astype(float), event, alone(20))
    assert all(point["net_benefit"]["value"] == pytest.approx(event.mean()) for point in perfect)
    assert all(point["difference"]["value"] == 0 for point in net_benefit.difference(p, p, event, alone(20)))


def test_a_resampled_interval_is_that_of_the_mean():
    generator = np.random.default_rng(2)
    names = np.repeat(np.arange(300), 3).astype(str)
    value = np.repeat(generator.normal(size=300), 3)
    result = bootstrap.interval_of(lambda w: (w @ value / w.sum(axis=1))[:, None], names)
    error = value.std(ddof=1) / np.sqrt(300)
    assert result[1][0] == pytest.approx(value.mean() - 1.96 * error, abs=0.15 * error)
    assert result[2][0] == pytest.approx(value.mean() + 1.96 * error, abs=0.15 * error)
    assert np.array_equal(result, bootstrap.interval_of(lambda w: (w @ value / w.sum(axis=1))[:, None], names))


@pytest.mark.parametrize("spread", [0.5, 0.0])
def test_the_summary_over_sites_solves_paule_and_mandels_equation(spread):
    generator = np.random.default_rng(9)
    variances = generator.uniform(0.02, 0.1, 7)
    effect = 1 + generator.normal(0, np.sqrt(variances + spread)) if spread else np.full(7, 1.3) + 0.01 * np.arange(7)

    def parts(tau_squared):
        weight = 1 / (variances + tau_squared)
        mean = weight @ effect / weight.sum()
        return weight, mean, weight @ (effect - mean) ** 2

    tau_squared = brentq(lambda t: parts(t)[2] - 6, 0, 50) if parts(0)[2] > 6 else 0.0
    weight, mean, heterogeneity = parts(tau_squared)
    error = np.sqrt(heterogeneity / 6 / weight.sum())
    found = pooled(list(effect), list(variances), float)
    assert found["tau"] ** 2 == pytest.approx(tau_squared, abs=1e-4)
    assert found["value"] == pytest.approx(mean, abs=1e-4)
    assert found["high"] - found["value"] == pytest.approx(student.ppf(0.975, 6) * error, rel=1e-3)
    new_site = student.ppf(0.975, 5) * np.sqrt(tau_squared + error**2)
    assert found["new_site"]["high"] - found["value"] == pytest.approx(new_site, rel=1e-3)


def test_two_sites_and_sites_without_a_variance_are_not_pooled():
    assert pooled([1.0, 2.0], [0.1, 0.1], float) is None
    assert pooled([1.0, 2.0, 3.0], [0.1, 0.1, float("nan")], float) is None
