"""Trials of the second generation: readers' labels in the place of reports, other losses, other maps from raw scores to points.

    python -m aicovid_models.severity.try_readers [NAME ...]

Runs the named trials of TRIALS, by default those that trials.json lacks, and writes their figures there; `trials.md` tells what came of them.
Every figure is of patients that were not learnt from, in five folds; strengths and maps come from inner folds. The test third of RSNA's lungs
is not touched.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from aicovid_models.bundle.files import load_network
from aicovid_models.command import MODELS, cache_folder, data_folder, report
from aicovid_models.pages import table_rows
from aicovid_models.radiographs import rsna
from aicovid_models.radiographs.archives import patient_folds
from aicovid_models.severity import baseline, trial_figures, try_tuned
from aicovid_models.severity.fit import FOLDS, SEED, WIDER
from aicovid_models.severity.readers_fit import Between, Fit, Linear, Model, Observations, Stretch, fit_ordinal, joined, steps_of
from aicovid_models.severity.trial_figures import Predictions
from aicovid_models.severity.trial_material import ReaderLabelled, TrialMaterial, gather_trial
from aicovid_models.statistics import evaluation

HERE = Path(__file__).parent
INNER = 3
STRENGTHS = {"squares": (10.0, 30.0, 100.0), "steps": (3.0, 10.0, 30.0)}
# A zone of which boxes cover at least this share has an opacity; one without any has none that is heavy.
BOXED = 0.25


@dataclass(frozen=True)
class Trial:
    """What is learnt beside the scored images and their copies, from what, and how raw scores become points."""

    name: str
    loss: str = "squares"
    points: str = "stretch"  # "stretch", "ordinal", "ordinal by zone", "ordinal, context", "ordinal by zone, context", "between, context"
    reports: float = 0.0  # weight of a zone of NIH images that reports call clear
    normal: float = 0.0  # of a zone of an image that readers call Normal
    at_most: bool = False  # squares: Normal is an upper bound of 0, not 0 itself
    not_normal: float = 0.0  # of a zone of an image that is not Normal and has no opacity
    bound: float = 0.3  # of such a zone, in points
    boxes: float = 0.0  # of a zone of an image with opacity, where boxes or their absence tell something
    lungs: bool = True  # RSNA's cut-out lungs are learnt from
    whole: float = 1.0  # a whole picture that readers labelled counts so many times as much as cut-out lungs
    own_level: bool = False  # cut-out lungs have a level of their own, which is not used: they teach differences alone
    step_weight: float = 0.1  # of a Normal image beside a scored one, when the map to points is fitted
    constancy: float = 0.5
    tuned: bool = False  # maps as `try_tuned` left them; RSNA's figures are then of the fifth that they did not learn from
    devices: bool = False  # a total must not change with real devices of other patients on the image either
    cut: bool = False  # a total must not change either when the lungs are cut by the outline of one of RSNA's lungs


TRIALS = {trial.name: trial for trial in (
    Trial("reports, stretch", reports=0.08),
    Trial("reports, ordinal", reports=0.08, points="ordinal"),
    Trial("normal 0.03", normal=0.03),
    Trial("normal 0.03, ordinal", normal=0.03, points="ordinal"),
    Trial("normal 0.03 at most", normal=0.03, at_most=True),
    Trial("normal 0.03 at most, ordinal", normal=0.03, at_most=True, points="ordinal"),
    Trial("normal and bound 0.03, ordinal", normal=0.03, not_normal=0.03, at_most=True, points="ordinal"),
    Trial("normal, bound, boxes 0.03, ordinal", normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, points="ordinal"),
    Trial("normal, bound, boxes 0.1, ordinal", normal=0.1, not_normal=0.1, boxes=0.1, at_most=True, points="ordinal"),
    Trial("steps", loss="steps", points="ordinal"),
    Trial("steps, normal 0.03", loss="steps", points="ordinal", normal=0.03),
    Trial("steps, normal, bound, boxes 0.03", loss="steps", points="ordinal", normal=0.03, not_normal=0.03, boxes=0.03),
    Trial("steps, normal, bound, boxes 0.1", loss="steps", points="ordinal", normal=0.1, not_normal=0.1, boxes=0.1),
    Trial("reports, context", reports=0.08, points="ordinal, context"),
    Trial("normal 0.03 at most, context", normal=0.03, at_most=True, points="ordinal, context"),
    Trial("normal, bound, boxes 0.03, stretch", normal=0.03, not_normal=0.03, boxes=0.03, at_most=True),
    Trial("normal, bound, boxes 0.03, context", normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, points="ordinal, context"),
    Trial("normal, bound, boxes 0.1, context", normal=0.1, not_normal=0.1, boxes=0.1, at_most=True, points="ordinal, context"),
    Trial("steps, normal, bound, boxes 0.03, context", loss="steps", points="ordinal, context", normal=0.03, not_normal=0.03, boxes=0.03),
    Trial("steps, normal, bound, boxes 0.1, context", loss="steps", points="ordinal, context", normal=0.1, not_normal=0.1, boxes=0.1),
    Trial("whole pictures alone 0.3, stretch", normal=0.3, not_normal=0.3, boxes=0.3, at_most=True, lungs=False),
    Trial("whole pictures alone 0.1, stretch", normal=0.1, not_normal=0.1, boxes=0.1, at_most=True, lungs=False),
    Trial("whole pictures alone 0.3, context", normal=0.3, not_normal=0.3, boxes=0.3, at_most=True, lungs=False, points="ordinal, context"),
    Trial("normal, bound, boxes 0.03, whole x 10, context", normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, whole=10, points="ordinal, context"),
    Trial("normal 0.03, whole x 10, stretch", normal=0.03, whole=10),
    Trial("steps, normal, bound, boxes 0.03, whole x 10, context", loss="steps", normal=0.03, not_normal=0.03, boxes=0.03, whole=10,
          points="ordinal, context"),
    Trial("reports and readers, stretch", reports=0.08, normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, whole=10),
    Trial("reports and readers, context", reports=0.08, normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, whole=10, points="ordinal, context"),
    Trial("own level, normal, bound, boxes 0.03, whole x 10, stretch", normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, whole=10, own_level=True),
    Trial("own level, reports and readers, stretch", reports=0.08, normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, whole=3, own_level=True),
    Trial("own level, reports and readers, context", reports=0.08, normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, whole=3, own_level=True,
          points="ordinal, context", step_weight=0.0),
    Trial("own level, reports and readers, context, map sees Normal", reports=0.08, normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, whole=3,
          own_level=True, points="ordinal, context", step_weight=0.15),
    Trial("own level, reports and readers 0.015, context", reports=0.08, normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=3,
          own_level=True, points="ordinal, context", step_weight=0.0),
    Trial("own level, reports and readers 0.015, stretch", reports=0.08, normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=3,
          own_level=True),
    Trial("reports and readers 0.015, whole x 3, stretch", reports=0.08, normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=3),
    Trial("own level, readers alone 0.015, whole x 10, stretch", normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=10, own_level=True),
    Trial("readers alone 0.015, whole x 10, stretch", normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=10),
    Trial("cut, own level, reports and readers 0.015, stretch", reports=0.08, normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=3,
          own_level=True, cut=True),
    Trial("cut, reports and readers 0.015, whole x 3, stretch", reports=0.08, normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=3,
          cut=True),
    Trial("reports, between", reports=0.08, points="between, context"),
    Trial("own level, reports and readers 0.015, between", reports=0.08, normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=3,
          own_level=True, points="between, context", step_weight=0.0),
    Trial("own level, readers alone 0.015, whole x 10, between", normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=10, own_level=True,
          points="between, context", step_weight=0.0),
    Trial("devices, reports, stretch", reports=0.08, devices=True),
    Trial("devices, own level, reports and readers 0.015, stretch", reports=0.08, normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=3,
          own_level=True, devices=True),
    Trial("devices, own level, readers alone 0.03, whole x 10, stretch", normal=0.03, not_normal=0.03, boxes=0.03, at_most=True, whole=10,
          own_level=True, devices=True),
    Trial("devices, own level, readers alone 0.015, whole x 10, between", normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=10,
          own_level=True, points="between, context", step_weight=0.0, devices=True),
    Trial("tuned, reports, stretch", reports=0.08, tuned=True),
    Trial("tuned, own level, reports and readers 0.015, stretch", reports=0.08, normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=3,
          own_level=True, tuned=True),
    Trial("tuned, own level, reports and readers 0.015, context", reports=0.08, normal=0.015, not_normal=0.015, boxes=0.015, at_most=True, whole=3,
          own_level=True, points="ordinal, context", step_weight=0.0, tuned=True),
    Trial("steps, normal, bound, boxes 0.03, by zone", loss="steps", points="ordinal by zone", normal=0.03, not_normal=0.03, boxes=0.03),
)}


def of_images(features: np.ndarray, value: np.ndarray, steps: np.ndarray, side: np.ndarray, weight: np.ndarray) -> Observations:
    """[n,f6] images' zones as rows: features [n,v,6,f] with v views that share the weight, the rest [n,6] and steps [n,6,3]."""
    views = features.shape[1]
    repeated = [np.repeat(x[:, None], views, 1) for x in (value, side, weight / views)]
    rows = np.isfinite(features).all(-1) & (repeated[2] > 0)
    return Observations(features[rows], repeated[0][rows], repeated[1][rows], np.repeat(steps[:, None], views, 1)[rows], repeated[2][rows])


