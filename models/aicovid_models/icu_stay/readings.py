"""What a bundle reads on radiographs, through the library, and the controls that need its networks one by one."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import aicovid
import numpy as np
import pandas as pd
import torch

from aicovid_models.bundle.files import load_network, save_lungs, sha256
from aicovid_models.lungs.network import LungNet
from aicovid_models.lungs.training import PredictedLungs, find_lungs
from aicovid_models.radiographs.archives import ZONES, LabelledRadiograph
from aicovid_models.zones.features import severity_inputs

GEOMETRY = ("area", "larger_share", "lung_height", "lung_width", "slenderness")


def _geometry(found: PredictedLungs) -> list[float]:
    """Of the lungs' outline alone: GEOMETRY, as parts of the picture's sides, which the raster covers."""
    y, x = np.nonzero(found.labels)
    size = found.labels.shape[0]
    if not y.size:
        return [0.0, 0.0, 0.0, 0.0, 0.0]
    height, width = np.ptp(y) + 1, np.ptp(x) + 1
    rows, columns = found.source[2] - found.source[0], found.source[3] - found.source[1]
    return [found.fraction, found.larger_share, height / size, width / size, height * rows / (width * columns)]


def _constant_texture(total_of, pixels: np.ndarray, found: PredictedLungs) -> float:
    """The total where every pixel inside the lungs has the same grey, the middle one: what is left is outline and surroundings."""
    image, mask = severity_inputs(pixels, found)
    image = image.copy()
    image[0][:, mask[0].max(0) > 0] = 0  # of the normalised greys
    return total_of(image, mask)


def read(bundle: Path, rows: list[LabelledRadiograph], saved: Path) -> pd.DataFrame:
    """A line an image, by its key: `status`, `brixia` and zones as the library gives them, GEOMETRY, and `constant`, the total with
    a constant texture in the lungs. Kept in `saved` for the bundle's networks; read again from there."""
    manifest = json.loads((bundle / "manifest.json").read_text())
    networks = "".join(network["files"]["torchscript"]["sha256"] for network in manifest["networks"])
    names = "".join(row.key for row in rows)
    kept = saved / f"readings_{hashlib.sha256((networks + names).encode()).hexdigest()[:16]}.json"
    if kept.exists():
        return pd.read_json(kept, orient="index", dtype={"status": str})
    files = {network["role"]: network for network in manifest["networks"]}
    lungs, severity = (load_network(bundle, files[role]["files"]["torchscript"]["path"]) for role in ("lungs", "severity"))
    where = list(files["severity"]["outputs"]).index("zones")

    def total(image: np.ndarray, mask: np.ndarray) -> float:
        with torch.inference_mode():
            return float(severity(torch.from_numpy(image), torch.from_numpy(mask))[where].sum())

    assessor, lines = aicovid.Assessor.load(bundle), {}
    for row in rows:
        pixels = row.grey8()
        examination = assessor.examine(aicovid.Radiograph.from_array(np.ascontiguousarray(pixels)))
        report = assessor.judge(examination)
        found = find_lungs(lungs, pixels)
        if examination.lung_mask is not None:
            # Sums in another order may turn a pixel whose probability is half: the library's own mask.
            found = replace(found, labels=examination.lung_mask[0])
        line = {"status": report["status"], "brixia": np.nan} | dict(zip(GEOMETRY, _geometry(found), strict=True))
        if "brixia" in report.get("image", {}):
            line["brixia"] = report["image"]["brixia"]["value"]
            line |= {zone: report["image"]["zones"][zone]["value"] for zone in ZONES}
            if abs(total(*severity_inputs(pixels, found)) - line["brixia"]) > 1e-3:
                raise ValueError(f"{row.key}: the networks run one by one give another total than the library")
        line["constant"] = _constant_texture(total, pixels, found)
        lines[row.key] = line
    saved.mkdir(parents=True, exist_ok=True)
    pd.DataFrame.from_dict(lines, orient="index").to_json(kept, orient="index", double_precision=12)
    return pd.read_json(kept, orient="index", dtype={"status": str})


def with_lungs(fold: Path, lungs: LungNet, target: Path) -> Path:
    """A copy of the bundle whose lung network is another one, without what the whole picture shows."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    manifest = json.loads((fold / "manifest.json").read_text())
    save_lungs(lungs, target)
    for network in manifest["networks"]:
        file = network["files"]["torchscript"]
        if network["role"] == "lungs":
            network["outputs"].pop("picture", None)
            network["files"] = {"torchscript": {"path": "lungs.pt", "sha256": sha256(target / "lungs.pt")}}
        else:
            network["files"] = {"torchscript": file}
            shutil.copy(fold / file["path"], target / file["path"])
    manifest["golden"], manifest["outcomes"] = [], []
    needed = {manifest["findings"]["infiltrates"]["calibration"]} if "infiltrates" in manifest["findings"] else set()
    manifest["files"] = [entry for entry in manifest["files"] if entry["path"] in needed]
    for path in needed:
        shutil.copy(fold / path, target / path)
    (target / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return target
