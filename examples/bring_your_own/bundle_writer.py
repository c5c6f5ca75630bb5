"""Writes a model bundle: traced networks, manifest with checksums, a golden image. docs/bundle.md says what each part means."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, TypeVar

import aicovid
import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("AICOVID_BUILD_DIR", ROOT / "build/release"))

RECIPES = ROOT / "examples/recipes"
GOLDEN = ROOT / "models/severity/golden/rg1.png"
# Stands in every report of such a bundle.
RANDOM_WEIGHTS = "LicenseRef-random-weights-without-meaning"

Network = TypeVar("Network", bound=nn.Module)


def plan(recipe: str) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = json.loads((RECIPES / f"{recipe}.json").read_text(encoding="utf-8"))
    return operations


def set_weights(network: Network, file: Path | None, seed: int, *example: torch.Tensor) -> Network:
    """The weights of a state dictionary, or random ones under which the layers' outputs stay of order 1.

    @param example  a batch of inputs, from which random networks take the statistics of their batch normalisation
    """
    if file is not None:
        # Tensors only: a pickled model is a program, and is not run.
        state = torch.load(file, map_location="cpu", weights_only=True)
        network.load_state_dict({name: value for name, value in state.items() if name != "op_threshs"})
        return network.eval()
    torch.manual_seed(seed)
    for module in network.modules():
        reset = getattr(module, "reset_parameters", None)
        if module is not network and reset is not None:
            reset()
        if isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")  # else little of an input is left after some layers
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the mean over all batches, here of the only one
    with torch.no_grad():
        network.train()(*example)
    return network.eval()


def save_traced(network: nn.Module, inputs: tuple[torch.Tensor, ...], file: Path) -> None:
    """Traces on the CPU; without the notes on source files and example inputs, which hold paths of this machine."""
    with torch.no_grad():
        torch.jit.trace(network.eval(), inputs).save(str(file))  # type: ignore[no-untyped-call]
    with zipfile.ZipFile(file) as archive:
        records = {name: archive.read(name) for name in archive.namelist()
                   if not name.endswith(".debug_pkl") and "/traced_inputs" not in name}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in records.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def entry(bundle: Path, name: str) -> dict[str, Any]:
    """The manifest's entry of a file of the bundle."""
    return {"path": name, "sha256": sha256(bundle / name)}


def network(bundle: Path, role: str, name: str, inputs: list[str], outputs: dict[str, list[int]]) -> dict[str, Any]:
    return {"role": role, "files": {"torchscript": entry(bundle, name)}, "inputs": inputs, "outputs": outputs}


def borrow_lungs(bundle: Path, source: Path) -> dict[str, Any]:
    """The network of the lungs of another bundle, with its plan and the limits of its gate: {"plans", "network", "gate", "licence"}.

    The bundle that takes it is bound by its licence too.
    """
    manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    lungs = next(one for one in manifest["networks"] if one["role"] == "lungs")
    shutil.copy(source / lungs["files"]["torchscript"]["path"], bundle / "lungs.pt")
    names = [name.removeprefix("plan:") for name in lungs["inputs"]]
    return {"plans": {name: manifest["plans"][name] for name in names},
            "network": network(bundle, "lungs", "lungs.pt", lungs["inputs"], lungs["outputs"]),
            # The distance is measured by the other bundle's severity network.
            "gate": {name: limit for name, limit in manifest.get("gate", {}).items() if name != "maximum_distance"},
            "licence": manifest["licence"]}


def network_input(operations: list[dict[str, Any]], image: Path = GOLDEN, lung_box: tuple[float, float, float, float] | None = None) -> torch.Tensor:
    """[1,C,H,W]: what the library gives a network of this plan for an image."""
    return torch.from_numpy(aicovid.Plan.parse(operations).run(aicovid.read(image), lung_box)[0])


def start(bundle: Path) -> None:
    """An empty folder with the golden image."""
    shutil.rmtree(bundle, ignore_errors=True)
    bundle.mkdir(parents=True)
    shutil.copy(GOLDEN, bundle / "golden.png")


def finish(bundle: Path, manifest: dict[str, Any], *, licence: str, with_weights: bool, expected: dict[str, Any], record: dict[str, Any] | None = None,
           files: tuple[str, ...] = ()) -> None:
    """Writes the manifest and runs the golden case: the C++ library must give what the Python network gave."""
    golden = {"image": "golden.png", "expected": expected, "tolerance": 1e-4} | ({"record": record} if record else {})
    manifest = {
        "schema": "aicovid.bundle/1", "name": bundle.name, "version": "1.0.0", "licence": licence if with_weights else RANDOM_WEIGHTS,
        "intended_use": "Research use only. Not a medical device." if with_weights else "Test of the software.",
        "not_for": "Diagnosis; treatment decisions; children; lateral views.",
        "accepts": {"modality": ["CR", "DX"], "views": ["AP", "PA"]},
    } | manifest | {"files": [entry(bundle, name) for name in ("golden.png", *files)], "golden": [golden]}
    (bundle / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    if subprocess.run([BUILD / "bin/aicovid", "model", "verify", bundle]).returncode != 0:
        sys.exit("the library does not give what the Python network gives")
