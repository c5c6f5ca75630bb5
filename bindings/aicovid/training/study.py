"""From a cohort to a model and to what it is worth: image alone, clinical values alone, and both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aicovid.cohorts import Cohort, Exam
from aicovid.errors import InvalidArgumentError
from aicovid.training.evaluation import Calibrated, HeldOut, Learner, Material, figures, gain_over, group_figures, held_out, train
from aicovid.training.folds import centre_folds, patient_folds
from aicovid.training.inputs import Input, Kind, findings_of, inputs_of
from aicovid.training.logistic import Shape
from aicovid.training.traps import Trap, TrapError, caught_after, caught_before
from aicovid.training.trees import TreeShape
from aicovid.validation.arrays import Floats, Names

FOLDS = 10
#: What is compared: the inputs of each, in words.
SETS = ("image", "clinical", "fused")
# A control is a model of one column; nothing is to be chosen of it.
CONTROL = (Shape(0.3),)


@dataclass(frozen=True)
class Study:
    """What was learnt, and how good it is on patients that it did not learn from.

    Attributes
    ----------
    outcome : str
    definition : str
    kind : str
        "prognosis" or "concurrent_state".
    inputs : tuple of Input
    material : Material
        The exams that were used.
    fused : Calibrated
        The model of all inputs, learnt from all exams.
    figures : dict
        What the card says: counts, sets, controls, groups, centres, traps (`docs/training.md`).
    out_of_fold : [n]
        The fused probability of each exam by a model of other patients.
    """

    outcome: str
    definition: str
    kind: str
    inputs: tuple[Input, ...]
    material: Material
    fused: Calibrated
    figures: Mapping[str, Any]
    out_of_fold: Floats


def study(cohort: Cohort, outcome: str, *, inputs: Sequence[str] | None = None, of_a_state: bool = False, allowed: Sequence[str] = (),
          every_exam: bool = False, learner: Learner = Learner.LOGISTIC, seed: int = 1) -> Study:  # fmt: skip
    """Trains and evaluates.

    Parameters
    ----------
    cohort : Cohort
    outcome : str
        One of the cohort's.
    inputs : sequence of str, optional
        Clinical variables; all that can be learnt from if None. The image's Brixia total is added where there is one.
    of_a_state : bool
        The outcome is a state at the time of the image, and no forecast.
    allowed : sequence of str
        Treatments that may be inputs all the same.
    every_exam : bool
        Learn from all exams of a patient, not from the first with a known outcome.
    learner : Learner
        A logistic regression, gradient-boosted trees, or what is better on inner folds.
    seed : int

    Raises
    ------
    TrapError
        With what was caught.
    InvalidArgumentError
        No such outcome or variable; too few patients.
    """
    found = next((one for one in cohort.outcomes if one.name == outcome), None)
    if found is None:
        raise InvalidArgumentError(f"the cohort has no outcome {outcome}; it has: {', '.join(one.name for one in cohort.outcomes) or 'none'}")
    frame = cohort.frame()
    used = used_exams(cohort.exams, outcome, every_exam)
    exams, frame = [cohort.exams[place] for place in used], frame.iloc[used].reset_index(drop=True)
    event = np.array([exam.outcomes[outcome] is True for exam in exams], dtype=bool)
    patients, sites = (np.array([getattr(exam, name) for exam in exams], dtype=str) for name in ("patient", "site"))
    clinical = inputs_of(cohort, frame, inputs)
    chosen = (*clinical, *findings_of(frame))
    if not chosen or min(event.sum(), (~event).sum()) < FOLDS:
        raise InvalidArgumentError(f"there are {len(chosen)} inputs, {int(event.sum())} exams with the outcome and {int((~event).sum())} without; "
                                   f"expected at least one input and {FOLDS} exams of each")  # fmt: skip
    values = np.stack([one.values(frame) for one in chosen], axis=1)
    caught = caught_before(exams, outcome, clinical, values, event, patients, of_a_state=of_a_state, allowed=allowed)
    if caught:
        raise TrapError(caught)
    material = Material(chosen, values, event, patients, sites)
    views = np.array([exam.view or "unknown" for exam in exams], dtype=str)
    of_fold, told = _evaluated(material, views, frame, seed, learner.shapes)
    # Nobody knows then whether image and values came before the event.
    told["times_unknown"] = not of_a_state and not any(outcome in exam.event_days for exam in exams if exam.outcomes[outcome])
    told |= {"exams": len(cohort.exams), "outcome_unknown_or_later_exam": len(cohort.exams) - len(used), "seed": seed}
    return Study(outcome, found.definition, "concurrent_state" if of_a_state else "prognosis", chosen, material, train(material, seed, learner.shapes), told, of_fold)


def used_exams(exams: Sequence[Exam], outcome: str, every_exam: bool) -> list[int]:
    """The places of those with a known outcome: the first of each patient, or every one."""
    seen: set[str] = set()
    used = []
    for place, exam in enumerate(exams):
        if exam.outcomes.get(outcome) is None or (exam.patient in seen and not every_exam):
            continue
        seen.add(exam.patient)
        used.append(place)
    return used


def _evaluated(material: Material, views: Names, frame: Any, seed: int, shapes: Sequence[Shape | TreeShape]) -> tuple[Floats, dict[str, Any]]:
    image = [one.name for one in material.inputs if one.kind is Kind.FINDING]
    clinical = [one.name for one in material.inputs if one.kind is not Kind.FINDING]
    sets = {"image": image, "clinical": clinical, "fused": [*clinical, *image]}
    folds = list(patient_folds(material.patients, material.event, FOLDS, seed))
    centres = list(centre_folds(material.sites, material.patients, material.event))
    found: dict[str, HeldOut] = {}
    told: dict[str, Any] = {"sets": {}, "leave_one_centre_out": {}, "folds": len(folds)}
    for name in SETS:
        if not sets[name] or (name == "fused" and not (image and clinical)):
            continue
        part = material.of(sets[name])
        found[name] = held_out(part, folds, seed, shapes)
        told["sets"][name] = figures(found[name], material.event, material.patients)
        if len(centres) > 1:
            left_out = held_out(part, centres, seed, shapes)
            told["leave_one_centre_out"][name] = {"all": _without_curves(figures(left_out, material.event, material.patients)),
                                                  "sites": group_figures(left_out, material.event, material.patients, material.sites)}  # fmt: skip
    best = next(name for name in reversed(SETS) if name in found)
    told["model"] = best
    controls = {Trap.SITE_ALONE: one_hot(material.sites), Trap.PROJECTION_ALONE: one_hot(views),
                Trap.MISSINGNESS_ALONE: np.isnan(material.values).astype(np.float64)}  # fmt: skip
    told["controls"], above = {}, {}
    for trap, columns in controls.items():
        columns = columns[:, columns.std(axis=0) > 0]
        if columns.shape[1] == 0:
            continue
        control = Material(tuple(Input(f"column_{place}", Kind.FLAG) for place in range(columns.shape[1])), columns, material.event, material.patients, material.sites)
        score = held_out(control, folds, seed, CONTROL)
        gain = gain_over(found[best], score, material.event, material.patients)
        told["controls"][trap.value] = _without_curves(figures(score, material.event, material.patients)) | {"model_minus_control": gain}
        above[trap] = float(gain.get("low", -1.0))
    lowest = float(told["sets"][best].get("auroc", {}).get("low", 0.0))
    told["traps"] = [str(one) for one in caught_after(above, lowest)]
    told["groups"] = {"view": group_figures(found[best], material.event, material.patients, views)}
    for name, groups in _groups(frame).items():
        told["groups"][name] = group_figures(found[best], material.event, material.patients, groups)
    if len(set(material.sites)) > 1:
        told["groups"]["site"] = group_figures(found[best], material.event, material.patients, material.sites)
    return found[best].probability, told


def _without_curves(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "decision_curve"}


def one_hot(names: Names) -> Floats:
    """[n, names]: 1 in the column of each row's name."""
    return np.stack([(names == name).astype(np.float64) for name in np.unique(names)], axis=1)


def _groups(frame: Any) -> dict[str, Names]:
    groups = {}
    if "sex" in frame:
        groups["sex"] = np.array([str(value) if value else "unknown" for value in frame["sex"]], dtype=str)
    if "age" in frame:
        ages = frame["age"].to_numpy(dtype=float)
        groups["age"] = np.where(np.isnan(ages), "unknown", np.where(ages < 65, "below 65", "65 and above")).astype(str)
    return groups
