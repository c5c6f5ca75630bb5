"""What manifest and model card say of `icu_stay`, from its figures."""

from __future__ import annotations

from aicovid_models.icu_stay.fit import Logistic
from aicovid_models.radiographs.intensive_care import LABS

_CONTROLS = {"icu_stay": "`icu_stay`", "view_only": "view alone (AP or not)", "mask_geometry_only": "outline of the lungs alone",
             "constant_texture": "one grey inside the lungs", "labs_only": "laboratory values alone",
             "missingness_only": "which laboratory values are missing"}


def _auroc(figure: dict) -> str:
    if figure["value"] is None or min(figure["in_icu"]["patients"], figure["never"]["patients"]) < 5:
        return "too few patients"
    return f"{figure['value']:.2f} [{figure['low']:.2f}, {figure['high']:.2f}]"


def _counts(figure: dict) -> str:
    return f"{figure['in_icu']['patients']} and {figure['never']['patients']}"


def input_of(name: str, model: Logistic) -> dict:
    if name == "brixia":
        return {"variable": "brixia", "reference": 0}
    _, unit, most = LABS[name]
    mean = round(float(model.mean[model.inputs.index(name)]), 6)
    return {"variable": name, "unit": unit, "range": [0, most], "reference": mean, "missing": {"value": mean}}


def beyond_view(figures: dict) -> bool:
    """The difference from the view alone is more than chance, not the bare figure alone."""
    return figures["external"]["passed"] and figures["external"]["primary"]["above_view"]["low"] > 0


def evidence(figures: dict) -> dict:
    primary = figures["external"]["primary"]
    icu, view, ap = primary["icu_stay"]["all"], primary["view_only"]["all"], figures["internal"]["icu_stay"]["ap"]
    return {"level": "external" if beyond_view(figures) else "none", "patients": icu["patients"],
            "result": f"AUROC {icu['value']:.2f} ({icu['low']:.2f} to {icu['high']:.2f}), view alone {view['value']:.2f}",
            "caveat": "a state, no forecast; tested on images of publications; "
                      + ("" if beyond_view(figures) else "not shown to tell more than the view does; ")
                      + f"within AP, in the training hospital, {ap['value']:.2f} ({ap['low']:.2f} to {ap['high']:.2f})"}


def text(figures: dict) -> str:
    inside, outside = figures["internal"], figures["external"]
    primary, spread = outside["primary"], inside["other_partitions"]
    inner = "\n".join(f"| {title} | {_auroc(inside[name]['all'])} | {_auroc(inside[name]['ap'])} |" for name, title in _CONTROLS.items())
    candidates = "\n".join(f"| {name} | {_auroc(part['all'])} | {_auroc(part['ap'])} |" for name, part in inside["candidates"].items())
    sets = {"primary": "COVID-19, at the exam", "covid_19_went_icu": "COVID-19, at any time", "any_pneumonia": "any pneumonia, at the exam"}
    outer = "\n".join(
        f"| {title} | {_counts(outside[name]['icu_stay']['all'])} | " + " | ".join(
            _auroc(outside[name][of]["all"]) for of in ("icu_stay", "view_only", "mask_geometry_only", "constant_texture")) +
        f" | {outside[name]['above_view']['value']:+.2f} [{outside[name]['above_view']['low']:+.2f}, {outside[name]['above_view']['high']:+.2f}] |"
        for name, title in sets.items())
    chosen = ", ".join(f"{name} {count} times" for name, count in inside["chosen_in_folds"].items())
    labs = "; ".join(f"{name} {known['in']} and {known['never']}" for name, known in inside["labs_known"].items())
    ap = primary["icu_stay"]["ap"]
    verdict = ("It passes, and the difference from the view alone is more than chance." if beyond_view(figures) else
               "By the figure itself it passes; but the interval of the difference from the view alone reaches below zero, so the outcome's evidence is "
               "`none`." if outside["passed"] else "It does not pass; the outcome's evidence is `none`.")
    return f"""## The outcome `icu_stay`
A **state**, no forecast: was the patient in intensive care when the image was taken? The report gives an index from 0 to 1 and its percentile among the
training patients. It gives a probability only where the manifest's outcome gets `"prevalence": {{"fitted": .., "local": ..}}` with the share of such
images at the site; that use has not been tested. Measured by `models/training/train_icu.py` (`icu_stay_figures.json`); every patient weighs one; AUROC is the
chance that a patient in intensive care gets the higher index.

- **Learnt from** Hannover: images in intensive care at the exam (admission <= 0 <= release; {_counts(inside['icu_stay']['all'])} patients in and never in it,
  {inside['icu_stay']['all']['images']} images). Images before admission or after release are left out. The severity network saw no label of Hannover;
  the lung network learnt from 77 hand-drawn masks of it.
- **Inputs** to choose from: the image's Brixia score, and laboratory values of the day before or the day of the exam (images with a value, in and never in
  intensive care: {labs}). Not D-dimer (the table does not say FEU or DDU), not pO2 (mostly venous). A missing value adds nothing: that it is missing tells
  the ward's habits. Logistic regression; inputs and penalty chosen in inner folds by log loss: {chosen}. Shipped: {' + '.join(figures['shipped']['inputs'])}.

Hannover, nested cross-validation by patient ({inside['icu_stay']['all']['patients']} patients; within AP {_counts(inside['icu_stay']['ap'])}):

| from | all | within AP |
|---|---|---|
{inner}

| inputs without a choice | all | within AP |
|---|---|---|
{candidates}

Over {spread['partitions']} other partitions into folds `icu_stay` ranges from {spread['lowest']:.2f} to {spread['highest']:.2f}. **Laboratory values add nothing here**, and over all
images the view alone and the outline of the lungs alone do as well as the index: in this hospital whoever was in intensive care was imaged AP.

`ieee8023`, images from publications, read by a lung network of Hannover's masks alone and by severity networks that saw no image of the patient; laboratory
values are not known there:

| in intensive care | patients in, never in | `icu_stay` | view alone | outline alone | one grey inside | `icu_stay` less view |
|---|---|---|---|---|---|---|
{outer}

Set beforehand: lower bound above .6 and a figure above that of the view alone. {verdict}
Within AP nothing can be said: {ap['never']['patients']} patients who never were in intensive care have AP images there.

Not for: deciding on admission or discharge; forecasts; children; patients with a negative test. Without an age in the record it is not computed.
"""
