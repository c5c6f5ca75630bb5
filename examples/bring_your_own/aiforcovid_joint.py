#!/usr/bin/env python3
"""The AIforCOVID reference, image and clinical values in one network, as a bundle.

    .venv/bin/python examples/bring_your_own/aiforcovid_joint.py --weights joint.pt --columns my_columns.json

Image branch: DenseNet-121 or VGG-11 with batch normalisation; clinical branch: a perceptron with hidden layers of
64, 128, 128, 64, 32 and 16; both from the published solution (github.com/csabaiBio/ai4covid_cosbi_solution). How a joint
head was built is not in it: here one linear layer on both branches' last hidden layers, with the classes MILD, SEVERE.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import aicovid
import bundle_writer as writer
import torch
import torchvision
from torch import nn

from aicovid_models.lungs import masks

SIZE = 224
HIDDEN = (64, 128, 128, 64, 32, 16)
MILD, SEVERE = 0, 1
COLUMNS = Path(__file__).with_name("aiforcovid_columns.json")


def image_branch(name: str) -> tuple[nn.Module, int]:
    """A network of images and the length of its last hidden layer."""
    branch: Any
    if name == "densenet121":
        branch = torchvision.models.densenet121(weights=None)
        branch.classifier, features = nn.Identity(), branch.classifier.in_features
    else:
        branch = torchvision.models.vgg11_bn(weights=None)
        branch.classifier[6], features = nn.Identity(), branch.classifier[6].in_features
    return branch, features


class JointNetwork(nn.Module):
    """(image [N,3,224,224], sheet [N,columns] scaled to [0,1]) -> scores of MILD and SEVERE [N,2]: what is trained."""

    def __init__(self, image: str, columns: int) -> None:
        super().__init__()
        self.image, features = image_branch(image)
        layers: list[nn.Module] = []
        for inputs, outputs in zip((columns, *HIDDEN), HIDDEN):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(0.25)]
        self.clinical = nn.Sequential(*layers)
        self.head = nn.Linear(features + HIDDEN[-1], 2)

    def forward(self, image: torch.Tensor, sheet: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.head(torch.cat([self.image(image), self.clinical(sheet)], 1))
        return scores


class Fusion(nn.Module):
    """(features [1,F], values [1,N] in the units of the record) -> logit of SEVERE [1,1].

    Scales each value as the sheet was, and writes down what a record does not have as the columns' constants. The
    image branch is a network of its own, so that it runs once an image, and this one for each point of the interval.
    """

    low: torch.Tensor
    span: torch.Tensor
    constants: torch.Tensor
    place: torch.Tensor

    def __init__(self, joint: JointNetwork, columns: list[dict[str, Any]]) -> None:
        super().__init__()
        self.clinical, self.head = joint.clinical, joint.head
        given = [at for at, one in enumerate(columns) if "variable" in one]
        low = [columns[at].get("minimum", 0) for at in given]
        high = [columns[at].get("maximum", 1) for at in given]
        self.register_buffer("low", torch.tensor([low], dtype=torch.float32))
        self.register_buffer("span", torch.tensor([high], dtype=torch.float32) - self.low)
        self.register_buffer("constants", torch.tensor([[one.get("constant", 0) for one in columns]], dtype=torch.float32))
        place = torch.zeros(len(given), len(columns))
        place[range(len(given)), given] = 1
        self.register_buffer("place", place)

    def forward(self, features: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        sheet = self.constants + ((values - self.low) / self.span) @ self.place
        scores: torch.Tensor = self.head(torch.cat([features, self.clinical(sheet)], 1))
        return scores[:, SEVERE : SEVERE + 1] - scores[:, MILD : MILD + 1]


def read_columns(file: Path) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["columns"]
    return columns


def outcome_input(column: dict[str, Any]) -> dict[str, Any]:
    """The manifest's entry of a column; a missing value is replaced by the column's mean, as in the reference."""
    known: dict[str, Any] = {name: column[name] for name in ("variable", "unit", "is") if name in column}
    if "minimum" in column:
        known |= {"range": [column["minimum"], column["maximum"]], "reference": column["mean"]}
    return known | {"missing": {"value": column["mean"]}}


def example_record(columns: list[dict[str, Any]]) -> dict[str, Any]:
    """The patient of the golden case: numbers halfway between the column's mean and its maximum, flags alternating."""
    record = {}
    for at, one in enumerate(columns):
        if "minimum" in one:
            value = (one["mean"] + one["maximum"]) / 2
            record[one["variable"]] = {"value": value, "unit": one["unit"]} if "unit" in one else value
        elif "variable" in one:
            record[one["variable"]] = one["is"][0] if "is" in one else at % 2 == 0
    return record


