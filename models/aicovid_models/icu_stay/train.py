"""Fits the outcome `icu_stay` on a trained bundle's readings and adds it to the bundle, with its figures.

    python -m aicovid_models.icu_stay.train [--version X.Y.Z]    after every training of models/severity
    python -m aicovid_models.icu_stay.train --check              measures again, compares with what the bundle has, writes nothing

Needs the fold bundles of the severity network (models/folds/severity, by `aicovid_models.severity.cross_validate`): a patient of the test set
is read by networks that saw no image of that patient. Readings are kept in models/cache/. The outcome's part of the card is
written by `python -m aicovid_models.severity.card`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from aicovid_models.bundle.files import sha256
from aicovid_models.command import MODELS, cache_folder, data_folder, folds_folder
from aicovid_models.icu_stay import card, figures, fit, readings
from aicovid_models.lungs.training import fit_networks
from aicovid_models.radiographs.archives import hannover
from aicovid_models.radiographs.intensive_care import IcuImage, hannover_icu, ieee8023_icu, is_covid_19, patient_weights

NAME, MODEL = "icu_stay", "icu_stay.json"
DEFINITION = "in intensive care when the radiograph was taken"
PERCENTILES = (0, 5, 10, 25, 50, 75, 90, 95, 100)
TOLERANCE = 0.01  # of an AUROC, measured again on another machine


def lines_of_test_set(bundle: Path, folds: Path, images: list[IcuImage], data: Path, work: Path) -> pd.DataFrame:
    """Readings of `ieee8023` by a lung network of Hannover's masks alone and the severity network of the fold that holds the
    patient out; a patient whom no fold learnt from is read by the bundle's own."""
    found = sorted(folds.glob("*/fold.json"))
    if not found:
        sys.exit(f"no fold bundles in {folds}: run python -m aicovid_models.severity.cross_validate first")
    fold_of = {Path(name).stem: path.parent for path in found for name in json.loads(path.read_text())["held_out"]}
    by_patient = {image.row.patient: fold_of[image.row.path.stem] for image in images if image.row.path.stem in fold_of}
    lungs = fit_networks({"hannover": [row for row in hannover(data) if row.mask]}, work)["hannover"]
    parts = []
    for fold in sorted({by_patient.get(image.row.patient, bundle) for image in images}):
        read_by = readings.with_lungs(fold, lungs, work / "icu" / f"{fold.parent.name}_{fold.name}")
        parts.append(readings.read(read_by, [x.row for x in images if by_patient.get(x.row.patient, bundle) == fold], work / "icu"))
    return pd.concat(parts).loc[[image.row.key for image in images]]


def weighted_percentiles(values: np.ndarray, weights: np.ndarray) -> list[float]:
    order = np.argsort(values)
    place = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    return [float(x) for x in np.interp(np.array(PERCENTILES) / 100, place, values[order])]


def outcome_of(model: fit.Logistic, index: np.ndarray, patients: list[str], positive: np.ndarray, measured: dict) -> dict:
    """The manifest's entry."""
    names = np.asarray(patients)
    in_icu = len(set(names[positive]))
    values = weighted_percentiles(index, patient_weights(patients))
    return {"name": NAME, "model": "logistic", "file": MODEL, "definition": DEFINITION, "kind": "concurrent_state",
            "evidence": card.evidence(measured),
            "population": {"age": [18, 110], "excluded": {"sars_cov_2": ["negative"]}},
            "inputs": [card.input_of(name, model) for name in model.inputs],
            "index": {"of": f"{len(set(patients))} patients of Hannover, {in_icu} of them in intensive care",
                      "percentiles": list(PERCENTILES), "values": [round(value, 6) for value in values]}}


def write(bundle: Path, model: fit.Logistic, outcome: dict, measured: dict, version: str | None) -> None:
    terms = [{"input": name, "mean": round(float(mean), 6), "scale": round(float(scale), 6), "coefficients": [round(float(beta), 6)]}
             for name, mean, scale, beta in zip(model.inputs, model.mean, model.scale, model.coefficients, strict=True)]
    (bundle / MODEL).write_text(json.dumps({"intercept": round(model.intercept, 6), "terms": terms}, indent=1) + "\n")
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["version"] = version or manifest["version"]
    manifest["files"] = [entry for entry in manifest["files"] if entry["path"] != MODEL]
    manifest["files"].append({"path": MODEL, "sha256": sha256(bundle / MODEL)})
    manifest["outcomes"] = [entry for entry in manifest["outcomes"] if entry["name"] != NAME] + [outcome]
    for golden in manifest["golden"]:
        if "brixia" in golden["expected"]:  # a missing laboratory value adds nothing, and the golden patient has none but the CRP
            known = {"brixia": golden["expected"]["brixia"]} | {
                name: golden["record"][name]["value"] for name in model.inputs if name in golden["record"]}
            logit = model(np.array([[known.get(name, np.nan) for name in model.inputs]]))
            golden["expected"].setdefault("outcomes", {})[NAME] = float(1 / (1 + np.exp(-logit[0])))
    (bundle / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    (bundle / card.FIGURES).write_text(json.dumps(measured, indent=1) + "\n")


def differences(measured: dict, recorded: dict, where: str = "") -> list[str]:
    if isinstance(measured, dict):
        return [line for name in measured.keys() | recorded.keys()
                for line in (differences(measured[name], recorded[name], f"{where}/{name}") if name in measured and name in recorded
                             else [f"{where}/{name}: only in one of them"])]
    same = measured == recorded or (isinstance(measured, float) and abs(measured - recorded) <= TOLERANCE)
    return [] if same else [f"{where}: recorded {recorded}, now {measured}"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("bundle", nargs="?", type=Path, default=MODELS / "severity")
    options.add_argument("--version", help="the bundle's new version")
    options.add_argument("--check", action="store_true")
    asked = options.parse_args()
    torch.set_num_threads(1)
    data, bundle, work = data_folder(), asked.bundle.resolve(), cache_folder()

    learn = [image for image in hannover_icu(data) if image.state != "other"]
    lines = readings.read(bundle, [image.row for image in learn], work / "icu")
    if not np.isfinite(lines.brixia).all():
        sys.exit("the bundle refuses images of Hannover: the patients to learn from would be chosen by their images")
    positive, patients = np.array([image.state == "in" for image in learn]), [image.row.patient for image in learn]
    model = fit.choose_and_fit(fit.columns_of(learn, lines.brixia.to_numpy()), positive, patients)

    test = ieee8023_icu(data)
    test_lines = lines_of_test_set(bundle, folds_folder(bundle), test, data, work)
    measured = {"shipped": {"inputs": list(model.inputs), "strength": model.strength}, "internal": figures.internal(learn, lines),
                "external": figures.external(model, figures.fit_geometry(learn, lines), test, test_lines, is_covid_19(data, test))}
    if asked.check:
        found = differences(json.loads(json.dumps(measured)), json.loads((bundle / card.FIGURES).read_text()))
        print("\n".join(found) or "all figures as recorded")
        sys.exit(bool(found))
    columns = fit.columns_of(learn, lines.brixia.to_numpy())
    index = 1 / (1 + np.exp(-model(np.column_stack([columns[name] for name in model.inputs]))))
    write(bundle, model, outcome_of(model, index, patients, positive, measured), measured, asked.version)
    print(f"{NAME}: {card.evidence(measured)}; now the card: python -m aicovid_models.severity.card")


if __name__ == "__main__":
    main()
