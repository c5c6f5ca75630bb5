"""The command: table in, report out."""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

# One report must not depend on how many threads a linear algebra library likes.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jsonschema

import aicovid
from aicovid.validation import PROTOCOL_DATE, PROTOCOL_VERSION, bootstrap, net_benefit
from aicovid.validation.analysis import ADVISED, FEWEST, analyse, choose
from aicovid.validation.page import write_page
from aicovid.validation.plots import draw
from aicovid.validation.scoring import MARKERS, OUTCOME_MARKERS, Scored, check_records, outcomes_of, score
from aicovid.validation.table import Exam, TableError, read_table

SCHEMA = Path(__file__).with_name("schema.json")


def main(arguments: list[str]) -> int:
    """Runs the command of docs/validation-protocol.md; what goes wrong is said on stderr.

    Parameters
    ----------
    arguments : list of str
        Those of the command line, without the program's name.

    Returns
    -------
    int
        0; 7 for a table that cannot be used, 1 for an error of the library, 2 for a wrong argument and for what the operating
        system refuses.

    Raises
    ------
    SystemExit
        For arguments that cannot be read, with 2, and for ``--help``, with 0.
    """
    parser = argparse.ArgumentParser(prog="python3 -m aicovid.validation",
                                     description="Validates an outcome on a table of exams: docs/validation-protocol.md")  # fmt: skip
    parser.add_argument("table", type=Path, help="CSV: file, patient, site, outcome, and clinical columns")
    parser.add_argument("--out", type=Path, required=True, help="a folder that does not exist yet, or is empty")
    parser.add_argument("--images", type=Path, help="what the column `file` is relative to; default: the table's folder")
    parser.add_argument("--outcome", default="deterioration", help="an outcome of the bundle")
    parser.add_argument("--model", default="severity", help="a bundle's folder or name")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--exams", choices=("first", "all"), default="first", help="of a patient; default: first")
    options = parser.parse_args(arguments)
    try:
        run(options)
    except TableError as error:
        print(f"the table cannot be used; nothing was scored:\n{error}", file=sys.stderr)
        return 7
    except aicovid.Error as error:
        print(f"aicovid: {error.code}: {error}", file=sys.stderr)
        return 1
    except (ValueError, OSError) as error:
        # An operating system's message has a path; its kind says enough.
        print(f"aicovid.validation: {error.strerror if isinstance(error, OSError) else error}", file=sys.stderr)
        return 2
    return 0


def run(options: argparse.Namespace) -> None:
    """Scores the table, and then writes report.json, report.md, predictions.csv and the figures.

    Parameters
    ----------
    options : argparse.Namespace
        table, images and out (pathlib.Path), outcome, model, device, and exams ("first" or "all").

    Raises
    ------
    TableError
        With every problem of the table.
    ValueError
        For a table that is not there, a folder that is not empty, and an outcome that the bundle does not have.
    aicovid.Error
        What the library fails with, but for faults of an image, which the report counts.
    """
    if not options.table.is_file():
        raise ValueError("there is no such table")
    if options.out.exists() and any(options.out.iterdir()):
        raise ValueError("the folder of --out is not empty")
    assessor = aicovid.Assessor.load(options.model, device=options.device)
    table = read_table(options.table, options.images, assessor.clinical_variables)
    offered = {outcome["name"]: outcome for outcome in outcomes_of(assessor)}
    if options.outcome not in offered:
        raise ValueError(f"the bundle has no outcome {options.outcome}; it has: {', '.join(offered) or 'none'}")
    check_records(assessor, table.exams)
    chosen, left_out, flow = choose(table.exams, options.exams == "all")
    scored = []
    for number, exam in enumerate(chosen, start=1):
        scored.append(score(assessor, exam, options.outcome))
        if number % 100 == 0 or number == len(chosen):
            print(f"scored {number} of {len(chosen)} exams", file=sys.stderr)
    report = _head(assessor, options, offered[options.outcome]) | analyse(scored, flow, table.variables, options.exams == "all")
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(report)
    options.out.mkdir(parents=True, exist_ok=True)
    _write_predictions(options.out / "predictions.csv", [exam.row for exam in table.exams], table.exams, scored, left_out)
    draw(report, options.out)
    write_page(report, options.out / "report.md")
    (options.out / "report.json").write_text(json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _head(assessor: aicovid.Assessor, options: argparse.Namespace, outcome: dict[str, Any]) -> dict[str, Any]:
    empty = assessor.assess(None, {})
    return {
        "schema": "aicovid.validation/1",
        "protocol": {"version": PROTOCOL_VERSION, "date": PROTOCOL_DATE},
        "created": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "intended_use": empty["intended_use"], "software": empty["software"], "model": empty["model"],
        "device": empty["compute"]["device"],
        "table_sha256": hashlib.sha256(options.table.read_bytes()).hexdigest(),
        "outcome": {key: outcome[key] for key in ("name", "definition", "kind", "evidence")} |
                   {"without_any_value": [reason["message"] for reason in outcome["reasons"]]},
        "settings": {"exams_of_a_patient": options.exams, "level": bootstrap.LEVEL, "resamples": bootstrap.RESAMPLES,
                     "seed": bootstrap.SEED, "fewest_patients": FEWEST, "advised_patients": ADVISED,
                     "thresholds": [float(threshold) for threshold in net_benefit.THRESHOLDS]},
    }  # fmt: skip


def _write_predictions(path: Path, rows: list[int], exams: list[Exam], scored: list[Scored], left_out: dict[int, str]) -> None:
    """One line a row of the table, by its number; neither `patient` nor `file` is written."""
    of_row = {item.exam.row: item for item in scored}
    columns = ["row", "site", "outcome", "used", "view", "gate", "gate_reasons", *MARKERS[:2]]
    for marker in OUTCOME_MARKERS:
        columns += [f"{marker}_status", f"{marker}_reasons", f"{marker}_value", f"{marker}_low", f"{marker}_high"]
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        for row, exam in zip(rows, exams):
            line = {"row": row, "site": exam.site, "used": left_out.get(row, "analysed"),
                    "outcome": {True: "true", False: "false", None: ""}[exam.outcome]}  # fmt: skip
            if row in of_row:
                line |= _predictions(of_row[row])
            writer.writerow(line)


def _predictions(item: Scored) -> dict[str, Any]:
    def number(value: float | None) -> str:
        return "" if value is None else f"{value:.6g}"

    line = {"view": item.view, "gate": item.image, "gate_reasons": ";".join(item.image_reasons)}
    line |= {name: number(item.findings.get(name)) for name in MARKERS[:2]}
    for marker, answer in item.answers.items():
        line |= {f"{marker}_status": answer.status, f"{marker}_reasons": ";".join(answer.reasons),
                 f"{marker}_value": number(answer.value), f"{marker}_low": number(answer.low),
                 f"{marker}_high": number(answer.high)}  # fmt: skip
    return line
