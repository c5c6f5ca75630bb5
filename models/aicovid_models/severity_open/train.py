#!/usr/bin/env python3
"""Trains the bundle models/severity-open on Hannover and NIH alone, and writes it with its measured figures.

    .venv/bin/python models/training/train_severity_open.py [--keep-lungs]

Needs what train_severity.py needs. `ieee8023` is read after the bundle is written, to test it: its images, masks and scores enter no
weight, limit or distance, nor the choice of the penalty; how features are made was chosen for `severity`, on these images. Trained networks and features are kept in models/training/cache/ and read again.
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
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from scipy.special import ndtr  # noqa: E402

import bundle_files  # noqa: E402
import onnx_export  # noqa: E402
import open_bundle  # noqa: E402
import open_card  # noqa: E402
import open_figures  # noqa: E402
import open_labs  # noqa: E402
import open_lungs  # noqa: E402
import open_material  # noqa: E402
import severity_open  # noqa: E402
from icu_patients import patient_weights  # noqa: E402
from labelled_radiographs import ieee8023  # noqa: E402
from open_material import Features, Hospital  # noqa: E402
from open_network import IndexNet  # noqa: E402
from severity import Distance, Ridge, embed, fit_distance  # noqa: E402
from train_severity import FAR, data_folder, held_out_distances, report  # noqa: E402

VERSION = "1.0.0"
# The lower bound of r with the readers' mean total from which the index may be shipped.
ENOUGH = 0.3


def by_the_laboratory(hospital: Hospital, features: Features) -> tuple[open_labs.Choice, dict]:
    """The choice, and its figures."""
    labs = open_labs.laboratory(hospital)
    choice = open_labs.choose(labs, open_labs.PENALTIES, open_labs.held_out(hospital, open_labs.PENALTIES))
    grey = severity_open.grey_of_lungs([image.row for image in hospital.images], features.lungs("clinic", [image.row for image in hospital.images]))

    def name(penalty: float) -> str:
        return f"{penalty:.3g}" if np.isfinite(penalty) else "difference of means"

    return choice, {"penalty": name(choice.penalty), "tells": choice.tells, "best": {"penalty": name(choice.best["penalty"]),
                    **{part: round(choice.best[part], 3) for part in ("value", "standard_error", "low", "high")}},
                    "measures": {name(penalty): round(value, 3) for penalty, value in choice.measures.items()},
                    "patients": len(set(labs.patients[np.concatenate([rows for _, _, rows in labs.groups()])])),
                    "by_group": {group: counts | {"rho": round(choice.by_group[group], 3)} for group, counts in labs.counts().items()},
                    "grey_of_the_lungs": round(labs.measure(grey), 3)}


def standardisation(hospital: Hospital, fitted: Ridge) -> tuple[float, float, dict]:
    """Centre and spread of the index over the hospital's images, each patient weighing one, and how far the normal distribution is from theirs."""
    scores, weights = severity_open.index(fitted, hospital.features), patient_weights([image.row.patient for image in hospital.images])
    centre, spread = severity_open.weighted_moments(scores, weights)
    order = np.argsort(scores)
    share = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    went = {image.row.patient for image in hospital.images if image.went == 1}
    return centre, spread, {"images": len(scores), "patients": len({image.row.patient for image in hospital.images}), "in_intensive_care_ever": len(went),
                            "largest_difference_from_their_shares": round(float(np.abs(ndtr((scores[order] - centre) / spread) - share).max()), 3)}


def known_chests(hospital: Hospital, features: Features, data: Path, fitted: Ridge) -> tuple[Distance, dict]:
    """The distance from them, and the limit beyond which an image is out of distribution."""
    samples = open_material.other_archive(data)
    groups = {"clear": samples.clear_learn, "clear_test": samples.clear_test, "pneumonia_all": samples.pneumonia}
    plain = [hospital.features[:, 0], *(features.zones(name, rows, name == "clear")[:, 0] for name, rows in groups.items())]
    copies = [hospital.learnt.shrunk[:, 0], hospital.other_greys[:, 0]]
    patients = [image.row.patient for image in hospital.images] + [row.patient for rows in groups.values() for row in rows]
    embedded = embed(fitted, np.concatenate([*plain, *copies]))
    distances = held_out_distances(embedded, patients + 2 * list(hospital.patients))[: len(patients)]
    limit = round(float(np.percentile(distances, FAR)), 4)
    return fit_distance(embedded), {"maximum_distance": limit, "images": len(patients), "flagged": round(float((distances > limit).mean()), 4)}


