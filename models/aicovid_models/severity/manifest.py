"""The manifest of `severity`: findings, calibration, golden cases."""

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
from aicovid_models.severity.fit import TARGET_PREVALENCE
from aicovid_models.zones.features import CELLS, DEEP, severity_inputs

VERSION = "1.3.1"
LICENCE = "LicenseRef-noncommercial-research"
INTENDED_USE = ("Research use only. Not a medical device. Reads lung fields and the six-zone Brixia severity of pneumonia from a frontal "
                "chest radiograph of an adult.")
NOT_FOR = ("Diagnosis or exclusion of COVID-19 or of any disease; treatment decisions; children; lateral views; lungs after resection; "
           "commercial use.")


def infiltrates(logit: np.ndarray, platt: dict) -> np.ndarray:
    """The probability that the library reports: Platt's, moved to the target prevalence."""
    def odds(share: float) -> float:
        return share / (1 - share)

    moved = np.exp(platt["slope"] * logit + platt["intercept"]) * odds(TARGET_PREVALENCE) / odds(platt["prevalence"])
    return moved / (1 + moved)


def assess(bundle: Path, pixels: np.ndarray, platt: dict) -> dict:
    """The chain of the two saved networks on one radiograph [H,W] uint8."""
    found = find_lungs(load_network(bundle, "lungs.pt"), pixels)
    image, mask = severity_inputs(pixels, found)
    with torch.inference_mode():
        zones, logit, _, attribution, _ = load_network(bundle, "severity.pt")(torch.from_numpy(image), torch.from_numpy(mask))
    values = [float(zone) for zone in zones[0]]
    return {"brixia": sum(values), "zones": values, "infiltrates": float(infiltrates(float(logit), platt)), "lung_area_fraction": found.fraction,
            "attribution_sum": float(attribution.sum())}


def image_case(findings: dict) -> dict:
    """The golden image with KNOWN_PATIENT's record."""
    expected = findings | {"outcomes": {"deterioration": known_risk(findings["infiltrates"])}}
    return {"image": "golden/rg1.png", "record": KNOWN_PATIENT, "expected": expected, "tolerance": 1e-3}


def write_manifest(bundle: Path, findings: dict, platt: dict, gate: dict) -> None:
    (bundle / "platt.json").write_text(json.dumps(platt, indent=1) + "\n")
    golden = save_golden_image(bundle)
    expected = assess(bundle, np.asarray(Image.open(golden)), platt)
    del expected["attribution_sum"]
    manifest = {
        "schema": "aicovid.bundle/1", "name": "severity", "version": VERSION, "licence": LICENCE,
        "intended_use": INTENDED_USE, "not_for": NOT_FOR,
        "accepts": {"modality": ["CR", "DX"], "views": ["AP", "PA"]},
        "plans": PLANS,
        "networks": [
            {"role": "lungs", "files": {"torchscript": {"path": "lungs.pt", "sha256": sha256(bundle / "lungs.pt")}},
             "inputs": ["plan:mask_in"], "outputs": {"mask": [1, 2, LUNG_SIZE, LUNG_SIZE], "picture": [1, CLASSES]}},
            {"role": "severity", "files": {"torchscript": {"path": "severity.pt", "sha256": sha256(bundle / "severity.pt")}},
             "inputs": ["plan:severity_in", "mask:lungs"],
             "outputs": {"zones": [1, 6], "infiltrates_logit": [1, 1], "embedding": [1, DEEP], "attribution": [1, 1, CELLS, CELLS],
                         "distance": [1, 1]}},
        ],
        "files": [{"path": path, "sha256": sha256(bundle / path)} for path in ("platt.json", "golden/rg1.png")],
        "findings": findings, "gate": gate, "clinical": [],
        "outcomes": [deterioration()],
        "golden": golden_cases(image_case(expected)),
    }
    (bundle / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
