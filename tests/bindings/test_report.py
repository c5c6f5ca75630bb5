"""RiskReport and Examination as values of Python: attributes, JSON, equality, pickles, and how they show themselves."""

import copy
import json
import pickle
import re
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from conftest import PATIENT, SOURCE, run_cli, validate

import aicovid
from aicovid.findings import ZONES

BUNDLE = SOURCE / "models" / "severity"
GOLDEN = BUNDLE / "golden" / "rg1.png"
RECORD = json.loads(PATIENT.read_text())


@pytest.fixture(scope="module")
def radiograph():
    return aicovid.read(GOLDEN)


@pytest.fixture(scope="module")
def examination(assessor, radiograph):
    return assessor.examine(radiograph)


@pytest.fixture(scope="module")
def report(assessor, examination):
    return assessor.judge(examination, RECORD)


@pytest.fixture(scope="module")
def refusal(assessor):
    return assessor.assess(aicovid.Radiograph.from_array(np.zeros((60, 60), np.uint8)), RECORD)


def without_moment(text):
    """The text of a report without what two runs differ in."""
    text = re.sub(r'"created": ?"[^"]*"', '"created"', text)
    return re.sub(r'"timing_ms": ?\{[^}]*\}', '"timing_ms"', text)


def test_the_report_is_the_programs_to_the_byte(report, tmp_path):
    printed = run_cli("score", GOLDEN, "--clinical", PATIENT, "--format", "json").stdout
    assert without_moment(report.to_json(indent=2)) == without_moment(printed.rstrip("\n"))
    assert aicovid.RiskReport.parse(printed) == report
    run_cli("examine", GOLDEN, "--out", tmp_path / "seen.json")
    judged = run_cli("judge", tmp_path / "seen.json", "--clinical", PATIENT, "--format", "json").stdout
    assert without_moment(report.to_json(indent=2)) == without_moment(judged.rstrip("\n"))
    assert json.loads(report.to_json()) == report.to_dict() == validate(report, "report")


def plain(value):
    """Attributes as the JSON has them, for those whose names and forms are the same."""
    if is_dataclass(value):
        members = {each.name: plain(getattr(value, each.name)) for each in fields(value)}
        return {name: member for name, member in members.items() if member is not None}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return {name: plain(each) for name, each in value.items()} if isinstance(value, dict) else value


def renamed(outcome):
    """The members of JSON whose names are no names of Python."""
    if "image_effect" in outcome:
        effect = outcome["image_effect"]
        outcome["image_effect"] = {"without_infiltrates": effect["without"], "with_infiltrates": effect["with"]}
    return outcome


def test_every_member_of_the_json_is_an_attribute(report, examination, refusal):
    for one in (report, refusal):
        document = one.to_dict()
        for name in ("created", "intended_use", "status", "model", "compute", "input", "gate", "warnings", "timing_ms"):
            assert plain(getattr(one, name)) == document.pop(name)
        clinical = [entry | {"given": {"assumed": False} | entry["given"]} if "given" in entry else entry for entry in document.pop("clinical")]
        assert plain(one.clinical) == clinical
        assert plain(one.outcomes) == [renamed(outcome) for outcome in document.pop("outcomes")]
        assert one.software == document.pop("software")["version"] and document.pop("schema") == "aicovid.report/1"
        if "image" in document:
            image = document.pop("image")
            assert plain(one.findings) == image | {"infiltrates": image["infiltrates"]["value"]}
        assert not document
    document = examination.to_dict()
    for name in ("created", "model", "compute", "input", "gate", "warnings", "patient"):
        assert plain(getattr(examination, name)) == document[name]
    assert plain(examination.findings) == plain(report.findings)
    assert plain(examination.timing_ms) == document["timing_ms"] | {"fuse": 0}
    assert list(report.findings.zones) == list(ZONES) and report.outcomes[0].name == "deterioration"
    assert refusal.refused and refusal.findings is None and refusal.outcomes == () and not report.refused


def test_what_the_header_says_of_the_patient_is_the_examinations_alone(assessor, pydicom_data_file):
    seen = assessor.examine(aicovid.read(pydicom_data_file("RG1_UNCR.dcm")))
    assert seen.patient.sex == "female" and seen.input.modality and seen.input.bits_stored > 8
    report = assessor.judge(seen)
    assert report.input.modality is None and report.input.sop_instance_uid == seen.input.sop_instance_uid


