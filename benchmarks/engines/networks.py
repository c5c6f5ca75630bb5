"""Networks through aicovid beside the engines themselves, on one thread: the shipped bundle's two, and a DenseNet-121.

The radiograph is the bundle's golden picture in 224 x 224 pixels, so that what is not the network takes next to nothing. An engine by
itself is given the inputs that aicovid makes. The outputs are compared before anything is timed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1")

import numpy as np
import onnxruntime
import openvino
import torch
from PIL import Image

from measure import SOURCE
from settings import Settings

SIDE = 224
REPEATS = 20  # of a network in a round
# Of an output's largest number or of 1: float32, added in another order.
TOLERANCE = 1e-3

Arrays = list[np.ndarray]
Network = Callable[[Arrays], Arrays]


def densenet_bundle(folder: Path) -> Path:
    """TorchXRayVision's DenseNet-121 with random weights, as TorchScript and ONNX."""
    sys.path.insert(0, str(SOURCE / "examples" / "bring_your_own"))
    import bundle_writer
    import torchxrayvision_severity
    from aicovid_models.bundle import onnx_export

    bundle = folder / "densenet-121"
    torchxrayvision_severity.export(bundle)
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    network = manifest["networks"][0]
    image = bundle_writer.network_input(manifest["plans"]["severity_in"]).numpy()
    onnx_export.export(torch.jit.load(bundle / "severity.pt"), [image], list(network["outputs"]), bundle / "severity.onnx")
    network["files"]["onnx"] = bundle_writer.entry(bundle, "severity.onnx")
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return bundle


def inputs_of(bundle: Path, manifest: dict, radiograph) -> dict[str, Arrays]:
    """What aicovid gives the networks, by role."""
    import aicovid
    from aicovid_models.bundle import onnx_export

    if len(manifest["networks"]) > 1:
        return onnx_export.network_inputs(bundle, manifest, radiograph)
    network = manifest["networks"][0]
    plan = manifest["plans"][network["inputs"][0].removeprefix("plan:")]
    return {network["role"]: [aicovid.Plan.parse(plan).run(radiograph)[0]]}


def in_openvino(bundle: Path, entry: dict, inputs: Arrays) -> Network:
    core = openvino.Core()
    model = core.read_model(bundle / entry["files"]["onnx"]["path"])
    model.reshape({i: list(one.shape) for i, one in enumerate(inputs)})
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1})
    request = compiled.create_infer_request()
    return lambda given: list(request.infer(given, share_inputs=True).values())


def in_onnxruntime(bundle: Path, entry: dict, inputs: Arrays) -> Network:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(bundle / entry["files"]["onnx"]["path"]), options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    return lambda given: session.run(None, dict(zip(names, given, strict=True)))


def in_torch(bundle: Path, entry: dict, inputs: Arrays) -> Network:
    torch.set_num_threads(1)
    network = torch.jit.load(bundle / entry["files"]["torchscript"]["path"]).eval()

    def run(given: Arrays) -> Arrays:
        with torch.inference_mode():
            return [output.numpy() for output in network(*map(torch.from_numpy, given))]

    return run


ALONE = {"openvino": in_openvino, "onnxruntime": in_onnxruntime, "torchscript": in_torch}


class Alone:
    """All networks of a bundle in one engine."""

    def __init__(self, engine: str, bundle: Path, manifest: dict, inputs: dict[str, Arrays]) -> None:
        self.networks = [(ALONE[engine](bundle, entry, inputs[entry["role"]]), inputs[entry["role"]], list(entry["outputs"]))
                         for entry in manifest["networks"]]

    def outputs(self) -> dict[str, np.ndarray]:
        return {name: output for network, given, names in self.networks for name, output in zip(names, network(given), strict=True)}

    def milliseconds(self) -> tuple[float, float]:
        """On the wall and of CPU time."""
        wall, cpu = time.perf_counter(), time.process_time()
        for network, given, _ in self.networks:
            network(given)
        return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


class Through:
    """The same through aicovid."""

    def __init__(self, engine: str, bundle: Path, radiograph) -> None:
        import aicovid

        self.assessor = aicovid.Assessor.load(bundle, backend=engine)
        self.radiograph = radiograph

    def findings(self) -> dict:
        return self.assessor.assess(self.radiograph)["image"]

    def milliseconds(self) -> tuple[float, float]:
        """On the wall in the networks alone, and of CPU time with everything else that an examination needs."""
        cpu = time.process_time()
        examined = self.assessor.examine(self.radiograph)
        cpu = time.process_time() - cpu
        return examined.to_dict()["timing_ms"]["infer"], 1000 * cpu


def require_equal(outputs: dict[str, np.ndarray], findings: dict) -> None:
    """
    @throws ValueError if aicovid found something else than the outputs say
    """
    if "zones" in outputs:
        found, expected = np.array([zone["value"] for zone in findings["zones"].values()]), outputs["zones"][0]
    else:
        found, expected = np.array([findings["extent"]["value"]]), outputs["extent"][0]
    difference = float(np.abs(found - expected).max())
    if not difference <= TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise ValueError(f"aicovid found {found}, the engine by itself {expected}")


def golden(bundle: Path):
    import aicovid

    picture = next(bundle.glob("golden*.png"), None) or next((bundle / "golden").glob("*.png"))
    return aicovid.Radiograph.from_array(np.asarray(Image.open(picture).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)))


def of_bundle(name: str, bundle: Path, rounds: int) -> list[dict]:
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    radiograph = golden(bundle)
    inputs = inputs_of(bundle, manifest, radiograph)
    alone = {("alone", engine): Alone(engine, bundle, manifest, inputs) for engine in ALONE}
    through = {("through", engine): Through(engine, bundle, radiograph) for engine in ("openvino", "torchscript")}
    for (_, engine), one in through.items():
        require_equal(alone["alone", engine].outputs(), one.findings())
    for other in alone.values():
        require_equal(other.outputs(), through["through", "openvino"].findings())
    sides = alone | through
    results = {key: {"what": name, "side": key[0], "engine": key[1], "runs": []} for key in sides}
    for _ in range(rounds):
        for _ in range(REPEATS):
            for key, side in sides.items():
                wall, cpu = side.milliseconds()
                results[key]["runs"].append({"wall_ms": round(wall, 3), "cpu_ms": round(cpu, 3)})
    return list(results.values())


def measure(settings: Settings) -> list[dict]:
    sys.path[:0] = [str(settings.build / "python"), str(SOURCE / "models")]
    with tempfile.TemporaryDirectory() as folder:
        return of_bundle("DenseNet-121", densenet_bundle(Path(folder)), settings.rounds) + of_bundle("severity", settings.model, settings.rounds)
