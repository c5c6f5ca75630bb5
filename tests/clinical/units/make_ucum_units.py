#!/usr/bin/env python3
"""Makes ucum_units.json: what UCUM codes are in base units, or that they are refused, and what the aliases of units
mean, for ucum_test.cpp and unit_aliases_test.cpp.

Usage: pip install ucumvert==0.3.2 pint==0.25.3; python make_ucum_units.py > ucum_units.json

Which texts are UCUM is judged by ucumvert's parser. What a code is, is told twice: by pint, as ucumvert maps the code to
it, and by UCUM's own definitions (ucum-essence.xml, which ucumvert brings), multiplied out in fractions here. The units
below and the meanings of the aliases are typed in anew, not taken from the library's tables.
"""

import collections
import json
import random
import re
import sys
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from pathlib import Path

import lark
import pint
import ucumvert
from ucumvert.parser import get_ucum_parser

SEED = 20200401
parser = get_ucum_parser()
ucum = ucumvert.PintUcumRegistry()

PREFIXES = "Y Z E P T G M k h da d c m u n p f a z y".split()
METRIC = "m g s K mol l L Pa bar m[Hg] m[H2O] kat U [iU] [IU] g%".split()
PLAIN = "min h d wk mo a atm [arb'U] % [ppth] [ppm] [ppb] [pptr] 10* 10^".split()
SCALES = ["Cel", "[degF]", "[pH]"]
# Bases of the reader, beside UCUM's own: a mole is no plain number there, and arbitrary units convert to nothing.
OWN_BASES = {"mol": "mole", "[iU]": "international_unit", "[IU]": "international_unit",
             "[arb'U]": "arbitrary_unit", "[pH]": "ph"}  # fmt: skip
BASES = {"m": "metre", "g": "gram", "s": "second", "K": "kelvin"}
ZEROS = {"Cel": Fraction("273.15"), "[degF]": Fraction("459.67")}

# What the library may meet: listed units, those of HL7's and Synthea's examples, and slips.
KNOWN = """
mg/L mg/l mg/dL mg/dl g/L g/l g/dL g/dl ug/L ug/mL ug/ml ng/mL ng/ml ng/L pg/mL pg/ml mmol/L mmol/l umol/L umol/l
nmol/L U/L U/l ukat/L nkat/L kat/L mU/mL /uL /ul /nL /mL /L /mm3 1/uL 10*3/uL 10^3/uL 10*9/L 10*9.L-1 10*6/mL 10*12/L
10*-6/fL L/min l/min mL/min L/h mL/s /min 1/min min-1 /s /h mm[Hg] cm[H2O] kPa hPa Pa mbar bar Cel [degF] K mK % 1
[ppth] 10*-2 d wk mo a h min [pH] [IU]/L m[IU]/mL [arb'U]/mL {beats}/min {breaths}/min /min{beats} 10*3/uL{cells}
{cells}/uL 10*9/L{WBC} mg/L{FEU} mg{FEU}/L ug/mL{DDU} {score} {ScoreOf} {count} {}/min %{oxygen} Cel{axillary} mL/dL mg/g
mol/mol (mg)/(L) mg/(dL) (10*3)/(uL) umol/min/L umol/(min.L) mmol/(h.L) kg/m2 g/(m.s2) m/s2 g% mg% 10.L/min 100.mg/L
/100{WBC} 2.h 1000.m m+3 m-3 m3 10*+9/L Mg ug kg fL pg
mg//L mg/ /L L/ .L mg.. mg/L/ (mg/L mg/L) () {} {mg {mg}} mg/L{ mg}L mg{x}{y} 0 01 0.5 1.5 10* 10** 10^^ m0 m+ m- m+-2 +2 -1
mg\\L mg|L mg,L mg/L. /. // /{x} ./L kmin kh kd Mmin k% k10* mm2g mgL mg_L MG/L Mg/dl [IU [iu]/L IU/L mmHg mm[hg] degC C F
[DegF] cel KPA 10E9/L x10*9/L K/uL k/uL G/L mcg/L bpm Torr torr foo mg L^-1 mg/L^1 m^2 m**2 µg/L °C
Kim dag Pam Anna mg/Lena
/m.s /m/s /L.min (/m) m/(/s) m(s) (m)2 (m){x} (m.s){x} Cel/min 2.Cel Cel2 mCel kCel Cel.m K/Cel [pH].L {x}.Cel 1.[degF]
m31 10*31/L m-31 10*99.L min9 1000000000000000000000.m
""".split() + ["", " ", "mg /L", " mg/L", "mg/L ", "10 * 3/uL", "mm Hg", "{a b}/min", "mg/L{a b}", "m" * 101]  # fmt: skip


