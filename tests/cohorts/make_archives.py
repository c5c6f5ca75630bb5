#!/usr/bin/env python3
"""Makes archives as hospitals send them, with their faults and a known truth, for the tests of cohorts and training.

Usage: make_archives.py OUT [--seed N] [--rows N] [--images N] [--bad-cells N] [--data DIR]

OUT gets aiforcovid/ (data.csv of 40 columns, images/, truth.json) and nccid/ (a tree, and truth.json). It knows nothing of the
library, so that a mistake there is not made here again. Every patient is invented. With --data, images of public archives are
written as DICOM of 14 bits, which must not be committed; without, there are none. Figures of the faults: what is publicly said of
the AIforCOVID archive (six hospitals, CRP in mg/dL at some, whole columns missing, images nearly black or inverted) and of NCCID
(schema v2.1).
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = (
    "Row_number ImageFile Hospital Age Sex PositivityAtAdmission Temp_C DaysFever Cough DifficultyInBreathing WBC RBC CRP "
    "Fibrinogen Glucose PCT LDH INR D_dimer Ox_percentage PaO2 SaO2 PaCO2 pH CardiovascularDisease IschemicHeartDisease "
    "AtrialFibrillation HeartFailure Ictus HighBloodPressure Diabetes Dementia BPCO Cancer ChronicKidneyDisease "
    "RespiratoryFailure Obesity Position Prognosis Death"
).split()
SHARES = {"A": 0.11, "B": 0.09, "C": 0.14, "D": 0.13, "E": 0.09, "F": 0.44}
# Of the canonical unit, what the hospital writes for one.
FACTORS = {("CRP", "C"): 0.1, ("CRP", "E"): 0.1, ("D_dimer", "B"): 1000.0, ("D_dimer", "F"): 1000.0}
WHOLE_COLUMNS = {
    "A": ["Fibrinogen"],
    "B": ["PCT", "pH"],
    "C": ["D_dimer"],
    "D": ["Position"],
    "E": ["Glucose", "RespiratoryFailure"],
    "F": [
        "Ox_percentage",
        "CardiovascularDisease",
        "IschemicHeartDisease",
        "AtrialFibrillation",
        "HeartFailure",
        "Ictus",
        "Position",
    ],
}
# Log-odds of SEVERE: the intercept, and for each unit of the variable from its centre on. Severity is a Brixia total, 0 to 18.
INTERCEPT = -0.3
TRUTH = {"age": (0.03, 65.0), "crp": (0.006, 70.0), "ldh": (0.003, 330.0), "sao2": (-0.10, 94.0), "severity": (0.14, 8.0)}
# Share of the cells that are missing at random, beside whole columns.
MISSING = {
    "CRP": 0.03,
    "LDH": 0.16,
    "SaO2": 0.13,
    "PaO2": 0.34,
    "PaCO2": 0.29,
    "pH": 0.53,
    "DaysFever": 0.34,
    "D_dimer": 0.08,
    "PCT": 0.04,
    "INR": 0.05,
    "Temp_C": 0.03,
    "WBC": 0.01,
    "RBC": 0.01,
    "Glucose": 0.01,
    "Fibrinogen": 0.6,
}
# (column, cell that nobody can read as its value)
BAD_CELLS = [("CRP", "n.d."), ("Age", "640"), ("LDH", "3O0"), ("Sex", "7"), ("Temp_C", "3.75"), ("Prognosis", "MODERATE")]


def aiforcovid(
    seed: int = 1, rows: int = 1600, severity: np.ndarray | None = None, bad_cells: int = 0
) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The rows of a sheet, and the truth: coefficients, and of each row the values in canonical units and the probability.

    severity: of the first rows, where their images are given; the others are drawn.
    """
    draw = np.random.default_rng(seed)

    def spread(middle: float, ratio: float, low: float, high: float, digits: int) -> np.ndarray:
        return np.clip(middle * np.exp(ratio * draw.standard_normal(rows)), low, high).round(digits)

    site = draw.choice(list(SHARES), rows, p=list(SHARES.values()))
    points = np.round(18 * draw.beta(1.6, 2.0, rows), 1)
    if severity is not None:
        points[: len(severity)] = severity
    # Sicker lungs come with more of both enzymes and with less oxygen, so that the predictors are not independent.
    truth = {
        "age": np.clip(draw.normal(65, 15, rows), 18, 98).round(),
        "crp": np.clip(spread(55, 0.9, 1, 450, 0) + 3 * (points.round() - 8), 1, 500),
        "ldh": np.clip(spread(310, 0.35, 100, 1500, 0) + 8 * (points.round() - 8), 90, 1600),
        "sao2": np.clip(draw.normal(95, 3, rows) - 0.25 * (points - 8), 65, 100).round(1),
        "severity": points,
    }
    logit = INTERCEPT + sum(slope * (truth[name] - centre) for name, (slope, centre) in TRUTH.items())
    probability = 1 / (1 + np.exp(-logit))
    severe = draw.random(rows) < probability
    flag = lambda share: (draw.random(rows) < share).astype(int)  # noqa: E731
    values: dict[str, np.ndarray] = {
        "Age": truth["age"].astype(int),
        "Sex": flag(0.35),
        "PositivityAtAdmission": flag(0.9),
        "Temp_C": draw.normal(37.7, 0.8, rows).clip(35, 41).round(1),
        "DaysFever": draw.integers(0, 15, rows),
        "Cough": flag(0.55),
        "DifficultyInBreathing": flag(0.5),
        "WBC": spread(6.8, 0.4, 1, 40, 2),
        "RBC": draw.normal(4.7, 0.6, rows).clip(2, 7).round(2),
        "CRP": truth["crp"],
        "Fibrinogen": spread(550, 0.25, 100, 1200, 0),
        "Glucose": spread(115, 0.25, 50, 600, 0),
        "PCT": spread(0.12, 1.0, 0.01, 50, 2),
        "LDH": truth["ldh"],
        "INR": spread(1.1, 0.12, 0.8, 6, 2),
        "D_dimer": spread(0.8, 0.8, 0.1, 30, 3),
        "Ox_percentage": np.full(rows, ""),
        "PaO2": spread(70, 0.2, 30, 200, 1),
        "SaO2": truth["sao2"],
        "PaCO2": spread(34, 0.15, 15, 90, 1),
        "pH": draw.normal(7.45, 0.04, rows).clip(7, 7.7).round(2),
        **{name: flag(0.15) for name in COLUMNS[24:37]},
        "Position": draw.integers(0, 2, rows),
    }
    missing = {name: draw.random(rows) < share for name, share in MISSING.items()}
    dead = severe & (draw.random(rows) < 0.3)
    sheet = []
    for index in range(rows):
        row = {
            "Row_number": str(index + 1),
            "ImageFile": f"P_{index + 1}.dcm",
            "Hospital": str(site[index]),
            "Prognosis": "SEVERE" if severe[index] else "MILD",
            "Death": str(int(dead[index])),
        }
        for name, column in values.items():
            if name in WHOLE_COLUMNS[row["Hospital"]] or (name in missing and missing[name][index]):
                row[name] = ""
            else:
                factor = FACTORS.get((name, row["Hospital"]))
                row[name] = str(column[index]) if factor is None else f"{float(column[index]) * factor:.6g}"
        sheet.append({name: row[name] for name in COLUMNS})
    spoilt = []
    for number, place in enumerate(draw.choice(rows, bad_cells, replace=False) if bad_cells else []):
        column, cell = BAD_CELLS[number % len(BAD_CELLS)]
        sheet[place][column] = cell
        spoilt.append({"row": int(place) + 2, "column": column})
    return sheet, {
        "seed": seed,
        "intercept": INTERCEPT,
        "coefficients": {name: {"per_unit": slope, "centre": centre} for name, (slope, centre) in TRUTH.items()},
        "crp_mg_per_dl": [hospital for name, hospital in FACTORS if name == "CRP"],
        "whole_columns_missing": WHOLE_COLUMNS,
        "bad_cells": sorted(spoilt, key=lambda each: each["row"]),
        "rows": [
            {
                "image_file": row["ImageFile"],
                "hospital": row["Hospital"],
                "probability": float(probability[index]),
                "severe": bool(severe[index]),
                "dead": bool(dead[index]),
                **{name: float(column[index]) for name, column in truth.items()},
            }
            for index, row in enumerate(sheet)
        ],
    }


