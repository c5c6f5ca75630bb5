"""Calibration and Bland-Altman plots as small SVG files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

PANEL, MARGIN_LEFT, MARGIN_BOTTOM, MARGIN_TOP = 300, 56, 48, 34
INK, FAINT, POINT, ACCENT = "#222", "#bbb", "#2b6cb0", "#c05621"


class Panel:
    """One plot of an SVG file. Coordinates are the data's."""

    def __init__(self, left: float, x: tuple[float, float], y: tuple[float, float], title: str, x_label: str, y_label: str) -> None:
        self.left, self._x, self._y, self._parts = left + MARGIN_LEFT, x, y, []
        middle, bottom = self.left + PANEL / 2, MARGIN_TOP + PANEL
        self._parts.append(f'<rect x="{self.left}" y="{MARGIN_TOP}" width="{PANEL}" height="{PANEL}" fill="none" stroke="{INK}"/>')
        self._text(middle, MARGIN_TOP - 12, title, "middle", "bold")
        self._text(middle, bottom + 38, x_label, "middle")
        turned = f'transform="rotate(-90 {left + 14} {MARGIN_TOP + PANEL / 2})"'
        self._text(left + 14, MARGIN_TOP + PANEL / 2, y_label, "middle", extra=turned)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return (round(self.left + PANEL * (x - self._x[0]) / (self._x[1] - self._x[0]), 1),
                round(MARGIN_TOP + PANEL * (self._y[1] - y) / (self._y[1] - self._y[0]), 1))

    def _text(self, x: float, y: float, words: str, anchor: str = "start", weight: str = "normal", extra: str = "") -> None:
        self._parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}" {extra}>{words}</text>')

    def ticks(self, x: list[float], y: list[float]) -> None:
        for value in x:
            place, bottom = self._place(value, self._y[0])
            self._parts.append(f'<path d="M{place} {bottom}v5" stroke="{INK}"/>')
            self._text(place, bottom + 18, f"{value:g}", "middle")
        for value in y:
            left, place = self._place(self._x[0], value)
            self._parts.append(f'<path d="M{left} {place}h-5" stroke="{INK}"/>')
            self._text(left - 8, place + 4, f"{value:g}".replace("-", "−"), "end")

    def points(self, x: np.ndarray, y: np.ndarray, radius: float = 3, colour: str = POINT, opacity: float = 0.5) -> None:
        for place in (self._place(*pair) for pair in zip(x, y, strict=True)):
            self._parts.append(f'<circle cx="{place[0]}" cy="{place[1]}" r="{radius}" fill="{colour}" fill-opacity="{opacity}"/>')

    def line(self, x: tuple[float, float], y: tuple[float, float], colour: str = INK, dashes: str = "") -> None:
        (x0, y0), (x1, y1) = self._place(x[0], y[0]), self._place(x[1], y[1])
        self._parts.append(f'<path d="M{x0} {y0}L{x1} {y1}" stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dashes or "none"}"/>')

    def band(self, low: float, high: float, colour: str) -> None:
        """A horizontal interval."""
        (x0, y0), (x1, y1) = self._place(self._x[0], high), self._place(self._x[1], low)
        self._parts.append(f'<rect x="{x0}" y="{y0}" width="{x1 - x0}" height="{round(y1 - y0, 1)}" fill="{colour}" fill-opacity=".15"/>')

    def note(self, x: float, y: float, words: str, colour: str = INK) -> None:
        self._text(*self._place(x, y), words, extra=f'fill="{colour}"')

    @property
    def svg(self) -> str:
        return "\n".join(self._parts)


def _write(path: Path, *panels: Panel) -> None:
    width, height = (MARGIN_LEFT + PANEL + 20) * len(panels), MARGIN_TOP + PANEL + MARGIN_BOTTOM
    body = "\n".join(panel.svg for panel in panels)
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12" fill="{INK}">\n'
                    f'<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n')


def _left(index: int) -> float:
    return index * (MARGIN_LEFT + PANEL + 20)


def _bland_altman(index: int, title: str, a: np.ndarray, b: np.ndarray, limits: dict, y_label: str) -> Panel:
    end = 5 * np.ceil(np.abs(np.append(a - b, 6)).max() / 5)
    panel = Panel(_left(index), (0, 18), (-end, end), title, "mean of both, points", y_label)
    panel.ticks([0, 6, 12, 18], list(np.arange(-end, end + 1, 5)))
    panel.line((0, 18), (0, 0), FAINT)
    for name in ("low", "bias", "high"):
        panel.band(limits[name]["low"], limits[name]["high"], ACCENT)
        panel.line((0, 18), (limits[name]["value"],) * 2, ACCENT, "" if name == "bias" else "5 4")
        panel.note(0.4, limits[name]["value"] + 0.25, f"{round(limits[name]['value'], 1) + 0.0:+.1f}".replace("-", "−"), ACCENT)
    panel.points((a + b) / 2, a - b)
    return panel


def _calibration(index: int, title: str, labels: tuple[str, str], groups: list[dict], end: float, draw: Callable[[Panel], None] | None = None) -> Panel:
    panel = Panel(_left(index), (0, end), (0, end), title, *labels)
    ticks = [end * part / 3 for part in range(4)] if end > 1 else [0, 0.25, 0.5, 0.75, 1]
    panel.ticks(ticks, ticks)
    panel.line((0, end), (0, end), FAINT)
    if draw is not None:
        draw(panel)
    panel.points(*(np.array([group[name] for group in groups]) for name in ("predicted", "read")), radius=6, colour=ACCENT, opacity=0.9)
    return panel


def write_all(measured: dict, folder: Path) -> None:
    """@param measured  the evidence"""
    folder.mkdir(exist_ok=True)
    predicted, s, j = np.array(list(measured["images"]["held_out_total"].values())).T
    read = (s + j) / 2
    slope, intercept = (measured["calibration"][name]["value"] for name in ("slope", "intercept"))

    def readings(panel: Panel) -> None:
        panel.points(predicted, read)
        # The fitted line, as far as it runs within the plot.
        ends = np.clip((np.array([0.0, 18.0]) - intercept) / slope, predicted.min(), predicted.max())
        panel.line(tuple(ends), tuple(slope * ends + intercept), POINT)

    _write(folder / "calibration.svg",
           _calibration(0, "Brixia total", ("predicted, points", "mean of the readers, points"), measured["calibration"]["groups"], 18, readings),
           _calibration(1, "Infiltrates", ("predicted probability", "share read as infiltrates"), measured["infiltrates"]["groups"], 1))
    limits = measured["limits_of_agreement"]
    _write(folder / "bland_altman.svg",
           _bland_altman(0, "Model and mean of the readers", predicted, read, limits["model_mean"], "model − readers, points"),
           _bland_altman(1, "Reader S and reader J", s, j, limits["s_j"], "S − J, points"))