def essence():
    """Each unit's definition: (factor, code), by UCUM's own file."""
    path = Path(ucumvert.__file__).parent / "vendor" / "ucum-essence.xml"
    space = {"u": "http://unitsofmeasure.org/ucum-essence"}
    root = ElementTree.parse(path).getroot()
    prefixes = {p.get("Code"): Fraction(p.find("u:value", space).get("value")) for p in root.findall("u:prefix", space)}
    units = {}
    for unit in root.findall("u:unit", space):
        value = unit.find("u:value", space)
        special = value.find("u:function", space)
        holder = value if special is None else special
        units[unit.get("Code")] = (Fraction(holder.get("value")), holder.get("Unit"))
    return prefixes, units


PREFIX_VALUE, DEFINITION = essence()


class Product:
    def __init__(self, factor=Fraction(1), of=()):
        self.factor, self.of = Fraction(factor), collections.Counter(dict(of))

    def times(self, other, sign=1):
        product = Product(self.factor * other.factor**sign, self.of)
        for base, exponent in other.of.items():
            product.of[base] += sign * exponent
        return product

    def power(self, exponent):
        return Product(self.factor**exponent, {base: n * exponent for base, n in self.of.items()})


def atom(symbol):
    if symbol in OWN_BASES or symbol in BASES:
        return Product(1, {(OWN_BASES | BASES)[symbol]: 1})
    factor, of = DEFINITION[symbol]
    return Product(factor).times(multiplied(of))


class Multiply(lark.Transformer):
    def simple_unit(self, parts):
        if parts[0].type == "FACTOR":
            return Product(int(parts[0]))
        prefix = PREFIX_VALUE[parts[0]] if len(parts) == 2 else 1
        return Product(prefix).times(atom(parts[-1]))

    def annotatable(self, parts):
        return parts[0].power(int(parts[1])) if len(parts) == 2 else parts[0]

    def component(self, parts):
        return parts[0]

    def term(self, parts):
        first, *rest = (Product() if isinstance(part, lark.Token) and part.type == "ANNOTATION" else part for part in parts)
        return first.times(rest[1], 1 if rest[0] == "." else -1) if rest else first

    def main_term(self, parts):
        if len(parts) == 1:
            return parts[0]
        return Product().times(Product() if isinstance(parts[1], lark.Token) else parts[1], -1)


def multiplied(code):
    result = Multiply().transform(parser.parse(code))
    return Product() if isinstance(result, lark.Token) else result


def symbols(tree):
    """(prefix or empty, atom) of each unit in a parsed code."""
    if isinstance(tree, lark.Token):
        return
    if tree.data == "simple_unit":
        if tree.children[0].type != "FACTOR":
            yield ("" if len(tree.children) == 1 else str(tree.children[0])), str(tree.children[-1])
        return
    for child in tree.children:
        yield from symbols(child)


