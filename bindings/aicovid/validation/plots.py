"""The report's figures: calibration, decision curve, AUROC by marker and group. PNG, one file each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

COLOURS = {"clinical": "#1f6fb4", "clinician": "#7a5195", "fused": "#c8442b", "image": "#3a8f5c"}


def draw(report: dict[str, Any], folder: Path) -> None:
    """Writes those figures that there are numbers for.

    Parameters
    ----------
    report : dict
        Of docs/schemas/validation.json.
    folder : pathlib.Path
        It exists; calibration.png, decision_curve.png and auroc.png are written into it.

    Raises
    ------
    OSError
        If one cannot be written.
    """
    with_probability = [marker for marker in report["markers"] if marker["scale"] == "probability" and "auroc" in marker]
    if any("curve" in marker["calibration"] for marker in with_probability):
        _calibration(with_probability, folder / "calibration.png")
    if with_probability:
        _decision_curve(with_probability, folder / "decision_curve.png")
    rows = auroc_rows(report["markers"])
    if rows:
        _forest(rows, folder / "auroc.png")


def _save(figure: Figure, path: Path) -> None:
    # No software or date in the file: the same report gives the same bytes.
    figure.savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    pyplot.close(figure)


def _calibration(markers: list[dict[str, Any]], path: Path) -> None:
    shown = [marker for marker in markers if "curve" in marker["calibration"]]
    figure, panels = pyplot.subplots(1, len(shown), figsize=(4.6 * len(shown), 4.6), squeeze=False, sharey=True)
    for panel, marker in zip(panels[0], shown):
        curve, groups = marker["calibration"]["curve"], marker["calibration"]["groups"]
        x = [point["predicted"] for point in curve]
        panel.plot([0, 1], [0, 1], color="grey", linewidth=0.8, linestyle=":")
        panel.fill_between(x, [p["low"] for p in curve], [p["high"] for p in curve], color=COLOURS[marker["name"]], alpha=0.18)
        panel.plot(x, [p["observed"] for p in curve], color=COLOURS[marker["name"]], label="loess, 95 % band")
        panel.plot([g["predicted"] for g in groups], [g["observed"] for g in groups], "o", color="black", markersize=3.5,
                   label="tenths")  # fmt: skip
        panel.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="predicted probability", title=marker["name"])
        panel.legend(frameon=False, fontsize=8, loc="upper left")
    panels[0][0].set_ylabel("observed share")
    _save(figure, path)


def _decision_curve(markers: list[dict[str, Any]], path: Path) -> None:
    figure, panel = pyplot.subplots(figsize=(6.4, 4.2))
    floor = -0.05
    for marker in markers:
        curve = marker["decision_curve"]
        x = [point["threshold"] for point in curve]
        panel.plot(x, [point["net_benefit"]["value"] for point in curve], color=COLOURS[marker["name"]],
                   label=f"{marker['name']} ({marker['exams']} exams)")  # fmt: skip
    largest = max(markers, key=lambda marker: marker["exams"])["decision_curve"]
    panel.plot([point["threshold"] for point in largest], [point["treat_all"] for point in largest], color="grey", label="all")
    panel.axhline(0, color="black", linewidth=0.8, label="none")
    panel.set_ylim(bottom=floor)
    panel.set(xlabel="threshold probability", ylabel="net benefit")
    panel.legend(frameon=False, fontsize=8)
    _save(figure, path)


def auroc_rows(markers: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(label, estimate, counts) of each marker, its groups and its sites, where there is an estimate."""
    rows = []
    for marker in markers:
        groups = [(f"{group['by']}: {group['group']}", group) for group in marker.get("subgroups", [])]
        groups += [(f"site: {site['site']}", site) for site in marker.get("sites", []) if len(marker["sites"]) > 1]
        if "auroc" in marker:
            rows.append((marker["name"], marker["auroc"], marker))
        rows += [(f"    {label}", group["auroc"], group) for label, group in groups if "auroc" in group]
    return rows


def _forest(rows: list[tuple[str, dict[str, Any], dict[str, Any]]], path: Path) -> None:
    figure, panel = pyplot.subplots(figsize=(7, 0.26 * len(rows) + 1))
    for place, (label, value, counts) in enumerate(rows):
        whole = not label.startswith(" ")
        if "low" in value:
            panel.plot([value["low"], value["high"]], [place, place], color="black" if whole else "grey", linewidth=1.2)
        panel.plot(value["value"], place, "D" if whole else "o", color="black" if whole else "grey", markersize=4)
    panel.set_yticks(range(len(rows)), [f"{label} ({c['events']} / {c['non_events']})" for label, _, c in rows], fontsize=8,
                     ha="left")  # fmt: skip
    panel.tick_params(axis="y", pad=190, length=0)
    panel.axvline(0.5, color="grey", linewidth=0.8, linestyle=":")
    panel.invert_yaxis()
    panel.set(xlim=(0, 1), xlabel="AUROC, 95 % interval (exams with / without the outcome)")
    _save(figure, path)
