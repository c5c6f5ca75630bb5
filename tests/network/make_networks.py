"""Makes the small network files of the network and bundle tests, with the outputs that Python gets from them.

    .venv/bin/python tests/network/make_networks.py

Everything is seeded; the files under tests/network/data are what it wrote with torch 2.11.0,
onnx 1.19.1 and openvino 2026.4.1: TorchScript, ONNX with a free batch axis, and for one network OpenVINO's own IR.
"""

import json
import pathlib
import warnings
import zipfile

import onnx
import openvino
import torch
from torch import Tensor, nn

DATA = pathlib.Path(__file__).parent / "data"
SEED = 20200401


class Lungs(nn.Module):
    """A mask network in small: [1,1,16,16] -> [1,2,16,16], probabilities."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 1))

    def forward(self, image: Tensor):
        return torch.sigmoid(self.layers(image))


class Severity(nn.Module):
    """A severity network in small: image [1,1,24,24], mask [1,2,24,24] -> zones, logit, attribution."""

    def __init__(self):
        super().__init__()
        self.features = nn.Conv2d(3, 4, 3, stride=4, padding=1)
        self.zones = nn.Linear(4, 6)
        self.logit = nn.Linear(4, 1)

    def forward(self, image: Tensor, mask: Tensor):
        features = torch.relu(self.features(torch.cat([image, mask], 1)))
        pooled = features.mean((2, 3))
        return 3 * torch.sigmoid(self.zones(pooled)), self.logit(pooled), features.sum(1, keepdim=True)


class Joint(nn.Module):
    """A joint network in small: three values of a record, which of them are missing, and what the severity network
    keeps of the image -> a logit."""

    def forward(self, values: Tensor, missing: Tensor, image: Tensor):
        of_values = values[:, 0:1] / 64 + values[:, 1:2] / 128 - values[:, 2:3] / 32
        return of_values + missing.sum(1, keepdim=True) / 4 + image.mean(1, keepdim=True) - 1


class JointOfPicture(Joint):
    """The same with a picture [1,1,h,w] in place of what the severity network keeps."""

    def forward(self, values: Tensor, missing: Tensor, image: Tensor):
        of_values = values[:, 0:1] / 64 + values[:, 1:2] / 128 - values[:, 2:3] / 32
        return of_values + missing.sum(1, keepdim=True) / 4 + image.flatten(1).mean(1, keepdim=True) - 1


class OfOne(nn.Module):
    """A network whose trace keeps the number of images as a constant, as the trace of `reshape(1, ...)` does."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, image: Tensor):
        return self.network(image).reshape(1, 2, 16, 16)


class MixesImages(nn.Module):
    """Takes any number of rows, but what it gives for one depends on the others."""

    def forward(self, values: Tensor):
        return values - values.mean(0, keepdim=True)


class TwoInAList(nn.Module):
    def forward(self, values: Tensor):
        return [values + 1, 2 * values.transpose(0, 1)]


class Doubles(nn.Module):
    def forward(self, values: Tensor):
        return values.double()


class AsksForAPetabyte(nn.Module):
    """Where the sum is positive: more memory than any host has."""

    def forward(self, row: Tensor) -> Tensor:
        if bool(row.sum() > 0):
            return row + torch.zeros([1 << 48], dtype=torch.float32)[:3]
        return row


class FailsOnPositive(nn.Module):
    def forward(self, values: Tensor):
        if bool(values.sum() > 0):
            raise ValueError("the sum is positive")
        return values + 1


class FailsBeyondFive(nn.Module):
    def forward(self, values: Tensor):
        if bool((values > 5).any()):
            raise ValueError("a value is above 5")
        return values + 1


class DividesByItself(nn.Module):
    """Finite unless an input is 1."""

    def forward(self, values: Tensor):
        return 1 / (values - 1)


