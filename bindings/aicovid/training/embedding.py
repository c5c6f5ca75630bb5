"""A model of the image's embedding, for conditions that no finding stands for: a line of all its numbers, as a `fusion` network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aicovid.cohorts import Cohort, Exam
from aicovid.errors import InvalidArgumentError
from aicovid.training.evaluation import Calibrated, Material, figures, gain_over, group_figures, held_out, train
from aicovid.training.folds import centre_folds, patient_folds
from aicovid.training.inputs import Input, Kind
from aicovid.training.logistic import Logistic, Shape
from aicovid.training.study import CONTROL, FOLDS, Study, one_hot, used_exams
from aicovid.training.traps import Trap, TrapError, caught_after, caught_before
from aicovid.validation.arrays import Floats

#: There are more numbers than patients with a rare condition: strong penalties alone.
SHAPES = tuple(Shape(penalty) for penalty in (30.0, 100.0, 300.0, 1000.0))
_OUTLINE = ("share of the right lung", "share of the left lung", "height", "width", "height over width", "distance of the lungs")


def study_of_embedding(cohort: Cohort, outcome: str, *, of_a_state: bool = False, every_exam: bool = False, seed: int = 1) -> Study:
    """Trains and evaluates a logistic line of the embedding and the Brixia total.

    Beside it stand the projection alone and the outline of the lungs alone: where they predict as well, the model may have learnt how the
    picture was taken.

    Parameters
    ----------
    cohort : Cohort
        With examinations of a bundle that has an embedding and a Brixia total.
    outcome, of_a_state, every_exam, seed
        As for `study`.

    Raises
    ------
    TrapError
        With what was caught.
    InvalidArgumentError
        No such outcome; too few exams with an embedding.
    """
    found = next((one for one in cohort.outcomes if one.name == outcome), None)
    if found is None:
        raise InvalidArgumentError(f"the cohort has no outcome {outcome}; it has: {', '.join(one.name for one in cohort.outcomes) or 'none'}")
    exams = [cohort.exams[place] for place in used_exams(cohort.exams, outcome, every_exam)]
    exams = [exam for exam in exams if exam.examination is not None and exam.examination.embedding is not None
             and exam.examination.findings is not None and exam.examination.findings.brixia is not None]  # fmt: skip
    event = np.array([exam.outcomes[outcome] is True for exam in exams], dtype=bool)
    if min(int(event.sum()), int((~event).sum())) < FOLDS:
        raise InvalidArgumentError(f"{len(exams)} exams have an embedding and a known {outcome}, {int(event.sum())} of them with it; expected at least {FOLDS} of each kind")
    patients, sites, views = (np.array([getattr(exam, name) or "unknown" for exam in exams], dtype=str) for name in ("patient", "site", "view"))
    values = np.stack([_row(exam) for exam in exams])
    inputs = (*(Input(f"embedding_{place}", Kind.NUMBER) for place in range(values.shape[1] - 1)), Input("brixia", Kind.FINDING))
    material = Material(inputs, values, event, patients, sites)
    caught = caught_before(exams, outcome, (), values[:, :0], event, patients, of_a_state=of_a_state)
    if caught:
        raise TrapError(caught)
    folds = list(patient_folds(patients, event, FOLDS, seed))
    found_out = held_out(material, folds, seed, SHAPES)
    centres = list(centre_folds(sites, patients, event))
    left_out = held_out(material, centres, seed, SHAPES) if len(centres) > 1 else None
    outline = Material(tuple(Input(name, Kind.NUMBER) for name in _OUTLINE), np.stack([_outline(exam) for exam in exams]), event, patients, sites)
    controls = {Trap.PROJECTION_ALONE: held_out(_of_columns(one_hot(views), material), folds, seed, CONTROL),
                Trap.OUTLINE_ALONE: held_out(outline, folds, seed, SHAPES)}  # fmt: skip
    if len(set(sites)) > 1:
        controls[Trap.SITE_ALONE] = held_out(_of_columns(one_hot(sites), material), folds, seed, CONTROL)
    gains = {trap: gain_over(found_out, score, event, patients) for trap, score in controls.items()}
    image = figures(found_out, event, patients)
    told = {
        "sets": {"image": image}, "times_unknown": not of_a_state and not any(outcome in exam.event_days for exam in exams if exam.outcomes[outcome]),
        "leave_one_centre_out": {} if left_out is None else {"image": {"all": figures(left_out, event, patients), "sites": group_figures(left_out, event, patients, sites)}}, "folds": len(folds), "model": "image", "seed": seed,
        "controls": {trap.value: {**figures(score, event, patients), "model_minus_control": gains[trap]} for trap, score in controls.items()},
        "traps": [str(one) for one in caught_after({trap: float(gain.get("low", -1.0)) for trap, gain in gains.items()},
                                                      float(image.get("auroc", {}).get("low", 0.0)))],
        "groups": {"view": group_figures(found_out, event, patients, views)},
        "exams": len(cohort.exams), "outcome_unknown_or_later_exam": len(cohort.exams) - len(exams),
    }  # fmt: skip
    return Study(outcome, found.definition, "concurrent_state" if of_a_state else "prognosis", inputs, material, train(material, seed, SHAPES), told, found_out.probability)


def write_network(model: Calibrated, folder: Path) -> dict[str, Any]:
    """Writes the line as TorchScript and as ONNX, and gives the manifest's entry of the network, without checksums.

    Parameters
    ----------
    model : Calibrated
        Of `study_of_embedding`.
    folder : path
        Of the bundle.
    """
    weight, intercept = line(model.model)
    _write_torchscript(weight, intercept, folder / "fusion.pt")
    _write_onnx(weight, intercept, folder / "fusion.onnx")
    return {"role": "fusion", "files": {"torchscript": {"path": "fusion.pt"}, "onnx": {"path": "fusion.onnx"}},
            "inputs": ["severity:embedding", "record:values"], "outputs": {"logit": [1, 1]}}  # fmt: skip


def line(model: Any) -> tuple[Floats, float]:
    """([k], intercept): the weights of the values as they are, not standardised."""
    if not isinstance(model, Logistic) or any(term.knots or term.has_indicator for term in model.terms):
        raise InvalidArgumentError("the model of an embedding is no straight line")
    scale = np.array([term.scale for term in model.terms])
    mean = np.array([term.mean for term in model.terms])
    weight = np.array([float(one[0]) for one in model.coefficients]) / scale
    return weight, float(model.intercept - weight @ mean)


def _row(exam: Exam) -> Floats:
    seen = exam.examination
    assert seen is not None and seen.embedding is not None and seen.findings is not None and seen.findings.brixia is not None
    return np.append(np.asarray(seen.embedding, dtype=np.float64).ravel(), seen.findings.brixia.value)


def _outline(exam: Exam) -> Floats:
    """What the outline of the lungs alone tells: no grey of the picture."""
    seen = exam.examination
    if seen is None or seen.lung_mask is None:
        return np.full(len(_OUTLINE), np.nan)
    labels, _ = seen.lung_mask
    rows, columns = np.nonzero(labels)
    if len(rows) == 0:
        return np.full(len(_OUTLINE), np.nan)
    height, width = float(np.ptp(rows) + 1), float(np.ptp(columns) + 1)
    sides = [np.nonzero(labels == side)[1] for side in (1, 2)]
    apart = float(np.median(sides[1]) - np.median(sides[0])) if all(len(side) for side in sides) else np.nan
    return np.array([float((labels == 1).mean()), float((labels == 2).mean()), height, width, height / width, apart])


def _of_columns(columns: Floats, material: Material) -> Material:
    kept = columns[:, columns.std(axis=0) > 0]
    return Material(tuple(Input(f"column_{place}", Kind.FLAG) for place in range(kept.shape[1])), kept, material.event, material.patients, material.sites)


def _write_torchscript(weight: Floats, intercept: float, file: Path) -> None:
    import torch

    class Line(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor(weight[:, None], dtype=torch.float32), requires_grad=False)
            self.intercept = torch.nn.Parameter(torch.tensor([intercept], dtype=torch.float32), requires_grad=False)

        def forward(self, embedding: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
            return torch.cat([embedding, values], 1) @ self.weight + self.intercept

    example = torch.zeros(1, len(weight) - 1), torch.zeros(1, 1)
    with torch.no_grad():
        torch.jit.trace(Line().eval(), example).save(str(file))  # type: ignore[no-untyped-call]
    _without_notes(file)


def _without_notes(file: Path) -> None:
    """Takes away the notes on source files and example inputs, which hold paths of this machine."""
    from zipfile import ZIP_STORED, ZipFile, ZipInfo

    with ZipFile(file) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if not name.endswith(".debug_pkl") and "/traced_inputs" not in name}
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for name, content in kept.items():
            archive.writestr(ZipInfo(name), content)


def _write_onnx(weight: Floats, intercept: float, file: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    constants = [numpy_helper.from_array(weight[:, None].astype(np.float32), "weight"), numpy_helper.from_array(np.array([intercept], dtype=np.float32), "intercept")]
    nodes = [helper.make_node("Concat", ["embedding", "values"], ["all"], axis=1), helper.make_node("Gemm", ["all", "weight", "intercept"], ["logit"])]
    sizes: Sequence[tuple[str, int]] = (("embedding", len(weight) - 1), ("values", 1))
    graph = helper.make_graph(nodes, "fusion", [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", size]) for name, size in sizes],
                              [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N", 1])], constants)  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="aicovid"), file)
