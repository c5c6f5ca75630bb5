"""The report as a page to read: Markdown, of the same numbers as report.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

STATUSES = ("ok", "indeterminate", "not_applicable", "not_computed", "no_image", "no_reading", "refused", "unreadable",
            "contradiction")  # fmt: skip
MEANING = {
    "brixia": "image alone: Brixia total", "infiltrates": "image alone: probability of infiltrates",
    "image": "image alone: the outcome without clinical values", "clinical": "clinical values alone",
    "clinician": "clinical values and the clinician's reading", "fused": "fused: image and clinical values",
    "view_only": "control: AP or PA alone",
}  # fmt: skip
CALIBRATION = (("observed_to_expected", "O:E"), ("intercept", "intercept"), ("slope", "slope"), ("scaled_brier", "scaled Brier"))


def number(value: dict[str, Any] | None, digits: int = 2) -> str:
    """An estimate as "value [low, high]"; a dash for none."""
    if value is None:
        return "–"
    text = f"{value['value']:.{digits}f}"
    if "low" in value:
        text += f" [{value['low']:.{digits}f}, {value['high']:.{digits}f}]"
    return text


def table(head: list[str], rows: list[list[Any]]) -> list[str]:
    """The lines of a Markdown table, and an empty one after it."""
    def line(cells: list[Any]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in cells) + " |"

    return [line(head), "|" + "---|" * len(head), *map(line, rows), ""]


def write_page(report: dict[str, Any], path: Path) -> None:
    """Writes the report as Markdown.

    Parameters
    ----------
    report : dict
        Of docs/schemas/validation.json. The figures that the page links to are those of `aicovid.validation.plots.draw`.
    path : pathlib.Path
        A file that is written anew.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    lines = [
        f"# Validation of `{report['outcome']['name']}` by protocol {report['protocol']['version']} ({report['protocol']['date']})",
        "", f"{report['intended_use']} Made {report['created']} by aicovid {report['software']['version']}, bundle "
        f"{report['model']['name']} {report['model']['version']} (manifest {report['model']['manifest_sha256'][:12]}), "
        f"table {report['table_sha256'][:12]}, on {report['device']}.",
        "", f"Outcome: {report['outcome']['definition']} ({report['outcome']['kind']}). Of each patient "
        f"{'the first exam' if report['settings']['exams_of_a_patient'] == 'first' else 'every exam'}. Brackets: 95 % "
        "intervals. Nothing was fitted on these data and no threshold was chosen on them.", "",
    ]  # fmt: skip
    lines += [f"- **{note['message']}**" for note in report["notes"]] + [""]
    lines += _flow(report) + _results(report) + _differences(report) + _groups(report) + _missing(report)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _flow(report: dict[str, Any]) -> list[str]:
    flow, analysed, fates = report["flow"], report["flow"]["analysed"], report["fates"]
    lines = ["## Who was analysed", ""]
    lines += table(["step", "exams"], [
        ["rows of the table", flow["rows"]], ["left out: outcome unknown", flow["outcome_unknown"]],
        ["left out: later exams of a patient", flow["later_exams"]],
        ["**analysed**", f"{analysed['exams']} of {analysed['patients']} patients: {analysed['events']} with, "
                         f"{analysed['non_events']} without the outcome"],
        *[[f"image {name}", count] for name, count in sorted(fates["images"].items())]])  # fmt: skip
    if fates["image_reasons"]:
        lines += table(["image", "reason", "exams"], [[r["image"], r["code"], r["exams"]] for r in fates["image_reasons"]])
    used = [status for status in STATUSES if any(status in marker["statuses"] for marker in fates["markers"])]
    lines += ["What became of each exam:", ""]
    lines += table(["", *used, "without a number (with the outcome)"], [
        [MEANING[m["marker"]], *[m["statuses"].get(status, 0) for status in used],
         f"{m['without_value']['exams']} ({m['without_value']['events']})"] for m in fates["markers"]])  # fmt: skip
    reasons = [[MEANING[m["marker"]], r["status"], r["code"], r["exams"]] for m in fates["markers"] for r in m["reasons"]]
    if reasons:
        lines += table(["", "status", "reason", "exams"], reasons)
    if report["outcome"]["without_any_value"]:
        lines += ["Without any value the library says: " + " ".join(report["outcome"]["without_any_value"]), ""]
    return lines


