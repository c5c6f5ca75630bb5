"""The forecast of beds: against every way that a small ward can go, against recursion, and against drawn wards.

About 20 s of one core.
"""

import itertools
import json
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import PATIENT, validate
from made_wards import drawn_beds, made_ward, settings_with
from scipy import stats

import aicovid
from aicovid import census
from aicovid.census import Arrivals, Patient, Scenario, Settings, Standing, counts, forecast
from aicovid.census.durations import duration
from aicovid.census.summary import exceeding, quantile

STAY = {"distribution": "table", "days": [0, 1, 2], "share": [0.5, 0.3, 0.2]}
COMING = {"distribution": "table", "days": [0, 1, 2], "share": [0.2, 0.5, 0.3]}


def settings(sigma=0.0, **more):
    members = {"outcome": "icu", "horizon_days": 3, "icu_share": 1.0, "time_to_icu": duration(COMING, "/t"), "icu_stay": duration(STAY, "/s")}
    return Settings(**(members | {"sigma": sigma} | more))


def at_risk(risk, waited=0, site="A"):
    return Patient(site, Standing.AT_RISK, waited, risk)


def in_icu(days, site="A"):
    return Patient(site, Standing.IN_ICU, days)


def every_way(patients, one, days):
    """Beds and admissions of each day, by going through each patient's day of coming and of leaving."""
    come = one.time_to_icu.within(one.horizon_days)
    still = one.icu_stay.survival(np.arange(days + 1) + 0.5)
    ways = []
    for patient in patients:
        if patient.standing is Standing.IN_ICU:
            left = one.icu_stay.remaining(patient.days, np.arange(days + 1, dtype=float))
            # (probability, day of coming or 0, first midnight that finds the bed empty)
            ways.append([(left[k - 1] - left[k], 0, k) for k in range(1, days + 1)] + [(left[days], 0, days + 1)])
            continue
        waited = int(patient.days)
        passed = come[:waited].sum()
        each = []
        for day in range(1, min(days, len(come) - waited) + 1):
            share = patient.risk * come[waited + day - 1] / (1 - patient.risk * passed)
            leaves = [(share * (1 - still[0]), day, day)]
            leaves += [(share * (still[k - 1] - still[k]), day, day + k) for k in range(1, days - day + 1)]
            each += [*leaves, (share * still[days - day], day, days + 1)]
        ways.append([*each, (1 - sum(share for share, _, _ in each), days + 9, 0)])
    beds, admissions = np.zeros((days, len(patients) + 1)), np.zeros((days, len(patients) + 1))
    for way in itertools.product(*ways):
        share = np.prod([one[0] for one in way])
        for day in range(1, days + 1):
            beds[day - 1, sum(came <= day < left for _, came, left in way)] += share
            admissions[day - 1, sum(came == day for _, came, _ in way)] += share
    return admissions, beds


def test_a_small_ward_goes_every_way_that_it_can():
    ward = [at_risk(0.3), at_risk(0.9, waited=1), at_risk(0.5, waited=2), in_icu(0), in_icu(1.5)]
    one = settings()
    (found,) = forecast(ward, one, 4)
    admissions, beds = every_way(ward, one, 4)
    np.testing.assert_allclose(found.admissions[:, : len(ward) + 1], admissions, atol=1e-14)
    np.testing.assert_allclose(found.beds[:, : len(ward) + 1], beds, atol=1e-14)
    assert found.beds[:, len(ward) + 1 :].max() < 1e-14


@pytest.mark.parametrize("count", [1, 2, 31, 400, 3000])
def test_the_transform_is_the_recursion(count):
    generator = np.random.default_rng(count)
    probability, factor = generator.beta(1, 3, count), np.array([0.03, 0.5, 1.0])
    size = 1 << int(np.ceil(np.log2(count + 2)))
    found = counts.distribution(counts.transform_of(probability, factor, counts.frequencies(size)))
    for row, share in zip(found, factor):
        np.testing.assert_allclose(row[: count + 1], counts.by_recursion(probability * share), atol=1e-12)


