#!/usr/bin/env python3
"""Cross-validation of the severity network: trains every outer fold and writes its bundle, loadable by `aicovid.Assessor`.

    .venv/bin/python models/training/cross_validate.py

A fold's bundle knows nothing of the fold's scores: its ridge, its calibrations and its intervals come from the other
folds. Its lung network is the shipped one, which learnt from the drawn lungs of some of these patients, never from a
score; `fold.json` tells which held-out images are of patients that it did not see. Stopped and called again, the command
goes on where it was: what was found in the images and finished folds are kept.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from pathlib import Path

import train_severity as training
import torch

import bundle_files
import lung_part
from labelled_radiographs import LabelledRadiograph
from severity import SeverityNet, embed, fit_distance
from severity_material import gather, learners
from severity_stage import FOLDS, calibrate, cross_validate

OUT = training.HERE / "folds/severity"
# What the outcome of a fold depends on, beside the data.
SOURCES = ("bundle_files", "chest_preprocessing", "clutter", "conformal", "labelled_radiographs", "lung_mask", "lung_stage", "nih_stage", "opacity",
           "severity", "severity_material", "severity_stage", "train_severity", "variations")


def recipe(shipped: Path) -> str:
    """Changes with the code, the settings and the shipped bundle."""
    digest = hashlib.sha256()
    for path in (*(training.HERE / f"{name}.py" for name in SOURCES), shipped / "lungs.pt", shipped / "manifest.json"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def done(folder: Path, made_by: str) -> bool:
    return (folder / "fold.json").exists() and json.loads((folder / "fold.json").read_text())["recipe"] == made_by


def file_of(row: LabelledRadiograph) -> str:
    return f"{row.archive}/images/{row.path.name}"


def main() -> None:
    began = time.monotonic()
    torch.set_num_threads(1)
    data, shipped, work = training.data_folder(), training.ROOT / "models/severity", training.HERE / "cache"
    work.mkdir(exist_ok=True)
    made_by = recipe(shipped)
    missing = [fold for fold in range(FOLDS) if not done(OUT / str(fold), made_by)]
    if not missing:
        return training.report(f"{OUT.relative_to(training.ROOT)}: all {FOLDS} folds are there")
    part = lung_part.kept(shipped)
    gate = json.loads((shipped / "manifest.json").read_text())["gate"]
    material = gather(data, part.network, work)
    choice = json.loads((shipped / "figures.json").read_text())["licence_comparison"]["shipped"]
    predicted = cross_validate(material.rows, material.features, learners(material.rows)[choice], material.added, {})
    lung_patients = {row.patient for row in lung_part.learnt_from(data)}
    for fold in missing:
        held_out = [row for row, mine in zip(material.rows, predicted.folds == fold, strict=True) if mine]
        patients = {row.patient for row in held_out}
        fitted, others = predicted.fitted[fold], [i for i, name in enumerate(material.known_patients) if name not in patients]
        calibrated = calibrate(material.rows, predicted, material.added.clear_weight, without=fold)
        folder = OUT / f"{fold}.new"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        part.save(folder)
        bundle_files.save_severity(SeverityNet(fitted.ridge, fitted.infiltrates, fit_distance(embed(fitted.ridge, material.known[others]))), folder)
        bundle_files.write_manifest(folder, training.VERSION, calibrated.findings, calibrated.platt, gate)
        (folder / "fold.json").write_text(json.dumps({
            "recipe": made_by, "held_out": [file_of(row) for row in held_out],
            "unseen_by_lung_network": [file_of(row) for row in held_out if row.patient not in lung_patients]}, indent=1) + "\n")
        shutil.rmtree(OUT / str(fold), ignore_errors=True)
        folder.rename(OUT / str(fold))
        training.report(f"fold {fold}: {len(held_out)} images of {len(patients)} patients held out")
    training.report(f"{len(missing)} folds in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
