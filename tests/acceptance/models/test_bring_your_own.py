"""The bundles of examples/bring_your_own, with random weights, against the Python networks that they were made of: the
same file gives the same input tensor, and the same tensor the same output."""

import itertools
import json
import subprocess
import sys

import numpy as np
import pydicom
import pytest
import scipy.ndimage
import torch
from conftest import SOURCE, run_cli, validate
from skimage.exposure import equalize_adapthist
from support.torchxrayvision_reference import TOLERANCE, theirs

import aicovid

sys.path.insert(0, str(SOURCE / "examples" / "bring_your_own"))
import aiforcovid_joint  # noqa: E402
import bs_net_input  # noqa: E402
import bundle_writer  # noqa: E402
import torchxrayvision_severity  # noqa: E402

RADIOGRAPH = "RG1_J2KR.dcm"
OUTPUTS = 1e-5  # the two run the same operations, but not in the same order
PLATT = {"slope": 0.7, "intercept": -0.2, "prevalence": 0.5}
PATIENT = {"age": {"value": 64, "unit": "a"}, "sex": "female", "respiratory_rate": {"value": 24, "unit": "/min"},
           "spo2": {"value": 93, "unit": "%"}, "on_oxygen": True, "gcs": 15, "nosocomial": False,
           "crp": {"value": 80, "unit": "mg/L"}, "urea": {"value": 7, "unit": "mmol/L"}, "lymphocytes": {"value": 1, "unit": "10*9/L"}}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def file(pydicom_data_file):
    return pydicom_data_file(RADIOGRAPH)


def stored(file):
    """[H,W] in [0,1], white bone."""
    dataset = pydicom.dcmread(file)
    top = (1 << dataset.BitsStored) - 1
    greys = dataset.pixel_array.astype(np.float64)
    return (top - greys if dataset.PhotometricInterpretation == "MONOCHROME1" else greys) / top


def codes(report):
    return {reason["code"] for reason in report["gate"]["reasons"]}


def test_torchxrayvisions_severity(file, tmp_path, record_property):
    weights, platt, bundle = tmp_path / "densenet.pt", tmp_path / "platt.json", tmp_path / "txv"
    network = torchxrayvision_severity.densenet(None, seed=5)
    torch.save(network.state_dict(), weights)
    platt.write_text(json.dumps(PLATT))
    torchxrayvision_severity.export(bundle, weights, platt=platt)
    assessor = aicovid.Assessor.load(bundle)
    radiograph = aicovid.read(file)
    ours = assessor.plan("severity_in").run(radiograph)[0]
    image = theirs(file)[None]
    assert np.abs(ours - image).max() < TOLERANCE

    # Their forward pass and the regression as it is published, in NumPy.
    with torch.inference_mode():
        logits = network(torch.from_numpy(ours)).numpy()[0].astype(np.float64)
        by_their_tensor = network(torch.from_numpy(image)).numpy()[0].astype(np.float64)
    opacity_logit = logits[torchxrayvision_severity.torchxrayvision.datasets.default_pathologies.index("Lung Opacity")]
    record_property("largest_difference_by_input", float(np.abs(logits - by_their_tensor).max()))
    assert np.abs(logits - by_their_tensor).max() < 1e-3
    report = validate(assessor.assess(radiograph, PATIENT), "report")
    extent = np.clip(0.8705248236656189 * opacity_logit + 3.4137437, 0, 8)
    opacity = np.clip(0.5484423041343689 * opacity_logit + 2.5535977, 0, 6)
    assert 0 < extent < 8 and 0 < opacity < 6
    assert report["image"]["extent"]["value"] == pytest.approx(extent, abs=OUTPUTS)
    assert report["image"]["opacity"]["value"] == pytest.approx(opacity, abs=OUTPUTS)

    logit = PLATT["slope"] * opacity_logit + PLATT["intercept"] + np.log(0.65 / 0.35)  # prevalence .5 to .65
    assert report["image"]["infiltrates"]["value"] == pytest.approx(1 / (1 + np.exp(-logit)), abs=OUTPUTS)
    (outcome,) = report["outcomes"]
    # No network of the lungs: nothing has checked that this is a chest.
    assert outcome["status"] == "indeterminate" and outcome["reasons"][0]["code"] == "lungs_not_checked"
    assert outcome["image_effect"]["without"] < outcome["probability"] < outcome["image_effect"]["with"]
    # No network looked for lungs: the report says so, and claims no lung field.
    assert report["gate"]["verdict"] == "flagged" and "lungs_not_checked" in codes(report)
    assert "lung_area_fraction" not in report["image"]

    record, picture = tmp_path / "record.json", tmp_path / "heat.png"
    record.write_text(json.dumps(PATIENT))
    told = run_cli("score", file, "--model", bundle, "--clinical", record, "--format", "json", "--heatmap", picture)
    assert json.loads(told.stdout)["outcomes"] == report["outcomes"] and picture.stat().st_size > 10_000
    mask = run_cli("score", file, "--model", bundle, "--lung-mask", tmp_path / "mask.png")
    assert mask.status == 2 and "no network of the lungs" in mask.stderr


