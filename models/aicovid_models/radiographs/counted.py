"""Which of the archives' images count, and as whose: every person has one name, every picture counts once, and all are adults.

The archives give a person several numbers, show one picture in several files, and hold children. What `archives` reads is as the
archives have it, and what version 1.3.0 learnt from; all later training and every later figure starts here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from aicovid_models.radiographs import archives
from aicovid_models.radiographs.archives import LabelledRadiograph

ADULT = 18
# One person under two numbers: those that share images, a series of one patient under 192 and 196, and two copies of one case.
SAME_PATIENT = {"ieee8023-196": "ieee8023-192", "ieee8023-195": "ieee8023-193"}
# Patients of covid-cxnet who are in ieee8023 too.
CXNET_IN_IEEE8023 = {"106": "326b", "108": "290", "109": "359", "110": "204", "111": "216", "112": "206", "136": "350a", "143": "344",
                     "153": "347", "167": "350a", "182": "337"}
# The same picture in a second file; the first stands for both.
SAME_PICTURE = {"ieee8023/E63574A7-4188-4C8D-8D17-9D67A18A1AFA": "ieee8023/F4341CE7-73C9-45C6-99C8-8567A5484B63",
                "nih/00002658_002": "nih/00002658_001", "covid-cxnet/508": "covid-cxnet/468", "covid-cxnet/509": "covid-cxnet/469"}


def one_name_a_person(rows: list[LabelledRadiograph]) -> list[LabelledRadiograph]:
    return [replace(row, patient=SAME_PATIENT.get(row.patient, row.patient)) for row in rows]


def one_picture_once(rows: list[LabelledRadiograph]) -> list[LabelledRadiograph]:
    """Of the files of one picture the first, with the mean of what was read in all of them."""
    by_key = {row.key: row for row in rows}
    for second, first in SAME_PICTURE.items():
        if second in by_key and first in by_key:
            by_key[first] = _with_mean_scores(by_key[first], by_key.pop(second))
    return list(by_key.values())


def _with_mean_scores(first: LabelledRadiograph, second: LabelledRadiograph) -> LabelledRadiograph:
    if first.patient != second.patient:
        raise ValueError(f"{first.key} and {second.key} are one picture of two patients")

    def mean(name: str):
        """Of the files that have a value."""
        values = np.array([getattr(first, name), getattr(second, name)])
        known = np.isfinite(values)
        return np.where(known.any(0), np.where(known, values, 0).sum(0) / np.maximum(known.sum(0), 1), np.nan)

    return replace(first, zones_s=mean("zones_s"), zones_j=mean("zones_j"), extent=float(mean("extent")), opacity=float(mean("opacity")))


def adults(rows: list[LabelledRadiograph], age_of: dict[str, float]) -> list[LabelledRadiograph]:
    """@param age_of  by file name; who has no age stays: the archives say it where the patient is a child"""
    return [row for row in rows if not age_of.get(row.path.name, np.nan) < ADULT]


def _ages(table: Path) -> dict[str, float]:
    rows = pd.read_csv(table).drop_duplicates("image")
    return dict(zip(rows.image.str.rsplit("/").str[-1], pd.to_numeric(rows.age, errors="coerce"), strict=True))


def hannover(data: Path) -> list[LabelledRadiograph]:
    """No age is stated; the hospital's series is of adults."""
    return archives.hannover(data)


def ieee8023(data: Path) -> list[LabelledRadiograph]:
    return one_picture_once(one_name_a_person(adults(archives.ieee8023(data), _ages(data / "ieee8023/metadata.csv"))))


def nih(data: Path) -> list[LabelledRadiograph]:
    return one_picture_once(adults(archives.nih(data), _ages(data / "nih/labels.csv")))


def covid_cxnet(data: Path) -> list[LabelledRadiograph]:
    """No scores; `findings` is "opacification", "none" or "". A test of drawings and letters, never a source of zeros."""
    table, none = pd.read_csv(data / "covid-cxnet/labels.csv", dtype=str), np.full(6, np.nan)
    finding = {"1": "opacification", "0": "none"}
    rows = [LabelledRadiograph(data / "covid-cxnet" / row.image, "covid-cxnet",
                               f"ieee8023-{CXNET_IN_IEEE8023[row.patient_id]}" if row.patient_id in CXNET_IN_IEEE8023 else f"cxnet-{row.patient_id}",
                               "none stated", row.view if isinstance(row.view, str) else "", None, none, none, np.nan, np.nan,
                               finding.get(row.opacification, "")) for row in table.itertuples()]
    return one_picture_once(adults(rows, _ages(data / "covid-cxnet/labels.csv")))