def scored_observations(material: TrialMaterial, rows: np.ndarray) -> list[Observations]:
    """The images as their readers scored them, and their copies."""
    base, zero = material.base, np.zeros((len(rows), 6), int)
    s, j = (np.stack([getattr(base.rows[i], f"zones_{reader}") for i in rows]) for reader in "sj")
    copies = base.added.copies
    own = 1 - sum(copy.share for copy in copies)
    result = [of_images(base.features[rows], (s + j) / 2, (steps_of(s) + steps_of(j)) / 2, zero, np.full((len(rows), 6), own))]
    for copy in copies:
        points = copy.labels[rows]
        result.append(of_images(copy.features[rows], points, steps_of(points), zero, np.full((len(rows), 6), copy.share)))
    return result


def said_by_readers(trial: Trial, labelled: ReaderLabelled) -> Observations:
    """What a class and its boxes say of the zones."""
    n = len(labelled.keys)
    value, side, steps, weight = np.full((n, 6), np.nan), np.zeros((n, 6), int), np.full((n, 6, 3), np.nan), np.zeros((n, 6))
    normal, not_normal, opacity = (labelled.finding == finding for finding in (rsna.NORMAL, rsna.NOT_NORMAL, rsna.OPACITY))
    value[normal], steps[normal], weight[normal], side[normal] = 0, 0, trial.normal, 1 if trial.at_most else 0
    value[not_normal], weight[not_normal], side[not_normal] = trial.bound, trial.not_normal, 1
    steps[not_normal] = (trial.bound, 0, 0)
    boxed, free = opacity[:, None] & (labelled.boxes >= BOXED), opacity[:, None] & (labelled.boxes == 0)
    value[boxed], side[boxed], weight[boxed] = 1, -1, trial.boxes
    steps[boxed, 0] = 1
    # A pneumonia that readers did not box there may still be a faint one.
    value[free], side[free], weight[free] = 1, 1, trial.boxes
    steps[free, 1:] = 0
    return of_images(labelled.features, value, steps, side, weight)


