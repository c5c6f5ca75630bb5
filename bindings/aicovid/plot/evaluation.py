"""How well predictions agree with what happened, and two measurements with one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from aicovid.errors import InvalidArgumentError
from aicovid.plot.style import BLUE, GREY, ORANGE, bare, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

_TENTHS = 10


def calibration(probability: ArrayLike, event: ArrayLike, *, axes: Axes | None = None, label: str = "") -> Axes:
    """Draws the observed share over the predicted probability: a smoothed curve and tenths with Wilson's 95 % intervals.

    Parameters
    ----------
    probability : [n]
        Predictions, 0 to 1.
    event : [n]
        What happened, true or false.
    axes : matplotlib.axes.Axes, optional
    label : str
        For a legend.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InvalidArgumentError
        Other shapes or numbers.

    Notes
    -----
    The curve is loess (statsmodels' lowess, span 0.75), as in Austin and Steyerberg 2019, doi 10.1002/sim.8281.
    """
    from statsmodels.nonparametric.smoothers_lowess import lowess

    predicted, observed = _binary(probability, event)
    panel = new_axes(axes)
    panel.plot([0, 1], [0, 1], ":", color=GREY, linewidth=0.9)
    if np.ptp(predicted) > 0:
        curve = lowess(observed.astype(float), predicted, frac=0.75, it=0)
        panel.plot(curve[:, 0], np.clip(curve[:, 1], 0, 1), color=BLUE, label=label or "loess")
    order = np.argsort(predicted, kind="stable")
    for part in np.array_split(order, min(_TENTHS, len(order))):
        share, low, high = _wilson(int(observed[part].sum()), len(part))
        mean = predicted[part].mean()
        panel.plot([mean, mean], [low, high], color="black", linewidth=0.8)
        panel.plot(mean, share, "o", color="black", markersize=4)
    panel.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="predicted probability", ylabel="observed share")
    bare(panel)
    return panel


def roc(score: ArrayLike, event: ArrayLike, *, axes: Axes | None = None, label: str = "") -> Axes:
    """Draws the receiver operating characteristic, with the area under it in the legend.

    Parameters
    ----------
    score : [n]
        Larger where the event is likelier; no probability is needed.
    event : [n]
        What happened, true or false; some of both.
    axes : matplotlib.axes.Axes, optional
    label : str
        Before the area.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InvalidArgumentError
        Other shapes, or events of one kind alone.
    """
    values, happened = _both_kinds(score, event)
    hits, alarms = _steps(values, happened)
    true_positive = np.concatenate([[0], hits / happened.sum()])
    false_positive = np.concatenate([[0], alarms / (~happened).sum()])
    area = float(np.trapezoid(true_positive, false_positive))
    panel = new_axes(axes)
    panel.plot([0, 1], [0, 1], ":", color=GREY, linewidth=0.9)
    panel.plot(false_positive, true_positive, label=f"{label + ': ' if label else ''}AUROC {area:.3f}")
    panel.set(xlim=(-0.01, 1), ylim=(0, 1.01), aspect="equal", xlabel="1 - specificity", ylabel="sensitivity")
    panel.legend(frameon=False, fontsize=8, loc="lower right")
    bare(panel)
    return panel


def precision_recall(score: ArrayLike, event: ArrayLike, *, axes: Axes | None = None, label: str = "") -> Axes:
    """Draws precision over recall, with the average precision in the legend and the prevalence as a line.

    Parameters, Returns and Raises are those of `roc`.
    """
    values, happened = _both_kinds(score, event)
    hits, alarms = _steps(values, happened)
    recall = hits / happened.sum()
    precision = hits / (hits + alarms)
    average = float(np.sum(np.diff(np.concatenate([[0], recall])) * precision))
    panel = new_axes(axes)
    panel.axhline(float(happened.mean()), color=GREY, linewidth=0.9, linestyle=":")
    panel.step(np.concatenate([[0], recall]), np.concatenate([[precision[0]], precision]), where="pre",
               label=f"{label + ': ' if label else ''}average precision {average:.3f}")
    panel.set(xlim=(0, 1.01), ylim=(0, 1.01), xlabel="recall (sensitivity)", ylabel="precision (positive predictive value)")
    panel.legend(frameon=False, fontsize=8, loc="lower left")
    bare(panel)
    return panel


def decision_curve(probability: ArrayLike, event: ArrayLike, *, thresholds: ArrayLike | None = None, axes: Axes | None = None,
                   label: str = "model") -> Axes:
    """Draws the net benefit over the threshold probability, beside treating all and none.

    Parameters
    ----------
    probability : [n]
        Predictions, 0 to 1.
    event : [n]
        What happened, true or false.
    thresholds : [t], optional
        Above 0 and below 1; .05 to .60 by default.
    axes : matplotlib.axes.Axes, optional
    label : str

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InvalidArgumentError
        Other shapes or numbers.

    Notes
    -----
    Vickers and Elkin 2006, doi 10.1177/0272989X06295361.
    """
    predicted, happened = _binary(probability, event)
    at = np.round(np.arange(0.05, 0.601, 0.01), 2) if thresholds is None else np.asarray(thresholds, dtype=float)
    if at.ndim != 1 or at.size == 0 or not ((at > 0) & (at < 1)).all():
        raise InvalidArgumentError("the thresholds are not all between 0 and 1")
    weight = at / (1 - at)

    def benefit(treated: npt.NDArray[Any]) -> npt.NDArray[Any]:
        gained: npt.NDArray[Any] = (treated & happened[:, None]).mean(axis=0) - weight * (treated & ~happened[:, None]).mean(axis=0)
        return gained

    panel = new_axes(axes, 6.0, 4.2)
    panel.plot(at, benefit(predicted[:, None] >= at), label=label)
    everyone = benefit(np.ones((len(happened), len(at)), dtype=bool))
    panel.plot(at, everyone, "--", color=GREY, label="all")
    panel.axhline(0, color="black", linewidth=0.8, label="none")
    panel.set_ylim(bottom=-0.05)
    panel.set(xlabel="threshold probability", ylabel="net benefit")
    panel.legend(frameon=False, fontsize=8)
    bare(panel)
    return panel


def bland_altman(one: ArrayLike, other: ArrayLike, *, axes: Axes | None = None, unit: str = "") -> Axes:
    """Draws the difference of two measurements over their mean, with the bias and the 95 % limits of agreement.

    Parameters
    ----------
    one, other : [n]
        Two measurements of each subject.
    axes : matplotlib.axes.Axes, optional
    unit : str
        For the axes' labels.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InvalidArgumentError
        Other shapes, fewer than three, or numbers that are not finite.

    Notes
    -----
    Bland and Altman 1986, doi 10.1016/S0140-6736(86)90837-8.
    """
    a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if a.shape != b.shape or a.ndim != 1 or a.size < 3 or not (np.isfinite(a) & np.isfinite(b)).all():
        raise InvalidArgumentError("the measurements are not two lists of at least three finite numbers, as long as one another")
    difference = a - b
    bias, spread = float(difference.mean()), 1.96 * float(difference.std(ddof=1))
    panel = new_axes(axes, 6.0, 4.2)
    panel.scatter((a + b) / 2, difference, s=12, color=BLUE, alpha=0.6, linewidths=0)
    panel.axhline(0, color=GREY, linewidth=0.8, linestyle=":")
    for value, name in ((bias, "bias"), (bias - spread, "bias - 1.96 SD"), (bias + spread, "bias + 1.96 SD")):
        panel.axhline(value, color=ORANGE, linewidth=1.1, linestyle="-" if name == "bias" else "--")
        panel.annotate(f"{name} {value:.2f}", (1, value), xycoords=("axes fraction", "data"), xytext=(-2, 3), textcoords="offset points",
                       ha="right", fontsize=8)
    of_unit = f", {unit}" if unit else ""
    panel.set(xlabel=f"mean of both{of_unit}", ylabel=f"difference{of_unit}")
    bare(panel)
    return panel


def forest(rows: Sequence[tuple[str, float, float, float]], *, axes: Axes | None = None, xlabel: str = "estimate, 95 % interval",
           reference: float | None = None) -> Axes:
    """Draws estimates with their intervals, one below the other: the whole and its subgroups.

    Parameters
    ----------
    rows : sequence of (label, value, low, high)
        From the top. A label that begins with a space is one of a subgroup.
    axes : matplotlib.axes.Axes, optional
    xlabel : str
    reference : float, optional
        A value that a line marks.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InvalidArgumentError
        There are no rows.
    """
    if not rows:
        raise InvalidArgumentError("there are no rows")
    panel = new_axes(axes, 6.4, 0.3 * len(rows) + 1)
    for place, (label, value, low, high) in enumerate(rows):
        is_part = label.startswith(" ")
        panel.plot([low, high], [place, place], color=GREY if is_part else "black", linewidth=1.4)
        panel.plot(value, place, "o" if is_part else "D", color=GREY if is_part else "black", markersize=5)
    if reference is not None:
        panel.axvline(reference, color=GREY, linewidth=0.8, linestyle=":")
    panel.set_yticks(range(len(rows)), [label for label, *_ in rows], fontsize=8)
    panel.tick_params(axis="y", length=0)
    panel.set(ylim=(len(rows) - 0.5, -0.5), xlabel=xlabel)
    bare(panel)
    return panel


def _binary(probability: ArrayLike, event: ArrayLike) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    predicted, happened = np.asarray(probability, dtype=float), np.asarray(event)
    if predicted.ndim != 1 or predicted.shape != happened.shape or predicted.size == 0:
        raise InvalidArgumentError("the predictions and events are not two lists, as long as one another")
    if not ((predicted >= 0) & (predicted <= 1)).all():
        raise InvalidArgumentError("the predictions are not all from 0 to 1")
    return predicted, _events(happened)


def _both_kinds(score: ArrayLike, event: ArrayLike) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    values, happened = np.asarray(score, dtype=float), np.asarray(event)
    if values.ndim != 1 or values.shape != happened.shape or not np.isfinite(values).all():
        raise InvalidArgumentError("the scores and events are not two lists of finite numbers, as long as one another")
    events = _events(happened)
    if events.all() or not events.any():
        raise InvalidArgumentError("the events are of one kind; expected some of both")
    return values, events


def _events(happened: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if not np.isin(happened, (0, 1)).all():
        raise InvalidArgumentError("the events are not all true or false, 1 or 0")
    return happened.astype(bool)


def _steps(values: npt.NDArray[Any], happened: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """At each distinct score, from the largest: how many events and others score at least that much."""
    order = np.argsort(-values, kind="stable")
    last = np.append(np.diff(values[order]) != 0, True)
    return np.cumsum(happened[order])[last], np.cumsum(~happened[order])[last]


def _wilson(events: int, of: int) -> tuple[float, float, float]:
    """A share and its 95 % interval. Wilson 1927."""
    z = 1.959963984540054
    share = events / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * float(np.sqrt(share * (1 - share) / of + z * z / (4 * of * of)))
    return share, middle - half, middle + half
