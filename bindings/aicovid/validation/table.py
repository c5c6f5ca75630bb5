"""The table of exams: one row an exam, checked as a whole before anything is scored."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aicovid

OWN_COLUMNS = ("file", "patient", "site", "outcome", "view")
REQUIRED_COLUMNS = OWN_COLUMNS[:4]
VIEWS = ("AP", "PA")
CLINICIANS_READING = "radiographic_infiltrates"
# What may be repeated of a wrong cell: in a shifted row it may hold a name or a date.
SAFE_WORDS = {"yes", "no", "y", "n", "t", "f", "alive", "dead", "none", "na", "nan", "null", "unknown", "ap", "pa", "lateral",
              "supine", "portable", "positive", "negative", "0", "1", "2"}  # fmt: skip
MOST_PROBLEMS = 50


class TableError(Exception):
    """All that is wrong with a table, a line each: column, row and value, never a patient."""

    def __init__(self, problems: list[str]) -> None:
        rest = len(problems) - MOST_PROBLEMS
        shown = problems[:MOST_PROBLEMS] + ([f"and {rest} more"] if rest > 0 else [])
        super().__init__("\n".join(shown))
        self.problems = problems


@dataclass(frozen=True)
class Exam:
    """One row of the table."""

    row: int  # 2 is the first below the header, as spreadsheets count
    file: Path | None
    patient: str
    site: str
    outcome: bool | None
    view: str  # "" where the table gives none
    record: aicovid.ClinicalRecord = field(repr=False)  # without the clinician's reading
    with_reading: aicovid.ClinicalRecord | None = field(repr=False)  # None where there is no clinician's reading


@dataclass(frozen=True)
class Table:
    """The exams of a table, in its order."""

    exams: list[Exam]
    variables: list[str]  # the clinical columns, without units


def read_table(path: Path, images: Path | None = None, variables: aicovid.ClinicalVariables | None = None) -> Table:
    """Reads a table of exams and checks it as a whole (docs/validation-protocol.md).

    Parameters
    ----------
    path : pathlib.Path
        A CSV of RFC 4180 in UTF-8 with the columns file, patient, site and outcome, and with clinical columns as a CSV of
        clinical values has them, like "crp [mg/L]".
    images : pathlib.Path, optional
        What the column file is relative to; the table's folder by default.
    variables : aicovid.ClinicalVariables, optional
        An assessor's `clinical_variables`, for those that its bundle declares.

    Returns
    -------
    Table

    Raises
    ------
    TableError
        With every problem found, by row and column; it names no patient and no file.
    OSError
        If the table cannot be opened.
    """
    folder = images or path.parent
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except (csv.Error, UnicodeDecodeError):
        raise TableError(["the table is no CSV of RFC 4180 in UTF-8"]) from None
    if not rows:
        raise TableError(["the table is empty"])
    header = rows[0]
    clinical = _check_header(header, variables)
    numbered = [(number, cells) for number, cells in enumerate(rows[1:], start=2) if any(cells)]
    problems = [f"row {number}: {len(cells)} cells; expected {len(header)}" for number, cells in numbered
                if len(cells) != len(header)]  # fmt: skip
    if problems:
        raise TableError(problems)
    exams = [_exam(number, dict(zip(header, cells)), clinical, folder, variables, problems) for number, cells in numbered]
    if not exams:
        problems.append("the table has no rows")
    if not problems:
        _check_files(exams, problems)
        _check_order(exams, [dict(zip(header, cells)).get("time", "") for _, cells in numbered], problems)
    if problems:
        raise TableError(problems)
    return Table(exams, [name.split(" [")[0] for name in clinical if name != "time"])


def _check_header(header: list[str], variables: aicovid.ClinicalVariables | None) -> list[str]:
    """The clinical columns, "name [unit]"."""
    # A header word that is no listed name is not repeated: a table without header begins with a patient.
    problems = [f"column {name} is missing" for name in REQUIRED_COLUMNS if name not in header]
    problems += [f"column {name} stands twice" for name in OWN_COLUMNS if header.count(name) > 1]
    if problems:
        raise TableError(problems)
    clinical = [name for name in header if name not in OWN_COLUMNS]
    if clinical:
        try:
            _record(dict.fromkeys(clinical, ""), clinical, variables)
        except aicovid.Error as error:
            raise TableError([f"row 1 (header): {error}"]) from None
    return clinical


def _record(cells: dict[str, str], columns: list[str], variables: aicovid.ClinicalVariables | None) -> aicovid.ClinicalRecord:
    if not columns:
        return aicovid.ClinicalRecord.parse("{}")
    text = io.StringIO()
    csv.writer(text).writerows([columns, [cells[column] for column in columns]])
    return aicovid.ClinicalRecord.parse(text.getvalue(), variables=variables)


def _shown(value: str) -> str:
    return f'"{value}"' if value.lower() in SAFE_WORDS else "(unlisted value)"


def _exam(row: int, cells: dict[str, str], clinical: list[str], folder: Path, variables: aicovid.ClinicalVariables | None,
          problems: list[str]) -> Exam:  # fmt: skip
    def wrong(column: str, what: str) -> None:
        problems.append(f"row {row}, column {column}: {what}")

    for column in ("patient", "site"):
        if not cells[column].strip():
            wrong(column, "is empty")
    outcome = cells["outcome"]
    if outcome not in ("true", "false", ""):
        wrong("outcome", f"is {_shown(outcome)}; expected true, false or, where unknown, nothing")
    view = cells.get("view", "")
    if view not in (*VIEWS, ""):
        wrong("view", f"is {_shown(view)}; expected AP, PA or, where unknown, nothing")
    file = folder / cells["file"] if cells["file"] else None
    if file is not None and not file.is_file():
        wrong("file", "there is no such file")
    record = aicovid.ClinicalRecord.parse("{}")
    with_reading = None
    try:
        record = _record(cells, [name for name in clinical if name != CLINICIANS_READING], variables)
        if cells.get(CLINICIANS_READING):
            with_reading = _record(cells, clinical, variables)
    except aicovid.Error as error:
        problems.append(f"row {row}: {error}")
    return Exam(row, file, cells["patient"], cells["site"], {"true": True, "false": False}.get(outcome), view, record,
                with_reading)  # fmt: skip


def _check_files(exams: list[Exam], problems: list[str]) -> None:
    first: dict[Path, int] = {}
    for exam in exams:
        if exam.file is not None:
            known = first.setdefault(exam.file.resolve(), exam.row)
            if known != exam.row:
                problems.append(f"row {exam.row}, column file: the same file as in row {known}")


def _check_order(exams: list[Exam], times: list[str], problems: list[str]) -> None:
    """A patient's exams must stand in order of time, since the first one counts."""
    latest: dict[str, datetime] = {}
    for exam, text in zip(exams, times):
        if not text:
            continue
        time = datetime.fromisoformat(text)
        if exam.patient in latest and time < latest[exam.patient]:
            problems.append(f"row {exam.row}, column time: before an earlier row of the same patient")
        latest[exam.patient] = time
