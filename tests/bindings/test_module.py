"""The Python module: arrays in and out, errors, threads."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from conftest import SOURCE, run_cli, validate

import aicovid

PLAN = [{"op": "grey"}, {"op": "lung_crop", "margin": 0.1}, {"op": "percentile_clip"}, {"op": "resize", "size": [40, 32]}]


def noise(dtype, shape=(61, 47)):
    info = np.iinfo(dtype)
    return np.random.default_rng(5).integers(info.min, info.max, shape, dtype=dtype, endpoint=True)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
def test_stored_values_come_back(dtype):
    array = noise(dtype)
    for given in (array, np.asfortranarray(array), noise(dtype, (61, 94))[:, ::2]):
        radiograph = aicovid.Radiograph.from_array(given)
        assert radiograph.pixels.dtype == dtype
        assert np.array_equal(radiograph.pixels, given)
        assert radiograph.header["bits_stored"] == 8 * array.itemsize
        assert (radiograph.header["rows"], radiograph.header["columns"]) == given.shape
    assert not radiograph.pixels.flags.writeable
    assert np.shares_memory(radiograph.pixels, radiograph.pixels)


def test_a_radiograph_tells_what_inspect_prints(pydicom_data_file):
    file = pydicom_data_file("RG1_UNCR.dcm")
    found = validate(aicovid.read(file).to_dict(), "inspect")
    assert found == json.loads(run_cli("inspect", file, "--format", "json").stdout)
    assert found["decoded"] and found["photometric_interpretation"] == "MONOCHROME1"
    array = validate(aicovid.Radiograph.from_array(noise(np.int16)).to_dict(), "inspect")
    assert (array["source"], array["signed"], array["rows"]) == ("array", True, 61)


def test_a_plan_is_a_list_or_its_json():
    radiograph = aicovid.Radiograph.from_array(noise(np.uint16))
    plan = aicovid.Plan.parse(PLAN)
    assert plan.needs_lung_box
    assert plan.output_shape == (1, 40, 32)
    output, source = plan.run(radiograph, lung_box=(10, 5, 50, 35))
    assert output.shape == (1, 1, 40, 32) and output.dtype == np.float32
    assert source == (6, 2, 54, 38)
    again, _ = aicovid.Plan.parse(json.dumps(PLAN)).run(radiograph, (10, 5, 50, 35))
    assert np.array_equal(output, again)


def test_the_output_outlives_what_made_it():
    output, _ = aicovid.Plan.parse(PLAN).run(aicovid.Radiograph.from_array(noise(np.uint8)), (10, 5, 50, 35))
    kept = output.copy()
    noise(np.uint16, (500, 500))
    assert np.array_equal(output, kept)


def test_a_window_and_the_polarity_are_honoured():
    array = np.array([[0, 100, 101, 200]], np.uint8)
    plan = aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": [1, 4]}])

    def grey(**grey_scale):
        return plan.run(aicovid.Radiograph.from_array(array, **grey_scale))[0].ravel().tolist()

    assert grey(window=(101, 1)) == [0, 0, 1, 1]
    assert grey(window=(101, 1), photometric_interpretation="MONOCHROME1") == [1, 1, 0, 0]
    assert grey(window=(100, 200, "LINEAR_EXACT")) == [0, 0.5, pytest.approx(0.505), 1]
    assert grey(padding=(200, 255))[3] == 0


@pytest.mark.parametrize(
    "call, code",
    [
        (lambda: aicovid.Plan.parse([{"op": "grey"}]), "invalid_argument"),
        (lambda: aicovid.Plan.parse(PLAN).run(aicovid.Radiograph.from_array(noise(np.uint8))), "invalid_argument"),
        (lambda: aicovid.Radiograph.from_array(np.zeros((3, 3))), "invalid_argument"),
        (lambda: aicovid.Radiograph.from_array(np.zeros((3, 3, 3), np.uint8)), "invalid_argument"),
        (lambda: aicovid.Radiograph.from_array(np.zeros((0, 3), np.uint8)), "invalid_argument"),
        (lambda: aicovid.Radiograph.from_array(noise(np.uint8), photometric_interpretation="RGB"), "invalid_argument"),
        (lambda: aicovid.Radiograph.from_array(noise(np.uint8), window=(1, 2, "CUBIC")), "invalid_argument"),
        (lambda: aicovid.read("no-such-file.dcm"), "not_found"),
        (lambda: aicovid.Assessor.load("no-such-bundle"), "not_found"),
        (lambda: aicovid.Assessor.load(device="tpu"), "invalid_argument"),
    ],
)
def test_errors_carry_their_code(call, code):
    with pytest.raises(aicovid.Error) as caught:
        call()
    assert caught.value.code == code
    assert str(caught.value)


def test_threads_share_a_plan():
    plan = aicovid.Plan.parse(PLAN)
    radiograph = aicovid.Radiograph.from_array(noise(np.uint16, (400, 300)))
    box = (20.5, 31, 380, 270.25)
    expected = plan.run(radiograph, box)[0]
    with ThreadPoolExecutor(8) as pool:
        for output, _ in pool.map(lambda _: plan.run(radiograph, box), range(64)):
            assert np.array_equal(output, expected)


def test_clinical_record_of_each_format():
    examples = SOURCE / "examples"
    record = aicovid.ClinicalRecord.parse((examples / "patient.json").read_text())
    assert record.canonical["crp"] == pytest.approx(98)
    assert record.range("crp") == (record.canonical["crp"], record.canonical["crp"], True, True)
    assert record.range("ferritin") is None
    assert aicovid.ClinicalRecord.parse(json.dumps(record.given)) == record
    row = aicovid.ClinicalRecord.parse((examples / "patients.csv").read_text(), row="A2", id_column="id")
    assert row.range("crp") == (0, 5, True, False)
    assert [warning["code"] for warning in row.warnings] == ["censored_value"]
    bundle = (examples / "patient-bundle.json").read_text()
    assert aicovid.ClinicalRecord.parse(bundle, at="2020-04-01T12:00:00Z").canonical["age"] == 64
    with pytest.raises(aicovid.Error, match="crp has 2 values") as caught:
        aicovid.ClinicalRecord.parse(bundle)
    assert caught.value.code == "bad_clinical_input"
    cleaned = aicovid.ClinicalRecord.parse("Age,FiO2\n65.9,10L\n", clean="nccid")
    assert cleaned.canonical == {"age": 65, "fio2": 60}


def test_variables_that_a_bundle_declares(tmp_path):
    manifest = json.loads((SOURCE / "models" / "severity" / "manifest.json").read_text())
    manifest["clinical"] = [{
        "name": "interleukin_6", "meaning": "interleukin 6", "kind": "quantity", "range": [0, 100000], "source": "a test",
        "units": [{"code": "pg/mL"}, {"code": "ng/mL", "factor": 1000}]}]  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    variables = aicovid.clinical_variables(tmp_path)
    assert variables.declared == ["interleukin_6"] and variables.canonical_unit("interleukin_6") == "pg/mL"
    text = '{"interleukin_6": {"value": 0.25, "unit": "ng/mL"}}'
    record = aicovid.ClinicalRecord.parse(text, variables=variables)
    assert record.canonical == {"interleukin_6": 250}
    with pytest.raises(aicovid.Error, match="no clinical variable"):
        aicovid.ClinicalRecord.parse(text)
    plain = aicovid.Assessor.load()
    assert plain.clinical_variables.declared == [] and plain.clinical_variables != variables
