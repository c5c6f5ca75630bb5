"""From scored exams to the figures of the report: which rows count, and what is computed of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from scipy.special import expit

from aicovid.validation import net_benefit
from aicovid.validation.arrays import Flags, Floats, Names, Poolable
from aicovid.validation.calibration import calibration, calibration_curve
from aicovid.validation.discrimination import auroc, auroc_by_patient, difference
from aicovid.validation.pooling import pooled
from aicovid.validation.scoring import MARKERS, OUTCOME_MARKERS, Scored
from aicovid.validation.table import Exam

FEWEST = 10  # patients with, and patients without the outcome, for any estimate
ADVISED = 100
AGES = ((50, "below 50"), (65, "50 to 64"), (80, "65 to 79"), (np.inf, "80 and above"))
SUBGROUPS = ("view", "sex", "age", "gate")
PAIRS = (("fused", "clinical"), ("fused", "brixia"), ("fused", "image"), ("fused", "clinician"), ("clinician", "clinical"))


def choose(exams: list[Exam], all_exams: bool) -> tuple[list[Exam], dict[int, str], dict[str, Any]]:
    """Which exams count.

    Parameters
    ----------
    exams : list of Exam
        In the order of the table; a patient's exams in order of time.
    all_exams : bool
        Whether all of a patient's exams count; else the first whose outcome is known.

    Returns
    -------
    list of Exam
        Those that count.
    dict
        Of each other row, by its number, why not: "outcome_unknown" or "later_exam".
    dict
        The counts, the report's member flow.
    """
    left_out, chosen, seen = {}, [], set()
    for exam in exams:
        if exam.outcome is None:
            left_out[exam.row] = "outcome_unknown"
        elif exam.patient in seen and not all_exams:
            left_out[exam.row] = "later_exam"
        else:
            seen.add(exam.patient)
            chosen.append(exam)
    reasons = Counter(left_out.values())
    return chosen, left_out, {"rows": len(exams), "outcome_unknown": reasons["outcome_unknown"],
                              "later_exams": reasons["later_exam"], "analysed": counts(chosen)}  # fmt: skip


def counts(exams: list[Exam]) -> dict[str, Any]:
    """Exams and patients, with and without the outcome; a patient may be among both."""
    with_event = {exam.patient for exam in exams if exam.outcome}
    without = {exam.patient for exam in exams if not exam.outcome}
    return {"exams": len(exams), "patients": len(with_event | without), "events": sum(bool(exam.outcome) for exam in exams),
            "non_events": sum(not exam.outcome for exam in exams), "patients_with": len(with_event),
            "patients_without": len(without)}  # fmt: skip


def group_of(item: Scored, by: str) -> str:
    """The group of an exam by view, gate, site, sex or age; "unknown" where nothing says it, or a range of ages spans two."""
    if by == "view":
        return item.view or "unknown"
    if by == "gate":
        return item.image
    if by == "site":
        return item.exam.site
    if by == "sex":
        return str(item.exam.record.given.get("sex", "unknown"))
    ends = item.exam.record.range("age")
    if ends is None:
        return "unknown"
    groups = {next(name for limit, name in AGES if age < limit) for age in ends[:2]}
    return groups.pop() if len(groups) == 1 else "unknown"


def _place(group: str) -> tuple[int, str]:
    """Ages in order, all else by name."""
    ages = [name for _, name in AGES]
    return (ages.index(group) if group in ages else len(ages), group)


def fates(scored: list[Scored]) -> dict[str, Any]:
    """What became of every exam that counts.

    Parameters
    ----------
    scored : list of Scored

    Returns
    -------
    dict
        images and image_reasons, exams by the gate's verdict; markers, exams by status, reason and assumed value; warnings. Each
        reason, assumption and warning counts once an exam.
    """
    images = Counter(item.image for item in scored)
    reasons = Counter((item.image, reason) for item in scored for reason in set(item.image_reasons))
    markers = []
    for name in OUTCOME_MARKERS:
        answers = [(item, item.answers[name]) for item in scored]
        why = Counter((answer.status, reason) for _, answer in answers for reason in set(answer.reasons))
        without = [item.exam for item, answer in answers if answer.value is None]
        markers.append({
            "marker": name, "statuses": dict(Counter(answer.status for _, answer in answers)),
            "reasons": [{"status": status, "code": code, "exams": number} for (status, code), number in sorted(why.items())],
            "assumed": dict(sorted(Counter(variable for _, answer in answers for variable in set(answer.assumed)).items())),
            "without_value": {"exams": len(without), "events": sum(bool(exam.outcome) for exam in without)},
        })  # fmt: skip
    warnings: Counter[str] = Counter()
    for item in scored:
        warnings.update(item.warnings)
    return {"images": dict(images), "markers": markers, "warnings": dict(warnings),
            "image_reasons": [{"image": image, "code": code, "exams": number}
                              for (image, code), number in sorted(reasons.items())]}  # fmt: skip


def missing_values(scored: list[Scored], variables: list[str]) -> list[dict[str, Any]]:
    """In how many exams each variable is given and missing, the clinician's reading included."""
    return [{"variable": name, "given": given, "missing": len(scored) - given}
            for name in variables
            for given in [sum(name in (item.exam.with_reading or item.exam.record).given for item in scored)]]  # fmt: skip


