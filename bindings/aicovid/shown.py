"""How reports and examinations show themselves: a line in a shell, a small table with a picture in a notebook."""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape
from typing import TYPE_CHECKING

from aicovid.findings import ZONES, Estimate, Findings, Gate

if TYPE_CHECKING:
    from aicovid._aicovid import Examination
    from aicovid.report import Outcome, RiskReport

RESEARCH_USE = "Research use only. Not a medical device."
# The nearest of Okabe and Ito's colours to red, told from grey by every eye (jfly.uni-koeln.de/color).
VERMILION = (213, 94, 0)


def report_line(report: RiskReport) -> str:
    """The text between the brackets of the report's repr."""
    if report.refused:
        return _refusal(report.gate)
    parts = [f"{outcome.name} {_risk(outcome)}" for outcome in report.outcomes]
    return ", ".join([*_severity(report.findings), *parts]) + f", model {report.model.name} {report.model.version}"


def examination_line(examination: Examination) -> str:
    """The text between the brackets of the examination's repr."""
    if examination.refused:
        return _refusal(examination.gate)
    size = f"{examination.input.rows} x {examination.input.columns}"
    return ", ".join([*_severity(examination.findings), size, f"model {examination.model.name} {examination.model.version}"])


def report_html(report: RiskReport) -> str:
    rows = _gate_rows(report.gate)
    rows += _finding_rows(report.findings)
    for outcome in report.outcomes:
        rows.append((escape(outcome.name), escape(_risk(outcome)) + _bar(outcome)))
        rows += [("", escape(reason.message)) for reason in outcome.reasons]
    rows += [("warning", escape(warning.message)) for warning in report.warnings]
    return _table(f"{report.model.name} {report.model.version}, {report.created}", rows, _zones(report.findings))


def examination_html(examination: Examination) -> str:
    rows = _gate_rows(examination.gate)
    rows.append(("radiograph", f"{examination.input.rows} x {examination.input.columns}"))
    rows += _finding_rows(examination.findings)
    rows += [("warning", escape(warning.message)) for warning in examination.warnings]
    picture = _lungs(examination) or _zones(examination.findings)
    return _table(f"{examination.model.name} {examination.model.version}, {examination.created}", rows, picture)


def _refusal(gate: Gate | None) -> str:
    codes = [reason.code for reason in gate.reasons] if gate else []
    return f"refused: {', '.join(codes)}"


def _interval(low: float, high: float, digits: int) -> str:
    return f" ({low:.{digits}f} to {high:.{digits}f})"


def _points(estimate: Estimate, greatest: int) -> str:
    interval = "" if estimate.low is None or estimate.high is None else _interval(estimate.low, estimate.high, 1)
    return f"{estimate.value:.1f} of {greatest}{interval}"


def _severity(findings: Findings | None) -> list[str]:
    if findings is None:
        return []
    if findings.brixia is not None:
        return [f"Brixia {_points(findings.brixia, 18)}"]
    return [f"severity index {findings.severity_index.value:.2f}"] if findings.severity_index else []


def _risk(outcome: Outcome) -> str:
    interval = "" if outcome.interval is None else _interval(outcome.interval.low, outcome.interval.high, 2)
    if outcome.probability is not None:
        return f"{outcome.probability:.2f}{interval}"
    return outcome.status if outcome.index is None else f"index {outcome.index:.2f}"


def _gate_rows(gate: Gate | None) -> list[tuple[str, str]]:
    if gate is None:
        return []
    codes = ", ".join(reason.code for reason in gate.reasons)
    return [("gate", escape(f"{gate.verdict}: {codes}" if codes else gate.verdict))]


def _finding_rows(findings: Findings | None) -> list[tuple[str, str]]:
    if findings is None:
        return []
    scores = (("Brixia", findings.brixia, 18), ("extent", findings.extent, 8), ("opacity", findings.opacity, 6))
    rows = [(name, _points(estimate, greatest)) for name, estimate, greatest in scores if estimate is not None]
    if findings.severity_index is not None:
        rows.append(("severity index", f"{findings.severity_index.value:.2f}"))
    if findings.infiltrates is not None:
        rows.append(("infiltrates", f"{findings.infiltrates:.2f}"))
    return rows


