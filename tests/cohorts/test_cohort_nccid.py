"""NCCID: its raw example comes out as its cleaned example, and a made tree as what it was made of. About 3 s."""

import csv
import json
from collections import Counter

import make_archives
import numpy as np
import pytest
from conftest import DATA

from aicovid.cohorts import nccid, read
from aicovid.cohorts.command import main

EXAMPLE = DATA / "nccid"
WORKBOOK = EXAMPLE / "NCCID_site_specific_units.xlsx"
needs_example = pytest.mark.skipif(not EXAMPLE.is_dir(), reason="the folder of data has no nccid/")

# Every cell of the cleaned example that a cohort has otherwise, and why. Columns of no clinical variable are in NOT_A_VARIABLE.
DIFFERENCES = {
    (
        "Patient1",
        "pmh_diabetes_mellitus_type_2",
    ): "diabetes of either type is the variable, and a cell denies type 2 alone: missing, not false",
    ("Patient2", "pmh_diabetes_mellitus_type_2"): "the same",
    ("Patient1", "1st_rt-pcr_result"): "one negative test does not rule the infection out: missing, not negative",
    ("Patient6", "fio2"): "0 % of oxygen is beyond what a patient can breathe: missing",
    ("Patient5", "pmh_lung_disease"): "code 5 is another disease than COPD and asthma, of which it says nothing",
    ("Patient8", "pmh_lung_disease"): "code 2, fibrosis, is no variable",
    ("Patient9", "pmh_lung_disease"): "code 3, cystic fibrosis, is no variable",
}
NOT_A_VARIABLE = {"ethnicity", "cxr_severity_2", "covid_code"}
NUMBERS = {
    "age": "age",
    "temperature_on_admission": "temperature",
    "ferritin": "ferritin",
    "systolic_bp": "systolic_bp",
    "diastolic_bp": "diastolic_bp",
    "fio2": "fio2",
}


def as_cleaned(exam, raw):
    """An exam and its dates in the columns of the cleaned example."""
    record, shown = exam.record, {}
    for column, variable in NUMBERS.items():
        shown[column] = str(record.canonical[variable]) if variable in record.canonical else ""
    shown["sex"] = {"male": "M", "female": "F"}.get(record.given.get("sex"), "Unknown")
    for column, variable in (("pmh_hypertension", "hypertension"), ("pmh_diabetes_mellitus_type_2", "diabetes")):
        shown[column] = str(record.given.get(variable, ""))
    shown["1st_rt-pcr_result"] = "Positive" if record.given.get("sars_cov_2") == "confirmed" else ""
    lungs = (record.given.get("copd"), record.given.get("asthma"))
    shown["pmh_lung_disease"] = {(None, None): "", (False, False): "0", (True, None): "1", (None, True): "4"}[lungs]
    dates = {
        "swabdate": nccid.date_of(raw["SwabDate"], day_first=True),
        "date_of_admission": nccid.date_of(raw["Date of admission"]),
        "date_of_positive_covid_swab": nccid.date_of(raw["Date of Positive Covid Swab"]),
    }
    swabs = [dates[name] for name in ("swabdate", "date_of_positive_covid_swab") if dates[name]]
    dates["latest_swab_date"] = max(swabs) if swabs else None
    return shown | {name: "" if day is None else day.isoformat() for name, day in dates.items()}


@needs_example
def test_the_raw_example_comes_out_as_the_cleaned_one_but_for_what_is_listed(tmp_path):
    with open(EXAMPLE / "example.csv", encoding="utf-8") as stream:
        raw = list(csv.DictReader(stream))
    with open(EXAMPLE / "example_cleaned.csv", encoding="utf-8") as stream:
        cleaned = list(csv.DictReader(stream))
    for row in raw:
        folder = tmp_path / "data" / row["Pseudonym"]
        folder.mkdir(parents=True)
        (folder / "data_2020-07-01.json").write_text(json.dumps(row))
    reading = nccid.read_tree(tmp_path, {}, WORKBOOK, False, lambda patient: patient)
    exams = {draft.exam.patient: draft.exam for draft in reading.drafts}
    assert len(raw) == len(cleaned) == len(exams) == 10 and not reading.problems and not reading.set_aside
    found, compared = set(), set()
    for before, after in zip(raw, cleaned, strict=True):
        shown = as_cleaned(exams[before["Pseudonym"]], before)
        compared |= set(shown)
        found |= {(before["Pseudonym"], column) for column, cell in shown.items() if cell != after[column]}
    assert found == set(DIFFERENCES)
    assert set(cleaned[0]) - set(raw[0]) == compared | NOT_A_VARIABLE


