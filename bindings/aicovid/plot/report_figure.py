"""One report on a page: the radiograph and what was seen, the severity, the risks, and what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from aicovid.plot.style import BLUE, GREY, ORANGE, PURPOSE, bare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from aicovid._aicovid import Examination, Radiograph
    from aicovid.report import RiskReport

_ZONES = (("right_upper", "left_upper"), ("right_middle", "left_middle"), ("right_lower", "left_lower"))
_MOST_CONTRIBUTIONS = 12
_LEAST_SHARE = 0.05


def report(report: RiskReport, radiograph: Radiograph | None = None, examination: Examination | None = None) -> Figure:
    """Draws a report.

    Parameters
    ----------
    report : RiskReport
        Of `Assessor.assess` or `Assessor.judge`.
    radiograph : Radiograph, optional
        The image that it is of, with its pixels.
    examination : Examination, optional
        Of `Assessor.examine`: the outline of the lungs and the heat map. Without it the radiograph stands alone.

    Returns
    -------
    matplotlib.figure.Figure
        The radiograph with the outline of the lungs and, beside it, with the heat map; the zones; Brixia and the risks with their intervals;
        and the contributions to the first risk that has some. What is not there has no panel.

    Raises
    ------
    RefusedError
        The radiograph was refused and not decoded.
    """
    from matplotlib import pyplot

    pictures = 0 if radiograph is None else 2 if examination is not None and examination.attribution is not None else 1
    contributing = next((outcome for outcome in report.get("outcomes", []) if outcome.get("contributions")), None)
    figure = pyplot.figure(figsize=(11, 4.4 + (4.2 if pictures else 0)), layout="constrained")
    rows = figure.add_gridspec(2 if pictures else 1, 1, height_ratios=[1.15, 1] if pictures else [1])
    if radiograph is not None:
        above = rows[0].subgridspec(1, pictures)
        for place in range(pictures):
            _draw_radiograph(figure.add_subplot(above[place]), radiograph, examination, with_heat=place == 1)
    below = rows[-1].subgridspec(1, 3, width_ratios=[1, 1.6, 1.4])
    _draw_zones(figure.add_subplot(below[0]), report)
    _draw_risks(figure.add_subplot(below[1]), report)
    _draw_contributions(figure.add_subplot(below[2]), contributing)
    figure.suptitle(f"{report['model']['name']} {report['model']['version']}   gate: {report.get('gate', {}).get('verdict', 'no image')}   {PURPOSE}", fontsize=9)
    return figure


def _grey(radiograph: Radiograph) -> npt.NDArray[Any]:
    """The radiograph as it is shown: grey 0 to 1, about 1,000 rows."""
    from aicovid._aicovid import Plan

    rows, columns = radiograph.header["rows"], radiograph.header["columns"]
    scale = min(1.0, 1000 / max(rows, columns))
    size = [max(1, round(rows * scale)), max(1, round(columns * scale))]
    pixels, _ = Plan.parse([{"op": "grey"}, {"op": "percentile_clip"}, {"op": "resize", "size": size}]).run(radiograph)
    shown: npt.NDArray[Any] = np.asarray(pixels)[0, 0]
    return shown


def _draw_radiograph(panel: Axes, radiograph: Radiograph, examination: Examination | None, with_heat: bool) -> None:
    rows, columns = radiograph.header["rows"], radiograph.header["columns"]
    aspect = radiograph.header["pixel_aspect"]
    panel.imshow(_grey(radiograph), cmap="gray", extent=(0, columns, rows, 0), aspect=aspect, interpolation="bilinear")
    panel.set(xticks=[], yticks=[], title="points a cell, within the lungs" if with_heat else "radiograph, lungs outlined")
    if examination is None:
        return
    if with_heat and examination.attribution is not None:
        cells, (y0, x0, y1, x1) = examination.attribution
        # What is next to nothing would be a dark veil over the lung.
        shown = panel.imshow(np.where(cells < _LEAST_SHARE * cells.max(), np.nan, cells), cmap="inferno", alpha=0.55, extent=(x0, x1, y1, y0), aspect=aspect,
                             interpolation="nearest", vmin=0)
        panel.figure.colorbar(shown, ax=panel, shrink=0.7, label="Brixia points")
    if examination.lung_mask is not None:
        labels, (y0, x0, y1, x1) = examination.lung_mask
        height, width = labels.shape
        x = x0 + (np.arange(width) + 0.5) * (x1 - x0) / width
        y = y0 + (np.arange(height) + 0.5) * (y1 - y0) / height
        for lung, colour in ((1, "#56B4E9"), (2, "#E69F00")):
            if (labels == lung).any():
                panel.contour(x, y, labels == lung, levels=[0.5], colors=[colour], linewidths=1.2)
    panel.set(xlim=(0, columns), ylim=(rows, 0))


def _draw_zones(panel: Axes, report: RiskReport) -> None:
    zones = report.get("image", {}).get("zones")
    panel.set(xticks=[], yticks=[])
    if zones is None:
        panel.set_axis_off()
        return
    points = np.array([[zones[zone]["value"] for zone in row] for row in _ZONES])
    panel.imshow(points, cmap="Greys", vmin=0, vmax=3, aspect="auto")
    for y, row in enumerate(_ZONES):
        for x, zone in enumerate(row):
            value = zones[zone]
            text = f"{value['value']:.1f}" + (f"\n{value['low']:.1f} to {value['high']:.1f}" if "low" in value else "")
            panel.text(x, y, text, ha="center", va="center", fontsize=8, color="white" if value["value"] > 1.6 else "black")
    panel.set_xticks([0, 1], ["patient's\nright", "left"], fontsize=8)
    panel.tick_params(length=0)
    panel.set_title("zones, 0 to 3", fontsize=10)


def _draw_risks(panel: Axes, report: RiskReport) -> None:
    """Brixia as a share of its 18 points, and each risk, on one scale from 0 to 1."""
    rows: list[tuple[str, float, tuple[float, float] | None]] = []
    one = report.get("image", {}).get("brixia")
    if one is not None:
        interval = (one["low"] / 18, one["high"] / 18) if "low" in one else None
        rows.append((f"Brixia {one['value']:.1f} of 18", one["value"] / 18, interval))
    for outcome in report.get("outcomes", []):
        if "probability" in outcome:
            told = outcome.get("interval")
            interval = (told["low"], told["high"]) if told else None
            rows.append((f"{outcome['name']}\n{100 * outcome['probability']:.0f} %", outcome["probability"], interval))
        elif "index" in outcome:
            rows.append((f"{outcome['name']}\nindex {outcome['index']:.2f}", outcome["index"], None))
        else:
            rows.append((f"{outcome['name']}\n{outcome['status']}", np.nan, None))
    for y, (_, value, between) in enumerate(rows):
        colour = BLUE if y == 0 and one is not None else ORANGE
        if between is not None:
            panel.plot(between, [y, y], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
        panel.plot(value, y, "D", color=colour, markersize=6)
    panel.set_yticks(range(len(rows)), [label for label, _, _ in rows], fontsize=8)
    panel.set(xlim=(0, 1), ylim=(max(len(rows), 1) - 0.5, -0.5), xlabel="share of the scale, with interval")
    panel.set_title("severity and risk", fontsize=10)
    panel.grid(axis="x", color="#dddddd", linewidth=0.6)
    panel.set_axisbelow(True)
    bare(panel)


def _draw_contributions(panel: Axes, outcome: dict[str, Any] | None) -> None:
    if outcome is None:
        panel.set_axis_off()
        return
    largest = sorted(outcome["contributions"], key=lambda one: -abs(one["logit"]))[:_MOST_CONTRIBUTIONS]
    values = [one["logit"] for one in largest]
    panel.barh(range(len(values)), values, color=[ORANGE if value > 0 else BLUE for value in values], height=0.7)
    panel.set_yticks(range(len(values)), [one["variable"].replace("_", " ") for one in largest], fontsize=8)
    panel.axvline(0, color=GREY, linewidth=0.8)
    panel.invert_yaxis()
    panel.set_xlabel("contribution to the log odds")
    panel.set_title(outcome["name"], fontsize=10)
    bare(panel)
