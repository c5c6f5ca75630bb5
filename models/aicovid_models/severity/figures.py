"""Every figure of the bundle's card, from predictions by networks that had not seen the patient's scores."""

from __future__ import annotations

from collections import Counter

import numpy as np

from aicovid_models.lungs.overlap import dice_of
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.radiographs.nih_samples import Samples
from aicovid_models.severity.fit import INFILTRATES_ABOVE, HeldOut
from aicovid_models.statistics.conformal import held_out_coverage
from aicovid_models.statistics.evaluation import auroc, bootstrap, mean_absolute_error, mean_difference, pearson, spearman

HEAVY = 12
LIGHT = 3


def _brixia(rows: list[LabelledRadiograph], predicted: np.ndarray) -> dict:
    """Agreement of totals with the mean of the readers and with each, and by view."""
    patients = [row.patient for row in rows]
    mean, s, j = (np.array([x.sum() for x in readings]) for readings in
                  ([row.zones for row in rows], [row.zones_s for row in rows], [row.zones_j for row in rows]))
    result = {
        "r": bootstrap(pearson, patients, predicted, mean), "rho": bootstrap(spearman, patients, predicted, mean),
        "mae": bootstrap(mean_absolute_error, patients, predicted, mean), "bias": bootstrap(mean_difference, patients, predicted, mean),
        "r_reader_s": bootstrap(pearson, patients, predicted, s), "mae_reader_s": bootstrap(mean_absolute_error, patients, predicted, s),
        "r_reader_j": bootstrap(pearson, patients, predicted, j), "mae_reader_j": bootstrap(mean_absolute_error, patients, predicted, j),
        "readers_r": bootstrap(pearson, patients, s, j), "readers_mae": bootstrap(mean_absolute_error, patients, s, j),
        "always_the_median_mae": bootstrap(lambda total: float(np.abs(total - np.median(total)).mean()), patients, mean),
    }
    for name, chosen in (("pa", [row.view == "PA" for row in rows]), ("ap", [row.view != "PA" for row in rows]),
                         ("heavy", list(mean >= HEAVY))):
        index = np.flatnonzero(chosen)
        names = [patients[i] for i in index]
        result[name] = {"r": bootstrap(pearson, names, predicted[index], mean[index]),
                        "mae": bootstrap(mean_absolute_error, names, predicted[index], mean[index]),
                        "bias": bootstrap(mean_difference, names, predicted[index], mean[index])}
    return result


def _infiltrates(rows: list[LabelledRadiograph], logit: np.ndarray, platt: dict) -> dict:
    patients = [row.patient for row in rows]
    probability = 1 / (1 + np.exp(-(platt["slope"] * logit + platt["intercept"])))
    readings = {"mean_of_readers": [row.zones for row in rows], "reader_s": [row.zones_s for row in rows],
                "reader_j": [row.zones_j for row in rows]}
    result = {}
    for name, zones in readings.items():
        positive = np.array([x.sum() > INFILTRATES_ABOVE for x in zones], float)
        result[name] = {"auroc": bootstrap(auroc, patients, logit, positive), "negatives": int((positive == 0).sum())}
        if name == "mean_of_readers":
            result[name]["brier"] = bootstrap(lambda p, y: float(((p - y) ** 2).mean()), patients, probability, positive)
            result[name]["mean_probability"] = round(float(probability.mean()), 3)
    return result


def _agreement(rows: list[LabelledRadiograph], predicted: np.ndarray) -> dict:
    patients, total = [row.patient for row in rows], np.array([row.zones.sum() for row in rows])
    return {"r": bootstrap(pearson, patients, predicted, total), "mae": bootstrap(mean_absolute_error, patients, predicted, total),
            "bias": bootstrap(mean_difference, patients, predicted, total)}


def _recipe(rows: list[LabelledRadiograph], predicted: HeldOut, scored: np.ndarray) -> dict:
    """Agreement with the readers, held out, by severity, and what shrinking the image does to the total."""
    brixia, zones = predicted.brixia[scored], predicted.zones[scored]
    tested = {name: values[scored].sum(1) for name, values in predicted.tested.items()}
    shrunk = tested["shrunk"]
    patients, labels = [row.patient for row in rows], np.stack([row.zones for row in rows])
    total = labels.sum(1)
    result = _agreement(rows, brixia)
    result["zone_mae"] = bootstrap(lambda a, b: float(np.abs(a - b).mean()), patients, zones, labels)
    for name, chosen in (("light", total <= LIGHT), ("heavy", total >= HEAVY)):
        index = np.flatnonzero(chosen)
        result[f"{name}_bias"] = bootstrap(mean_difference, [patients[i] for i in index], brixia[index], total[index])
    result["shrunk_change"] = bootstrap(mean_difference, patients, shrunk, brixia)
    result["shrunk_absolute_change"] = bootstrap(mean_absolute_error, patients, shrunk, brixia)
    result["shrunk_r"] = bootstrap(pearson, patients, shrunk, total)
    changes = np.abs(np.concatenate([tested["contrast_test"] - brixia, tested["contrast_test_2"] - brixia]))
    result["contrast_change_95"] = bootstrap(lambda x: float(np.percentile(x, 95)), patients + patients, changes)
    result["contrast_change_mean"] = bootstrap(lambda x: float(x.mean()), patients + patients, changes)
    painted = tested["painted_test"] - brixia
    result["painted_change"] = bootstrap(lambda x: float(x.mean()), patients, painted)
    result["painted_lowered"] = bootstrap(lambda x: float((x < 0).mean()), patients, painted)
    result["painted_lowest_change"] = round(float(painted.min()), 2)
    return result


