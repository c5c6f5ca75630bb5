"""Scoring many radiographs into a table, and tables into Parquet."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aicovid import _aicovid
from aicovid.errors import InvalidArgumentError

if TYPE_CHECKING:
    import pandas
    import pyarrow

Progress = Callable[[int, int, int], None]

# What the columns mean, and their units by UCUM; those of an outcome are told by their endings. docs/schemas/batch_row.json is the same.
_COLUMNS = {
    "file": ("path of the file", ""),
    "id": ("id of the clinical table's row", ""),
    "sop_instance_uid": ("SOP Instance UID of the image", ""),
    "status": ("ok, refused or error", ""),
    "error": ("code of the error", ""),
    "message": ("the error in words", ""),
    "view": ("view by the header", ""),
    "gate": ("codes of the gate, with ; between them", ""),
    "brixia": ("Brixia score, 0 to 18", "{points}"),
    "extent": ("geographic extent, 0 to 8", "{points}"),
    "opacity": ("degree of opacity, 0 to 6", "{points}"),
    "severity_index": ("severity of bundles without readers' scores, 0 to 1", "1"),
    "infiltrates": ("probability of radiographic infiltrates", "1"),
    "warnings": ("codes of the report's warnings, with ; between them", ""),
}
_ENDINGS = {
    "_probability": ("probability of the outcome", "1"),
    "_low": ("lower end of the outcome's interval", "1"),
    "_high": ("upper end of the outcome's interval", "1"),
    "_index": ("index of the outcome, which is no probability", "1"),
    "_status": ("ok, indeterminate, not_applicable or not_computed", ""),
}


def batch(
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], *, clinical: pandas.DataFrame | str | os.PathLike[str] | None = None,
    id_column: str = "", id_match: str = "stem", at: str | datetime = "", at_column: str = "", clean: str = "",
    model: str | os.PathLike[str] = "severity", device: str = "cpu", backend: str = "auto", jobs: int | None = None, batch: int = 1,
    precision: str = "fp32", decode: str = "exact", out: str | os.PathLike[str] | None = None, resume: bool = False,
    progress: bool | Progress = False,
) -> pandas.DataFrame:
    """Scores radiographs, one row each, by the pipeline of `aicovid batch` (docs/batch.md).

    Parameters
    ----------
    files : path or iterable of paths
        Files, folders, patterns like ``"a/*.dcm"``, DICOMDIRs, or "@LIST" for a file with one of these on each line.
    clinical : pandas.DataFrame or path, optional
        A row of clinical values for each image or patient, with columns like "crp [mg/L]" (docs/clinical-tables.md).
    id_column, id_match : str
        The column that says to which image a row belongs, and what of an image that is: "stem" (the file's name without its ending), "name",
        "path", "sop_instance_uid", "study_instance_uid" or "accession_number".
    at : str or datetime
        The moment that the values are for, with a zone.
    at_column : str
        Or the column that has it, in ISO 8601.
    clean : str
        "nccid" for that database's columns, units and rules.
    model, device, backend, precision
        As for `Assessor.load`.
    jobs : int, optional
        Images at the same time, each on one thread: all cores if None. No row depends on it.
    batch : int
        Images that share a forward pass.
    decode : str
        "exact", or "fit" for no more pixels than the networks need.
    out : path, optional
        Where the rows are kept, .csv or .jsonl. Such a run can be gone on with; without it the rows are nowhere but in what is returned.
    resume : bool
        Go on with `out` after its last whole row.
    progress : bool or callable
        True writes a line to standard error; a callable gets (done, files, errors). What it raises ends the run.

    Returns
    -------
    pandas.DataFrame
        The columns of docs/batch.md, numbers as float64 and the rest as text with None where there is nothing. `attrs["summary"]` is the
        run's summary (docs/schemas/batch_summary.json).

    Raises
    ------
    Error
        As `aicovid batch`; an image that cannot be scored is a row with an error, and raises nothing.
    KeyboardInterrupt
        Ctrl-C; what `out` has stays.
    """
    import tempfile  # which brings bz2 and lzma: not on import

    inputs = [os.fspath(files)] if isinstance(files, (str, os.PathLike)) else [os.fspath(file) for file in files]
    workers = jobs if jobs is not None else os.cpu_count() or 1
    assessor = _aicovid.Assessor.load(model, device, backend=backend, workers=workers, batch=batch, precision=precision)
    told: Progress | None = _write_progress if progress is True else progress or None
    with tempfile.TemporaryDirectory(prefix="aicovid-") as folder:
        table = None if clinical is None else _table_file(clinical, id_column, Path(folder))
        rows = Path(out) if out is not None else Path(folder) / "rows.csv"
        summary = _aicovid.run_batch(assessor, inputs, out=rows, resume=resume, decode=decode, clinical=table, id_column=id_column,
                                     id_match=id_match, at=at, at_column=at_column, clean=clean, progress=told)
        if progress is True:
            print(file=sys.stderr)
        frame = read_rows(rows)
    frame.attrs["summary"] = summary
    return frame


def read_rows(file: str | os.PathLike[str]) -> pandas.DataFrame:
    """The rows that `aicovid batch` wrote.

    Parameters
    ----------
    file : path
        A .csv or .jsonl file.

    Returns
    -------
    pandas.DataFrame
        As `batch` gives it.
    """
    import pandas

    path = Path(file)
    if path.suffix == ".jsonl":
        frame = pandas.DataFrame([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()], dtype=object)
        frame = frame.drop(columns="schema", errors="ignore")
    else:
        frame = pandas.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    for name in frame.columns:
        if _is_number(name):
            numbers: Any = pandas.to_numeric(frame[name])
            frame[name] = numbers.astype("float64")
        else:
            column = frame[name].astype(object)
            frame[name] = column.where(column.notna(), None)
    return frame


def to_parquet(frame: pandas.DataFrame, file: str | os.PathLike[str]) -> None:
    """Writes rows of `batch` as Parquet.

    Each field's metadata has its description and its unit by UCUM. The file's metadata has what made the rows, where `attrs["summary"]` tells it:
    the model's name, version and manifest hash, the engine, the device and the precision.

    Parameters
    ----------
    frame : pandas.DataFrame
    file : path

    Raises
    ------
    InvalidArgumentError
        A column that no row of `batch` has.
    """
    import pyarrow.parquet

    pyarrow.parquet.write_table(to_arrow(frame), os.fspath(file))


def to_arrow(frame: pandas.DataFrame) -> pyarrow.Table:
    """The rows as a pyarrow Table with the schema of `to_parquet`."""
    import pyarrow

    fields = []
    for name in frame.columns:
        description, unit = describe(name)
        kind = pyarrow.float64() if _is_number(name) else pyarrow.string()
        metadata = {"description": description, **({"unit": unit} if unit else {})}
        fields.append(pyarrow.field(name, kind, metadata=metadata))
    return pyarrow.Table.from_pandas(frame, schema=pyarrow.schema(fields, metadata=_origin(frame.attrs.get("summary"))), preserve_index=False)


def describe(column: str) -> tuple[str, str]:
    """What a column of `batch` means, and its unit by UCUM; empty for a text.

    Raises
    ------
    InvalidArgumentError
        No row of `batch` has such a column.

    Examples
    --------
    >>> from aicovid.tables import describe
    >>> describe("brixia")
    ('Brixia score, 0 to 18', '{points}')
    >>> describe("deterioration_low")
    ("lower end of the outcome's interval", '1')
    """
    if column in _COLUMNS:
        return _COLUMNS[column]
    for ending, meaning in _ENDINGS.items():
        if column.endswith(ending) and len(column) > len(ending):
            return meaning
    raise InvalidArgumentError(f"the table has a column that no row of a batch has; expected {', '.join(_COLUMNS)} or those of an outcome")


def _is_number(column: str) -> bool:
    return bool(describe(column)[1])


def _origin(summary: dict[str, Any] | None) -> dict[str, str]:
    if summary is None:
        return {}
    model, compute = summary["model"], summary["compute"]
    return {"aicovid.schema": "aicovid.batch_row/1", "aicovid.model": model["name"], "aicovid.model_version": model["version"],
            "aicovid.manifest_sha256": model["manifest_sha256"],
            **{f"aicovid.{name}": str(compute[name]) for name in ("backend", "device", "precision") if name in compute}}


def _table_file(clinical: pandas.DataFrame | str | os.PathLike[str], id_column: str, folder: Path) -> Path:
    if not id_column:
        raise InvalidArgumentError("clinical needs id_column, the column that says to which image a row belongs")
    if isinstance(clinical, (str, os.PathLike)):
        return Path(clinical)
    if not (hasattr(clinical, "to_csv") and hasattr(clinical, "columns")):
        raise InvalidArgumentError(f"clinical is of the type {type(clinical).__name__}; expected a pandas DataFrame or the path of a table")
    table = clinical.reset_index() if id_column not in clinical.columns and clinical.index.name == id_column else clinical
    file = folder / "clinical.csv"
    table.to_csv(file, index=False, date_format="%Y-%m-%dT%H:%M:%S%z")
    # pandas writes a zone without its colon, which ISO 8601's extended form has.
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(\d\d:\d\d:\d\d[+-]\d\d)(\d\d)(?=[,\n\"])", r"\1:\2", text), encoding="utf-8")
    return file


def _write_progress(done: int, files: int, errors: int) -> None:
    told = f", {errors} with an error" if errors else ""
    print(f"\r{done} of {files} images{told}", end="", file=sys.stderr, flush=True)
