"""The report of one radiograph and one record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_NOT_COMPARED = ("created", "timing_ms")


class RiskReport(Mapping[str, Any]):
    """What `Assessor.assess` and `Assessor.judge` give. Immutable.

    It is a mapping with the members of docs/schemas/report.json, and has the most used of them as attributes. Pickled, it is its JSON.

    Parameters
    ----------
    text : str
        The JSON text, as the library or `aicovid score --format json` wrote it.

    Raises
    ------
    ValueError
        It is no JSON text of a report.
    """

    __slots__ = ("_members", "_text")

    def __init__(self, text: str) -> None:
        members = json.loads(text)
        if not isinstance(members, dict) or not str(members.get("schema", "")).startswith("aicovid.report/"):
            raise ValueError("the text is no report; expected the schema aicovid.report/1")
        self._text = text
        self._members: dict[str, Any] = members

    def __getitem__(self, name: str) -> Any:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __eq__(self, other: object) -> bool:
        """Equal in all but when it was made and how long that took."""
        if not isinstance(other, RiskReport):
            return NotImplemented
        return self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(json.dumps(self._compared(), sort_keys=True))

    def __reduce__(self) -> tuple[type[RiskReport], tuple[str]]:
        return RiskReport, (self._text,)

    def __repr__(self) -> str:
        parts = [self.verdict or "no image"]
        if self.brixia is not None:
            parts.append(f"Brixia {_interval(self.brixia)}")
        parts += [f"{outcome['name']} {_probability(outcome)}" for outcome in self.outcomes]
        return f"<aicovid.RiskReport: {', '.join(parts)}>"

    def _repr_html_(self) -> str:
        from aicovid.html import of_report

        return of_report(self)

    def _compared(self) -> dict[str, Any]:
        return {name: member for name, member in self._members.items() if name not in _NOT_COMPARED}

    def to_json(self) -> str:
        """The JSON text, as the library wrote it: that of `aicovid score --format json`."""
        return self._text

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict of its own."""
        members: dict[str, Any] = json.loads(self._text)
        return members

    @property
    def refused(self) -> bool:
        """Whether the gate refused the image, so that nothing was read from it."""
        return bool(self._members["status"] == "refused")

    @property
    def verdict(self) -> str | None:
        """The gate's: "passed", "flagged", "refused" or "forced"; None without an image."""
        gate = self._members.get("gate")
        return None if gate is None else str(gate["verdict"])

    @property
    def gate_reasons(self) -> list[dict[str, Any]]:
        """What the gate found: dicts of code, tag, found and expected."""
        reasons: list[dict[str, Any]] = (self._members.get("gate") or {}).get("reasons", [])
        return reasons

    @property
    def findings(self) -> dict[str, Any] | None:
        """What the networks found in the image; None without one, or where it was refused."""
        findings: dict[str, Any] | None = self._members.get("image")
        return findings

    @property
    def brixia(self) -> dict[str, float] | None:
        """The Brixia score, 0 to 18 points: value, and low and high of its interval where there is one."""
        brixia: dict[str, float] | None = (self.findings or {}).get("brixia")
        return brixia

    @property
    def outcomes(self) -> list[dict[str, Any]]:
        """The outcomes, each with name, definition, status, probability, interval and contributions."""
        outcomes: list[dict[str, Any]] = self._members.get("outcomes", [])
        return outcomes

    def outcome(self, name: str) -> dict[str, Any]:
        """One of the outcomes.

        Raises
        ------
        KeyError
            There is none of this name.
        """
        for one in self.outcomes:
            if one["name"] == name:
                return one
        raise KeyError(f"the report has no outcome {name}; it has {', '.join(one['name'] for one in self.outcomes) or 'none'}")

    @property
    def clinical(self) -> list[dict[str, Any]]:
        """The clinical values: name, and value and unit as given and in the canonical unit."""
        clinical: list[dict[str, Any]] = self._members.get("clinical", [])
        return clinical

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """Warnings, dicts of code and message."""
        warnings: list[dict[str, Any]] = self._members.get("warnings", [])
        return warnings

    @property
    def model(self) -> dict[str, Any]:
        """Name, version, manifest_sha256 and licence of the bundle."""
        model: dict[str, Any] = self._members["model"]
        return model


def _interval(estimate: Mapping[str, float]) -> str:
    text = f"{estimate['value']:.1f}"
    return f"{text} [{estimate['low']:.1f}, {estimate['high']:.1f}]" if "low" in estimate else text


def _probability(outcome: Mapping[str, Any]) -> str:
    if "probability" not in outcome:
        return str(outcome["status"])
    text = f"{outcome['probability']:.3f}"
    interval = outcome.get("interval")
    return f"{text} [{interval['low']:.3f}, {interval['high']:.3f}]" if interval else text