@needs_example
def test_the_workbook_gives_the_units_of_each_centre():
    units = nccid.read_units(WORKBOOK)
    assert len(units) == 6
    assert units["Cambridge University Hospitals NHS Foundation Trust"]["PaO2/O2 saturation"] == "%"
    assert units["Norfolk and Norwich University Hospitals NHS Foundation Trust"]["D-dimer"] == "ug/L"
    # As the workbook has it, which no patient's urea is in.
    assert units["Imperial College Healthcare NHS Trust"]["Urea"] == "ng/mL"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nccid")
    make_archives.write_nccid(folder / "tree", 3, 30, 0, None)
    mapping = {
        "schema": "aicovid.cohort_mapping/1",
        "kind": "nccid",
        "name": "made",
        "sites": {"West Suffolk NHS Foundation Trust": "ws"},
    }
    (folder / "mapping.json").write_text(json.dumps(mapping))
    return folder


def run(made, out, *options):
    return main(["nccid", str(made / "tree"), "--mapping", str(made / "mapping.json"), "--out", str(made / out), *options])


@needs_example
def test_a_made_tree_comes_out_as_what_it_was_made_of(made):
    assert run(made, "cohort", "--no-images", "--site-units", str(WORKBOOK)) == 0
    cohort = read(made / "cohort")
    truth = json.loads((made / "tree" / "truth.json").read_text())
    set_aside = {each["reason"]: each["count"] for each in cohort.counts["set_aside"]}
    assert set_aside == {"ct": truth["ct"], "mr": truth["mri"], "no_clinical_file": 1}
    assert cohort.counts["out"] == len(truth["patients"]) == cohort.counts["in"] - sum(set_aside.values())
    # The latest file wins, data_ before status_: no CRP of 998 or 999 is left.
    assert sorted(exam.record.canonical["crp"] for exam in cohort.exams) == sorted(each["crp"] for each in truth["patients"])
    for name in ("icu", "death"):
        assert Counter(exam.outcomes[name] for exam in cohort.exams) == Counter(each[name] for each in truth["patients"])
    assert Counter(exam.diagnosis for exam in cohort.exams) == {"COVID-19": 24, "SARS-CoV-2 negative": 6}
    # kPa of two centres; "%" of the third is no pressure.
    kpa = sorted(each["pao2_kpa"] for each in truth["patients"] if "Cambridge" not in each["centre"])
    assert sorted(exam.record.given["pao2"]["value"] for exam in cohort.exams if "pao2" in exam.record.given) == kpa
    cells = {(each["column"], each["reason"]): each["count"] for each in cohort.cells_set_aside}
    assert cells["PaO2", "unit_not_credible"] == 10 and cells["Urea on admission", "unit_not_credible"] == 10
    assert cells["D-dimer on admission", "unit_not_credible"] == 30
    assert {"ws", "Imperial College Healthcare NHS Trust"} < set(cohort.sites)
    assert all(exam.record.given.get("hypertension", True) is True for exam in cohort.exams)


@needs_example
def test_days_are_from_the_image_and_no_date_and_no_name_is_left(made):
    assert run(made, "days", "--no-images", "--site-units", str(WORKBOOK)) == 0
    text = (made / "days" / "exams.jsonl").read_text()
    assert "Covid" not in text and "2020-0" not in text and "(date)" in text
    with_death = [exam for exam in read(made / "days").exams if "death" in exam.event_days]
    truth = [
        each for each in json.loads((made / "tree" / "truth.json").read_text())["patients"] if each["death"] and each["has_image"]
    ]
    # Everybody who died did on 9 April.
    expected = sorted(40.0 - int(each["taken"][6:]) for each in truth)
    assert sorted(exam.event_days["death"] for exam in with_death) == expected and expected


