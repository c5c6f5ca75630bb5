"""From the rows of a table to exams, each cell checked; AIforCOVID's sheet and any other table are read here."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import aicovid
from aicovid.cohorts.form import Exam
from aicovid.cohorts.mapping import Column, OutcomeRule, TableMapping
from aicovid.errors import BadClinicalInputError, InvalidArgumentError

# What docs/clinical-tables.md takes as missing.
MISSING = {"", "NA", "N/A", "n/a", "#NA", "#N/A", "#N/A N/A", "<NA>", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None"}
MOST_PROBLEMS = 50
NO_UNIT = "no_unit"
Row = Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be read."""

    row: int  #: 2 is the first below the header, as spreadsheets count
    column: str
    reason: str  #: a code
    what: str  #: in words, without the patient
    site: str = ""  #: for NO_UNIT

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.what}"


@dataclass(frozen=True)
class Draft:
    """An exam whose image was not examined yet."""

    exam: Exam
    order: float | str  #: of a patient's exams
    image: Path | None = None
    image_cell: str = ""  #: what the table calls the image; empty where it names none


@dataclass
class Reading:
    """What a source gave: exams to be, and everything that became none."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    set_aside: Counter[str] = field(default_factory=Counter)
    cells_set_aside: Counter[tuple[str, str]] = field(default_factory=Counter)


def read_rows(file: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV of RFC 4180 in UTF-8, by header.

    Raises
    ------
    BadClinicalInputError
        If it is none, a needed column is missing or stands twice, or a row has another number of cells.
    """
    try:
        with open(file, encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except FileNotFoundError:
        raise aicovid.NotFoundError("there is no such table") from None
    except (csv.Error, UnicodeDecodeError):
        raise BadClinicalInputError("the table is no CSV of RFC 4180 in UTF-8") from None
    header = rows[0] if rows else []
    faults = [f"column {name} is missing" for name in needed if name not in header]
    faults += [f"column {name} stands twice" for name in needed if header.count(name) > 1]
    faults += [
        f"row {number}: {len(cells)} cells; expected {len(header)}"
        for number, cells in enumerate(rows[1:], start=2)
        if len(cells) != len(header)
    ]
    if faults:
        raise BadClinicalInputError("\n".join(faults))
    return [dict(zip(header, cells, strict=True)) for cells in rows[1:]]


def raise_problems(problems: Sequence[Problem], *, bad_cells: str = "error") -> None:
    """Raises all of them as one error, the first fifty in words.

    Parameters
    ----------
    problems : sequence of Problem
    bad_cells : {"error", "missing"}
        With "missing" the cells that cannot be read are no error. A unit that the mapping does not state always is one: it is no
        cell's fault.

    Raises
    ------
    BadClinicalInputError
    """
    without_unit = Counter((problem.column, problem.site) for problem in problems if problem.reason == NO_UNIT)
    lines = [
        f"column {column}: {count} values of the site {site}, and the mapping states no unit of it"
        for (column, site), count in sorted(without_unit.items())
    ]
    if bad_cells == "error":
        cells = [str(problem) for problem in problems if problem.reason != NO_UNIT]
        lines += cells[:MOST_PROBLEMS] + ([f"and {len(cells) - MOST_PROBLEMS} more"] if len(cells) > MOST_PROBLEMS else [])
    if lines:
        raise BadClinicalInputError("\n".join(lines))


def needed_columns(mapping: TableMapping) -> list[str]:
    """The columns that the mapping names, each once."""
    named: list[str | None] = [
        mapping.patient,
        mapping.site_column,
        mapping.time,
        mapping.order,
        mapping.image,
        mapping.view,
        mapping.diagnosis,
    ]
    named += [keep.column for keep in mapping.keep] + [each for rule in mapping.outcomes for each in (rule.column, rule.days)]
    named += [each for header, column in mapping.columns.items() for each in (header, column.days)]
    return list(dict.fromkeys(name for name in named if name is not None))


def read_table(file: Path, mapping: TableMapping, images: Path | None, pseudonym: Callable[[str], str]) -> Reading:
    """Reads all rows of a table.

    Parameters
    ----------
    file : pathlib.Path
    mapping : TableMapping
    images : pathlib.Path or None
        What the column of the image is relative to; None where images are not wanted.
    pseudonym : callable
        Of a patient's id.

    Returns
    -------
    Reading
        In the order of rows; problems hold every cell that cannot be read, and its value is missing in the exam. An image without
        its file is counted, and the exam has none.

    Raises
    ------
    BadClinicalInputError
        As `read_rows`.
    InvalidArgumentError
        If images are wanted and named, and none of them is there.
    """
    reader = _Reader(mapping, images, pseudonym)
    for number, row in enumerate(read_rows(file, needed_columns(mapping)), start=2):
        reader.read(number, row)
    _part_shared_images(reader.reading)
    named = sum(1 for draft in reader.reading.drafts if draft.image_cell)
    if images is not None and named and not any(draft.image for draft in reader.reading.drafts):
        raise InvalidArgumentError(f"none of the {named} images that the table names is in the folder of the images")
    return reader.reading


def _part_shared_images(reading: Reading) -> None:
    """Of rows with one image the first stays if they say the same; where they contradict one another, none does."""
    of_image: dict[str, list[Draft]] = {}
    for draft in reading.drafts:
        if draft.image_cell:
            of_image.setdefault(draft.image_cell, []).append(draft)
    left_out: set[int] = set()
    for drafts in of_image.values():
        same = all(_says(draft) == _says(drafts[0]) for draft in drafts)
        reason, gone = ("duplicate_image", drafts[1:]) if same else ("ambiguous_image", drafts)
        if gone:
            reading.set_aside[reason] += len(gone)
        left_out |= {id(draft) for draft in gone}
    reading.drafts = [draft for draft in reading.drafts if id(draft) not in left_out]


def _says(draft: Draft) -> tuple[Any, ...]:
    exam = draft.exam
    return draft.order, exam.patient, exam.site, exam.diagnosis, exam.outcomes, exam.event_days, exam.record.given


def site_of(row: Row, mapping: TableMapping) -> str:
    """The site's code of a row; empty where the cell is."""
    if mapping.site_column is None:
        return mapping.site
    cell = row[mapping.site_column].strip()
    return mapping.site_codes.get(cell, cell)


def is_missing(cell: str, mapping: TableMapping) -> bool:
    """Whether a cell has no value."""
    return cell.strip() in MISSING or cell in mapping.missing


def as_word(cell: str, words: Mapping[str, Any]) -> str:
    """The cell as the mapping lists it: pandas writes a code 1 of a column with gaps as 1.0."""
    return cell[:-2] if cell.endswith(".0") and cell not in words else cell


def member_of(variable: str, unit: str | None, cell: str) -> Any:
    """The member of a clinical record that a cell is, read by the rules of the clinical table.

    Raises
    ------
    BadClinicalInputError
        As `aicovid.ClinicalRecord.parse`.
    """
    text = io.StringIO()
    csv.writer(text).writerows([[f"{variable} [{unit}]" if unit else variable], [cell]])
    return aicovid.ClinicalRecord.parse(text.getvalue()).given.get(variable)


class _Reader:
    """Reads row by row; equal cells of a column are parsed once."""

    def __init__(self, mapping: TableMapping, images: Path | None, pseudonym: Callable[[str], str]) -> None:
        self.mapping, self.images, self.pseudonym = mapping, images, pseudonym
        self.reading = Reading()
        self.parsed: dict[tuple[str, str | None, str], Any] = {}

    def read(self, number: int, row: Row) -> None:
        mapping = self.mapping
        for keep in mapping.keep:
            if row[keep.column] not in keep.words:
                self.reading.set_aside[keep.reason] += 1
                return
        site, patient = site_of(row, mapping), row[mapping.patient].strip()
        for column, cell in ((mapping.patient, patient), (mapping.site_column or "site", site)):
            if not cell:
                self._wrong(number, column, "empty", "is empty")
        given, value_days, originals = self._values(number, row, site)
        outcomes, event_days = self._outcomes(number, row)
        taken = self._date(number, row)
        exam = Exam(
            patient=self.pseudonym(mapping.same_patient.get(patient, patient)),
            site=site or "unknown",
            record=aicovid.ClinicalRecord(given),
            week=None if taken is None else iso_week(taken),
            diagnosis=self._diagnosis(number, row),
            outcomes=outcomes,
            event_days=event_days,
            value_days=value_days,
            originals=originals,
            view=self._view(number, row),
        )
        name = "" if mapping.image is None or is_missing(row[mapping.image], mapping) else row[mapping.image].strip()
        self.reading.drafts.append(Draft(exam, self._order(number, row, taken), self._image(number, row), name))

    def _wrong(self, number: int, column: str, reason: str, what: str, site: str = "") -> None:
        self.reading.problems.append(Problem(number, column, reason, what, site))
        self.reading.cells_set_aside[column, reason] += 1

    def _values(self, number: int, row: Row, site: str) -> tuple[dict[str, Any], dict[str, float], dict[str, str]]:
        members: dict[str, Any] = {}
        for header, column in self.mapping.columns.items():
            cell = row[header].strip()
            if is_missing(cell, self.mapping):
                continue
            if (reason := column.set_aside.get(as_word(cell, column.set_aside))) is not None:
                self.reading.cells_set_aside[header, reason] += 1
            elif (member := self._member(number, header, column, site, cell)) is not None:
                members[header] = member
        given = self._consistent(number, members)
        originals = {header: row[header] for header in members if self.mapping.columns[header].variable in given}
        days = {}
        for header in originals:
            column = self.mapping.columns[header]
            if column.days is not None and (day := self._number(number, row, column.days)) is not None:
                days[column.variable] = day
        return given, days, originals

    def _consistent(self, number: int, members: Mapping[str, Any]) -> dict[str, Any]:
        """The members by variable, without the later one of two that contradict one another."""
        given = {**self.mapping.values, **{self.mapping.columns[header].variable: member for header, member in members.items()}}
        try:
            aicovid.ClinicalRecord(given)
        except aicovid.Error:
            given = dict(self.mapping.values)
            for header, member in members.items():
                more = {**given, self.mapping.columns[header].variable: member}
                try:
                    aicovid.ClinicalRecord(more)
                except aicovid.Error as error:
                    self._wrong(number, header, "contradiction", str(error))
                else:
                    given = more
        return given

    def _member(self, number: int, header: str, column: Column, site: str, cell: str) -> Any:
        unit = column.unit_at(site)
        if unit is None and aicovid.ClinicalVariables().canonical_unit(column.variable):
            self._wrong(number, header, NO_UNIT, "has a value, and the mapping no unit of its site", site)
            return None
        key = (header, unit, cell)
        if key not in self.parsed:
            try:
                self.parsed[key] = member_of(column.variable, unit, column.words.get(as_word(cell, column.words), cell))
            except aicovid.Error as error:
                self.parsed[key] = error
        found = self.parsed[key]
        if isinstance(found, aicovid.Error):
            self._wrong(number, header, "unreadable", str(found))
            return None
        return found

    def _outcomes(self, number: int, row: Row) -> tuple[dict[str, bool | None], dict[str, float]]:
        truths: dict[str, bool | None] = {}
        days: dict[str, float] = {}
        for rule in self.mapping.outcomes:
            name = rule.outcome.name
            if rule.any_of:
                truths[name] = any_true([truths[each] for each in rule.any_of])
                happened = [days[each] for each in rule.any_of if each in days and truths[each]]
                if truths[name] and happened:
                    days[name] = min(happened)
            elif rule.days is not None:
                day = self._number(number, row, rule.days)
                truths[name] = rule.without if day is None else within(day, rule)
                if day is not None:
                    days[name] = day
            else:
                truths[name] = self._word(number, row, rule.column or "", rule.words)
        return truths, days

    def _word(self, number: int, row: Row, column: str, words: Mapping[str, Any]) -> Any:
        """What the mapping says of a cell; a missing one is None unless the mapping has a word for it."""
        cell = as_word(row[column].strip(), words)
        if cell in words:
            return words[cell]
        if not is_missing(cell, self.mapping):
            expected = ", ".join(filter(None, words))
            self._wrong(number, column, "unlisted", f"is {_shown(cell)}; expected one of {expected}")
        return None

    def _number(self, number: int, row: Row, column: str) -> float | None:
        cell = row[column].strip()
        if is_missing(cell, self.mapping):
            return None
        try:
            found = float(cell)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            self._wrong(number, column, "unreadable", f"is {_shown(cell)}; expected a number")
            return None
        return found

    def _date(self, number: int, row: Row) -> datetime | None:
        column = self.mapping.time
        if column is None or is_missing(row[column].strip(), self.mapping):
            return None
        try:
            return datetime.fromisoformat(row[column].strip())
        except ValueError:
            self._wrong(number, column, "unreadable", f"is {_shown(row[column].strip())}; expected a time in ISO 8601")
            return None

    def _order(self, number: int, row: Row, taken: datetime | None) -> float | str:
        if self.mapping.order is not None:
            found = self._number(number, row, self.mapping.order) or 0.0
            return -found if self.mapping.descending else found
        # Without either the order of the rows stays.
        return "" if taken is None else taken.isoformat()

    def _view(self, number: int, row: Row) -> str | None:
        view: str | None = (
            None if self.mapping.view is None else self._word(number, row, self.mapping.view, self.mapping.view_words)
        )
        return view

    def _diagnosis(self, number: int, row: Row) -> str | None:
        if self.mapping.diagnosis is None:
            return self.mapping.diagnosis_value
        found: str | None = self._word(number, row, self.mapping.diagnosis, self.mapping.diagnosis_words)
        return found

    def _image(self, number: int, row: Row) -> Path | None:
        column = self.mapping.image
        if column is None or self.images is None or is_missing(row[column].strip(), self.mapping):
            return None
        file = self.images / f"{self.mapping.image_prefix}{row[column].strip()}{self.mapping.image_suffix}"
        if not file.is_file():
            self.reading.cells_set_aside[column, "no_file"] += 1
            return None
        return file


def _shown(cell: str) -> str:
    """A number as it is; of anything else, which may be a name or a date, its length."""
    return (
        cell
        if re.fullmatch(r"[+-]?\d+(\.\d+)?", cell) and len(cell) <= 6
        else f"an (unlisted value) of {len(cell.encode())} bytes"
    )


def iso_week(day: date) -> str:
    """The ISO week of a day.

    Examples
    --------
    >>> from datetime import date
    >>> from aicovid.cohorts.rows import iso_week
    >>> iso_week(date(2021, 1, 1))
    '2020-W53'
    """
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def any_true(truths: Sequence[bool | None]) -> bool | None:
    """True where one is, False where all are, None elsewhere."""
    return True if True in truths else None if None in truths else False


def within(day: float, rule: OutcomeRule) -> bool:
    """Whether an event of that day is within the outcome's horizon. One before the image is."""
    return rule.outcome.horizon_days is None or day <= rule.outcome.horizon_days
