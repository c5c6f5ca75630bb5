"""Distributions of days: how long patients stay in intensive care, and when they come there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
from scipy.special import ndtr

from aicovid.census.counts import Floats
from aicovid.errors import InvalidArgumentError

# The distance of a normal distribution's quartile from its median, in standard deviations.
_QUARTILE = 0.6744897501960817

#: Published stays that a settings file may name. All are of 2020 and not validated here.
DEFAULTS: dict[str, dict[str, Any]] = {
    "outside_china_2020": {
        "distribution": "lognormal", "median": 7, "quartiles": [4, 11],
        "source": "stay in intensive care outside China: median 7 days, quartiles 4 to 11 (Rees et al. 2020, BMC Med 18:270, 52 studies); "
                  "of 2020, not validated here"},
    "england_march_2020": {
        "distribution": "lognormal", "median": 12, "mean": 18.4,
        "source": "stay in intensive care, England, admitted before 25 March 2020: median 12 days, mean 18.4 (Shryane et al.); of 2020, not "
                  "validated here"},
    "england_april_2020": {
        "distribution": "lognormal", "median": 10, "mean": 15.4,
        "source": "stay in intensive care, England, admitted after 7 April 2020: median 10 days, mean 15.4 (Shryane et al.); of 2020, not "
                  "validated here"},
}  # fmt: skip


@dataclass(frozen=True)
class Duration:
    """A distribution of days.

    Attributes
    ----------
    survival : callable
        Of an array of days, 0 or more: the share that lasts longer.
    about : str
        What it is, and where it comes from.
    """

    survival: Callable[[Floats], Floats]
    about: str

    def remaining(self, spent: float, days: Floats) -> Floats:
        """The share that lasts `days` more, of those that have lasted `spent` already.

        Raises
        ------
        InvalidArgumentError
            None of the distribution lasts that long.
        """
        left = float(self.survival(np.array([spent]))[0])
        if left <= 0:
            raise InvalidArgumentError(f"no stay of the distribution lasts longer than the {spent:g} days that a patient has been there")
        share: Floats = self.survival(spent + days) / left
        return share

    def within(self, horizon: int) -> Floats:
        """[horizon]: the share of each day from the first on, among those that end within the horizon.

        Raises
        ------
        InvalidArgumentError
            Nothing of the distribution is within the horizon.
        """
        days: Floats = -np.diff(self.survival(np.arange(horizon + 1, dtype=float)))
        if days.sum() <= 0:
            raise InvalidArgumentError(f"nothing of the time to intensive care is within its horizon of {horizon} days")
        share: Floats = days / days.sum()
        return share


def duration(members: Mapping[str, Any], place: str) -> Duration:
    """Of the settings' members.

    Parameters
    ----------
    members : dict
        ``{"default": NAME}`` of `DEFAULTS`; ``{"distribution": "lognormal", "median": 7, "quartiles": [4, 11]}`` (or ``"mean"`` in place of the
        quartiles); ``{"distribution": "weibull", "median": 7, "quartiles": [4, 11]}``; ``{"distribution": "table", "days": [0, 1, 2], "share":
        [0.2, 0.5, 0.3]}``, whole days and the share that ends in each.
    place : str
        Where they stand, for messages.

    Raises
    ------
    InvalidArgumentError
        Naming the member and what was expected.
    """
    if "default" in members:
        if members["default"] not in DEFAULTS or len(members) > 1:
            raise InvalidArgumentError(f"{place}/default is not alone, or none of: {', '.join(DEFAULTS)}")
        return duration(DEFAULTS[members["default"]], place)
    kind = members.get("distribution")
    source = str(members.get("source", "the user's"))
    if kind == "table":
        return _table(members, place, source)
    if kind not in ("lognormal", "weibull"):
        raise InvalidArgumentError(f"{place}/distribution is not lognormal, weibull or table")
    median = _positive(members, "median", place)
    if kind == "lognormal" and "mean" in members:
        mean = _positive(members, "mean", place)
        if mean <= median:
            raise InvalidArgumentError(f"{place}/mean is {mean:g}; expected more than the median, {median:g}")
        spread, told = sqrt(2 * log(mean / median)), f"mean {mean:g}"
    else:
        first, third = _quartiles(members, median, place)
        told = f"quartiles {first:g} and {third:g}"
        if kind == "weibull":
            # The shape that the quartiles have, and the scale that the median has.
            shape = log(log(4) / log(4 / 3)) / log(third / first)
            scale = median / log(2) ** (1 / shape)
            return Duration(lambda days: np.exp(-((days / scale) ** shape)), f"Weibull, median {median:g} days, {told}; {source}")
        spread = log(third / first) / (2 * _QUARTILE)
    centre = log(median)

    def longer(days: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            share: Floats = ndtr((centre - np.log(days)) / spread)
        return share

    return Duration(longer, f"log-normal, median {median:g} days, {told}; {source}")


def _table(members: Mapping[str, Any], place: str, source: str) -> Duration:
    days, share = np.asarray(members.get("days", []), dtype=float), np.asarray(members.get("share", []), dtype=float)
    if days.size == 0 or days.shape != share.shape or (np.diff(days) <= 0).any() or days[0] < 0 or (days != np.round(days)).any():
        raise InvalidArgumentError(f"{place}/days and share are not lists as long as one another, of whole days that ascend from 0 or more")
    if (share < 0).any() or abs(share.sum() - 1) > 1e-6:
        raise InvalidArgumentError(f"{place}/share has the sum {share.sum():g}; expected shares of 0 or more with the sum 1")
    # What ends in a day ends evenly over it.
    points = np.concatenate([[0.0], np.stack([days, days + 1], axis=1).ravel()])
    ended = np.concatenate([[0.0], np.stack([np.cumsum(share) - share, np.cumsum(share)], axis=1).ravel()])
    return Duration(lambda at: 1 - np.interp(at, points, ended), f"a table of {days.size} days; {source}")


def _positive(members: Mapping[str, Any], name: str, place: str) -> float:
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1000:
        raise InvalidArgumentError(f"{place}/{name} is not a number of days above 0")
    return float(value)


def _quartiles(members: Mapping[str, Any], median: float, place: str) -> tuple[float, float]:
    value = members.get("quartiles")
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in value):
        raise InvalidArgumentError(f"{place}/quartiles is not a list of two numbers")
    if not 0 < value[0] < median < value[1]:
        raise InvalidArgumentError(f"{place}/quartiles are {value[0]:g} and {value[1]:g}; expected one below and one above the median, {median:g}")
    return float(value[0]), float(value[1])
