"""The published outcome `deterioration` of a manifest, and known patients as golden cases of it."""

from __future__ import annotations

import numpy as np

# Quantiles of laboratory values for integrating out a missing one.
MISSING = {
    "urea": {"values": [2.9, 5.7, 9.2, 25.5]},
    "crp": {"values": [5, 45, 113, 297]},
    "lymphocytes": {"values": [0.3, 0.7, 1.1, 2.4]},
}
PROBABILITIES = [0.05, 0.35, 0.65, 0.95]
NOTE = "approximate, inferred from the published knots"
# Known values of ISARIC 4C Deterioration: Gupta et al. 2021, supplementary table 3, by hand, and the test of the R
# package resplab/ISARIC4C (97.9 %).
INFILTRATES_LOGIT = 0.3252
KNOWN_LOGIT = -1.9251


def _patient(*, sex: str, age: float, rate: float, spo2: float, urea: float, crp: float, lymphocytes: float, **flags: bool) -> dict:
    return {"age": {"value": age, "unit": "a"}, "sex": sex, "respiratory_rate": {"value": rate, "unit": "/min"},
            "spo2": {"value": spo2, "unit": "%"}, "gcs": 15, "urea": {"value": urea, "unit": "mmol/L"},
            "crp": {"value": crp, "unit": "mg/L"}, "lymphocytes": {"value": lymphocytes, "unit": "10*9/L"},
            "nosocomial": False, "on_oxygen": False} | flags


KNOWN_PATIENT = _patient(sex="female", age=50, rate=20, spo2=95, urea=5, crp=50, lymphocytes=1)
KNOWN_RISKS = [
    (KNOWN_PATIENT | {"radiographic_infiltrates": False}, 0.1273),
    (_patient(sex="male", age=41, rate=21, spo2=98, urea=5, crp=31, lymphocytes=0.8, radiographic_infiltrates=True), 0.1579),
    (_patient(sex="male", age=23, rate=50, spo2=51, urea=21, crp=32, lymphocytes=32, radiographic_infiltrates=True, nosocomial=True,
              on_oxygen=True), 0.9788),
]


def known_risk(infiltrates: float) -> float:
    """The risk of KNOWN_PATIENT, whose image shows infiltrates with this probability."""
    without, with_them = (1 / (1 + np.exp(-logit)) for logit in (KNOWN_LOGIT, KNOWN_LOGIT + INFILTRATES_LOGIT))
    return float(infiltrates * with_them + (1 - infiltrates) * without)


def deterioration() -> dict:
    """The published outcome's entry."""
    return {"name": "deterioration", "model": "isaric_4c_deterioration",
            "missing": {name: {"probabilities": PROBABILITIES, **values, "note": NOTE} for name, values in MISSING.items()}}


def golden_cases(image_case: dict) -> list[dict]:
    """A case with an image, and the known patients without one."""
    return [image_case] + [{"record": record, "expected": {"outcomes": {"deterioration": risk}}, "tolerance": 1e-4} for record, risk in KNOWN_RISKS]
