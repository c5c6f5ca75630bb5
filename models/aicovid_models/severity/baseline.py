"""Measures 1.3.0 again, on the images that count, as the baseline of the second generation: baseline.json and baseline.md.

    python -m aicovid_models.severity.baseline

Scored images: the recipe of 1.3.0 in cross-validation, fitted anew on merged patients. RSNA's lungs and whole pictures that
readers labelled: the shipped network, which learnt from none of them. The test third of RSNA's lungs is opened, which is written down.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from aicovid_models.bundle.files import load_network, sha256
from aicovid_models.command import MODELS, cache_folder, data_folder, report
from aicovid_models.pages import interval, table_rows
from aicovid_models.radiographs import counted, rsna
from aicovid_models.severity import trial_figures
from aicovid_models.severity.fit import cross_validate, predict_zones
from aicovid_models.severity.material import kept_in, learners
from aicovid_models.severity.trial_figures import Predictions
from aicovid_models.severity.trial_material import TrialMaterial, gather_trial, of_rsna
from aicovid_models.zones.ridge import Ridge

HERE = Path(__file__).parent
WHY = "baseline: the shipped severity 1.3.0"
# Its held-out zones, in the cache: what trials are compared with.
KEPT = "held_out_130.npz"


def shipped_ridge(bundle: Path) -> Ridge:
    state = load_network(bundle, "severity.pt").state_dict()
    part = {name: state[name].numpy().astype(float) for name in ("weight", "intercept", "mean", "std")}
    return Ridge(part["weight"][:, 0], float(part["intercept"][0]), part["mean"][0], part["std"][0], np.nan)


def recipe_of_130(material: TrialMaterial, shipped: Ridge) -> Predictions:
    base = material.base
    drawn = {}
    for name, features in material.drawings.items():
        whole = np.full((len(base.rows), *features.shape[1:]), np.nan)
        whole[material.drawn_on] = features
        drawn[name] = whole
    held_out = cross_validate(base.rows, base.features, learners(base.rows)["all"], base.added, base.tested | drawn)
    return Predictions(held_out.zones, {name: held_out.tested[name] for name in base.tested},
                       {name: held_out.tested[name][material.drawn_on] for name in drawn},
                       *(predict_zones(shipped, labelled.features).clip(0, 3) for labelled in (material.learn, material.whole)))


def page(measured: dict) -> str:
    scored, rows = measured["scored"], []
    names = {"r": "r with the readers' mean", "error": "error of the total", "zones": "error of a zone", "error_reader_s": "error against reader S",
             "error_reader_j": "error against reader J", "readers_error": "S against J", "slope": "slope of the readers' mean on the prediction",
             "bias": "bias", "bias_predicted_heavy": "bias where the prediction is 12 or more", "bias_read_heavy": "bias where read 12 or more",
             "bias_read_heavy_readers": "the same, reader against reader", "zones_at_an_end": "zones below .1 or above 2.9",
             "zones_at_an_end_not_read_so": "zones there that were not read so", "greys_95": "other greys, 95th percentile", "shrunk_95": "small JPEG copies, 95th percentile",
             "drawings_outside_95": "drawings outside, 95th percentile", "drawings_inside_95": "drawings inside, 95th percentile"}
    for name, words in names.items():
        figure = scored[name]
        rows.append([words, interval(figure), f"{figure['images']} of {figure['patients']}"])
    rows.append(["mean of a zone where both readers say 0", f"{scored['where_both_read_0']:.2f}", f"{scored['zones_both_read_0']} zones"])
    rows.append(["totals lowered by a painted lung, and the most", f"{scored['painted_lowered']}, {scored['painted_lowest']:.2f}",
                 f"{scored['r']['images']} of {scored['r']['patients']}"])
    readers = []
    for where, words in (("rsna_learn", "RSNA's lungs to learn from"), ("rsna_test", "RSNA's test third"), ("whole_pictures", "whole pictures of NIH")):
        for view, part in measured[where].items():
            cells = [words, view.upper()]
            for name in ("normal", "not_normal", "opacity"):
                cells.append(f"{interval(part[name])}, {part[name]['images']}" if name in part else "-")
            for name in ("auroc_normal", "auroc_without"):
                found = part.get(name)
                cells.append("-" if found is None else interval(found["total"], 3)
                             + "".join(f"; {outline} {found[outline]['value']:.2f}" for outline in ("mask", "hull") if outline in found))
            readers.append(cells)
    lines = ["# Severity 1.3.0, measured again", "",
             "Baseline of the second generation, written by `python -m aicovid_models.severity.baseline` with `baseline.json`. Patients are merged, a picture",
             "counts once, nobody is younger than 18. Brackets are 95 % intervals by bootstrap over patients.", "",
             "## Scored images", "", "The recipe of 1.3.0, five folds grouped by patient.", "",
             "| figure | value | images of patients |", "|---|---|---|", table_rows(rows), "",
             "Drawings are those of the shipped bundle's evidence, on each patient's first scored image; the lungs are found anew.", "",
             "## Images whose class readers gave", "",
             "The shipped network. Mean total and number of images of each class; AUROC of the total for an opacity, and of a logistic regression of the",
             "outline alone, of the mask and of each lung's convex hull. RSNA's lungs come with masks that leave the heart and dense opacities out.", "",
             "| images | view | Normal | not normal, no opacity | opacity | AUROC, opacity against Normal; mask, hull alone | against all without opacity |",
             "|---|---|---|---|---|---|---|", table_rows(readers), "",
             "Whole pictures are of patients whom 1.3.0 did not learn from; Normal is RSNA's class, or an adjudicated reading without airspace opacity."]
    return "\n".join(lines) + "\n"


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    torch.set_num_threads(1)
    data, work, bundle = data_folder(), cache_folder(), MODELS / "severity"
    network, shipped = load_network(bundle, "lungs.pt"), shipped_ridge(bundle)
    material = gather_trial(data, network, work)
    predictions = recipe_of_130(material, shipped)
    np.savez(work / KEPT, zones=predictions.zones, learn=predictions.learn, whole=predictions.whole)
    measured = {"bundle": json.loads((bundle / "manifest.json").read_text())["version"], "manifest_sha256": sha256(bundle / "manifest.json"),
                **trial_figures.measure(material, predictions)}
    test = of_rsna("rsna_test", rsna.open_test(data, WHY), kept_in(network, work, counted))
    total = predict_zones(shipped, test.features).clip(0, 3).sum(1)
    measured["rsna_test"] = trial_figures.of_the_readers_classes(test, total, trial_figures.shape_scores(material.learn, test))
    (HERE / "baseline.json").write_text(json.dumps(measured, indent=1) + "\n")
    (HERE / "baseline.md").write_text(page(measured))
    report("baseline.json and baseline.md written")


if __name__ == "__main__":
    main()
