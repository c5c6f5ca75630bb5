#!/usr/bin/env python3
"""Writes the patients of two made-up hospitals for `python -m aicovid.census`: made_ward.py OUT.jsonl

The values are drawn, the reports are the library's own.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import aicovid
import numpy as np

SITES = {"north": (90, 18), "south": (45, 7)}  # patients on the wards, and in intensive care


def record(generator: np.random.Generator) -> aicovid.ClinicalRecord:
    values: dict[str, Any] = {
        "age": float(np.clip(generator.normal(66, 15), 18, 100).round()), "sex": str(generator.choice(["female", "male"])),
        "respiratory_rate": float(np.clip(generator.normal(21, 4), 10, 45).round()), "spo2": float(np.clip(generator.normal(94, 3), 75, 100).round()),
        "on_oxygen": bool(generator.random() < 0.5), "gcs": 15, "nosocomial": False, "urea": (float(np.exp(generator.normal(1.9, 0.4)).round(1)), "mmol/L"),
        "crp": (float(np.exp(generator.normal(4.2, 0.8)).round()), "mg/L"), "lymphocytes": (float(np.exp(generator.normal(-0.1, 0.4)).round(2)), "10*9/L"),
    }  # fmt: skip
    if generator.random() < 0.08:
        del values["respiratory_rate"]  # without it there is no risk
    return aicovid.ClinicalRecord(values)


def main(out: Path) -> None:
    generator = np.random.default_rng(4)
    assessor = aicovid.Assessor.load("severity", networks="fusion")
    lines: list[dict[str, Any]] = []
    for site, (wards, in_icu) in SITES.items():
        for _ in range(wards):
            report = assessor.assess(None, record(generator)).to_dict()
            lines.append({"site": site, "days_since_report": int(generator.integers(0, 5)), "ceiling_of_care": bool(generator.random() < 0.15), "report": report})
        lines += [{"site": site, "in_icu_days": float(days)} for days in generator.integers(0, 20, in_icu)]
    out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
