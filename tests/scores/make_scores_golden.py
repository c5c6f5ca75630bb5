"""Writes golden/scores.json: 360 random patients and their published scores, from tables, in NumPy.

Written apart from lib/scores and lib/fusion, in another way: every input becomes the list of all values that it
can have (the given one; all of a fine grid where it is missing or a bound), each score is a plain look-up in its published
table, and bounds are the least and the most over the lists.

Usage: python tests/scores/make_scores_golden.py  (seed 20200909; needs NumPy alone)
"""

import json
import pathlib

import numpy as np

SEED = 20200909
PATIENTS = 360

# variable: unit, grid of possible values (first, last, step), range of random ones, decimals of random ones
QUANTITIES = {
    "age": ("a", (0, 120, 0.5), (14, 100), 0),
    "respiratory_rate": ("/min", (0, 150, 0.25), (6, 45), 0),
    "spo2": ("%", (0, 100, 0.25), (78, 100), 0),
    "spo2_room_air": ("%", (0, 100, 0.25), (78, 100), 0),
    "heart_rate": ("/min", (0, 350, 0.25), (35, 150), 0),
    "systolic_bp": ("mm[Hg]", (0, 350, 0.25), (75, 230), 0),
    "diastolic_bp": ("mm[Hg]", (0, 250, 0.25), (40, 74), 0),
    "temperature": ("Cel", (20, 46, 0.025), (34, 40), 1),
    "oxygen_flow": ("L/min", (0, 100, 0.25), (1, 8), 0),
    "fio2": ("%", (20, 100, 0.5), (22, 90), 0),
    "urea": ("mmol/L", (0, 100, 0.05), (2, 20), 1),
    "crp": ("mg/L", (0, 1000, 0.25), (1, 300), 1),
    "lymphocytes": ("10*9/L", (0, 1000, 0.0125), (0.2, 3), 1),
    "ldh": ("U/L", (0, 50000, 5), (120, 700), 0),
}
CONDITIONS = [
    "hypertension", "diabetes", "coronary_disease", "heart_failure", "atrial_fibrillation", "dementia", "copd", "asthma",
    "chronic_kidney_disease", "liver_disease", "cancer", "obesity", "hiv", "connective_tissue_disease",
    "chronic_neurological_disease", "stroke",
]  # fmt: skip
GROUPS_4C = [
    ["coronary_disease", "heart_failure"], ["copd"], ["liver_disease"], ["dementia"],
    ["chronic_neurological_disease"], ["connective_tissue_disease"], ["diabetes"], ["hiv"], ["cancer"], ["obesity"],
]  # fmt: skip
UNCLEAR_4C = {"coronary_disease": ["atrial_fibrillation"], "chronic_neurological_disease": ["stroke"]}
CALL_SURE = ["hypertension", "diabetes", "coronary_disease", "heart_failure", "atrial_fibrillation", "copd", "hiv"]
CALL_UNCLEAR = ["asthma", "cancer", "chronic_kidney_disease", "liver_disease", "stroke"]

