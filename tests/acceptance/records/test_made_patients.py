"""200 made patients: the record holds what the generator says is true, however the Bundle says it."""

import copy
import json
import random
from datetime import datetime, timezone

import aicovid
import pytest
from made_patients import LOINC, UCUM, Patient, patient
from rewritten_patients import in_another_zone, with_other_units, with_other_zones

PATIENTS = [patient(seed) for seed in range(200)]


def read(made: Patient, entries: list[dict] | None = None) -> aicovid.ClinicalRecord:
    return aicovid.ClinicalRecord.parse(json.dumps(made.bundle(entries)), at=made.at)


def values(record: aicovid.ClinicalRecord) -> dict:
    """Numbers in canonical units, words and booleans; without what follows from other values."""
    given = {name: value for name, value in record.given.items() if isinstance(value, (str, bool))}
    for name in record.given:
        if name in record.canonical:
            given[name] = record.canonical[name]
    return given


def test_each_value_is_the_true_one():
    compared = 0
    for made in PATIENTS:
        found = values(read(made))
        assert set(found) == set(made.truth)
        for name, value in made.truth.items():
            assert found[name] == (pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value), name
            compared += 1
    assert compared > 2500


def test_the_order_of_entries_changes_nothing():
    for seed, made in enumerate(PATIENTS):
        shuffled = list(made.entries)
        random.Random(seed).shuffle(shuffled)
        assert values(read(made, shuffled)) == values(read(made))


def test_pages_that_repeat_the_patient_change_nothing():
    for made in PATIENTS:
        person = next(entry for entry in made.entries if entry["resource"]["resourceType"] == "Patient")
        others = [entry for entry in made.entries if entry is not person]
        half = len(others) // 2
        pages = [person, *others[:half], copy.deepcopy(person), *others[half:]]
        assert values(read(made, pages)) == values(read(made))


def test_an_unreadable_entry_adds_a_warning_and_nothing_else():
    for made in PATIENTS:
        subject = next(entry["resource"]["subject"] for entry in made.entries if "subject" in entry["resource"])
        bad = {"resource": {"resourceType": "Observation", "status": "final", "subject": subject,
                            "code": {"coding": [{"system": LOINC, "code": "1988-5"}]}, "effectiveDateTime": made.at,
                            "valueQuantity": {"value": 12, "system": UCUM, "code": "furlong"}}}
        before, after = read(made), read(made, [*made.entries, bad])
        assert values(after) == values(before)
        added = [warning for warning in after.warnings if warning not in before.warnings]
        assert [warning["code"] for warning in added] == ["fhir_unreadable"]
        assert f"entry[{len(made.entries)}] (Observation)" in added[0]["message"]


def test_another_patients_entry_is_an_error():
    for made, other in zip(PATIENTS, PATIENTS[1:] + PATIENTS[:1]):
        stranger = next(entry for entry in other.entries if entry["resource"]["resourceType"] == "Observation")
        with pytest.raises(aicovid.Error) as error:
            read(made, [*made.entries, stranger])
        assert error.value.code == "patient_mismatch"


def warnings(record: aicovid.ClinicalRecord, but: tuple[str, ...] = ()) -> list[tuple]:
    """What the warnings are about, but for these codes."""
    return sorted((warning["code"], warning.get("variable")) for warning in record.warnings if warning["code"] not in but)


def points(record: aicovid.ClinicalRecord) -> dict:
    scores = aicovid.published_scores(record)["scores"]
    return {score["name"]: {key: score.get(key) for key in ("status", "points", "points_min", "points_max", "missing", "bands")} for score in scores}


def test_equivalent_units_change_nothing():
    generator = random.Random(1)
    compared, written = 0, set()
    for made in PATIENTS:
        rewritten = with_other_units(made.entries, generator)
        before, after = read(made), read(made, rewritten)
        expected, found = values(before), values(after)
        assert set(found) == set(expected)
        for name, value in expected.items():
            assert found[name] == (pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value), (name, after.given[name])
            if name in after.canonical and name != "age":
                written.add((name, after.given[name].get("unit")))
                compared += 1
        assert points(after) == points(before)
        # These two are about the unit as it is written.
        by_unit = ("unit_alias", "suspicious_value")
        assert warnings(after, by_unit) == warnings(before, by_unit)
    assert compared > 2000 and len(written) > 200


def one_value(code: str, value: float, unit: str) -> aicovid.ClinicalRecord:
    entry = {"resource": {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/1"},
                          "code": {"coding": [{"system": LOINC, "code": code}]}, "effectiveDateTime": "2020-04-01T10:00:00Z",
                          "valueQuantity": {"value": value, "system": UCUM, "code": unit}}}
    return read(Patient(at="2020-04-01T10:00:00Z", entries=[entry]))


def test_an_annotation_behind_cel_says_nothing():
    assert values(one_value("8310-5", 37.2, "Cel{oral}")) == {"temperature": 37.2}


@pytest.mark.parametrize("code, value, unit, canonical, same", [
    ("22664-7", 42.0392, "mg/dL", "mmol/L", 7),
    ("8462-4", 79.9932, "hPa", "mm[Hg]", 60),
    ("3151-8", 0.1, "L/s", "L/min", 6),
])  # fmt: skip
def test_a_value_on_a_limit_of_a_score_has_the_same_points_in_each_unit(code, value, unit, canonical, same):
    assert points(one_value(code, value, unit)) == points(one_value(code, same, canonical))


def completed_years(birth: str, day: str) -> int:
    return int(day[:4]) - int(birth[:4]) - (day[5:] < birth[5:])


def test_time_zones_change_nothing_but_the_day_that_age_is_counted_to():
    """The age is that of the calendar day that `at` is written with: on the eve of a birthday the zone decides."""
    generator = random.Random(2)
    on_another_day = other_ages = 0
    for made in PATIENTS:
        entries = copy.deepcopy(made.entries)
        person = next(entry["resource"] for entry in entries if entry["resource"]["resourceType"] == "Patient")
        if generator.random() < 0.5:  # a birthday on the day of `at` in Greenwich
            day = datetime.fromisoformat(made.at).astimezone(timezone.utc).date().isoformat()
            person["birthDate"] = person["birthDate"][:4] + (day[4:] if day[5:] != "02-29" else "-02-28")
        moved = Patient(at=in_another_zone(made.at, generator), entries=with_other_zones(entries, generator))
        before, after = read(made, entries), read(moved)
        expected, found = values(before), values(after)
        assert expected["age"] == completed_years(person["birthDate"], made.at[:10])
        assert found["age"] == completed_years(person["birthDate"], moved.at[:10])
        on_another_day += moved.at[:10] != made.at[:10]
        other_ages += found.pop("age") != expected.pop("age")
        assert found == expected
        assert warnings(after) == warnings(before)
        for name, value in after.given.items():
            if isinstance(value, dict) and "time" in value:
                assert datetime.fromisoformat(value["time"]) == datetime.fromisoformat(before.given[name]["time"])
    assert on_another_day > 30 and other_ages > 10
