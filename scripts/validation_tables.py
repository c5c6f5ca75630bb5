#!/usr/bin/env python3
"""Writes tables for the validation protocol (docs/validation-protocol.md) from public radiographs.

Usage: validation_tables.py DATA OUT [--simulate]

OUT gets hannover_deterioration.csv, hannover_icu_stay.csv and ieee8023_deterioration.csv, from what the archives say, and
with --simulate also simulated.csv: real NIH radiographs with invented clinical values and an outcome drawn from the
library's own fused probability, shifted by site. There the truth is known; it says nothing about patients. Column `file`
is relative to DATA. Clinical values are taken from the day before to the exam.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from aicovid_models.radiographs.archives import SAME_PATIENT

# Stands in four rows of the archive with different contents.
AMBIGUOUS = "post-intubuation-pneumomediastium"
SITES = {"A": (0.0, 1.0), "B": (0.7, 1.0), "C": (0.0, 0.5)}  # intercept and slope of the truth on the library's logit


def hannover(data: Path, outcome: str) -> pd.DataFrame:
    """`deterioration`: intensive care or death from the day of the exam on. `icu_stay`: in intensive care at the exam,
    against never. Exams after a stay in intensive care have an unknown outcome."""
    table = pd.read_csv(data / "hannover/data.csv").drop_duplicates("image_id")
    # The days since admission order a patient's exams.
    table = table.sort_values(["patient_id", "admission_offset"], ascending=[True, False], kind="stable")
    into, out, death = (table[f"{name}_offset"] for name in ("icu_admission", "icu_release", "death"))
    never = into.isna()
    inside = (into <= 0) & ~(out < 0)
    if outcome == "icu_stay":
        truth = np.select([inside, never], ["true", "false"], "")
    else:
        later = (into >= 0) | inside | (death >= 0)
        truth = np.select([later, never], ["true", "false"], "")
    rows = pd.DataFrame({
        "file": "hannover/images/" + table.image_id + ".png", "patient": table.patient_id, "site": "Hannover", "outcome": truth,
        "view": table.projection.str.upper(), "sex": table.sex.map({"m": "male", "f": "female"}), "sars_cov_2": "confirmed",
        # On the day of admission to intensive care it is not said which came first.
        "care_location": np.where((into < 0) & ~(out < 0), "icu", ""),
    })  # fmt: skip
    for name, unit in (("crp", "mg/L"), ("ldh", "U/L"), ("lymphocytes", "10*9/L"), ("neutrophils", "10*9/L")):
        known = table[f"{name}_offset"].between(-1, 0) & np.isfinite(table[f"{name}_val"])
        rows[f"{name} [{unit}]"] = table[f"{name}_val"].where(known)
    return rows


def ieee8023(data: Path) -> pd.DataFrame:
    """Intensive care, intubation or death, ever; not known for a patient of whom intensive care is not stated and none of
    the three is."""
    table = pd.read_csv(data / "ieee8023/metadata.csv", dtype={"patientid": str})
    table = table[table.finding.str.contains("COVID-19") & ~table.image.str.startswith(AMBIGUOUS)].drop_duplicates("image")
    table["patientid"] = table.patientid.replace(SAME_PATIENT)
    table = table.sort_values(["patientid", "offset"], kind="stable")
    yes = (table.went_icu == "Y") | (table.in_icu == "Y") | (table.intubated == "Y") | (table.survival == "N")
    return pd.DataFrame({
        "file": "ieee8023/images/" + table.image, "patient": table.patientid, "site": "ieee8023",
        "outcome": np.select([yes, table.went_icu == "N"], ["true", "false"], ""),
        "view": np.where(table.view == "PA", "PA", "AP"), "sex": table.sex.map({"M": "male", "F": "female"}),
        "sars_cov_2": "confirmed", "care_location": np.where(table.in_icu == "Y", "icu", ""),
        "respiratory_support": np.where(table.intubation_present == "Y", "imv", ""), "age [a]": table.age,
        "temperature [Cel]": table.temperature, "spo2 [%]": table.pO2_saturation, "leukocytes [10*9/L]": table.leukocyte_count,
        "neutrophils [10*9/L]": table.neutrophil_count, "lymphocytes [10*9/L]": table.lymphocyte_count,
    })  # fmt: skip


def simulated(data: Path, patients: int) -> pd.DataFrame:
    import aicovid

    generator = np.random.default_rng(11)
    table = pd.read_csv(data / "nih/labels.csv", dtype={"age": float}).drop_duplicates("patient_id")
    table = table[table.age.between(18, 100)].head(patients).reset_index(drop=True)
    count = len(table)

    def spread(mean: float, ratio: float, low: float, high: float) -> np.ndarray:
        return np.clip(mean * np.exp(ratio * generator.standard_normal(count)), low, high).round(1)

    rows = pd.DataFrame({
        "file": "nih/images/" + table.image, "patient": table.patient_id, "site": generator.choice(list(SITES), count),
        "outcome": "", "view": table["view"], "age [a]": table.age, "sex": table.sex.map({"M": "male", "F": "female"}),
        "respiratory_rate [/min]": spread(21, 0.25, 8, 60).round(), "spo2 [%]": np.clip(generator.normal(94, 4, count), 70, 100).round(),
        "on_oxygen": np.where(generator.random(count) < 0.4, "true", "false"), "gcs": 15, "nosocomial": "false",
        "urea [mmol/L]": spread(6.5, 0.5, 1, 60), "crp [mg/L]": spread(70, 0.9, 1, 500),
        "lymphocytes [10*9/L]": spread(0.9, 0.5, 0.1, 5),
    })  # fmt: skip
    for column in ("urea [mmol/L]", "crp [mg/L]"):
        rows.loc[generator.random(count) < 0.1, column] = np.nan
    assessor = aicovid.Assessor.load("severity")
    for row in rows.index:
        values = rows.loc[row].drop(["file", "patient", "site", "outcome", "view"]).dropna()
        text = pd.DataFrame([values]).to_csv(index=False)
        report = assessor.assess(aicovid.read(data / rows.file[row]), aicovid.ClinicalRecord.parse(text))
        probability = report["outcomes"][0].get("probability")
        if probability is not None:
            intercept, slope = SITES[rows.site[row]]
            true_logit = intercept + slope * np.log(probability / (1 - probability))
            rows.loc[row, "outcome"] = json.dumps(bool(generator.random() < 1 / (1 + np.exp(-true_logit))))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--simulate", action="store_true", help="reads the images with the built module")
    parser.add_argument("--patients", type=int, default=600, help="of the simulated table")
    options = parser.parse_args()
    tables = {"hannover_deterioration": hannover(options.data, "deterioration"), "hannover_icu_stay": hannover(options.data, "icu_stay"),
              "ieee8023_deterioration": ieee8023(options.data)}  # fmt: skip
    if options.simulate:
        tables["simulated"] = simulated(options.data, options.patients)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(options.out / f"{name}.csv", index=False)
        print(f"{name}.csv: {len(table)} rows, outcome {table.outcome.value_counts().to_dict()}")


if __name__ == "__main__":
    main()
