#!/usr/bin/env python3
"""Trains the bundle models/severity on the public data of AICOVID_DATA and writes it with its measured figures.

    .venv/bin/python models/training/train_severity.py

Needs the library's Python module (CMake target of `bindings/`; AICOVID_PYTHON names its folder, default the release
build's), because the training images go through the library's own preprocessing. Trained networks are kept in
models/training/work/ and read again; delete that folder to train from nothing.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, os.environ.get("AICOVID_PYTHON", str(ROOT / "build/release/python")))

import numpy as np  # noqa: E402
import torch  # noqa: E402

import bundle_files  # noqa: E402
import card  # noqa: E402
import figures  # noqa: E402
from labelled_radiographs import hannover, ieee8023  # noqa: E402
from lung_stage import dice_on, find_lungs, fit_networks  # noqa: E402
from severity import SeverityNet, fit_logistic  # noqa: E402
from severity_stage import INFILTRATES_ABOVE, cross_validate, fit, linear_of_brixia, zone_features  # noqa: E402
from evaluation import error_quantiles, pearson  # noqa: E402

VERSION = "1.0.0"
# A fit on the images whose licence allows derivatives is shipped if it loses at most this much of r.
LICENCE_MARGIN = 0.02


def report(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


def gate_limits(lungs: list) -> dict:
    """What nearly all chest radiographs reach: refusal below the 0.5th percentile of area and of confidence together,
    a flag below the 2nd of area or above the 98th of asymmetry."""
    fraction, confidence = ([getattr(found, name) for found in lungs] for name in ("fraction", "confidence"))
    return {"minimum_lung_fraction": round(float(np.percentile(fraction, 0.5)), 4),
            "minimum_confidence": round(float(np.percentile(confidence, 0.5)), 4),
            "uncertain_lung_fraction": round(float(np.percentile(fraction, 2)), 4),
            "uncertain_asymmetry": round(float(np.percentile([found.larger_share for found in lungs], 98)), 4)}


def main() -> None:
    began = time.monotonic()
    torch.set_num_threads(1)  # waiting threads spin where cores are shared
    data = Path(os.environ.get("AICOVID_DATA", ROOT.parent / "shared/data"))
    if not (data / "ieee8023/severity_scores.csv").exists():
        sys.exit("AICOVID_DATA holds no ieee8023/severity_scores.csv: expected the folder with ieee8023/ and hannover/")
    work, bundle = HERE / "work", ROOT / "models/severity"
    work.mkdir(exist_ok=True)
    bundle.mkdir(exist_ok=True)
    clinic, archive = hannover(data), ieee8023(data)
    masked = [row for row in clinic + archive if row.mask]

    # The network that is shipped learns from the masks of images whose licence allows derivatives; the others, of
    # other patients, test it. The second one measures the step to another hospital's images.
    shipped = [row for row in masked if row.allows_derivatives]
    if {row.patient for row in shipped} & {row.patient for row in masked if not row.allows_derivatives}:
        sys.exit("a patient has lung masks on both sides of the licence line: the test set would not be held out")
    sets = {"shipped": shipped, "archive": [row for row in masked if row.archive == "ieee8023"]}
    report(f"lung networks on {len(shipped)} and {len(sets['archive'])} masks")
    networks = fit_networks(sets, work)
    dice = {"held_out_patients": dice_on(networks["shipped"], [row for row in masked if not row.allows_derivatives]),
            "other_archive": dice_on(networks["archive"], [row for row in masked if row.archive == "hannover"])}

    lungs = {row.key: find_lungs(networks["shipped"], row.grey8()) for row in clinic + archive}
    gate = gate_limits(list(lungs.values()))
    report(f"lungs of {len(lungs)} radiographs found; gate {gate}")

    rows = [row for row in archive if row.has_brixia or np.isfinite(row.extent)]
    features = zone_features(rows, lungs)
    scored = np.array([row.has_brixia for row in rows])
    allowed = np.array([row.allows_derivatives for row in rows])
    totals = np.array([row.zones.sum() for row in rows])
    held_out = {"all": cross_validate(rows, features, scored), "licence_allows_derivatives": cross_validate(rows, features, scored & allowed)}
    r = {name: pearson(predicted.brixia[scored], totals[scored]) for name, predicted in held_out.items()}
    choice = "licence_allows_derivatives" if r["licence_allows_derivatives"] >= r["all"] - LICENCE_MARGIN else "all"
    learn_from = scored & allowed if choice != "all" else scored
    predicted = held_out[choice]
    report(f"Brixia r {r}: {choice} is shipped")

    positive = totals[scored] > INFILTRATES_ABOVE
    slope, intercept = fit_logistic(predicted.logit[scored], positive)
    platt = {"slope": round(slope, 5), "intercept": round(intercept, 5), "prevalence": round(float(positive.mean()), 5)}
    labels = np.stack([row.zones for row in rows])
    findings = {"brixia": {"from": "sum(zones)", "error": error_quantiles(totals[scored], predicted.brixia[scored])},
                "zones": {"from": "zones", "error": error_quantiles(labels[scored], predicted.zones[scored])}}
    linear = {}
    for name, maximum in (("extent", 8), ("opacity", 6)):
        known = np.array([np.isfinite(getattr(row, name)) for row in rows])
        label = np.array([getattr(row, name) for row in rows])[known]
        findings[name], linear[name] = linear_of_brixia(label, predicted.brixia[known], predicted.folds[known], maximum)
    findings["infiltrates"] = {"from": "infiltrates_logit", "calibration": "platt.json", "target_prevalence": bundle_files.TARGET_PREVALENCE}

    chosen = np.flatnonzero(learn_from)
    fitted = fit(features[chosen], labels[chosen], [rows[i].patient for i in chosen])
    bundle_files.save_networks(networks["shipped"], SeverityNet(fitted.ridge, fitted.infiltrates), bundle)
    bundle_files.write_manifest(bundle, VERSION, findings, platt, gate)

    measured = figures.measure(rows, scored, held_out, choice, platt, linear, dice, lungs, gate, shipped, [rows[i] for i in chosen])
    (bundle / "figures.json").write_text(json.dumps(measured, indent=1) + "\n")
    (bundle / "CARD.md").write_text(card.text(measured, VERSION))
    report(f"models/severity written in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
