"""What makes a model look good and be useless, looked for before anything is fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from aicovid.cohorts import Exam
from aicovid.errors import InvalidArgumentError
from aicovid.training.inputs import TREATMENT, Input
from aicovid.validation.arrays import Flags, Floats, Names
from aicovid.validation.discrimination import auroc

# An input that tells the outcome like this is the outcome, or was written down after it.
_LEAK = 0.98


class Trap(Enum):
    """A fault of the data or of the question."""

    SAME_PIXELS = "same_pixels"  #: one picture is of several patients: it would be learnt from and tested on
    IMAGE_AFTER_EVENT = "image_after_event"  #: the picture shows what is to be foretold
    VALUE_AFTER_EVENT = "value_after_event"  #: a value was taken when it had happened
    TREATMENT_INPUT = "treatment_input"  #: a doctor's decision is an input
    LEAKED_INPUT = "leaked_input"  #: an input alone tells the outcome
    SITE_ALONE = "site_alone"  #: the hospital alone predicts as well as the model
    PROJECTION_ALONE = "projection_alone"  #: AP or PA alone does
    MISSINGNESS_ALONE = "missingness_alone"  #: which values are missing does
    OUTLINE_ALONE = "outline_alone"  #: the outline of the lungs does


@dataclass(frozen=True)
class Caught:
    """A trap that the cohort has.

    Attributes
    ----------
    trap : Trap
    exams : int
        How many it concerns; 0 where that is no number of exams.
    where : str
        The input, or empty.
    """

    trap: Trap
    exams: int = 0
    where: str = ""

    def __str__(self) -> str:
        of = f", input {self.where}" if self.where else ""
        return f"{self.trap.value}{of}" + (f", {self.exams} exams" if self.exams else "")


class TrapError(InvalidArgumentError):
    """What was caught that no training may pass.

    Attributes
    ----------
    caught : list of Caught
    """

    def __init__(self, caught: list[Caught]):
        super().__init__("the cohort cannot be learnt from: " + "; ".join(map(str, caught)))
        self.caught = caught


def caught_before(exams: Sequence[Exam], outcome: str, inputs: Sequence[Input], values: Floats, event: Flags, patients: Names, *,
                  of_a_state: bool, allowed: Sequence[str] = ()) -> list[Caught]:  # fmt: skip
    """What is wrong with the exams and inputs.

    Parameters
    ----------
    exams : sequence of Exam
        Those that are used.
    outcome : str
    inputs : sequence of Input
        The clinical ones.
    values : [n, k]
    event, patients : [n]
    of_a_state : bool
        The outcome is a state at the time of the image, so that nothing comes after it.
    allowed : sequence of str
        Treatments that may be inputs all the same.
    """
    caught = []
    if shared := _shared_pictures(exams):
        caught.append(Caught(Trap.SAME_PIXELS, shared))
    if not of_a_state:
        after = sum(exam.outcomes.get(outcome) is True and exam.event_days.get(outcome, 0) < 0 for exam in exams)
        if after:
            caught.append(Caught(Trap.IMAGE_AFTER_EVENT, after))
        for one in inputs:
            late = sum(_is_late(exam, outcome, one.name) for exam in exams)
            if late:
                caught.append(Caught(Trap.VALUE_AFTER_EVENT, late, one.name))
    caught += [Caught(Trap.TREATMENT_INPUT, 0, one.name) for one in inputs if one.name in TREATMENT and one.name not in allowed]
    for place, one in enumerate(inputs):
        if leaks(values[:, place], event, patients):
            caught.append(Caught(Trap.LEAKED_INPUT, 0, one.name))
    return caught


def leaks(values: Floats, event: Flags, patients: Names) -> bool:
    """Whether an input alone, or whether it is missing, tells the outcome all but perfectly."""
    missing = np.isnan(values)
    known = ~missing
    told = []
    if event[known].any() and not event[known].all():
        told.append(auroc(values[known], event[known], patients[known])[0]["value"])
    if missing.any() and known.any():
        told.append(auroc(missing.astype(np.float64), event, patients)[0]["value"])
    return any(max(one, 1 - one) >= _LEAK for one in told)


def caught_after(differences: Mapping[Trap, float], lowest: float) -> list[Caught]:
    """Controls that predict as well: the lower end of the model's AUROC less theirs is not above 0.

    A control that does worse than chance counts as chance: `lowest`, the lower end of the model's own AUROC, must be above .5 too.
    """
    return [Caught(trap) for trap, low in differences.items() if not (low > 0 and lowest > 0.5)]


def _is_late(exam: Exam, outcome: str, name: str) -> bool:
    return (exam.outcomes.get(outcome) is True and outcome in exam.event_days and name in exam.value_days
            and exam.value_days[name] > exam.event_days[outcome])  # fmt: skip


def _shared_pictures(exams: Sequence[Exam]) -> int:
    """How many exams have a picture that another patient has too."""
    owners: dict[str, set[str]] = {}
    pictures = []
    for exam in exams:
        seen = exam.examination
        digest = None if seen is None else seen.input.pixel_sha256
        pictures.append(digest)
        if digest is not None:
            owners.setdefault(digest, set()).add(exam.patient)
    return sum(digest is not None and len(owners[digest]) > 1 for digest in pictures)
