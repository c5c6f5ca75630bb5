"""One radiograph in two encodings: the same pixels as pydicom reads, and the same report."""

import json

import numpy as np
import pydicom
import pytest
from conftest import SOURCE, run_cli, score

# What may differ: when, how long, and the identity of the file.
VARYING_INPUT = {"study_instance_uid", "series_instance_uid", "sop_instance_uid", "transfer_syntax_uid"}


@pytest.mark.parametrize("name", ["RG1_J2KR.dcm", "RG1_UNCR.dcm"])
def test_stored_values_equal_pydicoms(name, pydicom_data_file, tmp_path):
    file = pydicom_data_file(name)
    assert run_cli("inspect", file, "--pixels", tmp_path / "stored.npy").status == 0
    ours = np.load(tmp_path / "stored.npy")
    theirs = pydicom.dcmread(file).pixel_array
    assert ours.dtype == theirs.dtype
    assert np.array_equal(ours, theirs)


def test_reports_are_equal_for_both_encodings(pydicom_data_file):
    reports = []
    for name in ["RG1_J2KR.dcm", "RG1_UNCR.dcm"]:
        report = score(pydicom_data_file(name), "--clinical", SOURCE / "examples" / "patient.json")
        del report["created"], report["timing_ms"]
        for member in VARYING_INPUT:
            report["input"].pop(member, None)
        reports.append(report)
    assert reports[0]["input"]["pixel_sha256"] == reports[1]["input"]["pixel_sha256"]
    assert json.dumps(reports[0]) == json.dumps(reports[1])
