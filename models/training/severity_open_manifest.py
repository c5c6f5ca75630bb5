"""The manifest of models/severity-open, and its golden cases."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import bundle_files
from chest_preprocessing import PLANS
from lung_stage import find_lungs
from lungs import SIZE as LUNG_SIZE
from picture import CLASSES
from severity import DEEP
from severity_open import SCALE
from severity_stage import severity_inputs

LICENCE = "CC-BY-4.0"
INTENDED_USE = ("Research use only. Not a medical device. Reads lung fields and an uncalibrated severity index of pneumonia from a frontal chest "
                "radiograph of an adult.")
NOT_FOR = ("Diagnosis or exclusion of COVID-19 or of any disease; treatment decisions; children; lateral views; lungs after resection; comparison of "
           "the index with any published score.")


def assess(bundle: Path, pixels: np.ndarray) -> dict:
    """The chain of the two saved networks on one radiograph [H,W] uint8."""
    found = find_lungs(bundle_files.load_network(bundle, "lungs.pt"), pixels)
    image, mask = severity_inputs(pixels, found)
    with torch.inference_mode():
        index, *_ = bundle_files.load_network(bundle, "severity.pt")(torch.from_numpy(image), torch.from_numpy(mask))
    return {"severity_index": float(index), "lung_area_fraction": found.fraction}


def golden_cases(findings: dict) -> list[dict]:
    """The golden image, whose infiltrates a clinician has read, and the known patients whose infiltrates are known."""
    record = bundle_files.KNOWN_PATIENT | {"radiographic_infiltrates": True}
    image = {"image": "golden/rg1.png", "record": record, "tolerance": 1e-3,
             "expected": findings | {"outcomes": {"deterioration": bundle_files.known_risk(1.0)}}}
    return [image] + [{"record": known, "expected": {"outcomes": {"deterioration": risk}}, "tolerance": 1e-4}
                      for known, risk in bundle_files.KNOWN_RISKS]


def write(bundle: Path, version: str, gate: dict) -> None:
    golden = bundle_files.save_golden_image(bundle)
    networks = [("lungs", ["plan:mask_in"], {"mask": [1, 2, LUNG_SIZE, LUNG_SIZE], "picture": [1, CLASSES]}),
                ("severity", ["plan:severity_in", "mask:lungs"], {"severity_index": [1, 1], "embedding": [1, DEEP], "distance": [1, 1]})]
    manifest = {
        "schema": "aicovid.bundle/1", "name": "severity-open", "version": version, "licence": LICENCE,
        "intended_use": INTENDED_USE, "not_for": NOT_FOR, "accepts": {"modality": ["CR", "DX"], "views": ["AP", "PA"]}, "plans": PLANS,
        "networks": [{"role": role, "files": {"torchscript": {"path": f"{role}.pt", "sha256": bundle_files.sha256(bundle / f"{role}.pt")}},
                      "inputs": inputs, "outputs": outputs} for role, inputs, outputs in networks],
        "files": [{"path": "golden/rg1.png", "sha256": bundle_files.sha256(golden)}],
        "findings": {"severity_index": {"from": "severity_index", "scale": SCALE}}, "gate": gate, "clinical": [],
        "outcomes": [bundle_files.deterioration() | {"infiltrates": "clinician"}],
        "golden": golden_cases(assess(bundle, np.asarray(Image.open(golden)))),
    }
    (bundle / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
