"""published_scores in Python, and docs/scores.md: its tables must say what the library does."""

import json
import re

import pytest
from conftest import SOURCE, validate

import aicovid

DOCUMENT = (SOURCE / "docs" / "scores.md").read_text(encoding="utf-8")
UNITS = {
    "age": "a", "respiratory_rate": "/min", "heart_rate": "/min", "systolic_bp": "mm[Hg]", "diastolic_bp": "mm[Hg]",
    "spo2": "%", "spo2_room_air": "%", "oxygen_flow": "L/min", "fio2": "%", "temperature": "Cel", "urea": "mmol/L",
    "crp": "mg/L", "lymphocytes": "10*9/L", "ldh": "U/L",
}  # fmt: skip
TITLES = {
    "4C Deterioration": "4c_deterioration", "4C Mortality": "4c_mortality", "qCSI": "qcsi", "NEWS2": "news2",
    "CURB-65": "curb_65", "CALL": "call", "ROX": "rox", "SpO2/FiO2": "spo2_fio2",
}  # fmt: skip


def value(name, number):
    return {"value": number, "unit": UNITS[name]} if name in UNITS else number


def scores(record):
    document = validate(aicovid.published_scores(record), "scores")
    return {score["name"]: score for score in document["scores"]}


def section(title):
    return DOCUMENT.split(f"\n## {title} (")[1].split("\n## ")[0]


def table(text, head):
    """{first cell: second cell} of the table with this head."""
    lines = text[text.index(head) :].split("\n")[2:]
    rows = {}
    for line in lines:
        if not line.startswith("|"):
            break
        first, second = (cell.strip().strip("`") for cell in line.strip("|").split("|"))
        rows[first] = second
    return rows


def samples(bands):
    """(value, points) at the ends of each band of "< 50: 0; 50 to < 60: 2; >= 80: 7"."""
    for band in bands.split("; "):
        limits, points = band.rsplit(": ", 1)
        points = int(points)
        for part in limits.split(" to "):
            sign, number = re.fullmatch(r"(<=|>=|<|>)? ?([\d.]+)", part).groups()
            inside = {"<": -1e-6, ">": 1e-6}.get(sign, 0)
            yield float(number) + inside, points


def item_points(score, name):
    return next(item for item in score["items"] if item["name"] == name).get("points")


NUMERIC = [
    (title, name, bands)
    for title in ("4C Mortality", "qCSI", "NEWS2", "CURB-65", "CALL")
    for name, bands in table(section(title), "| Item | Points |").items()
    if name in UNITS or name == "gcs"
]


@pytest.mark.parametrize("title, name, bands", NUMERIC)
def test_the_documents_tables_are_the_librarys(title, name, bands):
    base = {"age": value("age", 50), "on_oxygen": name == "oxygen_flow"}
    found = list(samples(bands))
    assert len({points for _, points in found}) > 1
    for number, points in found:
        score = scores(base | {name: value(name, int(number) if name == "gcs" else number)})[TITLES[title]]
        assert item_points(score, name) == points, number


@pytest.mark.parametrize("oxygen", [False, True])
def test_the_document_has_spo2_scale_2(oxygen):
    bands = table(section("NEWS2"), "| SpO2 scale 2 | Points |")["on oxygen" if oxygen else "on air"]
    for number, points in samples(bands):
        record = {"on_oxygen": oxygen, "news2_spo2_scale": 2, "spo2": value("spo2", number)}
        assert item_points(scores(record)["news2"], "spo2") == points


def all_values():
    """A few values of every variable that the record may have, as docs/clinical-variables.md lists them."""
    text = (SOURCE / "docs" / "clinical-variables.md").read_text(encoding="utf-8")
    first_table = text[text.index("\n| Name | Meaning |") :].split("\n\n")[0]
    for row in first_table.split("\n| `")[1:]:
        name, _, unit, *_, last = [cell.strip() for cell in row.rstrip().rstrip("|").split("|")]
        name = name.strip("`")
        unit = unit.strip("`")
        if "true, false" in row:
            yield name, [True, False]
        elif unit != "none":
            yield name, [{"value": number, "unit": unit} for number in (4, 22, 50, 96, 300)]
        elif re.search(r"\d to \d", row):
            yield name, [1, 2, 14, 15]
        else:
            yield name, [term.strip() for cell in row.split("|") if ", " in cell for term in cell.split(",")]


def uses():
    """{variable: {score: "x" or "e"}}, seen from how each score answers to it."""
    bases = [
        {},
        {"on_oxygen": False},
        {"respiratory_support": "hfnc", "spo2": value("spo2", 90), "fio2": value("fio2", 50)},
        {"respiratory_support": "hfnc", "respiratory_rate": value("respiratory_rate", 20), "spo2": value("spo2", 90)},
        {"news2_spo2_scale": 2, "spo2": value("spo2", 96)},
        {"news2_spo2_scale": 2, "spo2": value("spo2", 96), "on_oxygen": True},
        {name: False for name, values in all_values() if values == [True, False] and name != "on_oxygen"},
    ]
    # Not validated: some thousand documents.
    plain = lambda record: {s["name"]: s for s in aicovid.published_scores(record)["scores"]}  # noqa: E731
    before = [plain(base) for base in bases]
    numbers = ("points", "points_min", "points_max", "probability", "probability_min", "probability_max", "value",
               "value_min", "value_max", "items", "missing")  # fmt: skip
    found = {}
    for name, values in all_values():
        for base, old in zip(bases, before):
            for one in values:
                try:
                    new = plain(base | {name: one})
                except aicovid.Error:
                    continue
                for score, result in new.items():
                    counts = lambda s: {key: s[key] for key in numbers if key in s}  # noqa: E731
                    if result["status"] != "not_applicable" and old[score]["status"] != "not_applicable":
                        if counts(result) != counts(old[score]):
                            found.setdefault(name, {})[score] = "x"
                    if result != old[score]:
                        found.setdefault(name, {}).setdefault(score, "e")
    return found


def matrix():
    lines = []
    for name, marks in uses().items():
        cells = " | ".join(marks.get(score, "") for score in TITLES.values())
        lines.append(f"| `{name}` | {cells} |")
    return "\n".join(lines)


def test_the_document_says_which_variable_enters_which_score():
    assert f"|---|---|---|---|---|---|---|---|---|\n{matrix()}\nx: an item" in DOCUMENT.replace("\n\nx: an", "\nx: an")


def test_the_document_has_every_score_with_its_reference():
    for title, name in TITLES.items():
        score = scores({})[name]
        words = section(title)
        assert score["reference"].split(",")[0] in words.replace("\n", " ")
        assert f"(`{name}`)" in DOCUMENT


def test_text_and_dict_give_the_same():
    record = {"age": value("age", 69), "sex": "male", "comorbidity_count_4c": 1, "on_oxygen": False, "gcs": 10,
              "respiratory_rate": value("respiratory_rate", 25), "spo2": value("spo2", 90), "urea": value("urea", 10),
              "crp": value("crp", 70)}  # fmt: skip
    assert aicovid.published_scores(record) == aicovid.published_scores(json.dumps(record))
    assert scores(record)["4c_mortality"]["points"] == 13


def test_contradictions_are_errors():
    with pytest.raises(aicovid.Error) as error:
        aicovid.published_scores({"comorbidity_count_4c": 0, "diabetes": True})
    assert error.value.code == "bad_clinical_input"
