"""Measures the evidence for a bundle through the library, and writes it beside the bundle's card.

    python -m aicovid_models.severity.evidence models/severity

What is cross-validated comes from the fold bundles (AICOVID_FOLDS, default models/folds/BUNDLE, written by the
cross-validation), everything else from the shipped bundle. Writes evidence.json, EVIDENCE.md and figures/*.svg into the bundle's
folder; the manifest does not list them. Nothing here is random but the seeded bootstraps and drawings.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from aicovid_models.bundle.files import sha256
from aicovid_models.command import data_folder, folds_folder, report
from aicovid_models.evidence import attribution, shortcuts
from aicovid_models.evidence.readings import Bundle, Folds, Reading, overlap
from aicovid_models.lungs.overlap import dice_of
from aicovid_models.radiographs import nih_samples
from aicovid_models.radiographs.archives import ZONES, LabelledRadiograph, hannover, ieee8023, nih
from aicovid_models.severity import evidence_page, plots
from aicovid_models.severity.fit import INFILTRATES_ABOVE
from aicovid_models.severity.lungs import lungs_of_others
from aicovid_models.statistics import agreement
from aicovid_models.statistics.evaluation import auroc, bootstrap

LIGHT, HEAVY = 6, 12


def listed_files(manifest: dict) -> list[str]:
    """What a bundle needs to run: the manifest and the files that it lists, in every format."""
    networks = [file["path"] for network in manifest["networks"] for file in network["files"].values()]
    return ["manifest.json", *networks, *(file["path"] for file in manifest.get("files", []))]


def lung_network(manifest: dict) -> str:
    """SHA-256 of its TorchScript file."""
    return next(network["files"]["torchscript"]["sha256"] for network in manifest["networks"] if network["role"] == "lungs")


def lungs_by_severity(rows: list[LabelledRadiograph], overlaps: list[dict]) -> dict:
    """Of the images that readers scored, by the mean of their totals."""
    total = np.array([row.zones.sum() for row in rows])
    parts = {"0 to 5": total < LIGHT, "6 to 11": (total >= LIGHT) & (total < HEAVY), "12 to 18": total >= HEAVY, "not scored": np.isnan(total),
             "all": np.ones(len(rows), bool)}
    return {name: dice_of([overlaps[i] for i in np.flatnonzero(chosen)], "both") for name, chosen in parts.items()}


def characteristics(data: Path) -> dict[str, dict]:
    """Sex and age (years) of the `ieee8023` images, where stated."""
    table = pd.read_csv(data / "ieee8023/metadata.csv").drop_duplicates("image").set_index("image")
    return {name: {"sex": row.sex if isinstance(row.sex, str) else "", "age": float(row.age)} for name, row in table[["sex", "age"]].iterrows()}


def described_bundle(folder: Path, manifest: dict) -> dict:
    """Which bundle the evidence is of."""
    return {"name": manifest["name"], "version": manifest["version"], "manifest_sha256": sha256(folder / "manifest.json"),
            "bytes": sum((folder / name).stat().st_size for name in listed_files(manifest))}


def described(data: Path, rows: list[LabelledRadiograph]) -> dict:
    """Who is in the images, and what is not known of them."""
    known = characteristics(data)
    sex, age = Counter(known[row.path.name]["sex"] or "not stated" for row in rows), np.array([known[row.path.name]["age"] for row in rows])
    stated = age[np.isfinite(age)]
    return {"images": len(rows), "patients": len({row.patient for row in rows}), "sex": dict(sex), "view": dict(Counter(row.view for row in rows)),
            "age": {"images": len(stated), "median": float(np.median(stated)), "lowest": float(stated.min()), "highest": float(stated.max())},
            "extent_and_opacity": int(sum(np.isfinite(row.extent) for row in rows))}


def subgroups(data: Path, rows: list[LabelledRadiograph], brixia: np.ndarray) -> dict:
    """Agreement with the mean of the readers by view, sex, age and severity."""
    known, patients = characteristics(data), [row.patient for row in rows]
    total, views = np.array([row.zones.sum() for row in rows]), np.array([row.view for row in rows])
    sex, age = (np.array([known[row.path.name][name] for row in rows]) for name in ("sex", "age"))
    groups = {"view": {name: views == name for name in sorted(set(views))},
              "sex": {"female": sex == "F", "male": sex == "M", "not stated": sex == ""},
              "age": agreement.thirds(age) | {"not stated": np.isnan(age)}, "mean of the readers": agreement.thirds(total)}
    groups["view"]["AP and AP Supine"] = views != "PA"
    return {title: {name: agreement.subgroup(patients, brixia, total, chosen) for name, chosen in parts.items() if chosen.sum() > 2}
            for title, parts in groups.items()}


def coverage(rows: list[LabelledRadiograph], readings: list[Reading]) -> dict:
    """Share of the mean readings that lie in the reported interval."""
    def share(inside: list, patients: list[str]) -> dict:
        return bootstrap(lambda x: float(x.mean()), patients, np.array(inside, float))

    def inside(label: np.ndarray | float, low, high) -> np.ndarray:
        return (label >= np.asarray(low)) & (label <= np.asarray(high))

    scored = [(row, reading) for row, reading in zip(rows, readings, strict=True) if row.has_brixia]
    patients = [row.patient for row, _ in scored]
    result = {"brixia": share([inside(row.zones.sum(), *reading.interval("brixia")) for row, reading in scored], patients),
              "zones": share([inside(row.zones, *(reading.zone_members(end) for end in ("low", "high"))).mean() for row, reading in scored], patients)}
    for name in ("extent", "opacity"):
        those = [(row, reading) for row, reading in zip(rows, readings, strict=True) if np.isfinite(getattr(row, name))]
        result[name] = share([inside(getattr(row, name), *reading.interval(name)) for row, reading in those], [row.patient for row, _ in those])
    return result


def infiltrates(folds: Folds, rows: list[LabelledRadiograph], readings: list[Reading]) -> dict:
    """Mean total above INFILTRATES_ABOVE, against the probability at the prevalence of the other folds' sample."""
    patients = [row.patient for row in rows]
    positive = np.array([row.zones.sum() > INFILTRATES_ABOVE for row in rows], float)
    probability = np.array([folds.bundle(row).infiltrates(reading) for row, reading in zip(rows, readings, strict=True)])
    names = np.array([folds.fold(row) for row in rows])
    prevalence = np.array([positive[names != name].mean() for name in names])
    groups = np.array_split(np.argsort(probability, kind="stable"), 4)
    return {"auroc": bootstrap(auroc, patients, probability, positive), "negatives": int((positive == 0).sum()),
            "brier": agreement.beside_the_prevalence(patients, probability, prevalence, positive),
            "groups": [{"predicted": round(float(probability[part].mean()), 3), "read": round(float(positive[part].mean()), 3), "images": len(part)}
                       for part in groups]}


