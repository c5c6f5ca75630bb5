"""Writes the bundle: networks, calibration, golden case, manifest."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import severity_stage
from chest_preprocessing import PLANS
from lung_stage import find_lungs
from lungs import SIZE as LUNG_SIZE
from picture import CLASSES
from severity import CELLS, DEEP, SIZE
from severity_stage import TARGET_PREVALENCE

LICENCE = "LicenseRef-noncommercial-research"
INTENDED_USE = ("Research use only. Not a medical device. Reads lung fields and the six-zone Brixia severity of pneumonia from a frontal "
                "chest radiograph of an adult.")
NOT_FOR = ("Diagnosis or exclusion of COVID-19 or of any disease; treatment decisions; children; lateral views; lungs after resection; "
           "commercial use.")
# Quantiles of laboratory values for integrating out a missing one.
MISSING = {
    "urea": {"values": [2.9, 5.7, 9.2, 25.5]},
    "crp": {"values": [5, 45, 113, 297]},
    "lymphocytes": {"values": [0.3, 0.7, 1.1, 2.4]},
}
PROBABILITIES = [0.05, 0.35, 0.65, 0.95]
NOTE = "approximate, inferred from the published knots"
# Known values of ISARIC 4C Deterioration: Gupta et al. 2021, supplementary table 3, by hand, and the test of the R
# package resplab/ISARIC4C (97.9 %).
INFILTRATES_LOGIT = 0.3252
KNOWN_LOGIT = -1.9251


def _patient(*, sex: str, age: float, rate: float, spo2: float, urea: float, crp: float, lymphocytes: float, **flags: bool) -> dict:
    return {"age": {"value": age, "unit": "a"}, "sex": sex, "respiratory_rate": {"value": rate, "unit": "/min"},
            "spo2": {"value": spo2, "unit": "%"}, "gcs": 15, "urea": {"value": urea, "unit": "mmol/L"},
            "crp": {"value": crp, "unit": "mg/L"}, "lymphocytes": {"value": lymphocytes, "unit": "10*9/L"},
            "nosocomial": False, "on_oxygen": False} | flags


KNOWN_PATIENT = _patient(sex="female", age=50, rate=20, spo2=95, urea=5, crp=50, lymphocytes=1)
KNOWN_RISKS = [
    (KNOWN_PATIENT | {"radiographic_infiltrates": False}, 0.1273),
    (_patient(sex="male", age=41, rate=21, spo2=98, urea=5, crp=31, lymphocytes=0.8, radiographic_infiltrates=True), 0.1579),
    (_patient(sex="male", age=23, rate=50, spo2=51, urea=21, crp=32, lymphocytes=32, radiographic_infiltrates=True, nosocomial=True,
              on_oxygen=True), 0.9788),
]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _drop_source_notes(path: Path) -> None:
    """Rewrites a TorchScript archive without its notes on source files, which name folders of the machine that made it."""
    reader = torch._C.PyTorchFileReader(str(path))
    records = {name: reader.get_record(name) for name in reader.get_all_records()
               if not name.endswith(".debug_pkl") and name not in ("version", ".data/serialization_id")}
    del reader
    writer = torch._C.PyTorchFileWriter(str(path))
    for name, content in records.items():
        writer.write_record(name, content, len(content))
    writer.write_end_of_file()


def _save_traced(network: torch.nn.Module, inputs: tuple[torch.Tensor, ...], checks: list[tuple[torch.Tensor, ...]], path: Path) -> None:
    """Traces on the CPU and saves unoptimised; the file must give what the network gives, on inputs that it was not traced with."""
    network = network.eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    with torch.no_grad():
        traced = torch.jit.trace(network, inputs)
    traced.save(str(path))
    _drop_source_notes(path)
    loaded = torch.jit.load(str(path), map_location="cpu")
    with torch.inference_mode():
        for check in checks:
            for found, expected in zip(loaded(*check), network(*check), strict=True):
                if not torch.equal(found, expected) or not torch.isfinite(found).all():
                    raise ValueError(f"{path.name}: the traced network differs from the network it was made from")


def save_lungs(lungs: torch.nn.Module, bundle: Path) -> None:
    torch.manual_seed(1)
    image = torch.rand(1, 3, LUNG_SIZE, LUNG_SIZE)
    _save_traced(lungs, (image,), [(torch.rand_like(image),), (torch.zeros_like(image),)], bundle / "lungs.pt")


def save_severity(severity: torch.nn.Module, bundle: Path) -> None:
    torch.manual_seed(1)
    image, mask = torch.rand(1, 3, SIZE, SIZE), torch.zeros(1, 2, SIZE, SIZE)
    mask[0, 0, 40:280, 30:140], mask[0, 1, 50:260, 180:300] = 1, 1
    no_left = mask.clone()
    no_left[:, 1] = 0
    checks = [(torch.rand_like(image), mask.flip(2)), (torch.rand_like(image), no_left), (image, torch.zeros_like(mask))]
    _save_traced(severity, (image, mask), checks, bundle / "severity.pt")


def save_networks(lungs: LungsAndPicture, severity: SeverityNet, bundle: Path) -> None:
    save_lungs(lungs, bundle)
    save_severity(severity, bundle)


def save_golden_image(bundle: Path) -> Path:
    """A chest radiograph of pydicom-data (MIT), inverted for display (MONOCHROME1), 8 bits, 400 px wide."""
    import pydicom
    from pydicom.data import get_testdata_file

    dataset = pydicom.dcmread(get_testdata_file("RG1_J2KR.dcm"))
    stored = dataset.pixel_array.astype(np.float64)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        stored = stored.max() - stored
    low, high = np.percentile(stored, [0.5, 99.5])
    grey = Image.fromarray(np.uint8(np.clip((stored - low) / (high - low), 0, 1) * 255 + 0.5))
    path = bundle / "golden/rg1.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    grey.resize((400, round(400 * grey.height / grey.width)), Image.Resampling.BOX).save(path, optimize=True)
    return path


def replace(old: Path, new: Path) -> None:
    """The complete bundle `new` takes the place of `old`, if there is one, which goes once it is there."""
    aside = old.with_name(f"{old.name}.old")
    if old.exists():
        old.rename(aside)
    new.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


def load_network(bundle: Path, name: str) -> torch.jit.ScriptModule:
    return torch.jit.load(str(bundle / name), map_location="cpu").eval()


def infiltrates(logit: np.ndarray, platt: dict) -> np.ndarray:
    """The probability that the library reports: Platt's, moved to the target prevalence."""
    def odds(share: float) -> float:
        return share / (1 - share)

    moved = np.exp(platt["slope"] * logit + platt["intercept"]) * odds(TARGET_PREVALENCE) / odds(platt["prevalence"])
    return moved / (1 + moved)