# points by (least value, greatest value): published bands of whole numbers or tenths, inclusive
NEWS2 = {
    "respiratory_rate": [(0, 8, 3), (9, 11, 1), (12, 20, 0), (21, 24, 2), (25, 999, 3)],
    "systolic_bp": [(0, 90, 3), (91, 100, 2), (101, 110, 1), (111, 219, 0), (220, 999, 3)],
    "heart_rate": [(0, 40, 3), (41, 50, 1), (51, 90, 0), (91, 110, 1), (111, 130, 2), (131, 999, 3)],
    "temperature": [(0, 35, 3), (35.1, 36, 1), (36.1, 38, 0), (38.1, 39, 1), (39.1, 99, 2)],
}
SPO2_1 = [(0, 91, 3), (92, 93, 2), (94, 95, 1), (96, 100, 0)]
SPO2_2_AIR = [(0, 83, 3), (84, 85, 2), (86, 87, 1), (88, 100, 0)]
SPO2_2_OXYGEN = [(0, 83, 3), (84, 85, 2), (86, 87, 1), (88, 92, 0), (93, 94, 1), (95, 96, 2), (97, 100, 3)]
QCSI = {
    "respiratory_rate": [(0, 22, 0), (23, 28, 1), (29, 999, 2)],
    "spo2": [(0, 88, 5), (89, 92, 2), (93, 100, 0)],
    "oxygen_flow": [(0, 2, 0), (3, 4, 4), (5, 999, 5)],
}
MORTALITY_4C = [
    0, 0.003, 0.008, 0.023, 0.048, 0.075, 0.078, 0.117, 0.144, 0.192, 0.229, 0.269, 0.329, 0.401, 0.446, 0.516, 0.591,
    0.661, 0.758, 0.774, 0.829, 0.875,
]  # fmt: skip
MORTALITY_CURB = [0.007, 0.032, 0.13, 0.17, 0.415, 0.57]
SPLINES = {
    "age": ((0.0159, -0.0129, 0.1265), (38.5, 67.7, 81.1, 92.9), (18, 110)),
    "respiratory_rate": ((-0.0145, 0.5992, -1.078), (16, 19, 24, 37), (0, 150)),
    "spo2": ((-0.0707, -0.0248, 1.024), (84, 94, 96, 100), (50, 100)),
    "urea": ((0.0508, 0.4446, -1.035), (2.9, 5.7, 9.2, 25.5), (0, 100)),
    "crp": ((0.0097, -0.0395, 0.0588), (5, 45, 113, 297), (0, 750)),
    "lymphocytes": ((-0.4564, 0.7309, -0.8113), (0.3, 0.7, 1.1, 2.4), (0, 40)),
}


def band(table, value):
    """Points of the band that is nearest; halfway between two, the more."""
    distance = [max(low - value, value - high, 0) for low, high, _ in table]
    least = min(distance)
    return max(points for (_, _, points), d in zip(table, distance) if d < least + 1e-9)


def grid(name):
    first, last, step = QUANTITIES[name][1]
    return np.round(np.arange(first, last + step / 2, step), 6)


class Patient:
    def __init__(self, record):
        self.record = record

    def values(self, name, table_step=None):
        """All values that the quantity can have; those of the table's step alone where it is a bound or missing."""
        given = self.record.get(name)
        if given is not None and "comparator" not in given:
            return np.array([given["value"]], float)
        all_of_it = grid(name)
        if table_step:
            first, last, _ = QUANTITIES[name][1]
            all_of_it = np.round(np.arange(first, last + table_step / 2, table_step), 6)
        if given is None:
            return all_of_it
        compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
        return all_of_it[compare[given["comparator"]](all_of_it, given["value"])]

    def term(self, name, terms):
        return [self.record[name]] if name in self.record else terms

    def flag(self, name):
        return self.term(name, [False, True])

    def banded(self, name, table, step=1):
        points = [band(table, value) for value in self.values(name, step)]
        return min(points), max(points)

    def points(self, name, rule):
        points = [rule(value) for value in self.values(name)]
        return min(points), max(points)

    def on_oxygen(self):
        if "on_oxygen" in self.record:
            return [self.record["on_oxygen"]]
        if "respiratory_support" in self.record:
            return [self.record["respiratory_support"] != "none"]
        for name, air in (("oxygen_flow", 0), ("fio2", 21)):
            given = self.record.get(name, {"value": air})
            at_least = given.get("comparator", ">=")
            if at_least[0] == ">" and given["value"] >= air + (at_least == ">=") * 1e-9:
                return [True]
        return [False, True]

    def inspired(self):
        """FiO2 as a fraction; up to 21 % it is room air"""
        return max(self.record["fio2"]["value"], 21) / 100

    def below_15(self):
        if "gcs" in self.record:
            return [self.record["gcs"] < 15]
        if "consciousness" in self.record:
            return [self.record["consciousness"] != "A"]
        return [False, True]

    def impaired(self):
        if "consciousness" in self.record:
            return [self.record["consciousness"] != "A"]
        # Eyes that open by themselves (4) and obeying (6) make 11 even without speech (1): what is below is not alert.
        if self.record.get("gcs", 15) <= 10:
            return [True]
        return [False] if self.record.get("gcs") == 15 else [False, True]

    def group(self, conditions, unclear=()):
        """(surely present, possibly present)"""
        if any(self.record.get(condition) for condition in conditions):
            return True, True
        return False, any(self.record.get(condition, True) for condition in [*conditions, *unclear])

    def excluded(self, adult=18, negative=False, support=(), location=()):
        age = self.record.get("age")
        return (
            (age is not None and self.values("age").min() < adult)
            or (negative and self.record.get("sars_cov_2") == "negative")
            or self.record.get("respiratory_support") in support
            or self.record.get("care_location") in location
        )


