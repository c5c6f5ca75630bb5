"""The validation protocol's command on small tables: every exam accounted for, every error named, no patient repeated.

About 12 s of one core.
"""

import csv
import hashlib
import json
import shutil
from collections import Counter

import numpy as np
import pytest
from conftest import SOURCE, validate
from PIL import Image

import aicovid
from aicovid.validation.command import main
from aicovid.validation.scoring import score
from aicovid.validation.table import TableError, read_table

BUNDLE = SOURCE / "models" / "severity"
COLUMNS = ["file", "patient", "site", "outcome", "view", "age [a]", "sex", "respiratory_rate [/min]", "spo2 [%]", "on_oxygen",
           "gcs", "nosocomial", "urea [mmol/L]", "crp [mg/L]", "lymphocytes [10*9/L]", "radiographic_infiltrates", "time"]  # fmt: skip
PERSON = "Xanthippe-19470312"


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(number, **cells):
    """An exam whose risk rises with its number."""
    return {
        "patient": f"{PERSON}-{number}", "site": "AB"[number % 2], "outcome": "false", "age [a]": 40 + number, "sex": "female",
        "respiratory_rate [/min]": 16 + number // 2, "spo2 [%]": 98 - number // 3, "on_oxygen": "false", "gcs": 15,
        "nosocomial": "false", "urea [mmol/L]": 6, "crp [mg/L]": 20 + 4 * number, "lymphocytes [10*9/L]": 1,
    } | cells  # fmt: skip


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """22 cuts of the golden radiograph, each with its own greys."""
    folder = tmp_path_factory.mktemp("images")
    grey = np.asarray(Image.open(BUNDLE / "golden" / "rg1.png").convert("L"))
    for number in range(22):
        part = grey[number % 5 :, : grey.shape[1] - number] / 255
        Image.fromarray((255 * part ** (0.8 + number / 50)).astype(np.uint8)).save(folder / f"{PERSON}-{number}.png")
    return folder


@pytest.fixture(scope="module")
def ran(tmp_path_factory, images, pydicom_data_file):
    """Rows, folder and report of a table in which every fate occurs."""
    folder = tmp_path_factory.mktemp("run")
    rows = [row(n, file=f"{PERSON}-{n}.png", outcome="true" if n % 4 == 1 or n > 14 else "false", view="AP" if n % 3 else "PA")
            for n in range(22)]  # fmt: skip
    rows[3]["radiographic_infiltrates"] = "true"
    rows[4]["urea [mmol/L]"] = ""
    (images / "colours.png").write_bytes((images / f"{PERSON}-1.png").read_bytes()[:2000])
    shutil.copy(pydicom_data_file("RG1_UNCR.dcm"), images / "woman.dcm")
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300), np.uint8)).save(images / "noise.png")
    rows += [
        row(30, patient=rows[5]["patient"], outcome="true"),  # a later exam
        row(31, outcome=""),  # unknown
        row(32),  # no image
        row(33, file="colours.png"),  # unreadable
        row(34, file="noise.png"),  # refused
        row(35) | {"age [a]": 12},  # not applicable
        row(36) | {"spo2 [%]": ""},  # not computed
        row(37, file="woman.dcm", sex="male"),  # the header says otherwise
    ]
    table = write(folder / "table.csv", rows)
    assert main([str(table), "--images", str(images), "--out", str(folder / "out"), "--model", str(BUNDLE)]) == 0
    return rows, folder / "out", validate(json.loads((folder / "out" / "report.json").read_text()), "validation")


def marker(report, name):
    return next(entry for entry in report["markers"] if entry["name"] == name)


def fate(report, name):
    return next(entry for entry in report["fates"]["markers"] if entry["marker"] == name)