@pytest.mark.parametrize("ward_of", [30, 300, 3000])
def test_a_forecast_is_the_recursion_where_nothing_is_shared(ward_of):
    """So are the frequencies that are left out, and the size that is chosen."""
    generator = np.random.default_rng(ward_of)
    risks = generator.beta(2, 5, ward_of)
    one = settings(time_to_icu=duration({"distribution": "lognormal", "median": 3, "quartiles": [1.5, 6]}, "/t"), horizon_days=14)
    (found,) = forecast([at_risk(float(risk)) for risk in risks], one, 10)
    come = one.time_to_icu.within(14)
    still = one.icu_stay.survival(np.arange(10) + 0.5)
    for day in (0, 4, 9):
        there = sum(come[k] * still[day - k] for k in range(day + 1))
        expected = counts.by_recursion(risks * there)
        size = min(len(expected), found.beds.shape[1])
        np.testing.assert_allclose(found.beds[day, :size], expected[:size], atol=1e-12)
        assert expected[size:].sum() < 1e-12


def test_the_shared_error_is_integrated_out():
    generator = np.random.default_rng(3)
    ward = [at_risk(float(risk)) for risk in generator.beta(2, 5, 60)] + [in_icu(1)]
    one = settings(sigma=0.6)
    (found,) = forecast(ward, one, 3)
    # Gauss and Hermite's rule with many nodes, and a forecast without the error at each of them.
    node, weight = np.polynomial.hermite_e.hermegauss(80)
    expected = np.zeros_like(found.beds)
    for z, share in zip(node, weight / weight.sum()):
        shifted = [at_risk(1 / (1 + (1 - p.risk) / p.risk * np.exp(-0.6 * z))) if p.risk else p for p in ward]
        (row,) = forecast(shifted, settings(), 3)
        width = min(expected.shape[1], row.beds.shape[1])
        expected[:, :width] += share * row.beds[:, :width]
    np.testing.assert_allclose(found.beds, expected, atol=1e-9)


def test_a_large_ward_is_what_is_drawn():
    members = settings_with(sigma=0.3)
    ward = made_ward(np.random.default_rng(5), 400)
    (found,) = forecast(ward, members, 14)
    beds = drawn_beds(np.random.default_rng(6), ward, members, 14, 4000)
    for day in (0, 6, 13):
        cumulated = np.cumsum(found.beds[day])
        drawn = np.cumsum(np.bincount(beds[:, day], minlength=found.beds.shape[1])) / len(beds)
        # Kolmogorov's distance of 4,000 draws is beyond .036 once in ten thousand times.
        assert np.abs(cumulated - drawn[: len(cumulated)]).max() < 0.036


def test_arrivals_are_poisson():
    one = settings(arrivals={"A": Arrivals(4.0, 0.25)})
    (found,) = forecast([], one, 30)
    numbers = np.arange(found.admissions.shape[1])
    # In the end as many come a day as arrive and come at all.
    np.testing.assert_allclose(found.admissions[-1], stats.poisson.pmf(numbers, 1.0), atol=1e-12)
    stay = float(one.icu_stay.survival(np.arange(400) + 0.5).sum())
    assert found.beds[-1] @ np.arange(found.beds.shape[1]) == pytest.approx(stay)


def test_sites_and_all_of_them():
    ward = [at_risk(0.3), at_risk(0.6, site="B"), in_icu(0, site="B")]
    a, b, everyone = forecast(ward, settings(sigma=0.4), 3)
    assert [a.site, b.site, everyone.site] == ["A", "B", "all"]
    (whole,) = forecast([at_risk(0.3), at_risk(0.6), in_icu(0)], settings(sigma=0.4), 3)
    width = min(whole.beds.shape[1], everyone.beds.shape[1])
    np.testing.assert_allclose(everyone.beds[:, :width], whole.beds[:, :width], atol=1e-12)


def test_days_without_the_event_and_in_a_bed_count():
    fresh, old = (forecast([in_icu(days)], settings(), 1)[0].beds[0, 1] for days in (0.0, 2.0))
    assert (fresh, old) == (pytest.approx(0.5), pytest.approx(0.0))
    now, later = (forecast([at_risk(0.5, waited=days)], settings(), 3)[0].admissions[:, 1].sum() for days in (0, 2))
    assert (now, later) == (pytest.approx(0.5), pytest.approx(0.15 / 0.65))
    with pytest.raises(aicovid.InvalidArgumentError, match="no stay of the distribution lasts longer than the 9 days"):
        forecast([in_icu(9.0)], settings(), 3)


