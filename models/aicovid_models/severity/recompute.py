"""Recomputes the figures of a bundle's card through the library, and compares them with figures.json.

    python -m aicovid_models.severity.recompute models/severity [--quick]

Prints, for each figure, its goal where there is one, what is recorded, what the library gives now, and the tolerance; ends with
status 1 where they disagree. A missed goal is printed and is no disagreement: the card says so. Figures of figures.json that no
bundle can give (of other recipes, which are not shipped) are named at the end, and so are those that the training alone measured.

Cross-validated figures come from the fold bundles (AICOVID_FOLDS, default models/folds/BUNDLE). --quick needs the shipped
bundle only: single images of evidence.json, read again.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from aicovid_models.bundle.files import sha256
from aicovid_models.command import data_folder, folds_folder, recompute_arguments
from aicovid_models.evidence.comparison import Figure, compare, figures_of, flatten, single_images
from aicovid_models.evidence.readings import Bundle, Folds, Reading, overlap
from aicovid_models.lungs.overlap import dice_of
from aicovid_models.lungs.training import PredictedLungs
from aicovid_models.picture import other_pictures
from aicovid_models.radiographs import nih_samples
from aicovid_models.radiographs.archives import LabelledRadiograph, hannover, ieee8023, nih
from aicovid_models.severity import figures
from aicovid_models.severity.evidence import coverage
from aicovid_models.severity.lungs import lungs_of_others
from aicovid_models.severity.material import TEST_SEED
from aicovid_models.zones.copies import Shrunk, draw_contrasts, draw_painted

# Figures are rounded to .001, and one image near a limit can move a share.
SHARE, COUNT = 0.012, 3
# A fold's bundle has its lines and its intervals' ends from the other folds alone; where the recorded coverage was measured with lines
# of all images, two of 59 images may lie on the other side of an end.
COVERAGE = 0.035
GOALS = {"lungs/held_out_patients/both/mean/value": (">=", 0.955), "lungs/held_out_patients/both/percentile_5": (">=", 0.9),
         "brixia/r/value": (">=", 0.85), "zones/mae/value": ("<=", 0.47), "brixia/heavy/bias/value": (">=", -1.5),
         "interval_coverage/brixia": (">=", 0.84), "interval_coverage/zones": (">=", 0.84), "interval_coverage/extent": (">=", 0.84),
         "interval_coverage/opacity": (">=", 0.84), "recipes/shipped/brixia/contrast_change_95/value": ("<=", 1.0),
         "picture/inverted_found/share": (">=", 0.98), "picture/rotated_found/share": (">=", 0.98), "distance/flagged": ("<=", 0.03)}
# Of recipes and sets that no bundle holds.
NOT_IN_A_BUNDLE = {
    "recipes/scored_images_alone": "a recipe that is not shipped, measured for comparison", "licence_comparison": "likewise",
    "lungs/other_archive": "a lung network that is not shipped", "platt": "in platt.json", "gate": "in the manifest", "data": "counts of the training set",
    "ridge_strengths": "of the folds' training", "method": "words", "interval_coverage/nominal": "a setting"}


def raw_logit(bundle: Bundle, reading: Reading) -> float:
    """The severity network's own logit of infiltrates, from the reported probability."""
    p = bundle.infiltrates(reading)
    return (np.log(p / (1 - p)) - bundle.platt["intercept"]) / bundle.platt["slope"]


