"""`aicovid clinical`: the published scores of one patient, in text and JSON."""

import json

from conftest import PATIENT, SOURCE, run_cli, validate


def clinical(*arguments):
    result = run_cli("clinical", *arguments, "--format", "json")
    assert result.status == 0, result.stderr
    document = validate(json.loads(result.stdout), "scores")
    return {score["name"]: score for score in document["scores"]}, document


def test_the_examples_patient_in_json():
    scores, document = clinical(PATIENT)
    assert list(scores) == ["4c_deterioration", "4c_mortality", "qcsi", "news2", "curb_65", "call", "rox", "spo2_fio2"]
    assert scores["news2"]["points"] == 7 and scores["news2"]["band"] == "high"
    assert scores["4c_deterioration"]["missing"] == ["radiographic_infiltrates"]
    assert scores["4c_deterioration"]["probability_min"] < scores["4c_deterioration"]["probability_max"]
    assert scores["4c_mortality"]["points_min"] == 6 and scores["4c_mortality"]["points_max"] == 10
    assert scores["rox"]["status"] == "not_applicable"


def test_the_examples_patient_in_text():
    result = run_cli("clinical", PATIENT)
    assert result.status == 0 and result.stderr == ""
    assert "4C Mortality      6 to 10 of 21 points" in result.stdout
    assert "missing: comorbidities, SpO₂ on room air" in result.stdout
    assert result.stdout.rstrip().endswith("Research use only. Not a medical device.")
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_the_smallest_bundle_for_news2_is_as_its_page_says(tmp_path):
    at = "2020-04-01T10:00:00Z"
    bundle = SOURCE / "examples" / "news2-bundle.json"
    page = (SOURCE / "docs" / "clinical-input.md").read_text(encoding="utf-8")
    assert f"aicovid clinical examples/{bundle.name} --at {at}" in page
    shown = page[page.index("  NEWS2: ") :].split("```")[0]
    assert shown in run_cli("clinical", bundle, "--at", at).stdout
    whole = json.loads(bundle.read_text())
    observations = [entry for entry in whole["entry"] if entry["resource"]["resourceType"] == "Observation"]
    assert len(observations) == 7
    for left_out in observations:
        less = whole | {"entry": [entry for entry in whole["entry"] if entry is not left_out]}
        (tmp_path / "less.json").write_text(json.dumps(less))
        scores, _ = clinical(tmp_path / "less.json", "--at", at)
        assert scores["news2"]["status"] == "incomplete"


def test_the_published_check_of_4c_deterioration(tmp_path):
    units = {"age": "a", "respiratory_rate": "/min", "spo2": "%", "urea": "mmol/L", "crp": "mg/L", "lymphocytes": "10*9/L"}
    values = {"age": 50, "respiratory_rate": 20, "spo2": 95, "urea": 5, "crp": 50, "lymphocytes": 1}
    record = {name: {"value": value, "unit": units[name]} for name, value in values.items()}
    record |= {"sex": "female", "gcs": 15, "nosocomial": False, "on_oxygen": False, "radiographic_infiltrates": False}
    (tmp_path / "patient.json").write_text(json.dumps(record))
    scores, _ = clinical(tmp_path / "patient.json")
    assert round(scores["4c_deterioration"]["probability"], 4) == 0.1273


def test_a_row_of_a_table(tmp_path):
    table = "id,age [a],sex,respiratory_rate [/min],spo2 [%],on_oxygen,consciousness\na,40,female,25,97,false,A\nb,81,male,16,91,false,A\n"
    (tmp_path / "patients.csv").write_text(table)
    scores, _ = clinical(tmp_path / "patients.csv", "--row", "b", "--id-column", "id")
    assert next(i for i in scores["4c_mortality"]["items"] if i["name"] == "age")["points"] == 7
    assert next(i for i in scores["news2"]["items"] if i["name"] == "spo2")["points"] == 3


def test_a_bound_is_warned_of(tmp_path):
    (tmp_path / "patient.json").write_text('{"crp": {"value": 5, "unit": "mg/L", "comparator": "<"}}')
    _, document = clinical(tmp_path / "patient.json")
    assert any("crp" in warning["message"] for warning in document["warnings"])


