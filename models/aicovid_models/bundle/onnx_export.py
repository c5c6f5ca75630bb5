"""Adds ONNX files to a bundle, for other engines: each network's TorchScript file, exported, and checked with ONNX Runtime.

    python -m aicovid_models.bundle.onnx_export models/severity

The library runs the TorchScript files and checks the ONNX files' checksums. The images go through the bundle's own plans.
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import aicovid
import numpy as np
import onnx
import onnxruntime
import torch
from PIL import Image

from aicovid_models.bundle.files import load_network, sha256
from aicovid_models.lungs import masks

OPSET = 17
# Of an output's largest value, or of 1 where that is less: float32 sums in another order (measured: up to 6e-6).
TOLERANCE = 1e-4
# All files of a bundle together.
LARGEST_BUNDLE = 14 * 2**20

Arrays = list[np.ndarray]


def example_radiographs(golden: Path) -> list[aicovid.Radiograph]:
    """A chest radiograph, and the same mirrored, upside down, darker, cut off on one side, and in other greys."""
    chest = np.asarray(Image.open(golden).convert("L"))
    wave = 20 * np.sin(np.arange(chest.shape[1]) / 7)
    variants = [chest, chest[:, ::-1], chest[::-1], chest // 3, chest[:, : chest.shape[1] * 3 // 5],
                np.clip(0.7 * chest + 40 + wave, 0, 255).astype(np.uint8)]
    return [aicovid.Radiograph.from_array(np.ascontiguousarray(one)) for one in variants]


def network_inputs(bundle: Path, manifest: dict, radiograph: aicovid.Radiograph) -> dict[str, Arrays]:
    """What the networks of one radiograph are given, by role: the library's plans, and the mask of the bundle's own network."""
    by_role = {network["role"]: network for network in manifest["networks"]}
    plans = {name: aicovid.Plan.parse(operations) for name, operations in manifest["plans"].items()}

    def plan_of(network: dict) -> aicovid.Plan:
        return plans[next(one for one in network["inputs"] if one.startswith("plan:")).removeprefix("plan:")]

    image, whole = plan_of(by_role["lungs"]).run(radiograph)
    with torch.inference_mode():
        probabilities = load(bundle, by_role["lungs"])(torch.from_numpy(image))[0][0].numpy()
    labels = masks.clean(probabilities)
    box = masks.bounding_rectangle(labels, whole) or whole
    inputs = {"lungs": [image]}
    if "severity" in by_role:
        crop, source = plan_of(by_role["severity"]).run(radiograph, lung_box=box)
        mask = masks.resample(labels, whole, source, *crop.shape[2:])[None]
        inputs["severity"] = [crop if one.startswith("plan:") else mask for one in by_role["severity"]["inputs"]]
    return inputs


def load(bundle: Path, network: dict) -> torch.jit.ScriptModule:
    return load_network(bundle, network["files"]["torchscript"]["path"])


def export(module: torch.jit.ScriptModule, inputs: Arrays, output_names: list[str], file: Path) -> None:
    """With a free batch axis, where the network has one."""
    free = {name: {0: "batch"} for name in (*input_names(inputs), *output_names)} if takes_two(module, inputs) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter of TorchScript is deprecated, and the only one that takes these files
        torch.onnx.export(module, tuple(map(torch.from_numpy, inputs)), str(file), dynamo=False, opset_version=OPSET,
                          input_names=input_names(inputs), output_names=output_names, dynamic_axes=free)
    onnx.checker.check_model(str(file), full_check=True)


def together(one: Arrays, other: Arrays) -> Arrays:
    """Two cases as a batch of two."""
    return [np.concatenate(pair) for pair in zip(one, other, strict=True)]


def takes_two(module: torch.jit.ScriptModule, inputs: Arrays) -> bool:
    """False of a network that was traced with the number of images as a constant, as those up to version 1.3.0 were."""
    with torch.inference_mode():
        try:
            return all(len(output) == 2 for output in module(*map(torch.from_numpy, together(inputs, inputs))))
        except RuntimeError:
            return False


def input_names(inputs: Arrays) -> list[str]:
    return ["image", "mask"][: len(inputs)]


def onnx_outputs(file: Path, cases: list[Arrays]) -> list[Arrays]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return [session.run(None, dict(zip(input_names(case), case, strict=True))) for case in cases]


def largest_differences(module: torch.jit.ScriptModule, file: Path, cases: list[Arrays], names: list[str]) -> dict[str, float]:
    """Between the two files, over the cases, of each output: relative to its largest value where that is above 1."""
    differences = dict.fromkeys(names, 0.0)
    for case, found in zip(cases, onnx_outputs(file, cases), strict=True):
        with torch.inference_mode():
            expected = [output.numpy() for output in module(*map(torch.from_numpy, case))]
        for name, ours, theirs in zip(names, found, expected, strict=True):
            if ours.shape != theirs.shape or not np.isfinite(ours).all():
                raise ValueError(f"{file.name}: output {name} has another shape than the TorchScript file's, or is not finite")
            scale = max(1.0, float(np.abs(theirs).max()))
            differences[name] = max(differences[name], float(np.abs(ours - theirs).max()) / scale)
    return differences


def add_onnx(bundle: Path) -> dict[str, dict[str, float]]:
    """Writes ROLE.onnx for the bundle's networks of the image and their entries of the manifest.

    @return the largest differences from the TorchScript files, by role and output
    @throws ValueError if they are above TOLERANCE, or if the bundle becomes too large
    """
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    golden = next(bundle / case["image"] for case in manifest["golden"] if "image" in case)
    cases = [network_inputs(bundle, manifest, radiograph) for radiograph in example_radiographs(golden)]
    differences = {}
    for network in manifest["networks"]:
        role, names = network["role"], list(network["outputs"])
        if role not in cases[0]:
            continue
        module, file = load(bundle, network), (bundle / network["files"]["torchscript"]["path"]).with_suffix(".onnx")
        export(module, cases[0][role], names, file)
        singles = [case[role] for case in cases]
        pairs = [together(*singles[:2])] if takes_two(module, singles[0]) else []
        differences[role] = largest_differences(module, file, singles + pairs, names)
        if max(differences[role].values()) > TOLERANCE:
            raise ValueError(f"{file.name}: ONNX Runtime differs from TorchScript by {differences[role]}")
        network["files"]["onnx"] = {"path": file.name, "sha256": sha256(file)}
    size = sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file())
    if size > LARGEST_BUNDLE:
        raise ValueError(f"the bundle has {size / 2**20:.1f} MiB; expected at most {LARGEST_BUNDLE / 2**20:.0f}")
    (bundle / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return differences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    torch.set_num_threads(1)
    for role, differences in add_onnx(parser.parse_args().bundle).items():
        print(f"{role}: largest difference", ", ".join(f"{name} {value:.1e}" for name, value in differences.items()))


if __name__ == "__main__":
    main()
