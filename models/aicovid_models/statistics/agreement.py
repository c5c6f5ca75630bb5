"""Agreement of a model's scores with two readers', as radiology reports it.

The readers differ from each other as well, so the model is set beside each of them and beside their own difference. Intervals
are 95 % by bootstrap over patients (`evaluation.bootstrap`).
"""

from __future__ import annotations

import numpy as np

from aicovid_models.statistics.evaluation import bootstrap, mean_absolute_error, mean_difference, pearson

ZONE_POINTS = 3
NORMAL_95 = 1.959964


def icc_2_1(*raters: np.ndarray) -> float:
    """ICC(2,1): two-way random effects, absolute agreement, one rater. Source: Shrout and Fleiss 1979, doi 10.1037/0033-2909.86.2.420."""
    scores = np.stack(raters, 1)
    n, k = scores.shape
    if n < 2:
        return float("nan")
    centre = scores.mean()
    of_image, of_rater = scores.mean(1), scores.mean(0)
    between_images = k * ((of_image - centre) ** 2).sum() / (n - 1)
    between_raters = n * ((of_rater - centre) ** 2).sum() / (k - 1)
    residual = ((scores - of_image[:, None] - of_rater[None] + centre) ** 2).sum() / ((n - 1) * (k - 1))
    spread = between_images + (k - 1) * residual + k * (between_raters - residual) / n
    return float((between_images - residual) / spread) if spread > 0 else float("nan")


def weighted_kappa(a: np.ndarray, b: np.ndarray) -> float:
    """Cohen's kappa with quadratic weights of whole points 0 to ZONE_POINTS; others are rounded, halves up."""
    points = np.arange(ZONE_POINTS + 1)
    a, b = (np.floor(np.clip(x, 0, ZONE_POINTS) + 0.5) for x in (a, b))
    share_a, share_b = ((x[:, None] == points).mean(0) for x in (a, b))
    expected = share_a @ (points[:, None] - points[None]) ** 2 @ share_b
    return float(1 - ((a - b) ** 2).mean() / expected) if expected > 0 else float("nan")


def limits_of_agreement(patients: list[str], prediction: np.ndarray, reference: np.ndarray) -> dict:
    """Bias of prediction - reference, its limits (bias -+ 1.96 standard deviations), and the slope of the difference over the mean of both.

    Source: Bland and Altman 1986, doi 10.1016/S0140-6736(86)90837-8; the intervals are by bootstrap over patients, since a patient
    has several images.
    """
    def limit(sign: float):
        return lambda a, b: float((a - b).mean() + sign * NORMAL_95 * (a - b).std(ddof=1))

    def slope(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.polyfit((a + b) / 2, a - b, 1)[0])

    return {"bias": bootstrap(mean_difference, patients, prediction, reference), "low": bootstrap(limit(-1), patients, prediction, reference),
            "high": bootstrap(limit(1), patients, prediction, reference), "slope": bootstrap(slope, patients, prediction, reference)}


def worse_than_the_readers(model: np.ndarray, s: np.ndarray, j: np.ndarray) -> float:
    """Mean absolute error of the model against each reader alone, averaged, less that of the readers with each other."""
    return (mean_absolute_error(model, s) + mean_absolute_error(model, j)) / 2 - mean_absolute_error(s, j)


def beside_the_readers(patients: list[str], model: np.ndarray, s: np.ndarray, j: np.ndarray) -> dict:
    """The model's total against S alone, J alone, and S against J. `not_worse`: a paired bootstrap, all three from the same resample."""
    pairs = {"model_s": (model, s), "model_j": (model, j), "s_j": (s, j), "model_mean": (model, (s + j) / 2)}
    result = {name: {"mae": bootstrap(mean_absolute_error, patients, *pair), "r": bootstrap(pearson, patients, *pair),
                     "icc": bootstrap(icc_2_1, patients, *pair)} for name, pair in pairs.items()}
    result["not_worse"] = bootstrap(worse_than_the_readers, patients, model, s, j)
    return result


def zone_agreement(patients: list[str], model: np.ndarray, s: np.ndarray, j: np.ndarray, names: tuple[str, ...]) -> dict:
    """Quadratically weighted kappa and mean absolute error of each zone, [n,6] each; `all`: the six zones' average of each figure.

    The readers gave whole points; the model's are rounded for kappa and left as they are for the error.
    """
    pairs = {"model_s": (model, s), "model_j": (model, j), "s_j": (s, j)}

    def average(statistic):
        return lambda a, b: float(np.mean([statistic(a[:, zone], b[:, zone]) for zone in range(a.shape[1])]))

    result = {"all": {pair: {"kappa": bootstrap(average(weighted_kappa), patients, *values),
                             "mae": bootstrap(average(mean_absolute_error), patients, *values)} for pair, values in pairs.items()}}
    for zone, name in enumerate(names):
        result[name] = {pair: {"kappa": bootstrap(weighted_kappa, patients, a[:, zone], b[:, zone]),
                               "mae": bootstrap(mean_absolute_error, patients, a[:, zone], b[:, zone])} for pair, (a, b) in pairs.items()}
    return result


def calibration_of_totals(patients: list[str], prediction: np.ndarray, reference: np.ndarray) -> dict:
    """The line of the reference over the prediction (1 and 0 where calibrated), and both means in five groups of the prediction."""
    def line(part: int):
        return lambda a, b: float(np.polyfit(a, b, 1)[part])

    groups = np.array_split(np.argsort(prediction, kind="stable"), 5)
    return {"slope": bootstrap(line(0), patients, prediction, reference), "intercept": bootstrap(line(1), patients, prediction, reference),
            "groups": [{"predicted": round(float(prediction[rows].mean()), 3), "read": round(float(reference[rows].mean()), 3),
                        "images": len(rows)} for rows in groups]}


def brier(probability: np.ndarray, positive: np.ndarray) -> float:
    return float(((probability - positive) ** 2).mean())


def beside_the_prevalence(patients: list[str], probability: np.ndarray, prevalence: np.ndarray, positive: np.ndarray) -> dict:
    """Brier score of the probabilities, and of a model that gives every image the prevalence of the images it learnt from.

    `scaled`: 1 is perfect, 0 no better than the prevalence.
    """
    return {"model": bootstrap(brier, patients, probability, positive), "prevalence": bootstrap(brier, patients, prevalence, positive),
            "difference": bootstrap(lambda p, q, y: brier(p, y) - brier(q, y), patients, probability, prevalence, positive),
            "scaled": bootstrap(lambda p, q, y: 1 - brier(p, y) / brier(q, y), patients, probability, prevalence, positive)}


def subgroup(patients: list[str], model: np.ndarray, reference: np.ndarray, chosen: np.ndarray) -> dict:
    rows = np.flatnonzero(chosen)
    names = [patients[i] for i in rows]
    return {"r": bootstrap(pearson, names, model[rows], reference[rows]), "mae": bootstrap(mean_absolute_error, names, model[rows], reference[rows]),
            "bias": bootstrap(mean_difference, names, model[rows], reference[rows])}


def thirds(values: np.ndarray) -> dict[str, np.ndarray]:
    """Rows [n] bool by thirds of the finite values; the names say the range. Equal values stay together."""
    known = np.isfinite(values)
    low, high = np.quantile(values[known], [1 / 3, 2 / 3])
    parts = {"first": known & (values <= low), "second": known & (values > low) & (values <= high), "third": known & (values > high)}
    return {f"{values[rows].min():g} to {values[rows].max():g}": rows for rows in parts.values() if rows.any()}