def bundle_of(*resources):
    entries = [{"resource": {"subject": {"reference": "Patient/1"}} | resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


DIABETES = {"resourceType": "Condition", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}


def test_a_complete_problem_list_makes_the_absent_diseases_false(tmp_path):
    file = tmp_path / "bundle.json"
    file.write_text(bundle_of(DIABETES))
    scores, document = clinical(file, "--problem-list", "complete")
    assert "copd" in document["assumed"] and "diabetes" not in document["assumed"]
    assert "copd" in scores["4c_mortality"]["assumed"] and "obesity" in scores["4c_mortality"]["missing"]
    assert "copd" not in scores["4c_mortality"]["missing"]
    text = run_cli("clinical", file, "--problem-list", "complete").stdout
    assert "Assumed" in text and "COPD" in text and max(map(len, text.splitlines())) <= 100
    scores, document = clinical(file)
    assert "assumed" not in document and "copd" in scores["4c_mortality"]["missing"]


def test_a_problem_list_is_of_fhir_alone(tmp_path):
    result = run_cli("clinical", PATIENT, "--problem-list", "complete")
    assert result.status != 0 and "FHIR" in result.stderr


def test_what_cannot_be_scored_is_an_error(tmp_path):
    (tmp_path / "patient.json").write_text('{"comorbidity_count_4c": 0, "diabetes": true}')
    result = run_cli("clinical", tmp_path / "patient.json", "--format", "json")
    assert result.status == 7
    message = json.loads(result.stdout)["error"]["message"]
    assert message.startswith(f"{tmp_path / 'patient.json'}: comorbidity_count_4c")
    assert run_cli("clinical", tmp_path / "none.json", "--format", "json").status == 4
    assert run_cli("clinical", "--format", "json").status == 2


def bundle_with(folder, clinical):
    """A manifest alone, which is all that names the variables."""
    manifest = json.loads((SOURCE / "models" / "severity" / "manifest.json").read_text()) | {"clinical": clinical}
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


FRAILTY = {"name": "frailty", "meaning": "Clinical Frailty Scale", "kind": "number", "range": [1, 9], "whole": True, "source": "a test"}


def test_a_variable_that_a_bundle_declares(tmp_path):
    patient = tmp_path / "patient.json"
    patient.write_text(json.dumps(json.loads(PATIENT.read_text()) | {"frailty": 4}))
    unknown = run_cli("clinical", patient)
    assert unknown.status == 7 and "(unlisted name) is no clinical variable" in unknown.stderr
    scores, _ = clinical(patient, "--model", bundle_with(tmp_path / "bundle", [FRAILTY]))
    assert scores["news2"]["points"] == 7

    wrong = run_cli("score", "--clinical", patient, "--model", bundle_with(tmp_path / "other", [FRAILTY | {"range": [1, 3]}]))
    assert wrong.status == 7 and "frailty is 4; expected a whole number from 1 to 3" in wrong.stderr
    taken = run_cli("clinical", patient, "--model", bundle_with(tmp_path / "bad", [FRAILTY | {"name": "crp"}]))
    assert taken.status == 5 and "/clinical/0/name" in taken.stderr


def test_a_name_that_may_be_a_persons_is_found_by_its_place(tmp_path):
    (tmp_path / "patient.json").write_text('{"sex": "male", "anna_schmidt": 1}')
    result = run_cli("clinical", tmp_path / "patient.json")
    assert result.status == 7 and "anna" not in result.stderr and "schmidt" not in result.stderr
    assert "member 2: (unlisted name) is no clinical variable" in result.stderr


def test_an_explanation_names_each_value_and_what_became_of_it(tmp_path):
    def observation(value, time, unit="mg/L"):
        return {"resource": {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p1"},
                             "code": {"coding": [{"system": "http://loinc.org", "code": "1988-5"}]}, "effectiveDateTime": time,
                             "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit}}}
    entries = [{"resource": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1955-09-12"}},
               observation(9.8, "2020-04-01T10:00:00Z", "mg/dL"), observation(70, "2020-04-01T09:00:00Z"),
               observation(12, "2020-04-01T10:00:00Z", "furlong"), observation(12, "2010-04-01T10:00:00Z")]
    (tmp_path / "bundle.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries}))
    options = (tmp_path / "bundle.json", "--at", "2020-04-01T12:00:00Z", "--explain")
    result = run_cli("clinical", *options, "--format", "json")
    assert result.status == 0, result.stderr
    document = validate(json.loads(result.stdout), "clinical_explanation")
    crp = [one for one in document["evidence"] if one["variable"] == "crp"]
    assert [(one["place"], one["fate"]) for one in crp] == [
        ("entry[1] (Observation)", "taken"), ("entry[2] (Observation)", "earlier"),
        ("entry[4] (Observation)", "outside_hours"), ("entry[3] (Observation)", "unreadable")]
    assert crp[0]["value"] == 9.8 and crp[0]["unit"] == "mg/dL" and crp[0]["canonical"] == 98 and crp[0]["code"] == "1988-5"
    text = run_cli("clinical", *options)
    assert "9.8 mg/dL, that is 98 mg/L, entry[1] (Observation), code 1988-5" in " ".join(text.stdout.split())
    assert max(map(len, text.stdout.splitlines())) <= 100 and "1955" not in text.stdout
    strict = run_cli("clinical", *options, "--strict")
    assert strict.status == 7 and "entry[3] (Observation): crp.unit" in strict.stderr


def test_an_explanation_of_a_table_and_of_a_record(tmp_path):
    (tmp_path / "patient.csv").write_text("age [a],crp [mg/dL]\n64,9.8\n")
    result = run_cli("clinical", tmp_path / "patient.csv", "--explain", "--format", "json")
    document = validate(json.loads(result.stdout), "clinical_explanation")
    assert [(one["variable"], one["place"], one["fate"]) for one in document["evidence"]] == [
        ("age", "column 1", "taken"), ("crp", "column 2", "taken")]
    result = run_cli("clinical", PATIENT, "--explain", "--format", "json")
    assert all(one["fate"] == "taken" for one in validate(json.loads(result.stdout), "clinical_explanation")["evidence"])


NO_OXYGEN = ["--set", "on_oxygen=false", "--set", "respiratory_support=none", "--set", "oxygen_flow=0 L/min"]


def test_a_value_is_set_in_the_place_of_what_the_file_says():
    scores, document = clinical(PATIENT)
    assert next(i for i in scores["news2"]["items"] if i["name"] == "spo2")["points"] == 1
    scores, changed = clinical(PATIENT, "--set", "spo2=98 %", "--set", "crp=", *NO_OXYGEN)
    assert next(i for i in scores["news2"]["items"] if i["name"] == "spo2")["points"] == 0
    said = [warning["message"] for warning in changed["warnings"] if warning["code"] == "set_by_hand"]
    assert len(said) == 5 and "spo2 was set by hand in place of the value that was read" in said
    assert not any(warning["code"] == "set_by_hand" for warning in document["warnings"])
    assert "on_oxygen was set by hand" in run_cli("clinical", PATIENT, *NO_OXYGEN).stdout.replace("\n", " ")
    same, _ = clinical(PATIENT, "--set", 'spo2={"value": 98, "unit": "%"}', "--set", "crp=NA", *NO_OXYGEN)
    assert same == scores


def test_a_value_that_cannot_be_set_is_an_error():
    for arguments, status, words in (
        (["crp=12"], 7, "--set: crp is set without a unit"),
        (["on_oxygen=false"], 7, "--set: on_oxygen"),
        (["anna=1"], 7, "--set: a value to set: (unlisted name) is no clinical variable"),
        (["crp"], 2, "expected NAME=VALUE"),
        (["gcs=15", "gcs=14"], 2, "--set names a variable twice"),
    ):
        result = run_cli("clinical", PATIENT, *(part for one in arguments for part in ("--set", one)))
        assert result.status == status and words in result.stderr, result.stderr
    assert run_cli("score", "chest.dcm", "--set", "gcs=15").status == 2
    for other in ("--all", "--explain"):
        result = run_cli("clinical", PATIENT, other, "--set", "gcs=15")
        assert result.status == 2 and "--set is for the scores of one patient" in result.stderr


def test_a_code_map_of_the_site(tmp_path):
    (tmp_path / "table.csv").write_text("Alter,Geschlecht,C-reactive protein,Sauerstoff\n64,w,98,ja\n")
    (tmp_path / "own.csv").write_text("age [a],sex,crp [mg/L],on_oxygen\n64,female,98,true\n")
    example = SOURCE / "examples" / "code-map.json"
    assert clinical(tmp_path / "table.csv", "--code-map", example) == clinical(tmp_path / "own.csv")
    assert run_cli("clinical", tmp_path / "table.csv").status == 7
    validate(json.loads(example.read_text()), "code-map")

    wrong = tmp_path / "map.json"
    wrong.write_text('{"schema": "aicovid.code-map/1", "columns": {"sex": {"variable": "gcs"}}}')
    result = run_cli("clinical", tmp_path / "own.csv", "--code-map", wrong)
    assert result.status == 2 and f"{wrong}: code map: /columns, entry 1: expected a header" in result.stderr
    assert run_cli("clinical", tmp_path / "own.csv", "--code-map", tmp_path / "none.json").status == 4
    assert run_cli("score", "chest.dcm", "--code-map", example).status == 2


def test_tables_of_many_patients_as_programs_write_them(tmp_path):
    """The index of pandas, Time as the time of each row, words for missing, an empty last column, and a code map."""
    (tmp_path / "many.csv").write_text(
        ",id,Alter,on_oxygen,C-reactive protein,Time,\n0,a,90+,True,NA,2020-04-01T10:00:00Z,\n1,b,51,ja,98,2020-04-01T11:00:00Z,\n"
    )
    result = run_cli("clinical", tmp_path / "many.csv", "--all", "--id-column", "id", "--at-column", "Time",
                     "--code-map", SOURCE / "examples" / "code-map.json")  # fmt: skip
    assert result.status == 0, result.stderr
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["id"] == "a" and second["id"] == "b"
    for one, age, crp in ((first, 7, None), (second, 2, 1)):
        mortality = next(score for score in one["report"]["scores"] if score["name"] == "4c_mortality")
        points = {item["name"]: item.get("points") for item in mortality["items"]}
        assert points["age"] == age and points["crp"] == crp
    explained = run_cli("clinical", tmp_path / "many.csv", "--row", "b", "--id-column", "id", "--explain", "--format", "json",
                        "--code-map", SOURCE / "examples" / "code-map.json")  # fmt: skip
    evidence = {one["variable"]: one["place"] for one in json.loads(explained.stdout)["evidence"]}
    assert evidence == {"age": "column 3", "on_oxygen": "column 4", "crp": "column 5"}
