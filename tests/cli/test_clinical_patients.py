"""`aicovid clinical --all`: one JSON line for each patient of a table, of NDJSON, of a folder."""

import json
import random
import time

from conftest import PATIENT, SOURCE, run_cli, validate

TABLE = SOURCE / "examples" / "patients.csv"


def lines_of(result):
    """The lines, each validated with what it holds."""
    lines = [validate(json.loads(line), "patient") for line in result.stdout.splitlines()]
    for line in lines:
        if "report" in line:
            validate(line["report"], "scores")
        else:
            validate({"error": line["error"]}, "error")
    return lines


def patients(*arguments):
    result = run_cli("clinical", *arguments)
    assert result.status == 0 and result.stderr == "", result.stderr
    return lines_of(result)


def score(line, name):
    return next(score for score in line["report"]["scores"] if score["name"] == name)


def resource(kind, subject=None, **more):
    one = {"resourceType": kind, **more}
    return one | {"subject": {"reference": f"Patient/{subject}"}} if subject else one


def crp(subject, value):
    return resource(
        "Observation",
        subject,
        status="final",
        code={"coding": [{"system": "http://loinc.org", "code": "1988-5"}]},
        effectiveDateTime="2020-04-01T10:00:00Z",
        valueQuantity={"value": value, "system": "http://unitsofmeasure.org", "code": "mg/L"},
    )


def ndjson(*objects):
    return "".join(json.dumps(one) + "\n" for one in objects)


def test_each_row_of_a_table_has_a_line():
    lines = patients(TABLE, "--all", "--id-column", "id")
    assert [line["key"] for line in lines] == ["row 1", "row 2", "row 3"]
    assert [line["id"] for line in lines] == ["A1", "A2", "A3"]
    for line in lines:
        alone = run_cli("clinical", TABLE, "--row", line["id"], "--id-column", "id", "--format", "json")
        assert line["report"] == json.loads(alone.stdout)


def test_without_all_a_table_of_several_rows_is_an_error_that_names_it():
    result = run_cli("clinical", TABLE, "--id-column", "id")
    assert result.status == 2 and "the table has 3 rows" in result.stderr and "--all" in result.stderr


def test_a_row_that_cannot_be_read_costs_one_line(tmp_path):
    (tmp_path / "patients.csv").write_text("id,age [a],sex\nA,64,female\nB,640,male\nC,51,male\n")
    result = run_cli("clinical", tmp_path / "patients.csv", "--all", "--id-column", "id")
    assert result.status == 7
    assert result.stderr == f"aicovid: bad_clinical_input: {tmp_path / 'patients.csv'}: 1 of 3 lines have an error and no scores\n"
    lines = lines_of(result)
    assert ["report" in line for line in lines] == [True, False, True]
    assert lines[1]["error"]["code"] == "bad_clinical_input" and "age is 640" in lines[1]["error"]["message"]
    assert lines[1]["key"] == "row 2" and lines[1]["id"] == "B"


def test_values_that_contradict_one_another_cost_one_line(tmp_path):
    (tmp_path / "patients.ndjson").write_text(ndjson({"comorbidity_count_4c": 0, "diabetes": True}, {"gcs": 15}))
    result = run_cli("clinical", tmp_path / "patients.ndjson", "--all")
    assert result.status == 7
    lines = lines_of(result)
    assert "comorbidity_count_4c" in lines[0]["error"]["message"] and "report" in lines[1]


def test_a_column_holds_the_time_of_each_row(tmp_path):
    table = "id,seen,respiratory_rate [/min],time\nA,2020-04-01T12:00:00Z,25,2020-04-01T11:00:00Z\nB,2020-04-05T12:00:00Z,25,2020-04-01T11:00:00Z\n"
    (tmp_path / "patients.csv").write_text(table)
    lines = patients(tmp_path / "patients.csv", "--all", "--id-column", "id", "--at-column", "seen")
    known = ["respiratory_rate" not in score(line, "news2")["missing"] for line in lines]
    assert known == [True, False]
    assert lines[1]["report"]["warnings"][0]["code"] == "no_value_at_time"


