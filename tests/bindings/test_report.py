"""RiskReport and Examination as Python has such things: attributes, equality, pickling, a notebook's table."""

import base64
import json
import pickle
import zlib
from html.parser import HTMLParser

import pytest
from pydicom.data import get_testdata_file

from conftest import PATIENT, run_cli, validate

import aicovid

RECORD = json.loads(PATIENT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def seen(assessor, radiograph):
    return assessor.examine(aicovid.read(radiograph))


@pytest.fixture(scope="module")
def report(assessor, seen):
    return assessor.judge(seen, RECORD)


def without_times(text):
    document = json.loads(text)
    return {name: member for name, member in document.items() if name not in ("created", "timing_ms")}


def test_the_report_is_the_command_line_s_to_the_bit(report, radiograph, assessor):
    # The order of members and the digits of numbers too.
    told = run_cli("score", radiograph, "--clinical", PATIENT, "--format", "json", "--backend", report["compute"]["backend"])
    assert json.dumps(without_times(told.stdout)) == json.dumps(without_times(report.to_json()))
    assert without_times(assessor.assess(aicovid.read(radiograph), RECORD).to_json()) == without_times(report.to_json())


def test_attributes(report):
    validate(report.to_dict(), "report")
    document = json.loads(report.to_json())
    assert dict(report) == document == report.to_dict()
    assert report["outcomes"] == report.outcomes
    assert report.verdict == document["gate"]["verdict"]
    assert report.gate_reasons == document["gate"]["reasons"]
    assert report.findings == document["image"]
    assert report.brixia == document["image"]["brixia"]
    assert report.model == document["model"]
    assert report.warnings == document["warnings"]
    assert report.clinical == document["clinical"]
    assert report.outcome("deterioration")["probability"] == document["outcomes"][0]["probability"]
    assert not report.refused
    with pytest.raises(KeyError, match="deterioration"):
        report.outcome("icu")
    with pytest.raises(AttributeError):
        report.brixia = None
    changed = report.to_dict()
    changed["outcomes"].clear()
    assert report.outcomes


def test_without_an_image(assessor):
    alone = assessor.assess(None, RECORD)
    assert (alone.verdict, alone.findings, alone.brixia, alone.gate_reasons) == (None, None, None, [])
    assert alone.outcomes
    assert "no image" in repr(alone)
    assert "no image" in alone._repr_html_()


def test_equality_and_pickling(report, assessor, seen):
    again = assessor.judge(seen, RECORD)
    other = assessor.judge(seen, {**RECORD, "crp": {"value": 12, "unit": "mg/L"}})
    assert again == report and hash(again) == hash(report)
    assert other != report
    assert report != report.to_dict()
    back = pickle.loads(pickle.dumps(report))
    assert back == report and back.to_json() == report.to_json()
    assert pickle.loads(pickle.dumps(seen)) == seen
    for text in ("{}", '{"schema": "aicovid.examination/1"}', "[]", "no JSON"):
        with pytest.raises(ValueError):
            aicovid.RiskReport(text)


def test_repr(report, seen):
    brixia = report.brixia
    shown = f"Brixia {brixia['value']:.1f} [{brixia['low']:.1f}, {brixia['high']:.1f}]"
    assert shown in repr(report) and shown in repr(seen)
    assert f"deterioration {report.outcome('deterioration')['probability']:.3f}" in repr(report)
    record = aicovid.ClinicalRecord(age=63, crp=(12, "mg/dL"))
    assert repr(record) == "<aicovid.ClinicalRecord of 2 values: age, crp>"
    assert repr(aicovid.ClinicalRecord()) == "<aicovid.ClinicalRecord of 0 values>"


class Page(HTMLParser):
    """Checks that tags close in their order, and keeps pictures."""

    def __init__(self, text):
        super().__init__()
        self.open, self.pictures = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.pictures.append(dict(attrs)["src"])
        else:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html(report, seen):
    text = report._repr_html_()
    Page(text)
    assert f"{100 * report.outcome('deterioration')['probability']:.0f} %" in text
    assert "Research use only" in text
    [picture] = Page(seen._repr_html_()).pictures
    png = base64.b64decode(picture.removeprefix("data:image/png;base64,"))
    assert png.startswith(b"\x89PNG\r\n")
    height, width = seen.lung_mask[0].shape
    data = png[png.index(b"IDAT") + 4 :]
    rows = zlib.decompressobj().decompress(data)
    assert len(rows) == height * (1 + 3 * width)
    assert len(set(rows)) > 20  # outline and heat, not one colour


def test_html_escapes(report):
    document = report.to_dict()
    document["warnings"].append({"code": "x", "message": "<script>alert(1)</script>"})
    text = aicovid.RiskReport(json.dumps(document))._repr_html_()
    assert "<script>" not in text and "&lt;script&gt;" in text


def test_a_refused_image(assessor):
    refused = assessor.assess(aicovid.read(get_testdata_file("CT_small.dcm")))
    assert refused.refused and refused.verdict == "refused" and refused.findings is None
    assert "refused" in repr(refused) and "refused" in refused._repr_html_()
