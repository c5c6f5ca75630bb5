#!/usr/bin/env python3
"""Trains the bundle models/severity on the public data of AICOVID_DATA and writes it with its measured figures.

    .venv/bin/python models/training/train_severity.py [--keep-lungs]

Needs the library's Python module (CMake target of `bindings/`; AICOVID_PYTHON names its folder, default the release
build's), because the training images go through the library's own preprocessing. Trained networks are kept in
models/training/cache/ and read again; delete that folder to train from nothing.
"""

from __future__ import annotations

import argparse
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
import torch  # noqa: E402

import bundle_files  # noqa: E402
import card  # noqa: E402
import figures  # noqa: E402
import lung_part  # noqa: E402
import nih_stage  # noqa: E402
import onnx_export  # noqa: E402
from conformal import interval_ends  # noqa: E402
from evaluation import pearson  # noqa: E402
from labelled_radiographs import LabelledRadiograph, patient_folds  # noqa: E402
from lung_stage import find_lungs  # noqa: E402
from severity import SeverityNet, embed, fit_distance  # noqa: E402
from severity_material import Material, gather, learners  # noqa: E402
from severity_stage import Additions, Fitted, assemble, calibrate, cross_validate, fit, zone_features  # noqa: E402

VERSION = "1.3.0"
# A fit on the images whose licence allows derivatives is shipped if it loses at most this much of r.
LICENCE_MARGIN = 0.02
# Percentile of the known chests' distances, cross-validated, beyond which an image is out of distribution.
FAR = 98


def report(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


def data_folder() -> Path:
    data = Path(os.environ.get("AICOVID_DATA", ROOT.parent / "shared/data"))
    if not (data / "ieee8023/severity_scores.csv").exists():
        sys.exit("AICOVID_DATA holds no ieee8023/severity_scores.csv: expected the folder with ieee8023/, hannover/ and nih/")
    return data


def fit_all(material: Material, learn_from: np.ndarray, added: Additions) -> Fitted:
    clear = np.arange(len(added.clear_patients))
    return fit(assemble(material.features, material.labels, material.patients, added, np.flatnonzero(learn_from), clear))


def held_out_distances(embeddings: np.ndarray, patients: list[str]) -> np.ndarray:
    """Of each embedding from those of other patients."""
    folds, distances = patient_folds(patients, 5, 0), np.zeros(len(embeddings))
    for fold in np.unique(folds):
        distances[folds == fold] = fit_distance(embeddings[folds != fold])(embeddings[folds == fold])
    return distances


def main() -> None:
    began = time.monotonic()
    arguments = argparse.ArgumentParser(description="Trains the bundle models/severity.")
    arguments.add_argument("--keep-lungs", action="store_true", help="leave lungs.pt and its figures as models/severity has them")
    keep_lungs = arguments.parse_args().keep_lungs
    torch.set_num_threads(1)
    data = data_folder()
    # The bundle is written beside the old one and takes its place when it is complete.
    work, bundle, target = HERE / "cache", ROOT / "models/severity.new", ROOT / "models/severity"
    work.mkdir(exist_ok=True)
    shutil.rmtree(bundle, ignore_errors=True)
    bundle.mkdir()
    part = lung_part.kept(target) if keep_lungs else lung_part.train(data, work, report)
    material = gather(data, part.network, work)
    rows, scored, totals, added = material.rows, material.scored, material.labels.sum(1), material.added

    may_learn = learners(rows)
    held_out = {name: cross_validate(rows, material.features, chosen, added, material.tested) for name, chosen in may_learn.items()}
    r = {name: pearson(predicted.brixia[scored], totals[scored]) for name, predicted in held_out.items()}
    choice = "licence_allows_derivatives" if r["licence_allows_derivatives"] >= r["all"] - LICENCE_MARGIN else "all"
    learn_from, predicted = may_learn[choice], held_out[choice]
    report(f"Brixia r {r}: {choice} is shipped")
    calibrated = calibrate(rows, predicted, added.clear_weight)

    fitted = fit_all(material, learn_from, added)
    known = embed(fitted.ridge, material.known)
    as_they_are = held_out_distances(known, material.known_patients)[: material.as_they_are]
    gate = part.gate | {"maximum_distance": round(float(np.percentile(as_they_are, FAR)), 4)}
    distance = fit_distance(known)
    far = {"maximum_distance": gate["maximum_distance"], "images": material.as_they_are, "patients": len(set(material.known_patients)),
           "flagged": round(float((as_they_are > gate["maximum_distance"]).mean()), 4),
           "flagged_in_other_greys": round(float(np.mean([distance(embed(fitted.ridge, greys)) > gate["maximum_distance"]
                                                          for greys in material.other_greys])), 4)}
    report(f"distance: {far}")
    part.save(bundle)
    bundle_files.save_severity(SeverityNet(fitted.ridge, fitted.infiltrates, distance), bundle)
    bundle_files.write_manifest(bundle, VERSION, calibrated.findings, calibrated.platt, gate)
    report(f"ONNX, largest differences from TorchScript: {onnx_export.add_onnx(bundle)}")

    # The same recipe from the scored images alone, for comparison.
    alone = added.without()
    plain = cross_validate(rows, material.features, learn_from, alone, material.tested)
    rg1 = LabelledRadiograph(bundle / "golden/rg1.png", "golden", "golden", "MIT", "PA", None, *[np.full(6, np.nan)] * 2, np.nan, np.nan)
    golden = zone_features([rg1], {rg1.key: find_lungs(part.network, rg1.grey8())})
    names = [row.patient for row in rows if row.has_brixia]
    recipes = {}
    for name, fit_of, scaling, cross in (
            ("shipped", fitted, calibrated.platt, predicted),
            ("scored_images_alone", fit_all(material, learn_from, alone), calibrate(rows, plain, alone.clear_weight).platt, plain)):
        readings = {}
        for sample, values in material.tests.items():
            zones, logit = fit_of.predict(values)
            readings[sample] = {"brixia": zones.sum(1), "logit": logit, "probability": bundle_files.infiltrates(logit, scaling)}
        end = interval_ends(totals[scored], cross.brixia[scored], names)["low"]
        recipes[name] = {"nih": nih_stage.measure(material.samples, readings["clear"], readings["pneumonia"], end), "held_out": cross,
                         "golden_image": round(float(fit_of.predict(golden)[0].sum()), 2)}

    lung_rows = lung_part.learnt_from(data)
    seen = {row.patient for row in lung_rows} | set(material.patients[learn_from])
    never_seen = np.flatnonzero(scored & np.array([row.patient not in seen for row in rows]))
    final = {"rows": [rows[i] for i in never_seen], "zones": fitted.predict(material.features[never_seen])[0]}
    learnt = [row for row, chosen in zip(rows, learn_from, strict=True) if chosen]
    measured = figures.measure(rows, scored, held_out, choice, calibrated.platt, calibrated.linear, part.figures, gate, lung_rows, learnt, final, recipes,
                               material.samples, added.clear_weight) | {"distance": far}
    (bundle / "figures.json").write_text(json.dumps(measured, indent=1) + "\n")
    (bundle / "CARD.md").write_text(card.text(measured, VERSION))
    bundle_files.replace(target, bundle)
    report(f"models/severity written in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
