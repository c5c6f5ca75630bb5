#!/usr/bin/env python3
"""Trains the bundle models/severity on the public data of AICOVID_DATA and writes it with its measured figures.

    .venv/bin/python models/training/train_severity.py

Needs the library's Python module (CMake target of `bindings/`; AICOVID_PYTHON names its folder, default the release
build's), because the training images go through the library's own preprocessing. Trained networks are kept in
models/training/cache/ and read again; delete that folder to train from nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, os.environ.get("AICOVID_PYTHON", str(ROOT / "build/release/python")))
os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads that wait for each other spin where cores are shared
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import skimage.data  # noqa: E402
import torch  # noqa: E402

from PIL import Image  # noqa: E402

import bundle_files  # noqa: E402
import card  # noqa: E402
import figures  # noqa: E402
import nih_stage  # noqa: E402
from labelled_radiographs import LabelledRadiograph, hannover, ieee8023, nih  # noqa: E402
from lung_stage import dice_on, find_lungs, fit_networks  # noqa: E402
from severity import SeverityNet  # noqa: E402
from severity_stage import INFILTRATES_ABOVE, Additions, assemble, cross_validate, fit, fit_platt, linear_of_brixia, zone_features  # noqa: E402
from evaluation import error_quantiles, pearson  # noqa: E402

VERSION = "1.0.0"
# A fit on the images whose licence allows derivatives is shipped if it loses at most this much of r.
LICENCE_MARGIN = 0.02
# Small copies count half of each scored image; the weight of an image without finding is the largest of those tried
# that keeps the limits on the agreement with the readers (see the card).
SHRUNK_SHARE, CLEAR_WEIGHT = 0.5, 0.05
# The lung network may be less sure of another hospital's images than of these.
CONFIDENCE_MARGIN = 0.03


def report(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


def gate_limits(lungs: list) -> dict:
    """What nearly all chest radiographs reach: refusal where both area and confidence (less a margin) are below their
    0.5th percentiles, a flag below the 2nd percentile of area or above the 98th of asymmetry."""
    fraction, confidence = ([getattr(found, name) for found in lungs] for name in ("fraction", "confidence"))
    return {"minimum_lung_fraction": round(float(np.percentile(fraction, 0.5)), 4),
            "minimum_confidence": round(float(np.percentile(confidence, 0.5)) - CONFIDENCE_MARGIN, 4),
            "uncertain_lung_fraction": round(float(np.percentile(fraction, 2)), 4),
            "uncertain_asymmetry": round(float(np.percentile([found.larger_share for found in lungs], 98)), 4)}


def other_pictures() -> dict[str, np.ndarray]:
    """scikit-image's packaged photographs and micrographs as [H,W] uint8: no chest radiograph is among them."""
    folder = Path(skimage.data.__file__).parent
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".png", ".jpg"))
    return {path.stem: np.asarray(Image.open(path).convert("L")) for path in paths}


