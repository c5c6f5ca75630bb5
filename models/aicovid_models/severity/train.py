"""Trains the bundle models/severity on the public data of AICOVID_DATA and writes it with its measured figures.

    python -m aicovid_models.severity.train [--keep-lungs]

The training images go through the library's own preprocessing. Trained networks are kept in models/cache/ and read again;
delete that folder to train from nothing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time

import numpy as np
import torch

from aicovid_models.bundle import onnx_export
from aicovid_models.bundle.files import replace, save_severity
from aicovid_models.command import MODELS, cache_folder, data_folder, report
from aicovid_models.gate import FAR, held_out_distances
from aicovid_models.lungs.training import find_lungs
from aicovid_models.radiographs import nih_samples
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.severity import card, figures, lungs
from aicovid_models.severity.fit import Additions, Fitted, assemble, calibrate, cross_validate, fit
from aicovid_models.severity.manifest import infiltrates, write_manifest
from aicovid_models.severity.material import Material, gather, learners
from aicovid_models.severity.network import SeverityNet
from aicovid_models.statistics.conformal import interval_ends
from aicovid_models.statistics.evaluation import pearson
from aicovid_models.zones.distance import embed, fit_distance
from aicovid_models.zones.features import zone_features

# A fit on the images whose licence allows derivatives is shipped if it loses at most this much of r.
LICENCE_MARGIN = 0.02


def fit_all(material: Material, learn_from: np.ndarray, added: Additions) -> Fitted:
    clear = np.arange(len(added.clear_patients))
    return fit(assemble(material.features, material.labels, material.patients, added, np.flatnonzero(learn_from), clear))


def main() -> None:
    began = time.monotonic()
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--keep-lungs", action="store_true", help="leave lungs.pt and its figures as models/severity has them")
    keep_lungs = arguments.parse_args().keep_lungs
    torch.set_num_threads(1)
    data = data_folder()
    # The bundle is written beside the old one and takes its place when it is complete.
    work, bundle, target = cache_folder(), MODELS / "severity.new", MODELS / "severity"
    shutil.rmtree(bundle, ignore_errors=True)
    bundle.mkdir()
    part = lungs.kept(target) if keep_lungs else lungs.train(data, work)
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
    save_severity(SeverityNet(fitted.ridge, fitted.infiltrates, distance), bundle)
    write_manifest(bundle, calibrated.findings, calibrated.platt, gate)
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
            readings[sample] = {"brixia": zones.sum(1), "logit": logit, "probability": infiltrates(logit, scaling)}
        end = interval_ends(totals[scored], cross.brixia[scored], names)["low"]
        recipes[name] = {"nih": nih_samples.measure(material.samples, readings["clear"], readings["pneumonia"], end), "held_out": cross,
                         "golden_image": round(float(fit_of.predict(golden)[0].sum()), 2)}

    lung_rows = lungs.learnt_from(data)
    seen = {row.patient for row in lung_rows} | set(material.patients[learn_from])
    never_seen = np.flatnonzero(scored & np.array([row.patient not in seen for row in rows]))
    final = {"rows": [rows[i] for i in never_seen], "zones": fitted.predict(material.features[never_seen])[0]}
    learnt = [row for row, chosen in zip(rows, learn_from, strict=True) if chosen]
    measured = figures.measure(rows, scored, held_out, choice, calibrated.platt, calibrated.linear, part.figures, gate, lung_rows, learnt, final, recipes,
                               material.samples, added.clear_weight) | {"distance": far}
    (bundle / "figures.json").write_text(json.dumps(measured, indent=1) + "\n")
    card.write(bundle)
    replace(target, bundle)
    report(f"models/severity written in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
