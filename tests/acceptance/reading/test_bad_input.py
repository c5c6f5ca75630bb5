"""Bad input: the right exit status, a message that names the trouble, bounded memory."""

import json
import random
import shutil

import numpy as np
import pydicom
import pytest
from conftest import SOURCE, run_cli
from pydicom.uid import ImplicitVRLittleEndian
from support.dicom import write_dicom

CT = "1.2.840.10008.5.1.4.1.1.2"
PEAK_MIB = 700  # a score of a normal file takes about half of this


def refuses(result, status, *words):
    assert result.status == status, (result.status, result.stdout, result.stderr)
    assert result.peak_mib < PEAK_MIB
    for word in words:
        assert word in result.stderr + result.stdout, (word, result.stderr)


def test_implicit_vr_under_explicit(tmp_path):
    pixels = np.full((64, 64), 7, np.uint8)
    file = write_dicom(tmp_path / "explicit.dcm", pixels)
    dataset = pydicom.dcmread(file)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dataset.save_as(tmp_path / "implicit.dcm")
    meta = file.read_bytes().split(b"\x08\x00\x16\x00")[0]
    body = (tmp_path / "implicit.dcm").read_bytes()
    file.write_bytes(meta + body[body.index(b"\x08\x00\x16\x00") :])
    refuses(run_cli("score", file, "--format", "json"), 4, "corrupt", "begins in implicit VR")


def test_truncated(radiograph, tmp_path):
    whole = radiograph.read_bytes()
    for share in [0.02, 0.5, 0.95]:
        file = tmp_path / "truncated.dcm"
        file.write_bytes(whole[: int(len(whole) * share)])
        refuses(run_cli("score", file, "--format", "json"), 4, "corrupt")


def test_truncated_jpeg_2000_of_the_data(data):
    refuses(run_cli("score", data / "dicom" / "chest_j2k_truncated.dcm"), 4, "corrupt")


def test_zero_length(tmp_path):
    (tmp_path / "empty.dcm").write_bytes(b"")
    refuses(run_cli("score", tmp_path / "empty.dcm"), 4, "corrupt")


def test_not_dicom(tmp_path):
    (tmp_path / "text.dcm").write_text("Dear colleague, thank you for referring this patient. " * 50)
    refuses(run_cli("score", tmp_path / "text.dcm"), 4, "corrupt")


def test_bit_flips_never_end_the_program(pydicom_data_file, tmp_path):
    chooser = random.Random(20200401)
    whole = pydicom_data_file("RG1_J2KR.dcm").read_bytes()
    statuses = set()
    for _ in range(12):
        damaged = bytearray(whole)
        for _ in range(20):
            damaged[chooser.randrange(len(damaged) if chooser.random() < 0.5 else 3000)] ^= 1 << chooser.randrange(8)
        file = tmp_path / "flipped.dcm"
        file.write_bytes(damaged)
        result = run_cli("inspect", file, "--format", "json", "--pixels", tmp_path / "x.npy")
        assert result.status in (0, 2, 3, 4), (result.status, result.stderr)
        assert result.peak_mib < PEAK_MIB
        statuses.add(result.status)
    assert 4 in statuses


def test_a_header_that_claims_a_huge_image(tmp_path):
    file = write_dicom(tmp_path / "huge.dcm", np.zeros((64, 64), np.uint16))
    # Rows and columns are 16-bit: 65,535 is the most a header can claim that way.
    dataset = pydicom.dcmread(file)
    dataset.Rows = dataset.Columns = 65535
    dataset.save_as(file)
    refuses(run_cli("score", file), 4)
    dataset.NumberOfFrames = "100000"
    dataset.save_as(file)
    refuses(run_cli("score", file), 3, "multi_frame")


def test_a_jpeg_2000_stream_that_claims_100000_by_100000(radiograph, tmp_path):
    whole = bytearray(radiograph.read_bytes())
    siz = whole.index(b"\xff\x4f\xff\x51")
    for offset in (8, 12):  # Xsiz, Ysiz: after SOC, SIZ, Lsiz, Rsiz
        whole[siz + offset : siz + offset + 4] = (100_000).to_bytes(4, "big")
    (tmp_path / "huge.dcm").write_bytes(whole)
    refuses(run_cli("score", tmp_path / "huge.dcm"), 4, "corrupt")


def test_a_ct_is_refused(tmp_path):
    file = write_dicom(tmp_path / "ct.dcm", np.zeros((64, 64), np.uint16), sop_class=CT, modality="CT")
    refuses(run_cli("score", file, "--format", "json"), 3, "modality", "CT")


def test_a_colour_image_is_refused(tmp_path):
    file = write_dicom(tmp_path / "rgb.dcm", np.zeros((64, 64, 3), np.uint8), photometric="RGB")
    refuses(run_cli("score", file, "--format", "json"), 3, "colour")


def test_a_bundle_with_a_changed_byte(radiograph, tmp_path):
    for name in ["severity.pt", "lungs.pt", "platt.json"]:
        bundle = tmp_path / name
        shutil.copytree(SOURCE / "models" / "severity", bundle)
        content = bytearray((bundle / name).read_bytes())
        content[len(content) // 2] ^= 1
        (bundle / name).write_bytes(content)
        refuses(run_cli("score", radiograph, "--model", bundle, "--format", "json"), 5, name)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"crp": {"value": 5, "unit": "mmol/L"}}, ["crp", "mmol/L", "mg/L"]),
        ({"crp": 5}, ["crp", "unit"]),
        ({"spo2": {"value": 140, "unit": "%"}}, ["spo2", "140"]),
        ({"sex": "unknown to us"}, ["sex", "female"]),
        ({"blood_pressure": {"value": 120, "unit": "mm[Hg]"}}, ["blood_pressure"]),
    ],
)
def test_a_wrong_clinical_value(radiograph, tmp_path, change, words):
    record = json.loads((SOURCE / "examples" / "patient.json").read_text()) | change
    (tmp_path / "patient.json").write_text(json.dumps(record))
    refuses(run_cli("score", radiograph, "--clinical", tmp_path / "patient.json", "--format", "json"), 7, *words)


def test_a_clinical_file_that_is_no_json(radiograph, tmp_path):
    (tmp_path / "patient.json").write_text('{"age": {"value": 63, ')
    refuses(run_cli("score", radiograph, "--clinical", tmp_path / "patient.json"), 7)


def test_planted_names_are_never_printed(radiograph, tmp_path):
    dataset = pydicom.dcmread(radiograph)
    planted = {
        "PatientName": "Quillfeather^Zebediah",
        "PatientID": "ZQX-778812",
        "PatientBirthDate": "19310417",
        "AccessionNumber": "ACC55512ZQ",
        "BodyPartExamined": "QUILLFEATHER",
        "StudyDescription": "Zebediah chest",
        "ReferringPhysicianName": "Nightingale^Q",
        "PatientComments": "phone 555-ZQX",
    }
    for name, value in planted.items():
        setattr(dataset, name, value)
    dataset.save_as(tmp_path / "named.dcm")
    secrets = ["quillfeather", "zebediah", "zqx", "778812", "19310417", "acc55512", "nightingale"]
    for command in [["score"], ["inspect"], ["score", "--format", "json"], ["inspect", "--format", "json"]]:
        result = run_cli(command[0], tmp_path / "named.dcm", *command[1:])
        said = (result.stdout + result.stderr).lower()
        assert not [secret for secret in secrets if secret in said]