def predictions(folder):
    with open(folder / "predictions.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_row_is_accounted_for(ran):
    rows, folder, report = ran
    flow, analysed = report["flow"], report["flow"]["analysed"]
    assert (flow["rows"], flow["outcome_unknown"], flow["later_exams"]) == (30, 1, 1)
    assert analysed["exams"] == analysed["patients"] == 28 and analysed["events"] == 11
    assert report["fates"]["images"] == {"flagged": 23, "no_image": 3, "unreadable": 1, "refused": 1}
    assert fate(report, "fused")["statuses"] == {"ok": 22, "contradiction": 1, "no_image": 3, "unreadable": 1, "refused": 1}
    assert {"status": "contradiction", "code": "patient_mismatch", "exams": 1} in fate(report, "fused")["reasons"]
    clinical = fate(report, "clinical")
    assert clinical["statuses"] == {"ok": 26, "not_applicable": 1, "not_computed": 1}
    assert {"status": "not_applicable", "code": "not_an_adult", "exams": 1} in clinical["reasons"]
    assert {"status": "not_computed", "code": "missing_required", "exams": 1} in clinical["reasons"]
    assert fate(report, "fused")["without_value"] == {"exams": 6, "events": 0}
    assert fate(report, "clinician")["statuses"] == {"no_reading": 27, "ok": 1}
    for entry in report["fates"]["markers"]:
        assert sum(entry["statuses"].values()) == 28
    assert {"variable": "urea", "given": 27, "missing": 1} in report["missing_values"]
    lines = predictions(folder)
    assert [int(line["row"]) for line in lines] == list(range(2, 32))
    assert [line["used"] for line in lines[22:24]] == ["later_exam", "outcome_unknown"]
    assert lines[29]["view"] == "PA"  # of the header
    assert lines[26]["gate"] == "refused" and lines[26]["gate_reasons"] and not lines[26]["fused_value"]


def test_the_numbers_are_the_librarys(ran, images):
    rows, folder, _ = ran
    assessor = aicovid.Assessor.load(BUNDLE)
    for number in (0, 3, 4, 17):
        cells = rows[number]
        record = {name.split(" [")[0]: ({"value": float(cells[name]), "unit": name.split("[")[1][:-1]} if "[" in name else cells[name])
                  for name in COLUMNS[5:15] if cells[name] != ""}  # fmt: skip
        record |= {name: record[name] == "true" for name in ("on_oxygen", "nosocomial")}
        line = predictions(folder)[number]

        def risk(report):
            return f"{report['outcomes'][0]['probability']:.6g}"

        radiograph = aicovid.read(images / cells["file"])
        fused = assessor.assess(radiograph, record)
        assert line["fused_value"] == risk(fused)
        assert line["brixia"] == f"{fused['image']['brixia']['value']:.6g}"
        assert line["clinical_value"] == risk(assessor.assess(None, record))
        if number == 3:  # the clinician's reading enters its own marker alone
            assert line["clinician_value"] == risk(assessor.assess(None, record | {"radiographic_infiltrates": True}))
            assert line["clinician_value"] > line["clinical_value"]


class LooksAnew:
    """An assessor whose networks see the image again for every report."""

    def __init__(self, assessor):
        self.assess = assessor.assess

    def examine(self, radiograph):
        return radiograph

    def judge(self, radiograph, clinical=None):
        return self.assess(radiograph, clinical)


def test_one_look_at_an_image_gives_what_one_for_each_record_gives(ran, images):
    _, folder, report = ran
    assessor = aicovid.Assessor.load(BUNDLE)
    exams = read_table(folder.parent / "table.csv", images, assessor.clinical_variables).exams
    # Those with a reading and with a value missing, and every fate of an image or a record.
    chosen = [exams[n] for n in (0, 3, 4, *range(24, 30))]
    once = [score(assessor, exam, "deterioration") for exam in chosen]
    assert once == [score(LooksAnew(assessor), exam, "deterioration") for exam in chosen]
    assert {each.image for each in once} == set(report["fates"]["images"])
    statuses = {entry["status"] for entry in fate(report, "fused")["reasons"]} | {"ok"}
    assert {each.answers["fused"].status for each in once} >= statuses
    assert sum((each.warnings for each in once), Counter())


def test_the_figures_are_those_of_the_predictions(ran):
    _, folder, report = ran
    lines = [line for line in predictions(folder) if line["fused_value"]]
    value, event = (np.array([cell(line) for line in lines]) for cell in
                    (lambda line: float(line["fused_value"]), lambda line: line["outcome"] == "true"))  # fmt: skip
    fused = marker(report, "fused")
    pairs = value[event][:, None] - value[~event]
    assert fused["auroc"]["value"] == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())
    assert fused["calibration"]["observed_to_expected"]["value"] == pytest.approx(event.mean() / value.mean(), rel=1e-5)
    assert fused["scale"] == "probability" and fused["exams"] == 22
    assert [(g["group"], g["exams"]) for g in fused["subgroups"] if g["by"] == "view"] == [("AP", 14), ("PA", 8)]
    assert [g["group"] for g in fused["subgroups"] if g["by"] == "age"] == ["below 50", "50 to 64"]
    assert all(group.get("not_estimated") == "too_few" for group in fused["sites"])
    assert marker(report, "clinician")["not_estimated"] == "too_few"
    assert {entry["of"]: entry["exams"] for entry in report["differences"] if entry["minus"] == "clinical"} == {
        "fused": 22, "clinician": 1}  # fmt: skip
    assert {note["code"] for note in report["notes"]} >= {"sample_too_small", "incomplete", "no_value"}
    for name in ("report.md", "calibration.png", "decision_curve.png", "auroc.png"):
        assert (folder / name).stat().st_size > 1000


