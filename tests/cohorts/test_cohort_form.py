"""The form of a cohort: what is written is read, and what was changed is refused with its place. About 3 s."""

import hashlib
import json
import stat

import numpy as np
import pytest
from conftest import validate

import aicovid
from aicovid import cohorts
from aicovid.cohorts.form import without_identifiers
from aicovid.cohorts.pseudonyms import pseudonyms, read_key

ICU = cohorts.Outcome("icu", "intensive care within 30 days", 30)
SOURCE = {"kind": "table", "mapping_sha256": "0" * 64}


def exam(number, **members):
    record = aicovid.ClinicalRecord(
        {
            "age": {"value": 60 + number, "unit": "a"},
            "crp": {"value": 5, "unit": "mg/dL", "comparator": "<", "time": "2020-04-01T10:00:00Z"},
            "gcs": {"value": 15, "time": "2020-04-01T10:00:00Z"},
            "cough": True,
        }
    )
    return cohorts.Exam(
        **(
            {
                "patient": f"{9 - number:016x}",
                "site": "A",
                "record": record,
                "week": "2020-W14",
                "outcomes": {"icu": number == 1},
                "event_days": {"icu": 3.0} if number == 1 else {},
                "value_days": {"crp": -1.0},
                "originals": {"CRP": "<5"},
            }
            | members
        )
    )


def written(folder, exams=None, **members):
    exams = [exam(0), exam(1)] if exams is None else exams
    return cohorts.write(folder, name="made", source=SOURCE, outcomes=[ICU], exams=exams, **({"set_aside": {"ct": 3}} | members))


def test_what_is_written_is_read_and_follows_the_schemas(tmp_path):
    cohort = written(tmp_path / "cohort", cells_set_aside={("CRP", "unreadable"): 2})
    head = validate(json.loads((tmp_path / "cohort" / "cohort.json").read_text()), "cohort")
    lines = (tmp_path / "cohort" / "exams.jsonl").read_text().splitlines()
    for line in lines:
        validate(json.loads(line), "cohort_exam")
    assert head["counts"] == {"in": 5, "out": 2, "set_aside": [{"reason": "ct", "count": 3}]} == cohort.counts
    assert [each.patient for each in cohort.exams] == sorted(each.patient for each in cohort.exams)
    assert (
        cohort.exams[0].record.canonical == {"age": 61.0, "crp": 50.0, "gcs": 15.0}
        and cohort.exams[0].record.given["cough"] is True
    )
    assert cohort.variables[1] == cohorts.Variable("cough", None) and cohort.variables[2] == cohorts.Variable("crp", "mg/L")
    assert cohort == cohorts.read(tmp_path / "cohort")
    assert "2020-04-01" not in "".join(lines)


def test_the_frame_has_a_row_an_exam_in_canonical_units(tmp_path):
    frame = written(tmp_path / "cohort").frame()
    assert (
        list(frame["outcome:icu"]) == [True, False]
        and list(frame["crp"]) == [50.0, 50.0]
        and list(frame["cough"]) == [True, True]
    )
    assert frame["event_days:icu"][0] == 3.0 and np.isnan(frame["event_days:icu"][1])
    assert frame["brixia"].isna().all() and frame["zone_6"].dtype == "float64"


def test_an_examination_keeps_what_judging_needs_and_no_uid_and_no_date(tmp_path):
    assessor = aicovid.Assessor.load("severity-open")
    draw = np.random.default_rng(1)
    radiograph = aicovid.Radiograph.from_array(draw.integers(0, 4096, (600, 500)).astype(np.uint16), bits_stored=12)
    members = assessor.examine(radiograph).to_dict()
    members["input"] |= {"sop_instance_uid": "1.2.3", "study_instance_uid": "1.2.4", "series_instance_uid": "1.2.5"}
    members["patient"] = {
        "sex": "male",
        "age_years": 61.0,
        "acquired": {"earliest": "2020-04-01T00:00:00Z", "latest": "2020-04-02T00:00:00Z"},
    }
    examined = aicovid.Examination.parse(json.dumps(members))
    text = without_identifiers(examined)
    assert (
        "1.2.3" in examined.to_json() and "2020-04-01" in examined.to_json() and "2020-04-01" not in text and '"1.2.' not in text
    )
    cohort = written(
        tmp_path / "cohort", [exam(0, image="refused" if examined.refused else "ok", examination_json=text), exam(1)]
    )
    kept = next(each for each in cohort.exams if each.examination is not None)
    assert kept.examination.patient.age_years == 61.0
    assert assessor.judge(kept.examination, {"age": 61}).model == cohort.model