def comorbidities_4c(p):
    """Fewest and most of the list. Kidney disease counts from an eGFR of 30 down: the flag says no, or nothing."""
    groups = [p.group(g, UNCLEAR_4C.get(g[0], [])) for g in GROUPS_4C]
    groups.append((False, p.record.get("chronic_kidney_disease") is not False))
    return min(2, sum(s for s, _ in groups)), min(2, sum(m for _, m in groups))


def total(ranges):
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def choices(options, points):
    scored = [points(option) for option in options]
    return min(scored), max(scored)


def mortality_4c(p):
    if p.excluded(negative=True, support=("niv", "imv", "ecmo"), location=("icu",)):
        return None
    if "comorbidity_count_4c" in p.record:
        comorbidities = (p.record["comorbidity_count_4c"],) * 2
    else:
        comorbidities = comorbidities_4c(p)
    if "spo2_room_air" in p.record or p.on_oxygen() != [False]:
        saturation = "spo2_room_air"
    else:
        saturation = "spo2"
    low, high = total([
        p.points("age", lambda x: (0, 2, 4, 6, 7)[sum(x >= edge for edge in (50, 60, 70, 80))]),
        choices(p.term("sex", ["female", "male"]), lambda sex: int(sex == "male")),
        comorbidities,
        p.points("respiratory_rate", lambda x: 2 if x >= 30 else 1 if x >= 20 else 0),
        p.points(saturation, lambda x: 2 if x < 92 else 0),
        choices(p.below_15(), lambda below: 2 * below),
        p.points("urea", lambda x: 0 if x < 7 else 1 if x <= 14 else 3),
        p.points("crp", lambda x: 0 if x < 50 else 1 if x < 100 else 2),
    ])  # fmt: skip
    return low, high, MORTALITY_4C[low], MORTALITY_4C[high]


def qcsi(p):
    if p.excluded(negative=True, support=("hfnc", "niv", "imv", "ecmo"), location=("hdu", "icu")):
        return None
    flow = p.record.get("oxygen_flow")
    if flow and p.values("oxygen_flow").min() > 6:
        return None
    no_flow = flow is None and p.on_oxygen() == [False]
    low, high = total([
        p.banded("respiratory_rate", QCSI["respiratory_rate"]),
        p.banded("spo2", QCSI["spo2"]),
        (0, 0) if no_flow else p.banded("oxygen_flow", QCSI["oxygen_flow"]),
    ])  # fmt: skip
    risk = np.array([0.04] * 4 + [0.30] * 3 + [0.44] * 3 + [0.57] * 3)
    return low, high, risk[low], risk[high]


def news2(p):
    if p.excluded(adult=16, support=("imv", "ecmo")):
        return None
    saturations = []
    for oxygen in p.on_oxygen():
        scale_2 = SPO2_2_OXYGEN if oxygen else SPO2_2_AIR
        saturations += p.banded("spo2", scale_2 if p.record.get("news2_spo2_scale") == 2 else SPO2_1)
    items = [p.banded(name, table, 0.1 if name == "temperature" else 1) for name, table in NEWS2.items()]
    items += [
        (min(saturations), max(saturations)),
        choices(p.on_oxygen(), lambda oxygen: 2 * oxygen),
        choices(p.impaired(), lambda impaired: 3 * impaired),
    ]
    return *total(items), any(low == 3 for low, _ in items), any(high == 3 for _, high in items)


