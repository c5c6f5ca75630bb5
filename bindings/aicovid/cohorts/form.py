"""The form of a cohort: a folder with `cohort.json` and `exams.jsonl` (docs/cohorts.md)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aicovid
from aicovid.errors import CorruptError, InvalidArgumentError, IoError, NotFoundError
from aicovid.findings import ZONES, Model

if TYPE_CHECKING:
    import pandas

HEAD = "cohort.json"
EXAMS = "exams.jsonl"
SCHEMA = "aicovid.cohort/1"
#: What of the header says who the image is of, beyond what judging needs: no date and no UID stands in a cohort.
_NAMING_INPUT = ("sop_instance_uid", "study_instance_uid", "series_instance_uid")
_FINDINGS = (
    "brixia",
    *(f"zone_{number}" for number in range(1, len(ZONES) + 1)),
    "extent",
    "opacity",
    "severity_index",
    "infiltrates",
)


@dataclass(frozen=True)
class Outcome:
    """What happened to the patient, as the source defines it."""

    name: str
    definition: str
    horizon_days: float | None = None  #: days from the image within which it counts; None where the source sets no end


@dataclass(frozen=True)
class Variable:
    """A clinical variable that at least one exam has."""

    name: str
    unit: str | None  #: canonical, UCUM; None for what has none


@dataclass(frozen=True)
class Exam:
    """One exam of one patient, as a line of `exams.jsonl` has it (docs/schemas/cohort_exam.json)."""

    patient: str  #: pseudonym, 16 hex digits
    site: str
    record: aicovid.ClinicalRecord = field(repr=False)
    week: str | None = None  #: ISO week, "2020-W14"
    diagnosis: str | None = None
    outcomes: Mapping[str, bool | None] = field(default_factory=dict)
    event_days: Mapping[str, float] = field(default_factory=dict)  #: days from the image to the event; negative before it
    value_days: Mapping[str, float] = field(default_factory=dict)  #: days from the image to when the value was taken
    originals: Mapping[str, str] = field(default_factory=dict, repr=False)  #: the source's cells, by column
    image: str = "none"  #: "ok", "refused", "error" or "none"
    view: str | None = None  #: "AP", "PA" or None
    examination_json: str | None = field(default=None, repr=False)  #: JSON text of the Examination

    @cached_property
    def examination(self) -> aicovid.Examination | None:
        """The Examination, for `Assessor.judge`; made on first use. None where `image` is "error" or "none"."""
        return None if self.examination_json is None else aicovid.Examination.parse(self.examination_json)


@dataclass(frozen=True)
class Cohort:
    """The exams of one source, and what is common to them.

    Attributes
    ----------
    exams : tuple of Exam
        In order of the patient's pseudonym, then of time.
    counts : dict
        "in", "out" and "set_aside", a list of dicts of reason and count; in = out + what was set aside.
    cells_set_aside : list of dict
        Cells that became no value: column, reason, count.
    """

    name: str
    created: str  #: ISO 8601, UTC
    source: Mapping[str, str]  #: "kind" and "mapping_sha256"
    model: Model | None  #: the bundle of the examinations
    outcomes: tuple[Outcome, ...]
    variables: tuple[Variable, ...]
    sites: tuple[str, ...]
    counts: Mapping[str, Any]
    cells_set_aside: Sequence[Mapping[str, Any]]
    exams_sha256: str
    exams: tuple[Exam, ...] = field(repr=False)

    def frame(self) -> pandas.DataFrame:
        """A row for each exam, in order.

        Returns
        -------
        pandas.DataFrame
            patient, site, week, diagnosis, image, view; ``outcome:NAME`` (True, False, None) and ``event_days:NAME`` (float64) of
            each outcome; the clinical variables by name, numbers as float64 in their canonical units and the rest as True, False,
            None or text; and the findings: brixia (0 to 18), zone_1 to zone_6 (0 to 3; `aicovid.findings.ZONES` in order), extent
            (0 to 8), opacity (0 to 6), severity_index and infiltrates (0 to 1). A value below a detection limit is its limit.
        """
        import pandas

        rows = [_row(exam) for exam in self.exams]
        columns = ["patient", "site", "week", "diagnosis", "image", "view"]
        columns += [f"outcome:{outcome.name}" for outcome in self.outcomes] + [
            f"event_days:{outcome.name}" for outcome in self.outcomes
        ]
        frame = pandas.DataFrame({name: pandas.Series([row.get(name) for row in rows], dtype=object) for name in columns})
        numbers = {f"event_days:{outcome.name}" for outcome in self.outcomes} | set(_FINDINGS)
        for variable in self.variables:
            values = [row.get(variable.name) for row in rows]
            if not any(isinstance(value, (bool, str)) for value in values):
                numbers.add(variable.name)
            frame[variable.name] = pandas.Series(values, dtype=object)
        for name in _FINDINGS:
            frame[name] = pandas.Series([row.get(name) for row in rows], dtype=object)
        for name in numbers:
            frame[name] = frame[name].astype("float64")
        return frame


def read(folder: str | os.PathLike[str]) -> Cohort:
    """Reads a cohort and checks it: schema, checksum, counts, and that head and exams agree.

    Parameters
    ----------
    folder : path
        With cohort.json and exams.jsonl.

    Returns
    -------
    Cohort

    Raises
    ------
    NotFoundError
        If there is no cohort.
    CorruptError
        Naming the line of exams.jsonl and the member.
    """
    path = Path(folder)
    for name in (HEAD, EXAMS):
        if not (path / name).is_file():
            raise NotFoundError(f"the folder is no cohort: it has no {name}")
    try:
        head = json.loads((path / HEAD).read_text(encoding="utf-8"))
    except ValueError:
        raise CorruptError(f"{HEAD} is no JSON in UTF-8") from None
    _check(_validator("cohort"), head, HEAD)
    content = (path / EXAMS).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != head["exams_sha256"]:
        raise CorruptError(f"{EXAMS} has the SHA-256 {found}; {HEAD}, /exams_sha256 has {head['exams_sha256']}")
    counts = head["counts"]
    if counts["in"] != counts["out"] + sum(each["count"] for each in counts["set_aside"]):
        raise CorruptError(f"{HEAD}, /counts: in is {counts['in']}; expected the sum of out and set_aside")
    try:
        # Not splitlines, which also parts at characters that may stand in a JSON text.
        lines = content.decode("utf-8").removesuffix("\n").split("\n") if content else []
    except UnicodeDecodeError:
        raise CorruptError(f"{EXAMS} is not UTF-8") from None
    if counts["out"] != len(lines):
        raise CorruptError(f"{HEAD}, /counts/out is {counts['out']}; {EXAMS} has {len(lines)} lines")
    return _cohort(head, _exams(lines, head))


def write(
    folder: str | os.PathLike[str],
    *,
    name: str,
    source: Mapping[str, str],
    outcomes: Iterable[Outcome],
    exams: Iterable[Exam],
    set_aside: Mapping[str, int] | None = None,
    cells_set_aside: Mapping[tuple[str, str], int] | None = None,
) -> Cohort:
    """Writes a cohort, checked as `read` checks it.

    Parameters
    ----------
    folder : path
        It is made, or must be empty.
    name : str
    source : dict
        "kind" ("aiforcovid", "nccid" or "table") and "mapping_sha256".
    outcomes : iterable of Outcome
    exams : iterable of Exam
        Those of one patient in order of time; they are put in order of the pseudonym.
    set_aside : dict, optional
        How many of the source became no exam, by the reason's code.
    cells_set_aside : dict, optional
        How many cells became no value, by (column, reason's code).

    Returns
    -------
    Cohort
        As `read` gives it.

    Raises
    ------
    InvalidArgumentError
        If the folder is not empty, or the examinations are of several bundles.
    CorruptError
        If what is to be written is no cohort by its schema: the line and the member.
    IoError
        If the folder cannot be written.
    """
    path = Path(folder)
    ordered = sorted(exams, key=lambda exam: exam.patient)
    lines = [json.dumps(_line(exam), ensure_ascii=False, allow_nan=False, separators=(",", ":")) for exam in ordered]
    content = "".join(f"{line}\n" for line in lines).encode()
    models = {
        json.dumps(json.loads(exam.examination_json)["model"], sort_keys=True)
        for exam in ordered
        if exam.examination_json is not None
    }
    if len(models) > 1:
        raise InvalidArgumentError("the examinations are of several bundles; expected one")
    left_out = {reason: count for reason, count in sorted((set_aside or {}).items()) if count}
    named = sorted({name for exam in ordered for name in exam.record.given})
    units = aicovid.ClinicalVariables()
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "name": name,
        "created": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "software": _software(),
        "source": dict(source),
        "model": json.loads(models.pop()) if models else None,
        "outcomes": [{"name": each.name, "definition": each.definition, "horizon_days": each.horizon_days} for each in outcomes],
        "variables": [{"name": variable, "unit": units.canonical_unit(variable) or None} for variable in named],
        "sites": sorted({exam.site for exam in ordered}),
        "counts": {
            "in": len(ordered) + sum(left_out.values()),
            "out": len(ordered),
            "set_aside": [{"reason": reason, "count": count} for reason, count in left_out.items()],
        },
        "exams_sha256": hashlib.sha256(content).hexdigest(),
    }
    if cells_set_aside:
        head["cells_set_aside"] = [
            {"column": column, "reason": reason, "count": count} for (column, reason), count in sorted(cells_set_aside.items())
        ]
    _check(_validator("cohort"), head, HEAD)
    cohort = _cohort(head, _exams(lines, head))
    try:
        if path.exists() and any(path.iterdir()):
            raise InvalidArgumentError("the cohort's folder is not empty")
        path.mkdir(parents=True, exist_ok=True)
        (path / EXAMS).write_bytes(content)
        (path / HEAD).write_text(json.dumps(head, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise IoError(f"the cohort cannot be written: {error.strerror}") from None
    return cohort


def without_identifiers(examination: aicovid.Examination) -> str:
    """The JSON text of an examination without the UIDs of the image and the time that it was taken at.

    Sex and age of the header stay, since `Assessor.judge` compares them with the record.
    """
    members = examination.to_dict()
    for naming in _NAMING_INPUT:
        members["input"].pop(naming, None)
    members["patient"].pop("acquired", None)
    return json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _cohort(head: Mapping[str, Any], exams: tuple[Exam, ...]) -> Cohort:
    return Cohort(
        name=head["name"],
        created=head["created"],
        source=head["source"],
        model=None if head["model"] is None else Model(**head["model"]),
        outcomes=tuple(Outcome(**each) for each in head["outcomes"]),
        variables=tuple(Variable(**each) for each in head["variables"]),
        sites=tuple(head["sites"]),
        counts=head["counts"],
        cells_set_aside=head.get("cells_set_aside", []),
        exams_sha256=head["exams_sha256"],
        exams=exams,
    )


def _software() -> dict[str, str]:
    # Reports alone tell the version of the library; this bundle comes with it.
    software: dict[str, str] = aicovid.Assessor.load("severity-open", networks="none").assess(None, {}).to_dict()["software"]
    return software


def _row(exam: Exam) -> dict[str, Any]:
    row: dict[str, Any] = {
        "patient": exam.patient,
        "site": exam.site,
        "week": exam.week,
        "diagnosis": exam.diagnosis,
        "image": exam.image,
        "view": exam.view,
    }
    row |= {f"outcome:{name}": truth for name, truth in exam.outcomes.items()}
    row |= {f"event_days:{name}": days for name, days in exam.event_days.items()}
    # Whatever is no number has its value itself in the record; a value with a time is an object.
    row |= {name: value["value"] if isinstance(value, dict) else value for name, value in exam.record.given.items()}
    row |= exam.record.canonical
    image = {} if exam.examination_json is None else json.loads(exam.examination_json).get("image", {})
    row |= {
        name: image[name]["value"] for name in ("brixia", "extent", "opacity", "severity_index", "infiltrates") if name in image
    }
    if "zones" in image:
        row |= {f"zone_{number}": image["zones"][zone]["value"] for number, zone in enumerate(ZONES, start=1)}
    return row


def _line(exam: Exam) -> dict[str, Any]:
    return {
        "patient": exam.patient,
        "site": exam.site,
        "week": exam.week,
        "diagnosis": exam.diagnosis,
        "outcomes": dict(exam.outcomes),
        "event_days": dict(exam.event_days),
        "record": _without_times(exam.record),
        "value_days": dict(exam.value_days),
        "originals": dict(exam.originals),
        "image": exam.image,
        "view": exam.view,
        "examination": None if exam.examination_json is None else json.loads(exam.examination_json),
    }


def _without_times(record: aicovid.ClinicalRecord) -> dict[str, Any]:
    given = {}
    for name, value in record.given.items():
        kept = {key: part for key, part in value.items() if key != "time"} if isinstance(value, dict) else value
        given[name] = kept["value"] if isinstance(kept, dict) and set(kept) == {"value"} else kept
    return given


def _exams(lines: Sequence[str], head: Mapping[str, Any]) -> tuple[Exam, ...]:
    """The exams of the lines, each checked by itself, against the head, and in its order."""
    validator = _validator("cohort_exam")
    outcomes, variables = {each["name"] for each in head["outcomes"]}, {each["name"] for each in head["variables"]}
    sites, earlier, exams = set(head["sites"]), "", []
    for number, text in enumerate(lines, start=1):
        where = f"{EXAMS}, line {number}"
        try:
            line = json.loads(text)
        except ValueError:
            raise CorruptError(f"{where} is no JSON") from None
        _check(validator, line, where)
        if line["patient"] < earlier:
            raise CorruptError(f"{where}, /patient: expected the order of the pseudonyms")
        if line["site"] not in sites:
            raise CorruptError(f"{where}, /site is not one of the cohort's sites")
        if set(line["outcomes"]) != outcomes or not set(line["event_days"]) <= outcomes:
            raise CorruptError(
                f"{where}, /outcomes, /event_days: expected the cohort's outcomes: {', '.join(sorted(outcomes)) or 'none'}"
            )
        if not set(line["record"]) <= variables or not set(line["value_days"]) <= set(line["record"]):
            raise CorruptError(f"{where}, /record, /value_days: expected the cohort's variables")
        if (line["examination"] is not None) != (line["image"] in ("ok", "refused")):
            raise CorruptError(f"{where}, /examination: expected one where image is ok or refused, and null elsewhere")
        if line["examination"] is not None and line["examination"].get("model") != head["model"]:
            raise CorruptError(f"{where}, /examination/model: expected the cohort's model")
        try:
            record = aicovid.ClinicalRecord(line["record"])
        except aicovid.Error as error:
            raise CorruptError(f"{where}, /record: {error}") from None
        earlier = line["patient"]
        examination = (
            None if line["examination"] is None else json.dumps(line["examination"], ensure_ascii=False, separators=(",", ":"))
        )
        members = {
            name: line[name]
            for name in (
                "patient",
                "site",
                "week",
                "diagnosis",
                "outcomes",
                "event_days",
                "value_days",
                "originals",
                "image",
                "view",
            )
        }
        exams.append(Exam(**members, record=record, examination_json=examination))
    return tuple(exams)


def _validator(schema: str) -> Any:
    import jsonschema

    return jsonschema.Draft7Validator(json.loads(Path(__file__).with_name(f"{schema}.json").read_text(encoding="utf-8")))


def _check(validator: Any, document: Any, where: str) -> None:
    """The first fault by the schema, by place and rule alone: its own message would quote the document."""
    for error in validator.iter_errors(document):
        place = "".join(f"/{step}" for step in error.absolute_path) or "/"
        expected = (
            f" {json.dumps(error.validator_value)[:60]}"
            if error.validator in ("enum", "const", "pattern", "type", "required")
            else ""
        )
        raise CorruptError(f"{where}, {place}: expected {error.validator}{expected}")
