"""Clinical values in Python: dicts, FHIR, rows of pandas, numbers of numpy, and values that are set."""

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from conftest import DATA, SOURCE

import aicovid
from aicovid import ClinicalRecord

AT = "2020-04-01T12:00:00Z"
RECORD = {
    "age": {"value": 64, "unit": "a"},
    "sex": "female",
    "crp": {"value": 12.5, "unit": "mg/L", "time": "2020-04-01T10:00:00Z"},
    "gcs": 15,
    "on_oxygen": True,
}
HEADER = ["age [a]", "sex", "crp [mg/L]", "gcs", "on_oxygen", "Time"]
CELLS = [64, "female", 12.5, 15, True, "2020-04-01T10:00:00Z"]
PARSED = ClinicalRecord.parse(json.dumps(RECORD))
TABLE = ClinicalRecord.parse("age [a],sex,crp [mg/L],gcs,on_oxygen,Time\n64,female,12.5,15,true,2020-04-01T10:00:00Z\n")


def rejection(clinical, code="bad_clinical_input", **options):
    with pytest.raises(aicovid.Error) as caught:
        ClinicalRecord.parse(clinical, **options)
    assert caught.value.code == code
    return str(caught.value)


def test_a_dict_is_the_record_that_its_json_is():
    assert ClinicalRecord.parse(RECORD) == PARSED
    assert aicovid.published_scores(RECORD) == aicovid.published_scores(PARSED)


def test_numbers_of_numpy_and_decimals_are_numbers():
    record = {
        "age": {"value": np.int64(64), "unit": np.str_("a")},
        "sex": np.str_("female"),
        "crp": {"value": np.float64(12.5), "unit": "mg/L", "time": "2020-04-01T10:00:00Z"},
        "gcs": np.uint8(15),
        "on_oxygen": np.bool_(True),
    }
    assert ClinicalRecord.parse(record) == PARSED
    for twelve_and_a_half in (np.float32(12.5), np.array(12.5), Decimal("12.5")):
        record["crp"]["value"] = twelve_and_a_half
        assert ClinicalRecord.parse(record) == PARSED


MISSING = [None, float("nan"), np.nan, np.float32("nan"), np.float64("nan"), pd.NA, pd.NaT, np.datetime64("NaT"), np.ma.masked,
           Decimal("nan")]  # fmt: skip


@pytest.mark.parametrize("missing", MISSING, ids=lambda value: f"{type(value).__module__}.{type(value).__name__}")
def test_what_python_has_for_missing_is_missing(missing):
    without = ClinicalRecord.parse({name: value for name, value in RECORD.items() if name != "crp"})
    assert ClinicalRecord.parse(RECORD | {"crp": missing}) == without
    assert ClinicalRecord.parse(RECORD | {"crp": {"value": missing, "unit": "mg/L"}}) == without
    assert ClinicalRecord.parse(RECORD | {"crp": RECORD["crp"] | {"comparator": missing}}) == PARSED
    cells = [missing if name.startswith("crp") else cell for name, cell in zip(HEADER, CELLS)]
    assert ClinicalRecord.parse(pd.Series(cells, HEADER, dtype=object)).given == {k: v for k, v in TABLE.given.items() if k != "crp"}
    assert "crp" not in PARSED.with_(crp=missing).given


def test_the_text_of_a_json_record_has_no_missing_values():
    assert "a missing value is left out" in rejection('{"gcs": null}')


def test_a_row_of_pandas_is_read_as_the_row_of_a_table():
    assert ClinicalRecord.parse(pd.Series(CELLS, HEADER, dtype=object)) == TABLE
    assert ClinicalRecord.parse(dict(zip(HEADER, CELLS))) == TABLE
    table = pd.DataFrame([CELLS, [51, "male", np.nan, np.nan, np.nan, "2020-04-01T11:00:00Z"]], columns=HEADER)
    assert table["gcs"].dtype == float and ClinicalRecord.parse(table.iloc[0]) == TABLE
    assert set(ClinicalRecord.parse(table.iloc[1]).given) == {"age", "sex"}
    assert aicovid.published_scores(table.iloc[0]) == aicovid.published_scores(TABLE)