def test_no_patient_and_no_file_is_written(ran):
    for file in ran[1].iterdir():
        content = file.read_bytes()
        assert PERSON.encode() not in content and b"colours" not in content, file.name


def test_an_index_has_discrimination_alone(tmp_path, images, ran):
    rows = [cells for cells in ran[0][:22]]
    bundle = tmp_path / "bundle"
    shutil.copytree(BUNDLE, bundle)
    model = json.dumps({"intercept": -3, "terms": [{"input": "brixia", "coefficients": [0.4]}]}).encode()
    (bundle / "stay.json").write_bytes(model)
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["files"].append({"path": "stay.json", "sha256": hashlib.sha256(model).hexdigest()})
    manifest["outcomes"].append({
        "name": "stay", "model": "logistic", "file": "stay.json", "definition": "a test", "kind": "concurrent_state",
        "evidence": {"level": "none", "caveat": "a test"}, "population": {"age": [18, 120]},
        "inputs": [{"variable": "brixia", "reference": 0}, {"variable": "age", "unit": "a", "range": [0, 120], "reference": 50}][:1]})  # fmt: skip
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    table = write(tmp_path / "table.csv", rows + [row(30, patient=rows[5]["patient"], outcome="true", file="noise.png")])
    command = [str(table), "--images", str(images), "--model", str(bundle), "--exams", "all", "--out", str(tmp_path / "out")]
    assert main([*command, "--outcome", "stay"]) == 0
    report = validate(json.loads((tmp_path / "out" / "report.json").read_text()), "validation")
    assert report["outcome"]["name"] == "stay" and report["flow"]["analysed"]["exams"] == 23
    fused, brixia = marker(report, "fused"), marker(report, "brixia")
    assert fused["scale"] == "index" and "calibration" not in fused and "decision_curve" not in fused
    # A rising function of the Brixia total orders the exams alike.
    assert fused["auroc"] == brixia["auroc"] and "auroc_by_patient" in fused
    assert {"code": "index_only", "message": "fused is an index and no probability: discrimination alone is reported."} in report["notes"]
    assert not (tmp_path / "out" / "calibration.png").exists()


