"""An archive on a local Ray: a worker is killed on the way, and the rows are those of `aicovid batch`.

About 60 s of two cores; with AICOVID_SLOW=1 a few hundred files, five minutes.
"""

import importlib.util
import os
import signal
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from conftest import SOURCE, run_cli

import aicovid

pytestmark = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed")
FILES, BLOCK = (240, 20) if os.environ.get("AICOVID_SLOW") else (40, 5)


def workers():
    """The processes of Ray's actors that score."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            name = (entry / "cmdline").read_bytes().split(b"\0")[0]
        except OSError:
            continue
        if name.startswith(b"ray::") and b"Scorer" in name:
            found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def cluster():
    import ray

    ray.init(num_cpus=2, include_dashboard=False, logging_level="error", log_to_driver=False)
    yield
    ray.shutdown()


def test_a_killed_worker_costs_no_row(cluster, tmp_path):
    from aicovid.adapters.ray import read_parts, score_archive

    chest = SOURCE / "models" / "severity" / "golden" / "rg1.png"
    archive = tmp_path / "archive"
    archive.mkdir()
    for i in range(FILES):
        os.link(chest, archive / f"{i:04d}.png") if os.stat(chest).st_dev == os.stat(archive).st_dev else (archive / f"{i:04d}.png").symlink_to(chest)
    (archive / "0017.png").unlink()
    (archive / "0017.png").write_bytes(b"no picture")
    files = sorted(archive.iterdir())
    out = tmp_path / "rows"
    killed = []

    def kill_one():
        for _ in range(6000):
            if list(out.glob("part-*.parquet")) and workers():
                killed.append(workers()[0])
                os.kill(killed[0], signal.SIGKILL)
                return
            time.sleep(0.1)

    killer = threading.Thread(target=kill_one)
    killer.start()
    parts = score_archive(files, out, block=BLOCK)
    killer.join()
    assert killed, "no worker was there to be killed"
    assert len(parts) == FILES // BLOCK and sorted(out.iterdir()) == parts

    done = run_cli("batch", archive, "--out", tmp_path / "rows.csv")
    assert done.status == 0
    expected = aicovid.read_rows(tmp_path / "rows.csv")
    rows = read_parts(parts)
    assert rows["error"].notna().sum() == 1
    pd.testing.assert_frame_equal(rows, expected, check_dtype=False)

    # Gone on with: what is there is not made again.
    times = {part: part.stat().st_mtime_ns for part in parts}
    parts[3].unlink()
    assert score_archive(files, out, block=BLOCK) == parts
    assert {part for part in parts if part.stat().st_mtime_ns != times[part]} == {parts[3]}
    pd.testing.assert_frame_equal(read_parts(parts), expected, check_dtype=False)


def test_what_ends_a_run_is_an_error(cluster, tmp_path):
    from aicovid.adapters.ray import score_archive

    with pytest.raises(aicovid.InvalidArgumentError):
        score_archive([], tmp_path)
    with pytest.raises(Exception, match="no such file"):
        score_archive([tmp_path / "nothing.dcm"], tmp_path / "rows")
