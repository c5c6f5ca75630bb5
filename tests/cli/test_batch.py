"""`aicovid batch`: its rows are those of `score`, whatever stops it and whatever else runs."""

import csv
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time

import pydicom
import pytest
from conftest import BUILD, DATA, SOURCE, score, validate

PROGRAM = BUILD / "bin" / "aicovid"
GOLDEN = SOURCE / "models" / "severity" / "golden" / "rg1.png"


def batch(*arguments, status=0, **options):
    """Runs `aicovid batch`, and gives its standard error."""
    command = [PROGRAM, "batch", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, **options)
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    return done.stderr


def rows_of(path):
    """The rows as dicts of texts, without what is empty; of JSON each is validated."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    if path.suffix == ".csv":
        return [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(text.splitlines())]
    rows = [validate(json.loads(line), "batch_row") for line in text.splitlines()]
    # As CSV has them.
    return [{name: value if isinstance(value, str) else f"{value:.6g}" for name, value in row.items() if name != "schema"} for row in rows]


def codes(entries):
    return ";".join(dict.fromkeys(entry["code"] for entry in entries))


def row_of_report(image, report):
    """The row that docs/batch.md promises of a report."""
    row = {"file": str(image), "status": report["status"], "gate": codes(report["gate"]["reasons"]), "warnings": codes(report["warnings"])}
    for name in ("sop_instance_uid", "view"):
        row[name] = report["input"].get(name, "")
    for outcome in report["outcomes"]:
        interval = outcome.get("interval", {})
        found = {"probability": outcome.get("probability"), "low": interval.get("low"), "high": interval.get("high"), "index": outcome.get("index")}
        row |= {f"{outcome['name']}_{name}": value for name, value in found.items()}
        row[f"{outcome['name']}_status"] = outcome["status"]
    image_findings = report.get("image", {})
    for name in ("brixia", "extent", "opacity", "infiltrates"):
        row[name] = image_findings.get(name, {}).get("value")
    texts = {name: f"{value:.6g}" if isinstance(value, float | int) else value for name, value in row.items()}
    return {name: text for name, text in texts.items() if text}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A folder of ten small radiographs, of which one cannot be read."""
    folder = tmp_path_factory.mktemp("archive")
    for i in range(10):
        picture = folder / f"{i}.png"
        picture.write_bytes(b"no picture" if i == 4 else GOLDEN.read_bytes())
    return folder


@pytest.fixture(scope="module")
def undisturbed(archive, tmp_path_factory):
    """The output over the archive, of one worker."""
    out = tmp_path_factory.mktemp("undisturbed") / "rows.csv"
    batch(archive, "--out", out, "--jobs", 1)
    return out.read_bytes()