def test_a_network_with_the_inputs_and_outputs_of_bs_net(file, tmp_path):
    bundle = tmp_path / "bs-net"
    bs_net_input.export(bundle, seed=6)
    assessor = aicovid.Assessor.load(bundle)
    radiograph = aicovid.read(file)
    ours = assessor.plan("severity_in").run(radiograph)[0]

    def theirs(greys):
        image = scipy.ndimage.median_filter(equalize_adapthist(greys, clip_limit=0.01), 3, mode="nearest")
        low, high = np.percentile(image, [2, 98])
        return area(np.clip((image - low) / (high - low), 0, 1), 512)

    greys = stored(file)
    assert np.abs(ours[0, 0] - theirs(greys)).max() < 1e-6
    # They divide by the maximum first. The equalisation stretches the greys anyhow, but they are rounded once more, and
    # some fall into the next of its bins.
    difference = np.abs(ours[0, 0] - theirs(greys / greys.max()))
    assert difference.max() < 0.02 and difference.mean() < 1e-3

    with torch.inference_mode():
        classes = bs_net_input.zone_classes(None, seed=6)(torch.from_numpy(ours)).numpy()[0]
    assert classes.shape == (3, 2, 4)
    report = validate(assessor.assess(radiograph), "report")
    names = [f"{side}_{height}" for side, height in itertools.product(("right", "left"), ("upper", "middle", "lower"))]
    points = {name: classes[at % 3, at // 3] @ np.arange(4) for at, name in enumerate(names)}
    assert len({round(float(one), 4) for one in points.values()}) == 6  # an exchange of zones would be seen
    for name in names:
        assert report["image"]["zones"][name]["value"] == pytest.approx(points[name], abs=OUTPUTS)
    assert report["image"]["brixia"]["value"] == pytest.approx(sum(points.values()), abs=6 * OUTPUTS)
    assert "lungs_not_checked" in codes(report)


def test_the_aiforcovid_reference(file, tmp_path, capfd, record_property):
    columns = aiforcovid_joint.read_columns(aiforcovid_joint.COLUMNS)
    bundle = tmp_path / "joint"
    aiforcovid_joint.export(bundle, SOURCE / "models" / "severity", columns, seed=7)
    assert "ok   golden.png: severe" in capfd.readouterr().out
    assessor = aicovid.Assessor.load(bundle)
    radiograph = aicovid.read(file)
    lungs = {"plans": {"mask_in": json.loads((bundle / "manifest.json").read_text())["plans"]["mask_in"]}}
    box = aiforcovid_joint.lung_box(lungs, bundle, file)
    ours = assessor.plan("image_in").run(radiograph, lung_box=box)[0]
    difference = np.abs(ours[0] * 255 - reference_image(stored(file), box))
    record_property("largest_difference_of_greys", float(difference.max()))
    record_property("share_of_greys_that_differ", float((difference > 0.01).mean()))
    print(f"greys that differ: {(difference > 0.01).mean():.4f}, by up to {difference.max():.2f}")
    # A grey halfway between two, which CLAHE enlarges and hands to its tile: docs/preprocessing.md
    assert (difference > 0.01).mean() < 0.01 and difference.max() < 5

    joint = aiforcovid_joint.joint_network("densenet121", columns, None, seed=7)
    full = aiforcovid_joint.example_record(columns) | {"age": PATIENT["age"]}  # as the file's header has it
    few = {name: full[name] for name in ("age", "sex", "crp", "ldh", "cough")}
    found = []
    for record in (full, few):
        report = validate(assessor.assess(radiograph, record), "report")
        (outcome,) = report["outcomes"]
        with torch.inference_mode():
            mild, severe = joint(torch.from_numpy(ours), aiforcovid_joint.sheet_row(columns, record)).double().numpy()[0]
        assert outcome["probability"] == pytest.approx(1 / (1 + np.exp(mild - severe)), abs=OUTPUTS)
        assert sum(one["logit"] for one in outcome["contributions"]) == pytest.approx(severe - mild, abs=10 * OUTPUTS)
        assert {one["variable"] for one in outcome["assumed"]} >= full.keys() - record.keys()
        found.append(severe - mild)
    print(f"logits {found}")
    assert max(map(abs, found)) < 12 and abs(found[0] - found[1]) > 0.01  # the values count, and a difference would be seen
    assert "lungs_not_checked" not in codes(report) and report["image"]["lung_area_fraction"] > 0.1


def test_a_network_of_values_alone_runs_beside_an_image(file, tmp_path):
    """Its first input is no plan; there is no findings section, and nothing looks at the pixels."""
    bundle = tmp_path / "values"
    bundle_writer.start(bundle)
    network = torch.nn.Linear(2, 1)
    network.load_state_dict({"weight": torch.tensor([[0.02, -0.5]]), "bias": torch.tensor([-1.0])})
    bundle_writer.save_traced(network, (torch.zeros(1, 2),), bundle / "joint.pt")
    with torch.inference_mode():
        expected = torch.sigmoid(network(torch.tensor([[64.0, 1.0]]))).item()
    bundle_writer.finish(bundle, {
        "plans": {"unused": bundle_writer.plan("bs_net")},
        "networks": [bundle_writer.network(bundle, "fusion", "joint.pt", ["record:values"], {"logit": [1, 1]})],
        "outcomes": [{"name": "event", "model": "network", "definition": "an event", "kind": "prognosis", "reference_logit": 0,
                      "evidence": {"level": "none", "caveat": "a test"}, "population": {"age": [18, 110]},
                      "inputs": [{"variable": "age", "unit": "a", "range": [18, 110], "reference": 60}, {"variable": "on_oxygen"}]}],
    }, licence="Apache-2.0", with_weights=False, expected={"outcomes": {"event": expected}},
        record={"age": PATIENT["age"], "on_oxygen": True})
    report = validate(aicovid.Assessor.load(bundle).assess(aicovid.read(file), PATIENT), "report")
    assert report["outcomes"][0]["probability"] == pytest.approx(expected, abs=OUTPUTS)
    assert "lungs_not_checked" in codes(report)
    assert report["model"]["licence"] == bundle_writer.RANDOM_WEIGHTS


def test_weights_and_scale_of_the_joint_network_belong_together(tmp_path):
    script = SOURCE / "examples" / "bring_your_own" / "aiforcovid_joint.py"
    ended = subprocess.run([sys.executable, script, "--weights", tmp_path / "none.pt"], capture_output=True, text=True)
    assert ended.returncode == 2 and "--weights and --columns belong together" in ended.stderr


def test_a_pickled_program_is_not_run(tmp_path):
    file = tmp_path / "model.pt"
    torch.save(torch.nn.Linear(2, 2), file)
    with pytest.raises(Exception, match="weights_only"):
        bundle_writer.set_weights(torch.nn.Linear(2, 2), file, 0)


def area(image, size):
    """The mean over each output pixel's rectangle, by matrices of overlaps."""

    def overlaps(n):
        edges = n * np.arange(size + 1) / size
        both = np.minimum(edges[1:, None], np.arange(n) + 1) - np.maximum(edges[:-1, None], np.arange(n))
        return np.clip(both, 0, None) / (n / size)

    return overlaps(image.shape[0]) @ image @ overlaps(image.shape[1]).T


def reference_image(image, box):
    """[3,224,224] greys 0 to 255: minimum and maximum of the whole image, a square about the lungs, contrast-limited
    equalisation as OpenCV has it."""
    image = (image - image.min()) / (image.max() - image.min())
    y0, x0, y1, x1 = box
    half, height, width = max(y1 - y0, x1 - x0) / 2, *image.shape
    rows = np.clip([(y0 + y1) / 2 - half, (y0 + y1) / 2 + half], 0, height)
    columns = np.clip([(x0 + x1) / 2 - half, (x0 + x1) / 2 + half], 0, width)

    def overlaps(ends, n):
        edges = np.linspace(*ends, 225)
        both = np.minimum(edges[1:, None], np.arange(n) + 1) - np.maximum(edges[:-1, None], np.arange(n))
        return np.clip(both, 0, None) / ((ends[1] - ends[0]) / 224)

    greys = np.rint(255 * (overlaps(rows, height) @ image @ overlaps(columns, width).T)).astype(int)
    return np.broadcast_to(opencv_clahe(greys, limit=2.0, tiles=8), (3, 224, 224))


def opencv_clahe(greys, limit, tiles):
    """createCLAHE(limit, (tiles, tiles)) of OpenCV, for sides that the tiles divide."""
    size = greys.shape[0] // tiles
    clip = max(int(limit * size * size / 256), 1)
    tables = np.empty((tiles, tiles, 256))
    for row, column in itertools.product(range(tiles), repeat=2):
        tile = greys[row * size : (row + 1) * size, column * size : (column + 1) * size]
        counts = np.bincount(tile.ravel(), minlength=256)
        excess = int(np.maximum(counts - clip, 0).sum())
        counts = np.minimum(counts, clip) + excess // 256
        left = excess % 256
        if left:
            step = max(256 // left, 1)
            counts[np.arange(0, 256, step)[:left]] += 1
        tables[row, column] = np.rint(np.cumsum(counts).astype(np.float32) * np.float32(255 / (size * size)))
    at = (np.arange(greys.shape[0]) + 0.0) / size - 0.5
    first = np.floor(at).astype(int)
    share = at - first
    low, high = np.clip(first, 0, tiles - 1), np.clip(first + 1, 0, tiles - 1)
    y, x = np.ix_(range(len(at)), range(len(at)))

    def looked_up(rows, columns):
        return tables[rows[y], columns[x], greys]

    upper = looked_up(low, low) * (1 - share[x]) + looked_up(low, high) * share[x]
    lower = looked_up(high, low) * (1 - share[x]) + looked_up(high, high) * share[x]
    return np.rint(upper * (1 - share[y]) + lower * share[y])
