"""The National COVID-19 Chest Imaging Database: its tree of images and its patients' files (schema v2.1).

Values are read by the library (`clean="nccid"`, docs/clinical-tables.md). Read here is what the library leaves, since it is told
neither the centre nor an image: quantities whose unit depends on the centre, dates, outcomes, and what the tree holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import aicovid
from aicovid.cohorts.form import Exam, Outcome
from aicovid.cohorts.rows import Draft, Problem, Reading, any_true, iso_week
from aicovid.errors import BadClinicalInputError, InvalidArgumentError

#: Columns whose unit depends on the centre: variable, row of the workbook of units, and the units that are credible for it. Urea
#: "ng/mL", which the workbook has for a centre, would be a millionth of what a patient has; "%" in PaO2 is a saturation of
#: unknown kind.
BY_CENTRE = {
    "PaO2": ("pao2", "PaO2/O2 saturation", ("kPa", "mm[Hg]")),
    "Pa02": ("pao2", "PaO2/O2 saturation", ("kPa", "mm[Hg]")),
    "Urea on admission": ("urea", "Urea", ("mmol/L", "mg/dL", "g/L")),
    "D-dimer on admission": (
        "d_dimer",
        "D-dimer",
        tuple(f"{unit}{{{kind}}}" for unit in ("mg/L", "ug/mL", "ug/L", "ng/mL") for kind in ("FEU", "DDU")),
    ),
    "Troponin I": ("troponin_i", "Troponin I", ("ng/L", "pg/mL", "ng/mL", "ug/L")),
    "Troponin T": ("troponin_t", "Troponin T", ("ng/L", "pg/mL", "ng/mL", "ug/L")),
}
#: Where the library reads each variable from; the first of them that has a cell is the original.
COLUMNS = {
    "age": ("Age",),
    "sex": ("Sex",),
    "temperature": ("Temperature on admission",),
    "respiratory_rate": ("Respiratory rate on admission",),
    "heart_rate": ("Heart rate on admission",),
    "spo2": ("O2 saturation",),
    "days_since_onset": ("Duration of symptoms",),
    "leukocytes": ("WCC on admission",),
    "lymphocytes": ("Lymphocyte count on admission",),
    "platelets": ("Platelet count on admission",),
    "crp": ("CRP on admission",),
    "fibrinogen": ("Fibrinogen  if d-dimer not performed",),
    "ferritin": ("Ferritin",),
    "creatinine": ("Creatinine on admission",),
    "systolic_bp": ("Systolic BP",),
    "diastolic_bp": ("Diastolic BP",),
    "fio2": ("FiO2",),
    "hypertension": ("PMH hypertension", "PMH h1pertension"),
    "chronic_kidney_disease": ("PMH CKD",),
    "diabetes": ("PMH diabetes mellitus type II", "PMH diabetes mellitus TYPE II", "PMH diabetes mellitus TYPE I"),
    "copd": ("PMH Lung disease",),
    "asthma": ("PMH Lung disease",),
    "coronary_disease": ("PMH CVS disease",),
    "stroke": ("PMH CVS disease",),
    "sars_cov_2": ("1st RT-PCR result", "2nd RT-PCR result", "Final COVID Status"),
}
#: What lasts, and so was not taken at a moment.
_LASTING = {
    "age",
    "sex",
    "hypertension",
    "diabetes",
    "chronic_kidney_disease",
    "copd",
    "asthma",
    "coronary_disease",
    "stroke",
    "sars_cov_2",
}
#: Outcome, the schema's flag, and the date of the event.
_EVENTS = {
    "icu": ("ITU admission", "Date of ITU admission"),
    "intubation": ("Intubation", "Date of intubation"),
    "death": ("Death", "Date of death"),
}
OUTCOMES = (
    Outcome("icu", "admission to an intensive care unit at any time, by the flag or the date"),
    Outcome("intubation", "intubation at any time, by the flag or the date"),
    Outcome("death", "death at any time, by the flag or the date"),
    Outcome("deterioration", "intensive care, intubation or death at any time"),
)
_FOLDERS = {"ct": "ct", "mri": "mr"}
_FILE = re.compile(r"(data|status)_(\d{4}-\d{2}-\d{2})\.json")
_FORMATS = {
    "day_first": ("%d/%m/%Y", "%d/%m/%y", "%m/%d/%Y", "%m/%d/%y"),
    "month_first": ("%m/%d/%Y", "%m/%d/%y", "%d/%m/%Y", "%d/%m/%y"),
}


@dataclass(frozen=True)
class Study:
    """One study of the tree: its frontal image, or its first one, and what the metadata say."""

    patient: str
    image: Path
    taken: date | None
    view: str | None
    modality: str | None


def date_of(cell: Any, *, day_first: bool = False) -> date | None:
    """A date of the database, by its published rules.

    The schema writes SwabDate with the day first and all others with the month first; a date that is none so is tried the other
    way. "[Text] - 2020-03-20" is the date behind the text. Anything else is missing, also a number of days as Excel keeps them.

    Examples
    --------
    >>> from aicovid.cohorts.nccid import date_of
    >>> date_of("06/05/2020", day_first=True), date_of("06/05/2020"), date_of("31/03/2020")
    (datetime.date(2020, 5, 6), datetime.date(2020, 6, 5), datetime.date(2020, 3, 31))
    >>> date_of("[Text] - 2020-05-06"), date_of("43909")
    (datetime.date(2020, 5, 6), None)
    """
    text = "" if cell is None else str(cell).strip()
    if found := re.search(r"(?:^|- )(\d{4}-\d{2}-\d{2})(?:[T ]|$)", text):
        try:
            return date.fromisoformat(found[1])
        except ValueError:
            return None
    for form in _FORMATS["day_first" if day_first else "month_first"]:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            pass
    return None


def read_units(workbook: Path) -> dict[str, dict[str, str]]:
    """The units by centre of the database's workbook: a row a quantity, a column a centre.

    Returns
    -------
    dict
        By centre, then by row: the unit as the workbook writes it.

    Raises
    ------
    InvalidArgumentError
        If it is no such workbook.
    """
    import xml.etree.ElementTree as ElementTree

    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    try:
        with ZipFile(workbook) as parts:
            texts = [
                "".join(text.text or "" for text in entry.iter(f"{space}t"))
                for entry in ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
            ]
            sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    except (OSError, BadZipFile, KeyError, ElementTree.ParseError):
        raise InvalidArgumentError("the workbook of units is no workbook of Excel") from None
    table: dict[str, dict[str, str]] = {}
    for row in sheet.iter(f"{space}row"):
        cells = {}
        for cell in row:
            value = cell.find(f"{space}v")
            if value is not None and value.text:
                cells[re.sub(r"\d", "", cell.get("r", ""))] = (
                    texts[int(value.text)] if cell.get("t") == "s" else value.text
                ).strip()
        if "A" in cells:
            table[cells.pop("A")] = cells
    centres = table.pop("Trust", None)
    if not centres:
        raise InvalidArgumentError('the workbook of units has no row "Trust"')
    return {centre: {row: cells[place] for row, cells in table.items() if place in cells} for place, centre in centres.items()}


def read_tree(
    root: Path, members: Mapping[str, Any], workbook: Path | None, with_images: bool, pseudonym: Callable[[str], str]
) -> Reading:
    """Reads a tree of the database.

    One exam is a study of radiographs whose patient has a file; and one is a patient who has a file and no such study, from the
    values alone.

    Parameters
    ----------
    root : pathlib.Path
        With data/ and, below training/ or validation/ or itself, xray/, ct/ and mri/.
    members : dict
        Of the mapping file.
    workbook : pathlib.Path or None
        NCCID_site_specific_units.xlsx.
    with_images : bool
    pseudonym : callable
        Of a patient's id.

    Returns
    -------
    Reading
        Problems hold the patients whose file cannot be read, by their number in the order of names; their studies are set aside.

    Raises
    ------
    BadClinicalInputError
        If there are no patients.
    InvalidArgumentError
        For a wrong workbook, or a unit of a column that has one everywhere.
    """
    reading = Reading()
    units = read_units(workbook) if workbook is not None else {}
    for site, columns in members.get("units", {}).items():
        unknown = [column for column in columns if column not in BY_CENTRE]
        if unknown:
            raise InvalidArgumentError(f"mapping, /units/{site}: {unknown[0]} is no column whose unit depends on the centre")
    files = {
        folder.name: folder for each in (*root.glob("data"), *root.glob("*/data")) for folder in each.iterdir() if folder.is_dir()
    }
    if not files:
        raise BadClinicalInputError("the source is no tree of NCCID: it has no patients' folders in data/")
    studies: dict[str, list[Study]] = {}
    for study in _studies(root, reading):
        studies.setdefault(study.patient, []).append(study)
    for patient in sorted(studies.keys() - files.keys()):
        reading.set_aside["no_clinical_file"] += len(studies[patient])
    for number, patient in enumerate(sorted(files), start=1):
        try:
            positive, row = latest_file(files[patient])
        except BadClinicalInputError as error:
            reading.problems.append(Problem(number, "patient's file", "unreadable", str(error)))
            reading.set_aside["unreadable_clinical_file"] += max(1, len(studies.get(patient, ())))
            continue
        taken: list[Study | None] = [*studies.get(patient, ())] or [None]
        for each in taken:
            exam = _exam(pseudonym(patient), positive, row, each, members, units, reading)
            image = each.image if each is not None and with_images else None
            reading.drafts.append(Draft(exam, each.taken.isoformat() if each and each.taken else "", image))
    return reading


def latest_file(folder: Path) -> tuple[bool, dict[str, Any]]:
    """Whether the patient is a positive one, and the members of the latest file: of data_DATE.json, or else of status_DATE.json.

    Raises
    ------
    BadClinicalInputError
        If there is none, or the latest is no JSON object.
    """
    found = sorted((kind[1] == "data", kind[2], file) for file in folder.iterdir() if (kind := _FILE.fullmatch(file.name)))
    if not found:
        raise BadClinicalInputError("the patient's folder has no data_DATE.json and no status_DATE.json")
    positive, _, file = found[-1]
    try:
        row = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise BadClinicalInputError("the latest file is no JSON object in UTF-8")
    # Some files have a header with blanks at its end ("ITU admission ").
    return positive, {name.strip(): value for name, value in row.items()}


def outcomes_of(row: Mapping[str, Any], taken: date | None) -> tuple[dict[str, bool | None], dict[str, float]]:
    """The outcomes of a patient's file, and the days from the image to each event where both have a date."""
    truths: dict[str, bool | None] = {}
    days: dict[str, float] = {}
    for name, (flag, column) in _EVENTS.items():
        happened = date_of(row.get(column))
        truths[name] = True if happened else {"1": True, "1.0": True, "0": False, "0.0": False}.get(str(row.get(flag)).strip())
        if happened and taken:
            days[name] = float((happened - taken).days)
    truths["deterioration"] = any_true([truths[name] for name in _EVENTS])
    if truths["deterioration"] and days:
        days["deterioration"] = min(days.values())
    return truths, days


