"""The page beside the card: agreement, subgroups, controls and attribution, from the measured evidence."""

from __future__ import annotations

from aicovid_models.pages import interval, table_rows


def _goal(reached: bool) -> str:
    return "reached" if reached else "**missed**"


def _subgroup(name: str, part: dict) -> list[str]:
    return [name, f"{part['mae']['images']} of {part['mae']['patients']}", interval(part["r"]), interval(part["mae"]), interval(part["bias"])]


def _described(m: dict) -> str:
    who = m["described"]
    counts = {name: ", ".join(f"{count} {value}" for value, count in who[name].items()) for name in ("view", "sex")}
    return f"""## Images
{who['images']} images of {who['patients']} patients that both readers scored; by view: {counts['view']}; by sex: {counts['sex']}; age stated for {who['age']['images']}: median {who['age']['median']:g}
years ({who['age']['lowest']:g} to {who['age']['highest']:g}); extent and opacity for {who['extent_and_opacity']}. What is not stated is left unknown. They were collected from publications, most of
COVID-19 in early 2020, so severe and unusual cases are over-represented."""


def _agreement(m: dict) -> str:
    beside, limits, calibration = m["agreement"], m["limits_of_agreement"], m["calibration"]
    titles = {"model_mean": "model, mean of the readers", "model_s": "model, reader S", "model_j": "model, reader J", "s_j": "reader S, reader J"}
    table = table_rows([[title, *(interval(beside[name][figure]) for figure in ("r", "mae", "icc"))] for name, title in titles.items()])
    lungs = ("\nThe lung network is the shipped one in every fold; it learnt from masks of some of these patients, of none of their scores."
             if m["folds"]["lungs_of_the_shipped"] else "")
    differences = table_rows([[title, *(interval(limits[name][figure]) for figure in ("bias", "low", "high", "slope"))]
                         for name, title in (("model_mean", "model - mean of the readers"), ("s_j", "reader S - reader J"))])
    return f"""## Agreement with two readers
Each image is read by the bundle of the fold that its patient was left out of: {m['folds']['scored']} scored images in {m['folds']['count']} folds,
{len(m['folds']['without_score'])} of them without a score of the library. ICC(2,1): two-way random effects, absolute agreement, one rater (Shrout and
Fleiss 1979, doi 10.1037/0033-2909.86.2.420). Limits of agreement: bias -+ 1.96 standard deviations (Bland and Altman 1986, doi
10.1016/S0140-6736(86)90837-8).{lungs}

| total of | r | mean absolute error | ICC(2,1) |
|---|---|---|---|
{table}

The model's error against one reader, mean of S and J, is larger than the readers' with each other by **{interval(beside['not_worse'])}** points (paired
bootstrap over patients; goal: upper bound at most .5: {_goal(beside['not_worse']['high'] <= 0.5)}).

| difference, points | bias | lower limit | upper limit | slope over the mean |
|---|---|---|---|---|
{differences}

Calibration: the readers' mean is {interval(calibration['slope'])} times the predicted total plus {interval(calibration['intercept'])}; 1 and 0 would be calibrated.

![Calibration of the total and of the infiltrates](figures/calibration.svg)

![Bland-Altman plots of the model and of the readers](figures/bland_altman.svg)

Left plots: one point an image. Orange points: means of fifths (totals) and quarters (infiltrates) of the images by prediction. Bands: 95 % intervals
of bias and limits."""


def _zones(m: dict) -> str:
    pairs = ("model_s", "model_j", "s_j")
    table = table_rows([[name.replace("_", " ") if name != "all" else "**mean of the six**",
                    *(interval(part[pair]["kappa"]) for pair in pairs), *(f"{part[pair]['mae']['value']:.2f}" for pair in pairs)]
                   for name, part in sorted(m["zones"].items(), key=lambda item: item[0] == "all")])
    return f"""## Zones
Cohen's kappa with quadratic weights of whole points (the model's rounded), and mean absolute error (the model's as they are).

| zone | kappa: model, S | model, J | S, J | error: model, S | model, J | S, J |
|---|---|---|---|---|---|---|
{table}"""


def _subgroups(m: dict) -> str:
    lines = []
    for title, parts in m["subgroups"].items():
        lines += [_subgroup(f"{title}: {name}", part) for name, part in parts.items()]
    share = m["coverage"]
    coverage = ", ".join(f"{name} {interval(share[name])}" for name in ("brixia", "zones", "extent", "opacity"))
    reached = all(0.84 <= part["value"] <= 0.96 for part in share.values())
    return f"""## Subgroups
Against the mean of the readers. Age in thirds of the images whose age is stated, severity in thirds of the readers' mean; grouping by what was read
makes the light look overestimated and the heavy underestimated even for a perfect reader, by the readers' own error.

| subgroup | images of patients | r | mean absolute error | bias |
|---|---|---|---|---|
{table_rows(lines)}

90 % intervals of the library's reports, held out, contain the mean reading of: {coverage} (goal .84 to .96: {_goal(reached)})."""


