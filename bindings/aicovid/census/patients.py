"""The patients of a forecast: a JSON line each, with the report that was made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from aicovid.census.settings import Settings
from aicovid.errors import InvalidArgumentError

_MOST_PROBLEMS = 50
_MEMBERS = {"site", "days_since_report", "ceiling_of_care", "in_icu_days", "report"}


class Standing(Enum):
    """What a patient is counted as."""

    IN_ICU = "in_icu"  #: takes a bed today
    AT_RISK = "at_risk"  #: may come, by the report's probability
    WITHOUT_NUMBER = "without_number"  #: may come, and the report has no probability
    NO_LONGER_AT_RISK = "no_longer_at_risk"  #: the outcome's horizon has passed without intensive care
    CEILING_OF_CARE = "ceiling_of_care"  #: will not be brought to intensive care


@dataclass(frozen=True)
class Patient:
    """One line.

    Attributes
    ----------
    site : str
    standing : Standing
    days : float
        In intensive care so far, or without it since the report was made.
    risk : float or None
        Of the outcome, at the time of the report.
    """

    site: str
    standing: Standing
    days: float = 0.0
    risk: float | None = None


class LinesError(InvalidArgumentError):
    """All that is wrong with the lines: number, member and what was expected, never a value of a patient's."""

    def __init__(self, problems: list[str]):
        rest = len(problems) - _MOST_PROBLEMS
        super().__init__("\n".join(problems[:_MOST_PROBLEMS] + ([f"and {rest} more"] if rest > 0 else [])))
        self.problems = problems


def read_patients(file: Path, settings: Settings) -> list[Patient]:
    """Of a file of JSON lines (docs/schemas/census_patient.json).

    Raises
    ------
    LinesError
        With every problem of every line.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise LinesError(["the file is no text in UTF-8"]) from None
    patients: list[Patient] = []
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            patients.append(patient_of(json.loads(line), settings))
        except json.JSONDecodeError:
            problems.append(f"line {number}: is no JSON")
        except InvalidArgumentError as error:
            problems.append(f"line {number}: {error}")
    if not patients and not problems:
        problems.append("there is no patient")
    if problems:
        raise LinesError(problems)
    return patients


def patient_of(members: Any, settings: Settings) -> Patient:
    """Of the members of a line.

    Raises
    ------
    InvalidArgumentError
        Naming the member and what was expected.
    """
    if not isinstance(members, dict) or set(members) - _MEMBERS:
        raise InvalidArgumentError(f"is no object of {', '.join(sorted(_MEMBERS))}")
    site = members.get("site")
    if not isinstance(site, str) or not site or site == "all":
        raise InvalidArgumentError('site is missing, or not a text other than "all"')
    if members.get("in_icu_days") is not None:
        return Patient(site, Standing.IN_ICU, _days(members, "in_icu_days"))
    ceiling = members.get("ceiling_of_care")
    if not isinstance(ceiling, bool):
        raise InvalidArgumentError("ceiling_of_care is missing, or not true or false: whether the patient will not be brought to intensive care")
    if ceiling:
        return Patient(site, Standing.CEILING_OF_CARE)
    days = _days(members, "days_since_report")
    if days != int(days):
        raise InvalidArgumentError("days_since_report is not a whole number")
    risk = _risk(members.get("report"), settings.outcome)
    if days >= settings.horizon_days:
        return Patient(site, Standing.NO_LONGER_AT_RISK, days)
    return Patient(site, Standing.WITHOUT_NUMBER if risk is None else Standing.AT_RISK, days, risk)


def _days(members: Mapping[str, Any], name: str) -> float:
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1000:
        raise InvalidArgumentError(f"{name} is missing, or not a number of days from 0 to 999")
    return float(value)


def _risk(report: Any, name: str) -> float | None:
    if not isinstance(report, dict) or report.get("schema") != "aicovid.report/1" or not isinstance(report.get("outcomes"), list):
        raise InvalidArgumentError("report is missing, or no report of aicovid (docs/schemas/report.json)")
    outcome = next((one for one in report["outcomes"] if isinstance(one, dict) and one.get("name") == name), None)
    if outcome is None:
        # A refused image has a report without outcomes: the patient is there all the same.
        if report.get("status") == "refused":
            return None
        raise InvalidArgumentError(f"report has no outcome {name}")
    if outcome.get("kind") != "prognosis":
        raise InvalidArgumentError(f"report: the outcome {name} is a state and no forecast; expected one of the kind prognosis")
    risk = outcome.get("probability")
    if risk is not None and (isinstance(risk, bool) or not isinstance(risk, (int, float)) or not 0 <= risk <= 1):
        raise InvalidArgumentError(f"report: the probability of {name} is not a number from 0 to 1")
    return None if risk is None else float(risk)