def sheet_row(columns: list[dict[str, Any]], record: dict[str, Any]) -> torch.Tensor:
    """[1,columns]: a record as the reference's table has it, scaled by minimum and maximum, missing values by their mean."""
    row = []
    for one in columns:
        if "constant" in one:
            row.append(one["constant"])
            continue
        given = record.get(one["variable"], one["mean"])
        if "is" in one:
            row.append(given in one["is"] if one["variable"] in record else given)
        elif "minimum" in one:
            value = given["value"] if isinstance(given, dict) else given
            row.append((value - one["minimum"]) / (one["maximum"] - one["minimum"]))
        else:
            row.append(given)
    return torch.tensor([row], dtype=torch.float32)


def lung_box(lungs: dict[str, Any], bundle: Path, image: Path) -> tuple[float, float, float, float]:
    """The rectangle around the lungs, by the network of the lungs in Python."""
    pixels, source = aicovid.Plan.parse(*lungs["plans"].values()).run(aicovid.read(image))
    with torch.inference_mode():
        network = torch.jit.load(bundle / "lungs.pt")  # type: ignore[no-untyped-call]
        probabilities = network(torch.from_numpy(pixels))[0][0].numpy()
    box = masks.bounding_rectangle(masks.clean(probabilities), source)
    if box is None:
        raise ValueError("the network finds no lungs in the golden image")
    return box


def joint_network(image: str, columns: list[dict[str, Any]], weights: Path | None, seed: int) -> JointNetwork:
    generator = torch.Generator().manual_seed(seed)
    noise = torch.rand(4, 3, SIZE, SIZE, generator=generator), torch.rand(4, len(columns), generator=generator)
    return writer.set_weights(JointNetwork(image, len(columns)), weights, seed, *noise)


def export(bundle: Path, lungs: Path, columns: list[dict[str, Any]], image: str = "densenet121", weights: Path | None = None, seed: int = 0,
           licence: str = "Apache-2.0") -> None:
    writer.start(bundle)
    joint = joint_network(image, columns, weights, seed)
    fusion = Fusion(joint, columns).eval()
    record = example_record(columns)
    values = torch.zeros(1, sum("variable" in one for one in columns))
    pixels = torch.rand(1, 3, SIZE, SIZE)
    with torch.inference_mode():
        features = joint.image(pixels)
    writer.save_traced(joint.image, (pixels,), bundle / "image.pt")
    writer.save_traced(fusion, (features.clone(), values), bundle / "joint.pt")

    borrowed = writer.borrow_lungs(bundle, lungs)
    inputs = [outcome_input(one) for one in columns if "variable" in one]
    recipe = writer.plan("aiforcovid")
    with torch.inference_mode():
        golden_image = writer.network_input(recipe, lung_box=lung_box(borrowed, bundle, writer.GOLDEN))
        severe = joint(golden_image, sheet_row(columns, record)).softmax(1)[0, SEVERE].item()
    writer.finish(bundle, {
        "plans": borrowed["plans"] | {"image_in": recipe},
        "networks": [
            borrowed["network"],
            writer.network(bundle, "severity", "image.pt", ["plan:image_in"], {"image_features": list(features.shape)}),
            writer.network(bundle, "fusion", "joint.pt", ["severity:image_features", "record:values"], {"logit": [1, 1]})],
        "gate": borrowed["gate"],
        "outcomes": [{
            "name": "severe", "model": "network", "definition": "non-invasive ventilation, intensive care or death", "kind": "prognosis",
            "evidence": {"level": "none", "caveat": "not validated"},
            "population": {"age": [18, 110], "excluded": {"sars_cov_2": ["negative"]}},
            "inputs": inputs, "reference_logit": 0}],
    }, licence=f"{licence} AND {borrowed['licence']}", with_weights=weights is not None,
        expected={"outcomes": {"severe": severe}}, record=record)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="state dictionary of JointNetwork; random weights without it")
    parser.add_argument("--columns", type=Path, help="the columns of the training table, as in aiforcovid_columns.json")
    parser.add_argument("--image", choices=("densenet121", "vgg11_bn"), default="densenet121", help="the image branch")
    parser.add_argument("--lungs", type=Path, default=writer.ROOT / "models/severity", help="the bundle whose network of the lungs is taken")
    parser.add_argument("--seed", type=int, default=0, help="of random weights")
    parser.add_argument("--licence", default="Apache-2.0", help="of the weights")
    parser.add_argument("--out", type=Path, default=writer.ROOT / "build/bring_your_own/aiforcovid-joint")
    given = parser.parse_args()
    if (given.weights is None) != (given.columns is None):
        parser.error("--weights and --columns belong together: the network learned the columns' order and scale")
    export(given.out, given.lungs, read_columns(given.columns or COLUMNS), given.image, given.weights, given.seed, given.licence)


if __name__ == "__main__":
    main()