def mapping() -> dict[str, Any]:
    """The mapping file that is right for `aiforcovid`."""
    units = {
        "WBC": "10*9/L",
        "RBC": "10*12/L",
        "CRP": "mg/L",
        "Fibrinogen": "mg/dL",
        "Glucose": "mg/dL",
        "PCT": "ng/mL",
        "LDH": "U/L",
        "D_dimer": "mg/L{FEU}",
        "PaO2": "mm[Hg]",
        "SaO2": "%",
        "PaCO2": "mm[Hg]",
    }
    other = {0.1: "mg/dL", 1000.0: "ug/L{FEU}"}
    by_site = {
        site: units | {name: other[factor] for (name, hospital), factor in FACTORS.items() if hospital == site} for site in SHARES
    }
    return {
        "schema": "aicovid.cohort_mapping/1",
        "kind": "aiforcovid",
        "name": "made archive",
        "units": by_site,
        "words": {"Sex": {"0": "male", "1": "female"}},
    }


def write_aiforcovid(folder: Path, seed: int, rows: int, images: int, bad_cells: int, data: Path | None) -> None:
    """The folder aiforcovid/: sheet, mapping, truth and images."""
    scored = [] if data is None else scored_images(data)[:images]
    sheet, truth = aiforcovid(seed, rows, np.array([points for _, points in scored]), bad_cells)
    folder.mkdir(parents=True)
    with open(folder / "data.csv", "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sheet)
    (folder / "mapping.json").write_text(json.dumps(mapping(), indent=1) + "\n")
    (folder / "images").mkdir()
    truth["images"] = []
    for number, (file, _) in enumerate(scored, start=1):
        # One of twelve is nearly black, one inverted without a word of it in the header, and one MONOCHROME1 as it should be.
        fault = {1: "near_black", 5: "inverted", 9: "monochrome1"}.get(number % 12, "none")
        write_dicom(folder / "images" / f"P_{number}.dcm", pixels_of(file), fault, number, "20200310")
        truth["images"].append({"image_file": f"P_{number}.dcm", "fault": fault})
    (folder / "truth.json").write_text(json.dumps(truth) + "\n")


def scored_images(data: Path) -> list[tuple[Path, float]]:
    """The images of ieee8023 that readers gave a Brixia total, and its mean over the readers."""
    with open(data / "ieee8023" / "severity_scores.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    totals: dict[str, list[float]] = {}
    for row in rows:
        for reader in ("S", "J"):
            if row.get(f"brixia_global_{reader}"):
                totals.setdefault(row["image"], []).append(float(row[f"brixia_global_{reader}"]))
    return sorted((data / "ieee8023" / "images" / name, float(np.mean(each))) for name, each in totals.items())


def pixels_of(file: Path) -> np.ndarray:
    """[H,W] uint8."""
    from PIL import Image

    return np.asarray(Image.open(file).convert("L"))


def write_dicom(file: Path, grey: np.ndarray, fault: str, number: int, day: str, view: str = "AP", modality: str = "DX") -> None:
    """Writes an image of 14 bits in 16, explicit little endian."""
    import pydicom
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    stored = (grey.astype(np.float64) * (16383 / 255)).round()
    if fault == "near_black":
        stored = (stored / 400).round()
    elif fault in ("inverted", "monochrome1"):
        stored = 16383 - stored
    root = "1.2.826.0.1.3680043.8.498.77"
    header = pydicom.Dataset()
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.SOPClassUID = header.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = f"{root}.3.{number}"
    header.StudyInstanceUID, header.SeriesInstanceUID = f"{root}.1.{number}", f"{root}.2.{number}"
    header.Modality, header.BodyPartExamined, header.ViewPosition = modality, "CHEST", view
    header.PatientID, header.PatientName, header.StudyDate, header.AcquisitionDate = f"made{number}", f"Made^{number}", day, day
    header.PhotometricInterpretation = "MONOCHROME1" if fault == "monochrome1" else "MONOCHROME2"
    header.SamplesPerPixel, header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = 1, 16, 14, 13, 0
    header.Rows, header.Columns = grey.shape
    header.PixelData = stored.astype("<u2").tobytes()
    header.save_as(file, enforce_file_format=True)


def write_nccid(root: Path, seed: int, patients: int, images: int, data: Path | None) -> None:
    """The folder nccid/: a tree with patients' files, metadata, and what has to be set aside."""
    draw = np.random.default_rng(seed)
    pictures = [] if data is None else [file for file, _ in scored_images(data)[:images]]
    centres = [
        "Imperial College Healthcare NHS Trust",
        "Cambridge University Hospitals NHS Foundation Trust",
        "West Suffolk NHS Foundation Trust",
    ]
    truth: dict[str, Any] = {"patients": [], "ct": 0, "mri": 0}
    for number in range(1, patients + 1):
        name, positive = f"Covid{number}", number % 5 != 0
        centre = centres[number % 3]
        died, itu = positive and number % 7 == 0, positive and number % 4 == 0
        admitted = f"2020-03-{1 + number % 27:02}"
        crp = float(draw.integers(5, 300))
        pao2 = round(float(draw.normal(10, 2)), 1)
        row: dict[str, Any] = {
            "Pseudonym": name,
            "SubmittingCentre": centre,
            "Age": round(float(np.clip(draw.normal(65, 12), 20, 95)), 3),
            "Sex": ["0", "1", "F", "M"][number % 4],
            "CRP on admission": crp,
            "PaO2": pao2,
            "Urea on admission": round(float(np.clip(draw.normal(7, 1.5), 2, 20)), 1),
            "D-dimer on admission": 900,
            "PMH h1pertension": "1es" if number % 2 else None,
            "Date of admission": f"{admitted[5:7]}/{admitted[8:]}/2020",
            "Systolic BP": "[137/91] - 2020-06-02",
            "Diastolic BP": "[137/91] - 2020-06-02",
            "FiO2": "white",
            "Lymphocyte count on admission": 0.9,
            "1st RT-PCR result": "RNA DETECTED (SARS-CoV-2)" if positive else "0",
        }
        if positive:
            # The header with a blank at its end, and a date with text before it, are the database's.
            row |= {
                "ITU admission ": int(itu),
                "Intubation": 0,
                "Death": int(died),
                "Date of ITU admission": "[Text] - 2020-04-02" if itu else None,
                "Date of death": "04/09/2020" if died else None,
            }
        folder = root / "data" / name
        folder.mkdir(parents=True)
        kind = "data" if positive else "status"
        # The earlier file has another CRP: the latest wins.
        (folder / f"{kind}_2020-05-01.json").write_text(json.dumps(row | {"CRP on admission": 999}))
        (folder / f"{kind}_2020-06-01.json").write_text(json.dumps(row))
        if positive and number % 10 == 1:
            (folder / "status_2020-07-01.json").write_text(json.dumps(row | {"CRP on admission": 998}))
        part = "validation" if number % 3 == 0 else "training"
        taken = f"202003{5 + number % 20:02}"
        has_image = number % 6 != 2
        if has_image:
            series = root / part / "xray" / name / f"1.2.{number}" / f"1.2.{number}.1"
            series.mkdir(parents=True)
            if number <= len(pictures):
                write_dicom(series / "image.dcm", pixels_of(pictures[number - 1]), "none", number, taken)
            else:
                (series / "image.dcm").write_bytes(b"")
            beside = root / part / "xray-metadata" / series.relative_to(root / part / "xray")
            beside.mkdir(parents=True)
            (beside / "image.json").write_text(
                json.dumps(
                    {
                        "00080060": {"vr": "CS", "Value": ["DX"]},
                        "00080020": {"vr": "DA", "Value": [taken]},
                        "00185101": {"vr": "CS", "Value": ["PA" if number % 2 else "AP"]},
                    }
                )
            )
        for scanner, every in (("ct", 4), ("mri", 9)):
            if number % every == 0:
                series = root / part / scanner / name / f"1.3.{number}" / "1.3.1"
                series.mkdir(parents=True)
                (series / "slice.dcm").write_bytes(b"")
                truth[scanner] += 1
        truth["patients"].append(
            {
                "patient": name,
                "centre": centre,
                "positive": positive,
                "crp": crp,
                "pao2_kpa": pao2,
                "icu": itu if positive else None,
                "death": died if positive else None,
                "has_image": has_image,
                "taken": taken,
            }
        )
    orphan = root / "training" / "xray" / "Covid9999" / "1.2.9999" / "1.2.9999.1"
    orphan.mkdir(parents=True)
    (orphan / "image.dcm").write_bytes(b"")
    (root / "truth.json").write_text(json.dumps(truth) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=1600)
    parser.add_argument("--images", type=int, default=24, help="of each archive; needs --data")
    parser.add_argument("--bad-cells", type=int, default=0)
    parser.add_argument("--data", type=Path, help="the folder with ieee8023/")
    options = parser.parse_args()
    write_aiforcovid(options.out / "aiforcovid", options.seed, options.rows, options.images, options.bad_cells, options.data)
    write_nccid(options.out / "nccid", options.seed, max(30, options.images), options.images, options.data)


if __name__ == "__main__":
    main()
