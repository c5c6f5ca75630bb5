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
import pickle
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
import nih_stage  # noqa: E402
import other_pictures  # noqa: E402
import picture_stage  # noqa: E402
from chest_preprocessing import run_plan  # noqa: E402
from labelled_radiographs import LabelledRadiograph, hannover, ieee8023, nih, patient_folds  # noqa: E402
from lung_stage import dice_on, find_lungs, fit_networks  # noqa: E402
from picture import LungsAndPicture, fit_picture  # noqa: E402
from severity import SeverityNet, embed, fit_distance  # noqa: E402
from severity_stage import (  # noqa: E402
    INFILTRATES_ABOVE, Additions, Copies, assemble, cross_validate, fit, fit_platt, linear_of_brixia, zone_features)
from variations import Shrunk, draw_contrasts, draw_painted  # noqa: E402
from evaluation import error_quantiles, pearson  # noqa: E402

VERSION = "1.1.0"
# A fit on the images whose licence allows derivatives is shipped if it loses at most this much of r.
LICENCE_MARGIN = 0.02
# What a scored image's copies count of its weight; the weight of an image without finding is the largest of those tried
# that keeps the limits on the agreement with the readers (see the card).
SHRUNK_SHARE, CONTRAST_SHARE, PAINTED_SHARE, CLEAR_WEIGHT = 0.3, 0.25, 0.1, 0.05
# Weight of what another grey scale changes in the total: .3 and 1 were steadier still, and further from the readers.
CONSTANCY = 0.2
CONTRAST_SEED, TEST_SEED = 20200406, 20200407
# Probabilities from which the picture is believed (see the card for what they find and miss).
PICTURE_LIMITS = {"not_a_chest": 0.5, "inverted": 0.5, "rotated": 0.5}
# Percentile of the known chests' distances, cross-validated, beyond which an image is out of distribution.
FAR = 98
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


def drawn_lungs(row: LabelledRadiograph) -> np.ndarray:
    """The hand-drawn lungs [2,256,256] as the lung network's raster has them: the share of each pixel that is lung."""
    return np.concatenate([run_plan("share_256", lung.astype(np.uint8) * 255)[0][0] for lung in row.lung_mask()])


def held_out_distances(embeddings: np.ndarray, patients: list[str]) -> np.ndarray:
    """Of each embedding from those of other patients."""
    folds, distances = patient_folds(patients, 5, 0), np.zeros(len(embeddings))
    for fold in np.unique(folds):
        distances[folds == fold] = fit_distance(embeddings[folds != fold])(embeddings[folds == fold])
    return distances


def zones_of(name: str, rows: list, lungs: dict, work: Path, mirrored: bool = True) -> np.ndarray:
    """`zone_features`, kept beside the lung networks."""
    saved = work / f"zones_{name}.npy"
    if not saved.exists():
        np.save(saved, zone_features(rows, lungs, mirrored))
        report(f"zone features: {name}, {len(rows)} images")
    return np.load(saved)