def _infiltrates(m: dict) -> str:
    part = m["infiltrates"]
    brier = part["brier"]
    return f"""## Infiltrates
A mean total above 1, by {part['negatives']} images without: AUROC {interval(part['auroc'])}. Brier score {interval(brier['model'], 3)}; of a model that gives every
image the share of the other folds {interval(brier['prevalence'], 3)}; difference {interval(brier['difference'], 3)}, scaled Brier score {interval(brier['scaled'])}
(1 is perfect, 0 no better than the share). The probability is the reported one, moved back from the target prevalence to the sample's."""


def _shortcuts(m: dict) -> str:
    part = m["shortcuts"]
    table = table_rows([[name if name not in ("outside", "inside") else f"**all {name}**",
                    *(interval(part[name][figure]) for figure in ("percentile_95", "mean", "bias")), f"{part[name]['largest']:.2f}"]
                   for name in sorted(part, key=lambda name: (name.split()[0] != "outside", " " not in name))])
    controls = m["controls"]
    lines = [[name, *(interval(controls[name][view]["r"]) for view in ("ap", "pa", "all")), f"{controls[name]['ap']['mae']['value']:.2f}",
              f"{controls[name]['all']['mae']['value']:.2f}", str(controls[name]["without_score"])] for name in controls]
    outside, inside = part["outside"]["percentile_95"]["value"], part["inside"]["percentile_95"]["value"]
    ap, pa = controls["model"]["ap"]["r"], controls["model"]["pa"]["r"]
    return f"""## Lungs only?
**What lies beside the lungs.** {part['outside tubes']['mean']['patients']} images of as many patients, a third of each archive, most of which the shipped networks learnt from; drawings cut exactly along the lung
mask that the library found, then the mask found and the image scored anew. Drawings of the same kinds, by other code, were learnt from. Absolute change of the total, points:

| drawn | 95th percentile | mean | mean change | largest |
|---|---|---|---|---|
{table}

Goals: outside at most .5 ({outside:.2f}: {_goal(outside <= 0.5)}), inside at most 1 ({inside:.2f}: {_goal(inside <= 1)}).

**What can be had without the lungs.** Held out; agreement with the mean of the readers, within AP and AP supine first ({ap['images']} images of {ap['patients']} patients), where
the view tells nothing; PA: {pa['images']} of {pa['patients']}.

| from | r within AP | r within PA | r, all | error within AP | error, all | without a score |
|---|---|---|---|---|---|---|
{table_rows(lines)}

"Lungs of one grey": every pixel that the library took for lung gets grey 128, or the mean grey of the image's lungs, and the image is scored anew;
"everything else of one grey": the other pixels do. "Mask geometry": ridge regression on area, height, width, place and fill of both lungs.
"View": the mean of the other folds' images of the view. Where a control knows nothing its r is below 0: the other folds' mean is high where the fold's
own is low. Blanked lungs are not lungs that the network learnt from, so their errors say less than their r."""


def _attribution(m: dict) -> str:
    part = m["attribution"]
    return f"""## Attribution
Held out, {part['r']['images']} images. The zones' attribution (points of the map inside each third of each lung) correlates with the mean of the readers at
r = {interval(part['r'])} over all zones; within one image Spearman's rho is {interval(part['within_image'])} in the mean (the zone scores':
{interval(part['zone_scores_within_image'])}; reader S against reader J: {interval(part['readers_within_image'])}). With every cell's points spread evenly over the cell,
{interval(part['inside_lungs'])} of the attribution lie inside the lungs (least: {part['inside_lungs_lowest']:.2f}); the rest is in cells that the lungs' edge cuts.
The map shares out a zone's score by construction, so that it follows the score; it does not show a cause. What twelve maps look like:
[heat-maps.md](../aicovid_models/severity/heat-maps.md)."""


def _lungs(m: dict) -> str:
    table = table_rows([[name, f"{part['mean']['images']} of {part['mean']['patients']}", interval(part["mean"], 3), f"{part['percentile_5']:.3f}",
                    f"{part['minimum']:.3f}"] for name, part in m["lungs_by_severity"].items()])
    return f"""## Lungs by severity
Dice of both lungs against the hand-drawn masks, `ieee8023` images of patients that the shipped lung network did not learn from, by the mean of the
readers' totals:

| Brixia | images of patients | Dice | 5th percentile | minimum |
|---|---|---|---|---|
{table}"""


def text(m: dict) -> str:
    bundle = m["bundle"]
    head = f"""# Evidence for {bundle['name']} {bundle['version']}

Beside [CARD.md](CARD.md). Every figure here was measured through the library by `aicovid_models.severity.evidence`, which wrote
`evidence.json`: each image is assessed as a user's would be. Brackets are 95 % intervals by bootstrap over patients. Networks, manifest and calibration
take {bundle['bytes'] / 1e6:.1f} MB (goal: at most 14). Manifest: SHA-256 `{bundle['manifest_sha256'][:16]}...`."""
    return "\n\n".join([head, _described(m), _agreement(m), _zones(m), _subgroups(m), _infiltrates(m), _shortcuts(m), _attribution(m), _lungs(m)]) + "\n"
