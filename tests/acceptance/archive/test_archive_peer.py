"""What benchmarks/ times is checked here on a small archive: `aicovid batch` and the Python way score it alike."""

import json
import shutil
import subprocess
import sys

import pytest
from conftest import BUILD, SOURCE

sys.path.insert(0, str(SOURCE / "benchmarks"))
import report  # noqa: E402
from archive import agreement, compare, make  # noqa: E402
from settings import Settings  # noqa: E402

RESULTS = SOURCE / "benchmarks" / "results"
PROGRAM = BUILD / "bin" / "aicovid"
DAMAGED = "jpeg-ls/damaged.dcm"

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ["dcmcjpeg", "dcmcjpls", "ojph_compress"])), reason="needs dcmtk and openjph-tools"
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Two radiographs of a megapixel in each of five transfer syntaxes, and a file that is cut off."""
    folder = make.archive(2, 1, tmp_path_factory.mktemp("cache"))
    whole = (folder / "jpeg-ls" / "00000.dcm").read_bytes()
    (folder / DAMAGED).write_bytes(whole[: len(whole) // 2])
    return folder


@pytest.fixture(scope="module")
def tables(archive, tmp_path_factory):
    """The table of aicovid, and of the peer in two processes."""
    out = tmp_path_factory.mktemp("tables")
    ours, theirs = out / "ours.csv", out / "theirs.csv"
    for command in (
        [PROGRAM, "batch", archive, "--backend", "openvino", "--out", ours],
        [sys.executable, SOURCE / "benchmarks" / "archive" / "peer.py", archive, "--jobs", "2", "--out", theirs],
    ):
        subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, timeout=600)
    return ours, theirs


def test_aicovid_and_the_python_way_score_an_archive_alike(archive, tables):
    ours, theirs = map(agreement.rows, tables)
    assert len(ours) == 2 * len(make.SYNTAXES) + 1
    print(f"largest difference of Brixia {agreement.require_agreement(*tables):.6f}")
    for rows in (ours, theirs):
        assert [file for file, row in rows.items() if row["status"] == "error"] == [str(archive / DAMAGED)]
        scores = {row["brixia"] for row in rows.values() if row.get("brixia")}
        # Two pictures, in encodings without loss: two scores, and not of one picture.
        assert len(scores) == 2 and max(map(float, scores)) - min(map(float, scores)) > agreement.BRIXIA_TOLERANCE


def test_a_score_that_differs_is_found(tables, tmp_path):
    changed = tmp_path / "changed.csv"
    score = next(row["brixia"] for row in agreement.rows(tables[1]).values() if row["brixia"])
    changed.write_text(tables[1].read_text().replace(f",{score}", f",{float(score) + 2 * agreement.BRIXIA_TOLERANCE:.6g}"))
    with pytest.raises(ValueError, match="Brixia differs by 0.1"):
        agreement.require_agreement(tables[0], changed)


def test_a_file_without_its_row_is_found(tables, tmp_path):
    shortened = tmp_path / "shortened.csv"
    shortened.write_text("".join(tables[1].read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(ValueError, match="11 and 10 files"):
        agreement.require_agreement(tables[0], shortened)


def test_each_gpu_takes_its_own_part_of_the_archive(archive, tables, tmp_path, monkeypatch):
    """The programs that a machine with two GPUs would run, on the CPU."""
    monkeypatch.setattr(compare, "gpus", lambda: ["one", "another"])
    settings = Settings(build=BUILD, model=SOURCE / "models" / "severity", cache=tmp_path, files=2, files_a_size=1, megapixels=1, rounds=1, counts=())
    wanted = compare.commands(compare.Case("mixed", 1, archive, "gpu", 2), settings, tmp_path)
    assert [command[command.index("--device") + 1] for command in wanted] == ["cuda:0", "cuda:1"]
    for command in wanted:
        on_cpu = ["cpu" if str(part).startswith("cuda:") else str(part) for part in command]
        subprocess.run(on_cpu, check=True, capture_output=True, text=True, timeout=600)
    assert all(len(agreement.rows(tmp_path / f"rows{i}.csv")) in (5, 6) for i in (0, 1))
    assert agreement.largest_difference(agreement.rows(tables[0]), compare.rows(tmp_path)) <= agreement.BRIXIA_TOLERANCE


@pytest.mark.skipif(not (RESULTS / "archive.json").is_file(), reason="no results in this tree")
def test_the_published_tables_are_those_of_the_results():
    parts = {name: json.loads((RESULTS / f"{name}.json").read_text()) for name in report.PARTS if (RESULTS / f"{name}.json").is_file()}
    assert (RESULTS / "README.md").read_text(encoding="utf-8") == report.page(parts)
    assert report.short_table(parts) in (SOURCE / "README.md").read_text(encoding="utf-8")
