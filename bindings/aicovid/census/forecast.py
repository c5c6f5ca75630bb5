"""How many patients come to intensive care on each day, and how many beds they take: the distribution, not a guess.

Given the shared error, patients are independent, so that numbers are Poisson-binomial (counts.py); the error is integrated out. A day's
number of beds holds those who are there today and still are, those who came since, and, where they are told, those of future arrivals.
Patients come and leave at noon; beds are counted at midnight, day 1 being the first midnight from now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from aicovid.census import counts
from aicovid.census.counts import Complexes, Floats
from aicovid.census.patients import Patient, Standing
from aicovid.census.settings import Arrivals, Settings
from aicovid.errors import InvalidArgumentError

ALL = "all"
# A normal distribution beyond six standard deviations is below 1e-8.
_REACH = 6.0
_MOST_NODES = 401


class Scenario(Enum):
    """What patients without a number are counted at."""

    AS_REPORTED = "as_reported"  #: there are none
    LOW = "low"
    PRIOR = "prior"
    HIGH = "high"


@dataclass(frozen=True)
class SiteForecast:
    """The numbers of one site, or of all.

    Attributes
    ----------
    site : str
    admissions, beds : [T, size]
        The probability of each number from 0 on, for each day from 1 to T.
    """

    site: str
    admissions: Floats
    beds: Floats


@dataclass(frozen=True)
class _Group:
    """Patients of a site who are at risk and have been so for as many days."""

    risk: Floats  # [n]
    waited: int
    comes: Floats  # [T], the share of those who come at all that comes on a day
    stays: Floats  # [T], and that is there on a day


@dataclass(frozen=True)
class _Site:
    groups: list[_Group]
    in_icu: list[tuple[Floats, int]]  # [T], the share that is still there, and how many patients
    arrivals: Arrivals | None


def scenarios(patients: Sequence[Patient]) -> tuple[Scenario, ...]:
    """Those that a forecast of the patients has."""
    if any(patient.standing is Standing.WITHOUT_NUMBER for patient in patients):
        return Scenario.LOW, Scenario.PRIOR, Scenario.HIGH
    return (Scenario.AS_REPORTED,)


def forecast(patients: Sequence[Patient], settings: Settings, days: int, scenario: Scenario = Scenario.AS_REPORTED) -> list[SiteForecast]:
    """The distributions of admissions and of beds.

    Parameters
    ----------
    patients : sequence of Patient
    settings : Settings
    days : int
        How far it looks.
    scenario : Scenario
        One of `scenarios(patients)`.

    Returns
    -------
    list of SiteForecast
        A site each, by name, and last, where there are several, all of them.

    Raises
    ------
    InvalidArgumentError
        No days; patients without a number whose risk the settings do not say; a stay that no patient of the distribution has.
    """
    if days < 1:
        raise InvalidArgumentError(f"the forecast is for {days} days; expected 1 or more")
    names = sorted({patient.site for patient in patients} | set(settings.arrivals))
    sites = [_site(name, patients, settings, days, scenario) for name in names]
    admissions, beds = (_distributions(sites, settings, days, row) for row in _Row)
    found = [SiteForecast(name, *pair) for name, *pair in zip([*names, ALL], admissions, beds)]
    return found if len(names) > 1 else found[:1]


class _Row(Enum):
    """What is counted."""

    ADMISSIONS = 0
    BEDS = 1


def _distributions(sites: list[_Site], settings: Settings, days: int, row: _Row) -> list[Floats]:
    """[T, size] of each site and of all, the shared error integrated out."""
    nodes, weights = _nodes(sites, settings, days, row)
    size = _size(sites, settings, float(nodes.max()), days, row)
    u = counts.frequencies(size)
    mixed = np.zeros((len(sites) + 1, days, len(u)), dtype=complex)
    for node, weight in zip(nodes, weights):
        parts = [_parts(site, settings, float(node), days, row) for site in sites]
        reaches = [counts.reach(_moments(part, days)[1], size) for part in parts]
        for length in sorted({int(one) for each in reaches for one in each}):
            product, of_product = np.ones((days, length), dtype=complex), np.zeros(days, dtype=bool)
            for number, (part, wanted) in enumerate(zip(parts, reaches)):
                # All sites' number varies more than each of them: it needs the fewest frequencies that one of them needs.
                at = np.flatnonzero((wanted == length) | (np.min(reaches, axis=0) == length))
                if len(at) == 0:
                    continue
                transform = _transform(part, u[:length], at)
                own = wanted[at] == length
                mixed[number, at[own], :length] += weight * transform[own]
                whole = np.min(reaches, axis=0)[at] == length
                product[at[whole]] *= transform[whole]
                of_product[at[whole]] = True
            mixed[-1, of_product, :length] += weight * product[of_product]
    return [counts.distribution(one) for one in mixed]


def _site(name: str, patients: Sequence[Patient], settings: Settings, days: int, scenario: Scenario) -> _Site:
    there = [patient for patient in patients if patient.site == name]
    risks: dict[int, list[float]] = {}
    for patient in there:
        if patient.standing in (Standing.AT_RISK, Standing.WITHOUT_NUMBER):
            risks.setdefault(int(patient.days), []).append(_risk(patient, settings, scenario))
    ahead = np.arange(1, days + 1, dtype=float)
    in_icu = Counter(patient.days for patient in there if patient.standing is Standing.IN_ICU)
    return _Site(
        [_group(np.array(each), waited, settings, days) for waited, each in sorted(risks.items())],
        [(settings.icu_stay.remaining(spent, ahead), number) for spent, number in sorted(in_icu.items())], settings.arrivals.get(name),
    )  # fmt: skip


def _risk(patient: Patient, settings: Settings, scenario: Scenario) -> float:
    if patient.risk is not None:
        return patient.risk
    if settings.without_number is None:
        raise InvalidArgumentError("there are patients whose report has no number; expected /without_number in the settings, their risks")
    return settings.without_number[{Scenario.LOW: 0, Scenario.PRIOR: 1, Scenario.HIGH: 2}[scenario]]


def _group(risk: Floats, waited: int, settings: Settings, days: int) -> _Group:
    within = settings.time_to_icu.within(settings.horizon_days)
    left: Floats = within[waited:]
    comes = np.zeros(days)
    total = float(left.sum())
    comes[: min(days, len(left))] = left[:days] / total if total > 0 else 0
    return _Group(risk, waited, comes, _stays(comes, settings, days))


def _stays(comes: Floats, settings: Settings, days: int) -> Floats:
    """[T]: the share that is there at midnight, of those who come on each day."""
    still = settings.icu_stay.survival(np.arange(days, dtype=np.float64) + 0.5)
    return np.array(np.convolve(comes, still)[:days], dtype=np.float64)


def _comes_at_all(group: _Group, settings: Settings, error: float) -> Floats:
    """[n]: the probability that each still comes to intensive care, having not come so far."""
    comes = settings.icu_share * _shifted(group.risk, error)
    passed = float(settings.time_to_icu.within(settings.horizon_days)[: group.waited].sum())
    still: Floats = comes * (1 - passed) / (1 - comes * passed)
    return still


def _shifted(risk: Floats, error: float) -> Floats:
    shifted: Floats = expit(logit(risk) + error) if error else risk
    return shifted


def _arriving(arrivals: Arrivals, settings: Settings, error: float, days: int) -> tuple[Floats, Floats]:
    """[T] each: the means of how many of them come to intensive care on a day, and are there."""
    within = settings.time_to_icu.within(settings.horizon_days)
    # Who arrives at noon and comes within the k-th day after does so, as likely as not, on the same day as k - 1 days after.
    after = (np.append(within, 0) + np.insert(within, 0, 0)) / 2
    risk = settings.icu_share * float(_shifted(np.array([arrivals.risk]), error)[0])
    comes: Floats = arrivals.per_day * risk * np.cumsum(np.pad(after, (0, days)))[:days]
    return comes, _stays(comes, settings, days)


@dataclass(frozen=True)
class _Parts:
    """What a site's number is the sum of, given the shared error."""

    at_risk: list[tuple[Floats, Floats]]  # [n], whether each comes at all; [T], the share of them on a day
    arriving: Floats  # [T]
    in_icu: list[tuple[Floats, int]]