def test_rows_equal_score_row_by_row(tmp_path):
    if not (DATA / "dicom").is_dir() or not (DATA / "nih" / "images").is_dir():
        pytest.skip("no folders dicom and nih in the data: set AICOVID_DATA")
    images = sorted((DATA / "dicom").glob("*.dcm"))[::2] + sorted((DATA / "nih" / "images").glob("*.jpg"))[:6]
    assert len(images) >= 15
    (tmp_path / "list").write_text("".join(f"{image}\n" for image in images))
    for ending in ("csv", "jsonl"):
        batch(f"@{tmp_path / 'list'}", "--out", tmp_path / f"rows.{ending}")
    rows = rows_of(tmp_path / "rows.csv")
    assert rows == rows_of(tmp_path / "rows.jsonl")
    assert [row["file"] for row in rows] == sorted(map(str, images))
    scored = 0
    for row in rows:
        command = [PROGRAM, "score", row["file"], "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        document = json.loads(done.stdout)
        if "error" in document:
            assert row["status"] == "error" and row["error"] == document["error"]["code"]
            assert f"{row['file']}: {row['message']}" == document["error"]["message"]
        else:
            assert row == row_of_report(row["file"], document)
            scored += row["status"] == "ok"
    assert scored >= 6


def test_eight_workers_write_the_bytes_of_one(archive, undisturbed, tmp_path):
    batch(archive, "--out", tmp_path / "rows.csv", "--jobs", 8)
    assert (tmp_path / "rows.csv").read_bytes() == undisturbed


def test_one_bad_file_in_ten_costs_nothing_else(archive, tmp_path):
    told = batch(archive, "--out", tmp_path / "rows.jsonl", "--summary", tmp_path / "summary.json")
    rows = rows_of(tmp_path / "rows.jsonl")
    report = score(GOLDEN)
    for i, row in enumerate(rows):
        if i == 4:
            assert row["status"] == "error" and row["error"] == "corrupt" and "message" in row
        else:
            assert row == row_of_report(archive / f"{i}.png", report)
    summary = validate(json.loads((tmp_path / "summary.json").read_text()), "batch_summary")
    assert summary["files"] == 10 and summary["ok"] == 9 and summary["errors"] == {"corrupt": 1}
    assert summary["images_per_s"] > 0 and summary["stages_s"]["infer"] > 0
    assert "10 files: 9 scored, 0 refused, 1 with an error (1 corrupt)" in told
    validate(json.loads((tmp_path / "rows.jsonl.run.json").read_text()), "batch_run")
    batch(archive, "--out", tmp_path / "strict.csv", "--strict", status=8)


def kill_at_random(archive, folder, moments, undisturbed):
    """Kills runs at random moments until one comes to its end."""
    seed = int(os.environ.get("AICOVID_SEED", time.time_ns() % 1_000_000))
    print(f"AICOVID_SEED={seed}")
    chance = random.Random(seed)
    out = folder / "rows.csv"
    command = [PROGRAM, "batch", str(archive), "--out", str(out), "--resume", "--jobs", "2"]
    began = time.monotonic()
    subprocess.run(command, capture_output=True, check=True)
    longest = time.monotonic() - began
    kills = 0
    while kills < moments:
        # Now and then from the start, so that every part of the output is torn.
        if out.exists() and out.read_bytes() == undisturbed:
            out.unlink()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            told = process.communicate(timeout=chance.uniform(0, longest))[1]
            assert process.returncode == 0, told
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
        if out.exists():
            assert undisturbed.startswith(out.read_bytes()), f"AICOVID_SEED={seed}"
    subprocess.run(command, capture_output=True, check=True)
    assert out.read_bytes() == undisturbed, f"AICOVID_SEED={seed}"


def test_a_killed_run_is_resumed_to_the_same_bytes(archive, undisturbed, tmp_path):
    kill_at_random(archive, tmp_path, 4, undisturbed)


@pytest.mark.skipif("AICOVID_SLOW" not in os.environ, reason="slow: set AICOVID_SLOW=1")
def test_a_run_that_is_killed_fifty_times_is_resumed_to_the_same_bytes(archive, undisturbed, tmp_path):
    kill_at_random(archive, tmp_path, 50, undisturbed)


def test_results_may_lie_in_the_folder(archive, tmp_path):
    for i in (0, 4):
        shutil.copy(archive / f"{i}.png", tmp_path)
    arguments = [tmp_path, "--out", tmp_path / "rows.csv", "--summary", tmp_path / "summary.json"]
    batch(*arguments)
    before = (tmp_path / "rows.csv").read_bytes()
    assert before.count(b"\n") == 3
    batch(*arguments, "--resume")
    assert (tmp_path / "rows.csv").read_bytes() == before


def test_ctrl_c_stops_between_two_rows(archive, undisturbed, tmp_path):
    out = tmp_path / "rows.csv"
    command = [PROGRAM, "batch", str(archive), "--out", str(out), "--jobs", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not out.exists() or out.read_bytes().count(b"\n") < 3:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[1]
    if process.returncode != 0:  # it may have come to its end before the signal
        assert process.returncode == 130
        assert told.startswith("aicovid: cancelled: stopped after ") and "can be resumed" in told
        assert out.read_bytes().endswith(b"\n")
    batch(archive, "--out", out, "--resume")
    assert out.read_bytes() == undisturbed


def test_a_full_disk_is_an_error_and_leaves_whole_rows(archive, undisturbed, tmp_path):
    out = tmp_path / "rows.csv"
    # A limit of the file's size is met in the middle of a row, as the end of a disk is.
    limit = len(undisturbed) // 2

    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    told = batch(archive, "--out", out, status=1, preexec_fn=small_files, restore_signals=False)
    assert told.startswith(f"aicovid: io: {out}: it cannot be written: ")
    written = out.read_bytes()
    assert written.endswith(b"\n") and undisturbed.startswith(written) and len(written) > 0
    batch(archive, "--out", out, "--resume")
    assert out.read_bytes() == undisturbed


def test_a_real_full_disk(archive, undisturbed, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small disk")
    try:
        filler = disk / "filler"
        filler.write_bytes(bytes(4096))
        # The description takes the other page; nothing is left for the rows.
        told = batch(archive, "--out", disk / "rows.csv", status=1)
        assert told.startswith("aicovid: io: ") and "rows.csv" in told
        filler.unlink()
        batch(archive, "--out", disk / "rows.csv", "--resume")
        assert (disk / "rows.csv").read_bytes() == undisturbed
    finally:
        subprocess.run(["umount", disk], check=True)


def test_an_output_that_cannot_be_written_is_named(archive, tmp_path):
    told = batch(archive, "--out", tmp_path / "no_folder" / "rows.csv", status=1)
    assert told.startswith(f"aicovid: io: {tmp_path / 'no_folder' / 'rows.csv'}: ")
    os.symlink("/dev/full", tmp_path / "full.csv")
    assert "regular file" in batch(archive, "--out", tmp_path / "full.csv", "--resume", status=2)


def test_a_changed_run_is_refused_with_the_difference(archive, tmp_path):
    out = tmp_path / "rows.csv"
    batch(archive / "0.png", archive / "4.png", "--out", out)
    before = out.read_bytes()
    assert "there already" in batch(archive / "0.png", archive / "4.png", "--out", out, status=2)
    for arguments, difference in [
        ([archive / "0.png", archive / "4.png", "--decode", "fit"], "/compute/decode is fit and was exact"),
        ([archive / "0.png", archive / "4.png", "--model", SOURCE / "models" / "severity-open"], "/model/name is severity-open and was severity"),
        ([archive / "0.png"], "/list/files is 1 and was 2"),
        ([archive / "0.png", archive / "4.png", "--shard", "1/2"], "/shard is 1/2 and was 1/1"),
    ]:
        told = batch(*arguments, "--out", out, "--resume", status=2)
        assert told.startswith(f"aicovid: invalid_argument: {out}: the output was begun by another run: {difference}"), told
        assert out.read_bytes() == before


def test_rows_of_a_table_go_with_images_by_the_header(pydicom_data_file, tmp_path):
    dataset = pydicom.dcmread(pydicom_data_file("RG1_J2KR.dcm"))
    dataset.AccessionNumber = "ACC 17 "
    dataset.save_as(tmp_path / "chest.dcm")
    values = "age [a],sex,spo2 [%]\n{},64,{},93\nX,50,male,99\n"
    sex = "female" if dataset.get("PatientSex") == "F" else "male"
    ids = {
        "accession_number": "ACC 17",
        "sop_instance_uid": dataset.SOPInstanceUID,
        "study_instance_uid": dataset.StudyInstanceUID,
        "stem": "chest",
        "name": "chest.dcm",
        "path": str(tmp_path / "chest.dcm"),
    }
    for match, key in ids.items():
        table = tmp_path / f"{match}.csv"
        table.write_text("id," + values.format(key, sex))
        out = tmp_path / f"{match}.jsonl"
        batch(tmp_path / "chest.dcm", "--out", out, "--clinical", table, "--id-column", "id", "--id-match", match)
        (row,) = rows_of(out)
        assert row.pop("id") == key
        report = score(tmp_path / "chest.dcm", "--clinical", table, "--id-column", "id", "--row", key)
        assert row == row_of_report(tmp_path / "chest.dcm", report)
    # An id of the header is in no output unless the table has it.
    batch(tmp_path / "chest.dcm", "--out", tmp_path / "none.csv")
    assert "ACC 17" not in (tmp_path / "none.csv").read_text()


def test_shards_together_are_the_whole(archive, undisturbed, tmp_path):
    lines = []
    for i in (1, 2, 3):
        batch(archive, "--out", tmp_path / f"{i}.csv", "--shard", f"{i}/3")
        header, *rows = (tmp_path / f"{i}.csv").read_text().splitlines()
        lines += rows
    assert "\n".join([header, *sorted(lines)]) + "\n" == undisturbed.decode()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["absent.dcm", "--out", "o.csv"], 4, "not_found: absent.dcm: no such file"),
        (["@absent", "--out", "o.csv"], 4, "not_found: absent: there is no such list"),
        ([GOLDEN, "--out", "o.txt"], 2, "invalid_argument: o.txt: the output has another ending"),
        ([GOLDEN], 2, "usage: --out is required"),
        (["--out", "o.csv"], 2, "usage: INPUT is required"),
        ([GOLDEN, "--out", "o.csv", "--batch", "0"], 2, "usage: --batch"),
        ([GOLDEN, "--out", "o.csv", "--precision", "fp16"], 2, "invalid_argument: severity: precision is fp16; expected fp32"),
        ([GOLDEN, "--out", "o.csv", "--precision", "fp64"], 2, "usage: --precision"),
        ([GOLDEN, "--out", "o.csv", "--shard", "0/2"], 2, "usage: --shard is '0/2'"),
        ([GOLDEN, "--out", "o.csv", "--shard", "3"], 2, "usage: --shard is '3'"),
        ([GOLDEN, "--out", "o.csv", "--jobs", "0"], 2, "usage: --jobs"),
        ([GOLDEN, "--out", "o.csv", "--at", "2020-04-01T10:00:00Z"], 2, "usage: --id-column, --id-match, --at"),
        ([GOLDEN, "--out", "o.csv", "--clinical", "t.csv"], 2, "usage: --clinical needs --id-column"),
        ([GOLDEN, "--out", "o.csv", "--clinical", "t.csv", "--id-column", "id"], 4, "not_found: t.csv: "),
        ([GOLDEN, "--out", "o.csv", "--model", "absent"], 4, "not_found: absent: "),
    ],
)
def test_what_is_wrong_is_said_before_any_work(arguments, status, words, tmp_path):
    told = batch(*arguments, status=status, cwd=tmp_path)
    assert told.count("\n") == 1 and told.startswith(f"aicovid: {words}"), told
    assert list(tmp_path.iterdir()) == []


