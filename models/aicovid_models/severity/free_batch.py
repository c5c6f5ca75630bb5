"""Saves the networks of a bundle again, with the same weights and a free batch axis: bundles of before had the number of images as a constant.

    python -m aicovid_models.severity.free_batch models/severity VERSION

The severity network is traced anew and must give what it gave before, but for sums in another order; lungs.pt takes any number already
and stays as it is.
Both ONNX files are exported anew. The manifest gets the new checksums and VERSION, and the evidence of before, which holds for the same
outputs, names the new manifest. Nothing is trained. Afterwards the cards are written anew.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from aicovid_models.bundle import onnx_export
from aicovid_models.bundle.files import load_network, save_severity, sha256
from aicovid_models.command import report
from aicovid_models.severity.evidence import described_bundle
from aicovid_models.severity.network import SeverityNet
from aicovid_models.severity_open.network import IndexNet
from aicovid_models.zones.distance import Distance
from aicovid_models.zones.features import DEEP, SIZE, ZoneFeatures
from aicovid_models.zones.ridge import Ridge

# The mean over the zones is summed in another order for a batch; all else is the same to the bit.
TOLERANCE = 1e-5


def network_of(outputs: list[str]) -> nn.Module:
    """An untaught network with these outputs; its weights are still to be loaded."""
    zeros = np.zeros(ZoneFeatures.features)
    ridge, distance = Ridge(zeros, 0.0, zeros, zeros + 1, 0.0), Distance(np.zeros(DEEP), np.zeros((DEEP, DEEP)))
    return SeverityNet(ridge, (0.0, 0.0), distance) if "zones" in outputs else IndexNet(ridge, 0.0, 1.0, distance)


def largest_difference(before: nn.Module, after: nn.Module) -> float:
    """Of any output, on drawn chests with both lungs, with one and with none."""
    generator = torch.Generator().manual_seed(4)
    both = torch.zeros(1, 2, SIZE, SIZE)
    both[0, 0, 40:280, 30:140], both[0, 1, 50:260, 180:300] = 1, 1
    one = both.clone()
    one[:, 1] = 0
    largest = 0.0
    with torch.inference_mode():
        for mask in (both, both.flip(2), one, torch.zeros_like(both)):
            image = 2 * torch.rand(1, 1, SIZE, SIZE, generator=generator).expand(-1, 3, -1, -1) - 1
            largest = max([largest, *(float((old - new).abs().max()) for old, new in zip(before(image, mask), after(image, mask), strict=True))])
    return largest


def save_again(bundle: Path, version: str) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    by_role = {network["role"]: network for network in manifest["networks"]}
    before = load_network(bundle, "severity.pt")
    network = network_of(list(by_role["severity"]["outputs"]))
    network.load_state_dict(before.state_dict())
    save_severity(network, bundle)
    difference = largest_difference(before, load_network(bundle, "severity.pt"))
    if difference > TOLERANCE:
        raise ValueError(f"the network that was saved again gives other outputs than before: they differ by {difference}")
    report(f"severity.pt: largest difference from before {difference:.1e}")
    manifest["version"] = version
    by_role["severity"]["files"]["torchscript"]["sha256"] = sha256(bundle / "severity.pt")
    (bundle / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    report(f"ONNX, largest differences from TorchScript: {onnx_export.add_onnx(bundle)}")
    if (bundle / "evidence.json").exists():
        name_in_evidence(bundle)


def name_in_evidence(bundle: Path) -> None:
    evidence, manifest = (json.loads((bundle / name).read_text(encoding="utf-8")) for name in ("evidence.json", "manifest.json"))
    evidence["bundle"] = described_bundle(bundle, manifest)
    (bundle / "evidence.json").write_text(json.dumps(evidence, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("version", help="of the bundle with the new files")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    save_again(arguments.bundle.resolve(), arguments.version)


if __name__ == "__main__":
    main()