@pytest.mark.parametrize(
    "cells, message",
    [
        ({"outcome": "yes"}, 'row 2, column outcome: is "yes"; expected true, false or, where unknown, nothing'),
        ({"outcome": PERSON}, "row 2, column outcome: is (unlisted value); expected true, false or, where unknown, nothing"),
        ({"view": "LL"}, "row 2, column view: is (unlisted value); expected AP, PA or, where unknown, nothing"),
        ({"patient": " "}, "row 2, column patient: is empty"),
        ({"site": ""}, "row 2, column site: is empty"),
        ({"file": f"{PERSON}.dcm"}, "row 2, column file: there is no such file"),
        ({"age [a]": "190"}, "row 2: age is 190 a; expected 0 to 120 a"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(tmp_path, cells, message):
    with pytest.raises(TableError) as caught:
        read_table(write(tmp_path / "table.csv", [row(1) | cells]))
    assert caught.value.problems == [message]


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "the table is empty"),
        ("file,patient,site\n", "column outcome is missing"),
        ("file,patient,site,outcome,site\n", "column site stands twice"),
        ("file,patient,site,outcome\n", "the table has no rows"),
        ("file,patient,site,outcome\n,1,A\n", "row 2: 3 cells; expected 4"),
        ("file,patient,site,outcome,age\n", 'row 1 (header): age has no unit in the table\'s header; expected one like "age [a]"'),
        ("file,patient,site,outcome\n,1,A,true\n,2,A\n", "row 3: 3 cells; expected 4"),
        (f"file,patient,site,outcome\n,{PERSON},A,maybe\n,2,A,true\n", "row 2, column outcome: is (unlisted value); expected"),
        ("file,patient,site,outcome,time,age [a]\n,1,A,true,2020-04-02T10:00:00Z,50\n,1,A,true,2020-04-01T10:00:00Z,50\n",
         "row 3, column time: before an earlier row of the same patient"),
        ("file,patient,site,outcome\nt.csv,1,A,true\nt.csv,2,A,true\n", "row 3, column file: the same file as in row 2"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused_as_a_whole(tmp_path, text, message):
    table = tmp_path / "t.csv"
    table.write_text(text)
    with pytest.raises(TableError) as caught:
        read_table(table)
    assert caught.value.problems[0].startswith(message)
    assert PERSON not in str(caught.value)


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    table = write(tmp_path / "table.csv", [row(1, outcome="maybe"), row(2) | {"spo2 [%]": "-4"}])
    assert main([str(table), "--out", str(tmp_path / "out")]) == 7
    error = capsys.readouterr().err
    assert "nothing was scored" in error and "row 2, column outcome" in error and "row 3: spo2 is -4 %" in error
    assert PERSON not in error and not (tmp_path / "out").exists()
    contradictory = tmp_path / "gcs.csv"
    contradictory.write_text(f"file,patient,site,outcome,gcs,consciousness\n,{PERSON},A,true,15,V\n")
    assert main([str(contradictory), "--out", str(tmp_path / "out"), "--model", str(BUNDLE)]) == 7
    assert "row 2: gcs is 15 and consciousness is V" in capsys.readouterr().err
    table = write(tmp_path / "table.csv", [row(1)])
    assert main([str(table), "--out", str(tmp_path / "out"), "--model", str(BUNDLE), "--outcome", "fate"]) == 2
    assert "the bundle has no outcome fate; it has: deterioration" in capsys.readouterr().err
    assert main([str(table), "--out", str(tmp_path)]) == 2
    assert main([str(tmp_path / "none.csv"), "--out", str(tmp_path / "out")]) == 2
    assert main([str(table), "--out", str(tmp_path / "out"), "--model", "no-such-bundle"]) == 1


def test_the_document_states_the_constants():
    from aicovid.validation import PROTOCOL_DATE, PROTOCOL_VERSION, analysis, bootstrap, net_benefit

    text = (SOURCE / "docs" / "validation-protocol.md").read_text(encoding="utf-8")
    assert f"Version {PROTOCOL_VERSION}, {PROTOCOL_DATE}" in text
    assert f"{bootstrap.RESAMPLES} resamples" in text and f"fewer than {analysis.FEWEST} patients" in text
    assert f".{net_benefit.THRESHOLDS[0] * 100:02.0f} to .{net_benefit.THRESHOLDS[-1] * 100:.0f}" in text
    assert "below 50, 50 to 64, 65 to 79, 80 and above" in text
    for share, for_ratio, for_c in ((0.1, 3461, 943), (0.2, 1538, 531), (0.4, 577, 355)):
        assert f"| {share:g} | {for_ratio} | {for_c} |".replace("0.", ".") in text
        assert (1 - share) / (share * 0.051**2) == pytest.approx(for_ratio, abs=1)
        # Newcombe 2006 (10.1002/sim.2324): the standard error of a C of .77, for a width of .1.
        pair = (for_c / 2 - 1) * (0.23 / 1.23 + 0.77 / 1.77)
        assert np.sqrt(0.77 * 0.23 * (1 + pair) / (for_c**2 * share * (1 - share))) == pytest.approx(0.0255, rel=2e-3)
