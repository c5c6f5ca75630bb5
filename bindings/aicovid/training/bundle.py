"""The bundle of a study: the image networks of the bundle that made the cohort's examinations, with one more outcome."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

import aicovid
from aicovid.errors import BadBundleError, InvalidArgumentError
from aicovid.training.card import card
from aicovid.training.embedding import line, write_network
from aicovid.training.inputs import Input, Kind
from aicovid.training.logistic import Term
from aicovid.training.study import Study
from aicovid.training.trees import Trees

_PERCENTILES = (0, 5, 10, 25, 50, 75, 90, 95, 100)


def write_bundle(one: Study, image_bundle: Path, out: Path, *, manifest_sha256: str | None, licence: str, data: str) -> aicovid.Assessor:
    """Writes the bundle, and loads it.

    Parameters
    ----------
    one : Study
    image_bundle : path
        The folder of the bundle that made the examinations.
    out : path
        A folder that does not exist yet, or is empty; its name is the bundle's.
    manifest_sha256 : str or None
        Of the cohort's examinations: another bundle would read another Brixia total.
    licence : str
        Of what was learnt from the cohort; the image bundle's binds too.
    data : str
        What the cohort is, for the card.

    Raises
    ------
    InvalidArgumentError
        The folder is not empty.
    BadBundleError
        The image bundle is another one, or what was written does not load.
    """
    check_image_bundle(image_bundle, manifest_sha256)
    manifest = copy_bundle(image_bundle, out)
    model_file, line_file = f"{one.outcome}.json", f"{one.outcome}_platt.json"
    added = [line_file]
    if any(item.name.startswith("embedding_") for item in one.inputs):
        if any(network["role"] == "fusion" for network in manifest["networks"]):
            raise InvalidArgumentError("the image bundle has a fusion network already; expected one without")
        network = write_network(one.fused, out)
        for entry in network["files"].values():
            entry["sha256"] = _sha256(out / entry["path"])
        manifest["networks"] = [*manifest["networks"], network]
        outcome, golden = _network_outcome(one, line_file), _network_golden(one, image_bundle, manifest)
    else:
        _write(out / model_file, one.fused.model.to_json())
        added.append(model_file)
        outcome, golden = outcome_of(one, model_file, line_file), _golden(one, manifest)
    _write(out / line_file, _line(one, data))
    manifest |= {
        "name": out.name, "version": "1.0.0", "licence": f"{licence} AND {manifest['licence']}",
        "files": [*manifest.get("files", []), *({"path": name, "sha256": _sha256(out / name)} for name in added)],
        "outcomes": [*manifest.get("outcomes", []), outcome],
        "golden": [*manifest.get("golden", []), *golden],
    }  # fmt: skip
    rewrite(out, manifest)
    (out / "CARD.md").write_text(card(one, data=data, licence=manifest["licence"], image=f"{_name(image_bundle)}"), encoding="utf-8")
    _write(out / "figures.json", dict(one.figures))
    return aicovid.Assessor.load(out)


def check_image_bundle(image_bundle: Path, manifest_sha256: str | None) -> None:
    """Whether a bundle is the one that made a cohort's examinations.

    Raises
    ------
    BadBundleError
        It is another one, or none.
    """
    manifest_file = image_bundle / "manifest.json"
    if not manifest_file.is_file():
        raise BadBundleError("the image bundle has no manifest.json")
    digest = hashlib.sha256(manifest_file.read_bytes()).hexdigest()
    if manifest_sha256 is not None and digest != manifest_sha256:
        raise BadBundleError(f"the image bundle's manifest has the SHA-256 {digest[:12]}...; the cohort's examinations were made with {manifest_sha256[:12]}...")


def copy_bundle(bundle: Path, out: Path) -> dict[str, Any]:
    """Copies what the manifest names into an empty folder, and gives the manifest.

    Raises
    ------
    InvalidArgumentError
        The folder is not empty.
    """
    if out.exists() and any(out.iterdir()):
        raise InvalidArgumentError("the folder of the bundle is not empty")
    manifest: dict[str, Any] = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    for name in _files_of(manifest):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(bundle / name, out / name)
    return manifest


def rewrite(out: Path, manifest: Mapping[str, Any]) -> None:
    """Writes the manifest."""
    _write(out / "manifest.json", dict(manifest))


def outcome_of(one: Study, model_file: str, line_file: str) -> dict[str, Any]:
    """The manifest's entry."""
    figures, trees = one.figures, isinstance(one.fused.model, Trees)
    best = figures["sets"][figures["model"]]
    area = best.get("auroc")
    told = "too few patients for a figure" if area is None else f"AUROC {area['value']:.2f} ({area.get('low', 0):.2f} to {area.get('high', 1):.2f})"
    caveat = "one's own cohort; not validated elsewhere" + "".join(f"; {trap.replace('_', ' ')} predicts as well" for trap in figures["traps"])
    if figures.get("times_unknown"):
        caveat += "; no time of an event is known, so that image and values may be of after it"
    entry: dict[str, Any] = {
        "name": one.outcome, "model": "xgboost" if trees else "logistic", "file": model_file, "calibration": line_file, "definition": one.definition, "kind": one.kind,
        "evidence": {"level": "internal", "patients": len(set(one.material.patients)), "result": f"{told}, patients held out", "caveat": caveat},
        "population": _population(one), "inputs": [_input(term, trees, bool(np.isnan(one.material.values[:, place]).any())) for place, term in enumerate(one.fused.model.terms)],
    }  # fmt: skip
    if one.kind == "concurrent_state":
        share = np.sort(one.out_of_fold[~np.isnan(one.out_of_fold)])
        entry["index"] = {"of": f"{len(set(one.material.patients))} patients of the cohort", "percentiles": list(_PERCENTILES),
                          "values": [round(float(value), 6) for value in np.percentile(share, _PERCENTILES)]}  # fmt: skip
    return entry