def narrower(code, found):
    """Why the reader refuses what ucumvert accepts; empty if it does not."""
    bare = re.sub(r"\{[^}]*\}", "{}", code)
    if any(symbol not in METRIC + PLAIN + SCALES for _, symbol in found):
        return "a unit that is not read"
    if any(prefix not in PREFIXES + [""] for prefix, _ in found):
        return "a prefix that is not read"
    outside, before = re.sub(r"\[[^]]*\]", "[]", bare), ""
    while outside != before:
        outside, before = re.sub(r"\([^()]*\)", "_", outside), outside
    if re.match(r"/.*[./]", outside):
        return "two readings"
    if re.search(r"\(/", bare) or re.search(r"\)\{", bare):
        return "beyond the grammar that is read"
    if re.search(r"(^|[./(])\d+[+-]\d", bare):
        return "beyond the grammar that is read"
    if any(symbol in SCALES for _, symbol in found) and not re.fullmatch(r"(Cel|\[degF\]|\[pH\])(\{\})?", bare):
        return "a multiple of a scale"
    if len(code) > 100 or any(len(n) > 15 or int(n) > 30 for n in re.findall(r"(?<=[a-zA-Z%\]*^+-])\d+", bare)):
        return "out of bounds"
    product = multiplied(code)
    if any(abs(n) > 30 for n in product.of.values()) or not 1e-90 < product.factor < 1e90:
        return "out of bounds"
    if max(int(n) for n in re.findall(r"\d+", bare) or ["0"]) > 10**15:
        return "out of bounds"
    return ""


def row_of(code):
    try:
        tree = parser.parse(code)
    except lark.exceptions.LarkError:
        return {"code": code, "refused": "no UCUM"}
    reason = narrower(code, list(symbols(tree)))
    if reason:
        return {"code": code, "refused": reason}
    product = multiplied(code)
    scale = re.sub(r"\{.*\}", "", code)
    zero = ZEROS.get(scale, 0)
    row = {"code": code, "of": {base: n for base, n in sorted(product.of.items()) if n},
           "base_at_1": float((1 + zero) * product.factor), "base_at_100": float((100 + zero) * product.factor)}  # fmt: skip
    # What ucumvert does not map, or maps to a gram percent and to Planck's constant.
    if "[pH]" not in code and "g%" not in code and "hbar" not in code and not re.fullmatch(r"\{.*\}", code):
        row["pint_at_100"] = in_pint(ucum.from_ucum(code), 100)
    return row


def in_pint(unit, value):
    """In metre, gram, second, kelvin, mole."""
    unit = unit if hasattr(unit, "units") else ucum.Quantity(unit)
    quantity = ucum.Quantity(value, unit.units) if unit.magnitude == 1 else value * unit
    base = quantity.to_base_units()
    mass = base.unitless if base.dimensionless else base.dimensionality.get("[mass]", 0)
    return float(base.magnitude * 1000 ** (0 if base.dimensionless else mass))


def random_codes(count):
    generator = random.Random(SEED)
    alphabet = "mgLsdhaKUulko10*^9%./()[]{}+-23 "

    def simple():
        symbol = generator.choice(METRIC + PLAIN)
        prefix = generator.choice(PREFIXES) if symbol in METRIC and generator.random() < 0.5 else ""
        exponent = generator.choice(["", "", "", "2", "-1", "3", "+2", "-2"])
        if symbol in ("10*", "10^"):
            exponent = generator.choice(["", "3", "6", "9", "-2", "+3"])
        return prefix + symbol + exponent + generator.choice(["", "", "", "", "{x}", "{total}"])

    def term(depth=0):
        parts = [simple() if depth > 1 or generator.random() < 0.8 else f"({term(depth + 1)})"
                 for _ in range(generator.choice([1, 2, 2, 3]))]  # fmt: skip
        return "".join(part + generator.choice("./") for part in parts)[:-1]

    for _ in range(count):
        code = generator.choice(["", "", "", "/", "10.", "{x}.", "5."]) + term()
        yield code
        place = generator.randrange(len(code))
        cut = generator.choice([0, 1])
        yield code[:place] + generator.choice(list(alphabet) + [""]) + code[place + cut :]