def _parts(site: _Site, settings: Settings, error: float, days: int, row: _Row) -> _Parts:
    at_risk = [(_comes_at_all(group, settings, error), group.comes if row is _Row.ADMISSIONS else group.stays) for group in site.groups]
    arriving = np.zeros(days) if site.arrivals is None else _arriving(site.arrivals, settings, error, days)[row.value]
    return _Parts(at_risk, arriving, site.in_icu if row is _Row.BEDS else [])


def _transform(parts: _Parts, u: Complexes, at: npt.NDArray[np.int64]) -> Complexes:
    """[len(at), len(u)]: of the days at these places."""
    product = counts.transform_of_arrivals(parts.arriving[at], u)
    for comes, share in parts.at_risk:
        product *= counts.transform_of(comes, share[at], u)
    for share, number in parts.in_icu:
        product *= counts.transform_of_equal(share[at], number, u)
    return product


def _moments(parts: _Parts, days: int) -> tuple[Floats, Floats]:
    """[T] each: the mean and the variance."""
    mean, variance = parts.arriving.copy(), parts.arriving.copy()
    for comes, factor in parts.at_risk:
        mean += comes.sum() * factor
        variance += comes.sum() * factor - (comes**2).sum() * factor**2
    for share, number in parts.in_icu:
        mean += number * share
        variance += number * share * (1 - share)
    return mean, variance


def _all_moments(sites: list[_Site], settings: Settings, error: float, days: int, row: _Row) -> tuple[Floats, Floats]:
    each = [_moments(_parts(site, settings, error, days, row), days) for site in sites]
    mean: Floats = np.sum([mean for mean, _ in each], axis=0)
    variance: Floats = np.sum([variance for _, variance in each], axis=0)
    return mean, variance


def _nodes(sites: list[_Site], settings: Settings, days: int, row: _Row) -> tuple[Floats, Floats]:
    """Shifts of the logit and their weights: the trapezoidal rule, whose error falls faster than any power of the step for such integrands.

    The step is below the width that one number's probability has as a function of the error.
    """
    if settings.sigma == 0:
        return np.zeros(1), np.ones(1)
    (below, _), (_, variance), (above, _) = (_all_moments(sites, settings, settings.sigma * z, days, row) for z in (-0.5, 0, 0.5))
    ratio = float(np.max(np.abs(above - below) / np.sqrt(np.maximum(variance, 0.25)), initial=0))
    step = 0.8 / np.sqrt(1 + ratio**2)
    number = min(_MOST_NODES, 2 * int(np.ceil(_REACH / step)) + 1)
    z = np.linspace(-_REACH, _REACH, number, dtype=np.float64)
    weights: Floats = np.exp(-z * z / 2)
    total = float(weights.sum())
    shifts: Floats = settings.sigma * z
    return shifts, weights / total


def _size(sites: list[_Site], settings: Settings, greatest: float, days: int, row: _Row) -> int:
    mean, variance = _all_moments(sites, settings, greatest, days, row)
    return max(counts.size_for(float(m), float(v)) for m, v in zip(mean, variance))