def test_a_folder_of_a_bulk_data_export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    people = [resource("Patient", id=name, gender="female") for name in ("p-1", "p-2")]
    (folder / "Patient.ndjson").write_text(ndjson(*people))
    (folder / "Observation.1.ndjson").write_text(ndjson(crp("p-2", 98), crp("p-1", 7)))
    (folder / "Observation.2.ndjson").write_text(ndjson(crp("p-3", 50)))
    result = run_cli("clinical", folder, "--at", "2020-04-01T12:00:00Z")
    assert result.status == 7
    lines = lines_of(result)
    assert [line["key"] for line in lines] == ["file 3, line 1", "file 3, line 2", "file 2, line 1"]
    crp_points = [next(item for item in score(line, "4c_mortality")["items"] if item["name"] == "crp")["points"] for line in lines[:2]]
    assert crp_points == [0, 1]
    assert "1 resource leads to no Patient" in lines[2]["error"]["message"]
    assert "p-1" not in result.stdout and "Observation.2" not in result.stdout

    named = lines_of(run_cli("clinical", folder, "--at", "2020-04-01T12:00:00Z", "--with-ids"))
    assert [(line["id"], line["file"]) for line in named[:2]] == [("p-1", "Patient.ndjson"), ("p-2", "Patient.ndjson")]


def test_one_record_is_one_line():
    (line,) = patients(PATIENT, "--all")
    assert line["key"] == "line 1"
    assert line["report"] == json.loads(run_cli("clinical", PATIENT, "--format", "json").stdout)


def test_what_is_wrong_as_a_whole_is_an_error(tmp_path):
    (tmp_path / "patients.csv").write_text("id,shoe\nA,1\nB,2\n")
    result = run_cli("clinical", tmp_path / "patients.csv", "--all", "--id-column", "id", "--format", "json")
    assert result.status == 7 and "column 2" in result.stderr
    (tmp_path / "bundle.xml").write_text('<Bundle xmlns="http://hl7.org/fhir"/>')
    for more in ([], ["--all"]):
        result = run_cli("clinical", tmp_path / "bundle.xml", *more)
        assert result.status == 4 and "FHIR XML, which is not read; expected FHIR JSON" in result.stderr
    assert run_cli("clinical", tmp_path / "none.csv", "--all").status == 4
    assert run_cli("clinical", TABLE, "--all", "--row", "A1", "--id-column", "id").status == 2
    assert run_cli("clinical", TABLE, "--with-ids").status == 2
    assert run_cli("clinical", TABLE, "--all", "--explain").status == 2
    assert run_cli("clinical", TABLE, "--at-column", "time").status == 2


def test_ten_thousand_rows_take_seconds(tmp_path):
    chance = random.Random(20201130)
    rows = "".join(
        f"{i},{chance.randint(18, 99)},male,{chance.randint(10, 40)},{chance.randint(80, 100)},false,15,{chance.uniform(2, 20):.1f},"
        f"{chance.uniform(1, 300):.0f},{chance.uniform(0.2, 3):.1f},37.5,true\n"
        for i in range(10_000)
    )
    header = "id,age [a],sex,respiratory_rate [/min],spo2 [%],on_oxygen,gcs,urea [mmol/L],crp [mg/L],lymphocytes [10*9/L],temperature [Cel],hypertension\n"
    (tmp_path / "patients.csv").write_text(header + rows)
    start = time.monotonic()
    result = run_cli("clinical", tmp_path / "patients.csv", "--all", "--id-column", "id")
    seconds = time.monotonic() - start
    assert result.status == 0 and result.stdout.count("\n") == 10_000
    # A tenth of it is usual; a table that is parsed anew for each row takes many minutes.
    assert seconds < 60
