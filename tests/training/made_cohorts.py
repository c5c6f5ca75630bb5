"""Cohorts whose truth is known: values are drawn, and the outcome from a stated logistic of them."""

import json

import numpy as np
from conftest import SOURCE

import aicovid
from aicovid import cohorts

GOLDEN = SOURCE / "models" / "severity" / "golden" / "rg1.png"
SITES = ("A", "B", "C")
#: logit = TRUTH["intercept"] + sum of coefficient x (value - centre) / scale
TRUTH = {"age": (0.7, 60, 15), "crp": (0.5, 90, 60), "diabetes": (0.6, 0, 1), "brixia": (0.9, 8, 4)}
INTERCEPT = -0.8


def drawn(generator, count):
    """{name: [count]}, the outcome among them."""
    values = {"age": np.clip(generator.normal(60, 15, count), 18, 100).round(1), "crp": np.clip(generator.gamma(2.2, 41, count), 1, 600).round(1),
              "diabetes": generator.random(count) < 0.3, "brixia": np.clip(generator.normal(8, 4, count), 0, 18)}  # fmt: skip
    logit = INTERCEPT + sum(weight * (values[name] - centre) / scale for name, (weight, centre, scale) in TRUTH.items())
    return values | {"severe": generator.random(count) < 1 / (1 + np.exp(-logit))}


def examination(assessor):
    """The JSON of one real examination, whose Brixia total and picture's checksum the cohort's exams replace."""
    return json.loads(assessor.examine(aicovid.read(GOLDEN)).to_json())


def write(folder, generator, count, assessor, *, missing=0.1, change=lambda exam, place: exam):
    """A cohort of as many patients, with examinations; `change` may spoil the members of an exam."""
    values, seen = drawn(generator, count), examination(assessor)
    exams = []
    for place in range(count):
        seen["image"]["brixia"]["value"] = float(values["brixia"][place])
        seen["input"]["pixel_sha256"] = f"{place:064x}"
        record = {"age": float(values["age"][place]), "diabetes": bool(values["diabetes"][place])}
        if generator.random() >= missing:
            record["crp"] = (float(values["crp"][place]), "mg/L")
        members = {"patient": f"{place:016x}", "site": SITES[place % 3], "record": record, "outcomes": {"severe": bool(values["severe"][place])},
                   "event_days": {"severe": 3.0} if values["severe"][place] else {}, "value_days": {name: -0.5 for name in record},
                   "image": "ok", "view": "AP" if generator.random() < 0.5 else "PA", "examination": json.loads(json.dumps(seen))}  # fmt: skip
        members = change(members, place)
        exams.append(cohorts.Exam(**{name: value for name, value in members.items() if name not in ("record", "examination")},
                                  record=aicovid.ClinicalRecord(members["record"]), examination_json=json.dumps(members["examination"])))  # fmt: skip
    return cohorts.write(folder, name="made", source={"kind": "table", "mapping_sha256": "0" * 64},
                         outcomes=[cohorts.Outcome("severe", "made up", 14)], exams=exams)  # fmt: skip