def curb_65(p):
    if p.record.get("nosocomial") or p.excluded(support=("niv", "imv", "ecmo"), location=("icu",)):
        return None
    systolic = p.points("systolic_bp", lambda x: int(x < 90))
    diastolic = p.points("diastolic_bp", lambda x: int(x <= 60))
    low, high = total([
        choices(p.impaired(), int),
        p.points("urea", lambda x: int(x > 7)),
        p.points("respiratory_rate", lambda x: int(x >= 30)),
        (max(systolic[0], diastolic[0]), max(systolic[1], diastolic[1])),
        p.points("age", lambda x: int(x >= 65)),
    ])  # fmt: skip
    return low, high, MORTALITY_CURB[low], MORTALITY_CURB[high]


def call(p):
    if p.excluded(negative=True, support=("hfnc", "niv", "imv", "ecmo"), location=("hdu", "icu")):
        return None
    sure, possible = p.group(CALL_SURE, CALL_UNCLEAR)
    return total([
        (4 if sure else 1, 4 if possible else 1),
        p.points("age", lambda x: 3 if x > 60 else 1),
        p.points("lymphocytes", lambda x: 3 if x <= 1 else 1),
        p.points("ldh", lambda x: 1 if x <= 250 else 2 if x <= 500 else 3),
    ])  # fmt: skip


def rox(p):
    support = p.record.get("respiratory_support")
    if support not in (None, "hfnc") or (support is None and p.record.get("on_oxygen") is False) or p.excluded():
        return None
    needed = ("respiratory_rate", "spo2", "fio2")
    if support is None or any(n not in p.record or "comparator" in p.record[n] for n in needed):
        return "open"
    rate, saturation = (p.record[name]["value"] for name in needed[:2])
    return saturation / p.inspired() / rate


def spo2_fio2(p):
    if p.excluded() or ("spo2" in p.record and p.values("spo2").min() > 97):
        return None
    no_oxygen = "fio2" not in p.record and p.on_oxygen() == [False]
    exact = all(n in p.record and "comparator" not in p.record[n] for n in ("spo2",) + (() if no_oxygen else ("fio2",)))
    if not exact:
        return "open"
    return p.record["spo2"]["value"] / (0.21 if no_oxygen else p.inspired())


def deterioration(p):
    if p.excluded(negative=True, support=("niv", "imv", "ecmo"), location=("hdu", "icu")):
        return None
    ends = np.full(2, 4.033)
    for name, (b, t, (least, most)) in SPLINES.items():
        given = p.record.get(name, {})
        low = given.get("value", least) if given.get("comparator", ">")[0] == ">" else least
        high = given.get("value", most) if given.get("comparator", "<")[0] == "<" else most
        if low > most or high < least:
            return None
        # An open end is as near as one likes: the bound itself counts.
        x = np.linspace(max(low, least), min(high, most), 20001)
        cubes = np.maximum(x[:, None] - np.array(t), 0) ** 3
        effect = b[0] * x
        for j in range(2):
            shape = np.zeros(4)
            shape[j] = 1
            shape[2] -= (t[3] - t[j]) / (t[3] - t[2])
            shape[3] += (t[2] - t[j]) / (t[3] - t[2])
            effect = effect + b[1 + j] * (cubes @ shape) / (t[3] - t[0]) ** 2
        ends += effect.min(), effect.max()
    for options, size in [
        ([sex == "male" for sex in p.term("sex", ["female", "male"])], 0.2439), (p.flag("nosocomial"), 0.2690),
        (p.flag("radiographic_infiltrates"), 0.3252), (p.on_oxygen(), 0.7450), (p.below_15(), 0.6028),
    ]:  # fmt: skip
        ends += min(options) * size, max(options) * size
    return [float(x) for x in 1 / (1 + np.exp(-ends))]