def clear_of_reports(trial: Trial, material: TrialMaterial, rows: np.ndarray) -> Observations:
    clear = material.base.added.clear[rows]
    n = len(clear)
    return of_images(clear, np.zeros((n, 6)), np.zeros((n, 6, 3)), np.zeros((n, 6), int), np.full((n, 6), trial.reports))


@dataclass(frozen=True)
class Rows:
    """Rows of each set that a fit may learn from."""

    scored: np.ndarray
    clear: np.ndarray
    learn: np.ndarray
    whole: np.ndarray

    def each(self, choose) -> Rows:
        """@param choose  (rows, which set) -> rows"""
        return Rows(*(choose(getattr(self, name), name) for name in ("scored", "clear", "learn", "whole")))


def prepared(trial: Trial, material: TrialMaterial, rows: Rows) -> Fit:
    parts, of_lungs = scored_observations(material, rows.scored), None
    if trial.reports:
        parts.append(clear_of_reports(trial, material, rows.clear))
    if trial.normal or trial.not_normal or trial.boxes:
        for labelled, times in ((material.learn[rows.learn], float(trial.lungs)), (material.whole[rows.whole], trial.whole)):
            if times:
                said = said_by_readers(trial, labelled)
                parts.append(replace(said, weight=times * said.weight))
                of_lungs = parts[-1] if labelled.keys[0].startswith("rsna-lungs") else of_lungs
    base = material.base
    steady = [*base.added.steady, *(material.cut if trial.cut else ()), *(material.devices if trial.devices else ())]
    changes = np.concatenate([np.nan_to_num(copy[rows.scored] - base.features[rows.scored]).sum(2) for copy in steady], 1)
    changes, level = changes.reshape(-1, changes.shape[-1]), None
    if trial.own_level:
        level = np.concatenate([np.full(len(part.value), float(part is of_lungs)) for part in parts])
    return Fit(joined(parts), changes, trial.constancy, trial.loss, level)


