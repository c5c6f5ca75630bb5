#!/usr/bin/env python3
"""TorchXRayVision's DenseNet-121 with its severity regression, as a bundle.

    .venv/bin/python examples/bring_your_own/torchxrayvision_severity.py --weights densenet121-res224-all.pt

--weights: a state dictionary of torchxrayvision.models.DenseNet. Where the package may fetch its weights:

    model = torchxrayvision.models.DenseNet(weights="densenet121-res224-all")
    torch.save(model.state_dict(), "densenet121-res224-all.pt")
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import bundle_writer as writer
import torch
import torchxrayvision
from torch import nn

SIZE = 224
PATHOLOGIES = len(torchxrayvision.datasets.default_pathologies)
LUNG_OPACITY = torchxrayvision.datasets.default_pathologies.index("Lung Opacity")
# (slope, intercept, maximum) of the score on the raw "Lung Opacity" output: Cohen et al. 2020, arXiv 2005.11856; figures
# of github.com/mlmed/covid-severity, the model of version 1.
EXTENT = (0.8705248236656189, 3.4137437, 8)
OPACITY = (0.5484423041343689, 2.5535977, 6)


def densenet(weights: Path | None, seed: int) -> nn.Module:
    noise = 1024 * (2 * torch.rand(4, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(seed)) - 1)
    network: nn.Module = torchxrayvision.models.DenseNet()
    return writer.set_weights(network, weights, seed, noise)


class Severity(nn.Module):
    """[1,1,224,224] in [-1024,1024] -> extent [1,1], opacity [1,1], infiltrates_logit [1,1], pathologies [1,18].

    The raw outputs: the regression was fitted on them, not on probabilities.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        pathologies = self.network.classifier(self.network.features2(image))  # type: ignore[operator]
        z = pathologies[:, LUNG_OPACITY : LUNG_OPACITY + 1]
        extent, opacity = ((slope * z + intercept).clamp(0, maximum) for slope, intercept, maximum in (EXTENT, OPACITY))
        return extent, opacity, z, pathologies


def export(bundle: Path, weights: Path | None = None, seed: int = 0, platt: Path | None = None, target_prevalence: float = 0.65,
           lungs: Path | None = None, licence: str = "Apache-2.0") -> None:
    """
    @param lungs  a bundle whose network of the lungs checks that the picture is a chest; without it every image is flagged
    @param platt  how the Lung Opacity output becomes a probability of infiltrates (docs/bundle.md, `platt.json`): without
    it there is no such probability, and so no risk
    """
    writer.start(bundle)
    severity = Severity(densenet(weights, seed)).eval()
    image = writer.network_input(writer.plan("torchxrayvision"))
    writer.save_traced(severity, (image,), bundle / "severity.pt")
    with torch.inference_mode():
        extent, opacity, _, _ = severity(image)

    manifest: dict[str, Any] = {
        "plans": {"severity_in": writer.plan("torchxrayvision")},
        "networks": [writer.network(bundle, "severity", "severity.pt", ["plan:severity_in"], {
            "extent": [1, 1], "opacity": [1, 1], "infiltrates_logit": [1, 1], "pathologies": [1, PATHOLOGIES]})],
        "findings": {"extent": {"from": "extent"}, "opacity": {"from": "opacity"}},
    }
    if lungs is not None:
        borrowed = writer.borrow_lungs(bundle, lungs)
        manifest["plans"] |= borrowed["plans"]
        manifest["networks"].insert(0, borrowed["network"])
        manifest["gate"] = borrowed["gate"]
        licence = f"{licence} AND {borrowed['licence']}"
    if platt is not None:
        shutil.copy(platt, bundle / "platt.json")
        manifest["findings"]["infiltrates"] = {
            "from": "infiltrates_logit", "calibration": "platt.json", "target_prevalence": target_prevalence}
        # The published risk model takes the infiltrates of the image; what it needs of the patient: docs/fusion.md.
        shipped = json.loads((writer.ROOT / "models/severity/manifest.json").read_text(encoding="utf-8"))
        manifest["outcomes"] = [one for one in shipped["outcomes"] if one["model"] == "isaric_4c_deterioration"]
    writer.finish(bundle, manifest, licence=licence, with_weights=weights is not None,
                  expected={"extent": extent.item(), "opacity": opacity.item()}, files=("platt.json",) if platt else ())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="state dictionary; random weights without it")
    parser.add_argument("--seed", type=int, default=0, help="of random weights")
    parser.add_argument("--platt", type=Path, help="calibration of the Lung Opacity output, for a probability and a risk")
    parser.add_argument("--target-prevalence", type=float, default=0.65, help="share of patients with infiltrates where it is used")
    parser.add_argument("--lungs", type=Path, help="a bundle whose network of the lungs is taken along, such as models/severity")
    parser.add_argument("--licence", default="Apache-2.0", help="of the weights")
    parser.add_argument("--out", type=Path, default=writer.ROOT / "build/bring_your_own/torchxrayvision-severity")
    given = parser.parse_args()
    export(given.out, given.weights, given.seed, given.platt, given.target_prevalence, given.lungs, given.licence)


if __name__ == "__main__":
    main()