# What each alias means, in pint's own words.
ALIASES = {
    "julian_year": "y yr yrs year years",
    "julian_year/12": "month months",
    "week": "week weeks",
    "day": "day days",
    "degC": "C|degC|deg C|degrees C|Celsius|°C|° C|ºC|℃",
    "degF": "F|degF|deg F|degrees F|Fahrenheit|°F|° F|ºF|℉",
    "1/minute": "bpm|BPM|per minute|/minute|beats/min|beats/minute|beats per minute|breaths/min|breaths/minute|"
                "breaths per minute|resp/min|insp/min",
    "mmHg": "mmHg|mm Hg|mmHG|MMHG|mm(Hg)",
    "kilopascal": "kpa KPa KPA",
    "percent": "pct percent Percent",
    "liter/minute": "lpm LPM L/Min l/Min L/MIN L/minute liters/min litres/min",
    "millimole/liter": "MMOL/L",
    "micromole/liter": "UMOL/L",
    "gram/deciliter": "G/DL gm/dL",
    "milligram/deciliter": "MG/DL|mg/100mL|mg/100 mL",
    "milligram/liter": "MG/L|mg/L FEU|mg/l FEU|mg FEU/L|mg/L DDU",
    "microgram/liter": "UG/L|mcg/L|mcg/l|ug/L FEU|ug FEU/L|ug/L DDU",
    "microgram/deciliter": "mcg/dL",
    "microgram/milliliter": "UG/ML|mcg/mL|mcg/ml|ug/mL FEU|ug/ml FEU|ug FEU/mL|mcg/mL FEU|ug/mL DDU",
    "nanogram/liter": "NG/L",
    "nanogram/milliliter": "NG/ML|ng/mL FEU|ng/ml FEU|ng FEU/mL|ng/mL DDU|ng/ml DDU",
    "picogram/milliliter": "PG/ML",
    "gram/liter": "gm/L",
    "enzyme_unit/liter": "IU/L IU/l [IU]/L [IU]/l [iU]/L UI/L units/L Units/L",
    "1e9/liter": "10E9/L|10e9/L|E9/L|x10E9/L|x10e9/L|x10^9/L|x10^9/l|x10*9/L|x 10^9/L|x10(9)/L|G/L|G/l|Giga/L|Gpt/L|Gpt/l",
    "1000/microliter": "K/uL K/ul k/uL k/ul K/mcL K/mm3 K/cumm 10E3/uL 10e3/uL 10x3/uL x10E3/uL x10^3/uL x10^3/ul x10*3/uL "
                       "x10(3)/uL 10^3/mcL Thousand/uL thousand/uL thou/uL Tsd/uL Tsd./uL Tsd/ul Tsd./ul",
    "1/microliter": "cells/uL Cells/uL cells/mcL /mcL",
    "1/millimeter**3": "cells/mm3 cells/cumm /cumm",
    "1e12/liter": "10E12/L E12/L x10E12/L x10^12/L x10^12/l x10*12/L T/L T/l Tpt/L Tpt/l",
    "1e6/microliter": "10E6/uL x10E6/uL x10^6/uL x10*6/uL 10^6/mcL Million/uL million/uL Mio/uL Mio./uL Mio/ul Mio./ul M/uL "
                      "M/mcL m/uL",
}  # fmt: skip
SCALE_OF_ITS_OWN = ["pH", "{pH}", "units", "1"]  # pint has no pH


def alias_rows():
    registry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    for meaning, names in ALIASES.items():
        unit = registry.parse_expression(meaning.replace("degC", "delta_degC").replace("degF", "delta_degF"))
        base = unit.to_base_units()
        mass = base.dimensionality.get("[mass]", 0)
        size = float(base.magnitude * 1000**mass)
        for name in names.split("|") if "|" in names else names.split():
            yield {"alias": name, "size": size}
    for name in SCALE_OF_ITS_OWN:
        yield {"alias": name, "size": 1.0}


def main():
    every_prefix = [prefix + symbol for prefix in PREFIXES for symbol in METRIC]
    known_to_ucum = sorted(DEFINITION)
    wrong_prefix = ["k" + symbol for symbol in PLAIN + SCALES[1:]] + ["mmm", "kkg", "Kim", "Gim", "dam", "mda"]
    codes = [*METRIC, *PLAIN, *SCALES, *every_prefix, *known_to_ucum, *wrong_prefix, *KNOWN, *random_codes(120), *sys.argv[1:]]
    rows = [row_of(code) for code in dict.fromkeys(codes)]
    aliases = list(alias_rows())
    print('{"codes": [\n' + ",\n".join(json.dumps(row) for row in rows) + '\n],\n"aliases": [')
    print(",\n".join(json.dumps(row) for row in aliases) + "\n]}")


if __name__ == "__main__":
    main()
