"""A patient over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aicovid.errors import InvalidArgumentError
from aicovid.plot.style import COLOURS, PURPOSE, bare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from aicovid.report import RiskReport

    _Value = tuple[float, float | None, float | None]  # and the ends of its interval


def course(times: Sequence[datetime], reports: Sequence[RiskReport], outcomes: Sequence[str] | None = None) -> Figure:
    """Draws severity and risks of one patient over time.

    Parameters
    ----------
    times : sequence of datetime
        When each radiograph, or each record that an older one was judged with, was of. All with a zone or all without.
    reports : sequence of RiskReport
        As many as times.
    outcomes : sequence of str, optional
        The outcomes that are shown: all that have a probability somewhere.

    Returns
    -------
    matplotlib.figure.Figure
        Brixia above, risks below, each with its interval as a band. A report without a value interrupts its line.

    Raises
    ------
    InvalidArgumentError
        No reports, or another number of times than of reports.
    """
    from matplotlib import pyplot

    if len(times) != len(reports) or not reports:
        raise InvalidArgumentError(f"there are {len(times)} times and {len(reports)} reports; expected as many, and at least one")
    order = sorted(range(len(times)), key=lambda i: times[i])
    at = [times[i] for i in order]
    of = [reports[i] for i in order]
    found = [name for report in of for name in (outcome["name"] for outcome in report.get("outcomes", []) if "probability" in outcome)]
    names = list(dict.fromkeys(found)) if outcomes is None else list(outcomes)
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(7, 5.4), sharex=True, layout="constrained")
    severity = [report.get("image", {}).get("brixia") for report in of]
    _draw(above, at, [None if one is None else (one["value"], one.get("low"), one.get("high")) for one in severity], COLOURS[0], "Brixia")
    above.set(ylim=(0, 18), ylabel="Brixia, points")
    for place, name in enumerate(names):
        values = []
        for report in of:
            outcome = next((one for one in report.get("outcomes", []) if one["name"] == name and "probability" in one), None)
            interval = (outcome or {}).get("interval") or {}
            values.append(None if outcome is None else (outcome["probability"], interval.get("low"), interval.get("high")))
        _draw(below, at, values, COLOURS[(place + 1) % len(COLOURS)], name)
    below.set(ylim=(0, 1), ylabel="probability")
    if names:
        below.legend(frameon=False, fontsize=8)
    for label in below.get_xticklabels():
        label.set(rotation=30, ha="right", fontsize=8)
    bare(above)
    bare(below)
    figure.suptitle(PURPOSE, fontsize=9)
    return figure


def _draw(panel: Axes, times: Sequence[datetime], values: Sequence[_Value | None], colour: str, label: str) -> None:
    """A line with its band, interrupted where there is no value."""
    nan = float("nan")
    middle = [nan if value is None else value[0] for value in values]
    low = [nan if value is None or value[1] is None else value[1] for value in values]
    high = [nan if value is None or value[2] is None else value[2] for value in values]
    at: Any = times  # matplotlib takes datetimes, and its types do not say so
    panel.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0)
    panel.plot(at, middle, "o-", color=colour, markersize=4, label=label)
