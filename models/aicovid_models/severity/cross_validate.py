"""Cross-validation of the severity network: trains every outer fold and writes its bundle, loadable by `aicovid.Assessor`.

    python -m aicovid_models.severity.cross_validate

A fold's bundle knows nothing of the fold's scores: its ridge, its calibrations and its intervals come from the other
folds. Its lung network is the shipped one, which learnt from the drawn lungs of some of these patients, never from a
score; `fold.json` tells which held-out images are of patients that it did not see. Stopped and called again, the command
goes on where it was: what was found in the images and finished folds are kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import time
from pathlib import Path

import torch

import aicovid_models
from aicovid_models.bundle.files import save_severity
from aicovid_models.command import MODELS, cache_folder, data_folder, folds_folder, report
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.severity import lungs
from aicovid_models.severity.fit import FOLDS, calibrate, cross_validate
from aicovid_models.severity.manifest import write_manifest
from aicovid_models.severity.material import gather, learners
from aicovid_models.severity.network import SeverityNet
from aicovid_models.zones.distance import embed, fit_distance

# What the outcome of a fold depends on, beside the data.
SOURCES = ("bundle/deterioration", "bundle/files", "drawings/clutter", "drawings/opacity", "fast", "lungs/masks", "lungs/training", "radiographs/archives",
           "radiographs/nih_samples", "radiographs/preprocessing", "severity/cross_validate", "severity/fit", "severity/manifest", "severity/material",
           "severity/network", "statistics/conformal", "zones/copies", "zones/distance", "zones/features", "zones/kept", "zones/ridge")


def recipe(shipped: Path) -> str:
    """Changes with the code, the settings and the shipped bundle."""
    digest, package = hashlib.sha256(), Path(aicovid_models.__file__).parent
    for path in (*(package / f"{name}.py" for name in SOURCES), shipped / "lungs.pt", shipped / "manifest.json"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def done(folder: Path, made_by: str) -> bool:
    return (folder / "fold.json").exists() and json.loads((folder / "fold.json").read_text())["recipe"] == made_by


def file_of(row: LabelledRadiograph) -> str:
    return f"{row.archive}/images/{row.path.name}"


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    began = time.monotonic()
    torch.set_num_threads(1)
    data, shipped = data_folder(), MODELS / "severity"
    out, made_by = folds_folder(shipped), recipe(shipped)
    missing = [fold for fold in range(FOLDS) if not done(out / str(fold), made_by)]
    if not missing:
        return report(f"{out}: all {FOLDS} folds are there")
    part = lungs.kept(shipped)
    gate = json.loads((shipped / "manifest.json").read_text())["gate"]
    material = gather(data, part.network, cache_folder())
    choice = json.loads((shipped / "figures.json").read_text())["licence_comparison"]["shipped"]
    predicted = cross_validate(material.rows, material.features, learners(material.rows)[choice], material.added, {})
    lung_patients = {row.patient for row in lungs.learnt_from(data)}
    for fold in missing:
        held_out = [row for row, mine in zip(material.rows, predicted.folds == fold, strict=True) if mine]
        patients = {row.patient for row in held_out}
        fitted, others = predicted.fitted[fold], [i for i, name in enumerate(material.known_patients) if name not in patients]
        calibrated = calibrate(material.rows, predicted, material.added.clear_weight, without=fold)
        folder = out / f"{fold}.new"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        part.save(folder)
        save_severity(SeverityNet(fitted.ridge, fitted.infiltrates, fit_distance(embed(fitted.ridge, material.known[others]))), folder)
        write_manifest(folder, calibrated.findings, calibrated.platt, gate)
        (folder / "fold.json").write_text(json.dumps({
            "recipe": made_by, "held_out": [file_of(row) for row in held_out],
            "unseen_by_lung_network": [file_of(row) for row in held_out if row.patient not in lung_patients]}, indent=1) + "\n")
        shutil.rmtree(out / str(fold), ignore_errors=True)
        folder.rename(out / str(fold))
        report(f"fold {fold}: {len(held_out)} images of {len(patients)} patients held out")
    report(f"{len(missing)} folds in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
