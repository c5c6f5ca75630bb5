"""Writes the bundle severity-open: manifest, golden cases; networks as `bundle.files` saves them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from aicovid_models.bundle.deterioration import KNOWN_PATIENT, deterioration, golden_cases, known_risk
from aicovid_models.bundle.files import load_network, save_golden_image, sha256
from aicovid_models.lungs.network import SIZE as LUNG_SIZE
from aicovid_models.lungs.training import find_lungs
from aicovid_models.picture.network import CLASSES
from aicovid_models.radiographs.preprocessing import PLANS
from aicovid_models.zones.features import DEEP, severity_inputs

VERSION = "1.0.1"
LICENCE = "CC-BY-4.0"
INTENDED_USE = ("Research use only. Not a medical device. Ranks frontal chest radiographs of adults with pneumonia by how heavily the lungs look "
                "affected, on an uncalibrated scale.")
NOT_FOR = ("Diagnosis or exclusion of COVID-19 or of any disease; telling sick lungs from clear ones; treatment decisions; admission to intensive care; "
           "comparing patients of different views, hospitals or devices; children; lateral views; lungs after resection.")
SCALE = ("about the share of {patients} COVID-19 inpatients' radiographs, {went} of them in intensive care at some time, that look less affected: "
         "0 none of them, 1 all; no probability, no Brixia score")


def read(bundle: Path, pixels: np.ndarray) -> dict:
    """The chain of the two saved networks on one radiograph [H,W] uint8."""
    found = find_lungs(load_network(bundle, "lungs.pt"), pixels)
    image, mask = severity_inputs(pixels, found)
    with torch.inference_mode():
        index, _, _ = load_network(bundle, "severity.pt")(torch.from_numpy(image), torch.from_numpy(mask))
    return {"severity_index": float(index), "lung_area_fraction": found.fraction}


def image_case(findings: dict) -> dict:
    """The golden image with a record whose infiltrates a clinician read."""
    expected = findings | {"outcomes": {"deterioration": known_risk(1.0)}}
    return {"image": "golden/rg1.png", "record": KNOWN_PATIENT | {"radiographic_infiltrates": True}, "expected": expected, "tolerance": 1e-3}


def write_manifest(bundle: Path, scale: str, gate: dict) -> None:
    golden = save_golden_image(bundle)

    def torchscript(name: str) -> dict:
        return {"torchscript": {"path": name, "sha256": sha256(bundle / name)}}

    manifest = {
        "schema": "aicovid.bundle/1", "name": "severity-open", "version": VERSION, "licence": LICENCE,
        "intended_use": INTENDED_USE, "not_for": NOT_FOR, "accepts": {"modality": ["CR", "DX"], "views": ["AP", "PA"]}, "plans": PLANS,
        "networks": [
            {"role": "lungs", "files": torchscript("lungs.pt"), "inputs": ["plan:mask_in"],
             "outputs": {"mask": [1, 2, LUNG_SIZE, LUNG_SIZE], "picture": [1, CLASSES]}},
            {"role": "severity", "files": torchscript("severity.pt"), "inputs": ["plan:severity_in", "mask:lungs"],
             "outputs": {"severity_index": [1, 1], "embedding": [1, DEEP], "distance": [1, 1]}}],
        "files": [{"path": "golden/rg1.png", "sha256": sha256(golden)}],
        "findings": {"severity_index": {"from": "severity_index", "scale": scale}},
        "gate": gate, "clinical": [],
        # The network reads no infiltrates: without a clinician's reading nothing is computed.
        "outcomes": [deterioration() | {"infiltrates": "clinician"}],
        "golden": golden_cases(image_case(read(bundle, np.asarray(Image.open(golden))))),
    }
    (bundle / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
