"""The command: an archive in, a cohort out."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import aicovid
from aicovid.cohorts import aiforcovid, dry_run, nccid
from aicovid.cohorts.describe import describe, write_description
from aicovid.cohorts.form import Cohort, Exam, Outcome, read, write
from aicovid.cohorts.images import examine
from aicovid.cohorts.mapping import MappingFile, TableMapping, read_mapping, table_mapping
from aicovid.cohorts.pseudonyms import pseudonyms, read_key
from aicovid.cohorts.rows import Draft, Reading, needed_columns, raise_problems, read_rows, read_table

KINDS = ("aiforcovid", "nccid", "table")


def main(arguments: Sequence[str]) -> int:
    """Runs the command of docs/cohorts.md; what goes wrong is said on stderr.

    Parameters
    ----------
    arguments : sequence of str
        Those of the command line, without the program's name.

    Returns
    -------
    int
        0; 7 for a source that cannot be used, 2 for a wrong argument or mapping, 1 for any other error of the library.
    """
    options = _parser().parse_args(arguments)
    try:
        if options.kind == "describe":
            write_description(describe(read(options.source)), options.out)
        elif options.dry_run:
            dry(options.kind, options.source, read_mapping(options.mapping, options.kind), options.site_units)
        else:
            cohort = build(options)
            counts = cohort.counts
            print(
                f"{counts['in']} in, {counts['out']} exams out",
                *(f", {each['count']} {each['reason']}" for each in counts["set_aside"]),
                sep="",
            )
    except aicovid.Error as error:
        print(f"aicovid.cohorts: {error.code}:\n{error}", file=sys.stderr)
        return {"bad_clinical_input": 7, "invalid_argument": 2, "not_found": 2}.get(error.code, 1)
    return 0


def build(options: argparse.Namespace) -> Cohort:
    """Reads the source, examines its images and writes the cohort.

    Raises
    ------
    BadClinicalInputError
        With every bad cell, unless `bad_cells` is "missing".
    InvalidArgumentError
        For a wrong mapping, a folder that is not empty, or a key within it.
    """
    out: Path = options.out
    if out.exists() and any(out.iterdir()):
        raise aicovid.InvalidArgumentError("the cohort's folder is not empty")
    if options.files is not None and out.resolve() in options.files.resolve().parents:
        # Whoever gets the cohort would get the patients' files.
        raise aicovid.InvalidArgumentError("the table of files is in the cohort's folder; expected it elsewhere")
    mapping = read_mapping(options.mapping, options.kind)
    out.parent.mkdir(parents=True, exist_ok=True)
    key = read_key(options.key or out.with_name(f"{out.name}.key"), out)
    images = (
        None if options.no_images else options.images or (options.source if options.source.is_dir() else options.source.parent)
    )
    outcomes: tuple[Outcome, ...]
    if mapping.kind == "nccid":
        reading, outcomes = (
            nccid.read_tree(options.source, mapping.members, options.site_units, images is not None, pseudonyms(key)),
            nccid.OUTCOMES,
        )
    else:
        table = _table(mapping)
        reading, outcomes = read_table(options.source, table, images, pseudonyms(key)), tuple(
            rule.outcome for rule in table.outcomes
        )
    raise_problems(reading.problems, bad_cells=options.bad_cells)
    kept = out.with_name(f"{out.name}.part.jsonl")
    cohort = _write(
        out, mapping, reading, outcomes, examine(reading.drafts, model=options.model, jobs=options.jobs, kept=kept, key=key)
    )
    kept.unlink(missing_ok=True)
    if options.files is not None:
        write_files(options.files, reading.drafts)
    return cohort


def dry(kind: str, source: Path, mapping: MappingFile, site_units: Path | None) -> None:
    """Prints medians by site, tenfold differences and bad cells, and writes nothing."""
    if kind == "nccid":
        reading = nccid.read_tree(source, mapping.members, site_units, False, lambda patient: "0" * 16)
        found = dry_run.of_exams([draft.exam for draft in reading.drafts])
    else:
        table = _table(mapping)
        reading = read_table(source, table, None, lambda patient: "0" * 16)
        found = dry_run.medians(read_rows(source, needed_columns(table)), table, table.columns)
    print(f"{'column':34} {'site':12} {'rows':>6} {'values':>6} {'median':>10} {'unit':14} {'canonical':>10}")
    print(*found, sep="\n")
    print(
        f"{len(reading.drafts)} exams;",
        ", ".join(f"{count} {reason}" for reason, count in sorted(reading.set_aside.items())) or "none set aside",
    )
    for (column, reason), count in sorted(reading.cells_set_aside.items()):
        print(f"{count} cells of {column}: {reason}")
    raise_problems(reading.problems)


def write_files(file: Path, drafts: Sequence[Draft]) -> None:
    """Which image belongs to which line, for `to_validation_table`; with mode 0600, since it leads back to the patients."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["line", "file"])
        writer.writerows(
            [number, draft.image.resolve()] for number, draft in enumerate(ordered(drafts), start=1) if draft.image is not None
        )


def ordered(drafts: Sequence[Draft]) -> list[Draft]:
    """In the order of a cohort: by pseudonym, then by time."""
    return sorted(sorted(drafts, key=lambda draft: draft.order), key=lambda draft: draft.exam.patient)


def _table(mapping: MappingFile) -> TableMapping:
    return aiforcovid.mapping_of(mapping.members) if mapping.kind == "aiforcovid" else table_mapping(mapping.members)


def _write(out: Path, mapping: MappingFile, reading: Reading, outcomes: Sequence[Outcome], exams: Sequence[Exam]) -> Cohort:
    of_draft = {id(draft): exam for draft, exam in zip(reading.drafts, exams, strict=True)}
    return write(
        out,
        name=mapping.members["name"],
        source={"kind": mapping.kind, "mapping_sha256": mapping.sha256},
        outcomes=outcomes,
        exams=[of_draft[id(draft)] for draft in ordered(reading.drafts)],
        set_aside=reading.set_aside,
        cells_set_aside=reading.cells_set_aside,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m aicovid.cohorts", description="Makes cohorts of archives: docs/cohorts.md")
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind in KINDS:
        each = kinds.add_parser(kind)
        each.add_argument("source", type=Path, help="the tree of NCCID, or a CSV")
        each.add_argument("--mapping", type=Path, required=True, help="what its columns, units and words mean")
        wanted = each.add_mutually_exclusive_group(required=True)
        wanted.add_argument("--out", type=Path, help="the cohort's folder, which does not exist yet or is empty")
        wanted.add_argument("--dry-run", action="store_true", help="medians by site, warnings and bad cells; nothing is written")
        each.add_argument("--images", type=Path, help="what the column of the image is relative to; default: the table's folder")
        each.add_argument("--no-images", action="store_true", help="values alone")
        each.add_argument("--model", default="severity-open", help="a bundle's folder or name")
        each.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="images at the same time")
        each.add_argument(
            "--key", type=Path, help="of the pseudonyms; default: COHORT.key beside the cohort; made where there is none"
        )
        each.add_argument(
            "--files", type=Path, help="where to write which image belongs to which line; it leads back to the patients"
        )
        each.add_argument("--bad-cells", choices=("error", "missing"), default="error", help="what a cell is that cannot be read")
        each.add_argument("--site-units", type=Path, help="NCCID: the workbook of units by centre")
    described = kinds.add_parser("describe")
    described.add_argument("source", type=Path, help="a cohort")
    described.add_argument("--out", type=Path, required=True, help="a folder for description.md, description.json and flow.svg")
    return parser
