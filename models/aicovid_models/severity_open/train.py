"""Trains the bundle models/severity-open on Hannover and NIH alone, and writes it with its measured figures.

    python -m aicovid_models.severity_open.train [--keep-lungs]

`ieee8023` is read after the bundle is written, to test it: its images, masks and scores enter no
weight, limit or distance, nor the choice of the penalty; how features are made was chosen for `severity`, on these images. Trained networks and
features are kept in models/cache/ and read again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import torch
from scipy.special import ndtr

from aicovid_models.bundle import onnx_export
from aicovid_models.bundle.files import replace, save_severity
from aicovid_models.command import MODELS, cache_folder, data_folder, report
from aicovid_models.gate import FAR, held_out_distances
from aicovid_models.radiographs.archives import ieee8023
from aicovid_models.radiographs.intensive_care import patient_weights
from aicovid_models.severity_open import card, figures, laboratory, lungs, material, weak_labels
from aicovid_models.severity_open.manifest import SCALE, write_manifest
from aicovid_models.severity_open.material import Features, Hospital
from aicovid_models.severity_open.network import IndexNet
from aicovid_models.zones.distance import Distance, embed, fit_distance
from aicovid_models.zones.ridge import Ridge

# The lower bound of r with the readers' mean total from which the index may be shipped.
ENOUGH = 0.3


def by_the_laboratory(hospital: Hospital, features: Features) -> tuple[laboratory.Choice, dict]:
    """The choice, and its figures."""
    labs = laboratory.laboratory(hospital)
    choice = laboratory.choose(labs, laboratory.PENALTIES, laboratory.held_out(hospital, laboratory.PENALTIES))
    grey = weak_labels.grey_of_lungs([image.row for image in hospital.images], features.lungs("clinic", [image.row for image in hospital.images]))

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
    scores, weights = weak_labels.index(fitted, hospital.features), patient_weights([image.row.patient for image in hospital.images])
    centre, spread = weak_labels.weighted_moments(scores, weights)
    order = np.argsort(scores)
    share = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    went = {image.row.patient for image in hospital.images if image.went == 1}
    return centre, spread, {"images": len(scores), "patients": len({image.row.patient for image in hospital.images}), "in_intensive_care_ever": len(went),
                            "largest_difference_from_their_shares": round(float(np.abs(ndtr((scores[order] - centre) / spread) - share).max()), 3)}


def known_chests(hospital: Hospital, features: Features, data: Path, fitted: Ridge) -> tuple[Distance, dict]:
    """The distance from them, and the limit beyond which an image is out of distribution."""
    samples = material.other_archive(data)
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
    test, fit, learnt = features.zones("scored", scored), weak_labels.fits(hospital.learnt), hospital.learnt
    samples = material.other_archive(data)
    others = np.concatenate([features.zones(name, rows) for name, rows in (("clear", samples.clear_learn), ("pneumonia", samples.pneumonia[::2]))])
    scores = {f"ridge, {penalty:.3g}": weak_labels.index(fit(penalty), test) for penalty in laboratory.PENALTIES}
    scores |= {f"view taken out, {penalty:.3g}": weak_labels.index(weak_labels.ridge_without_view(learnt, penalty), test)
               for penalty in weak_labels.PENALTIES}
    scores |= {f"principal components, {count}": weak_labels.index(weak_labels.components(learnt, others, count), test)
               for count in weak_labels.COMPONENTS}
    scores["grey of the lungs"] = weak_labels.grey_of_lungs(scored, features.lungs("scored", scored))
    return figures.optimism(scores, np.array([row.zones.sum() for row in scored]), np.array([row.patient for row in scored]))


def main() -> None:
    began = time.monotonic()
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--keep-lungs", action="store_true", help="leave lungs.pt and the limits of its gate as models/severity-open has them")
    keep_lungs = arguments.parse_args().keep_lungs
    torch.set_num_threads(1)
    data, work = data_folder(), cache_folder()
    # The bundle is written beside the old one and takes its place when it is complete.
    bundle, target = MODELS / "severity-open.new", MODELS / "severity-open"
    shutil.rmtree(bundle, ignore_errors=True)
    bundle.mkdir()
    part = lungs.kept(target, work) if keep_lungs else lungs.train(data, work)
    part.save(bundle)
    report(f"lungs and gate: {part.gate}")

    hospital = material.hospital(data, part.features)
    choice, chosen_by = by_the_laboratory(hospital, part.features)
    report(f"laboratory values choose: {chosen_by}")
    fitted = weak_labels.fits(hospital.learnt)(choice.penalty)
    centre, spread, reference = standardisation(hospital, fitted)
    distance, far = known_chests(hospital, part.features, data, fitted)
    save_severity(IndexNet(fitted, centre, spread, distance), bundle)
    scale = SCALE.format(patients=reference["patients"], went=reference["in_intensive_care_ever"])
    write_manifest(bundle, scale, part.gate | {"maximum_distance": far["maximum_distance"]})
    report(f"ONNX, largest differences from TorchScript: {onnx_export.add_onnx(bundle)}")

    in_care = hospital.learnt.in_care == 1
    learnt = {"images": len(in_care), "in_intensive_care": int(in_care.sum()), "patients": len(set(hospital.patients)),
              "patients_in_intensive_care": len(set(hospital.patients[in_care])), "ap": int(hospital.learnt.ap.sum())}
    measured = {"learnt_from": learnt, "laboratory": chosen_by, "reference": reference, "distance": far,
                **figures.measure(bundle, data), "candidates": candidates(hospital, part.features, data)}
    (bundle / "figures.json").write_text(json.dumps(measured, indent=1) + "\n")
    card.write(bundle)
    r = measured["readers"]["r"]
    if r["low"] <= ENOUGH:
        sys.exit(f"r with the readers {r}: not enough to be shipped; models/severity-open.new is left to be looked at")
    replace(target, bundle)
    report(f"r with the readers {r}; models/severity-open written in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