class Rows:
    """The exams that have a value of a marker: items, and [n] value, event and patient of each."""

    def __init__(self, scored: list[Scored], marker: str) -> None:
        self.items = [item for item in scored if _value(item, marker) is not None]
        self.value: Floats = np.array([_value(item, marker) for item in self.items], float)
        self.event: Flags = np.array([item.exam.outcome for item in self.items], bool)
        self.patient: Names = np.array([item.exam.patient for item in self.items], dtype=object).astype(str)
        self.counts = counts([item.exam for item in self.items])

    @property
    def enough(self) -> bool:
        """Whether anything may be estimated of them."""
        return bool(min(self.counts["patients_with"], self.counts["patients_without"]) >= FEWEST)


def _value(item: Scored, marker: str) -> float | None:
    if marker == "view_only":
        return {"AP": 1.0, "PA": 0.0}.get(item.view)
    return item.value(marker)


def scale_of(scored: list[Scored], marker: str) -> str:
    """What the numbers of a marker are.

    Returns
    -------
    str
        points, probability_of_infiltrates or control; of an outcome's marker probability or index, and none where no exam has
        a number.

    Raises
    ------
    ValueError
        If they are probabilities for some exams and indices for others.
    """
    fixed = {"brixia": "points", "infiltrates": "probability_of_infiltrates", "view_only": "control"}
    if marker in fixed:
        return fixed[marker]
    scales = {item.answers[marker].scale for item in scored if item.value(marker) is not None}
    if len(scales) > 1:
        raise ValueError(f"{marker} is a probability for some exams and an index for others")
    return scales.pop() if scales else "none"


def _figures(rows: Rows, scale: str) -> tuple[dict[str, Any], Poolable]:
    """Counts and estimates of one group of exams, and what may be pooled."""
    if not rows.enough:
        return rows.counts | {"not_estimated": "too_few"}, {}
    value, variance = auroc(rows.value, rows.event, rows.patient)
    result: dict[str, Any] = rows.counts | {"auroc": value}
    poolable: Poolable = {}
    if np.isfinite(variance) and variance > 0:
        poolable["auroc"] = (float(np.log(value["value"] / (1 - value["value"]))), variance)
    if scale == "probability":
        result["calibration"], of_calibration = calibration(rows.value, rows.event, rows.patient)
        poolable |= of_calibration
    return result, poolable


def evaluate(scored: list[Scored], marker: str, all_exams: bool) -> dict[str, Any]:
    """All figures of one marker, for the whole, its subgroups and its sites.

    Parameters
    ----------
    scored : list of Scored
    marker : str
        Of MARKERS, or "view_only".
    all_exams : bool
        Whether patients may have several exams; then there is an AUROC too in which each patient weighs one.

    Returns
    -------
    dict
        An entry of the report's member markers. With fewer than FEWEST patients with, or without, the outcome it has counts and
        not_estimated.

    Raises
    ------
    ValueError
        If the marker is a probability for some exams and an index for others.
    """
    scale, rows = scale_of(scored, marker), Rows(scored, marker)
    result: dict[str, Any] = {"name": marker, "scale": scale} | _figures(rows, scale)[0]
    if scale == "none" or not rows.enough:
        return result
    if all_exams:
        result["auroc_by_patient"] = auroc_by_patient(rows.value, rows.event, rows.patient)
    if scale == "probability":
        result["calibration"] |= calibration_curve(rows.value, rows.event, rows.patient)
        result["decision_curve"] = net_benefit.decision_curve(rows.value, rows.event, rows.patient)
    if marker in ("infiltrates", "view_only"):  # Brixia is the image's primary marker; a control has no groups
        return result
    if marker in OUTCOME_MARKERS:
        sure = [item for item in scored if item.answers[marker].status == "ok"]
        result["ok_only"] = _figures(Rows(sure, marker), scale)[0]
    result["subgroups"] = [
        {"by": by, "group": group} | _figures(Rows([item for item in rows.items if group_of(item, by) == group], marker), scale)[0]
        for by in SUBGROUPS for group in sorted({group_of(item, by) for item in rows.items}, key=_place)]  # fmt: skip
    result |= _sites(rows, marker, scale)
    return result


