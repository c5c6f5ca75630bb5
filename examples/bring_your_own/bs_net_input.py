#!/usr/bin/env python3
"""A network on BS-Net's input and with BS-Net's output, as a bundle: six zones, each with the probabilities of 0 to 3 points.

    .venv/bin/python examples/bring_your_own/bs_net_input.py --weights zones.pt

BS-Net (Signoroni et al. 2021, github.com/BrixIA/Brixia-score-COVID-19) itself is a Keras network; here a ResNet-18 of
one input channel stands in its place. Input [1,1,512,512] in [0,1] and output [1,3,2,4] are BS-Net's: rows of the
picture from top to bottom, its left and right half, four classes. So a network that was trained to them is exported by
changing `ZoneClasses` alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import bundle_writer as writer
import torch
import torchvision
from torch import nn

SIZE = 512
CLASSES = 4


class ZoneClasses(nn.Module):
    """[N,1,512,512] -> [N,3,2,4], probabilities of 0 to 3 points."""

    def __init__(self) -> None:
        super().__init__()
        resnet = torchvision.models.resnet18(weights=None)
        resnet.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
        self.features = nn.Sequential(*list(resnet.children())[:-2])
        self.head = nn.Conv2d(512, CLASSES, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        # The mean over thirds of the height and halves of the width: rows 0-5, 5-11, 10-16 of 16.
        zones = nn.functional.adaptive_avg_pool2d(self.features(image), (3, 2))
        classes: torch.Tensor = self.head(zones)
        return classes.permute(0, 2, 3, 1).softmax(-1)


class Zones(nn.Module):
    """[1,1,512,512] -> zones [1,6]: the mean of the points under their probabilities, in the manifest's order.

    The patient's right lung is in the left half of the picture: its three zones come first.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("points", torch.arange(CLASSES, dtype=torch.float32))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        return ((self.network(image) * self.points).sum(-1).permute(0, 2, 1).reshape(1, 6),)


def zone_classes(weights: Path | None, seed: int) -> nn.Module:
    noise = torch.rand(2, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))
    return writer.set_weights(ZoneClasses(), weights, seed, noise)


def export(bundle: Path, weights: Path | None = None, seed: int = 0, licence: str = "Apache-2.0") -> None:
    writer.start(bundle)
    network = Zones(zone_classes(weights, seed)).eval()
    image = writer.network_input(writer.plan("bs_net"))
    writer.save_traced(network, (image,), bundle / "severity.pt")
    with torch.inference_mode():
        zones = network(image)[0][0].tolist()
    writer.finish(bundle, {
        "plans": {"severity_in": writer.plan("bs_net")},
        "networks": [writer.network(bundle, "severity", "severity.pt", ["plan:severity_in"], {"zones": [1, 6]})],
        "findings": {"brixia": {"from": "sum(zones)"}, "zones": {"from": "zones"}},
    }, licence=licence, with_weights=weights is not None, expected={"zones": zones, "brixia": sum(zones)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="state dictionary of ZoneClasses; random weights without it")
    parser.add_argument("--seed", type=int, default=0, help="of random weights")
    parser.add_argument("--licence", default="Apache-2.0", help="of the weights")
    parser.add_argument("--out", type=Path, default=writer.ROOT / "build/bring_your_own/bs-net-input")
    given = parser.parse_args()
    export(given.out, given.weights, given.seed, given.licence)


if __name__ == "__main__":
    main()