def change_head(folder, **members):
    file = folder / "cohort.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | members))


def change_line(folder, number, **members):
    file = folder / "exams.jsonl"
    lines = file.read_text().splitlines()
    lines[number] = json.dumps(json.loads(lines[number]) | members)
    file.write_text("".join(f"{line}\n" for line in lines))
    change_head(folder, exams_sha256=hashlib.sha256(file.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda folder: change_head(folder, exams_sha256="1" * 64), "/exams_sha256"),
        (lambda folder: change_head(folder, counts={"in": 4, "out": 2, "set_aside": [{"reason": "ct", "count": 3}]}), "/counts"),
        (
            lambda folder: change_head(folder, counts={"in": 6, "out": 3, "set_aside": [{"reason": "ct", "count": 3}]}),
            "/counts/out",
        ),
        (lambda folder: change_head(folder, name=""), "/name"),
        (lambda folder: change_head(folder, sites=["B"]), "line 1, /site"),
        (lambda folder: change_head(folder, outcomes=[]), "line 1, /outcomes"),
        (lambda folder: change_head(folder, variables=[]), "line 1, /record"),
        (lambda folder: change_line(folder, 1, week="2020-04-01"), "line 2, /week"),
        (lambda folder: change_line(folder, 1, patient="Mary"), "line 2, /patient"),
        (lambda folder: change_line(folder, 1, patient="0" * 16), "line 2, /patient"),
        (
            lambda folder: change_line(folder, 0, record={"crp": {"value": 5000, "unit": "mg/L"}}, value_days={}),
            "line 1, /record: crp is 5000 mg/L",
        ),
        (lambda folder: change_line(folder, 0, image="ok"), "line 1, /examination"),
        (lambda folder: (folder / "cohort.json").write_text("{"), "cohort.json is no JSON"),
    ],
)
def test_what_was_changed_is_refused_with_line_and_member(tmp_path, change, place):
    written(tmp_path / "cohort")
    change(tmp_path / "cohort")
    with pytest.raises(aicovid.CorruptError, match=place) as caught:
        cohorts.read(tmp_path / "cohort")
    assert "Mary" not in str(caught.value)


def test_nothing_is_overwritten_and_no_cohort_is_not_found(tmp_path):
    written(tmp_path / "cohort")
    with pytest.raises(aicovid.InvalidArgumentError):
        written(tmp_path / "cohort")
    with pytest.raises(aicovid.NotFoundError):
        cohorts.read(tmp_path)


def test_a_cohort_without_exams_is_one(tmp_path):
    assert written(tmp_path / "cohort", []).exams == ()


def test_the_key_is_secret_kept_and_never_in_the_cohort(tmp_path):
    key = read_key(tmp_path / "key", tmp_path / "cohort")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600 and key == read_key(tmp_path / "key", tmp_path / "cohort")
    assert pseudonyms(key)("7") == pseudonyms(key)("7") != pseudonyms(bytes(32))("7")
    with pytest.raises(aicovid.InvalidArgumentError):
        read_key(tmp_path / "cohort" / "key", tmp_path / "cohort")
    (tmp_path / "key").write_text("secret")
    with pytest.raises(aicovid.InvalidArgumentError):
        read_key(tmp_path / "key", tmp_path / "cohort")