def measure(folder: Path, data: Path) -> dict:
    bundle, folds = Bundle(folder), Folds(folds_folder(folder))
    clinic, archive, others = hannover(data), ieee8023(data), nih(data)
    rows = folds.held_out([row for row in archive if row.has_brixia or np.isfinite(row.extent)])
    readings = [folds.read(row) for row in rows]
    report(f"{len(rows)} images read by the bundles of {len(folds.bundles)} folds")
    given = [(row, reading) for row, reading in zip(rows, readings, strict=True) if row.has_brixia]
    without_score = [row.key for row, reading in given if not np.isfinite(reading.brixia)]
    scored = [(row, reading) for row, reading in given if np.isfinite(reading.brixia)]
    known, seen = [row for row, _ in scored], [reading for _, reading in scored]
    patients, brixia = [row.patient for row in known], np.array([reading.brixia for reading in seen])
    zones, s, j = np.stack([x.zones for x in seen]), np.stack([row.zones_s for row in known]), np.stack([row.zones_j for row in known])
    mean = (s + j).sum(1) / 2
    result = {
        "bundle": described_bundle(folder, bundle.manifest),
        "folds": {"count": len(folds.bundles), "images": len(rows), "patients": len({row.patient for row in rows}),
                  "scored": len(given), "without_score": without_score,
                  "lungs_of_the_shipped": all(lung_network(fold.manifest) == lung_network(bundle.manifest) for fold in folds.bundles.values())},
        "described": described(data, known),
        "agreement": agreement.beside_the_readers(patients, brixia, s.sum(1), j.sum(1)),
        "limits_of_agreement": {name: agreement.limits_of_agreement(patients, *pair) for name, pair in
                                (("model_mean", (brixia, mean)), ("s_j", (s.sum(1), j.sum(1))))},
        "zones": agreement.zone_agreement(patients, zones, s, j, ZONES),
        "calibration": agreement.calibration_of_totals(patients, brixia, mean),
        "subgroups": subgroups(data, known, brixia), "coverage": coverage(rows, readings),
        "infiltrates": infiltrates(folds, known, seen), "attribution": attribution.measure(known, seen)}
    report("agreement measured")
    result["controls"] = shortcuts.controls(folds, known, seen)
    report("controls measured")
    pictures = shortcuts.test_images([archive, clinic, others], shortcuts.IMAGES)
    result["shortcuts"] = shortcuts.summary(shortcuts.changes_by_drawing(bundle, pictures, lambda reading: reading.brixia), [row.patient for row in pictures])
    report("shortcuts measured")
    masked = lungs_of_others(archive)
    overlaps = [overlap(row, bundle.read(row.grey8())) for row in masked]
    result["lungs_by_severity"] = lungs_by_severity(masked, overlaps)
    clear = nih_samples.draw_samples(others).clear_test
    result["images"] = {"held_out_total": {row.key: [round(float(value), 3) for value in (total, row.zones_s.sum(), row.zones_j.sum())]
                                           for row, total in zip(known, brixia, strict=True)},
                        "dice": {row.key: round(found["both"], 4) for row, found in zip(masked, overlaps, strict=True)},
                        "clear_total": {row.key: round(bundle.read(row.grey8()).brixia, 3) for row in clear}}
    report("lungs and clear images measured")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    began, folder = time.monotonic(), parser.parse_args().bundle.resolve()
    measured = measure(folder, data_folder())
    (folder / "evidence.json").write_text(json.dumps(measured, indent=1) + "\n")
    plots.write_all(measured, folder / "figures")
    (folder / "EVIDENCE.md").write_text(evidence_page.text(measured))
    report(f"evidence written in {(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
