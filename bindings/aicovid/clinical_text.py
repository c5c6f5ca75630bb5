"""Clinical values of Python as a text that the library reads: dicts, rows of pandas, numbers of numpy.

Neither numpy nor pandas is imported: their values are known by what they can do.
"""

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from aicovid.errors import Error, error_of

# What a bedside value is measured in wherever its number is possible; another unit gives a number that is refused.
# Laboratories differ, so that a laboratory value without a unit has no meaning.
USUAL_UNITS = {
    "age": "a", "temperature": "Cel", "respiratory_rate": "/min", "heart_rate": "/min", "systolic_bp": "mm[Hg]", "diastolic_bp": "mm[Hg]",
    "spo2": "%", "spo2_room_air": "%", "oxygen_flow": "L/min",
}
# numpy.ma.masked would give 0 as its number.
MISSING_TYPES = {"NAType", "NaTType", "MaskedConstant"}


def text_of(clinical) -> str:
    """The text that the library reads.

    clinical: a text; a dict, which is a JSON record, a FHIR resource or, if a name has a unit in brackets, a row; a pandas
    Series, which is a row as a table has it, or a record if it holds dicts.
    """
    if isinstance(clinical, str):
        return clinical
    if isinstance(clinical, Mapping):
        if "resourceType" in clinical:
            return _json(_plain(clinical), "the FHIR resource")
        if any("[" in str(name) for name in clinical):
            return _row(clinical)
        return _record(clinical)
    if hasattr(clinical, "items") and hasattr(clinical, "index") and getattr(clinical, "ndim", 0) == 1:
        holds_dicts = any(isinstance(value, Mapping) for _, value in clinical.items())
        return _record(clinical) if holds_dicts else _row(clinical)
    if getattr(clinical, "ndim", 0) == 2:
        raise _error(
            "the clinical values are a table; expected one row of it, like table.iloc[0], or for all rows a text, as "
            "parse_clinical_patients(table.to_csv(index=False)) has it",
            "invalid_argument",
        )
    raise _error(
        f"the clinical values are of the type {type(clinical).__name__}; expected a dict, a pandas Series or a text",
        "invalid_argument",
    )


def texts_to_set(values) -> dict[str, str]:
    """Each value as `ClinicalRecord::with` takes it; a missing one is empty."""
    texts = {}
    for name, value in values.items():
        plain = _member(value)
        if isinstance(plain, dict):
            texts[name] = _json(plain, "a value to set")
        else:
            texts[name] = _cell(plain, "a value to set")
    return texts


def text_of_values(values) -> str:
    """The JSON record of keyword arguments."""
    return _record(values)


def _error(message: str, code: str = "bad_clinical_input") -> Error:
    return error_of(code, message)


def _plain(value):
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


def _member(value):
    """A member of a JSON record; None also for one whose `value` is missing."""
    plain = _plain(value)
    return None if isinstance(value, Mapping) and "value" in value and "value" not in plain else plain


def _with_unit(name: str, member):
    """A bare number with its usual unit, and (number, unit) as the record has it."""
    is_number = isinstance(member, (int, float)) and not isinstance(member, bool)
    if is_number and name in USUAL_UNITS:
        return {"value": member, "unit": USUAL_UNITS[name]}
    if not isinstance(member, list):
        return member
    number, *rest = member or [None]
    if len(rest) != 1 or not isinstance(rest[0], str):
        raise _error(f"a value is a {len(member)}-tuple or list; expected (number, unit), like (12, \"mg/L\")")
    return None if number is None else {"value": number, "unit": rest[0]}


def _json(value, place: str) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        raise _error(f"{place} has a number that is not finite; expected a finite one, or NaN for a missing value") from None
    except TypeError:
        raise _error(f"{place} has a value of a type that JSON does not have; expected a number, a text, a bool or a dict") from None


def _record(values) -> str:
    members = []
    for index, (name, value) in enumerate(values.items(), start=1):
        member = _with_unit(str(name), _member(value))
        if member is not None:
            members.append(f"{json.dumps(str(name))}: {_json(member, f'member {index}')}")
    return "{" + ", ".join(members) + "}"


def _cell(plain, place: str) -> str:
    if plain is None:
        return ""
    if isinstance(plain, str):
        return plain.strip()
    return _json(plain, place)


def _row(values) -> str:
    """A table of one row."""
    names, cells = [], []
    for index, (name, value) in enumerate(values.items(), start=1):
        plain = _plain(value)
        if isinstance(plain, (dict, list)):
            raise _error(f"column {index} has a {type(plain).__name__}; expected a number, a text or a bool")
        names.append(str(name))
        cells.append(_cell(plain, f"column {index}"))
    text = io.StringIO()
    # With quotes around all, no text begins as a JSON text does.
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([names, cells])
    return text.getvalue()