def test_a_unit_of_the_mapping_goes_before_the_workbook_and_a_wrong_one_is_refused(made, capsys):
    mapping = json.loads((made / "mapping.json").read_text())
    centre = "Imperial College Healthcare NHS Trust"
    (made / "mapping.json").write_text(
        json.dumps(mapping | {"units": {centre: {"Urea on admission": "mmol/L", "D-dimer on admission": "ng/mL{FEU}"}}})
    )
    assert run(made, "units", "--no-images") == 0
    exams = [exam for exam in read(made / "units").exams if exam.site == centre]
    assert len(exams) == 10 and all("urea" in exam.record.given and exam.record.canonical["d_dimer"] == 0.9 for exam in exams)
    (made / "mapping.json").write_text(json.dumps(mapping | {"units": {centre: {"CRP on admission": "mg/dL"}}}))
    assert run(made, "refused", "--no-images") == 2
    assert "CRP on admission" in capsys.readouterr().err
    (made / "mapping.json").write_text(json.dumps(mapping))


def test_images_that_cannot_be_read_are_errors_of_their_exams(made):
    assert run(made, "images") == 0
    # The made tree without data has empty files.
    truth = json.loads((made / "tree" / "truth.json").read_text())["patients"]
    states = Counter(exam.image for exam in read(made / "images").exams)
    assert states == {"error": sum(each["has_image"] for each in truth), "none": sum(not each["has_image"] for each in truth)}


def test_an_unreadable_file_costs_its_patient_and_is_reported_without_a_name(tmp_path, capsys):
    for name, text in (("Covid1", '{"Age": 60}'), ("Covid2", "[1]"), ("Covid3", "{")):
        (tmp_path / "tree" / "data" / name).mkdir(parents=True)
        (tmp_path / "tree" / "data" / name / "data_2020-06-01.json").write_text(text)
    (tmp_path / "mapping.json").write_text(json.dumps({"schema": "aicovid.cohort_mapping/1", "kind": "nccid", "name": "made"}))
    assert run(tmp_path, "cohort", "--no-images") == 7
    said = capsys.readouterr().err
    assert "row 2" in said and "row 3" in said and "Covid2" not in said
    assert run(tmp_path, "cohort", "--no-images", "--bad-cells", "missing") == 0
    assert read(tmp_path / "cohort").counts == {
        "in": 3,
        "out": 1,
        "set_aside": [{"reason": "unreadable_clinical_file", "count": 2}],
    }


def test_a_contradiction_costs_one_value_and_not_the_patient(tmp_path):
    (tmp_path / "tree" / "data" / "Covid1").mkdir(parents=True)
    row = {"SubmittingCentre": "A", "Age": 60, "CRP on admission": 50, "Systolic BP": 80, "Diastolic BP": 120, "Sex": "M"}
    (tmp_path / "tree" / "data" / "Covid1" / "data_2020-06-01.json").write_text(json.dumps(row))
    (tmp_path / "mapping.json").write_text(json.dumps({"schema": "aicovid.cohort_mapping/1", "kind": "nccid", "name": "made"}))
    assert run(tmp_path, "cohort", "--no-images") == 0
    cohort = read(tmp_path / "cohort")
    assert cohort.exams[0].record.canonical == {"age": 60.0, "crp": 50.0, "systolic_bp": 80.0}
    assert cohort.cells_set_aside == [{"column": "Diastolic BP", "reason": "contradiction", "count": 1}]


def test_without_metadata_the_header_tells_date_and_view_and_the_frontal_image_is_taken(tmp_path):
    series = tmp_path / "tree" / "training" / "xray" / "Covid1" / "1.2" / "1.2.1"
    series.mkdir(parents=True)
    (tmp_path / "tree" / "data" / "Covid1").mkdir(parents=True)
    (tmp_path / "tree" / "data" / "Covid1" / "data_2020-06-01.json").write_text('{"Age": 60, "Date of death": "03/20/2020"}')
    grey = np.zeros((64, 48), np.uint8)
    make_archives.write_dicom(series / "a.dcm", grey, "none", 1, "20200310", view="LL")
    make_archives.write_dicom(series / "b.dcm", grey, "none", 2, "20200312", view="PA")
    other = series.with_name("1.2.2").parent.with_name("1.3") / "1.3.1"
    other.mkdir(parents=True)
    make_archives.write_dicom(other / "a.dcm", grey, "none", 3, "20200313", modality="US")
    reading = nccid.read_tree(tmp_path / "tree", {}, None, True, lambda patient: patient)
    (draft,) = reading.drafts
    assert draft.image.name == "b.dcm" and draft.exam.view == "PA" and draft.exam.week == "2020-W11"
    assert draft.exam.event_days == {"death": 8.0, "deterioration": 8.0} and reading.set_aside == {"other_modality": 1}