def lungs_of(name: str, network, rows: list, work: Path) -> dict:
    """`find_lungs` of each row by its key, kept likewise."""
    saved = work / f"found_{name}.pickle"
    if not saved.exists():
        saved.write_bytes(pickle.dumps({row.key: find_lungs(network, row.grey8()) for row in rows}))
        report(f"lungs found: {name}, {len(rows)} images")
    return pickle.loads(saved.read_bytes())


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

    network = networks["shipped"]
    lungs = lungs_of("chests", network, clinic + archive, work)
    gate = gate_limits(list(lungs.values())) | PICTURE_LIMITS
    others = [find_lungs(network, pixels) for pixels in other_pictures.scikit_image_pictures().values()]
    report(f"lungs of {len(lungs)} radiographs found; gate {gate}")

    drawn = {row.key: drawn_lungs(row) for row in masked}
    shown = picture_stage.show(network, picture_stage.choose_chests(clinic + archive, nih(data)), drawn, work / "picture_shipped.npz")
    held_out_pictures = picture_stage.cross_validate(shown)
    picture = picture_stage.measure(shown, held_out_pictures, PICTURE_LIMITS)
    whole = LungsAndPicture(network, *fit_picture(shown.features, shown.classes)).eval()
    report(f"picture: {picture}")

    rows = [row for row in archive if row.has_brixia or np.isfinite(row.extent)]
    samples = nih_stage.draw_samples(nih(data))
    copies = {"shrunk": [Shrunk(row) for row in rows], "contrast": draw_contrasts(rows, CONTRAST_SEED),
              "painted": draw_painted(rows, lungs, CONTRAST_SEED)}
    test_copies = {"contrast_test": draw_contrasts(rows, TEST_SEED), "contrast_test_2": draw_contrasts(rows, TEST_SEED + 1),
                   "painted_test": draw_painted(rows, lungs, TEST_SEED)}
    nih_rows = {"clear_learn": samples.clear_learn, "clear_test": samples.clear_test, "pneumonia": samples.pneumonia}

    def features_of(name: str, radiographs: list, mirrored: bool) -> np.ndarray:
        return zones_of(name, radiographs, lungs_of(name, network, radiographs, work), work, mirrored)

    features = zones_of("scored", rows, lungs, work)
    learnt = {name: features_of(name, images, True) for name, images in copies.items()}
    tested = {name: features_of(name, images, False) for name, images in test_copies.items()}
    nih_features = {name: features_of(name, images, name == "clear_learn") for name, images in nih_rows.items()}
    unscored = [row for row in clinic + archive if row.key not in {x.key for x in rows}]
    unscored_features = zones_of("unscored", unscored, lungs, work, False)
    labels = np.stack([row.zones for row in rows])
    added = Additions([Copies(learnt["shrunk"], labels, SHRUNK_SHARE), Copies(learnt["contrast"], labels, CONTRAST_SHARE),
                       Copies(learnt["painted"], np.stack([x.zones for x in copies["painted"]]), PAINTED_SHARE)],
                      nih_features["clear_learn"], np.array([row.patient for row in samples.clear_learn]), CLEAR_WEIGHT,
                      learnt["contrast"], CONSTANCY)
    tests = {"clear": nih_features["clear_test"], "pneumonia": nih_features["pneumonia"]}
    copies_to_test = {"shrunk": learnt["shrunk"], **tested}
    scored = np.array([row.has_brixia for row in rows])
    allowed = np.array([row.allows_derivatives for row in rows])
    totals = np.array([row.zones.sum() for row in rows])
    learners = {"all": scored, "licence_allows_derivatives": scored & allowed}
    held_out = {name: cross_validate(rows, features, learners[name], added, copies_to_test) for name in learners}
    r = {name: pearson(predicted.brixia[scored], totals[scored]) for name, predicted in held_out.items()}
    choice = "licence_allows_derivatives" if r["licence_allows_derivatives"] >= r["all"] - LICENCE_MARGIN else "all"
    learn_from, predicted = learners[choice], held_out[choice]
    report(f"Brixia r {r}: {choice} is shipped")

    positive = totals[scored] > INFILTRATES_ABOVE
    platt = fit_platt(predicted, scored, positive, added)
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
    # Chests as they are and in other greys: an image that is far from all of them is out of distribution.
    chest_rows = rows + unscored + samples.clear_learn + samples.clear_test + samples.pneumonia
    known = [embed(fitted.ridge, x[:, 0]) for x in (features, unscored_features, *nih_features.values())]
    known += [embed(fitted.ridge, learnt[name][:, 0]) for name in ("shrunk", "contrast")]
    known_patients = [row.patient for row in chest_rows + rows + rows]
    distances = held_out_distances(np.concatenate(known), known_patients)
    as_they_are = distances[: len(chest_rows)]
    gate["maximum_distance"] = round(float(np.percentile(as_they_are, FAR)), 4)
    distance = fit_distance(np.concatenate(known))
    far = {"maximum_distance": gate["maximum_distance"], "images": len(chest_rows), "patients": len(set(known_patients)),
           "flagged": round(float((as_they_are > gate["maximum_distance"]).mean()), 4),
           "flagged_in_other_greys": round(float(np.mean([distance(embed(fitted.ridge, tested[name][:, 0])) > gate["maximum_distance"]
                                                          for name in ("contrast_test", "contrast_test_2")])), 4)}
    report(f"distance: {far}")
    bundle_files.save_lungs(whole, bundle)
    bundle_files.save_severity(SeverityNet(fitted.ridge, fitted.infiltrates, distance), bundle)
    bundle_files.write_manifest(bundle, VERSION, findings, platt, gate)

    # The same recipe from the scored images alone, for comparison.
    alone = added.without()
    plain = cross_validate(rows, features, learn_from, alone, copies_to_test)
    rg1 = LabelledRadiograph(bundle / "golden/rg1.png", "golden", "golden", "MIT", "PA", None, *[np.full(6, np.nan)] * 2, np.nan, np.nan)
    golden = zone_features([rg1], {rg1.key: find_lungs(network, rg1.grey8())})
    recipes = {}
    for name, fit_of, scaling, cross in (("shipped", fitted, platt, predicted),
                                          ("scored_images_alone", fit_all(alone), fit_platt(plain, scored, positive, alone), plain)):
        readings = {}
        for sample, values in tests.items():
            zones, logit = fit_of.predict(values)
            readings[sample] = {"brixia": zones.sum(1), "logit": logit, "probability": bundle_files.infiltrates(logit, scaling)}
        end = error_quantiles(totals[scored], cross.brixia[scored])["low"]
        recipes[name] = {"nih": nih_stage.measure(samples, readings["clear"], readings["pneumonia"], end), "held_out": cross,
                         "golden_image": round(float(fit_of.predict(golden)[0].sum()), 2)}

    seen = {row.patient for row in shipped} | {rows[i].patient for i in chosen}
    never_seen = np.flatnonzero(scored & np.array([row.patient not in seen for row in rows]))
    final = {"rows": [rows[i] for i in never_seen], "zones": fitted.predict(features[never_seen])[0]}
    measured = figures.measure(rows, scored, held_out, choice, platt, linear, dice, list(lungs.values()), others, gate, shipped, [rows[i] for i in chosen],
                               final, recipes, samples, CLEAR_WEIGHT)
    measured |= {"picture": picture, "distance": far}
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