def of_the_shipped(bundle: Bundle, data: Path) -> dict[str, Figure]:
    """Lungs of other patients, clear lungs and pneumonia of the other archive, the gate on known chests."""
    clinic, archive, others = hannover(data), ieee8023(data), nih(data)
    samples = nih_samples.draw_samples(others)
    rows = clinic + archive + samples.clear_learn + samples.clear_test + samples.pneumonia
    readings = {row.key: bundle.read(row.grey8()) for row in rows}
    overlaps = [overlap(row, readings[row.key]) for row in lungs_of_others(archive)]
    result = figures_of({"lungs": {"held_out_patients": {part: dice_of(overlaps, part) for part in ("both", "right", "left")}}}, "shipped")

    def read(those: list[LabelledRadiograph]) -> dict:
        seen = [readings[row.key] for row in those]
        return {"brixia": np.array([x.brixia for x in seen]), "logit": np.array([raw_logit(bundle, x) for x in seen]),
                "probability": np.array([x.score("infiltrates") for x in seen])}

    lower_end = bundle.manifest["findings"]["brixia"]["error"]["low"]
    golden = bundle.read(LabelledRadiograph(bundle.folder / "golden/rg1.png", *[""] * 4, None, *[np.zeros(6)] * 2, 0, 0).grey8())
    result |= figures_of({"recipes": {"shipped": {"nih": nih_samples.measure(samples, read(samples.clear_test), read(samples.pneumonia), lower_end),
                                                  "golden_image_brixia": golden.brixia}}}, "shipped")
    times = [sum(reading.report["timing_ms"].values()) for reading in readings.values()]
    print(f"time of an image on this machine as it is loaded: median {np.median(times):.0f} ms (goal: 120 on a quiet core)")
    chests = [readings[row.key].codes for row in clinic + archive]
    pictures = [bundle.read(pixels) for pixels in other_pictures.scikit_image_pictures().values()]

    def share(code: str, tolerance: float = SHARE) -> Figure:
        return Figure(float(np.mean([code in reading.codes for reading in readings.values()])), tolerance, "shipped")

    return result | {"gate_on_chests/images": Figure(len(chests), 0, "shipped"),
                     "gate_on_chests/refused": Figure(sum("no_lungs" in codes for codes in chests), 0, "shipped"),
                     # The library also flags what the whole picture alone doubts.
                     "gate_on_chests/flagged": Figure(sum("lung_field_uncertain" in codes for codes in chests), COUNT, "shipped"),
                     # How many the mask alone doubts is recorded beside; the library asks the whole picture too, and refuses all.
                     "gate_on_other_pictures/images": Figure(sum(reading.refused for reading in pictures), 0, "shipped"),
                     # Recorded with a head and a distance that had not seen the patient, here with the shipped ones.
                     # A distance in 232 numbers is smaller for the images that it was fitted to.
                     "distance/flagged": share("out_of_distribution", 0.02), "picture/upright_called_inverted/share": share("inverted"),
                     "picture/upright_called_rotated/share": share("rotated")} | _turned(bundle, clinic + archive + others)


def _turned(bundle: Bundle, rows: list[LabelledRadiograph]) -> dict[str, Figure]:
    """Inverted and turned copies of every tenth chest; recorded with heads that had not seen the patient, here with the shipped one."""
    chosen = rows[::10]
    inverted = np.mean(["inverted" in bundle.read(255 - row.grey8()).codes for row in chosen])
    rotated = np.mean(["rotated" in bundle.read(np.rot90(row.grey8(), 1 + i % 3)).codes for i, row in enumerate(chosen)])
    return {"picture/inverted_found/share": Figure(float(inverted), SHARE, "shipped"),
            "picture/rotated_found/share": Figure(float(rotated), SHARE, "shipped")}


