#!/usr/bin/env python3
"""Which clinical variables and which published scores sample data fill, and what leaves the others open.

Usage: PYTHONPATH=build/release/python clinical_coverage.py [--problem-list complete] [SOURCE...]

Prints the tables of docs/clinical-coverage.md, of all SOURCES or those that are named. AICOVID_DATA names the folder of public data
(default ../shared/data); a source that is not there is left out, with a line on stderr.

A patient is a Bundle, a record, a row of a table, or the resources of single files that refer to one subject. A made patient is
read at the moment that it was made for. Another FHIR patient is read at that time of an Observation, or without a time, which
gives a value to the most variables; of several such times at the latest. Records and tables are read without a time.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aicovid

HERE = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("AICOVID_DATA", HERE.parent / "shared" / "data"))
MADE = 200
WITHOUT_TIME = ""
MOST_NAMED = 8  # of what leaves a score open


@dataclass
class Patient:
    text: str
    times: list[str] = field(default_factory=lambda: [WITHOUT_TIME])  # to choose from, in order
    options: dict[str, str] = field(default_factory=dict)
    is_bundle: bool = False


def of_bundle(bundle: dict) -> Patient:
    times = set()
    for entry in bundle.get("entry", []):
        resource = entry.get("resource", {})
        if resource.get("resourceType") == "Observation":
            times |= {resource.get("effectiveDateTime"), resource.get("effectiveInstant"), resource.get("effectivePeriod", {}).get("start")}
    return Patient(json.dumps(bundle), [WITHOUT_TIME, *sorted((time for time in times if time and "T" in time), key=datetime.fromisoformat)], is_bundle=True)


def of_table(text: str) -> Iterator[Patient]:
    rows = list(csv.DictReader(text.splitlines()))
    clean = {"clean": "nccid"} if "FiO2" in rows[0] else {}
    for row in rows:
        yield Patient(text, options=clean | ({"row": row["id"], "id_column": "id"} if "id" in row else {}))


def of_files(files: list[Path]) -> Iterator[Patient]:
    entries_of: dict[str, list[dict]] = {}  # subject: single resources
    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            yield from of_table(text)
            continue
        whole = json.loads(text)
        if "resourceType" not in whole:
            yield Patient(text)
        elif whole["resourceType"] == "Bundle":
            yield of_bundle(whole)
        else:
            entries_of.setdefault(whole["subject"]["reference"], []).append({"resource": whole})
    for entries in entries_of.values():
        yield of_bundle({"resourceType": "Bundle", "type": "collection", "entry": entries})


def of_folder(folder: Path) -> Iterator[Patient]:
    return of_files(sorted(path for path in folder.iterdir() if path.suffix in (".json", ".csv")))


def made_patients() -> Iterator[Patient]:
    sys.path.insert(0, str(HERE / "tests" / "acceptance" / "records"))
    from made_patients import patient

    for seed in range(MADE):
        made = patient(seed)
        yield Patient(json.dumps(made.bundle()), [made.at], is_bundle=True)


FOLDERS = {"HL7": DATA / "fhir" / "hl7-r4", "Synthea": DATA / "fhir" / "synthea", "reports": DATA / "clinical-reports"}
EXAMPLES = [HERE / "examples" / name for name in ("patient.json", "patient-bundle.json", "patients.csv")]
SOURCES = [*FOLDERS, "made", "examples"]


def patients_of(source: str) -> Iterator[Patient]:
    if source in FOLDERS:
        return of_folder(FOLDERS[source])
    return made_patients() if source == "made" else of_files(EXAMPLES)


@dataclass
class Coverage:
    patients: int = 0
    not_read: Counter = field(default_factory=Counter)  # code of the error
    variables: Counter = field(default_factory=Counter)
    warnings: Counter = field(default_factory=Counter)
    status: dict[str, Counter] = field(default_factory=dict)  # score: status
    reasons: dict[str, Counter] = field(default_factory=dict)  # score: why it is for none of these
    missing: dict[str, Counter] = field(default_factory=dict)  # score: variable
    warned: Counter = field(default_factory=Counter)  # (variable that is missing, code of a warning on it)
    assumed: Counter = field(default_factory=Counter)  # of scores that are closed

    def add(self, patient: Patient, options: dict[str, str]) -> None:
        self.patients += 1
        try:
            record = best_record(patient, options)
        except aicovid.Error as error:
            self.not_read[error.code] += 1
            return
        self.variables.update(record.given.keys())
        self.warnings.update({warning["code"] for warning in record.warnings})
        on_variable = {warning["variable"]: warning["code"] for warning in record.warnings}
        open_ones = set()
        for score in aicovid.published_scores(record)["scores"]:
            name = score["name"]
            self.status.setdefault(name, Counter())[score["status"]] += 1
            if score["status"] == "not_applicable":
                self.reasons.setdefault(name, Counter())[score["reason"]] += 1
            elif score["status"] == "ok":
                self.assumed[name] += bool(score.get("assumed"))
            else:
                self.missing.setdefault(name, Counter()).update(score["missing"])
                open_ones |= set(score["missing"])
        self.warned.update((name, on_variable[name]) for name in open_ones if name in on_variable)


def best_record(patient: Patient, options: dict[str, str]) -> aicovid.ClinicalRecord:
    best = error = None
    for time in patient.times:
        try:
            record = aicovid.ClinicalRecord.parse(patient.text, at=time, **patient.options, **(options if patient.is_bundle else {}))
        except aicovid.Error as found:
            error = found
            continue
        if best is None or len(record.given) >= len(best.given):
            best = record
    if best is None:
        raise error
    return best


def coverage_of(source: str, options: dict[str, str]) -> Coverage:
    coverage = Coverage()
    for patient in patients_of(source):
        coverage.add(patient, options)
    return coverage


def print_table(head: list[str], rows: list[list]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(str(cell) for cell in row)} |")
    print()


def counted(counter: Counter, code: bool = True) -> str:
    quote = "`" if code else ""
    named = [f"{quote}{name}{quote} {count}" for name, count in sorted(counter.items(), key=lambda item: (-item[1], item[0]))]
    rest = len(named) - MOST_NAMED
    return ", ".join(named[:MOST_NAMED] + ([f"{rest} more"] if rest > 0 else []))


def print_tables(found: dict[str, Coverage]) -> None:
    names = list(found)
    whole = found.values()
    print("## Variables\n")
    rows = [["patients", *(one.patients for one in whole)], ["of them not read", *(one.not_read.total() for one in whole)]]
    for name in sorted({name for one in whole for name in one.variables}, key=lambda name: (-sum(one.variables[name] for one in whole), name)):
        rows.append([f"`{name}`", *(one.variables[name] or "" for one in whole)])
    print_table(["Patients with a value", *names], rows)
    print("## Scores\n")
    rows = []
    for score in dict.fromkeys(name for one in whole for name in one.status):
        cells = []
        for one in whole:
            status = one.status.get(score, Counter())
            cells.append(f"{status['ok']} / {status['incomplete']} / {status['not_applicable']}")
        rows.append([f"`{score}`", *cells])
    print_table(["Closed / open / not for the patient", *names], rows)
    print("## Why\n")
    rows = []
    for source, one in found.items():
        for score in one.status:
            rows.append([source, f"`{score}`", counted(one.missing.get(score, Counter())), counted(one.reasons.get(score, Counter()), code=False)])
    print_table(["Source", "Score", "Left open by, in how many patients", "Not for the patient, since"], rows)
    print("## Warnings\n")
    rows = []
    for source, one in found.items():
        warned = Counter({f"{name}: {code}": count for (name, code), count in one.warned.items()})
        rows.append([source, counted(one.warnings), counted(warned), counted(one.not_read)])
    print_table(["Source", "Patients with the warning", "About a variable that leaves a score open", "Not read"], rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help=f"of {', '.join(SOURCES)}; default all")
    parser.add_argument("--problem-list", choices=["complete"], default="", help="the Conditions of each Bundle are all that the patient has")
    arguments = parser.parse_args()
    if unknown := set(arguments.sources) - set(SOURCES):
        parser.error(f"no source {', '.join(sorted(unknown))}; expected one of {', '.join(SOURCES)}")
    found = {}
    for source in arguments.sources or SOURCES:
        if source in FOLDERS and not FOLDERS[source].is_dir():
            print(f"clinical_coverage: no data of {source}: set AICOVID_DATA", file=sys.stderr)
            continue
        found[source] = coverage_of(source, {"problem_list": arguments.problem_list} if arguments.problem_list else {})
    print_tables(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
