"""The networks take any number of images: in TorchScript, ONNX Runtime and OpenVINO a batch of two gives what each image gives alone."""

import json
import shutil

import numpy as np
import pytest
from conftest import SOURCE

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")

from aicovid_models.bundle import onnx_export  # noqa: E402
from aicovid_models.bundle.files import load_network, save_lungs, save_severity, sha256  # noqa: E402
from aicovid_models.lungs.network import LungNet  # noqa: E402
from aicovid_models.picture.network import CLASSES, FEATURES, LungsAndPicture  # noqa: E402
from aicovid_models.severity import free_batch  # noqa: E402
from aicovid_models.severity.network import SeverityNet  # noqa: E402
from aicovid_models.severity_open.network import IndexNet  # noqa: E402
from aicovid_models.zones.distance import Distance  # noqa: E402
from aicovid_models.zones.features import DEEP, ZoneFeatures  # noqa: E402
from aicovid_models.zones.ridge import Ridge  # noqa: E402

# Convolutions of two images add in another order than those of one.
TOLERANCE = 2e-4


def drawn_ridge():
    generator, count = np.random.default_rng(1), ZoneFeatures.features
    return Ridge(generator.normal(0, 0.05, count), 1.0, generator.normal(0, 0.1, count), np.ones(count), 1.0)


def severity():
    return SeverityNet(drawn_ridge(), (0.5, -1.0), Distance(np.zeros(DEEP), np.eye(DEEP) / DEEP**0.5))


def index():
    return IndexNet(drawn_ridge(), 0.0, 1.0, Distance(np.zeros(DEEP), np.eye(DEEP) / DEEP**0.5))


def lungs():
    generator = np.random.default_rng(2)
    return LungsAndPicture(LungNet(), generator.normal(0, 0.1, (FEATURES, CLASSES)), np.zeros(CLASSES))


def two_chests():
    """Images [2,3,320,320] and masks [2,2,320,320]; the second has no left lung."""
    generator = torch.Generator().manual_seed(5)
    grey = torch.nn.functional.interpolate(torch.rand(2, 1, 20, 20, generator=generator), (320, 320), mode="bilinear")
    mask = torch.zeros(2, 2, 320, 320)
    mask[:, 0, 40:280, 30:140], mask[0, 1, 50:260, 180:300] = 1, 1
    return [(2 * grey - 1).expand(-1, 3, -1, -1).contiguous().numpy(), mask.numpy()]


def two_pictures():
    return [np.random.default_rng(6).uniform(-1, 1, (2, 3, 256, 256)).astype(np.float32)]


def openvino_outputs(file, case):
    openvino = pytest.importorskip("openvino")
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = compiled(case)
    return [found[output] for output in compiled.outputs]


def compare_two_with_each(module, onnx, both, names):
    """In each engine a batch of two gives what TorchScript gives for each alone."""
    singles = [[part[i : i + 1] for part in both] for i in range(2)]
    with torch.inference_mode():
        expected = [np.concatenate(parts) for parts in zip(*([x.numpy() for x in module(*map(torch.from_numpy, one))] for one in singles), strict=True)]
        runs = {"TorchScript": [x.numpy() for x in module(*map(torch.from_numpy, both))]}
    runs["ONNX Runtime"] = onnx_export.onnx_outputs(onnx, [both])[0]
    runs["ONNX Runtime, one"] = onnx_export.onnx_outputs(onnx, [singles[0]])[0]
    runs["OpenVINO"] = openvino_outputs(onnx, both)
    runs["OpenVINO, one"] = openvino_outputs(onnx, singles[0])
    for engine, outputs in runs.items():
        for name, found, wanted in zip(names, outputs, expected, strict=True):
            wanted = wanted[: len(found)]
            assert found.shape == wanted.shape and len(found) == (1 if engine.endswith("one") else 2)
            assert np.abs(found - wanted).max() <= TOLERANCE * max(1.0, np.abs(wanted).max()), f"{engine}: {name}"
    # The two images differ: a network that gave the first one's output for both would be seen.
    assert any(np.abs(wanted[0] - wanted[1]).max() > 0.01 for wanted in expected)


@pytest.mark.parametrize(("network", "save", "file", "inputs", "names"), [
    (severity, save_severity, "severity.pt", two_chests, ["zones", "infiltrates_logit", "embedding", "attribution", "distance"]),
    (index, save_severity, "severity.pt", two_chests, ["severity_index", "embedding", "distance"]),
    (lungs, save_lungs, "lungs.pt", two_pictures, ["mask", "picture"])], ids=["severity", "index", "lungs"])
def test_two_images_give_what_each_gives(network, save, file, inputs, names, tmp_path):
    torch.manual_seed(3)
    save(network(), tmp_path)
    module, both, onnx = load_network(tmp_path, file), inputs(), (tmp_path / file).with_suffix(".onnx")
    onnx_export.export(module, [part[:1] for part in both], names, onnx)
    compare_two_with_each(module, onnx, both, names)


@pytest.mark.parametrize("bundle", ["severity", "severity-open"])
def test_the_networks_that_are_shipped_take_two(bundle):
    """A chest and its mirror image, through the bundle's own plans."""
    folder = SOURCE / "models" / bundle
    manifest = json.loads((folder / "manifest.json").read_text())
    chests = [onnx_export.network_inputs(folder, manifest, one) for one in onnx_export.example_radiographs(folder / "golden/rg1.png")[:2]]
    for network in manifest["networks"]:
        both = onnx_export.together(*(chest[network["role"]] for chest in chests))
        compare_two_with_each(onnx_export.load(folder, network), folder / network["files"]["onnx"]["path"], both, list(network["outputs"]))


class ForOne(SeverityNet):
    """With the number of images as a constant of the trace, as bundles up to version 1.3.0 have it."""

    def forward(self, image, mask):
        return tuple(output.reshape(1, *output.shape[1:]) for output in super().forward(image, mask))


def test_a_network_saved_again_gives_the_same_and_takes_two(tmp_path):
    bundle = tmp_path / "severity"
    shutil.copytree(SOURCE / "models" / "severity", bundle)
    one = ForOne(drawn_ridge(), (0.5, -1.0), Distance(np.zeros(DEEP), np.eye(DEEP) / DEEP**0.5)).eval()
    chest = [part[:1] for part in two_chests()]
    with torch.no_grad():
        before = torch.jit.trace(one, tuple(map(torch.from_numpy, chest)))
        expected = before(*map(torch.from_numpy, chest))
    before.save(str(bundle / "severity.pt"))
    assert not onnx_export.takes_two(before, chest)
    free_batch.save_again(bundle, "9.9.9")
    after = load_network(bundle, "severity.pt")
    assert onnx_export.takes_two(after, chest)
    with torch.no_grad():
        assert all(torch.equal(x, y) for x, y in zip(after(*map(torch.from_numpy, chest)), expected, strict=True))
    version, sha = "9.9.9", sha256(bundle / "manifest.json")
    assert json.loads((bundle / "manifest.json").read_text())["version"] == version
    evidence = json.loads((bundle / "evidence.json").read_text())["bundle"]
    assert (evidence["version"], evidence["manifest_sha256"]) == (version, sha)


def test_a_network_of_one_image_is_known_as_one():
    """Up to version 1.3.0 the number of images was a constant of the trace."""
    class One(torch.nn.Module):
        def forward(self, image):
            return (image.reshape(1, -1),)

    image = torch.zeros(1, 3, 4, 4)
    assert not onnx_export.takes_two(torch.jit.trace(One(), (image,)), [image.numpy()])