def _exam(
    patient: str,
    positive: bool,
    row: Mapping[str, Any],
    study: Study | None,
    members: Mapping[str, Any],
    units: Mapping[str, Mapping[str, str]],
    reading: Reading,
) -> Exam:
    centre = str(row.get("SubmittingCentre") or "unknown").strip()
    record, originals = _record(row, centre, members, units, reading)
    taken = study.taken if study else None
    admitted = date_of(row.get("Date of admission"))
    days = float((admitted - taken).days) if taken and admitted else None
    outcomes, event_days = outcomes_of(row, taken)
    day = taken or admitted
    return Exam(
        patient=patient,
        site=members.get("sites", {}).get(centre, centre),
        record=record,
        week=iso_week(day) if day else None,
        diagnosis="COVID-19" if positive else "SARS-CoV-2 negative",
        outcomes=outcomes,
        event_days=event_days,
        value_days={} if days is None else {name: days for name in record.given if name not in _LASTING},
        originals=originals,
        view=study.view if study and study.view in ("AP", "PA") else None,
    )


def _record(
    row: Mapping[str, Any], centre: str, members: Mapping[str, Any], units: Mapping[str, Mapping[str, str]], reading: Reading
) -> tuple[aicovid.ClinicalRecord, dict[str, str]]:
    cells = {
        name: "" if value is None else str(value).strip() for name, value in row.items() if not isinstance(value, (list, dict))
    }
    given, contradicted = _cleaned(row)
    reading.cells_set_aside.update((each, "contradiction") for each in contradicted)
    originals = {}
    for variable, columns in COLUMNS.items():
        column = next((each for each in columns if cells.get(each)), None)
        if column and variable in given:
            # No date stands in a cohort; that of a bracketed value is of the measurement.
            originals[column] = re.sub(r"\d{4}-\d{2}-\d{2}", "(date)", cells[column])
        elif (
            column and column not in contradicted and not any(other in given for other, same in COLUMNS.items() if column in same)
        ):
            reading.cells_set_aside[column, "nccid_rules"] += 1
    for column, (variable, named, credible) in BY_CENTRE.items():
        cell = cells.get(column, "")
        unit = members.get("units", {}).get(centre, {}).get(column) or units.get(centre, {}).get(named)
        if not cell or variable in given:
            continue
        if unit not in credible:
            reading.cells_set_aside[column, "no_unit" if unit is None else "unit_not_credible"] += 1
            continue
        try:
            given = aicovid.ClinicalRecord({**given, variable: {"value": float(cell), "unit": unit}}).given
        except (ValueError, aicovid.Error):
            reading.cells_set_aside[column, "unreadable"] += 1
            continue
        originals[column] = cell
    return aicovid.ClinicalRecord(given), originals


