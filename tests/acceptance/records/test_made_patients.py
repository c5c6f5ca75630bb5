"""200 made patients: the record holds what the generator says is true, however the Bundle says it."""

import copy
import json
import random

import aicovid
import pytest
from made_patients import LOINC, UCUM, Patient, patient

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
