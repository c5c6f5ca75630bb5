"""Wards whose truth is known, drawn without the forecast: who comes, when, and how long each stays."""

import numpy as np
from aicovid.census import Patient, Settings, Standing
from aicovid.census.durations import duration

STAY = (np.log(10), np.sqrt(2 * np.log(15.4 / 10)))  # of "england_april_2020": log-normal, median 10 days, mean 15.4
COMING = (np.log(3), np.log(4) / (2 * 0.6744897501960817))  # median 3 days, quartiles 1.5 and 6
HORIZON = 14


def settings_with(sigma, stretch=1.0):
    """What a forecast of such wards is told; `stretch` of the truth's stays."""
    return Settings(
        outcome="icu", horizon_days=HORIZON, icu_share=1.0, time_to_icu=duration({"distribution": "lognormal", "median": 3, "quartiles": [1.5, 6]}, "/t"),
        icu_stay=duration({"distribution": "lognormal", "median": 10 * stretch, "mean": 15.4 * stretch}, "/s"), sigma=sigma,
    )  # fmt: skip


def made_ward(generator, count):
    """As many patients at risk, and a tenth as many in intensive care."""
    risks = generator.beta(2, 8, count)
    waited = generator.integers(0, 5, count)
    there = [Patient("A", Standing.IN_ICU, float(days)) for days in generator.integers(0, 15, count // 10)]
    return [Patient("A", Standing.AT_RISK, int(days), float(risk)) for risk, days in zip(risks, waited)] + there


def drawn_beds(generator, ward, settings, days, times, *, intercept=0.0, slope=1.0, stretch=1.0, sigma=None):
    """[times, days]: beds at midnight, the truth being intercept + slope x the logit of each risk, and stays `stretch` times as long."""
    sigma = settings.sigma if sigma is None else sigma
    risk = np.array([one.risk for one in ward if one.standing is Standing.AT_RISK])
    waited = np.array([one.days for one in ward if one.standing is Standing.AT_RISK])
    spent = np.array([one.days for one in ward if one.standing is Standing.IN_ICU])
    beds = np.zeros((times, days), dtype=int)
    for row in range(times):
        logit = intercept + slope * np.log(risk / (1 - risk)) + sigma * generator.standard_normal()
        come, at = still_to_come(generator, 1 / (1 + np.exp(-logit)), waited)
        arrived = np.ceil(at - waited)[come]  # noon of that day
        left = arrived - 0.5 + stays(generator, come.sum(), np.zeros(come.sum()), stretch)
        remaining = stays(generator, len(spent), spent, stretch) - spent
        for day in range(1, days + 1):
            # A midnight is half a day after noon.
            beds[row, day - 1] = ((arrived <= day) & (left > day)).sum() + (remaining > day).sum()
    return beds


def still_to_come(generator, probability, waited):
    """Who comes within the horizon, and when, of those who have not come so far."""
    come, at = np.zeros(len(probability), dtype=bool), np.zeros(len(probability))
    open_ = np.ones(len(probability), dtype=bool)
    while open_.any():
        index = np.flatnonzero(open_)
        does = generator.random(len(index)) < probability[index]
        when = np.exp(COMING[0] + COMING[1] * generator.standard_normal(len(index)))
        # A time beyond the horizon is drawn anew; one that has passed contradicts what is known, so that all is drawn anew.
        while (late := when > HORIZON).any():
            when[late] = np.exp(COMING[0] + COMING[1] * generator.standard_normal(late.sum()))
        possible = ~does | (when > waited[index])
        come[index[possible]], at[index[possible]] = does[possible], when[possible]
        open_[index[possible]] = False
    return come, at


def stays(generator, count, at_least, stretch):
    """Days, each longer than what has been spent."""
    days = np.zeros(count)
    open_ = np.ones(count, dtype=bool)
    while open_.any():
        index = np.flatnonzero(open_)
        days[index] = stretch * np.exp(STAY[0] + STAY[1] * generator.standard_normal(len(index)))
        open_[index] = days[index] <= at_least[index]
    return days