def test_rows_are_what_the_table_says_that_pandas_writes(tmp_path):
    """A frame with gaps in each column: each row alone, and the row of the file that pandas writes and reads."""
    table = pd.DataFrame({
        "id": ["a", "b", "c"],
        "age [a]": [64, 51, 78],
        "sex": ["female", None, "male"],
        "crp [mg/L]": [12.5, np.nan, 187],
        "gcs": [15, 14, np.nan],
        "on_oxygen": [True, None, False],
        "time": pd.to_datetime(["2020-04-01T10:00:00Z", "2020-04-01T11:00:00Z", None]),
    })  # fmt: skip
    table["time"] = table["time"].map(lambda time: None if pd.isna(time) else time.isoformat())
    table.to_csv(tmp_path / "table.csv")
    text = (tmp_path / "table.csv").read_text()
    read = pd.read_csv(tmp_path / "table.csv", index_col=0)
    for index, row in table.iterrows():
        expected = ClinicalRecord.parse(text, row=row["id"], id_column="id")
        assert ClinicalRecord.parse(row, id_column="id") == expected
        assert ClinicalRecord.parse(read.loc[index], id_column="id") == expected
        assert ClinicalRecord.parse(row.to_dict(), id_column="id") == expected


def test_times_of_pandas_need_their_zone():
    row = pd.Series({"gcs": 15, "time": pd.Timestamp("2020-04-01T10:00:00", tz="Europe/Berlin")})
    assert ClinicalRecord.parse(row).given["gcs"]["time"] == "2020-04-01T10:00:00+02:00"
    for time in (pd.Timestamp("2020-04-01T10:00:00"), np.datetime64("2020-04-01T10:00:00", "ns")):
        assert "time is no time in column 2" in rejection(pd.Series({"gcs": 15, "time": time}))


def test_a_row_may_hold_dicts_for_quantities():
    row = pd.Series(RECORD)
    assert ClinicalRecord.parse(row) == PARSED
    row["crp"], row["gcs"] = np.nan, pd.NA
    assert set(ClinicalRecord.parse(row).given) == {"age", "sex", "on_oxygen"}
    assert "column 2 has a dict" in rejection({"age [a]": 64, "crp": {"value": 1, "unit": "mg/L"}})


def test_a_fhir_bundle_may_be_a_dict():
    bundle = json.loads((SOURCE / "examples" / "patient-bundle.json").read_text())
    expected = ClinicalRecord.parse(json.dumps(bundle), at="2020-04-01T12:00:00Z")
    assert expected.given and ClinicalRecord.parse(bundle, at="2020-04-01T12:00:00Z") == expected
    assert aicovid.published_scores(expected)["scores"]


def test_the_cleaning_of_nccid_takes_rows_too():
    row = pd.Series({"Age": 64.5, "FiO2": 28.0, "CRP on admission": np.nan, "PMH CKD": 1.0})
    record = ClinicalRecord.parse(row, clean="nccid")
    assert record.canonical == {"age": 64} and record.given["chronic_kidney_disease"] is True
    assert [warning["variable"] for warning in record.warnings] == ["age", "fio2"]
    if not (DATA / "nccid" / "example.csv").exists():
        pytest.skip("no data folder: set AICOVID_DATA")
    text = (DATA / "nccid" / "example.csv").read_text()
    table = pd.read_csv(DATA / "nccid" / "example.csv", dtype=object)
    for _, row in table[table["FiO2"] != "0"].iterrows():
        expected = ClinicalRecord.parse(text, row=row["Pseudonym"], id_column="Pseudonym", clean="nccid")
        assert ClinicalRecord.parse(row, clean="nccid") == expected


def test_what_is_no_record_is_an_error():
    assert "table.iloc[0]" in rejection(pd.DataFrame({"gcs": [15]}), "invalid_argument")
    for other in ([RECORD], 3, np.array([1, 2]), b"{}", None, {1, 2}):
        assert "expected a dict, a pandas Series or a text" in rejection(other, "invalid_argument")
    assert "member 2 has a number that is not finite" in rejection({"sex": "male", "crp": {"value": np.inf, "unit": "mg/L"}})
    assert "member 1 has a value of a type" in rejection({"gcs": object()})
    assert "crp is" in rejection(pd.Series({"crp [mg/L]": "high"}))
    assert "crp has no unit" in rejection(pd.Series({"crp": 12}))
    assert "column 2 has a number that is not finite" in rejection({"sex": "male", "crp [mg/L]": -np.inf})
    assert "column 1 has a list" in rejection(pd.Series({"crp [mg/L]": [1, 2]}))
    for name in ("anna_schmidt", 17, None):
        message = rejection({name: 1})
        assert "member 1: (unlisted name)" in message and "anna" not in message


