"""The model card of a study, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aicovid.training.inputs import Kind
from aicovid.training.logistic import Shape
from aicovid.training.study import SETS, Study
from aicovid.training.trees import TreeShape

_SETS = {"image": "image alone", "clinical": "clinical values alone", "fused": "both"}
_CONTROLS = {"site_alone": "hospital alone", "projection_alone": "AP or PA alone", "missingness_alone": "which values are missing, alone", "outline_alone": "outline of the lungs alone"}


def card(one: Study, *, data: str, licence: str, image: str) -> str:
    """Markdown: data, licence, patients, figures with intervals overall and by group, controls, and what was tried."""
    figures, material = one.figures, one.material
    shape = one.fused.shape
    lines = [
        f"# {one.outcome}", "", "Research use only. Not a medical device.", "",
        f"**Outcome:** {one.definition} ({one.kind.replace('_', ' ')}).", "",
        "| | |", "|---|---|", f"| data | {data} |", f"| licence | {licence} |", f"| reads the image | {image if any(item.kind is Kind.FINDING for item in one.inputs) else 'no'} |",
        f"| patients, exams, with the outcome | {len(set(material.patients))}, {len(material.event)}, {int(material.event.sum())} |",
        f"| exams left out: outcome unknown, or a later exam of a patient | {figures['outcome_unknown_or_later_exam']} |",
        f"| inputs | {_named(one)} |",
        f"| model | {_model(shape)}; chosen in inner folds; calibrated by a line on held-out logits |", "",
    ]  # fmt: skip
    lines += ["## Patients held out", "", f"{figures['folds']} folds by patient; everything is chosen, scaled and filled in inside them. Brackets: 95 % intervals by patient.", "",
              "| | AUROC | calibration slope | intercept | Brier | AUROC, each hospital left out |", "|---|---|---|---|---|---|"]  # fmt: skip
    for name in SETS:
        if name in figures["sets"]:
            found = figures["sets"][name]
            calibration = found.get("calibration", {})
            outside = figures["leave_one_centre_out"].get(name, {}).get("all", {})
            lines.append(f"| {_SETS[name]} | {_shown(found.get('auroc'))} | {_shown(calibration.get('slope'))} | {_shown(calibration.get('intercept'))} "
                         f"| {_shown(calibration.get('brier'))} | {_shown(outside.get('auroc')) if outside else 'one hospital'} |")
    lines += ["", "## What predicts without looking at the patient", "", "| control | AUROC | model less control |", "|---|---|---|"]
    for name, found in figures["controls"].items():
        lines.append(f"| {_CONTROLS[name]} | {_shown(found.get('auroc'))} | {_shown(found['model_minus_control'])} |")
    if figures["traps"]:
        lines += ["", f"**Not shown to tell more than: {', '.join(_CONTROLS[trap] for trap in figures['traps'])}.** "
                  "Where a control predicts as well, the model may have learnt that."]  # fmt: skip
    if figures.get("times_unknown"):
        lines += ["", "**No time of an event is known**, so that images and values may be of after it."]
    lines += ["", "## By group", "", "| group | exams | with the outcome | AUROC |", "|---|---:|---:|---|"]
    for by, groups in figures["groups"].items():
        for name, found in groups.items():
            lines.append(f"| {by}: {name} | {found['exams']} | {found['events']} | {_shown(found.get('auroc'))} |")
    lines += ["", "A group with fewer than 5 patients of either kind has no figure. No interval holds the uncertainty of the learnt parameters.", "",
              "`figures.json` has all numbers, and the decision curves.", ""]  # fmt: skip
    return "\n".join(lines)


def _named(one: Study) -> str:
    numbers = sum(item.name.startswith("embedding_") for item in one.inputs)
    names = [item.name for item in one.inputs if not item.name.startswith("embedding_")]
    return ", ".join([*([f"{numbers} numbers of the image's embedding"] if numbers else []), *names])


def _model(shape: Shape | TreeShape) -> str:
    if isinstance(shape, TreeShape):
        return f"gradient-boosted trees, {shape.rounds} of depth {shape.depth}, rate {shape.rate:g}"
    return f"logistic, penalty {shape.penalty:g}, " + (f"splines of {shape.knots} knots" if shape.knots else "straight lines")


def _shown(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return "too few patients"
    text = f"{one['value']:.2f}"
    return f"{text} [{one['low']:.2f}, {one['high']:.2f}]" if "low" in one and "high" in one else text
