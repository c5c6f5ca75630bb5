"""What manifest and model card say of `icu_stay`, from its figures."""

from __future__ import annotations

from pathlib import Path

from aicovid_models.icu_stay.figures import LEAST_LOWER_BOUND
from aicovid_models.icu_stay.fit import Logistic
from aicovid_models.pages import fill, interval, table_rows
from aicovid_models.radiographs.intensive_care import LABS

TEMPLATE = Path(__file__).with_name("card.md.in")
FIGURES = "icu_stay_figures.json"  # in the bundle's folder
_CONTROLS = {"icu_stay": "`icu_stay`", "view_only": "view alone (AP or not)", "mask_geometry_only": "outline of the lungs alone",
             "constant_texture": "one grey inside the lungs", "labs_only": "laboratory values alone",
             "missingness_only": "which laboratory values are missing"}
_SETS = {"primary": "COVID-19, at the exam", "covid_19_went_icu": "COVID-19, at any time", "any_pneumonia": "any pneumonia, at the exam"}


def _auroc(figure: dict) -> str:
    if figure["value"] is None or min(figure["in_icu"]["patients"], figure["never"]["patients"]) < 5:
        return "too few patients"
    return interval(figure)


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


def _across(part: dict) -> list[str]:
    """Over all images and within AP."""
    return [_auroc(part["all"]), _auroc(part["ap"])]


def _outside_row(title: str, part: dict) -> list[str]:
    above = part["above_view"]
    return [title, _counts(part["icu_stay"]["all"]),
            *(_auroc(part[of]["all"]) for of in ("icu_stay", "view_only", "mask_geometry_only", "constant_texture")),
            f"{above['value']:+.2f} [{above['low']:+.2f}, {above['high']:+.2f}]"]


def _verdict(figures: dict) -> str:
    if beyond_view(figures):
        return "It passes, and the difference from the view alone is more than chance."
    if figures["external"]["passed"]:
        return ("By the figure itself it passes; but the interval of the difference from the view alone reaches below zero, so the outcome's evidence is "
                "`none`.")
    return "It does not pass; the outcome's evidence is `none`."


def text(figures: dict, masks: int) -> str:
    """The outcome's part of the bundle's card.

    @param masks  how many of Hannover's drawn lungs the lung network learnt from
    """
    inside, outside = figures["internal"], figures["external"]
    return fill(
        TEMPLATE, figures, masks=masks, least_lower_bound=LEAST_LOWER_BOUND,
        patients=_counts(inside["icu_stay"]["all"]), patients_within_ap=_counts(inside["icu_stay"]["ap"]), inputs=" + ".join(figures["shipped"]["inputs"]),
        images_with_a_value="; ".join(f"{name} {known['in']} and {known['never']}" for name, known in inside["labs_known"].items()),
        chosen=", ".join(f"{name} {count} times" for name, count in inside["chosen_in_folds"].items()),
        inner=table_rows([title, *_across(inside[name])] for name, title in _CONTROLS.items()),
        candidate_rows=table_rows([name, *_across(part)] for name, part in inside["candidates"].items()),
        outer=table_rows(_outside_row(title, outside[name]) for name, title in _SETS.items()), verdict=_verdict(figures))
