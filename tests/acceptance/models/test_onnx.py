"""The ONNX files of a bundle give what its TorchScript files give, in another engine: ONNX Runtime."""

import json
import shutil

import numpy as np
import pytest
from conftest import SOURCE, run_cli, validate

import aicovid
from aicovid_models.bundle import onnx_export

SHIPPED = SOURCE / "models" / "severity"


def manifest_of(bundle):
    return validate(json.loads((bundle / "manifest.json").read_text()), "manifest")


def onnx_file(bundle, network):
    return bundle / network["files"]["onnx"]["path"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    bundle = tmp_path_factory.mktemp("onnx") / "severity"
    shutil.copytree(SHIPPED, bundle)
    differences = onnx_export.add_onnx(bundle)
    print(differences)
    assert set(differences) == {"lungs", "severity"}
    assert set(differences["lungs"]) >= {"mask", "picture"} and "zones" in differences["severity"]
    return bundle


def test_another_engine_reads_the_reports_zones(exported, pydicom_data_file):
    radiograph = aicovid.read(pydicom_data_file("RG1_J2KR.dcm"))
    report = aicovid.Assessor.load(exported).assess(radiograph)
    manifest = manifest_of(exported)
    severity = next(one for one in manifest["networks"] if one["role"] == "severity")
    inputs = onnx_export.network_inputs(exported, manifest, radiograph)
    outputs = onnx_export.onnx_outputs(onnx_file(exported, severity), [inputs["severity"]])[0]
    zones = outputs[list(severity["outputs"]).index("zones")][0]
    expected = [zone["value"] for zone in report["image"]["zones"].values()]
    assert zones == pytest.approx(expected, abs=1e-4)
    assert np.ptp(expected) > 0.5


def test_a_changed_onnx_file_is_an_error_of_the_bundle(exported, tmp_path):
    bundle = tmp_path / "changed"
    shutil.copytree(exported, bundle)
    file = onnx_file(bundle, manifest_of(bundle)["networks"][0])
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(aicovid.Error, match="SHA-256") as caught:
        aicovid.Assessor.load(bundle, backend="openvino")
    assert caught.value.code == "bad_bundle"
    # An engine that does not read the file does not open it; `model verify` does.
    aicovid.Assessor.load(bundle, backend="torchscript")
    result = run_cli("model", "verify", bundle, "--backend", "torchscript")
    assert result.status == 5 and "FAIL file lungs.onnx: was changed" in result.stdout


def test_a_file_of_another_network_is_seen(exported):
    """The comparison itself: the weights of one layer changed by a hundredth."""
    import onnx

    manifest = manifest_of(exported)
    network = next(one for one in manifest["networks"] if one["role"] == "severity")
    model = onnx.load(onnx_file(exported, network))
    largest = max(model.graph.initializer, key=lambda one: np.prod(one.dims))
    largest.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(largest) * np.float32(1.01), largest.name))
    changed = exported / "changed.onnx"
    onnx.save(model, changed)
    inputs = onnx_export.network_inputs(exported, manifest, onnx_export.example_radiographs(SHIPPED / "golden/rg1.png")[0])
    found = onnx_export.largest_differences(
        onnx_export.load(exported, network), changed, [inputs["severity"]], list(network["outputs"]))
    assert max(found.values()) > onnx_export.TOLERANCE


def test_the_shipped_onnx_files_give_what_the_torchscript_files_give():
    manifest = manifest_of(SHIPPED)
    networks = [one for one in manifest["networks"] if "onnx" in one["files"]]
    if not networks:
        pytest.skip("the shipped bundle has no ONNX files: aicovid_models.bundle.onnx_export adds them")
    golden = next(SHIPPED / case["image"] for case in manifest["golden"] if "image" in case)
    cases = [onnx_export.network_inputs(SHIPPED, manifest, one) for one in onnx_export.example_radiographs(golden)]
    for network in networks:
        found = onnx_export.largest_differences(onnx_export.load(SHIPPED, network), onnx_file(SHIPPED, network),
                                                [case[network["role"]] for case in cases], list(network["outputs"]))
        assert max(found.values()) < onnx_export.TOLERANCE
    assert sum(one.stat().st_size for one in SHIPPED.rglob("*") if one.is_file()) <= onnx_export.LARGEST_BUNDLE