def of_the_folds(folds: Folds, shipped: Bundle, data: Path) -> dict[str, Figure]:
    """Agreement with the readers, and what changed copies do, each by the bundle that did not see the patient."""
    every = [row for row in ieee8023(data) if row.has_brixia or np.isfinite(row.extent)]
    rows = folds.held_out(every)
    if len(rows) < len(every):
        raise ValueError(f"the folds hold out {len(rows)} of {len(every)} scored images")
    base = [folds.read(row) for row in rows]
    scored = np.array([row.has_brixia for row in rows])
    lungs = {row.key: PredictedLungs(*reading.examination.lung_mask, np.nan) for row, reading in zip(rows, base, strict=True)}
    copies = {"shrunk": [Shrunk(row) for row in rows], "contrast_test": draw_contrasts(rows, TEST_SEED),
              "contrast_test_2": draw_contrasts(rows, TEST_SEED + 1), "painted_test": draw_painted(rows, lungs, TEST_SEED)}
    tested = {name: np.stack([folds.read(row, copy.grey8()).zones for row, copy in zip(rows, those, strict=True)]) for name, those in copies.items()}
    logit = np.array([raw_logit(folds.bundle(row), reading) for row, reading in zip(rows, base, strict=True)])
    zones = np.stack([reading.zones for reading in base])
    predicted = SimpleNamespace(brixia=zones.sum(1), zones=zones, tested=tested)
    known = [row for row, has in zip(rows, scored, strict=True) if has]
    patients, labels = [row.patient for row in known], np.stack([row.zones for row in known])

    def zone_error(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.abs(a - b).mean())

    platt = shipped.platt
    tree = {"brixia": figures._brixia(known, predicted.brixia[scored]), "recipes": {"shipped": {"brixia": figures._recipe(known, predicted, scored)}},
            "zones": {"mae": figures.bootstrap(zone_error, patients, predicted.zones[scored], labels),
                      "readers_mae": figures.bootstrap(zone_error, patients, *(np.stack([getattr(row, f"zones_{x}") for row in known]) for x in "sj"))},
            "infiltrates": figures._infiltrates(known, logit[scored], platt)}
    seen = {row.patient for archive in (hannover(data), ieee8023(data)) for row in archive if row.mask and row.allows_derivatives}
    unseen = np.flatnonzero([row.patient not in seen for row in known])
    tree["brixia_lung_network_unseen_patients"] = figures._agreement([known[i] for i in unseen], predicted.brixia[scored][unseen])
    for name in ("extent", "opacity"):
        chosen = [i for i, row in enumerate(rows) if np.isfinite(getattr(row, name))]
        label, value = np.array([getattr(rows[i], name) for i in chosen]), np.array([base[i].score(name) for i in chosen])
        names = [rows[i].patient for i in chosen]
        tree[name] = {"r": figures.bootstrap(figures.pearson, names, value, label),
                      "mae": figures.bootstrap(figures.mean_absolute_error, names, value, label)}
    shares = coverage(rows, base)
    return figures_of(tree, "folds") | {f"interval_coverage/{name}": Figure(part["value"], COVERAGE if name in ("extent", "opacity") else SHARE, "folds")
                                       for name, part in shares.items()}


def quick(folder: Path, data: Path) -> tuple[dict[str, float], dict[str, Figure]]:
    """Single images of evidence.json by the shipped bundle: recorded, and read again."""
    stored = json.loads((folder / "evidence.json").read_text())
    if stored["bundle"]["manifest_sha256"] != sha256(folder / "manifest.json"):
        sys.exit("evidence.json is of another manifest: run python -m aicovid_models.severity.evidence")
    rows = {row.key: row for row in ieee8023(data) + nih(data)}
    return single_images(Bundle(folder), rows, stored["images"], {
        "dice": (lambda row, reading: overlap(row, reading)["both"], 0.002), "clear_total": (lambda _, reading: reading.brixia, 0.002)})


def left_over(recorded: dict[str, float], now: dict[str, Figure]) -> None:
    """Names what is recorded and was not recomputed; an interval or a count goes with its figure."""
    missing = [path for path in recorded if path not in now]
    for part, reason in NOT_IN_A_BUNDLE.items():
        mine = [path for path in missing if path == part or path.startswith(part + "/")]
        missing = [path for path in missing if path not in mine]
        print(f"not recomputed: {part} ({len(mine)} figures): {reason}")
    parts = ("value", "low", "high", "images", "patients", "share")
    whole = dict.fromkeys(path.rsplit("/", 1)[0] if path.rsplit("/", 1)[-1] in parts else path for path in missing)
    for path in whole:
        if not any(done.startswith(path + "/") for done in now):
            print(f"not recomputed: {path}: measured by the training alone")


def main() -> None:
    arguments = recompute_arguments(__doc__)
    began, folder, data = time.monotonic(), arguments.bundle.resolve(), data_folder()
    if arguments.quick:
        recorded, now = quick(folder, data)
    else:
        recorded = flatten(json.loads((folder / "figures.json").read_text()))
        bundle = Bundle(folder)
        now = of_the_shipped(bundle, data) | of_the_folds(Folds(folds_folder(folder)), bundle, data)
    wrong = compare(recorded, now, GOALS)
    if not arguments.quick:
        left_over(recorded, now)
    print(f"{len(now)} figures, {wrong} disagree, {(time.monotonic() - began) / 60:.1f} minutes")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
