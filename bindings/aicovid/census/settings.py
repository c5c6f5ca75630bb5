"""What the forecast is told beside the reports: how long patients stay, when they come, and how sure the risks are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aicovid.census.durations import Duration, duration
from aicovid.errors import InvalidArgumentError

_MEMBERS = {"outcome", "time_to_icu", "icu_stay", "sigma", "without_number", "arrivals", "beds"}


@dataclass(frozen=True)
class Arrivals:
    """Patients who will come to a site.

    Attributes
    ----------
    per_day : float
        Admissions to the hospital a day; their number is Poisson's.
    risk : float
        The share of them who need intensive care within the outcome's horizon.
    """

    per_day: float
    risk: float


@dataclass(frozen=True)
class Settings:
    """The assumptions of a forecast; docs/census.md says what each means.

    Attributes
    ----------
    outcome : str
        The outcome of the reports.
    horizon_days : int
        Its horizon: after so many days without intensive care, a patient is no longer at its risk.
    icu_share : float
        Of those with the outcome, the share who come to intensive care: 1 for an outcome that is admission to intensive care.
    time_to_icu, icu_stay : Duration
    sigma : float
        Standard deviation of the error that all risks share, on the scale of the logit.
    without_number : (low, prior, high) or None
        The risks of a patient whose report has none.
    arrivals : dict of Arrivals
        By site.
    beds : dict of int
        By site, or "all": the number of beds whose exceeding is asked for.
    """

    outcome: str
    horizon_days: int
    icu_share: float
    time_to_icu: Duration
    icu_stay: Duration
    sigma: float
    without_number: tuple[float, float, float] | None = None
    arrivals: Mapping[str, Arrivals] = field(default_factory=dict)
    beds: Mapping[str, int] = field(default_factory=dict)


def read_settings(file: Path) -> Settings:
    """Of a JSON file (docs/schemas/census_settings.json).

    Raises
    ------
    InvalidArgumentError
        Naming the member and what was expected.
    """
    try:
        members = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise InvalidArgumentError("the settings are no JSON text in UTF-8") from None
    return settings_of(members)


def settings_of(members: Any) -> Settings:
    """Of the members of that file; raises as `read_settings`."""
    if not isinstance(members, dict):
        raise InvalidArgumentError("the settings are no JSON object")
    unknown = set(members) - _MEMBERS
    if unknown:
        raise InvalidArgumentError(f"the settings have {len(unknown)} members beside those that there are: {', '.join(sorted(_MEMBERS))}")
    outcome = _part(members, "outcome")
    name = outcome.get("name")
    if not isinstance(name, str) or not name:
        raise InvalidArgumentError("/outcome/name is not a text")
    if outcome.get("is") not in ("icu_admission", "deterioration"):
        raise InvalidArgumentError('/outcome/is is not "icu_admission" or "deterioration": what the outcome counts, which decides what is made of it')
    horizon = outcome.get("horizon_days")
    if isinstance(horizon, bool) or not isinstance(horizon, int) or not 1 <= horizon <= 365:
        raise InvalidArgumentError("/outcome/horizon_days is not a whole number of 1 to 365: within how many days the outcome counts")
    if outcome["is"] == "deterioration":
        # It counts ventilation and death on the ward, too: nothing stands in for the user's own share.
        share = _share(outcome, "icu_share", "/outcome")
    elif "icu_share" in outcome:
        raise InvalidArgumentError("/outcome/icu_share is of an outcome that is admission to intensive care; expected no such member")
    else:
        share = 1.0
    if name == "deterioration" and outcome["is"] != "deterioration":
        raise InvalidArgumentError("/outcome/is is icu_admission and the outcome is deterioration, which counts other events too; expected deterioration")
    return Settings(
        outcome=name, horizon_days=horizon, icu_share=share, time_to_icu=duration(_part(members, "time_to_icu"), "/time_to_icu"),
        icu_stay=duration(_part(members, "icu_stay"), "/icu_stay"), sigma=_sigma(members), without_number=_without_number(members),
        arrivals={site: _arrivals(site, one) for site, one in members.get("arrivals", {}).items()}, beds=_beds(members),
    )  # fmt: skip


def _part(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = members.get(name)
    if not isinstance(part, dict):
        raise InvalidArgumentError(f"/{name} is missing, or no JSON object")
    return part


def _share(members: Mapping[str, Any], name: str, place: str) -> float:
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise InvalidArgumentError(f"{place}/{name} is missing, or not a number above 0 and up to 1")
    return float(value)


def _sigma(members: Mapping[str, Any]) -> float:
    value = members.get("sigma")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 2:
        raise InvalidArgumentError("/sigma is missing, or not a number from 0 to 2: the shared error of the risks on the scale of the logit; 0 says that there is none")
    return float(value)


def _without_number(members: Mapping[str, Any]) -> tuple[float, float, float] | None:
    if "without_number" not in members:
        return None
    part = _part(members, "without_number")
    low, prior, high = (_share(part, name, "/without_number") for name in ("low", "prior", "high"))
    if not low <= prior <= high:
        raise InvalidArgumentError("/without_number does not ascend from low to prior to high")
    return low, prior, high


def _arrivals(site: str, members: Any) -> Arrivals:
    place = "/arrivals/SITE"
    if not isinstance(members, dict) or set(members) != {"per_day", "risk"}:
        raise InvalidArgumentError(f"{place} is no object of per_day and risk")
    rate = members["per_day"]
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 10_000:
        raise InvalidArgumentError(f"{place}/per_day is not a number of 0 or more")
    return Arrivals(float(rate), _share(members, "risk", place))


def _beds(members: Mapping[str, Any]) -> dict[str, int]:
    beds = members.get("beds", {})
    if not isinstance(beds, dict) or not all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in beds.values()):
        raise InvalidArgumentError("/beds is no object of whole numbers")
    return dict(beds)
