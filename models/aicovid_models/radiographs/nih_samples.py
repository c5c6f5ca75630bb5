"""Radiographs of another archive (NIH ChestX-ray14): clear lungs to learn from, and others to be tested on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.statistics.evaluation import auroc, bootstrap

SEED = 20200403
VIEWS = ("PA", "AP")
TEST_OF_A_VIEW, LEARN_OF_A_VIEW, PNEUMONIA_OF_A_VIEW = 75, 60, 120
NO_FINDING = "No Finding"


@dataclass(frozen=True)
class Samples:
    """No patient is in two of them, except that a patient may be in `clear_test` or `pneumonia` with one image a view."""

    clear_learn: list[LabelledRadiograph]
    clear_test: list[LabelledRadiograph]
    pneumonia: list[LabelledRadiograph]


def draw_samples(rows: list[LabelledRadiograph]) -> Samples:
    """Fixed random samples, one image of a patient and view."""
    names = sorted({row.patient for row in rows})
    rank = dict(zip(names, np.random.default_rng(SEED).permutation(len(names)), strict=True))
    ordered = sorted(rows, key=lambda row: (rank[row.patient], row.key))
    taken: set[str] = set()

    def draw(clear: bool, count: int) -> list[LabelledRadiograph]:
        drawn = []
        for view in VIEWS:
            of_patient = {}
            for row in ordered:
                if row.view == view and (row.findings == NO_FINDING) == clear and row.patient not in taken:
                    of_patient.setdefault(row.patient, row)
            drawn += list(of_patient.values())[:count]
        taken.update(row.patient for row in drawn)
        return drawn

    return Samples(clear_test=draw(True, TEST_OF_A_VIEW), clear_learn=draw(True, LEARN_OF_A_VIEW), pneumonia=draw(False, PNEUMONIA_OF_A_VIEW))


def measure(samples: Samples, clear: dict[str, np.ndarray], pneumonia: dict[str, np.ndarray], lower_end: float) -> dict:
    """By view, how clear lungs are read and whether pneumonia is read as more than they are.

    @param clear, pneumonia  for `clear_test` and `pneumonia`: "brixia", "logit" and "probability", each [n]
    @param lower_end         of the total's interval, as an offset
    """
    result = {}
    for view in VIEWS:
        here = np.array([row.view == view for row in samples.clear_test])
        there = np.array([row.view == view for row in samples.pneumonia])
        patients = [row.patient for row in samples.clear_test if row.view == view]
        others = [row.patient for row in samples.pneumonia if row.view == view]
        brixia, logit = clear["brixia"][here], np.concatenate([clear["logit"][here], pneumonia["logit"][there]])
        result[view.lower()] = {
            "brixia": bootstrap(lambda x: float(x.mean()), patients, brixia),
            "brixia_median": round(float(np.median(brixia)), 3),
            "share_above_6": bootstrap(lambda x: float((x > 6).mean()), patients, brixia),
            "share_interval_reaches_1": bootstrap(lambda x: float((x + lower_end <= 1).mean()), patients, brixia),
            "infiltrates": bootstrap(lambda x: float(x.mean()), patients, clear["probability"][here]),
            "infiltrates_median": round(float(np.median(clear["probability"][here])), 3),
            "pneumonia_brixia": bootstrap(lambda x: float(x.mean()), others, pneumonia["brixia"][there]),
            "pneumonia_auroc": bootstrap(auroc, patients + others, logit, np.repeat([0.0, 1.0], [here.sum(), there.sum()])),
        }
    return result
