"""The figures of `icu_stay`: how well it tells images taken in intensive care from others, and what else would tell them apart.

Whoever is in intensive care is imaged lying, from the front (AP); the view alone nearly gives the answer away. So every figure
stands beside its controls and is repeated within AP.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from aicovid_models.icu_stay import fit
from aicovid_models.icu_stay.readings import GEOMETRY
from aicovid_models.radiographs.intensive_care import LABS, IcuImage, patient_weights
from aicovid_models.statistics.evaluation import bootstrap

LEAST_LOWER_BOUND = 0.6
PARTITIONS = 20


def _strata(score: np.ndarray, positive: np.ndarray, images: list[IcuImage]) -> dict:
    """Over all images and within AP."""
    patients, ap = [image.row.patient for image in images], np.array([image.ap for image in images])
    within = np.flatnonzero(ap)
    return {"all": fit.auroc_of(score, positive, patients),
            "ap": fit.auroc_of(score[within], positive[within], [patients[i] for i in within])}


def _ap(images: list[IcuImage]) -> np.ndarray:
    return np.array([float(image.ap) for image in images])


def _geometry(lines: pd.DataFrame) -> dict[str, np.ndarray]:
    return {name: lines[name].to_numpy() for name in GEOMETRY}


def _missing(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.isnan(columns[name]).astype(float) for name in LABS}


def internal(learn: list[IcuImage], lines: pd.DataFrame) -> dict:
    """On Hannover, held out with all choices; a control is fitted as the model is, in the same folds."""
    positive, patients = np.array([image.state == "in" for image in learn]), [image.row.patient for image in learn]
    columns = fit.columns_of(learn, lines.brixia.to_numpy())
    logit, chosen = fit.held_out(columns, positive, patients)
    spread = [fit.weighted_auroc(fit.held_out(columns, positive, patients, seed=fit.SEED + k)[0], positive,
                                       patient_weights(patients)) for k in range(1, PARTITIONS + 1)]

    def control(values: dict[str, np.ndarray]) -> dict:
        return _strata(fit.held_out(values, positive, patients, (tuple(values),))[0], positive, learn)

    labs = {name: columns[name] for name in LABS}
    return {
        "icu_stay": _strata(logit, positive, learn), "brixia": _strata(columns["brixia"], positive, learn),
        "log_loss": round(fit.log_loss(logit, positive, patient_weights(patients)), 3),
        "chosen_in_folds": dict(Counter(" + ".join(inputs) for inputs in chosen)),
        "other_partitions": {"partitions": PARTITIONS, "lowest": round(min(spread), 3), "highest": round(max(spread), 3)},
        "candidates": {" + ".join(inputs): _strata(fit.held_out(columns, positive, patients, (inputs,))[0], positive, learn)
                       for inputs in fit.CANDIDATES},
        "view_only": _strata(_ap(learn), positive, learn), "mask_geometry_only": control(_geometry(lines)),
        "constant_texture": _strata(lines.constant.to_numpy(), positive, learn),
        "labs_only": control(labs), "missingness_only": control(_missing(columns)),
        "labs_known": {name: {state: int(np.isfinite(columns[name][positive == (state == "in")]).sum()) for state in ("in", "never")}
                       for name in LABS}}


def external(model: fit.Logistic, geometry: fit.Logistic, images: list[IcuImage], lines: pd.DataFrame, covid: np.ndarray) -> dict:
    """On `ieee8023`, where nothing was fitted. No laboratory values are known of these images.

    `primary`: COVID-19, in intensive care at the exam against never in it.
    """
    state, went = np.array([image.state for image in images]), np.array([image.went for image in images])
    scored = np.isfinite(lines.brixia.to_numpy())
    sets = {"primary": (covid & (state != "other"), state == "in"), "covid_19_went_icu": (covid & np.isfinite(went), went == 1),
            "any_pneumonia": (state != "other", state == "in")}
    result = {"not_scored": int((~scored).sum())}
    for name, (used, positive) in sets.items():
        rows = np.flatnonzero(used & scored)
        chosen, here, truth = [images[i] for i in rows], lines.iloc[rows], positive[rows]
        logit = model(np.column_stack([fit.columns_of(chosen, here.brixia.to_numpy())[x] for x in model.inputs]))
        outline = geometry(np.column_stack(list(_geometry(here).values())))
        patients = [image.row.patient for image in chosen]
        result[name] = {"icu_stay": _strata(logit, truth, chosen), "view_only": _strata(_ap(chosen), truth, chosen),
                        "mask_geometry_only": _strata(outline, truth, chosen), "constant_texture": _strata(here.constant.to_numpy(), truth, chosen),
                        "above_view": bootstrap(_difference, patients, logit, _ap(chosen), truth, patient_weights(patients)),
                        "log_loss": round(fit.log_loss(logit, truth, patient_weights(patients)), 3)}
    primary = result["primary"]
    figure, view = primary["icu_stay"]["all"], primary["view_only"]["all"]
    result["passed"] = bool(figure["low"] > LEAST_LOWER_BOUND and figure["value"] > view["value"])
    return result


def _difference(score: np.ndarray, control: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> float:
    return fit.weighted_auroc(score, positive, weights) - fit.weighted_auroc(control, positive, weights)


def fit_geometry(learn: list[IcuImage], lines: pd.DataFrame) -> fit.Logistic:
    """The control "mask geometry only", on all of Hannover."""
    positive, patients = np.array([image.state == "in" for image in learn]), [image.row.patient for image in learn]
    return fit.choose_and_fit(_geometry(lines), positive, patients, (GEOMETRY,))
