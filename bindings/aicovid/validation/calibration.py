"""Agreement of probabilities with what happened."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy.special import logit
from statsmodels.nonparametric.smoothers_lowess import lowess
from statsmodels.tools.sm_exceptions import PerfectSeparationError, PerfectSeparationWarning

from aicovid.validation.arrays import Flags, Floats, Names, Poolable
from aicovid.validation.bootstrap import estimate, interval_of, resampled_weights
from aicovid.validation.discrimination import Z

SMALLEST = 1e-6  # probabilities are kept this far from 0 and 1 where their logit is needed
SPAN = 0.75
CURVE_POINTS = 40
CURVE_RESAMPLES = 200
GROUPS = 10


def calibration(probability: Floats, event: Flags, patients: Names) -> tuple[dict[str, Any], Poolable]:
    """Calibration in the large, intercept, slope and Brier score.

    Parameters
    ----------
    probability : [n]
        Predictions, 0 to 1.
    event : [n]
        What happened; some of both.
    patients : [n]
        The patient of each row.

    Returns
    -------
    dict
        mean_predicted and observed, 0 to 1; with intervals intercept (logit, the slope held at 1), slope, observed_to_expected,
        brier and scaled_brier. Instead of a slope no_slope says why there is none: constant_prediction or separation.
    dict
        {figure: (value, variance)} of those that may be pooled over sites.
    """
    observed = event.astype(float)
    odds = logit(np.clip(probability, SMALLEST, 1 - SMALLEST))
    result: dict[str, Any] = {"mean_predicted": float(probability.mean()), "observed": float(observed.mean())}
    poolable: Poolable = {}

    intercept = logistic(observed, np.ones((len(odds), 1)), odds, patients)
    slope = None
    if np.ptp(odds) > 1e-9:
        slope = logistic(observed, np.column_stack([np.ones(len(odds)), odds]), None, patients)
    else:
        result["no_slope"] = "constant_prediction"
    for name, fit in (("intercept", intercept), ("slope", slope)):
        if fit is not None:
            coefficient, error = fit
            half = float(Z) * error
            result[name] = estimate(coefficient, coefficient - half, coefficient + half)
            poolable[name] = (coefficient, error**2)
        elif name == "slope":
            result.setdefault("no_slope", "separation")

    squared = (probability - observed) ** 2

    def means(weights: Floats) -> Floats:
        total = weights.sum(axis=1)
        rate, predicted, brier = weights @ observed / total, weights @ probability / total, weights @ squared / total
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.stack([rate / predicted, brier, 1 - brier / (rate * (1 - rate))], axis=1)

    value, low, high = interval_of(means, patients)
    for index, name in enumerate(("observed_to_expected", "brier", "scaled_brier")):
        result[name] = estimate(value[index], low[index], high[index])
    if np.isfinite(low[0]) and low[0] > 0:
        poolable["log_observed_to_expected"] = (float(np.log(value[0])), float((np.log(high[0] / low[0]) / (2 * Z)) ** 2))
    return result, poolable


def logistic(event: Floats, design: Floats, offset: Floats | None, patients: Names) -> tuple[float, float] | None:
    """The last coefficient of a logistic regression and its standard error, robust to several rows of one patient.

    Parameters
    ----------
    event : [n]
        0 or 1.
    design : [n,k]
        What is fitted, with a column of ones for an intercept.
    offset : [n], optional
        What is added to the logit as it is.
    patients : [n]
        The patient of each row.

    Returns
    -------
    (float, float) or None
        None where the fit separates the events, is singular or does not converge.
    """
    _, groups = np.unique(patients, return_inverse=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PerfectSeparationWarning)
            model = sm.GLM(event, design, family=sm.families.Binomial(), offset=offset)
            fit = model.fit(cov_type="cluster", cov_kwds={"groups": groups})
    except (PerfectSeparationError, PerfectSeparationWarning, np.linalg.LinAlgError):
        return None
    value, error = float(fit.params[-1]), float(fit.bse[-1])
    # A slope that runs away is separation which the fit did not notice.
    return (value, error) if fit.converged and np.isfinite(error) and abs(value) < 50 else None


def calibration_curve(probability: Floats, event: Flags, patients: Names) -> dict[str, Any]:
    """Loess of the outcome on the probability, its distance from the diagonal, and the error by tenths.

    Parameters
    ----------
    probability : [n]
        Predictions, 0 to 1.
    event : [n]
        What happened.
    patients : [n]
        The patient of each row.

    Returns
    -------
    dict
        ece, the expected calibration error over groups, the tenths of the predictions; and where loess can be computed, curve
        with a 95 % band, and ici, e50 and e90, the mean, median and 90th percentile of its distance from the diagonal. Empty where
        the predictions do not differ.

    Notes
    -----
    Austin and Steyerberg 2019, doi 10.1002/sim.8281.
    """
    observed = event.astype(float)

    def loess(x: Floats, y: Floats, at: Floats) -> Floats:
        # No robust iterations: a 0 or 1 far from the curve is an outcome and no outlier.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)
            curve: Floats = np.clip(lowess(y, x, frac=SPAN, it=0, xvals=at), 0, 1)
            return curve

    low, high = np.quantile(probability, [0.02, 0.98])
    if high - low < SMALLEST:
        return {}
    grid = np.linspace(low, high, CURVE_POINTS)
    curve = loess(probability, observed, grid)
    drawn: list[Floats] = []
    for weights in resampled_weights(patients):
        for row in weights[: max(0, CURVE_RESAMPLES - len(drawn))]:
            rows = np.repeat(np.arange(len(row)), row.astype(int))
            drawn.append(loess(probability[rows], observed[rows], grid))
        if len(drawn) >= CURVE_RESAMPLES:
            break
    with np.errstate(all="ignore"):
        ends = np.nanpercentile(np.array(drawn), [2.5, 97.5], axis=0)
    finite = np.isfinite(curve) & np.isfinite(ends).all(axis=0)
    distance = np.abs(loess(probability, observed, probability) - probability)
    distance = distance[np.isfinite(distance)]
    tenths = np.array_split(np.argsort(probability, kind="stable"), min(GROUPS, len(probability)))
    gaps = [abs(probability[rows].mean() - observed[rows].mean()) * len(rows) for rows in tenths]
    result = {"ece": float(sum(gaps) / len(probability)),
              "groups": [{"predicted": float(probability[rows].mean()), "observed": float(observed[rows].mean()),
                          "exams": len(rows)} for rows in tenths]}  # fmt: skip
    if finite.any() and len(distance):
        result["curve"] = [{"predicted": float(x), "observed": float(y), "low": float(a), "high": float(b)}
                           for x, y, a, b in zip(grid[finite], curve[finite], *ends[:, finite])]  # fmt: skip
        result |= {"ici": float(distance.mean()), "e50": float(np.quantile(distance, 0.5)), "e90": float(np.quantile(distance, 0.9))}
    return result
