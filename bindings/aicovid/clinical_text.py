"""Clinical values of Python as a text that the library reads: dicts, rows of pandas, numbers of numpy.

Neither numpy nor pandas is imported: their values are known by what they can do.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, Union

from aicovid.errors import BadClinicalInputError, InvalidArgumentError

if TYPE_CHECKING:
    from aicovid._aicovid import ClinicalRecord, ClinicalVariables


class Row(Protocol):
    """A pandas Series: one row of a table."""

    @property
    def index(self) -> Any: ...

    def items(self) -> Iterable[tuple[Any, Any]]: ...


#: What is taken wherever a record is.
Clinical = Union["ClinicalRecord", Mapping[str, Any], Row, str, None]

# numpy.ma.masked would give 0 as its number.
MISSING_TYPES = {"NAType", "NaTType", "MaskedConstant"}

# Numbers that are charted in one unit everywhere, so that Python takes them without it. But for age they have no other unit in
# the library. No laboratory value is here: laboratories differ, and a factor of ten in CRP is a credible value.
CHARTED_UNITS = {
    "age": "a", "respiratory_rate": "/min", "heart_rate": "/min", "spo2": "%", "spo2_room_air": "%", "oxygen_flow": "L/min",
    "days_since_onset": "d",
}  # fmt: skip

# "12 mg/dL", "<5 mg/L", as `ClinicalRecord.with_` and the cells of a table have it.
QUANTITY = re.compile(r"\s*(?P<comparator>[<>]=?)?\s*(?P<value>[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)\s*(?P<unit>[^\s\d].*?)\s*")


def text_of(clinical: Any, variables: ClinicalVariables | None = None) -> str:
    """The text that the library reads.

    Parameters
    ----------
    clinical
        A text; a dict, which is a JSON record, a FHIR resource or, if a name has a unit in brackets, a row; a pandas Series,
        which is a row as a table has it, or a record if it holds dicts or pairs of a number and its unit.
    variables
        What values there may be; those of docs/clinical-variables.md if None.
    """
    from aicovid._aicovid import ClinicalVariables

    known = variables or ClinicalVariables()
    if isinstance(clinical, str):
        return clinical
    if isinstance(clinical, Mapping):
        if "resourceType" in clinical:
            return _json(_plain(clinical), "the FHIR resource")
        if any("[" in str(name) for name in clinical):
            return _row(clinical)
        return _record(clinical, known)
    if hasattr(clinical, "items") and hasattr(clinical, "index") and getattr(clinical, "ndim", 0) == 1:
        holds_quantities = any(isinstance(value, (Mapping, tuple)) for _, value in clinical.items())
        return _record(clinical, known) if holds_quantities else _row(clinical)
    if getattr(clinical, "ndim", 0) == 2:
        raise InvalidArgumentError(
            "the clinical values are a table; expected one row of it, like table.iloc[0], or for all rows a text, as "
            "parse_clinical_patients(table.to_csv(index=False)) has it"
        )
    raise InvalidArgumentError(
        f"the clinical values are of the type {type(clinical).__name__}; expected a dict, a pandas Series or a text"
    )


def moment_of(at: Any) -> str:
    """A moment as a text in ISO 8601, of a datetime or of pandas' Timestamp.

    Parameters
    ----------
    at : datetime.datetime
        With a zone. It is written with its own offset; the library counts in milliseconds.

    Raises
    ------
    InvalidArgumentError
        For a datetime without a zone, and for what is none.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> from aicovid.clinical_text import moment_of
    >>> moment_of(datetime(2020, 4, 1, 10, 0, tzinfo=timezone.utc))
    '2020-04-01T10:00:00+00:00'
    """
    if not isinstance(at, datetime) or type(at).__name__ in MISSING_TYPES:
        raise InvalidArgumentError(
            f"at is of the type {type(at).__name__}; expected a datetime with a zone, or a text like 2020-04-01T10:00:00Z"
        )
    if at.utcoffset() is None:
        raise InvalidArgumentError(
            "at is a datetime without a zone; expected one with it, like datetime(2020, 4, 1, 10, tzinfo=timezone.utc)"
        )
    return at.isoformat()


def text_of_named(clinical: Any, named: Mapping[str, Any], variables: ClinicalVariables | None) -> str:
    """The text of what `ClinicalRecord(...)` was called with."""
    if clinical is None:
        return text_of(named, variables)
    if named:
        raise InvalidArgumentError("the values are given as a whole and by name; expected one of both. `with_` changes a record")
    return text_of(clinical, variables)


def texts_to_set(values: Mapping[str, Any], variables: ClinicalVariables | None = None) -> dict[str, str]:
    """Each value as `ClinicalRecord::with` takes it; a missing one is empty."""
    from aicovid._aicovid import ClinicalVariables

    known = variables or ClinicalVariables()
    texts = {}
    for name, value in values.items():
        plain = _member(value)
        if not isinstance(plain, str):
            plain = _with_unit(name, plain, known)
        if isinstance(plain, dict):
            texts[name] = _json(plain, "a value to set")
        else:
            texts[name] = _cell(plain, "a value to set")
    return texts


def _plain(value: Any) -> Any:
    """What JSON has for a value, with None for one that is missing; members that are missing are left out."""
    if value is None or type(value).__name__ in MISSING_TYPES:
        return None
    if isinstance(value, Mapping):
        members = {str(name): _plain(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        # A numpy.datetime64 may give its nanoseconds as a number.
        value = str(value) if value.dtype.kind in "mM" else value.item()
        if value == "NaT":
            return None
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    return None if isinstance(value, float) and value != value else value


def _member(value: Any) -> Any:
    """A member of a JSON record; None also for one whose `value` is missing."""
    if isinstance(value, tuple) and len(value) == 2:
        value = {"value": value[0], "unit": value[1]}
    plain = _plain(value)
    return None if isinstance(value, Mapping) and "value" in value and "value" not in plain else plain


def _with_unit(name: str, member: Any, variables: ClinicalVariables) -> Any:
    """A member of a quantity with its unit, where it was written as a number or a text."""
    unit = variables.canonical_unit(name)
    if not unit:
        return member
    if isinstance(member, str) and (found := QUANTITY.fullmatch(member)):
        members = {"value": float(found["value"]), "unit": found["unit"], "comparator": found["comparator"]}
        return {key: value for key, value in members.items() if value is not None}
    if isinstance(member, bool) or not isinstance(member, (int, float)):
        return member
    if name in CHARTED_UNITS:
        return {"value": member, "unit": CHARTED_UNITS[name]}
    raise BadClinicalInputError(
        f'{name} is the number {member} without its unit; write ({member}, "{unit}"), with the unit that it was measured in'
    )


def _json(value: Any, place: str) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        raise BadClinicalInputError(f"{place} has a number that is not finite; expected a finite one, or NaN for a missing value") from None
    except TypeError:
        raise BadClinicalInputError(f"{place} has a value of a type that JSON does not have; expected a number, a text, a bool or a dict") from None


def _record(values: Any, variables: ClinicalVariables) -> str:
    members = []
    for index, (name, value) in enumerate(values.items(), start=1):
        member = _with_unit(str(name), _member(value), variables)
        if member is not None:
            members.append(f"{json.dumps(str(name))}: {_json(member, f'member {index}')}")
    return "{" + ", ".join(members) + "}"


def _cell(plain: Any, place: str) -> str:
    if plain is None:
        return ""
    if isinstance(plain, str):
        return plain.strip()
    return _json(plain, place)


def _row(values: Any) -> str:
    """A table of one row."""
    names, cells = [], []
    for index, (name, value) in enumerate(values.items(), start=1):
        plain = _plain(value)
        if isinstance(plain, (dict, list)):
            raise BadClinicalInputError(f"column {index} has a {type(plain).__name__}; expected a number, a text or a bool")
        bare = plain is None or (isinstance(plain, (int, float)) and not isinstance(plain, bool))
        names.append(f"{name} [{CHARTED_UNITS[name]}]" if bare and name in CHARTED_UNITS else str(name))
        cells.append(_cell(plain, f"column {index}"))
    text = io.StringIO()
    # With quotes around all, no text begins as a JSON text does.
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([names, cells])
    return text.getvalue()