def overlap(measured: list[dict]) -> dict:
    return {"images": len(measured), "patients": len({row["patient"] for row in measured}),
            **{part: dice_of(measured, part) for part in ("both", "right", "left")}}


def gated(found: list, gate: dict) -> dict:
    refused = [x.fraction < gate["minimum_lung_fraction"] and x.confidence < gate["minimum_confidence"] for x in found]
    uncertain = [x.fraction < gate["uncertain_lung_fraction"] or x.larger_share > gate["uncertain_asymmetry"] for x in found]
    return {"images": len(found), "refused": sum(refused), "flagged": sum(u and not r for u, r in zip(uncertain, refused, strict=True)),
            "highest_confidence": round(max(x.confidence for x in found), 3), "lowest_confidence": round(min(x.confidence for x in found), 3)}


def _licences(rows: list[LabelledRadiograph]) -> dict:
    return dict(Counter(f"{row.archive}: {row.licence}" for row in rows).most_common())


def measure(rows, scored, held_out: dict[str, HeldOut], choice: str, platt: dict, linear: dict, lung_figures: dict, gate: dict,
            lung_training, severity_training, final: dict, recipes: dict, samples: Samples, clear_weight: float) -> dict:
    """@param rows       radiographs with scores, as `held_out` predicts them; `scored` [n] bool: with Brixia scores
    @param linear     held-out extent and opacity of the rows that have them
    @param lung_figures  of the lung network and the gate
    @param final      scored rows that the shipped severity network never learnt from (perhaps none) and its zones
    @param recipes    with and without what is learnt beside the scored images: held-out predictions, NIH figures, the golden image's total
    """
    predicted = held_out[choice]
    known = [row for row, has in zip(rows, scored, strict=True) if has]
    brixia, zones = predicted.brixia[scored], predicted.zones[scored]
    folds = predicted.folds[scored]
    patients = [row.patient for row in known]
    labels = np.stack([row.zones for row in known])
    lung_patients = {row.patient for row in lung_training}
    scales = [fitted.stretch for fitted in predicted.fitted]
    result = {
        "method": "5 folds grouped by patient; ridge strength chosen in inner folds; masks as the lung network gives them; "
                  "95 % intervals by bootstrap over patients",
        **lung_figures,
        "brixia": _brixia(known, brixia),
        "zones": {"mae": bootstrap(lambda a, b: float(np.abs(a - b).mean()), patients, zones, labels),
                  "readers_mae": bootstrap(lambda a, b: float(np.abs(a - b).mean()), patients,
                                           np.stack([row.zones_s for row in known]), np.stack([row.zones_j for row in known]))},
        "infiltrates": _infiltrates(known, predicted.logit[scored], platt),
        "platt": platt,
        "interval_coverage": {"nominal": 0.9, "brixia": round(held_out_coverage(labels.sum(1), brixia, folds, patients), 3),
                              "zones": round(held_out_coverage(labels, zones, folds, patients), 3)},
        "stretch": {"median": round(float(np.median(scales)), 3), "lowest": round(min(scales), 3), "highest": round(max(scales), 3)},
        "ridge_strengths": [round(fitted.ridge.strength, 1) for fitted in predicted.fitted],
        "gate": gate,
    }
    unseen = np.flatnonzero([row.patient not in lung_patients for row in known])
    result["brixia_lung_network_unseen_patients"] = _agreement([known[i] for i in unseen], brixia[unseen])
    result["recipes"] = {name: {"brixia": _recipe(known, x["held_out"], scored), "nih": x["nih"], "golden_image_brixia": x["golden_image"]}
                         for name, x in recipes.items()}
    if final["rows"]:
        result["shipped_on_images_never_learnt_from"] = _agreement(final["rows"], final["zones"].sum(1))
    for name, values in linear.items():
        with_label = [row for row in rows if np.isfinite(getattr(row, name))]
        label = np.array([getattr(row, name) for row in with_label])
        names = [row.patient for row in with_label]
        coverage_folds = predicted.folds[[np.isfinite(getattr(row, name)) for row in rows]]
        result[name] = {"r": bootstrap(pearson, names, values, label), "mae": bootstrap(mean_absolute_error, names, values, label)}
        result["interval_coverage"][name] = round(held_out_coverage(label, values, coverage_folds, names), 3)
    total = labels.sum(1)
    result["licence_comparison"] = {
        "shipped": choice,
        **{name: {"r": bootstrap(pearson, patients, x.brixia[scored], total),
                  "mae": bootstrap(mean_absolute_error, patients, x.brixia[scored], total)} for name, x in held_out.items()}}
    result["data"] = {
        "lung_training": {"images": len(lung_training), "patients": len(lung_patients), "licences": _licences(lung_training)},
        "severity_training": {"images": len(severity_training), "patients": len({row.patient for row in severity_training}),
                              "views": dict(Counter(row.view for row in severity_training)),
                              "totals_at_least_12": int(sum(row.zones.sum() >= HEAVY for row in severity_training)),
                              "licences": _licences(severity_training)},
        "clear_training": {"images": len(samples.clear_learn), "patients": len({row.patient for row in samples.clear_learn}),
                           "views": dict(Counter(row.view for row in samples.clear_learn)), "weight": clear_weight,
                           "licences": _licences(samples.clear_learn)}}
    return result
