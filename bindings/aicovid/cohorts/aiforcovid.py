"""The AIforCOVID imaging archive's sheet of 40 columns as a table (Soda et al. 2021, arXiv 2012.06531).

The sheet names no units, and the hospitals do not agree in them: every unit is the mapping's, by hospital. What the codes of Sex
and Position mean is the mapping's too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aicovid.cohorts.form import Outcome
from aicovid.cohorts.mapping import Column, OutcomeRule, TableMapping, columns_of
from aicovid.errors import InvalidArgumentError

#: In the order of the sheet.
COLUMNS = (
    "Row_number",
    "ImageFile",
    "Hospital",
    "Age",
    "Sex",
    "PositivityAtAdmission",
    "Temp_C",
    "DaysFever",
    "Cough",
    "DifficultyInBreathing",
    "WBC",
    "RBC",
    "CRP",
    "Fibrinogen",
    "Glucose",
    "PCT",
    "LDH",
    "INR",
    "D_dimer",
    "Ox_percentage",
    "PaO2",
    "SaO2",
    "PaCO2",
    "pH",
    "CardiovascularDisease",
    "IschemicHeartDisease",
    "AtrialFibrillation",
    "HeartFailure",
    "Ictus",
    "HighBloodPressure",
    "Diabetes",
    "Dementia",
    "BPCO",
    "Cancer",
    "ChronicKidneyDisease",
    "RespiratoryFailure",
    "Obesity",
    "Position",
    "Prognosis",
    "Death",
)
#: Quantities whose unit the sheet does not say.
QUANTITIES = {
    "WBC": "leukocytes",
    "RBC": "erythrocytes",
    "CRP": "crp",
    "Fibrinogen": "fibrinogen",
    "Glucose": "glucose",
    "PCT": "procalcitonin",
    "LDH": "ldh",
    "D_dimer": "d_dimer",
    "PaO2": "pao2",
    "SaO2": "sao2",
    "PaCO2": "paco2",
}
_FLAGS = {
    "Cough": "cough",
    "DifficultyInBreathing": "dyspnoea",
    "IschemicHeartDisease": "coronary_disease",
    "AtrialFibrillation": "atrial_fibrillation",
    "HeartFailure": "heart_failure",
    "Ictus": "stroke",
    "HighBloodPressure": "hypertension",
    "Diabetes": "diabetes",
    "Dementia": "dementia",
    "BPCO": "copd",
    "Cancer": "cancer",
    "ChronicKidneyDisease": "chronic_kidney_disease",
    "Obesity": "obesity",
}
SEVERE = Outcome(
    "severe", "non-invasive ventilation, intensive care or death, against discharge or admission without ventilatory support"
)
DEATH = Outcome("death", "death, as the archive's column Death says")


def mapping_of(members: Mapping[str, Any]) -> TableMapping:
    """The table's mapping, of the members of a mapping file of kind "aiforcovid".

    Raises
    ------
    InvalidArgumentError
        For a unit or word of a column that has none, and a column that is read already.
    """
    faults = [
        f"mapping, /units/{site}/{column}: no column whose unit is open; expected one of {', '.join(QUANTITIES)}"
        for site, units in members["units"].items()
        for column in units
        if column not in QUANTITIES
    ]
    faults += [f"mapping, /words/{column}: no column of the sheet" for column in members["words"] if column not in COLUMNS]
    faults += [
        f"mapping, /columns/{column}: expected a column of the sheet that is not read otherwise"
        for column in members.get("columns", {})
        if column not in ("Ox_percentage", "DaysFever")
    ]
    if faults:
        raise InvalidArgumentError("\n".join(faults))
    words = members["words"]
    columns = {
        "Age": Column("age", "a"),
        "Sex": Column("sex"),
        "Temp_C": Column("temperature", "Cel"),
        "INR": Column("inr"),
        "pH": Column("ph", "[pH]"),
        # A negative test of the day of admission does not rule the infection out: it is a value set aside.
        "PositivityAtAdmission": Column("sars_cov_2", words={"1": "confirmed"}, set_aside={"0": "negative_at_admission"}),
    }
    columns |= {header: Column(variable) for header, variable in _FLAGS.items()}
    for header, variable in QUANTITIES.items():
        columns[header] = Column(variable, {site: units[header] for site, units in members["units"].items() if header in units})
    columns = {
        header: Column(each.variable, each.unit, {**each.words, **words.get(header, {})}, each.days, each.set_aside)
        for header, each in columns.items()
    }
    columns |= columns_of(members.get("columns", {}))
    return TableMapping(
        name=members["name"],
        patient="ImageFile",
        columns=columns,
        site_column="Hospital",
        image="ImageFile",
        view="Position" if "view" in members else None,
        view_words=members.get("view", {}),
        missing=tuple(members.get("missing", ())),
        diagnosis_value="COVID-19",
        outcomes=(
            OutcomeRule(SEVERE, "Prognosis", {"SEVERE": True, "MILD": False}),
            OutcomeRule(DEATH, "Death", {"1": True, "0": False}),
        ),
    )