def test_a_text_may_be_of_any_format_wherever_a_record_is_taken():
    assert aicovid.published_scores("gcs\n15\n") == aicovid.published_scores({"gcs": 15})
    assert aicovid.published_scores('{"gcs": 15}') == aicovid.published_scores({"gcs": 15})


def test_with_gives_a_new_record():
    changed = PARSED.with_(on_oxygen=False, crp={"value": 3, "unit": "mg/dL"}, gcs=np.int64(14), sex=None)
    assert changed.given["on_oxygen"] is False and changed.canonical["crp"] == 30 and changed.given["gcs"] == 14
    assert "sex" not in changed.given and changed.given["age"] == PARSED.given["age"]
    assert PARSED.given["on_oxygen"] is True
    assert {w["variable"] for w in changed.warnings if w["code"] == "set_by_hand"} == {"on_oxygen", "crp", "gcs", "sex"}
    assert PARSED.with_(crp="<5 mg/L").range("crp") == (0, 5, True, False)
    assert PARSED.with_() == PARSED


def test_with_checks_the_whole():
    with pytest.raises(aicovid.Error, match="on_oxygen"):
        PARSED.with_(respiratory_support="none")
    assert PARSED.with_(respiratory_support="none", on_oxygen=False).given["respiratory_support"] == "none"
    with pytest.raises(aicovid.Error, match="did you mean on_oxygen"):
        PARSED.with_(on_oxigen=True)
    with pytest.raises(aicovid.Error, match="crp is the number 12 without its unit"):
        PARSED.with_(crp=12)
    with pytest.raises(aicovid.Error, match="not finite"):
        PARSED.with_(gcs=np.inf)


def test_a_code_map():
    text = (SOURCE / "examples" / "code-map.json").read_text()
    row = pd.Series({"Alter": 64, "Geschlecht": "w", "C-reactive protein": 12.5, "Sauerstoff": "ja", "Abnahme": None})
    for form in (text, json.loads(text)):
        record = ClinicalRecord.parse(row, code_map=aicovid.CodeMap.parse(form))
        assert record == ClinicalRecord.parse("age [a],sex,crp [mg/L],on_oxygen\n64,female,12.5,true\n")
    with pytest.raises(aicovid.Error, match="code map: ") as caught:
        aicovid.CodeMap.parse({"schema": "aicovid.code-map/1", "columns": {"CRP": {"variable": "crp"}}})
    assert caught.value.code == "invalid_argument"


