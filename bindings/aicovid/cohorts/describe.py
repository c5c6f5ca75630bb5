"""What a cohort is made of: flow, table 1 with what each site lacks, patterns by week and site (TRIPOD+AI, items 5, 11, 20)."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from aicovid.cohorts.form import Cohort
from aicovid.errors import InvalidArgumentError

#: Groups of fewer exams are counted, and nothing of them is estimated.
FEWEST = 10
#: A standardised mean difference from here on is called a drift: the usual bound of imbalance is .1 (Austin 2009,
#: 10.1002/sim.3697), which groups of a hundred exceed by chance; Cohen calls .5 a medium effect.
DRIFT = 0.5
SEVERITY = ("brixia", "severity_index")


def describe(cohort: Cohort) -> dict[str, Any]:
    """Describes a cohort.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    dict
        "flow": counts from the source to exams with an image and a known outcome. "table_1": for all exams and each site, of each
        number the median and quartiles in its canonical unit, of each flag or word its share in percent, and the percentage
        missing. "patterns": exams, patients, severity and outcomes of each week and each site. "drift": where a number at one
        site, or in the later half of the weeks, differs by `DRIFT` standard deviations or more from the other sites, or the
        earlier half.

        Groups of fewer than `FEWEST` exams, or values, have counts alone.
    """
    frame: Any = cohort.frame()
    variables = [variable.name for variable in cohort.variables] + [
        name for name in _findings(frame) if frame[name].notna().any()
    ]
    units: dict[str, str | None] = {variable.name: variable.unit for variable in cohort.variables}
    sites = {"all": frame} | {site: frame[frame["site"] == site] for site in cohort.sites}
    return {
        "name": cohort.name,
        "exams_sha256": cohort.exams_sha256,
        "flow": _flow(cohort, frame),
        "table_1": [
            {"variable": name, "unit": units.get(name), "sites": {site: _summary(part[name]) for site, part in sites.items()}}
            for name in variables
        ],
        "patterns": {"by_week": _patterns(cohort, frame, "week"), "by_site": _patterns(cohort, frame, "site")},
        "drift": _drift(frame, [name for name in variables if frame[name].dtype == "float64"]),
    }


def write_description(description: Mapping[str, Any], folder: Path) -> None:
    """Writes description.json, description.md and flow.svg.

    Raises
    ------
    InvalidArgumentError
        If the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidArgumentError("the folder of the description is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "description.json").write_text(json.dumps(description, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    (folder / "flow.svg").write_text(flow_svg(description["flow"]), encoding="utf-8")
    (folder / "description.md").write_text(_page(description), encoding="utf-8")


def flow_svg(flow: Mapping[str, Any]) -> str:
    """The flow diagram: boxes downwards, what was set aside to the right."""
    steps = [
        f"{flow['in']} in the source",
        f"{flow['out']} exams of {flow['patients']} patients",
        f"{flow['images']['ok']} exams with an examined image",
    ]
    steps += [
        f"{each['name']}: {each['true']} with, {each['false']} without, {each['unknown']} unknown" for each in flow["outcomes"]
    ]
    aside = {
        1: [f"{each['count']} {each['reason']}" for each in flow["set_aside"]],
        2: [f"{count} image {state}" for state, count in flow["images"].items() if state != "ok" and count],
    }
    parts: list[str] = []
    top, last = 10, 0
    for number, step in enumerate(steps):
        lines = aside.get(number, [])
        height = max(40, 18 * len(lines) + 12)
        if lines:
            parts.append(
                f"<path d='M180 {top + height / 2} H380' stroke='#555' marker-end='url(#a)'/>"
                + _box(380, top, 260, height, lines)
            )
            top += height + 16
        if 0 < number < 3:
            parts.append(f"<path d='M180 {50 if number == 1 else last} V{top}' stroke='#555' marker-end='url(#a)'/>")
        parts.append(_box(10, top, 340, 40, [step]))
        last = top + 40
        top = last + (16 if number < 2 else 8)
    arrow = (
        "<defs><marker id='a' markerWidth='8' markerHeight='8' refX='7' refY='4' orient='auto'>"
        "<path d='M0 0 L8 4 L0 8 z' fill='#555'/></marker></defs>"
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='650' height='{top}' font-family='sans-serif' font-size='13' role='img' "
        f"aria-label='flow of exams'>{arrow}{''.join(parts)}</svg>\n"
    )


def _box(left: float, top: float, width: float, height: float, lines: Sequence[str]) -> str:
    first = top + height / 2 - 9 * (len(lines) - 1) + 4
    texts = "".join(f"<text x='{left + 10}' y='{first + 18 * number}'>{escape(line)}</text>" for number, line in enumerate(lines))
    return f"<rect x='{left}' y='{top}' width='{width}' height='{height}' fill='none' stroke='#555'/>{texts}"


def _flow(cohort: Cohort, frame: Any) -> dict[str, Any]:
    def truths(name: str) -> dict[str, Any]:
        values = list(frame[f"outcome:{name}"])
        return {"name": name, "true": values.count(True), "false": values.count(False), "unknown": values.count(None)}

    images = list(frame["image"])
    return {
        "in": cohort.counts["in"],
        "set_aside": list(cohort.counts["set_aside"]),
        "out": cohort.counts["out"],
        "patients": int(frame["patient"].nunique()),
        "images": {state: images.count(state) for state in ("ok", "refused", "error", "none")},
        "outcomes": [truths(outcome.name) for outcome in cohort.outcomes],
        "gate": _gate(cohort),
        "cells_set_aside": list(cohort.cells_set_aside),
    }


def _gate(cohort: Cohort) -> dict[str, int]:
    """How many images the gate has each reason against (docs/gate.md)."""
    examinations = [exam.examination for exam in cohort.exams if exam.examination is not None]
    return dict(sorted(Counter(reason.code for each in examinations for reason in each.gate.reasons).items()))


def _findings(frame: Any) -> list[str]:
    names = list(frame.columns)
    return names[names.index("brixia") :]


def _summary(values: Any) -> dict[str, Any]:
    known = values.dropna()
    found: dict[str, Any] = {
        "n": len(known),
        "missing_percent": round(100 * (1 - len(known) / len(values)), 1) if len(values) else None,
    }
    if len(known) < FEWEST:
        return found
    if values.dtype == "float64":
        low, middle, high = known.quantile([0.25, 0.5, 0.75])
        return found | {"median": _rounded(middle), "quartiles": [_rounded(low), _rounded(high)]}
    shares = known.astype(str).value_counts(normalize=True)
    return found | {"percent": {str(word).lower(): round(100 * float(share), 1) for word, share in sorted(shares.items())}}


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def _patterns(cohort: Cohort, frame: Any, by: str) -> list[dict[str, Any]]:
    rows = []
    for group, part in frame.groupby(by, sort=True):
        row: dict[str, Any] = {by: group, "exams": len(part), "patients": int(part["patient"].nunique())}
        for name in SEVERITY:
            if part[name].notna().sum() >= FEWEST:
                row[f"{name}_median"] = _rounded(part[name].median())
        for outcome in cohort.outcomes:
            known = part[f"outcome:{outcome.name}"].dropna()
            if len(known) >= FEWEST:
                row[f"{outcome.name}_percent"] = round(100 * float(known.astype(float).mean()), 1)
        rows.append(row)
    return rows


def _drift(frame: Any, numbers: Sequence[str]) -> list[dict[str, Any]]:
    splits = [("site", site, frame["site"] == site, frame["site"] != site) for site in sorted(frame["site"].unique())]
    weeks = sorted(frame["week"].dropna())
    if weeks and weeks[0] != weeks[-1]:
        middle = (
            weeks[len(weeks) // 2] if weeks[len(weeks) // 2] != weeks[0] else next(week for week in weeks if week != weeks[0])
        )
        splits.append(("weeks_from", middle, frame["week"] >= middle, frame["week"] < middle))
    found = []
    for kind, group, inside, outside in splits:
        for name in numbers:
            one, other = frame.loc[inside, name].dropna(), frame.loc[outside, name].dropna()
            if min(len(one), len(other)) < FEWEST:
                continue
            spread = math.sqrt((one.var() + other.var()) / 2)
            # Equal values have a spread of rounding alone.
            difference = (one.mean() - other.mean()) / spread if spread > 1e-9 * abs(other.mean()) else 0.0
            if abs(difference) >= DRIFT:
                found.append({"by": kind, "group": group, "variable": name, "difference_sd": round(float(difference), 2)})
    return found


def _page(description: Mapping[str, Any]) -> str:
    flow = description["flow"]
    sites = list(description["table_1"][0]["sites"]) if description["table_1"] else []
    lines = [
        f"# {description['name']}",
        "",
        "Research use only. Not a medical device.",
        "",
        "![flow of exams](flow.svg)",
        "",
        "## Cells that became no value",
        "",
        "| column | reason | cells |",
        "|---|---|---|",
    ]
    lines += [f"| {each['column']} | {each['reason']} | {each['count']} |" for each in flow["cells_set_aside"]] or [
        "| none | | |"
    ]
    lines += ["", "## The gate's reasons", "", "| reason | images |", "|---|---|"]
    lines += [f"| {reason} | {count} |" for reason, count in flow["gate"].items()] or ["| none | |"]
    lines += [
        "",
        "## Table 1",
        "",
        "Median [quartiles] in the canonical unit, or percent; then the percentage missing. "
        f"Below {FEWEST} values only what is missing.",
        "",
        "| | " + " | ".join(sites) + " |",
        "|---|" + "---|" * len(sites),
    ]
    for row in description["table_1"]:
        unit = f" ({row['unit']})" if row["unit"] else ""
        lines.append(f"| {row['variable']}{unit} | " + " | ".join(_cell(row["sites"][site]) for site in sites) + " |")
    for title, key in (("By week", "by_week"), ("By site", "by_site")):
        rows = description["patterns"][key]
        names = list(dict.fromkeys(name for row in rows for name in row))
        lines += ["", f"## {title}", ""]
        lines += ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)] if rows else ["The source states none."]
        lines += ["| " + " | ".join(str(row.get(name, "")) for name in names) + " |" for row in rows]
    lines += [
        "",
        "## Drift of inputs",
        "",
        f"Differences of {DRIFT} standard deviations or more: of a site from the others, and of the later weeks from "
        "the earlier ones.",
        "",
        "| | group | variable | standard deviations |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {each['by']} | {each['group']} | {each['variable']} | {each['difference_sd']} |" for each in description["drift"]
    ] or ["| none | | | |"]
    return "\n".join(lines) + "\n"


def _cell(summary: Mapping[str, Any]) -> str:
    missing = f"{summary['missing_percent']} % missing"
    if "median" in summary:
        low, high = summary["quartiles"]
        return f"{summary['median']} [{low}, {high}]; {missing}"
    if "percent" in summary:
        return ", ".join(f"{word} {share}" for word, share in summary["percent"].items()) + f"; {missing}"
    return missing
