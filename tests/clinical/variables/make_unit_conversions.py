#!/usr/bin/env python3
"""Makes unit_conversions.json: what given values are in canonical units, by the package pint, for
unit_conversions_test.cpp.

Usage: pip install pint==0.24.4; python make_unit_conversions.py > unit_conversions.json
The list of units below is typed in anew, not taken from the library's table.
"""

import json
import math

import pint

registry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)

# g/mol, from the atomic weights H 1.008, C 12.011, N 14.007, O 15.999
ATOMS = {"H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999}
MASS = {
    "urea": ATOMS["C"] + 4 * ATOMS["H"] + 2 * ATOMS["N"] + ATOMS["O"],
    "creatinine": 4 * ATOMS["C"] + 7 * ATOMS["H"] + 3 * ATOMS["N"] + ATOMS["O"],
    "glucose": 6 * ATOMS["C"] + 12 * ATOMS["H"] + 6 * ATOMS["O"],
}

# UCUM code -> pint
UNITS = {
    "a": "julian_year", "mo": "julian_year/12", "d": "day",
    "Cel": "degC", "[degF]": "degF", "K": "kelvin",
    "/min": "1/minute", "L/min": "liter/minute", "mm[Hg]": "millimeter_Hg", "kPa": "kilopascal",
    "%": "percent", "1": "dimensionless", "[pH]": "dimensionless",
    "mmol/L": "millimole/liter", "umol/L": "micromole/liter", "mg/dL": "milligram/deciliter",
    "mg/L": "milligram/liter", "g/L": "gram/liter", "ug/L": "microgram/liter", "ug/mL": "microgram/milliliter",
    "ng/mL": "nanogram/milliliter", "ng/L": "nanogram/liter", "pg/mL": "picogram/milliliter",
    "U/L": "enzyme_unit/liter", "ukat/L": "microkatal/liter",
    "10*9/L": "1e9/liter", "10*3/uL": "1e3/microliter", "10*3/mm3": "1e3/millimeter**3", "10*6/L": "1e6/liter",
    "/uL": "1/microliter", "/mm3": "1/millimeter**3",
    "10*12/L": "1e12/liter", "10*6/uL": "1e6/microliter", "10*6/mm3": "1e6/millimeter**3",
}  # fmt: skip

COUNTS = ["10*9/L", "10^9/L", "10*3/uL", "10^3/uL", "10*3/mm3", "10^3/mm3", "10*6/L", "10^6/L", "/uL", "/mm3"]
PRESSURES = ["mm[Hg]", "kPa"]
TROPONIN = ["ng/L", "pg/mL", "ng/mL", "ug/L"]
# The canonical unit first.
VARIABLES = {
    "age": ["a", "mo"], "temperature": ["Cel", "[degF]", "K"], "respiratory_rate": ["/min"], "heart_rate": ["/min"],
    "systolic_bp": PRESSURES, "diastolic_bp": PRESSURES, "spo2": ["%"], "spo2_room_air": ["%"],
    "oxygen_flow": ["L/min"], "fio2": ["%", "1"], "days_since_onset": ["d"], "urea": ["mmol/L", "mg/dL", "g/L"],
    "urea_nitrogen": ["mg/dL"], "creatinine": ["umol/L", "mg/dL"], "crp": ["mg/L", "mg/dL"],
    "procalcitonin": ["ng/mL", "ug/L"], "ldh": ["U/L", "ukat/L"],
    "d_dimer": [f"{u}{{{k}}}" for k in ("FEU", "DDU") for u in ("mg/L", "ug/mL", "ug/L", "ng/mL")],
    "fibrinogen": ["g/L", "mg/dL"], "ferritin": ["ug/L", "ng/mL"], "troponin_i": TROPONIN, "troponin_t": TROPONIN,
    "lymphocytes": COUNTS, "neutrophils": COUNTS, "leukocytes": COUNTS, "platelets": COUNTS,
    "erythrocytes": ["10*12/L", "10^12/L", "10*6/uL", "10^6/uL", "10*6/mm3", "10^6/mm3"],
    "glucose": ["mmol/L", "mg/dL", "g/L"], "pao2": PRESSURES, "sao2": ["%"], "paco2": PRESSURES, "ph": ["[pH]"],
}  # fmt: skip
DDU_IN_FEU = 2  # 250 ng/mL DDU beside 500 ng/mL FEU in laboratories' reports


def convert(variable: str, given: float, unit: str, canonical: str) -> float:
    ddu = DDU_IN_FEU if unit.endswith("{DDU}") else 1
    unit, canonical = (u.split("{")[0].replace("^", "*") for u in (unit, canonical))
    quantity = registry.Quantity(given, registry.parse_expression(UNITS[unit]).units)
    scale = registry.parse_expression(UNITS[unit])
    if getattr(scale, "magnitude", 1) != 1:
        quantity = quantity * scale.magnitude
    target = registry.parse_expression(UNITS[canonical])
    if quantity.check("[mass]/[volume]") and target.check("[substance]/[volume]"):
        quantity = quantity / registry.Quantity(MASS[variable], "gram/mole")
    return ddu * quantity.to(target.units).magnitude / target.magnitude


rows = []
for name, units in VARIABLES.items():
    for code in units:
        for given in (0.7, 12.5, 310.0):
            value = convert(name, given, code, units[0])
            assert math.isfinite(value)
            rows.append({"variable": name, "unit": code, "given": given, "canonical": value})
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")