def test_a_dicomdir_and_standard_input(tmp_path):
    from pydicom.data import get_testdata_file

    index = get_testdata_file("DICOMDIR")
    told = batch(index, "--out", tmp_path / "rows.csv")
    rows = rows_of(tmp_path / "rows.csv")
    assert len(rows) > 5 and all(row["status"] in ("refused", "error") for row in rows), told
    batch("-", "--out", tmp_path / "listed.csv", input=f"{GOLDEN}\n")
    assert [row["file"] for row in rows_of(tmp_path / "listed.csv")] == [str(GOLDEN)]


def test_a_bar_on_a_terminal_and_lines_elsewhere(archive, tmp_path):
    terminal, program_side = os.openpty()
    command = [PROGRAM, "batch", str(archive), "--out", str(tmp_path / "rows.csv")]
    subprocess.run(command, stderr=program_side, check=True)
    os.close(program_side)
    told = b""
    while b"seconds in all threads" not in told:
        told += os.read(terminal, 65536)
    os.close(terminal)
    assert b"\r[########################] 10 of 10 files, " in told and b"images/s" in told
    assert "\r" not in batch(archive, "--out", tmp_path / "plain.csv")


def log_of(path):
    return [validate(json.loads(line), "batch_log") for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_log_says_what_happened_and_names_nobody(archive, tmp_path):
    log = tmp_path / "log.jsonl"
    arguments = [archive, "--out", tmp_path / "rows.csv", "--log", log]
    batch(*arguments)
    assert [line["event"] for line in log_of(log)] == ["begun", "row_error", "ended"]
    assert log_of(log)[1] | {"time": ""} == {"time": "", "level": "warning", "event": "row_error", "row": 5, "error": "corrupt"}
    assert log.stat().st_mode & 0o777 == 0o600
    assert str(archive) not in log.read_text() and ".png" not in log.read_text()
    batch(*arguments, "--resume")
    assert [line["event"] for line in log_of(log)[3:]] == ["begun", "ended"]
    assert log_of(log)[4]["resumed"] == 10
    batch(*arguments, status=2)
    assert log_of(log)[6] | {"time": ""} == {"time": "", "level": "error", "event": "failed", "error": "invalid_argument"}


def test_a_log_that_cannot_be_written_ends_the_run(archive, tmp_path):
    told = batch(archive, "--out", tmp_path / "rows.csv", "--log", tmp_path / "absent" / "log", status=1)
    assert told.startswith(f"aicovid: io: {tmp_path / 'absent' / 'log'}: the log cannot be written: ")
    told = batch(archive, "--out", tmp_path / "rows.csv", "--log", "/dev/full", status=1)
    assert told.startswith("aicovid: io: /dev/full: a line of the log cannot be written")
    assert not (tmp_path / "rows.csv").exists()


def test_memory_does_not_grow_with_the_list(archive, tmp_path):
    """Twenty times the files take the memory of the first."""
    peaks = []
    for copies in (10, 200):
        folder = tmp_path / str(copies)
        folder.mkdir()
        for i in range(copies):
            shutil.copy(archive / "0.png", folder / f"{i}.png")
        command = [PROGRAM, "batch", str(folder), "--out", str(tmp_path / f"{copies}.csv"), "--jobs", "2"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        peaks.append(usage.ru_maxrss)
    assert peaks[1] < 1.1 * peaks[0], peaks