def test_a_patient_without_a_number_is_counted_three_times():
    ward = [at_risk(0.3), Patient("A", Standing.WITHOUT_NUMBER)]
    one = settings(without_number=(0.05, 0.2, 0.6))
    assert census.scenarios(ward) == (Scenario.LOW, Scenario.PRIOR, Scenario.HIGH)
    found = [forecast(ward, one, 3, scenario)[0].admissions for scenario in census.scenarios(ward)]
    means = [float((shares @ np.arange(shares.shape[1])).sum()) for shares in found]
    assert means == [pytest.approx(0.35), pytest.approx(0.5), pytest.approx(0.9)]
    with pytest.raises(aicovid.InvalidArgumentError, match="/without_number"):
        forecast(ward, settings(), 3, Scenario.LOW)


def test_a_band_holds_its_share():
    shares = stats.binom.pmf(np.arange(11), 10, 0.4)
    assert [quantile(shares, level) for level in (0.05, 0.5, 0.95)] == [int(stats.binom.ppf(level, 10, 0.4)) for level in (0.05, 0.5, 0.95)]
    assert exceeding(shares, 6) == pytest.approx(stats.binom.sf(6, 10, 0.4)) and exceeding(shares, 10) == 0


def test_it_is_quick_enough():
    for count, most in ((1000, 4.0), (10_000, 40.0)):
        ward = made_ward(np.random.default_rng(1), count)
        start = time.process_time()
        forecast(ward, settings_with(sigma=0.3), 60)
        # Twice the goal of a core that has nothing else to do: 2 s, and 30 s of a tenth more than twice as long.
        assert time.process_time() - start < most


STAYS = {
    "outcome": {"name": "deterioration", "is": "deterioration", "horizon_days": 14, "icu_share": 0.4},
    "time_to_icu": {"distribution": "lognormal", "median": 3, "quartiles": [1.5, 6]}, "icu_stay": {"default": "outside_china_2020"}, "sigma": 0.3,
    "without_number": {"low": 0.1, "prior": 0.4, "high": 0.7}, "beds": {"A": 2, "all": 3}, "arrivals": {"B": {"per_day": 1.5, "risk": 0.35}},
}  # fmt: skip


@pytest.fixture(scope="module")
def report():
    return aicovid.Assessor.load("severity", networks="fusion").assess(None, PATIENT.read_text()).to_dict()


def line(report, **members):
    return {"site": "A", "days_since_report": 0, "ceiling_of_care": False, "report": report} | members


def run(tmp_path, lines, stays=STAYS, days=10):
    (tmp_path / "patients.jsonl").write_text("\n".join(json.dumps(one) for one in lines) + "\n")
    (tmp_path / "stays.json").write_text(json.dumps(stays))
    return subprocess.run([sys.executable, "-m", "aicovid.census", tmp_path / "patients.jsonl", "--stays", tmp_path / "stays.json",
                           "--horizon", str(days), "--out", tmp_path / "out"], capture_output=True, text=True, check=False)  # fmt: skip


def test_the_command(tmp_path, report):
    nameless = aicovid.Assessor.load("severity", networks="fusion").assess(None, {}).to_dict()
    lines = [line(report), line(report, days_since_report=3), line(report, ceiling_of_care=True), line(nameless, site="B"),
             line(report, days_since_report=14), {"site": "B", "in_icu_days": 4.5}]  # fmt: skip
    validate(lines[0], "census_patient")
    validate(STAYS, "census_settings")
    done = run(tmp_path, lines)
    assert done.returncode == 0, done.stderr
    found = validate(json.loads((tmp_path / "out" / "census.json").read_text()), "census")
    assert found["patients"] == {"in_icu": 1, "at_risk": 2, "without_number": 1, "no_longer_at_risk": 1, "ceiling_of_care": 1}
    assert [one["scenario"] for one in found["scenarios"]] == ["low", "prior", "high"]
    probability = next(one["probability"] for one in report["outcomes"] if one["name"] == "deterioration")
    (tmp_path / "one").mkdir()
    without_error = {name: value for name, value in STAYS.items() if name not in ("arrivals", "beds")} | {"sigma": 0}
    assert "NONE, as was asked for" in run(tmp_path / "one", [line(report)], without_error, 14).stdout
    days = json.loads((tmp_path / "one" / "out" / "census.json").read_text())["scenarios"][0]["sites"][0]["days"]
    assert sum(day["admissions"]["mean"] for day in days) == pytest.approx(0.4 * probability, abs=1e-3)
    assert (tmp_path / "out" / "census.png").stat().st_size > 20_000
    table = (tmp_path / "out" / "census.csv").read_text().splitlines()
    assert len(table) == 1 + 3 * 3 * 10
    assert "of 2020, not validated here" in done.stdout and "sigma 0.3" in done.stdout


