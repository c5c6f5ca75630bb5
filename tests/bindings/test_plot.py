"""Figures: what is drawn is what the numbers say."""

import json
from datetime import datetime, timezone

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402
from conftest import SOURCE  # noqa: E402
from sklearn.metrics import average_precision_score, roc_auc_score  # noqa: E402

import aicovid  # noqa: E402
from aicovid import plot  # noqa: E402

RECORD = {"age": 64, "sex": "female", "spo2": 93, "crp": (98, "mg/L")}


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def sample():
    random = np.random.default_rng(5)
    probability = random.uniform(0.02, 0.9, 400).round(2)  # with ties
    return probability, random.uniform(size=400) < probability


def texts(figure):
    return " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))


def test_a_report_with_its_radiograph(assessor, radiograph, tmp_path):
    image = aicovid.read(radiograph)
    seen = assessor.examine(image)
    report = assessor.judge(seen, RECORD)
    figure = plot.report(report, image, seen)
    told = texts(figure)
    assert "Research use only" in told and f"Brixia {report.findings.brixia.value:.1f} of 18" in told
    assert f"{report['image']['zones']['right_middle']['value']:.1f}" in told
    assert sum(bool(panel.images) for panel in figure.axes) == 3  # radiograph, radiograph with heat, zones
    figure.savefig(tmp_path / "report.png")
    assert len(plot.report(report).axes) < len(figure.axes)
    assert not any(panel.images for panel in plot.report(assessor.assess(None, RECORD)).axes)


def test_a_course_is_in_the_order_of_time(assessor, radiograph):
    seen = assessor.examine(aicovid.read(radiograph))
    patient = json.loads((SOURCE / "examples" / "patient.json").read_text(encoding="utf-8"))
    reports = [assessor.judge(seen, {**patient, "crp": (crp, "mg/L")}) for crp in (10, 200)]
    times = [datetime(2020, 4, day, tzinfo=timezone.utc) for day in (2, 1)]
    above, below = plot.course(times, reports, outcomes=["deterioration"]).axes[:2]
    [line] = below.get_lines()
    assert list(line.get_ydata()) == [report.outcomes[0].probability for report in reversed(reports)]
    assert (above.get_lines()[0].get_ydata() == seen.findings.brixia.value).all()
    with pytest.raises(aicovid.InvalidArgumentError):
        plot.course(times[:1], reports)


def test_roc_and_precision_recall_are_scikit_learn_s(sample):
    score, event = sample
    assert f"AUROC {roc_auc_score(event, score):.3f}" in texts(plot.roc(score, event, label="x").figure)
    assert f"average precision {average_precision_score(event, score):.3f}" in texts(plot.precision_recall(score, event).figure)
    for draw in (plot.roc, plot.precision_recall):
        with pytest.raises(aicovid.InvalidArgumentError, match="some of both"):
            draw(score, np.ones(len(score)))


def test_calibration_shows_the_shares(sample):
    probability, event = sample
    panel = plot.calibration(probability, event)
    dots = [line for line in panel.get_lines() if line.get_marker() == "o"]
    assert len(dots) == 10
    order = np.argsort(probability, kind="stable")
    for dot, part in zip(dots, np.array_split(order, 10)):
        assert dot.get_xdata()[0] == pytest.approx(probability[part].mean())
        assert dot.get_ydata()[0] == pytest.approx(event[part].mean())
    with pytest.raises(aicovid.InvalidArgumentError, match="from 0 to 1"):
        plot.calibration([1.2, 0.1], [1, 0])


def test_the_decision_curve_is_the_protocol_s(sample):
    from aicovid.validation.net_benefit import THRESHOLDS, gains

    probability, event = sample
    lines = plot.decision_curve(probability, event).get_lines()
    assert np.allclose(lines[0].get_xdata(), THRESHOLDS)
    assert np.allclose(lines[0].get_ydata(), gains(probability, event).mean(axis=0))
    with pytest.raises(aicovid.InvalidArgumentError, match="thresholds"):
        plot.decision_curve(probability, event, thresholds=[0, 0.5])


def test_bland_altman_and_forest():
    panel = plot.bland_altman([1, 2, 3, 6], [1, 1, 4, 4], unit="points")
    assert "bias 0.50" in texts(panel.figure)
    rows = [("all", 0.8, 0.7, 0.9), (" PA", 0.7, 0.5, 0.9)]
    panel = plot.forest(rows, reference=0.5)
    assert [label.get_text() for label in panel.get_yticklabels()] == ["all", " PA"]
    for wrong in (lambda: plot.forest([]), lambda: plot.bland_altman([1, 2], [1, 2]), lambda: plot.bland_altman([1, 2, np.nan], [1, 2, 3])):
        with pytest.raises(aicovid.InvalidArgumentError):
            wrong()
