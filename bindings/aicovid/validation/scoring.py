"""Runs the library over the exams: image alone, clinical values alone, both, and the clinician's reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aicovid
from aicovid.validation.table import Exam, TableError

# What is evaluated, in this order; which of them has numbers depends on bundle and table.
MARKERS = ("brixia", "infiltrates", "image", "clinical", "clinician", "fused")
OUTCOME_MARKERS = MARKERS[2:]
# A fault of the image. Any other error is the machine's or the bundle's, and ends the run.
OF_THE_IMAGE = ("corrupt", "unsupported", "not_found")


@dataclass
class Answer:
    """What one marker said of one exam."""

    status: str  # ok, indeterminate, not_applicable, not_computed, no_image, no_reading, refused, unreadable, contradiction
    reasons: list[str] = field(default_factory=list)
    value: float | None = None
    scale: str = ""  # probability or index
    low: float | None = None
    high: float | None = None
    assumed: list[str] = field(default_factory=list)


@dataclass
class Scored:
    """What the library said of one exam."""

    exam: Exam
    image: str = "no_image"  # accepted, flagged, refused, unreadable, no_image
    image_reasons: list[str] = field(default_factory=list)
    view: str = ""
    findings: dict[str, float] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)

    def value(self, marker: str) -> float | None:
        """The number of a marker of MARKERS, if it has one."""
        if marker in self.answers:
            return self.answers[marker].value
        return self.findings.get(marker)


def outcome_of(report: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The outcome of that name in a report that has it."""
    return next(outcome for outcome in report["outcomes"] if outcome["name"] == name)


def outcomes_of(assessor: aicovid.Assessor) -> list[dict[str, Any]]:
    """The bundle's outcomes, as a report without any value has them."""
    outcomes: list[dict[str, Any]] = assessor.assess(None, {})["outcomes"]
    return outcomes


def check_records(assessor: aicovid.Assessor, exams: list[Exam]) -> None:
    """Checks the clinical values of all exams against the bundle, before any image is read.

    Raises
    ------
    TableError
        Naming each row whose values contradict one another for an outcome of the bundle.
    """
    problems = []
    for exam in exams:
        try:
            for record in (exam.record, exam.with_reading):
                if record is not None:
                    assessor.assess(None, record)
        except aicovid.Error as error:
            if error.code != "bad_clinical_input":
                raise
            problems.append(f"row {exam.row}: {error}")
    if problems:
        raise TableError(problems)


def _answer(report: Mapping[str, Any], name: str) -> Answer:
    outcome = outcome_of(report, name)
    answer = Answer(outcome["status"], [reason["code"] for reason in outcome["reasons"]],
                    assumed=[entry["variable"] for entry in outcome["assumed"]])  # fmt: skip
    if outcome["status"] in ("ok", "indeterminate"):
        answer.scale = "probability" if "probability" in outcome else "index"
        answer.value = outcome.get(answer.scale)
        answer.low = outcome.get("interval", {}).get("low")
        answer.high = outcome.get("interval", {}).get("high")
    return answer


def score(assessor: aicovid.Assessor, exam: Exam, outcome: str) -> Scored:
    """Scores an exam by its image alone, by its clinical values alone, by both, and by the clinician's reading.

    Parameters
    ----------
    assessor : aicovid.Assessor
    exam : Exam
    outcome : str
        An outcome of the assessor's bundle.

    Returns
    -------
    Scored
        With an answer for each of OUTCOME_MARKERS. An image that cannot be read or that the gate refuses, and values that
        contradict the image's header, are answers and no errors.

    Raises
    ------
    aicovid.Error
        For any other failure: the machine's or the bundle's.
    """
    scored = Scored(exam, view=exam.view)
    scored.answers["clinical"] = _answer(assessor.assess(None, exam.record), outcome)
    scored.answers["clinician"] = Answer("no_reading")
    if exam.with_reading is not None:
        scored.answers["clinician"] = _answer(assessor.assess(None, exam.with_reading), outcome)
    if exam.file is None:
        return _without_image(scored, "no_image", [])
    try:
        examination = assessor.examine(aicovid.read(exam.file))
    except aicovid.Error as error:
        if error.code not in OF_THE_IMAGE:
            raise
        return _without_image(scored, "unreadable", [error.code])
    # The networks have seen the image; a report for each record takes no second look.
    report = assessor.judge(examination)
    scored.view = report["input"].get("view", exam.view)
    scored.image_reasons = [reason["code"] for reason in report["gate"]["reasons"]]
    if report["status"] == "refused":
        return _without_image(scored, "refused", scored.image_reasons)
    scored.image = report["gate"]["verdict"]
    scored.findings = {name: report["image"][name]["value"] for name in MARKERS[:2] if name in report["image"]}
    scored.answers["image"] = _answer(report, outcome)
    try:
        both = assessor.judge(examination, exam.record)
        scored.answers["fused"] = _answer(both, outcome)
        scored.warnings.update({warning["code"] for warning in both["warnings"]})
    except aicovid.Error as error:
        if error.code != "patient_mismatch":
            raise
        scored.answers["fused"] = Answer("contradiction", ["patient_mismatch"])
    return scored


def _without_image(scored: Scored, image: str, reasons: list[str]) -> Scored:
    scored.image, scored.image_reasons = image, reasons
    for marker in ("image", "fused"):
        scored.answers[marker] = Answer(image, reasons)
    return scored