def candidates(hospital: Hospital, features: Features, data: Path) -> dict:
    """Every candidate of the second and third rule, on the test images: what r is worth after so many looks."""
    scored = [row for row in ieee8023(data) if row.has_brixia]
    test, fit, learnt = features.zones("scored", scored), severity_open.fits(hospital.learnt), hospital.learnt
    samples = open_material.other_archive(data)
    others = np.concatenate([features.zones(name, rows) for name, rows in (("clear", samples.clear_learn), ("pneumonia", samples.pneumonia[::2]))])
    scores = {f"ridge, {penalty:.3g}": severity_open.index(fit(penalty), test) for penalty in open_labs.PENALTIES}
    scores |= {f"view taken out, {penalty:.3g}": severity_open.index(severity_open.ridge_without_view(learnt, penalty), test)
               for penalty in severity_open.PENALTIES}
    scores |= {f"principal components, {count}": severity_open.index(severity_open.components(learnt, others, count), test)
               for count in severity_open.COMPONENTS}
    scores["grey of the lungs"] = severity_open.grey_of_lungs(scored, features.lungs("scored", scored))
    return open_figures.optimism(scores, np.array([row.zones.sum() for row in scored]), np.array([row.patient for row in scored]))


def main() -> None:
    began = time.monotonic()
    arguments = argparse.ArgumentParser(description="Trains the bundle models/severity-open.")
    arguments.add_argument("--keep-lungs", action="store_true", help="leave lungs.pt and the limits of its gate as models/severity-open has them")
    keep_lungs = arguments.parse_args().keep_lungs
    torch.set_num_threads(1)
    data, work = data_folder(), HERE / "cache"
    work.mkdir(exist_ok=True)
    # The bundle is written beside the old one and takes its place when it is complete.
    bundle, target = ROOT / "models/severity-open.new", ROOT / "models/severity-open"
    shutil.rmtree(bundle, ignore_errors=True)
    bundle.mkdir()
    part = open_lungs.kept(target, work) if keep_lungs else open_lungs.train(data, work)
    part.save(bundle)
    report(f"lungs and gate: {part.gate}")

    hospital = open_material.hospital(data, part.features)
    choice, laboratory = by_the_laboratory(hospital, part.features)
    report(f"laboratory values choose: {laboratory}")
    fitted = severity_open.fits(hospital.learnt)(choice.penalty)
    centre, spread, reference = standardisation(hospital, fitted)
    distance, far = known_chests(hospital, part.features, data, fitted)
    bundle_files.save_severity(IndexNet(fitted, centre, spread, distance), bundle)
    scale = open_bundle.SCALE.format(patients=reference["patients"], went=reference["in_intensive_care_ever"])
    open_bundle.write_manifest(bundle, VERSION, scale, part.gate | {"maximum_distance": far["maximum_distance"]})
    report(f"ONNX, largest differences from TorchScript: {onnx_export.add_onnx(bundle)}")

    in_care = hospital.learnt.in_care == 1
    learnt = {"images": len(in_care), "in_intensive_care": int(in_care.sum()), "patients": len(set(hospital.patients)),
              "patients_in_intensive_care": len(set(hospital.patients[in_care])), "ap": int(hospital.learnt.ap.sum())}
    measured = {"learnt_from": learnt, "laboratory": laboratory, "reference": reference, "distance": far,
                **open_figures.measure(bundle, data), "candidates": candidates(hospital, part.features, data)}
    (bundle / "figures.json").write_text(json.dumps(measured, indent=1) + "\n")
    (bundle / "CARD.md").write_text(open_card.text(measured, VERSION))
    r = measured["readers"]["r"]
    if r["low"] <= ENOUGH:
        sys.exit(f"r with the readers {r}: not enough to be shipped; models/severity-open.new is left to be looked at")
    bundle_files.replace(target, bundle)
    report(f"r with the readers {r}; models/severity-open written in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
