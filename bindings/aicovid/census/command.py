"""The command: patients and settings in, a table, a JSON file and a plot out."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aicovid.census.patients import LinesError, read_patients
from aicovid.census.settings import read_settings
from aicovid.census.summary import QUANTILES, census
from aicovid.errors import Error


def main(arguments: Sequence[str]) -> int:
    """Runs it; 0, or 7 where the lines cannot be used, 2 for all else that is wrong."""
    parser = argparse.ArgumentParser(prog="python3 -m aicovid.census",
                                     description="Forecasts admissions to intensive care and beds taken: docs/census.md")  # fmt: skip
    parser.add_argument("patients", type=Path, help="JSON lines: site, days, ceiling of care, and the patient's report")
    parser.add_argument("--stays", type=Path, required=True, help="JSON: outcome, time to intensive care, stays, sigma")
    parser.add_argument("--horizon", type=int, required=True, metavar="DAYS", help="how many days to look ahead")
    parser.add_argument("--out", type=Path, required=True, help="a folder: census.json, census.csv, census.png")
    options = parser.parse_args(arguments)
    try:
        settings = read_settings(options.stays)
        found = census(read_patients(options.patients, settings), settings, options.horizon)
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "census.json").write_text(json.dumps(found, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        write_table(found, options.out / "census.csv")
        draw(found, options.out / "census.png")
    except LinesError as error:
        print(f"the patients cannot be used; nothing was forecast:\n{error}", file=sys.stderr)
        return 7
    except Error as error:
        print(f"aicovid: {error.code}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        # An operating system's message has a path; its kind says enough.
        print(f"aicovid.census: {error.strerror}", file=sys.stderr)
        return 2
    print("\n".join(told(found)))
    return 0


def told(found: Mapping[str, Any]) -> list[str]:
    """Lines for people: what was assumed, who was counted, and the last day of each site."""
    assumed = found["assumptions"]
    lines = [found["intended_use"], f"Validated {found['validated']}.", "",
             f"outcome         {assumed['outcome']}, within {assumed['horizon_days']} days; share of it that comes to intensive care {assumed['icu_share']:g}",
             f"time to it      {assumed['time_to_icu']}", f"stay            {assumed['icu_stay']}",
             f"shared error    sigma {assumed['sigma']:g} of the logit" + (": NONE, as was asked for" if assumed["sigma"] == 0 else ""),
             "patients        " + ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in found["patients"].items())]  # fmt: skip
    for scenario in found["scenarios"]:
        lines += ["", f"beds at midnight, scenario {scenario['scenario']}: median (50 % band; 90 % band)"]
        for site in scenario["sites"]:
            for day in _shown(site["days"]):
                beds = day["beds"]
                exceeding = f"   more than {beds['exceeding']['beds']}: {beds['exceeding']['probability']:.0%}" if "exceeding" in beds else ""
                lines.append(f"  {site['site']:12} day {day['day']:3}  {beds['median']:4} ({beds['p25']} to {beds['p75']}; {beds['p05']} to {beds['p95']}){exceeding}")
    return lines


def _shown(days: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [day for day in days if day["day"] in (1, 3, 7, 14, 21, 28) or day is days[-1]]


def write_table(found: Mapping[str, Any], file: Path) -> None:
    """A row a scenario, site and day."""
    figures = ["mean", *QUANTILES]
    with open(file, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["scenario", "site", "day", *(f"{what}_{name}" for what in ("admissions", "beds") for name in figures), "beds_available", "probability_of_more"])
        for scenario in found["scenarios"]:
            for site in scenario["sites"]:
                for day in site["days"]:
                    exceeding = day["beds"].get("exceeding", {})
                    writer.writerow([scenario["scenario"], site["site"], day["day"], *(day[what][name] for what in ("admissions", "beds") for name in figures),
                                     exceeding.get("beds", ""), exceeding.get("probability", "")])


def draw(found: Mapping[str, Any], file: Path) -> None:
    """Beds of each site, with both bands; scenarios beside the first as dashed medians."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from aicovid.plot.style import BLUE, GREY, ORANGE, PURPOSE, bare

    shown = next((one for one in found["scenarios"] if one["scenario"] == "prior"), found["scenarios"][0])
    sites = shown["sites"]
    columns = min(3, len(sites))
    rows = -(-len(sites) // columns)
    figure, panels = pyplot.subplots(rows, columns, figsize=(4.2 * columns, 3.2 * rows), squeeze=False, layout="constrained")
    for number, panel in enumerate(panels.ravel()):
        if number >= len(sites):
            panel.set_axis_off()
            continue
        site = sites[number]
        day = [one["day"] for one in site["days"]]
        beds = {name: [one["beds"][name] for one in site["days"]] for name in QUANTILES}
        panel.fill_between(day, beds["p05"], beds["p95"], color=BLUE, alpha=0.18, linewidth=0, step="mid", label="90 %")
        panel.fill_between(day, beds["p25"], beds["p75"], color=BLUE, alpha=0.35, linewidth=0, step="mid", label="50 %")
        panel.step(day, beds["median"], where="mid", color=BLUE, label="median")
        for other in found["scenarios"]:
            if other is not shown:
                median = [one["beds"]["median"] for one in other["sites"][number]["days"]]
                panel.step(day, median, where="mid", color=GREY, linewidth=0.9, linestyle="--", label=f"median, {other['scenario']}")
        there_are = site["days"][0]["beds"].get("exceeding")
        if there_are:
            panel.axhline(there_are["beds"], color=ORANGE, linewidth=1, label=f"{there_are['beds']} beds")
        panel.set(title=site["site"], xlabel="days from now", ylabel="beds at midnight", ylim=(0, None))
        panel.legend(frameon=False, fontsize=7)
        bare(panel)
    figure.suptitle(f"{PURPOSE} {found['assumptions']['icu_stay']}", fontsize=7, wrap=True)
    figure.savefig(file, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