def _network_outcome(one: Study, line_file: str) -> dict[str, Any]:
    """The manifest's entry of an outcome that the fusion network reads from the embedding and the Brixia total."""
    entry = outcome_of(one, "", line_file)
    weight, intercept = line(one.fused.model)
    # Of an image with the mean embedding and no opacity.
    mean = np.array([term.mean for term in one.fused.model.terms])
    mean[-1] = 0
    entry |= {"model": "network", "reference_logit": float(intercept + weight @ mean), "inputs": [{"variable": "brixia", "reference": 0}]}
    del entry["file"]
    return entry


def _network_golden(one: Study, image_bundle: Path, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    image = next((case["image"] for case in manifest.get("golden", []) if "image" in case), None)
    if image is None:
        return []
    seen = aicovid.Assessor.load(image_bundle).examine(aicovid.read(image_bundle / image))
    if seen.embedding is None or seen.findings is None or seen.findings.brixia is None:
        return []
    values = np.append(np.asarray(seen.embedding, dtype=np.float64).ravel(), seen.findings.brixia.value)
    expected = float(one.fused.probability(values[None])[0])
    return [{"image": image, "expected": {"outcomes": {one.outcome: expected}}, "tolerance": 0.001}]


def _population(one: Study) -> dict[str, Any]:
    ages = next((term for term in one.fused.model.terms if term.input.name == "age"), None)
    return {} if ages is None else {"age": [float(np.floor(ages.lowest)), float(np.ceil(ages.highest))]}


def _input(term: Term, of_trees: bool, was_missing: bool) -> dict[str, Any]:
    of, entry = term.input, {"variable": term.input.name}
    told: dict[str, Any] = dict(entry)
    if of.kind is Kind.FINDING:
        told["reference"] = 0
    elif of.kind is Kind.TERM:
        told["is"] = [of.positive]
    elif of.kind is Kind.NUMBER:
        if of.unit:
            told["unit"] = of.unit
        told |= {"range": [term.lowest, term.highest], "reference": term.replacement}
    # What no exam lacked is required. Trees have a branch of their own for what is missing.
    if of_trees:
        return told | ({"missing": {}} if was_missing else {})
    return told | ({"missing": {"value": term.replacement}} if was_missing else {})


def _line(one: Study, data: str) -> dict[str, Any]:
    material = one.material
    return {"method": "platt", "slope": one.fused.slope, "intercept": one.fused.intercept,
            "fitted_on": {"text": f"{data}; each patient by a model of the other folds", "patients": len(set(material.patients)),
                          "events": int(material.event.sum())}}  # fmt: skip


def _golden(one: Study, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An image of the bundle with a record at the middle of each input, computed here: the library must give the same."""
    image = next((case for case in manifest.get("golden", []) if "image" in case and "brixia" in case["expected"]), None)
    values, record = [], {}
    for term in one.fused.model.terms:
        value, entry = _middle(term.input, term, None if image is None else image["expected"]["brixia"])
        if value is None:
            return []
        values.append(value)
        if entry is not None:
            record[term.input.name] = entry
    logit = float(one.fused.model.logit(np.array([values]))[0])
    expected = {"outcomes": {one.outcome: float(expit(one.fused.intercept + one.fused.slope * logit))}}
    needs_image = any(term.input.kind is Kind.FINDING for term in one.fused.model.terms)
    case: dict[str, Any] = {"record": record, "expected": expected, "tolerance": 0.001}
    return [case | ({"image": image["image"]} if needs_image and image is not None else {})]


def _middle(one: Input, term: Term, brixia: float | None) -> tuple[float | None, Any]:
    if one.kind is Kind.FINDING:
        return brixia, None
    if one.kind is Kind.FLAG:
        return 1.0, True
    if one.kind is Kind.TERM:
        return 1.0, one.positive
    value = term.replacement
    return value, {"value": value, "unit": one.unit} if one.unit else value


def _files_of(manifest: Mapping[str, Any]) -> list[str]:
    names = [entry["path"] for entry in manifest.get("files", [])]
    for network in manifest.get("networks", []):
        for entry in network["files"].values():
            names.append(entry["path"])
            if "weights" in entry:
                names.append(entry["weights"]["path"])
    return names


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _write(file: Path, members: Any) -> None:
    file.write_text(json.dumps(members, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _name(bundle: Path) -> str:
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    return f"{manifest['name']} {manifest['version']}"
