"""Who was in intensive care when the radiograph was taken: the labels of Hannover and of ieee8023, and laboratory values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from aicovid_models.radiographs.archives import LabelledRadiograph, hannover, ieee8023

# Name in a clinical record, column of Hannover's table, and what the library takes. D-dimer is left out: the table does not say
# whether its mg/l are FEU or DDU, which differ by a factor of two. pO2 is left out: mostly venous or mixed.
LABS = {"crp": ("crp", "mg/L", 1000.0), "ldh": ("ldh", "U/L", 5000.0),
        "lymphocytes": ("lymphocytes", "10*9/L", 100.0), "neutrophils": ("neutrophils", "10*9/L", 100.0)}


@dataclass(frozen=True)
class IcuImage:
    row: LabelledRadiograph
    state: str  # "in" intensive care at the exam, "never" in it, "other": before, after, or not known
    went: float  # 1 was in intensive care at some time, 0 never, NaN not known
    labs: tuple[float, ...]  # of LABS, from the day before to the day of the exam; NaN where there is none

    @property
    def ap(self) -> bool:
        return self.row.view.startswith("AP")


def hannover_icu(data: Path) -> list[IcuImage]:
    """Offsets are days from the exam: in intensive care where admission <= 0 <= release."""
    table = pd.read_csv(data / "hannover/data.csv", dtype={"patient_id": str, "image_id": str}).drop_duplicates("image_id")
    by_image = {row["image_id"]: row for _, row in table.iterrows()}
    images = []
    for radiograph in hannover(data):
        row = by_image[radiograph.path.stem]
        admitted, released = row["icu_admission_offset"], row["icu_release_offset"]
        state = "never" if np.isnan(admitted) else "in" if admitted <= 0 <= released else "other"
        labs = [_lab(row, column) for column, *_ in LABS.values()]
        images.append(IcuImage(radiograph, state, float(np.isfinite(admitted)), tuple(labs)))
    return images


def _lab(row: pd.Series, column: str) -> float:
    """From the day before to the day of the exam; "below detection" stands as 0, which the table has too."""
    value, offset = row[f"{column}_val"], row[f"{column}_offset"]
    return float(max(value, 0.0)) if -1 <= offset <= 0 else np.nan


def ieee8023_icu(data: Path) -> list[IcuImage]:
    """Images whose `in_icu` or `went_icu` is known. Laboratory values are known of two images: none are taken."""
    table = pd.read_csv(data / "ieee8023/metadata.csv", dtype=str).drop_duplicates("image").set_index("image")
    images = []
    for radiograph in ieee8023(data):
        at_exam, ever = (table.loc[radiograph.path.name, column] for column in ("in_icu", "went_icu"))
        state = "in" if at_exam == "Y" else "never" if at_exam == "N" and ever == "N" else "other"
        went = {"Y": 1.0, "N": 0.0}.get(ever, np.nan)
        if state != "other" or np.isfinite(went):
            images.append(IcuImage(radiograph, state, went, (np.nan,) * len(LABS)))
    return images


def is_covid_19(data: Path, images: list[IcuImage]) -> np.ndarray:
    """[n] bool, of images of ieee8023."""
    finding = pd.read_csv(data / "ieee8023/metadata.csv", dtype=str).drop_duplicates("image").set_index("image").finding
    return np.array([finding[image.row.path.name].startswith("COVID-19") for image in images])


def patient_weights(patients: list[str]) -> np.ndarray:
    """Every patient weighs one, however many images there are of them."""
    names, inverse, counts = np.unique(patients, return_inverse=True, return_counts=True)
    return 1.0 / counts[inverse]