@pytest.mark.parametrize("change, said", [
    ({"days_since_report": -1}, "line 1: days_since_report is missing, or not a number of days"),
    ({"ceiling_of_care": None}, "line 1: ceiling_of_care is missing"),
    ({"site": "all"}, 'line 1: site is missing, or not a text other than "all"'),
    ({"name": "Doe"}, "line 1: is no object of"),
    ({"report": {}}, "line 1: report is missing"),
])  # fmt: skip
def test_every_wrong_line_is_named_and_no_value_of_it(tmp_path, report, change, said):
    done = run(tmp_path, [line(report) | change, line(report), line(report, days_since_report=1.5)])
    assert done.returncode == 7
    assert said in done.stderr and "line 3: days_since_report is not a whole number" in done.stderr and "Doe" not in done.stderr


def test_a_state_is_no_forecast(tmp_path, report):
    stays = STAYS | {"outcome": {"name": "icu_stay", "is": "icu_admission", "horizon_days": 14}}
    done = run(tmp_path, [line(report)], stays)
    assert done.returncode == 7 and "is a state and no forecast" in done.stderr


@pytest.mark.parametrize("change, said", [
    ({"sigma": None}, "/sigma is missing"),
    ({"outcome": {"name": "deterioration", "is": "deterioration", "horizon_days": 14}}, "/outcome/icu_share is missing"),
    ({"outcome": {"name": "deterioration", "is": "icu_admission", "horizon_days": 14}}, "expected deterioration"),
    ({"outcome": {"name": "deterioration", "is": "deterioration", "icu_share": 0.4}}, "/outcome/horizon_days is not a whole number"),
    ({"icu_stay": {"default": "home"}}, "/icu_stay/default is not alone, or none of: outside_china_2020"),
    ({"icu_stay": {"distribution": "lognormal", "median": 7, "quartiles": [8, 11]}}, "/icu_stay/quartiles are 8 and 11"),
    ({"without_number": {"low": 0.5, "prior": 0.4, "high": 0.7}}, "does not ascend"),
    ({"stay": 7}, "1 members beside those that there are"),
])  # fmt: skip
def test_wrong_settings_are_named(tmp_path, report, change, said):
    done = run(tmp_path, [line(report)], {name: value for name, value in (STAYS | change).items() if value is not None})
    assert done.returncode == 2 and said in done.stderr, done.stderr


@pytest.mark.parametrize("members, quartiles", [
    ({"default": "outside_china_2020"}, None), ({"distribution": "weibull", "median": 7, "quartiles": [4, 11]}, (4, 11)),
    ({"distribution": "lognormal", "median": 7, "quartiles": [3.5, 14]}, (3.5, 14)),
])  # fmt: skip
def test_a_distribution_has_the_median_and_quartiles_that_were_given(members, quartiles):
    stay = duration(members, "/s")
    assert float(stay.survival(np.array([7.0]))[0]) == pytest.approx(0.5)
    if quartiles and quartiles[0] * quartiles[1] == 49:  # a log-normal's quartiles are as far from its median, in ratio
        np.testing.assert_allclose(stay.survival(np.array(quartiles)), [0.75, 0.25], atol=1e-9)
    elif quartiles:
        first, third = stay.survival(np.array(quartiles))
        assert np.log(np.log(1 / third) / np.log(1 / first)) == pytest.approx(np.log(np.log(4) / np.log(4 / 3)))


@pytest.mark.parametrize("name, mean", [("england_march_2020", 18.4), ("england_april_2020", 15.4)])
def test_a_default_has_the_published_mean(name, mean):
    days = np.linspace(0, 5000, 500_001)
    assert np.trapezoid(duration({"default": name}, "/s").survival(days), days) == pytest.approx(mean, rel=1e-3)