def _sites(rows: Rows, marker: str, scale: str) -> dict[str, Any]:
    sites, poolable = [], []
    for site in sorted({item.exam.site for item in rows.items}):
        figures, of_site = _figures(Rows([item for item in rows.items if item.exam.site == site], marker), scale)
        sites.append({"site": site} | figures)
        poolable.append(of_site)
    summary = {}
    for name, back in (("auroc", expit), ("intercept", float), ("slope", float), ("log_observed_to_expected", np.exp)):
        usable = [entry[name] for entry in poolable if name in entry]
        result = pooled([value for value, _ in usable], [variance for _, variance in usable], back)
        if result is not None:
            summary[name.removeprefix("log_")] = result
    return {"sites": sites, "pooled": summary}


def compare(scored: list[Scored]) -> list[dict[str, Any]]:
    """Differences between the markers of PAIRS, on the exams that have both.

    Returns
    -------
    list of dict
        of, minus, counts, and the difference of the AUROC; of probabilities that of the net benefit too.
    """
    found = []
    for marker, other in PAIRS:
        common = [item for item in scored if item.value(marker) is not None and item.value(other) is not None]
        if not common:
            continue
        rows, others = Rows(common, marker), Rows(common, other)
        entry = {"of": marker, "minus": other} | rows.counts
        if not rows.enough:
            found.append(entry | {"not_estimated": "too_few"})
            continue
        entry["auroc"] = difference(rows.value, others.value, rows.event, rows.patient)
        if scale_of(common, marker) == scale_of(common, other) == "probability":
            entry["net_benefit"] = net_benefit.difference(rows.value, others.value, rows.event, rows.patient)
        found.append(entry)
    return found


def notes(flow: dict[str, Any], markers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a reader must know before any figure.

    Parameters
    ----------
    flow : dict
        Of `choose`.
    markers : list of dict
        Of `evaluate`.

    Returns
    -------
    list of dict
        code and message.
    """
    analysed, found = flow["analysed"], []

    def note(code: str, message: str) -> None:
        found.append({"code": code, "message": message})

    for name, word in (("patients_with", "with"), ("patients_without", "without")):
        if analysed[name] < ADVISED:
            note("sample_too_small", f"{analysed[name]} patients {word} the outcome; at least {ADVISED} are advised.")
    for marker in markers:
        if marker["scale"] == "none" and marker["name"] != "clinician":
            note("no_value", f"{marker['name']}: no exam has a number; the table of fates says why.")
        elif marker["scale"] == "index":
            note("index_only", f"{marker['name']} is an index and no probability: discrimination alone is reported.")
        elif 0 < marker["exams"] < analysed["exams"] and marker["scale"] != "control":
            note("incomplete", f"{marker['name']}: {marker['exams']} of {analysed['exams']} exams have a number.")
        if marker.get("not_estimated") and marker["exams"]:
            note("too_few", f"{marker['name']}: fewer than {FEWEST} patients with, or without, the outcome; nothing was estimated.")
    return found


def analyse(scored: list[Scored], flow: dict[str, Any], variables: list[str], all_exams: bool) -> dict[str, Any]:
    """All that the report has of the exams.

    Parameters
    ----------
    scored : list of Scored
        The exams that count.
    flow : dict
        The counts of `choose`.
    variables : list of str
        The clinical columns of the table.
    all_exams : bool
        Whether patients may have several exams.

    Returns
    -------
    dict
        flow, fates, missing_values, markers, differences and notes (docs/schemas/validation.json).

    Raises
    ------
    ValueError
        If a marker is a probability for some exams and an index for others.
    """
    markers = [evaluate(scored, name, all_exams) for name in (*MARKERS, "view_only")]
    return {"flow": flow, "fates": fates(scored), "missing_values": missing_values(scored, variables), "markers": markers,
            "differences": compare(scored), "notes": notes(flow, markers)}  # fmt: skip