def fit(trial: Trial, material: TrialMaterial, rows: Rows) -> Model:
    """Strength and map to points from inner folds of these rows."""
    base = material.base
    names = {"scored": base.patients, "clear": base.added.clear_patients, "learn": material.learn.patients, "whole": material.whole.patients}
    folds = {name: patient_folds(list(values[getattr(rows, name)]), INNER, SEED + 1) for name, values in names.items()}
    strengths = STRENGTHS[trial.loss]
    raw = np.zeros((len(strengths), len(rows.scored), 6))
    raw_clear = np.zeros((len(strengths), len(rows.learn), 6))
    for fold in range(INNER):
        fits = prepared(trial, material, rows.each(lambda chosen, name, fold=fold: chosen[folds[name] != fold]))
        here, there = folds["scored"] == fold, folds["learn"] == fold
        linear = None
        for index, strength in enumerate(strengths):
            linear = fits(strength, linear)
            raw[index, here] = linear.raw(base.features[rows.scored[here], 0])
            raw_clear[index, there] = linear.raw(material.learn.features[rows.learn[there], 0])
    labels = base.labels[rows.scored]
    normal = material.learn.finding[rows.learn] == rsna.NORMAL
    maps = [_points(trial, material, rows, raw[i], raw_clear[i][normal]) for i in range(len(strengths))]
    errors = [float(((points(raw[i]).sum(1) - labels.sum(1)) ** 2).mean()) for i, points in enumerate(maps)]
    best = int(np.argmin(errors))
    fits, linear = prepared(trial, material, rows), None
    for strength in strengths[: best + 1]:
        linear = fits(strength, linear)
    return Model(linear, maps[best])


def _points(trial: Trial, material: TrialMaterial, rows: Rows, raw: np.ndarray, raw_normal: np.ndarray):
    base = material.base
    labels = base.labels[rows.scored]
    stretch = Stretch(float(WIDER * labels.sum(1).std() / raw.sum(1).std()), float(labels.mean()))
    if trial.points == "stretch":
        return stretch
    s, j = (steps_of(np.stack([getattr(base.rows[i], f"zones_{reader}") for i in rows.scored])) for reader in "sj")
    steps, weight = (s + j) / 2, np.ones(len(raw))
    if trial.normal and trial.step_weight:
        raw = np.concatenate([raw, raw_normal])
        steps = np.concatenate([steps, np.zeros((len(raw_normal), 6, 3))])
        weight = np.concatenate([weight, np.full(len(raw_normal), trial.step_weight)])
    ordinal = fit_ordinal(raw, steps, weight, "by zone" in trial.points, "context" in trial.points)
    return Between(stretch, ordinal) if trial.points.startswith("between") else ordinal


def cross_validate(trial: Trial, material: TrialMaterial) -> Predictions:
    base = material.base
    sets = {"scored": base.patients, "clear": base.added.clear_patients, "learn": material.learn.patients, "whole": material.whole.patients}
    folds = {name: patient_folds(list(values), FOLDS, SEED) for name, values in sets.items()}
    zones, copies = np.zeros((len(base.rows), 6)), {name: np.zeros((len(base.rows), 6)) for name in base.tested}
    drawings = {name: np.zeros((len(material.drawn_on), 6)) for name in material.drawings}
    learn, whole = np.zeros((len(material.learn.keys), 6)), np.zeros((len(material.whole.keys), 6))
    for fold in range(FOLDS):
        may = {name: np.flatnonzero(values != fold) for name, values in folds.items()}
        may["scored"] = may["scored"][base.scored[may["scored"]]]
        model = fit(trial, material, Rows(**may))
        here = folds["scored"] == fold
        zones[here] = model(base.features[here, 0])
        for name, features in base.tested.items():
            copies[name][here] = model(features[here, 0])
        drawn = here[material.drawn_on]
        for name, features in material.drawings.items():
            drawings[name][drawn] = model(features[drawn, 0])
        learn[folds["learn"] == fold] = model(material.learn.features[folds["learn"] == fold, 0])
        whole[folds["whole"] == fold] = model(material.whole.features[folds["whole"] == fold, 0])
    return Predictions(zones, copies, drawings, learn, whole)


