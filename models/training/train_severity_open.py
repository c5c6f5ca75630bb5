#!/usr/bin/env python3
"""Trains the bundle models/severity-open on Hannover and NIH alone and writes it with its measured figures.

    .venv/bin/python models/training/train_severity_open.py

Needs what train_severity.py needs. `ieee8023` is read at the end, to test on: nothing of it enters the bundle.
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
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402

import bundle_files  # noqa: E402
import nih_stage  # noqa: E402
import other_pictures  # noqa: E402
import picture_stage  # noqa: E402
import severity_open  # noqa: E402
import severity_open_figures  # noqa: E402
import severity_open_manifest  # noqa: E402
from chest_preprocessing import run_plan  # noqa: E402
from icu_patients import hannover_icu, patient_weights  # noqa: E402
from labelled_radiographs import ieee8023, nih  # noqa: E402
from lung_stage import dice_on, fit_networks  # noqa: E402
from picture import LungsAndPicture, fit_picture, probabilities  # noqa: E402
from severity import embed, fit_distance  # noqa: E402
from train_severity import (  # noqa: E402
    FAR, PICTURE_LIMITS, drawn_lungs, gate_limits, held_out_distances, lungs_of, report, zones_of)
from variations import Shrunk, draw_contrasts  # noqa: E402

VERSION = "0.1.0"
CONTRAST_SEED = 20200410
IMAGES_OF_A_PATIENT = 2
SAVED = "open_"  # names in the cache of what this bundle's lung network found


def few_of_each(images: list, count: int) -> list:
    """At most `count` images of a patient, the first by name."""
    taken: dict[str, int] = {}
    kept = []
    for image in sorted(images, key=lambda image: image.row.key):
        taken[image.row.patient] = taken.get(image.row.patient, 0) + 1
        if taken[image.row.patient] <= count:
            kept.append(image)
    return kept


def main() -> None:
    began = time.monotonic()
    torch.set_num_threads(1)
    data = Path(os.environ.get("AICOVID_DATA", ROOT.parent / "shared/data"))
    work, bundle, target = HERE / "cache", ROOT / "models/severity-open.new", ROOT / "models/severity-open"
    work.mkdir(exist_ok=True)
    shutil.rmtree(bundle, ignore_errors=True)
    bundle.mkdir()

    clinic = hannover_icu(data)
    masked = [image.row for image in clinic if image.row.mask]
    network = fit_networks({"hannover": masked}, work)["hannover"]
    hospital = few_of_each([image for image in clinic if image.state != "other"], IMAGES_OF_A_PATIENT)
    samples = nih_stage.draw_samples(nih(data))
    # Of the images labelled pneumonia every other one is learnt from; one image a patient and view.
    learnt_pneumonia, test_pneumonia = samples.pneumonia[::2], samples.pneumonia[1::2]
    seen = {row.patient for row in learnt_pneumonia}
    test_pneumonia = [row for row in test_pneumonia if row.patient not in seen][::2]
    test_clear = samples.clear_test[::3]
    rows = {"hospital": [image.row for image in hospital], "clear": samples.clear_learn, "pneumonia": learnt_pneumonia}
    learn = sum(rows.values(), [])

    found = {name: lungs_of(SAVED + name, network, part, work) for name, part in rows.items()}
    all_lungs = {key: lungs for part in found.values() for key, lungs in part.items()}
    features = np.concatenate([zones_of(SAVED + name, part, found[name], work) for name, part in rows.items()])
    small = [Shrunk(row) for row in rows["hospital"]]
    greys = draw_contrasts(rows["hospital"], CONTRAST_SEED)
    shrunk, contrast, copied = features.copy(), features.copy(), slice(len(small))
    shrunk[copied] = zones_of(SAVED + "shrunk", small, lungs_of(SAVED + "shrunk", network, small, work), work)
    contrast[copied] = zones_of(SAVED + "contrast", greys, lungs_of(SAVED + "contrast", network, greys, work), work)

    # Three levels of equal weight; within a level its archives and views, within these its patients.
    state = np.array([image.state for image in hospital])
    view = np.array([row.view for row in learn[len(hospital):]])
    groups = np.concatenate([state, [f"{'clear' if k < len(rows['clear']) else 'pneumonia'} {v}" for k, v in enumerate(view)]])
    level = {"in": severity_open.INTENSIVE_CARE, "never": severity_open.PNEUMONIA, "clear PA": severity_open.CLEAR,
             "clear AP": severity_open.CLEAR, "pneumonia PA": severity_open.PNEUMONIA, "pneumonia AP": severity_open.PNEUMONIA}
    share = {"in": 1, "never": 1 / 2, "pneumonia PA": 1 / 4, "pneumonia AP": 1 / 4, "clear PA": 1 / 2, "clear AP": 1 / 2}
    patients, weights = np.array([row.patient for row in learn]), np.zeros(len(learn))
    for name, part in share.items():
        here = groups == name
        each = patient_weights(list(patients[here]))
        weights[here] = part * len(learn) / 3 * each / each.sum()
    change = np.nan_to_num(contrast - features).sum(2) / 6
    images = severity_open.WeakImages(features, shrunk, change, np.array([level[name] for name in groups]), weights, patients)
    ridge = severity_open.choose_and_fit(images)
    held_out = severity_open.cross_validate(images)
    report(f"index fitted on {len(learn)} images, strength {ridge.strength:.0f}")

    gate = gate_limits(list(all_lungs.values())) | PICTURE_LIMITS
    known = [embed(ridge, x[:, 0]) for x in (features, contrast[copied], shrunk[copied])]
    known_patients = [*patients, *patients[copied], *patients[copied]]
    distances = held_out_distances(np.concatenate(known), known_patients)[: len(learn)]
    gate["maximum_distance"] = round(float(np.percentile(distances, FAR)), 4)
    drawn = {row.key: drawn_lungs(row) for row in masked}
    shown = picture_stage.show(network, learn, drawn,
                               work / f"{SAVED}picture.npz", photographs=False)
    picture = picture_stage.measure(shown, picture_stage.cross_validate(shown), PICTURE_LIMITS)
    head = fit_picture(shown.features, shown.classes)
    others = other_pictures.photographs()
    greys256 = [torch.from_numpy(run_plan("grey_256", pixels)[0][0]) for pixels in others.values()]
    seen_as = picture_stage.read(probabilities(picture_stage.features(network, greys256), *head))
    picture["other_pictures_found"] = {"share": round(float((seen_as["not_a_chest"] >= PICTURE_LIMITS["not_a_chest"]).mean()), 4),
                                       "images": len(others)}

    bundle_files.save_lungs(LungsAndPicture(network, *head), bundle)
    bundle_files.save_severity(severity_open.SeverityIndexNet(ridge, fit_distance(np.concatenate(known))), bundle)
    severity_open_manifest.write(bundle, VERSION, gate)

    archive = ieee8023(data)
    figures = severity_open_figures.measure(
        bundle, learn, groups, held_out, [row for row in archive if row.has_brixia], test_clear, test_pneumonia,
        dice_on(network, [row for row in archive if row.mask])) | {
            "strength": ridge.strength, "gate": gate, "picture": picture,
            "learnt_from": {name: {"images": int((groups == name).sum()), "patients": len(set(patients[groups == name]))} for name in share}}
    (bundle / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    (bundle / "CARD.md").write_text(severity_open_figures.card(figures, VERSION))
    shutil.rmtree(target, ignore_errors=True)
    bundle.rename(target)
    report(f"models/severity-open written in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