def test_a_report_from_clinical_values_alone_has_no_image(assessor):
    report = assessor.assess(None, RECORD)
    assert report.input is None and report.findings is None and report.compute.decode is None
    assert report.gate is None or report.gate.verdict == "accepted"


def test_a_report_is_also_a_mapping(report):
    assert report["image"]["brixia"]["value"] == report.findings.brixia.value
    assert dict(report) == report.to_dict() and "image" in report and report.get("nothing") is None
    kept = report.to_dict()
    kept["outcomes"].clear()
    assert report.outcomes and report["outcomes"]


def test_reports_are_equal_by_what_they_say_and_not_by_when(assessor, examination, report, refusal):
    assert assessor.judge(examination, RECORD) == report and not report != assessor.judge(examination, RECORD)
    later = report.to_dict() | {"created": "2020-04-01T10:00:00Z"}
    assert aicovid.RiskReport.parse(json.dumps(later)) == report
    assert assessor.judge(examination, {"age": 90, "sex": "male"}) != report
    assert report != refusal and report != report.to_dict() and report != "a report"


def test_reports_survive_pickles_and_copies(report, refusal):
    for one in (report, refusal):
        for again in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one)):
            assert again == one and again.to_json() == one.to_json() and again.outcomes == one.outcomes


@pytest.mark.parametrize("text", ["", "not JSON", "[]", "{}", '{"schema": "aicovid.examination/1"}'])
def test_what_is_no_report_is_an_error(text):
    with pytest.raises(aicovid.CorruptError, match="expected a report"):
        aicovid.RiskReport.parse(text)


def test_members_of_a_later_version_are_left_out(report):
    later = report.to_dict()
    later["findings_of_tomorrow"] = 1
    later["model"]["colour"] = "green"
    later["outcomes"][0]["mood"] = "good"
    again = aicovid.RiskReport.parse(json.dumps(later))
    assert again.model == report.model and again.outcomes == report.outcomes


def test_they_tell_what_they_are(report, examination, refusal, assessor):
    brixia = f"Brixia {report.findings.brixia.value:.1f} of 18"
    assert repr(report).startswith(f"<aicovid.RiskReport {brixia}")
    assert f"deterioration {report.outcomes[0].probability:.2f} (" in repr(report)
    assert repr(refusal).startswith("<aicovid.RiskReport refused: ") and refusal.gate.reasons[0].code in repr(refusal)
    assert repr(examination).startswith(f"<aicovid.Examination {brixia}")
    assert repr(assessor) == f"<aicovid.Assessor severity {report.model.version}, {assessor.compute.backend} on cpu>"
    assert assessor.model == report.model == examination.model
    assert assessor.outcome_names == [outcome.name for outcome in report.outcomes]


def test_a_notebook_shows_a_small_table_with_a_picture(report, examination, refusal, assessor):
    import base64
    import io
    from xml.etree import ElementTree

    from PIL import Image

    for one in (report, refusal, examination, assessor.assess(None, RECORD)):
        html = one._repr_html_()
        ElementTree.fromstring(html)  # every element is closed
        assert "Research use only" in html and len(html) < 30_000
    assert report._repr_html_().count("<rect") > 6 and f"{report.findings.brixia.value:.1f} of 18" in report._repr_html_()
    encoded = re.search(r"data:image/png;base64,([^']*)", examination._repr_html_())[1]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded)))).astype(int)
    labels, _ = examination.lung_mask
    assert picture.shape == (*labels.shape, 3)
    tinted = picture[..., 0] - picture[..., 2] > 40
    assert (picture[labels == 0].max(1) == 60).mean() > 0.9 and tinted.any()
    assert refusal.gate.reasons[0].code in refusal._repr_html_()


def test_texts_are_escaped_in_a_notebook(report):
    evil = report.to_dict()
    evil["warnings"].append({"code": "a_test", "message": "<script>alert(1)</script>"})
    html = aicovid.RiskReport.parse(json.dumps(evil))._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html