COLUMNS = ("trial", "r", "error", "zones", "more error than 1.3.0, upper bound", "slope", "bias, predicted 12 or more", "bias, read 12 or more",
           "zones at an end, not read so", "zone where both read 0", "greys", "shrunk", "drawn outside, inside", "devices outside, inside",
           "painted lower, most", "lungs only PA: Normal, not normal, opacity", "AUROC: Normal, all", "AP", "AUROC",
           "whole PA: Normal, not normal, opacity", "AUROC", "AP", "AUROC")


def row(name: str, figures: dict) -> list[str]:
    """What decides, as cells of COLUMNS. `figures` may be the baseline's."""
    scored = figures["scored"]

    def value(figure: str, digits: int = 2) -> str:
        return f"{scored[figure]['value']:.{digits}f}" if figure in scored else "-"

    lost = figures.get("less_130", {}).get("error")
    cells = [name, value("r", 3), value("error"), value("zones", 3), f"{lost['value']:+.2f}, {lost['high']:+.2f}" if lost else "", value("slope"),
             value("bias_predicted_heavy"), value("bias_read_heavy"), value("zones_at_an_end_not_read_so"), f"{scored['where_both_read_0']:.2f}",
             value("greys_95"), value("shrunk_95"), f"{value('drawings_outside_95')}, {value('drawings_inside_95')}",
             f"{value('devices_outside_95')}, {value('devices_inside_95')}",
             f"{scored['painted_lowered']}, {scored['painted_lowest']:.2f}"]
    for where in ("rsna_learn", "whole_pictures"):
        for view in ("pa", "ap"):
            part = figures[where][view]
            cells.append(", ".join(f"{part[finding]['value']:.2f}" for finding in ("normal", "not_normal", "opacity")))
            cells.append(", ".join(f"{part[key]['total']['value']:.3f}" for key in ("auroc_normal", "auroc_without")))
    return cells


def table(trials: dict) -> str:
    """1.3.0 and all trials that were run."""
    measured = {"1.3.0": json.loads((HERE / "baseline.json").read_text())} | trials
    head = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    return "\n".join(head) + "\n" + table_rows(row(name, figures) for name, figures in measured.items())


@cache
def material_of(tuned: bool, cut: bool, devices: bool, data: Path, lungs: torch.nn.Module, work: Path) -> TrialMaterial:
    """What trials with these settings need."""
    material = gather_trial(data, lungs, work, try_tuned.kept_features(work) if tuned else None, cut, devices)
    return replace(material, judged=np.flatnonzero(try_tuned.held_out(try_tuned.rows_of(data)))) if tuned else material


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of the trials")
    parser.add_argument("--table", action="store_true", help="print the figures of trials.json as the table of trials.md")
    arguments = parser.parse_args()
    log = HERE / "trials.json"

    def done() -> dict:
        return json.loads(log.read_text()) if log.exists() else {}

    if arguments.table:
        return print(table(done()))
    torch.set_num_threads(1)
    # Fewer than a card's: the intervals of trials are for orientation.
    evaluation.RESAMPLES = 400
    data, work = data_folder(), cache_folder()
    lungs = load_network(MODELS / "severity", "lungs.pt")
    for name in arguments.names or [name for name in TRIALS if name not in done()]:
        trial = TRIALS[name]
        material = material_of(trial.tuned, trial.cut, trial.devices, data, lungs, work)
        predictions = cross_validate(trial, material)
        lost = trial_figures.paired(material, predictions.zones, np.load(work / baseline.KEPT)["zones"])
        measured = trial_figures.measure(material, predictions, shapes=False) | {"less_130": lost}
        # Read again: others may have been run meanwhile.
        log.write_text(json.dumps(done() | {name: measured}, indent=1) + "\n")
        report("; ".join(row(name, measured)))


if __name__ == "__main__":
    main()
