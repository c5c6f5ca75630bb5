"""A given outcome, brought to where one's own patients are: intercept and slope of its logit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit, logit

import aicovid
from aicovid.cohorts import Cohort
from aicovid.errors import InvalidArgumentError
from aicovid.training.bundle import copy_bundle, rewrite
from aicovid.training.evaluation import HeldOut, best_line, figures, line_of
from aicovid.training.folds import patient_folds
from aicovid.training.study import FOLDS
from aicovid.validation.arrays import Floats

# A probability of 0 or 1 has no logit.
_LEAST = 1e-6


@dataclass(frozen=True)
class Recalibration:
    """What `site_recalibration` of the manifest holds, and what it does to patients that it was not fitted on.

    Attributes
    ----------
    slope, intercept : float
    before, after : dict
        Counts, AUROC and calibration of the outcome as it is, and recalibrated by a line of the other folds.
    without_number : int
        Exams of which the outcome has no probability; they are left out.
    """

    slope: float
    intercept: float
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    without_number: int


def recalibrate(cohort: Cohort, truth: str, assessor: aicovid.Assessor, outcome: str, *, seed: int = 1) -> Recalibration:
    """Fits intercept and slope of the outcome of a bundle on a cohort's.

    Parameters
    ----------
    cohort : Cohort
        The first exam of each patient with a known outcome is used.
    truth : str
        The outcome of the cohort.
    assessor : Assessor
        Of the bundle that made the cohort's examinations.
    outcome : str
        The bundle's, one with a probability.
    seed : int

    Raises
    ------
    InvalidArgumentError
        No such outcome; too few exams with a probability.
    """
    if outcome not in assessor.outcome_names:
        raise InvalidArgumentError(f"the bundle has no outcome {outcome}; it has: {', '.join(assessor.outcome_names) or 'none'}")
    rows, seen, without = [], set(), 0
    for exam in cohort.exams:
        happened = exam.outcomes.get(truth)
        if happened is None or exam.patient in seen:
            continue
        seen.add(exam.patient)
        report = assessor.assess(None, exam.record) if exam.examination is None else assessor.judge(exam.examination, exam.record)
        found = next(one for one in report.outcomes if one.name == outcome) if report.outcomes else None
        # A concurrent state has an index until it is recalibrated.
        share_of = None if found is None else found.index if found.probability is None else found.probability
        if share_of is None:
            without += 1
            continue
        rows.append((share_of, happened, exam.patient))
    event = np.array([row[1] for row in rows], dtype=bool)
    if min(int(event.sum()), int((~event).sum())) < FOLDS:
        raise InvalidArgumentError(f"{len(rows)} exams have a probability of {outcome} and a known {truth}, {int(event.sum())} of them with it; "
                                   f"expected at least {FOLDS} of each kind. {without} exams have no probability")  # fmt: skip
    share = np.clip(np.array([row[0] for row in rows], dtype=np.float64), _LEAST, 1 - _LEAST)
    patients = np.array([row[2] for row in rows], dtype=str)
    logits: Floats = logit(share)
    held_out = np.empty(len(rows))
    for learn, held in patient_folds(patients, event, FOLDS, seed):
        slope, intercept = line_of(logits[learn], event[learn])
        held_out[held] = expit(intercept + slope * logits[held])
    slope, intercept = best_line(logits, event)
    if not slope > 0:
        raise InvalidArgumentError(f"the slope of {truth} on {outcome} is {slope:.2f}; expected one above 0: it foretells the contrary here, and no line mends that")
    before, after = HeldOut(share), HeldOut(held_out)
    return Recalibration(slope, intercept, figures(before, event, patients), figures(after, event, patients), without)


def write_recalibrated(found: Recalibration, outcome: str, bundle: Path, out: Path) -> aicovid.Assessor:
    """Writes a copy of the bundle in which the outcome has the recalibration, and loads it.

    What golden cases expect of this outcome is mapped by the line.

    Raises
    ------
    InvalidArgumentError
        The folder is not empty, or the outcome has a recalibration already.
    """
    manifest = copy_bundle(bundle, out)
    for entry in manifest["outcomes"]:
        if entry["name"] == outcome:
            if "site_recalibration" in entry:
                raise InvalidArgumentError(f"the outcome {outcome} has a site_recalibration already; expected the bundle without it")
            entry["site_recalibration"] = {"intercept": found.intercept, "slope": found.slope}
    for case in manifest.get("golden", []):
        outcomes = case["expected"].get("outcomes", {})
        if outcome in outcomes:
            outcomes[outcome] = float(expit(found.intercept + found.slope * logit(outcomes[outcome])))
    manifest["name"] = out.name
    rewrite(out, manifest)
    figures_file = out / "site_recalibration.json"
    figures_file.write_text(json.dumps({"outcome": outcome, "without_number": found.without_number, "before": dict(found.before), "after": dict(found.after)},
                                       indent=1, allow_nan=False) + "\n", encoding="utf-8")  # fmt: skip
    return aicovid.Assessor.load(out)
