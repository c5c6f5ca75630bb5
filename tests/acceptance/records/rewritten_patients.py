"""The entries of a made patient in other units or other time zones, which say the same. Imports no aicovid.

What a unit is follows from the definitions below: prefixes, atomic weights, and UCUM's min, kat, m[Hg], m[H2O] and [degF].
Conversions are exact fractions: the only rounding is that of the number which is written, to the nearest double.
"""

from __future__ import annotations

import copy
import random
import re
from datetime import datetime, timedelta, timezone
from fractions import Fraction

from made_patients import KINDS

MILLI, MICRO, NANO = (Fraction(1, 10**power) for power in (3, 6, 9))
HYDROGEN, CARBON, NITROGEN, OXYGEN = (Fraction(grams) for grams in ("1.008", "12.011", "14.007", "15.999"))
UREA = CARBON + 4 * HYDROGEN + 2 * NITROGEN + OXYGEN
CREATININE = 4 * CARBON + 7 * HYDROGEN + 3 * NITROGEN + OXYGEN
GLUCOSE = 6 * CARBON + 12 * HYDROGEN + 6 * OXYGEN
MMHG = Fraction("133.322")  # pascals: UCUM's m[Hg] has 133.3220 kPa
MMH2O = Fraction("9.80665")  # pascals: UCUM's m[H2O] has 9.80665 kPa

# Per quantity: how a unit is written, and how many of the canonical unit it is.
MASS = {  # mg/L
    1: ["mg/L", "mg/l", "mg.L-1", "10*-3.g/L", "ug/mL", "ug/ml", "g/m3", "mg/L{plasma}", "mg/(10.dL)", "mg/dm3", "mcg/mL", "µg/mL", "MG/L"],
    10: ["mg/dL", "mg/dl", "mg%", "mg/(dL)", "mg.dL-1", "{plasma}.mg/dL", "mg/(100.mL)", "mg/100 mL", "MG/DL"],
    1000: ["g/L", "g/l", "mg/mL", "kg/m3", "g/L{fasting}", "gm/L"],
    MILLI: ["ug/L", "ng/mL", "mg/m3", "mcg/L"],
}  # fmt: skip
AMOUNT = {  # mmol/L
    1: ["mmol/L", "mmol/l", "mmol.L-1", "mol/m3", "umol/mL", "mmol/L{fasting}", "MMOL/L"],
    10: ["mmol/dL", "mmol/dl"],
    1000: ["mol/L", "mol/l", "mmol/mL"],
    MILLI: ["umol/L", "umol/l", "nmol/mL", "mmol/m3", "µmol/L", "UMOL/L"],
}  # fmt: skip
CELLS = {  # 10*9/L
    1: ["10*9/L", "10*9/l", "10^9/L", "10*9.L-1", "/nL", "/nl", "nL-1", "10*3/uL", "10^3/uL", "10*3/mm3", "10*3.mm-3", "10*12/m3", "10*6/mL",
        "10*9{cells}/L", "10*3/uL{automated}", "G/L", "Gpt/L", "10E9/L", "x10^9/L", "K/uL", "k/ul", "K/mm3", "Thousand/uL", "Tsd./uL", "10*3/µL"],
    MILLI: ["/uL", "/ul", "uL-1", "/mm3", "10*6/L", "10*3/mL", "{cells}/uL", "cells/uL", "cells/mm3", "/mcL"],
    MICRO: ["/mL", "10*3/L", "{cells}/mL"],
    1000: ["/pL", "10*12/L", "10*6/uL"],
}  # fmt: skip
RATE = {  # /min
    1: ["/min", "min-1", "1/min", "{breaths}/min", "{beats}/min", "/min{counted}", "60/h", "bpm", "per minute", "/minute"],
    Fraction(1, 60): ["/h", "h-1", "{counted}/h"],
    60: ["/s", "s-1", "10*-3/ms"],
}  # fmt: skip
FLOW = {  # L/min
    1: ["L/min", "l/min", "L.min-1", "dm3/min", "L/min{cannula}", "lpm", "LPM", "L/minute"],
    MILLI: ["mL/min", "ml/min", "cm3/min"],
    Fraction(1, 10): ["dL/min"],
    60: ["L/s"],
    Fraction(6, 100): ["mL/s"],
    Fraction(1, 60): ["L/h"],
    Fraction(1000, 60): ["m3/h"],
}  # fmt: skip
PRESSURE = {  # mm[Hg]
    1: ["mm[Hg]", "mm[Hg]{cuff}", "mmHg", "mm Hg"],
    10: ["cm[Hg]"],
    1000: ["m[Hg]"],
    1 / MMHG: ["Pa"],
    100 / MMHG: ["hPa", "mbar"],
    1000 / MMHG: ["kPa", "kpa"],
    10 * MMH2O / MMHG: ["cm[H2O]"],
}  # fmt: skip
ENZYME = {  # U/L, of which 1 U is 1 umol/min and 1 kat 1 mol/s
    1: ["U/L", "U/l", "U.L-1", "mU/mL", "umol/min/L", "umol.min-1.L-1", "IU/L", "[IU]/L", "units/L", "UI/L"],
    1000: ["kU/L", "U/mL"],
    60: ["ukat/L", "ukat/l", "µkat/L"],
    60 * MILLI: ["nkat/L"],
}  # fmt: skip
SHARE = {1: ["%", "%{pulse}", "10*-2", "percent"], 100: ["1", "{fraction}"], Fraction(1, 10): ["[ppth]"]}  # %
TEMPERATURE = {  # Cel, and what is added
    (1, 0): ["Cel", "°C", "degC", "C"],
    (Fraction(5, 9), Fraction(-160, 9)): ["[degF]", "[degF]{oral}", "°F", "F"],
    (1, Fraction("-273.15")): ["K", "K{oral}"],
    (MILLI, Fraction("-273.15")): ["mK"],
}  # fmt: skip


