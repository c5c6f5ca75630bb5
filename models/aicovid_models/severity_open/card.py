"""The model card of severity-open, in the order of TRIPOD+AI, from the measured figures.

    python -m aicovid_models.severity_open.card [BUNDLE]

Writes CARD.md from what stands in the bundle's folder: no image is read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from aicovid_models.command import MODELS
from aicovid_models.pages import fill, interval, table_rows
from aicovid_models.severity_open.laboratory import WORSE

TEMPLATE = Path(__file__).with_name("card.md.in")
RECORDS = Path(__file__).with_name("records.json")

_WORDS = {"crp": "C-reactive protein", "ldh": "lactate dehydrogenase", "lymphocytes": "lymphocytes, fewer"}
_CONTROLS = {"view": "view alone (AP or not)", "lungs of one grey": "lungs of one grey", "lungs of their own mean grey": "lungs of their own mean grey",
             "everything else of one grey": "everything but the lungs of one grey"}
_COPIES = {"other_greys": "another grey scale", "shrunk": "320 pixels, JPEG again", "painted": "one lung painted 30 to 100 % opaque"}
_GROUPS = {"clear": "NIH, no finding", "pneumonia": "NIH, labelled pneumonia", "hannover": "Hannover, one image a patient (learnt from)"}
_PENALTIES = ("1e+06", "1e+05", "1e+04", "1e+03", "100", "10")  # of those that were tried, what the card lists


def _agreement_rows(figures: dict) -> str:
    index, grey = figures["readers"], figures["grey_of_the_lungs"]
    rows = [("r, mean of both readers", index["r"], grey["r"]), ("Spearman's rho", index["rho"], grey["rho"]),
            ("r, reader S", index["r_reader_s"], grey["r_reader_s"]), ("r, reader J", index["r_reader_j"], grey["r_reader_j"]),
            ("r, PA", index["pa"]["r"], grey["pa"]["r"]), ("rho, PA", index["pa"]["rho"], grey["pa"]["rho"]),
            ("r, AP and AP supine", index["ap"]["r"], grey["ap"]["r"]), ("rho, AP and AP supine", index["ap"]["rho"], grey["ap"]["rho"])]
    return table_rows([title, f"{figure['images']} of {figure['patients']}", interval(figure), interval(other)] for title, figure, other in rows)


def _laboratory_row(name: str, by_group: dict) -> list[str]:
    cells = [_WORDS[name]]
    for view in ("PA", "AP"):
        group = by_group[f"{name} {view}"]
        cells += [str(group["patients"]), f"{group['rho']:.2f}"]
    return cells


def _clear_row(key: str, title: str, views: dict) -> list[str]:
    cells = [title]
    for part in (views["pa"], views["ap"]):
        low, high = part[key]["quartiles"]
        cells += [f"{part[key]['median']:.2f} ({low:.2f} to {high:.2f}), {part[key]['images']} images",
                  interval(part[f"auroc_{key}"]) if key != "clear" else ""]
    return cells


def _control_row(title: str, control: dict) -> list[str]:
    return [title, interval(control["r"]), str(control["without_score"])]


def _copy_row(title: str, change: dict) -> list[str]:
    return [title, interval(change["change_95"]), f"{change['mean_change']['value']:+.2f}", interval(change["rho_with_own"]), interval(change["r"])]


def text(figures: dict, version: str) -> str:
    laboratory = figures["laboratory"]
    return fill(
        TEMPLATE, figures, version=version, records=json.loads(RECORDS.read_text()),
        nih_images=figures["distance"]["images"] - figures["reference"]["images"],
        laboratory_rows=table_rows(_laboratory_row(name, laboratory["by_group"]) for name in WORSE),
        penalties=", ".join(f"{float(name):,.0f}: {value:.2f}" for name, value in laboratory["measures"].items() if name in _PENALTIES),
        agreement_rows=_agreement_rows(figures),
        control_rows=table_rows(_control_row(title, figures["controls"][name]) for name, title in _CONTROLS.items()),
        copy_rows=table_rows(_copy_row(title, figures["changes"][name]) for name, title in _COPIES.items()),
        drawing_rows=table_rows([name, interval(part["percentile_95"]), f"{part['bias']['value']:+.2f}", f"{part['largest']:.2f}"]
                                for name, part in figures["drawings"].items()),
        clear_rows=table_rows(_clear_row(key, title, figures["clear_and_sick"]) for key, title in _GROUPS.items()),
        flags=", ".join(f"{name} {count}" for name, count in figures["gate"]["flags"].items()))


def write(bundle: Path) -> None:
    figures, manifest = (json.loads((bundle / name).read_text()) for name in ("figures.json", "manifest.json"))
    (bundle / "CARD.md").write_text(text(figures, manifest["version"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?", type=Path, default=MODELS / "severity-open")
    write(parser.parse_args().bundle)


if __name__ == "__main__":
    main()
