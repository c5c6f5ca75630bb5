"""docs/errors.md: its table must say what the library, the program, the Python module and the schema of errors do."""

import json
import pickle
import re
from pathlib import Path

import pytest
from conftest import SOURCE, run_cli

import aicovid

PAGE = (SOURCE / "docs" / "errors.md").read_text(encoding="utf-8")
HEADER = (SOURCE / "include" / "aicovid" / "error.hpp").read_text(encoding="utf-8")
CODE = (SOURCE / "lib" / "core" / "error.cpp").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (\d+) \| (never|`\w+`(?:, `\w+`)?) \| (\d+) \| ([^|]+) \|$", re.MULTILINE)
EXIT_STATUS = {code: int(status) for code, status, *_ in ROW.findall(PAGE)}


def by_status(text, pattern):
    """{code: status} of a text in which each match of the pattern names `codes` and the one `status` that they have."""
    found = {}
    for match in re.finditer(pattern, text):
        found |= {code: int(match["status"]) for code in re.findall(r"(?:ErrorCode::|`)(\w+)", match["codes"])}
    return found


def test_every_code_of_the_library_is_there_in_its_order():
    enumeration = re.search(r"enum class ErrorCode[^{]*\{([^}]*)\}", HEADER)[1]
    assert list(EXIT_STATUS) == re.findall(r"\w+", enumeration)
    schema = json.loads((SOURCE / "docs" / "schemas" / "error.json").read_text(encoding="utf-8"))
    assert list(EXIT_STATUS) == schema["properties"]["error"]["properties"]["code"]["enum"]


def test_the_exit_statuses_are_the_librarys():
    function = CODE[CODE.index("int exit_status") :]
    assert by_status(function, r"(?P<codes>(?:case ErrorCode::\w+:\s*)+)return (?P<status>\d+);") == EXIT_STATUS
    comment = re.sub(r"\s*///\s*", " ", HEADER[HEADER.index("The exit status of the command line") : HEADER.index("int exit_status")])
    assert by_status(comment, r"(?P<status>\d+) for (?P<codes>`\w+`(?:(?:,| and) `\w+`)*)") == EXIT_STATUS


def test_the_http_statuses_are_such():
    statuses = {int(status) for _, _, _, status, _ in ROW.findall(PAGE)}
    assert statuses <= {200, 400, 404, 415, 422, 500, 503}


@pytest.fixture
def files(tmp_path):
    """One file of each kind that goes wrong."""
    import pydicom
    from pydicom.data import get_testdata_file

    ct = Path(get_testdata_file("CT_small.dcm"))
    (tmp_path / "ct.dcm").write_bytes(ct.read_bytes())
    (tmp_path / "half.dcm").write_bytes(ct.read_bytes()[: ct.stat().st_size // 2])
    index = Path(pydicom.__file__).parent / "data/test_files/dicomdirtests/DICOMDIR"
    (tmp_path / "DICOMDIR").write_bytes(index.read_bytes())
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "manifest.json").write_text("{}")
    (tmp_path / "no_unit.json").write_text('{"crp": 5}')
    people = [{"resource": {"resourceType": "Patient", "id": name, "gender": "male"}} for name in ("1", "2")]
    (tmp_path / "two_patients.json").write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": people}))
    return tmp_path


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("usage", ["score"]),
        ("invalid_argument", ["score", "ct.dcm", "--device", "abacus"]),
        ("refused", ["preprocess", "ct.dcm", "--plan", "mask_in", "--out", "input.npy"]),
        ("not_found", ["inspect", "absent.dcm"]),
        ("corrupt", ["score", "half.dcm", "--force"]),
        ("unsupported", ["score", "DICOMDIR"]),
        ("bad_bundle", ["model", "verify", "bundle"]),
        ("device_unavailable", ["score", "ct.dcm", "--force", "--device", "cuda:99"]),
        ("bad_clinical_input", ["clinical", "no_unit.json"]),
        ("patient_mismatch", ["clinical", "two_patients.json"]),
        ("io", ["inspect", "ct.dcm", "--pixels", "no_such_folder/stored.npy"]),
    ],
)
def test_the_program_ends_with_code_and_status_of_the_page(files, monkeypatch, code, arguments):
    monkeypatch.chdir(files)
    result = run_cli(*arguments)
    assert result.stderr.startswith(f"aicovid: {code}: "), result.stderr
    assert result.status == EXIT_STATUS[code]


def test_a_refusal_of_score_is_a_report_and_no_error(files):
    result = run_cli("score", files / "ct.dcm", "--format", "json")
    assert result.status == EXIT_STATUS["refused"]
    assert json.loads(result.stdout)["status"] == "refused"
    assert "aicovid: " not in result.stderr


def test_each_code_has_a_class_that_is_the_pages_built_in_exception(files):
    import builtins

    classes = {code: re.findall(r"\w+", python) for code, _, python, *_ in ROW.findall(PAGE) if python != "never"}
    for code, (name, *built_in) in classes.items():
        kind = getattr(aicovid, name)
        assert issubclass(kind, aicovid.Error) and kind.code == code and name in aicovid.__all__
        assert all(issubclass(kind, getattr(builtins, base)) for base in built_in)
        again = pickle.loads(pickle.dumps(kind("why")))
        assert type(again) is kind and str(again) == "why"
    with pytest.raises(aicovid.CorruptError) as raised:
        aicovid.read(files / "half.dcm", force=True)
    assert raised.value.code == "corrupt" and isinstance(raised.value, ValueError)
    with pytest.raises(FileNotFoundError):
        aicovid.read(files / "absent.dcm")