def in_terms_of(quantity: dict, factor: Fraction | int) -> dict:
    return {key * factor: written for key, written in quantity.items()}


QUANTITIES = {
    "temperature": TEMPERATURE, "respiratory_rate": RATE, "heart_rate": RATE, "spo2": SHARE, "oxygen_flow": FLOW,
    "gcs": {1: ["{score}", "1", "{GCS}"]},
    "creatinine": in_terms_of(AMOUNT, 1000) | in_terms_of(MASS, 1000 / CREATININE),
    "crp": MASS, "ldh": ENZYME, "leukocytes": CELLS, "lymphocytes": CELLS, "platelets": CELLS,
    "glucose": AMOUNT | in_terms_of(MASS, 1 / GLUCOSE), "urea": AMOUNT | in_terms_of(MASS, 1 / UREA),
    "systolic_bp": PRESSURE, "diastolic_bp": PRESSURE,
}  # fmt: skip
# Name of the variable -> code of the unit -> (factor, addend) that lead to the canonical unit.
UNITS = {name: {code: scale if isinstance(scale, tuple) else (scale, 0) for scale, codes in quantity.items() for code in codes}
         for name, quantity in QUANTITIES.items()}
VARIABLES = {code: kind.name for kind in KINDS for code in kind.codes} | {"8480-6": "systolic_bp", "8462-4": "diastolic_bp"}

ZONES = (0, 120, -330, 840, -720, 345, -570)  # minutes east of Greenwich
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def in_another_unit(variable: str, quantity: dict, generator: random.Random) -> None:
    factor, addend = UNITS[variable][quantity["code"]]
    canonical = factor * Fraction(str(quantity["value"])) + addend
    code = generator.choice(list(UNITS[variable]))
    factor, addend = UNITS[variable][code]
    number = (canonical - addend) / factor
    quantity |= {"value": int(number) if number.denominator == 1 else float(number), "code": code}


def with_other_units(entries: list[dict], generator: random.Random) -> list[dict]:
    """Each value that has a unit of its variable in any other way of writing it; `entries` stay as they are."""
    changed = copy.deepcopy(entries)
    for entry in changed:
        for part in [entry["resource"], *entry["resource"].get("component", [])]:
            variable = VARIABLES.get(part.get("code", {}).get("coding", [{}])[0].get("code"))
            quantity = part.get("valueQuantity", {})
            if variable and quantity.get("code"):
                in_another_unit(variable, quantity, generator)
    return changed


def in_another_zone(text: str, generator: random.Random) -> str:
    """The same instant, to the second or a part of it, as FHIR writes it."""
    zone = timezone(timedelta(minutes=generator.choice(ZONES)))
    moment = datetime.fromisoformat(text).astimezone(zone).isoformat(timespec=generator.choice(["seconds", "milliseconds", "microseconds"]))
    return re.sub(r"\+00:00$", lambda zero: generator.choice(["Z", zero[0], "-00:00"]), moment)


def with_other_zones(value, generator: random.Random):
    """Each instant within a JSON value in any zone; days, months and years stay as they are."""
    if isinstance(value, dict):
        return {name: with_other_zones(member, generator) for name, member in value.items()}
    if isinstance(value, list):
        return [with_other_zones(member, generator) for member in value]
    return in_another_zone(value, generator) if isinstance(value, str) and INSTANT.match(value) else value