class Counts(nn.Module):
    """Changes its own state."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, values: Tensor):
        self.calls.add_(1)
        return values + self.calls


class ChangesInput(nn.Module):
    def forward(self, values: Tensor):
        return values.add_(1)


def random_steps(*shape):
    """Uniform on 0, 1/256, ..., 1: short in JSON and exact in binary."""
    return torch.randint(0, 257, shape) / 256


def save(network, file):
    """Saves without source positions, which hold paths, and without the record of the inputs of tracing."""
    network.save(str(file))
    with zipfile.ZipFile(file) as archive:
        records = {name: archive.read(name) for name in archive.namelist()
                   if not name.endswith(".debug_pkl") and "/traced_inputs" not in name}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in records.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def save_onnx(network, inputs, file):
    names = [f"input_{i}" for i in range(len(inputs))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter of TorchScript is deprecated, and the only one that takes these
        torch.onnx.export(network, tuple(inputs), str(file), dynamo=False, opset_version=17, input_names=names,
                          dynamic_axes={name: {0: "batch"} for name in names})
    model = onnx.load(str(file))
    for node in model.graph.node:
        node.doc_string = ""  # source positions, which hold paths
    onnx.save(model, str(file))


def save_ir(source, file):
    """OpenVINO's own format: a text, and the weights beside it."""
    openvino.save_model(openvino.Core().read_model(str(source)), str(file), compress_to_fp16=False)


def as_json(tensor):
    return {"shape": list(tensor.shape), "values": tensor.flatten().tolist()}


def main():
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    DATA.mkdir(exist_ok=True)
    image, small = random_steps(1, 1, 24, 24), random_steps(1, 1, 16, 16)
    mask = (torch.rand(1, 2, 24, 24) > 0.5).float()
    row = torch.tensor([[0.5, -0.25, 2.0]])

    lungs = Lungs().eval()
    for norm in (layer for layer in lungs.modules() if isinstance(layer, nn.BatchNorm2d)):
        nn.init.uniform_(norm.running_mean, -1, 1)
        nn.init.uniform_(norm.running_var, 0.5, 2)
    severity = Severity().eval()
    not_a_number = Lungs().eval()
    with torch.no_grad():
        not_a_number.layers[3].weight[1, 2] = float("nan")

    networks = {
        "lungs": (torch.jit.trace(lungs, small), [small]),
        "lungs_frozen": (torch.jit.freeze(torch.jit.trace(lungs, small)), [small]),
        "severity": (torch.jit.trace(severity, (image, mask)), [image, mask]),
        "joint": (torch.jit.script(Joint()), [row, torch.tensor([[0.0, 1.0, 0.0]]), torch.tensor([[0.5, 1.5, -1.0, 2.0]])]),
        "joint_picture": (torch.jit.script(JointOfPicture()), [row, torch.tensor([[0.0, 1.0, 0.0]]), torch.ones(1, 1, 2, 2)]),
        "lungs_of_one": (torch.jit.trace(OfOne(lungs), small), None),
        "mixes": (torch.jit.script(MixesImages()), None),
        "list": (torch.jit.script(TwoInAList()), [row]),
        "nan": (torch.jit.trace(not_a_number, small, check_trace=False), None),
        "double": (torch.jit.script(Doubles()), None),
        "fails": (torch.jit.script(FailsOnPositive()), None),
        "fails_beyond_five": (torch.jit.script(FailsBeyondFive()), None),
        "asks_for_a_petabyte": (torch.jit.script(AsksForAPetabyte()), None),
        "divides": (torch.jit.script(DividesByItself()), None),
        "counts": (torch.jit.script(Counts()), None),
        "changes_input": (torch.jit.script(ChangesInput()), None),
    }
    golden = {}
    for name, (network, inputs) in networks.items():
        save(network, DATA / f"{name}.pt")
        if inputs is None:
            continue
        with torch.inference_mode():
            outputs = network(*inputs)
        outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
        golden[name] = {"inputs": [as_json(t) for t in inputs], "outputs": [as_json(t) for t in outputs]}
    # Names of networks that OpenVINO is to run, with inputs to trace them with.
    for name, inputs in {"lungs": [small], "severity": [image, mask], "joint": networks["joint"][1],
                         "joint_picture": networks["joint_picture"][1],
                         "lungs_of_one": [small], "mixes": [row],
                         "nan": [small], "double": [row], "divides": [row]}.items():
        save_onnx(networks[name][0], inputs, DATA / f"{name}.onnx")
    onnx.save(onnx.load(str(DATA / "lungs.onnx")), str(DATA / "external.onnx"), save_as_external_data=True,
              location="external.data", size_threshold=0)
    (DATA / "external.data").unlink()  # the file is refused before it is looked for
    save_ir(DATA / "lungs.onnx", DATA / "lungs.xml")
    torch.save(lungs.state_dict(), DATA / "weights_only.pt")
    (DATA / "golden.json").write_text(json.dumps({"torch": torch.__version__, "seed": SEED, "networks": golden}))


if __name__ == "__main__":
    main()
