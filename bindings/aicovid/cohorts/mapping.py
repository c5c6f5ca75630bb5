"""The mapping file: what a source's columns, units, words and sites mean (docs/cohorts.md, docs/schemas/cohort_mapping.json)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aicovid.cohorts.form import Outcome
from aicovid.errors import InvalidArgumentError, NotFoundError


@dataclass(frozen=True)
class Column:
    """A column that holds a clinical variable."""

    variable: str
    unit: str | Mapping[str, str] | None = None  #: one for all sites, or by the site's code; None for what has no unit
    words: Mapping[str, str] = field(default_factory=dict)  #: cells that the clinical table writes otherwise
    days: str | None = None  #: the column with the days from the image to the value
    set_aside: Mapping[str, str] = field(default_factory=dict)  #: cells that are no value, and the reason's code

    def unit_at(self, site: str) -> str | None:
        """The unit at a site; None where there is none, or none is stated."""
        return self.unit if self.unit is None or isinstance(self.unit, str) else self.unit.get(site)


@dataclass(frozen=True)
class OutcomeRule:
    """How an outcome is read: from a column's words, from the days to an event, or from other outcomes."""

    outcome: Outcome
    column: str | None = None
    words: Mapping[str, bool | None] = field(default_factory=dict)
    days: str | None = None  #: the column with the days from the image to the event
    without: bool | None = None  #: what an empty cell of `days` means
    any_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Keep:
    """Rows that stay: those with one of these words in the column. The others are set aside for the reason."""

    column: str
    words: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class TableMapping:
    """What the rows of a table are."""

    name: str
    patient: str
    columns: Mapping[str, Column]
    outcomes: tuple[OutcomeRule, ...]
    site_column: str | None = None
    site_codes: Mapping[str, str] = field(default_factory=dict)
    site: str = ""  #: of all rows, where there is no column
    same_patient: Mapping[str, str] = field(default_factory=dict)
    time: str | None = None  #: column with the date of the image, ISO 8601
    order: str | None = None  #: column with a number that grows with the time of a patient's exams
    descending: bool = False
    image: str | None = None
    image_prefix: str = ""
    image_suffix: str = ""
    view: str | None = None
    view_words: Mapping[str, str | None] = field(default_factory=dict)
    diagnosis: str | None = None
    diagnosis_words: Mapping[str, str | None] = field(default_factory=dict)
    diagnosis_value: str | None = None
    keep: tuple[Keep, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)  #: of every patient: members of a clinical record
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class MappingFile:
    """A mapping file: its kind, its checksum and its members."""

    kind: str
    sha256: str
    members: Mapping[str, Any]


def read_mapping(file: Path, kind: str) -> MappingFile:
    """Reads a mapping file and checks it by its schema.

    Parameters
    ----------
    file : pathlib.Path
    kind : {"aiforcovid", "nccid", "table"}
        What the file must be for.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InvalidArgumentError
        With every fault, by its place.
    """
    import jsonschema

    if not file.is_file():
        raise NotFoundError("there is no such mapping file")
    content = file.read_bytes()
    try:
        members = json.loads(content)
    except ValueError:
        raise InvalidArgumentError("the mapping is no JSON in UTF-8") from None
    schema = json.loads(Path(__file__).with_name("cohort_mapping.json").read_text(encoding="utf-8"))
    found = members.get("kind") if isinstance(members, dict) else None
    if found != kind:
        raise InvalidArgumentError(f'mapping, /kind: expected "{kind}"')
    rules = {"$schema": schema["$schema"], "definitions": schema["definitions"], "$ref": f"#/definitions/{kind}"}
    faults = sorted(jsonschema.Draft7Validator(rules).iter_errors(members), key=lambda fault: list(map(str, fault.absolute_path)))
    if faults:
        raise InvalidArgumentError(
            "\n".join(
                f"mapping, {''.join(f'/{step}' for step in fault.absolute_path) or '/'}: {fault.message}" for fault in faults
            )
        )
    return MappingFile(kind, hashlib.sha256(content).hexdigest(), members)


def table_mapping(members: Mapping[str, Any]) -> TableMapping:
    """The mapping of kind "table", of members that the schema accepts.

    Raises
    ------
    InvalidArgumentError
        For two columns of one variable, and an outcome that is made of others that are not before it.
    """
    site, image, view = members["site"], members.get("image", {}), members.get("view", {})
    diagnosis, order = members.get("diagnosis", {}), members.get("order", {})
    return _checked(
        TableMapping(
            name=members["name"],
            patient=members["patient"],
            columns=columns_of(members["columns"]),
            outcomes=outcomes_of(members["outcomes"]),
            site_column=site.get("column"),
            site_codes=site.get("codes", {}),
            site=site.get("code", ""),
            same_patient=members.get("same_patient", {}),
            time=members.get("time"),
            order=order.get("column"),
            descending=order.get("descending", False),
            image=image.get("column"),
            image_prefix=image.get("prefix", ""),
            image_suffix=image.get("suffix", ""),
            view=view.get("column"),
            view_words=view.get("words", {}),
            diagnosis=diagnosis.get("column"),
            diagnosis_words=diagnosis.get("words", {}),
            diagnosis_value=diagnosis.get("value"),
            keep=tuple(Keep(each["column"], tuple(each["words"]), each["reason"]) for each in members.get("keep", [])),
            values=members.get("values", {}),
            missing=tuple(members.get("missing", [])),
        )
    )


def columns_of(members: Mapping[str, Any]) -> dict[str, Column]:
    """The columns of clinical variables, by their headers."""
    return {header: Column(**each) for header, each in members.items()}


def outcomes_of(members: list[Mapping[str, Any]]) -> tuple[OutcomeRule, ...]:
    """The rules of outcomes, in their order."""
    return tuple(
        OutcomeRule(
            Outcome(each["name"], each["definition"], each.get("horizon_days")),
            each.get("column"),
            each.get("words", {}),
            each.get("days"),
            each.get("without"),
            tuple(each.get("any_of", ())),
        )
        for each in members
    )


def _checked(mapping: TableMapping) -> TableMapping:
    first: dict[str, str] = {}
    for header, column in mapping.columns.items():
        if column.variable in first:
            raise InvalidArgumentError(
                f"mapping: {column.variable} has the columns {first[column.variable]} and {header}; expected one"
            )
        first[column.variable] = header
    earlier: set[str] = set()
    for rule in mapping.outcomes:
        if rule.outcome.name in earlier:
            raise InvalidArgumentError(f"mapping: the outcome {rule.outcome.name} stands twice")
        if not set(rule.any_of) <= earlier:
            raise InvalidArgumentError(f"mapping: the outcome {rule.outcome.name} is made of others that do not stand before it")
        earlier.add(rule.outcome.name)
    return mapping
