"""What is said of the distributions: bands, and how likely more beds are needed than there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aicovid.census.counts import Floats
from aicovid.census.forecast import Scenario, SiteForecast, forecast, scenarios
from aicovid.census.patients import Patient, Standing
from aicovid.census.settings import Settings

SCHEMA = "aicovid.census/1"
INTENDED_USE = "Research use only. Not a medical device."
#: The ends of the 50 % and the 90 % band, and the median between them.
QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}


def census(patients: Sequence[Patient], settings: Settings, days: int) -> dict[str, Any]:
    """The whole answer (docs/schemas/census.json): assumptions, who was counted as what, and each scenario's days.

    Parameters
    ----------
    patients : sequence of Patient
    settings : Settings
    days : int

    Raises
    ------
    InvalidArgumentError
        As `forecast`.
    """
    standings = Counter(patient.standing for patient in patients)
    return {
        "schema": SCHEMA, "intended_use": INTENDED_USE,
        "validated": "on made wards alone: no public data hold patients, risks and stays together",
        "days": days, "assumptions": _assumptions(settings),
        "patients": {standing.value: standings[standing] for standing in Standing},
        "scenarios": [_scenario(scenario, forecast(patients, settings, days, scenario), settings) for scenario in scenarios(patients)],
    }  # fmt: skip


def quantile(shares: Floats, level: float) -> int:
    """The smallest number that at least a share `level` of the distribution does not exceed."""
    # A sum of shares may miss the level by its rounding.
    return int(np.searchsorted(np.cumsum(shares), level - 1e-12))


def exceeding(shares: Floats, beds: int) -> float:
    """The probability of more than so many."""
    return float(min(1.0, max(0.0, shares[beds + 1 :].sum())))


def _assumptions(settings: Settings) -> dict[str, Any]:
    without = settings.without_number
    return {
        "outcome": settings.outcome, "horizon_days": settings.horizon_days, "icu_share": settings.icu_share, "time_to_icu": settings.time_to_icu.about,
        "icu_stay": settings.icu_stay.about, "sigma": settings.sigma,
        "without_number": None if without is None else dict(zip(("low", "prior", "high"), without)),
        "arrivals": {site: {"per_day": one.per_day, "risk": one.risk} for site, one in settings.arrivals.items()},
    }  # fmt: skip


def _scenario(scenario: Scenario, sites: Sequence[SiteForecast], settings: Settings) -> dict[str, Any]:
    return {"scenario": scenario.value, "sites": [
        {"site": site.site, "days": [_day(day + 1, site.admissions[day], site.beds[day], settings.beds.get(site.site)) for day in range(len(site.beds))]}
        for site in sites]}  # fmt: skip


def _day(day: int, admissions: Floats, beds: Floats, there_are: int | None) -> Mapping[str, Any]:
    told: dict[str, Any] = {"day": day, "admissions": _figures(admissions), "beds": _figures(beds)}
    if there_are is not None:
        told["beds"]["exceeding"] = {"beds": there_are, "probability": exceeding(beds, there_are)}
    return told


def _figures(shares: Floats) -> dict[str, Any]:
    mean = float(shares @ np.arange(len(shares)))
    return {"mean": round(mean, 4)} | {name: quantile(shares, level) for name, level in QUANTILES.items()}