def _cleaned(row: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The members of the record by the published rules, and the columns of those that contradict an earlier one of `COLUMNS`."""
    try:
        return aicovid.ClinicalRecord.parse(json.dumps(row), clean="nccid").given, []
    except aicovid.BadClinicalInputError:
        # One contradiction, or a file without any of the columns, must not cost the patient's other values.
        pass
    given: dict[str, Any] = {}
    contradicted = []
    for variable, columns in COLUMNS.items():
        cells = {column: row[column] for column in columns if column in row}
        member = aicovid.ClinicalRecord.parse(json.dumps(cells), clean="nccid").given.get(variable) if cells else None
        if member is None:
            continue
        try:
            given = aicovid.ClinicalRecord({**given, variable: member}).given
        except aicovid.BadClinicalInputError:
            contradicted.append(next(iter(cells)))
    return given, contradicted


def _studies(root: Path, reading: Reading) -> Iterator[Study]:
    """The radiographic studies; those of CT and MR, and of what else is no radiograph, are counted as set aside."""
    for kind in sorted(each for name in ("xray", "ct", "mri") for each in (*root.glob(name), *root.glob(f"*/{name}"))):
        for patient in sorted(each for each in kind.iterdir() if each.is_dir()):
            for folder in sorted(each for each in patient.iterdir() if each.is_dir()):
                if kind.name in _FOLDERS:
                    reading.set_aside[_FOLDERS[kind.name]] += 1
                    continue
                images = [_image(file, kind) for file in sorted(folder.rglob("*.dcm"))]
                frontal = [each for each in images if each.modality in (None, "CR", "DX")]
                if not images or not frontal:
                    reading.set_aside["other_modality" if images else "no_image"] += 1
                    continue
                yield next((each for each in frontal if each.view in ("AP", "PA")), frontal[0])


def _image(file: Path, kind: Path) -> Study:
    """An image and what its metadata say: DICOM's JSON in the folder beside, or else its own header."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    place = file.relative_to(kind)
    metadata = kind.with_name(f"{kind.name}-metadata") / place.with_suffix(".json")
    try:
        if metadata.is_file():
            header = pydicom.Dataset.from_json(metadata.read_text(encoding="utf-8"))
        else:
            header = pydicom.dcmread(
                file, stop_before_pixels=True, specific_tags=["StudyDate", "AcquisitionDate", "Modality", "ViewPosition"]
            )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, InvalidDicomError):
        # The library says more of the file than that it is unreadable, when it examines it.
        header = pydicom.Dataset()
    stated = str(header.get("AcquisitionDate") or header.get("StudyDate") or "").replace("-", "")
    try:
        taken = datetime.strptime(stated[:8], "%Y%m%d").date()
    except ValueError:
        taken = None
    return Study(
        place.parts[0], file, taken, str(header.get("ViewPosition") or "") or None, str(header.get("Modality") or "") or None
    )