def random_record(rng):
    """Mostly whole records; some sparse. Thresholds are met often, as random values have few digits."""
    keep = rng.choice([0.6, 0.97, 1.0])
    given = lambda: rng.random() < keep  # noqa: E731
    record = {}
    support = rng.choice(["none", "oxygen", "hfnc", "niv", "imv", "ecmo"], p=[0.37, 0.35, 0.16, 0.04, 0.04, 0.04])
    for name, (unit, _, (low, high), decimals) in QUANTITIES.items():
        if not given() or (name == "age" and rng.random() < 0.03):
            continue
        if name in ("oxygen_flow", "fio2") and (support == "none" or rng.random() < 0.4):
            continue
        if name == "spo2_room_air" and rng.random() < 0.5:
            continue
        if rng.random() < 0.08:
            decimals += 1  # between the bands of a table
        value = round(float(rng.uniform(low, high)), decimals)
        record[name] = {"value": value, "unit": unit}
        if rng.random() < 0.04 and name not in ("age", "respiratory_rate"):
            record[name] = {"value": round(value), "unit": unit, "comparator": str(rng.choice(["<", "<=", ">", ">="]))}
            if name == "spo2" and record[name]["value"] >= 100:
                record[name]["comparator"] = "<="
    if given():
        record["respiratory_support"] = str(support)
    if given():
        record["on_oxygen"] = bool(support != "none")
    if "fio2" in record and record.get("respiratory_support") in ("hfnc", "niv", "imv", "ecmo") and rng.random() < 0.2:
        record["fio2"] = {"value": round(float(rng.uniform(20, 21)), 1), "unit": "%"}
    if Patient(record).on_oxygen() == [False] and "spo2" in record and "spo2_room_air" in record:
        if any("comparator" in record[name] for name in ("spo2", "spo2_room_air")):
            del record["spo2_room_air"]
        else:
            near = record["spo2"]["value"] + int(rng.integers(-4, 5))  # they must agree
            record["spo2_room_air"]["value"] = min(100, round(near, 2))
    if given():
        record["sex"] = str(rng.choice(["female", "male"]))
    if given():
        record["sars_cov_2"] = str(rng.choice(["confirmed", "suspected", "negative"], p=[0.7, 0.22, 0.08]))
    if given():
        record["care_location"] = str(rng.choice(["ed", "ward", "hdu", "icu"], p=[0.4, 0.48, 0.06, 0.06]))
    alert = rng.random() < 0.75
    if given():
        record["consciousness"] = "A" if alert else str(rng.choice(list("CVPU")))
    if given():
        record["gcs"] = 15 if alert else int(rng.integers(3, 15))
    for name in ("nosocomial", "radiographic_infiltrates"):
        if given():
            record[name] = bool(rng.random() < 0.3)
    if rng.random() < 0.4:
        record["news2_spo2_scale"] = int(rng.integers(1, 3))
    often = rng.choice([0.02, 0.1, 0.25])
    for condition in CONDITIONS:
        if given():
            record[condition] = bool(rng.random() < often)
    if rng.random() < 0.2:
        least, most = comorbidities_4c(Patient(record))
        record["comorbidity_count_4c"] = int(rng.integers(least, most + 1))
    return record


def main():
    rng = np.random.default_rng(SEED)
    scores = {
        "4c_deterioration": deterioration, "4c_mortality": mortality_4c, "qcsi": qcsi, "news2": news2, "curb_65": curb_65,
        "call": call, "rox": rox, "spo2_fio2": spo2_fio2,
    }  # fmt: skip
    lines = []
    for _ in range(PATIENTS):
        record = random_record(rng)
        expected = {}
        for name, score in scores.items():
            result = score(Patient(record))
            if isinstance(result, (list, tuple)):
                result = [bool(x) if isinstance(x, (bool, np.bool_)) else float(x) for x in result]
            expected[name] = result
        lines.append(json.dumps({"record": record, "expected": expected}, separators=(",", ":")))
    folder = pathlib.Path(__file__).parent / "golden"
    folder.mkdir(exist_ok=True)
    (folder / "scores.json").write_text('{"patients": [\n' + ",\n".join(lines) + "\n]}\n")
    print(f"{PATIENTS} patients")


if __name__ == "__main__":
    main()
