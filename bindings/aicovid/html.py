"""What a notebook shows of an Examination and of a RiskReport: a small table, and a picture of the lungs."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from aicovid._aicovid import Examination
    from aicovid.report import RiskReport

# The cells of a heat map from nothing to the most, as (red, green, blue): a part of Inferno, which is readable in grey and by the colour-blind.
_COLOURS = ((0, 0, 4), (66, 10, 104), (147, 38, 103), (221, 81, 58), (252, 165, 10), (252, 255, 164))
_OUTLINE = (120, 190, 255)
_ZONES = (("right_upper", "left_upper"), ("right_middle", "left_middle"), ("right_lower", "left_lower"))


def of_report(report: RiskReport) -> str:
    """The report as HTML."""
    rows = [("gate", _gate(report.verdict, report.gate_reasons)), *_findings(report.findings)]
    for outcome in report.outcomes:
        told = escape(str(outcome["status"]))
        if "probability" in outcome:
            told = f"<b>{100 * outcome['probability']:.0f} %</b>"
            interval = outcome.get("interval")
            if interval:
                told += f" ({100 * interval['low']:.0f} to {100 * interval['high']:.0f} %)"
        rows.append((escape(str(outcome["name"])), f"{told} {escape(str(outcome.get('definition', '')))}"))
    rows += [("warning", escape(str(warning["message"]))) for warning in report.warnings]
    return _table("aicovid risk report", rows, "")


def of_examination(examination: Examination) -> str:
    """The examination as HTML, with the heat map within the lungs."""
    seen = examination.to_dict()
    rows = [("gate", _gate(examination.verdict, seen["gate"]["reasons"])), *_findings(seen.get("image"))]
    rows += [("warning", escape(str(warning["message"]))) for warning in seen.get("warnings", [])]
    return _table("aicovid examination", rows, _picture(examination))


def _gate(verdict: str | None, reasons: list[dict[str, Any]]) -> str:
    codes = ", ".join(escape(str(reason["code"])) for reason in reasons)
    return escape(verdict or "no image") + (f": {codes}" if codes else "")


def _estimate(estimate: Mapping[str, float]) -> str:
    text = f"<b>{estimate['value']:.1f}</b>"
    return text + (f" ({estimate['low']:.1f} to {estimate['high']:.1f})" if "low" in estimate else "")


def _findings(findings: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    if findings is None:
        return []
    names = {"brixia": "Brixia, 0 to 18", "extent": "extent, 0 to 8", "opacity": "opacity, 0 to 6", "severity_index": "severity index, 0 to 1"}
    rows = [(label, _estimate(findings[name])) for name, label in names.items() if name in findings]
    if "zones" in findings:
        zones = findings["zones"]
        lines = ["".join(f"<td>{zones[zone]['value']:.1f}</td>" for zone in row) for row in _ZONES]
        cells = "".join(f"<tr>{line}</tr>" for line in lines)
        rows.append(("zones, 0 to 3, the patient's right lung on the left", f"<table>{cells}</table>"))
    if "infiltrates" in findings:
        rows.append(("infiltrates", f"{100 * findings['infiltrates']['value']:.0f} %"))
    return rows


def _table(title: str, rows: list[tuple[str, str]], picture: str) -> str:
    body = "".join(f"<tr><th style='text-align:left'>{label}</th><td style='text-align:left'>{text}</td></tr>" for label, text in rows)
    return (f"<div><b>{title}</b> <small>Research use only. Not a medical device.</small>"
            f"<div style='display:flex;gap:1em;align-items:flex-start'>{picture}<table>{body}</table></div></div>")


def _picture(examination: Examination) -> str:
    """The lungs' outline, and within it the points of each cell of the attribution."""
    mask = examination.lung_mask
    if mask is None:
        return ""
    labels, (top, left, bottom, right) = mask
    inside = labels != 0
    padded = np.pad(inside, 1)
    surrounded = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    colours = _coloured(np.where(inside, _share(examination, labels.shape, (top, left, bottom, right)), 0.0))
    colours[inside & ~surrounded] = _OUTLINE
    data = base64.b64encode(_png(colours)).decode()
    shape = (right - left) / (bottom - top) if bottom > top else 1.0
    return f"<img alt='lungs and heat map' style='width:{round(160 * shape)}px;height:160px' src='data:image/png;base64,{data}'>"


def _share(examination: Examination, shape: tuple[int, ...], source: tuple[float, float, float, float]) -> np.ndarray:
    """For each pixel of the mask, its cell of the attribution as a share of the largest."""
    height, width = shape
    heat = examination.attribution
    if heat is None or not heat[0].any():
        return np.zeros((height, width))
    cells, (y0, x0, y1, x1) = heat
    top, left, bottom, right = source
    # The centre of the mask's pixel in the radiograph, and the cell that it lies in.
    rows = np.floor((top + (np.arange(height) + 0.5) * (bottom - top) / height - y0) / (y1 - y0) * cells.shape[0]).astype(int)
    columns = np.floor((left + (np.arange(width) + 0.5) * (right - left) / width - x0) / (x1 - x0) * cells.shape[1]).astype(int)
    known = ((rows >= 0) & (rows < cells.shape[0]))[:, None] & ((columns >= 0) & (columns < cells.shape[1]))[None, :]
    found = cells[np.clip(rows, 0, cells.shape[0] - 1)][:, np.clip(columns, 0, cells.shape[1] - 1)] / cells.max()
    return np.where(known, found, 0.0)


def _coloured(share: np.ndarray) -> np.ndarray:
    steps = np.linspace(0, 1, len(_COLOURS))
    return np.stack([np.interp(share, steps, [colour[i] for colour in _COLOURS]) for i in range(3)], axis=-1).round().astype(np.uint8)


def _png(colours: np.ndarray) -> bytes:
    """A PNG file of [h,w,3] uint8. Source: ISO/IEC 15948."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    height, width, _ = colours.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row.tobytes() for row in colours))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
