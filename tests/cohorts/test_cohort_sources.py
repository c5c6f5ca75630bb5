"""AIforCOVID's sheet and other tables: a made archive comes out as its truth, bad cells are told at once. About 40 s."""

import csv
import json
from collections import Counter

import make_archives
import numpy as np
import pytest
from conftest import DATA, SOURCE

import aicovid
from aicovid import cohorts
from aicovid.cohorts import aiforcovid
from aicovid.cohorts.command import main
from aicovid.validation.table import read_table

EXAMPLES = SOURCE / "examples" / "cohorts"
needs_data = pytest.mark.skipif(not (DATA / "ieee8023").is_dir(), reason="there is no folder of data")


def run(kind, table, mapping, *options):
    return main([kind, str(table), "--mapping", str(mapping), *map(str, options)])


def write_sheet(folder, rows):
    with open(folder / "data.csv", "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, make_archives.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def sheet(folder, rows=1600, bad_cells=0, **mapping):
    folder.mkdir(exist_ok=True)
    made, truth = make_archives.aiforcovid(1, rows, bad_cells=bad_cells)
    write_sheet(folder, made)
    (folder / "mapping.json").write_text(json.dumps(make_archives.mapping() | mapping))
    return made, truth


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("aiforcovid")
    made, truth = sheet(folder)
    assert run("aiforcovid", folder / "data.csv", folder / "mapping.json", "--no-images", "--out", folder / "cohort") == 0
    return folder, made, truth, cohorts.read(folder / "cohort")


def test_the_made_sheet_has_the_columns_of_the_archive():
    assert tuple(make_archives.COLUMNS) == aiforcovid.COLUMNS and len(aiforcovid.COLUMNS) == 40


def test_every_value_is_that_of_the_truth_in_canonical_units_beside_the_original(archive):
    _, made, truth, cohort = archive
    assert cohort.counts["in"] == cohort.counts["out"] == 1600 and len(cohort.sites) == 6
    # Pseudonyms shuffle the rows; the original CRP, LDH and age with the hospital find each again, with few exceptions.
    of_row = {
        (row["Hospital"], row["CRP"], row["LDH"], row["Age"], row["SaO2"], row["Glucose"]): place
        for place, row in enumerate(made)
    }
    seen = 0
    for exam in cohort.exams:
        cells = tuple(exam.originals.get(name, "") for name in ("CRP", "LDH", "Age", "SaO2", "Glucose"))
        place = of_row[(exam.site, *cells)]
        expected = truth["rows"][place]
        for variable, column in (("crp", "CRP"), ("ldh", "LDH"), ("sao2", "SaO2"), ("age", "Age")):
            if made[place][column]:
                assert exam.record.canonical[variable] == pytest.approx(expected[variable], rel=1e-5)
                seen += 1
            else:
                assert variable not in exam.record.given
    assert seen > 5800
    assert Counter(exam.outcomes["severe"] for exam in cohort.exams) == Counter(each["severe"] for each in truth["rows"])
    assert Counter(exam.outcomes["death"] for exam in cohort.exams) == Counter(each["dead"] for each in truth["rows"])
    assert {exam.record.given["crp"]["unit"] for exam in cohort.exams if exam.site in "CE" and "crp" in exam.record.given} == {
        "mg/dL"
    }


def test_no_file_of_the_cohort_names_an_image(archive):
    folder, *_ = archive
    assert not any("P_1" in file.read_text() for file in (folder / "cohort").iterdir())
    assert not any("ImageFile" in line for line in (folder / "cohort" / "exams.jsonl").read_text().splitlines())


def test_the_truth_is_what_an_unpenalised_logistic_finds_in_90_to_99_of_100_draws():
    import statsmodels.api

    inside = Counter()
    for seed in range(100):
        _, truth = make_archives.aiforcovid(seed)
        columns = {
            name: np.array([row[name] for row in truth["rows"]]) - centre for name, (_, centre) in make_archives.TRUTH.items()
        }
        severe = np.array([row["severe"] for row in truth["rows"]], float)
        fit = statsmodels.api.Logit(severe, statsmodels.api.add_constant(np.column_stack(list(columns.values())))).fit(disp=0)
        slopes = [make_archives.INTERCEPT, *(slope for slope, _ in make_archives.TRUTH.values())]
        for name, slope, (low, high) in zip(["intercept", *columns], slopes, fit.conf_int(), strict=True):
            inside[name] += low <= slope <= high
    assert all(90 <= count <= 99 for count in inside.values()), inside


def test_a_dry_run_shows_medians_by_hospital_whole_columns_and_tenfold_differences(tmp_path, capsys):
    right = make_archives.mapping()["units"]
    sheet(tmp_path, rows=400, units=right | {"C": right["C"] | {"CRP": "mg/L"}})
    assert run("aiforcovid", tmp_path / "data.csv", tmp_path / "mapping.json", "--dry-run") == 0
    lines = capsys.readouterr().out.splitlines()
    warned = [line.split()[:2] for line in lines if "WARNING" in line]
    assert warned == [["CRP", "C"]]
    whole = {tuple(line.split()[:2]) for line in lines if "the whole column is missing" in line}
    assert {("Fibrinogen", "A"), ("PCT", "B"), ("D_dimer", "C"), ("Glucose", "E"), ("pH", "B")} == whole
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data.csv", "mapping.json"]


def test_with_the_right_units_nothing_is_suspicious(tmp_path, capsys):
    sheet(tmp_path, rows=400)
    assert run("aiforcovid", tmp_path / "data.csv", tmp_path / "mapping.json", "--dry-run") == 0
    assert "WARNING" not in capsys.readouterr().out


def test_a_unit_that_a_hospital_lacks_is_always_an_error(tmp_path, capsys):
    units = make_archives.mapping()["units"]
    del units["B"]["LDH"], units["E"]["CRP"]
    made, _ = sheet(tmp_path, rows=400, units=units)
    assert (
        run(
            "aiforcovid",
            tmp_path / "data.csv",
            tmp_path / "mapping.json",
            "--no-images",
            "--bad-cells",
            "missing",
            "--out",
            tmp_path / "out",
        )
        == 7
    )
    said = capsys.readouterr().err
    for column, site in (("LDH", "B"), ("CRP", "E")):
        count = sum(1 for row in made if row["Hospital"] == site and row[column])
        assert f"column {column}: {count} values of the site {site}" in said
    # A hospital that lacks the whole column needs no unit of it.
    del units["E"]["Glucose"]
    sheet(
        tmp_path,
        rows=50,
        units=make_archives.mapping()["units"]
        | {"E": {k: v for k, v in make_archives.mapping()["units"]["E"].items() if k != "Glucose"}},
    )
    assert run("aiforcovid", tmp_path / "data.csv", tmp_path / "mapping.json", "--no-images", "--out", tmp_path / "out") == 0


def test_every_bad_cell_is_told_at_once_and_no_patient(tmp_path, capsys):
    _, truth = sheet(tmp_path, rows=300, bad_cells=12)
    arguments = ("aiforcovid", tmp_path / "data.csv", tmp_path / "mapping.json", "--no-images", "--out", tmp_path / "out")
    assert run(*arguments) == 7
    said = capsys.readouterr().err
    told = {
        (int(line.split()[1][:-1]), line.split("column ")[1].split(":")[0])
        for line in said.splitlines()
        if line.startswith("row ")
    }
    assert told == {(each["row"], each["column"]) for each in truth["bad_cells"]} and len(told) == 12
    assert "column Prognosis: is an (unlisted value) of 8 bytes; expected one of SEVERE, MILD" in said
    assert "age is 640 a; expected 0 to 120 a" in said and "P_" not in said and not (tmp_path / "out").exists()
    assert run(*arguments, "--bad-cells", "missing") == 0
    cohort = cohorts.read(tmp_path / "out")
    bad = sum(each["count"] for each in cohort.cells_set_aside if each["reason"] in ("unreadable", "unlisted"))
    assert cohort.counts["out"] == 300 and bad == 12


def test_a_negative_test_of_admission_and_contradictions_are_no_values(tmp_path, capsys):
    made, _ = sheet(tmp_path, rows=60)
    assert run("aiforcovid", tmp_path / "data.csv", tmp_path / "mapping.json", "--no-images", "--out", tmp_path / "cohort") == 0
    cohort = cohorts.read(tmp_path / "cohort")
    denied = sum(row["PositivityAtAdmission"] == "0" for row in made)
    assert {"column": "PositivityAtAdmission", "reason": "negative_at_admission", "count": denied} in cohort.cells_set_aside
    mapping = {
        "schema": "aicovid.cohort_mapping/1",
        "kind": "table",
        "name": "t",
        "patient": "id",
        "site": {"code": "A"},
        "outcomes": [],
        "columns": {"all": {"variable": "leukocytes", "unit": "10*9/L"}, "some": {"variable": "lymphocytes", "unit": "10*9/L"}},
    }
    (tmp_path / "t.json").write_text(json.dumps(mapping))
    (tmp_path / "t.csv").write_text("id,all,some\nMary,4,5\n")
    assert run("table", tmp_path / "t.csv", tmp_path / "t.json", "--out", tmp_path / "t") == 7
    said = capsys.readouterr().err
    assert "row 2, column some: lymphocytes is 5" in said and "Mary" not in said


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"words": {}}, "'Sex' is a required property"),
        ({"units": {"A": {"Age": "a"}}}, "/units/A/Age"),
        ({"columns": {"CRP": {"variable": "crp"}}}, "/columns/CRP"),
        ({"kind": "table"}, "/kind"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_a_wrong_mapping_is_told_by_its_place(tmp_path, capsys, change, told):
    sheet(tmp_path, rows=5, **change)
    assert run("aiforcovid", tmp_path / "data.csv", tmp_path / "mapping.json", "--no-images", "--out", tmp_path / "out") == 2
    assert told in capsys.readouterr().err


def test_codes_that_pandas_writes_with_a_point_are_read(tmp_path):
    made, _ = sheet(tmp_path, rows=40)
    for row in made:
        row["Sex"] += ".0"
        row["PositivityAtAdmission"] += ".0"
    write_sheet(tmp_path, made)
    assert run("aiforcovid", tmp_path / "data.csv", tmp_path / "mapping.json", "--no-images", "--out", tmp_path / "cohort") == 0
    assert all("sex" in exam.record.given for exam in cohorts.read(tmp_path / "cohort").exams)


@pytest.fixture(scope="module")
def with_images(tmp_path_factory):
    if not (DATA / "ieee8023").is_dir():
        pytest.skip("there is no folder of data")
    folder = tmp_path_factory.mktemp("images")
    make_archives.write_aiforcovid(folder / "a", 2, 40, 24, 0, DATA)
    options = ["--images", folder / "a" / "images", "--jobs", "2"]
    assert (
        run(
            "aiforcovid",
            folder / "a/data.csv",
            folder / "a/mapping.json",
            *options,
            "--files",
            folder / "files.csv",
            "--out",
            folder / "cohort",
        )
        == 0
    )
    return folder, options, cohorts.read(folder / "cohort")


def test_images_of_14_bits_are_examined_and_missing_ones_counted(with_images):
    folder, _, cohort = with_images
    assert Counter(exam.image for exam in cohort.exams)["none"] == 16
    assert {"column": "ImageFile", "reason": "no_file", "count": 16} in cohort.cells_set_aside
    examined = [exam for exam in cohort.exams if exam.examination is not None]
    assert (
        len(examined) == 24
        and {exam.examination.input.bits_stored for exam in examined} == {14}
        and {exam.view for exam in examined} == {"AP"}
    )
    # Each fault of the grey scale that was made is named by the gate, and MONOCHROME1 as it should be is none.
    of_line = dict(list(csv.reader(open(folder / "files.csv", encoding="utf-8")))[1:])
    faults = {each["image_file"]: each["fault"] for each in json.loads((folder / "a" / "truth.json").read_text())["images"]}
    for number, exam in enumerate(cohort.exams, start=1):
        if exam.examination is not None:
            codes = {reason.code for reason in exam.examination.gate.reasons}
            fault = faults[of_line[str(number)].rpartition("/")[2]]
            assert ("blank" in codes) == (fault == "near_black") and ("inverted" in codes) == (fault == "inverted"), (
                fault,
                codes,
            )
    assert cohorts.describe(cohort)["flow"]["gate"] | {"blank": 2, "inverted": 2} == cohorts.describe(cohort)["flow"]["gate"]
    text = (folder / "cohort" / "exams.jsonl").read_text()
    assert "1.2.826" not in text and "made1" not in text and "20200310" not in text and "2020-03-10" not in text
    assert cohort.model.name == "severity-open" and not list(folder.glob("*.part.jsonl"))


def test_a_run_that_was_broken_off_goes_on_where_it_ended(with_images, monkeypatch, capsys):
    from aicovid.cohorts import images

    folder, options, cohort = with_images
    arguments = [
        "aiforcovid",
        folder / "a/data.csv",
        folder / "a/mapping.json",
        *options,
        "--key",
        folder / "cohort.key",
        "--out",
        folder / "again",
    ]
    calls = []

    def broken(assessor, file, examine=images._examine):
        calls.append(file)
        if len(calls) > 10:
            raise KeyboardInterrupt
        return examine(assessor, file)

    monkeypatch.setattr(images, "_examine", broken)
    with pytest.raises(KeyboardInterrupt):
        run(*arguments)
    monkeypatch.undo()
    kept = folder / "again.part.jsonl"
    lines = kept.read_text().splitlines()
    assert 1 <= len(lines) <= 10
    kept.write_text("\n".join(lines) + '\n{"image": "half a li')
    capsys.readouterr()
    assert run(*arguments) == 0
    said = capsys.readouterr().err
    assert (
        f"{len(lines)} of 24 images were examined by an earlier run" in said
        and f"examined {24 - len(lines)} of {24 - len(lines)}" in said
    )
    again = cohorts.read(folder / "again")
    assert [exam.patient for exam in again.exams] == [exam.patient for exam in cohort.exams]
    assert [exam.examination for exam in again.exams] == [exam.examination for exam in cohort.exams]
    assert not kept.exists()


def test_an_image_folder_in_which_nothing_is_found_is_an_error(tmp_path, capsys):
    sheet(tmp_path, rows=20)
    assert run("aiforcovid", tmp_path / "data.csv", tmp_path / "mapping.json", "--out", tmp_path / "out") == 2
    assert "none of the 20 images" in capsys.readouterr().err


def test_the_validation_protocol_takes_the_table(with_images, tmp_path):
    folder, _, cohort = with_images
    cohorts.to_validation_table(cohort, tmp_path / "table.csv", outcome="severe", files=folder / "files.csv")
    table = read_table(tmp_path / "table.csv")
    assert len(table.exams) == 40 and sum(exam.file is not None for exam in table.exams) == 24
    for exam, row in zip(cohort.exams, table.exams, strict=True):
        assert (
            row.record.canonical == exam.record.canonical
            and row.outcome == exam.outcomes["severe"]
            and row.patient == exam.patient
        )
        assert (row.file is not None) == (exam.examination is not None)
    assessor = aicovid.Assessor.load("severity-open")
    for exam, row in [(exam, row) for exam, row in zip(cohort.exams, table.exams, strict=True) if row.file is not None][:3]:
        # The file is the one that the exam is of.
        assert exam.examination.input.pixel_sha256 == assessor.examine(aicovid.read(row.file)).input.pixel_sha256
    with pytest.raises(aicovid.InvalidArgumentError):
        cohorts.to_validation_table(cohort, tmp_path / "other.csv", outcome="icu")


def test_parquet_has_units_and_the_same_values(archive, tmp_path):
    import pyarrow.parquet

    cohort = archive[-1]
    cohorts.to_parquet(cohort, tmp_path / "cohort.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "cohort.parquet")
    assert table.schema.field("crp").metadata[b"unit"] == b"mg/L" and str(table.schema.field("outcome:severe").type) == "bool"
    assert table.schema.metadata[b"aicovid.exams_sha256"].decode() == cohort.exams_sha256
    assert np.array_equal(table["crp"].to_numpy(), cohort.frame()["crp"].to_numpy(), equal_nan=True)


def test_a_description_counts_and_finds_whole_columns_and_drift(archive, tmp_path):
    folder, made, truth, cohort = archive
    described = cohorts.describe(cohort)
    assert described["flow"]["in"] == described["flow"]["out"] == 1600
    assert described["flow"]["outcomes"][0]["true"] == sum(each["severe"] for each in truth["rows"])
    rows = {row["variable"]: row["sites"] for row in described["table_1"]}
    assert rows["fibrinogen"]["A"] == {"n": 0, "missing_percent": 100.0}
    crp = [float(row["CRP"]) for row in made if row["Hospital"] == "D" and row["CRP"]]
    assert rows["crp"]["D"]["median"] == pytest.approx(np.median(crp), rel=1e-3)
    severe = {site: [row["Prognosis"] == "SEVERE" for row in made if row["Hospital"] == site] for site in cohort.sites}
    for row in described["patterns"]["by_site"]:
        assert row["severe_percent"] == round(100 * np.mean(severe[row["site"]]), 1)
    assert described["drift"] == []
    shifted = [
        row | {"Temp_C": str(float(row["Temp_C"]) + 1)} if row["Hospital"] == "B" and row["Temp_C"] else row for row in made
    ]
    write_sheet(tmp_path, shifted)
    assert run("aiforcovid", tmp_path / "data.csv", folder / "mapping.json", "--no-images", "--out", tmp_path / "cohort") == 0
    drift = cohorts.describe(cohorts.read(tmp_path / "cohort"))["drift"]
    assert [(each["by"], each["group"], each["variable"]) for each in drift] == [("site", "B", "temperature")]
    assert main(["describe", str(tmp_path / "cohort"), "--out", str(tmp_path / "described")]) == 0
    assert {file.name for file in (tmp_path / "described").iterdir()} == {"description.md", "description.json", "flow.svg"}
    assert "1600 exams of 1600 patients" in (tmp_path / "described" / "flow.svg").read_text()


def test_weeks_days_and_horizons_of_a_table(tmp_path):
    mapping = {
        "schema": "aicovid.cohort_mapping/1",
        "kind": "table",
        "name": "t",
        "patient": "id",
        "site": {"column": "ward", "codes": {"Saint Mary": "m"}},
        "time": "day",
        "columns": {"crp": {"variable": "crp", "unit": {"m": "mg/dL", "n": "mg/L"}, "days": "crp_day"}},
        "outcomes": [
            {"name": "icu", "definition": "d", "days": "icu", "without": False, "horizon_days": 7},
            {"name": "death", "definition": "d", "column": "dead", "words": {"y": True, "n": False}},
            {"name": "either", "definition": "d", "any_of": ["icu", "death"]},
        ],
    }
    (tmp_path / "t.json").write_text(json.dumps(mapping))
    (tmp_path / "t.csv").write_text(
        "id,ward,day,crp,crp_day,icu,dead\n1,Saint Mary,2020-04-02,12,1,9,n\n"
        "1,Saint Mary,2020-03-30,<5,-1,5,n\n2,n,2021-01-01,12,,-2,\n"
    )
    assert run("table", tmp_path / "t.csv", tmp_path / "t.json", "--out", tmp_path / "cohort") == 0
    cohort = cohorts.read(tmp_path / "cohort")
    weeks = {exam.week: exam for exam in cohort.exams}
    first, second, third = (weeks[week] for week in ("2020-W14", "2020-W53", "2020-W14"))
    one = [exam for exam in cohort.exams if exam.patient == first.patient]
    # In order of time, though the later row stands first.
    assert [exam.outcomes["icu"] for exam in one] == [True, False] and [exam.event_days["icu"] for exam in one] == [5.0, 9.0]
    assert [exam.record.canonical["crp"] for exam in one] == [50.0, 120.0] and one[0].record.given["crp"]["comparator"] == "<"
    assert (
        second.record.canonical["crp"] == 12.0
        and second.outcomes == {"icu": True, "death": None, "either": True}
        and third.site == "m"
    )
    cohorts.to_validation_table(cohort, tmp_path / "v.csv", outcome="icu")
    with open(tmp_path / "v.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    # A value of the day after the image is left out; intensive care before the image makes the outcome unknown.
    assert [row["crp [mg/L]"] for row in rows if row["patient"] == first.patient] == ["<50.0", ""]
    assert [row["outcome"] for row in rows if row["patient"] == second.patient] == [""]


@needs_data
def test_hannover_is_a_table(tmp_path, capsys):
    assert run("table", DATA / "hannover/data.csv", EXAMPLES / "hannover.json", "--no-images", "--out", tmp_path / "cohort") == 0
    cohort = cohorts.read(tmp_path / "cohort")
    frame = cohort.frame()
    assert (
        len(frame) == 243
        and frame["patient"].nunique() == 71
        and frame.loc[frame["outcome:icu"] == True, "patient"].nunique() == 29
    )  # noqa: E712
    assert {"column": "crp_val", "reason": "below_unstated_limit", "count": 2} in cohort.cells_set_aside
    assert (
        sum(exam.event_days.get("icu", 0) > 0 for exam in cohort.exams) == 7
        and sum(exam.event_days.get("icu") == 0 for exam in cohort.exams) == 28
    )
    assert min(day for exam in cohort.exams for day in exam.value_days.values()) == -14.0


@needs_data
def test_ieee8023_is_a_table_and_shared_images_count_once(tmp_path):
    assert (
        run("table", DATA / "ieee8023/metadata.csv", EXAMPLES / "ieee8023.json", "--no-images", "--out", tmp_path / "cohort") == 0
    )
    cohort = cohorts.read(tmp_path / "cohort")
    # Four images of two patients with two ids each stand twice; one stands four times with different days.
    assert cohort.counts == {
        "in": 343,
        "out": 335,
        "set_aside": [{"reason": "ambiguous_image", "count": 4}, {"reason": "duplicate_image", "count": 4}],
    }
    assert {exam.view for exam in cohort.exams} == {"AP", "PA"}
    assert Counter(exam.diagnosis for exam in cohort.exams)["COVID-19"] == 215
