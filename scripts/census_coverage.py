#!/usr/bin/env python3
"""How often the bands of `aicovid.census` hold what comes, on made wards: the table of docs/census.md.

Usage: census_coverage.py [--wards 1000] [--patients 600] [--seed 1]

Each ward is drawn once by tests/census/made_wards.py, which does not use the forecast: with the model right, and with it wrong in one way
at a time. About 7 minutes of one core.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "census"))
from made_wards import drawn_beds, made_ward, settings_with

from aicovid.census import forecast
from aicovid.census.summary import quantile

DAYS = (1, 7, 14)
SIGMA = 0.3
BANDS = {"50 %": (0.25, 0.75), "90 %": (0.05, 0.95)}
# name: what the forecast is told otherwise, and what is true otherwise
CASES: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "the model is right": ({}, {}),
    "risks too low by .5 of the logit": ({}, {"intercept": 0.5}),
    "the logit's slope is .7": ({}, {"slope": 0.7}),
    "sigma is told half as large as it is": ({"sigma": SIGMA / 2}, {"sigma": SIGMA}),
    "stays last 1.5 times as long as told": ({}, {"stretch": 1.5}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wards", type=int, default=1000)
    parser.add_argument("--patients", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    held = {(case, day, band): 0 for case in CASES for day in DAYS for band in BANDS}
    means: dict[str, list[float]] = {case: [] for case in CASES}
    for number in range(given.wards):
        ward = made_ward(np.random.default_rng([given.seed, number]), given.patients)
        forecasts = {sigma: forecast(ward, settings_with(sigma=sigma), max(DAYS))[0].beds for sigma in {told.get("sigma", SIGMA) for told, _ in CASES.values()}}
        for place, (case, (told, true)) in enumerate(CASES.items()):
            generator = np.random.default_rng([given.seed, number, place])
            beds = drawn_beds(generator, ward, settings_with(sigma=SIGMA), max(DAYS), 1, **true)[0]
            shares = forecasts[told.get("sigma", SIGMA)]
            means[case].append(beds[6] - float(shares[6] @ np.arange(shares.shape[1])))
            for day in DAYS:
                for band, (low, high) in BANDS.items():
                    held[case, day, band] += quantile(shares[day - 1], low) <= beds[day - 1] <= quantile(shares[day - 1], high)
        if (number + 1) % 100 == 0:
            print(f"{number + 1} of {given.wards} wards", file=sys.stderr)
    print("| " + " | ".join(["what is so", *(f"{band}, day {day}" for band in BANDS for day in DAYS), "beds more than forecast, day 7"]) + " |")
    print("|---|" + "---:|" * (len(BANDS) * len(DAYS) + 1))
    for case in CASES:
        shown = [f"{100 * held[case, day, band] / given.wards:.1f}" for band in BANDS for day in DAYS]
        print("| " + " | ".join([case, *shown, f"{np.mean(means[case]):+.1f}"]) + " |")


if __name__ == "__main__":
    main()