def test_neither_numpy_nor_pandas_is_imported_for_a_record():
    code = """
import sys, aicovid
aicovid.ClinicalRecord.parse({"gcs": 15}).with_(gcs=14)
assert not {"numpy", "pandas"} & set(sys.modules), "imported"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


OLD = "2020-03-31T20:00:00Z"  # 16 hours before AT


def test_the_hours_and_strictness_are_options():
    old = {**RECORD, "heart_rate": {"value": 96, "unit": "/min", "time": OLD}, "crp": {"value": 12.5, "unit": "mg/L", "time": OLD}}
    assert "heart_rate" not in ClinicalRecord.parse(old, at=AT).given
    assert "heart_rate" in ClinicalRecord.parse(old, at=AT, bedside_hours=16).given
    assert "crp" not in ClinicalRecord.parse(old, at=AT, laboratory_hours=15).given
    assert "bedside_hours is 0" in rejection(RECORD, "invalid_argument", bedside_hours=0)
    bundle = json.loads((SOURCE / "examples/patient-bundle.json").read_text())
    quantity = next(entry["resource"]["valueQuantity"] for entry in bundle["entry"] if "valueQuantity" in entry["resource"])
    quantity["code"] = "furlong"
    assert "fhir_unreadable" in [warning["code"] for warning in ClinicalRecord.parse(bundle, at=AT).warnings]
    assert "expected" in rejection(bundle, at=AT, strict=True)


def test_an_explanation_names_each_value():
    text = (SOURCE / "examples/patient-bundle.json").read_text()
    found = aicovid.explain_clinical(json.loads(text), at="2020-04-01T10:00:00Z")
    assert found["schema"] == "aicovid.clinical_explanation/1"
    assert {one["variable"] for one in found["evidence"] if one["fate"] == "taken"} >= {"crp", "spo2"}


def test_patients_of_a_table_each_have_a_record_or_an_error(tmp_path):
    text = "id,age [a],sex,crp [mg/L],when\na,64,female,12,2020-04-01T10:00:00Z\nb,64,female,-3,2020-04-01T10:00:00Z\n"
    patients = aicovid.parse_clinical_patients(text, id_column="id", at_column="when")
    assert [(one.key, one.id) for one in patients] == [("row 1", "a"), ("row 2", "b")]
    assert patients[0].record.canonical["crp"] == 12 and patients[0].error is None
    assert patients[1].record is None and patients[1].error["code"] == "bad_clinical_input"
    (tmp_path / "one.csv").write_text(text)
    found = aicovid.read_clinical_patients(tmp_path, id_column="id", at_column="when", with_ids=True)
    assert [(one.key, one.id, one.file) for one in found] == [("file 1, row 1", "a", "one.csv"), ("file 1, row 2", "b", "one.csv")]
    assert found[0].record == patients[0].record
    with pytest.raises(aicovid.Error) as caught:
        aicovid.parse_clinical_patients(text, id_column="id", at=AT, at_column="when")
    assert caught.value.code == "invalid_argument"
    table = pd.DataFrame({"age [a]": [64, 65], "sex": ["female", "male"]})
    assert [one.record.given["sex"] for one in aicovid.parse_clinical_patients(table.to_csv(index=False))] == ["female", "male"]


def test_values_by_name_are_a_record():
    record = ClinicalRecord(age=64, sex="female", gcs=15, on_oxygen=True, crp=(12, "mg/dL"), spo2=np.float64(91), urea=None)
    assert record.canonical == {"age": 64, "crp": 120, "gcs": 15, "spo2": 91} and record.given["crp"] == {"value": 12, "unit": "mg/dL"}
    for crp in ("12 mg/dL", " 12.0mg/dL", {"value": 12, "unit": "mg/dL"}, (Decimal("12"), "mg/dL"), (np.int64(12), np.str_("mg/dL"))):
        assert ClinicalRecord(age=64, sex="female", gcs=15, on_oxygen=True, crp=crp, spo2="91 %") == record
    assert ClinicalRecord(crp="<5 mg/L").range("crp") == (0, 5, True, False)
    assert ClinicalRecord(crp=(np.nan, "mg/L")) == ClinicalRecord() == ClinicalRecord({})
    assert ClinicalRecord(**RECORD) == ClinicalRecord(RECORD) == PARSED
    assert ClinicalRecord(crp=(12, "mg/dL"), age=64).warnings == ClinicalRecord.parse(json.dumps(
        {"age": {"value": 64, "unit": "a"}, "crp": {"value": 12, "unit": "mg/dL"}})).warnings  # fmt: skip


def test_a_row_of_pandas_is_a_record():
    table = pd.DataFrame([CELLS], columns=HEADER)
    assert ClinicalRecord(table.iloc[0]) == TABLE
    charted = pd.DataFrame({"age": [64, 71], "spo2": [91.0, np.nan], "sex": ["female", "male"], "crp [mg/dL]": [1.2, 3]})
    assert ClinicalRecord(charted.iloc[0]).canonical == {"age": 64, "spo2": 91, "crp": 12}
    assert ClinicalRecord(charted.iloc[1]).canonical == {"age": 71, "crp": 30}
    pairs = pd.Series({"age": 64, "crp": (12, "mg/dL")})
    assert ClinicalRecord(pairs) == ClinicalRecord(age=64, crp=(12, "mg/dL"))


def test_only_what_is_charted_in_one_unit_may_stand_without_it():
    from aicovid.clinical_text import CHARTED_UNITS

    variables = aicovid.ClinicalVariables()
    table = (SOURCE / "docs" / "clinical-variables.md").read_text(encoding="utf-8")
    for name, unit in CHARTED_UNITS.items():
        assert variables.canonical_unit(name) == unit
        others = next(line for line in table.splitlines() if line.startswith(f"| `{name}` |")).split("|")[4].strip()
        assert others == "" or name == "age"
    for name in ("crp", "urea", "temperature", "systolic_bp", "fio2", "ldh", "lymphocytes"):
        with pytest.raises(ValueError, match=rf'^{name} is the number 30 without its unit; write \(30, "') as caught:
            ClinicalRecord({name: 30})
        assert isinstance(caught.value, aicovid.BadClinicalInputError)
    # What was meant in another unit is out of the range.
    for wrong in ({"spo2": 0.96}, {"age": 1957}):
        assert "expected" in rejection(wrong)


def test_what_a_record_cannot_be_made_of_is_an_error():
    with pytest.raises(aicovid.InvalidArgumentError, match="as a whole and by name"):
        ClinicalRecord({"gcs": 15}, age=64)
    for wrong in ({"crp": (12, "kg")}, {"crp": "twelve mg/L"}, {"crp": (12, "mg/L", "now")}, {"anna": 1}, {"sex": "f"}, {"gcs": (15, "1")}):
        with pytest.raises(aicovid.BadClinicalInputError) as caught:
            ClinicalRecord(wrong)
        assert "expected" in str(caught.value) and "anna" not in str(caught.value)


def test_a_record_tells_how_it_is_made():
    record = ClinicalRecord(age=64, sex="female", on_oxygen=True, gcs=15, crp="<5 mg/L", urea=(7.25, "mmol/L"))
    assert repr(record) == (
        'ClinicalRecord(age=(64, "a"), crp="<5 mg/L", gcs=15, on_oxygen=True, sex="female", urea=(7.25, "mmol/L"))'
    )
    assert eval(repr(record)) == record
    assert repr(ClinicalRecord()) == "ClinicalRecord()"


def test_with_takes_what_the_constructor_takes():
    changed = PARSED.with_(age=65, crp=(3, "mg/dL"), spo2="<95 %")
    assert changed.canonical["age"] == 65 and changed.canonical["crp"] == 30 and changed.range("spo2") == (20, 95, True, False)
    with pytest.raises(aicovid.BadClinicalInputError, match=r'write \(3, "mg/L"\)'):
        PARSED.with_(crp=3)


def test_an_assessor_takes_what_the_constructor_takes(assessor):
    values = {"age": 64, "sex": "female", "crp": (12, "mg/dL")}
    assert assessor.assess(None, values) == assessor.assess(None, ClinicalRecord(**values))


MOMENT = datetime(2020, 4, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
DATED = {"crp": {"value": 12, "unit": "mg/L", "time": "2020-04-01T09:00:00Z"}}


@pytest.mark.parametrize("at", [MOMENT, pd.Timestamp(MOMENT), "2020-04-01T12:00:00+02:00"], ids=["datetime", "pandas", "text"])
def test_a_moment_may_be_a_datetime(at):
    assert aicovid.ClinicalRecord.parse(DATED, at=at).canonical == {"crp": 12}
    assert aicovid.ClinicalRecord.parse(DATED, at="2020-04-03T12:00:00Z").canonical == {}
    assert aicovid.explain_clinical(DATED, at=at) == aicovid.explain_clinical(DATED, at="2020-04-01T12:00:00+02:00")
    table = "id,crp [mg/L],time\nA,12,2020-04-01T09:00:00Z\n"
    assert [patient.record.canonical for patient in aicovid.parse_clinical_patients(table, id_column="id", at=at)] == [{"crp": 12}]


def test_a_moment_keeps_its_milliseconds():
    last = {"crp": {"value": 12, "unit": "mg/L", "time": "2020-04-01T10:00:00.250Z"}}
    for milliseconds, expected in ((250, {"crp": 12}), (249, {})):
        at = datetime(2020, 4, 1, 10, 0, 0, 1000 * milliseconds, tzinfo=timezone.utc)
        assert aicovid.ClinicalRecord.parse(last, at=at).canonical == expected


@pytest.mark.parametrize("at, said", [(MOMENT.replace(tzinfo=None), "without a zone"), (MOMENT.date(), "type date"), (pd.NaT, "type NaTType"), (5, "type int")])
def test_what_is_no_moment_is_an_error(at, said):
    with pytest.raises(aicovid.InvalidArgumentError, match=said):
        aicovid.ClinicalRecord.parse(DATED, at=at)