def _results(report: dict[str, Any]) -> list[str]:
    lines = ["## Discrimination", ""]
    rows = [[MEANING[m["name"]], m["scale"], f"{m['exams']} ({m['events']} with)",
             number(m.get("auroc")) if "auroc" in m else m.get("not_estimated", "–"),
             number(m.get("auroc_by_patient")), number(m.get("ok_only", {}).get("auroc"))]
            for m in report["markers"] if m["exams"]]  # fmt: skip
    lines += table(["", "scale", "exams", "AUROC", "each patient weighs one", "status ok only"], rows)
    if any("auroc" in m for m in report["markers"]):
        lines += ["![AUROC of each marker, group and site](auroc.png)", ""]
    calibrated = [m for m in report["markers"] if "calibration" in m]
    lines += ["## Calibration", ""]
    if not calibrated:
        return [*lines, "No marker with a probability of the outcome could be evaluated.", "",
                "## Net benefit", "", "No marker with a probability of the outcome could be evaluated.", ""]  # fmt: skip
    lines += table(["", "mean predicted", "observed", *[title for _, title in CALIBRATION], "Brier", "ICI", "ECE"], [
        [MEANING[m["name"]], f"{c['mean_predicted']:.3f}", f"{c['observed']:.3f}",
         *[number(c[name]) if name in c else c.get("no_slope", "–") for name, _ in CALIBRATION], number(c["brier"], 3),
         f"{c['ici']:.3f}" if "ici" in c else "–", f"{c['ece']:.3f}" if "ece" in c else "–"]
        for m in calibrated for c in [m["calibration"]]])  # fmt: skip
    if any("curve" in m["calibration"] for m in calibrated):
        lines += ["![Calibration curves](calibration.png)", ""]
    lines += ["## Net benefit", ""]
    rows = [[MEANING[m["name"]], f"{p['threshold']:.2f}", number(p["net_benefit"], 3), f"{p['treat_all']:.3f}", number(p["gain"], 3)]
            for m in calibrated for p in m["decision_curve"][::5]]  # fmt: skip
    lines += table(["", "threshold", "net benefit", "of treating all", "gain over the better of all and none"], rows)
    return [*lines, "![Decision curves](decision_curve.png)", ""]


def _differences(report: dict[str, Any]) -> list[str]:
    lines = ["## What one adds to another", "", "On the exams that have both numbers.", ""]
    rows = [[f"{d['of']} – {d['minus']}", f"{d['exams']} ({d['events']} with)",
             number(d["auroc"], 3) if "auroc" in d else d["not_estimated"]]
            + [number(next((p["difference"] for p in d.get("net_benefit", []) if p["threshold"] == at), None), 3)
               for at in (0.1, 0.2, 0.4)] for d in report["differences"]]  # fmt: skip
    head = ["", "exams", "difference of AUROC", "of net benefit at .10", "at .20", "at .40"]
    return lines + (table(head, rows) if rows else ["No exam has two of them.", ""])


def _groups(report: dict[str, Any]) -> list[str]:
    lines = ["## Groups and sites", ""]
    rows = []
    for marker in report["markers"]:
        named = [(f"{g['by']} {g['group']}", g) for g in marker.get("subgroups", [])]
        named += [(f"site {site['site']}", site) for site in marker.get("sites", [])]
        for label, group in named:
            calibration = group.get("calibration", {})
            rows.append([MEANING[marker["name"]], label, f"{group['events']} / {group['non_events']}",
                         number(group["auroc"]) if "auroc" in group else group["not_estimated"],
                         *[number(calibration.get(name)) for name, _ in CALIBRATION[:3]]])  # fmt: skip
    if not rows:
        return [*lines, "Nothing was estimated.", ""]
    lines += table(["", "group", "with / without", "AUROC", *[title for _, title in CALIBRATION[:3]]], rows)
    pooled = [[MEANING[m["name"]], name.replace("_", " "), value["sites"], number(value), f"{value['tau']:.2f}",
               f"{value['new_site']['low']:.2f} to {value['new_site']['high']:.2f}"]
              for m in report["markers"] for name, value in m.get("pooled", {}).items()]  # fmt: skip
    lines += ["Random-effects summary over sites:", ""]
    head = ["", "figure", "sites", "summary", "tau (pooled scale)", "95 % prediction for a new site"]
    return lines + (table(head, pooled) if pooled else ["fewer than three sites could be used.", ""])


def _missing(report: dict[str, Any]) -> list[str]:
    lines = ["## Missing values and warnings", ""]
    rows = [[entry["variable"], entry["given"], entry["missing"]] for entry in report["missing_values"]]
    lines += table(["variable of the table", "given", "missing"], rows) if rows else ["The table has no clinical column.", ""]
    rows = [[code, count] for code, count in sorted(report["fates"]["warnings"].items())]
    assumed = [[MEANING[m["marker"]], name, count] for m in report["fates"]["markers"] for name, count in sorted(m["assumed"].items())]
    if rows:
        lines += table(["warning of the fused report", "exams"], rows)
    if assumed:
        lines += ["Assumed by the library where a value was missing, or was a bound:", ""] + table(["", "variable", "exams"], assumed)
    return lines
