"""Cohorts in other forms: the table of the validation protocol, and Parquet."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from aicovid.cohorts.form import Cohort, Exam
from aicovid.errors import BadClinicalInputError, InvalidArgumentError


def to_validation_table(
    cohort: Cohort, file: str | os.PathLike[str], *, outcome: str, files: str | os.PathLike[str] | None = None
) -> None:
    """Writes the table that `python -m aicovid.validation` reads (docs/validation-protocol.md).

    A value that was taken after the image is left out, and so is an outcome whose event came before the image: its cell is empty,
    unknown.

    Parameters
    ----------
    cohort : Cohort
    file : path
        CSV.
    outcome : str
        One of the cohort's, which becomes the column `outcome`.
    files : path, optional
        What `--files` wrote: which image belongs to which line. Without it the column `file` is empty, and the protocol has the
        clinical values alone, since it runs the networks on the images itself.

    Raises
    ------
    InvalidArgumentError
        If the cohort has no such outcome.
    BadClinicalInputError
        If `files` is no table of this cohort's lines.
    """
    if outcome not in {each.name for each in cohort.outcomes}:
        raise InvalidArgumentError(
            f"the cohort has no outcome {outcome}; it has: {', '.join(each.name for each in cohort.outcomes) or 'none'}"
        )
    images = {} if files is None else _images(files, len(cohort.exams))
    units = {variable.name: variable.unit for variable in cohort.variables}
    columns = {name: f"{name} [{unit}]" if unit else name for name, unit in units.items()}
    with open(file, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["file", "patient", "site", "outcome", "view", *columns.values()], lineterminator="\n")
        writer.writeheader()
        for number, exam in enumerate(cohort.exams, start=1):
            row = {
                "file": images.get(number, ""),
                "patient": exam.patient,
                "site": exam.site,
                "view": exam.view or "",
                "outcome": {True: "true", False: "false", None: ""}[_outcome_after(exam, outcome)],
            }
            row |= {columns[name]: _text(exam, name) for name in exam.record.given if exam.value_days.get(name, 0) <= 0}
            writer.writerow(row)


def to_parquet(cohort: Cohort, file: str | os.PathLike[str]) -> None:
    """Writes `Cohort.frame` as Parquet, with the unit in the metadata of a variable's field.

    The file's metadata have the cohort's name and checksum, and the bundle of its examinations.

    Parameters
    ----------
    cohort : Cohort
    file : path
    """
    import pyarrow
    import pyarrow.parquet

    frame = cohort.frame()
    units = {variable.name: variable.unit for variable in cohort.variables}
    fields = []
    for name in frame.columns:
        known = frame[name].dropna()
        kind = (
            pyarrow.float64()
            if frame[name].dtype == "float64"
            else pyarrow.bool_() if _are_flags(name, list(known)) else pyarrow.string()
        )
        fields.append(pyarrow.field(name, kind, metadata={"unit": unit} if (unit := units.get(name)) else None))
    origin = {"aicovid.schema": "aicovid.cohort/1", "aicovid.cohort": cohort.name, "aicovid.exams_sha256": cohort.exams_sha256}
    if cohort.model is not None:
        origin |= {"aicovid.model": cohort.model.name, "aicovid.manifest_sha256": cohort.model.manifest_sha256}
    table = pyarrow.Table.from_pandas(frame, schema=pyarrow.schema(fields, metadata=origin), preserve_index=False)
    pyarrow.parquet.write_table(table, os.fspath(file))


def _are_flags(name: str, known: list[Any]) -> bool:
    return name.startswith("outcome:") or (bool(known) and all(isinstance(value, bool) for value in known))


def _outcome_after(exam: Exam, outcome: str) -> bool | None:
    return None if exam.event_days.get(outcome, 0) < 0 else exam.outcomes[outcome]


def _text(exam: Exam, name: str) -> str:
    """The value in its canonical unit, as the cell of a clinical table."""
    given = exam.record.given[name]
    if name in exam.record.canonical:
        # repr keeps every digit.
        comparator = given.get("comparator", "") if isinstance(given, dict) else ""
        return f"{comparator}{exam.record.canonical[name]!r}"
    value = given["value"] if isinstance(given, dict) else given
    return str(value).lower() if isinstance(value, bool) else str(value)


def _images(files: str | os.PathLike[str], lines: int) -> dict[int, str]:
    with open(files, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    try:
        images = {int(row["line"]): str(Path(row["file"])) for row in rows}
    except (KeyError, TypeError, ValueError):
        raise BadClinicalInputError("the table of files has not the columns line and file") from None
    if images and not 1 <= min(images) <= max(images) <= lines:
        raise BadClinicalInputError(f"the table of files has a line outside 1 to {lines}: it is another cohort's")
    return images