def main() -> None:
    began = time.monotonic()
    torch.set_num_threads(1)
    data = Path(os.environ.get("AICOVID_DATA", ROOT.parent / "shared/data"))
    if not (data / "ieee8023/severity_scores.csv").exists():
        sys.exit("AICOVID_DATA holds no ieee8023/severity_scores.csv: expected the folder with ieee8023/, hannover/ and nih/")
    # The bundle is written beside the old one and takes its place when it is complete.
    work, bundle, target = HERE / "cache", ROOT / "models/severity.new", ROOT / "models/severity"
    work.mkdir(exist_ok=True)
    shutil.rmtree(bundle, ignore_errors=True)
    bundle.mkdir()
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
    others = [find_lungs(networks["shipped"], pixels) for pixels in other_pictures().values()]
    report(f"lungs of {len(lungs)} radiographs found; gate {gate}")

    rows = [row for row in archive if row.has_brixia or np.isfinite(row.extent)]
    features = zone_features(rows, lungs)
    samples = nih_stage.draw_samples(nih(data))

    def features_of(radiographs: list) -> np.ndarray:
        return zone_features(radiographs, {x.key: find_lungs(networks["shipped"], x.grey8()) for x in radiographs})

    added = Additions(features_of([nih_stage.Shrunk(row) for row in rows]), SHRUNK_SHARE, features_of(samples.clear_learn),
                      np.array([row.patient for row in samples.clear_learn]), CLEAR_WEIGHT)
    tests = {"clear": features_of(samples.clear_test), "pneumonia": features_of(samples.pneumonia)}
    report(f"zone features of {len(rows)} radiographs and of the NIH samples")
    scored = np.array([row.has_brixia for row in rows])
    allowed = np.array([row.allows_derivatives for row in rows])
    totals = np.array([row.zones.sum() for row in rows])
    learners = {"all": scored, "licence_allows_derivatives": scored & allowed}
    held_out = {name: cross_validate(rows, features, learners[name], added) for name in learners}
    r = {name: pearson(predicted.brixia[scored], totals[scored]) for name, predicted in held_out.items()}
    choice = "licence_allows_derivatives" if r["licence_allows_derivatives"] >= r["all"] - LICENCE_MARGIN else "all"
    learn_from, predicted = learners[choice], held_out[choice]
    report(f"Brixia r {r}: {choice} is shipped")

    positive = totals[scored] > INFILTRATES_ABOVE
    platt = fit_platt(predicted, scored, positive, added)
    labels = np.stack([row.zones for row in rows])
    findings = {"brixia": {"from": "sum(zones)", "error": error_quantiles(totals[scored], predicted.brixia[scored])},
                "zones": {"from": "zones", "error": error_quantiles(labels[scored], predicted.zones[scored])}}
    linear = {}
    for name, maximum in (("extent", 8), ("opacity", 6)):
        known = np.array([np.isfinite(getattr(row, name)) for row in rows])
        label = np.array([getattr(row, name) for row in rows])[known]
        findings[name], linear[name] = linear_of_brixia(label, predicted.brixia[known], predicted.folds[known], maximum)
    findings["infiltrates"] = {"from": "infiltrates_logit", "calibration": "platt.json", "target_prevalence": bundle_files.TARGET_PREVALENCE}

    chosen, patients = np.flatnonzero(learn_from), np.array([row.patient for row in rows])

    def fit_all(with_these: Additions):
        return fit(assemble(features, labels, patients, with_these, chosen, np.arange(len(samples.clear_learn))))

    fitted = fit_all(added)
    bundle_files.save_networks(networks["shipped"], SeverityNet(fitted.ridge, fitted.infiltrates), bundle)
    bundle_files.write_manifest(bundle, VERSION, findings, platt, gate)

    # The same recipe from the scored images alone, for comparison.
    alone = added.without()
    plain = cross_validate(rows, features, learn_from, alone)
    golden = features_of([LabelledRadiograph(bundle / "golden/rg1.png", "golden", "golden", "MIT", "PA", None, *[np.full(6, np.nan)] * 2, np.nan, np.nan)])
    recipes = {}
    for name, network, scaling, cross in (("shipped", fitted, platt, predicted),
                                          ("scored_images_alone", fit_all(alone), fit_platt(plain, scored, positive, alone), plain)):
        readings = {}
        for sample, values in tests.items():
            zones, logit = network.predict(values)
            readings[sample] = {"brixia": zones.sum(1), "logit": logit, "probability": bundle_files.infiltrates(logit, scaling)}
        end = error_quantiles(totals[scored], cross.brixia[scored])["low"]
        recipes[name] = {"nih": nih_stage.measure(samples, readings["clear"], readings["pneumonia"], end), "held_out": cross,
                         "golden_image": round(float(network.predict(golden)[0].sum()), 2)}

    learnt = {row.patient for row in shipped} | {rows[i].patient for i in chosen}
    never_seen = np.flatnonzero(scored & np.array([row.patient not in learnt for row in rows]))
    final = {"rows": [rows[i] for i in never_seen], "zones": fitted.predict(features[never_seen])[0]}
    measured = figures.measure(rows, scored, held_out, choice, platt, linear, dice, list(lungs.values()), others, gate, shipped, [rows[i] for i in chosen],
                               final, recipes, samples, CLEAR_WEIGHT)
    (bundle / "figures.json").write_text(json.dumps(measured, indent=1) + "\n")
    (bundle / "CARD.md").write_text(card.text(measured, VERSION))
    old = ROOT / "models/severity.old"
    if target.exists():
        target.rename(old)
    bundle.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    report(f"models/severity written in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
