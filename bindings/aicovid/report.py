"""The answer for one patient, as a value of Python."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aicovid.errors import CorruptError
from aicovid.findings import Compute, Findings, Gate, Input, Message, Model, Timing, findings_of, gate_of, made, messages_of

SCHEMA = "aicovid.report/1"


@dataclass(frozen=True)
class Quantity:
    """A number in a UCUM unit."""

    value: float
    unit: str | None = None


@dataclass(frozen=True)
class GivenValue:
    """A clinical value as it was given."""

    value: float | str | bool
    unit: str | None = None  #: UCUM, or a listed name of a unit
    comparator: str | None = None  #: "<", "<=", ">" or ">="
    time: str | None = None  #: ISO 8601 with its zone
    assumed: bool = False  #: whether nobody said it: absent by a complete problem list


@dataclass(frozen=True)
class ClinicalEntry:
    """A clinical value that the report was made with."""

    name: str
    given: GivenValue | None = None  #: None where it was computed from another value
    canonical: Quantity | None = None  #: None for what is no number
    derived_from: str | None = None


@dataclass(frozen=True)
class RiskInterval:
    """An interval of a probability, and what its width stands for."""

    low: float
    high: float
    level: float
    covers: tuple[str, ...]  #: of "missing_values" and "image"


@dataclass(frozen=True)
class Evidence:
    """What stands behind an outcome."""

    level: str  #: "external", "internal" or "none"
    patients: int | None = None
    result: str | None = None
    reference: str | None = None
    caveat: str | None = None


@dataclass(frozen=True)
class ImageEffect:
    """What the infiltrates of the image change."""

    without_infiltrates: float  #: the probability if there were none
    with_infiltrates: float


@dataclass(frozen=True)
class Contribution:
    """What moved the logit: a variable against its reference value, or a step such as "(missing)"."""

    variable: str
    logit: float


@dataclass(frozen=True)
class Assumption:
    """A value that was not given, or was given as a bound, and what was done about it."""

    variable: str
    handling: str


@dataclass(frozen=True)
class Outcome:
    """The risk of one outcome, or why there is none."""

    name: str
    definition: str
    kind: str  #: "prognosis" or "concurrent_state"
    status: str  #: "ok", "indeterminate", "not_applicable" or "not_computed"
    reasons: tuple[Message, ...]
    evidence: Evidence
    contributions: tuple[Contribution, ...]  #: reference_logit plus their sum is logit(probability), else logit(index)
    assumed: tuple[Assumption, ...]
    probability: float | None = None
    interval: RiskInterval | None = None
    band: str | None = None
    band_source: str | None = None
    index: float | None = None  #: of a concurrent state: 0 to 1, no probability of this patient's
    index_percentile: float | None = None  #: percent of `index_population` with a lower index
    index_population: str | None = None
    image_effect: ImageEffect | None = None
    reference_logit: float | None = None


def _outcome(members: Mapping[str, Any]) -> Outcome:
    read = dict(members)
    read["reasons"] = messages_of(read["reasons"])
    read["evidence"] = made(Evidence, read["evidence"])
    read["contributions"] = tuple(made(Contribution, each) for each in read["contributions"])
    read["assumed"] = tuple(made(Assumption, each) for each in read["assumed"])
    if "interval" in read:
        read["interval"] = made(RiskInterval, read["interval"] | {"covers": tuple(read["interval"]["covers"])})
    if "image_effect" in read:
        read["image_effect"] = ImageEffect(read["image_effect"]["without"], read["image_effect"]["with"])
    return made(Outcome, read)


def _clinical(members: Mapping[str, Any]) -> ClinicalEntry:
    read = dict(members)
    for name, kind in (("given", GivenValue), ("canonical", Quantity)):
        if name in read:
            read[name] = made(kind, read[name])
    return made(ClinicalEntry, read)


class RiskReport(Mapping[str, Any]):
    """The answer for one patient. A refusal is a report too: `refused`, with the gate's reasons and without outcomes.

    What docs/schemas/report.json has is an attribute, and None where the JSON has no such member. The report is also a
    mapping of the members themselves: ``report.findings.brixia.value`` is ``report["image"]["brixia"]["value"]``. Two reports
    are equal if they are in all but `created` and `timing_ms`. Pickled, a report is its JSON.

    Examples
    --------
    >>> import aicovid
    >>> assessor = aicovid.Assessor.load("severity", networks="fusion")
    >>> record = aicovid.ClinicalRecord(
    ...     age=63, sex="male", spo2=91, on_oxygen=False, respiratory_rate=24, urea=(8, "mmol/L"), crp=(98, "mg/L"),
    ...     lymphocytes=(0.8, "10*9/L"), radiographic_infiltrates=True, nosocomial=False, gcs=15)
    >>> report = assessor.assess(None, record)
    >>> outcome = report.outcomes[0]
    >>> outcome.name, outcome.status, round(outcome.probability, 2)
    ('deterioration', 'ok', 0.49)
    >>> report.findings is None, report.refused
    (True, False)
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._members: dict[str, Any] = json.loads(text)

    @classmethod
    def parse(cls, text: str) -> RiskReport:
        """Of the JSON text that `to_json`, or ``aicovid score --format json``, wrote.

        Raises
        ------
        CorruptError
            If it is no report.
        """
        try:
            report = cls(text)
        except ValueError:
            raise CorruptError("the text is no JSON; expected a report") from None
        if not isinstance(report._members, dict) or report._members.get("schema") != SCHEMA:
            raise CorruptError(f'the member schema is not "{SCHEMA}"; expected a report')
        return report

    def to_json(self, indent: int | None = None) -> str:
        """The JSON text (docs/schemas/report.json): as the C++ library writes it, on one line without `indent`."""
        return self._text if indent is None else json.dumps(self._members, indent=indent, ensure_ascii=False)

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict of its own."""
        members: dict[str, Any] = json.loads(self._text)
        return members

    @property
    def refused(self) -> bool:
        """Whether the gate refused the image."""
        return bool(self._members["status"] == "refused")

    @property
    def status(self) -> str:
        """ "ok" or "refused"."""
        return str(self._members["status"])

    @property
    def created(self) -> str:
        """ISO 8601, UTC."""
        return str(self._members["created"])

    @property
    def intended_use(self) -> str:
        """What the bundle is for, and that it is no medical device."""
        return str(self._members["intended_use"])

    @property
    def software(self) -> str:
        """The version of the library."""
        return str(self._members["software"]["version"])

    @cached_property
    def model(self) -> Model:
        """The bundle that it was made with."""
        return made(Model, self._members["model"])

    @cached_property
    def compute(self) -> Compute:
        """The machine, and what ran on it."""
        return made(Compute, self._members["compute"])

    @cached_property
    def input(self) -> Input | None:
        """The radiograph; None where only clinical values were given."""
        return made(Input, self._members["input"]) if "input" in self._members else None

    @cached_property
    def gate(self) -> Gate | None:
        """What the gate says of the image; None without an image."""
        return gate_of(self._members["gate"]) if "gate" in self._members else None

    @cached_property
    def clinical(self) -> tuple[ClinicalEntry, ...]:
        """The values that it was made with, as given and in canonical units."""
        return tuple(_clinical(each) for each in self._members["clinical"])

    @cached_property
    def findings(self) -> Findings | None:
        """What the networks read from the radiograph, the member `image`; None of a refusal, or without an image."""
        return findings_of(self._members["image"]) if "image" in self._members else None

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The risks, in the order of the bundle; none of a refusal."""
        return tuple(_outcome(each) for each in self._members["outcomes"])

    @cached_property
    def warnings(self) -> tuple[Message, ...]:
        """What a reader should know."""
        return messages_of(self._members["warnings"])

    @cached_property
    def timing_ms(self) -> Timing:
        """Milliseconds that each step took."""
        return made(Timing, self._members["timing_ms"])

    def __getitem__(self, name: str) -> Any:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RiskReport):
            return NotImplemented
        return _lasting(self._members) == _lasting(other._members)

    # Unhashable, as values with a way to be equal by content are where nobody needs them as keys.
    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return RiskReport, (self._text,)

    def __repr__(self) -> str:
        from aicovid.shown import report_line

        return f"<aicovid.RiskReport {report_line(self)}>"

    def _repr_html_(self) -> str:
        from aicovid.shown import report_html

        return report_html(self)


def _lasting(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member for name, member in members.items() if name not in ("created", "timing_ms")}
