"""Many images as a DataFrame, and the DataFrame as Parquet."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import datetime, timezone

import numpy as np
import pandas as pd
import pytest

from conftest import run_cli

import aicovid

SIDE = 300


@pytest.fixture(scope="module")
def archive(tmp_path_factory, radiograph):
    """A chest, a picture that is refused, and a file that cannot be read."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("archive")
    (folder / "a.dcm").write_bytes(radiograph.read_bytes())
    Image.fromarray(np.zeros((40, 40), np.uint8)).save(folder / "b.png")
    (folder / "c.dcm").write_bytes(b"no DICOM")
    return folder


@pytest.fixture(scope="module")
def clinical():
    return pd.DataFrame({"id": ["a", "x"], "age [a]": [64, 20], "sex": ["female", "male"], "crp [mg/L]": [98.0, np.nan]})


@pytest.fixture(scope="module")
def rows(archive, clinical):
    return aicovid.batch(archive, clinical=clinical, id_column="id", jobs=2)


def test_the_rows_are_those_of_the_command_line(rows, archive, clinical, tmp_path):
    clinical.to_csv(tmp_path / "clinical.csv", index=False)
    done = run_cli("batch", archive, "--out", tmp_path / "rows.csv", "--clinical", tmp_path / "clinical.csv", "--id-column", "id")
    assert done.status == 0
    pd.testing.assert_frame_equal(rows, aicovid.read_rows(tmp_path / "rows.csv"))
    assert list(rows["status"]) == ["ok", "refused", "error"]
    assert rows["brixia"].dtype == np.float64 and rows["brixia"].notna().tolist() == [True, False, False]
    assert rows["id"].tolist() == ["a", None, None]
    assert rows["error"].tolist() == [None, None, "corrupt"]
    assert rows.attrs["summary"]["files"] == 3


def test_lists_and_json_lines(rows, archive, clinical, tmp_path):
    files = sorted(archive.iterdir())
    again = aicovid.batch(files, clinical=clinical, id_column="id", out=tmp_path / "rows.jsonl")
    # What no row has is no member of a line.
    pd.testing.assert_frame_equal(again[[name for name in rows.columns if name in again]], rows[[name for name in rows.columns if name in again]])
    assert rows[[name for name in rows.columns if name not in again]].isna().all().all()
    with pytest.raises(aicovid.InvalidArgumentError):
        aicovid.batch(files, out=tmp_path / "rows.jsonl")
    resumed = aicovid.batch(files, clinical=clinical, id_column="id", out=tmp_path / "rows.jsonl", resume=True)
    assert resumed.attrs["summary"]["resumed"] == 3


def test_a_table_by_its_index_and_times_of_pandas(archive):
    table = pd.DataFrame({"age [a]": [64], "gcs": [15], "time": [pd.Timestamp("2020-04-01T10:00:00", tz="Europe/Rome")]}, index=pd.Index(["a"], name="id"))
    soon, late = datetime(2020, 4, 1, 9, tzinfo=timezone.utc), datetime(2020, 4, 9, 9, tzinfo=timezone.utc)
    for at, is_old in (("2020-04-01T09:00:00Z", False), (soon, False), (late, True)):
        told = aicovid.batch(archive / "a.dcm", clinical=table, id_column="id", at=at)
        assert told["status"].tolist() == ["ok"]
        assert ("no_value_at_time" in (told["warnings"][0] or "")) == is_old
    with pytest.raises(aicovid.InvalidArgumentError, match="without a zone"):
        aicovid.batch(archive / "a.dcm", clinical=table, id_column="id", at=datetime(2020, 4, 1, 9))
    with pytest.raises(aicovid.InvalidArgumentError, match="id_column"):
        aicovid.batch(archive, clinical=table)
    with pytest.raises(aicovid.InvalidArgumentError, match="DataFrame"):
        aicovid.batch(archive, clinical=5, id_column="id")


def test_progress_is_told_and_may_end_the_run(archive, capfd):
    told = []
    aicovid.batch(archive, jobs=1, progress=lambda *now: told.append(now))
    assert told[-1] == (3, 3, 1)
    aicovid.batch(archive, jobs=1, progress=True)
    assert "3 of 3 images, 1 with an error" in capfd.readouterr().err

    def stop(*now):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        aicovid.batch([archive / "a.dcm"] * 1, jobs=1, progress=stop)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        aicovid.batch(tmp_path / "nothing.dcm")


def test_ctrl_c_ends_the_run_and_keeps_the_rows(radiograph, tmp_path):
    for i in range(400):
        os.link(radiograph, tmp_path / f"{i:03d}.dcm")
    program = textwrap.dedent(f"""
        import sys, aicovid
        told = lambda done, files, errors: print(done, flush=True)
        try:
            aicovid.batch({str(tmp_path / "*.dcm")!r}, out={str(tmp_path / "rows.csv")!r}, jobs=1, progress=told)
        except KeyboardInterrupt:
            print("stopped", flush=True)
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as running:
        assert int(running.stdout.readline()) > 0
        running.send_signal(signal.SIGINT)
        rest = running.communicate(timeout=120)[0]
    assert rest.endswith("stopped\n") and running.returncode == 0
    kept = aicovid.read_rows(tmp_path / "rows.csv")
    assert 0 < len(kept) < 400 and (kept["status"] == "ok").all()


def test_parquet(rows, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    aicovid.to_parquet(rows, tmp_path / "rows.parquet")
    schema = parquet.read_schema(tmp_path / "rows.parquet")
    about = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    assert about["aicovid.model"] == "severity" and about["aicovid.manifest_sha256"] == rows.attrs["summary"]["model"]["manifest_sha256"]
    brixia = schema.field("brixia")
    assert str(brixia.type) == "double" and brixia.metadata[b"unit"] == b"{points}"
    assert b"unit" not in schema.field("file").metadata
    pd.testing.assert_frame_equal(parquet.read_table(tmp_path / "rows.parquet").to_pandas(), rows, check_dtype=False)
    with pytest.raises(aicovid.InvalidArgumentError, match="column"):
        aicovid.to_parquet(rows.assign(other=1), tmp_path / "other.parquet")


def test_every_column_is_described(rows):
    from aicovid.tables import describe

    for name in rows.columns:
        description, unit = describe(name)
        assert description and (unit != "") == (rows[name].dtype == np.float64), name