def assess(bundle: Path, pixels: np.ndarray, platt: dict) -> dict:
    """The chain of the two saved networks on one radiograph [H,W] uint8."""
    found = find_lungs(load_network(bundle, "lungs.pt"), pixels)
    image, mask = severity_stage.severity_inputs(pixels, found)
    with torch.inference_mode():
        zones, logit, _, attribution, _ = load_network(bundle, "severity.pt")(torch.from_numpy(image), torch.from_numpy(mask))
    values = [float(zone) for zone in zones[0]]
    return {"brixia": sum(values), "zones": values, "infiltrates": float(infiltrates(float(logit), platt)), "lung_area_fraction": found.fraction,
            "attribution_sum": float(attribution.sum())}


def known_risk(infiltrates: float) -> float:
    """The risk of KNOWN_PATIENT, whose image shows infiltrates with this probability."""
    without, with_them = (1 / (1 + np.exp(-logit)) for logit in (KNOWN_LOGIT, KNOWN_LOGIT + INFILTRATES_LOGIT))
    return float(infiltrates * with_them + (1 - infiltrates) * without)


def deterioration() -> dict:
    """The published outcome's entry."""
    return {"name": "deterioration", "model": "isaric_4c_deterioration",
            "missing": {name: {"probabilities": PROBABILITIES, **values, "note": NOTE} for name, values in MISSING.items()}}


def golden_cases(findings: dict) -> list[dict]:
    """The golden image with KNOWN_PATIENT's record, and the known patients without an image."""
    expected = findings | {"outcomes": {"deterioration": known_risk(findings["infiltrates"])}}
    return [{"image": "golden/rg1.png", "record": KNOWN_PATIENT, "expected": expected, "tolerance": 1e-3}] + [
        {"record": record, "expected": {"outcomes": {"deterioration": risk}}, "tolerance": 1e-4} for record, risk in KNOWN_RISKS]


def write_manifest(bundle: Path, version: str, findings: dict, platt: dict, gate: dict) -> None:
    (bundle / "platt.json").write_text(json.dumps(platt, indent=1) + "\n")
    golden = save_golden_image(bundle)
    expected = assess(bundle, np.asarray(Image.open(golden)), platt)
    del expected["attribution_sum"]
    manifest = {
        "schema": "aicovid.bundle/1", "name": "severity", "version": version, "licence": LICENCE,
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
        "golden": golden_cases(expected),
    }
    (bundle / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