def _table(title: str, rows: list[tuple[str, str]], picture: str) -> str:
    lines = "".join(f"<tr><th style='text-align:left'>{name}</th><td style='text-align:left'>{text}</td></tr>" for name, text in rows)
    cell = f"<td rowspan='{len(rows) + 1}'>{picture}</td>" if picture else ""
    head = f"<tr><th colspan='2' style='text-align:left'>{escape(title)}</th>{cell}</tr>"
    return f"<table>{head}{lines}<tr><td colspan='3' style='text-align:left'><small>{RESEARCH_USE}</small></td></tr></table>"


def _bar(outcome: Outcome) -> str:
    """The probability between 0 and 1, and its interval."""
    if outcome.probability is None:
        return ""
    low, high = (outcome.interval.low, outcome.interval.high) if outcome.interval else (outcome.probability, outcome.probability)
    colour = f"rgb{VERMILION}"
    return (
        "<svg width='104' height='10' style='margin-left:.6em;vertical-align:middle'><rect x='2' y='4' width='100' height='2' fill='#bbb'/>"
        f"<rect x='{2 + 100 * low:.1f}' y='2' width='{100 * (high - low):.1f}' height='6' fill='{colour}' fill-opacity='.4'/>"
        f"<circle cx='{2 + 100 * outcome.probability:.1f}' cy='5' r='3' fill='{colour}'/></svg>"
    )


def _zones(findings: Findings | None) -> str:
    """The six zones as a radiograph shows them, the patient's right at the left."""
    if findings is None or findings.zones is None:
        return ""
    cells = []
    for place, name in enumerate(ZONES):
        x, y = 2 + 44 * (place // 3), 2 + 30 * (place % 3)
        points = findings.zones[name].value
        cells.append(
            f"<rect x='{x}' y='{y}' width='40' height='26' rx='3' stroke='#888' fill='rgb{VERMILION}' fill-opacity='{points / 3:.2f}'/>"
            f"<text x='{x + 20}' y='{y + 17}' font-size='11' text-anchor='middle'>{points:.1f}<title>{name}</title></text>"
        )
    return f"<svg width='90' height='92' role='img' aria-label='Brixia points of the six zones'>{''.join(cells)}</svg>"


def _lungs(examination: Examination) -> str:
    """The lung field, and where in it the severity network found something. It shows no pixel of the radiograph."""
    if examination.lung_mask is None:
        return ""
    import numpy as np

    labels, field = examination.lung_mask
    height, width = labels.shape
    shares = np.zeros((height, width))
    if examination.attribution is not None:
        points, (y0, x0, y1, x1) = examination.attribution
        y = field[0] + (np.arange(height) + 0.5) / height * (field[2] - field[0])
        x = field[1] + (np.arange(width) + 0.5) / width * (field[3] - field[1])
        rows = np.floor((y - y0) / (y1 - y0) * points.shape[0]).astype(int)
        columns = np.floor((x - x0) / (x1 - x0) * points.shape[1]).astype(int)
        inside = np.outer((rows >= 0) & (rows < points.shape[0]), (columns >= 0) & (columns < points.shape[1]))
        found = points[np.clip(rows, 0, points.shape[0] - 1)[:, None], np.clip(columns, 0, points.shape[1] - 1)]
        shares = np.where(inside, found, 0) / max(float(points.max()), 1e-6)
    grey = np.where(labels > 0, 190, 60)[..., None]
    pixels = (grey + shares[..., None] * (np.array(VERMILION) - grey)).round().astype(np.uint8)
    encoded = base64.b64encode(_png(width, height, pixels.tobytes())).decode()
    shape = f"height='120' width='{120 * (field[3] - field[1]) / (field[2] - field[0]):.0f}'"
    return f"<img alt='lung field and attribution' {shape} src='data:image/png;base64,{encoded}'/>"


def _png(width: int, height: int, rgb: bytes) -> bytes:
    """An 8-bit RGB picture as a PNG file. Source: W3C PNG, sections 5 and 11.2."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    lines = b"".join(b"\0" + rgb[3 * width * y : 3 * width * (y + 1)] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
