"""The bundle's model card, in the order of TRIPOD+AI, from the measured figures.

    python -m aicovid_models.severity.card [BUNDLE]

Writes CARD.md, and EVIDENCE.md where evidence was measured, from what stands in the bundle's folder: no image is read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from aicovid_models.command import MODELS
from aicovid_models.drawings.clutter import SHARE as CLUTTER_SHARE
from aicovid_models.icu_stay import card as icu_card
from aicovid_models.lungs.training import IMAGE_STEPS
from aicovid_models.pages import fill, interval, percent, table_rows
from aicovid_models.severity import evidence_page
from aicovid_models.severity.fit import TARGET_PREVALENCE, WIDER
from aicovid_models.severity.material import CONSTANCY, CONTRAST_SHARE, PAINTED_SHARE, SHRUNK_SHARE

TEMPLATE = Path(__file__).with_name("card.md.in")
RECORDS = Path(__file__).with_name("records.json")
_SETTINGS = {"clutter_share": CLUTTER_SHARE, "image_steps": IMAGE_STEPS, "target_prevalence": TARGET_PREVALENCE, "wider": WIDER, "constancy": CONSTANCY,
             "contrast_share": CONTRAST_SHARE, "painted_share": PAINTED_SHARE, "shrunk_share": SHRUNK_SHARE}
_PICTURES = {"inverted_found": "inverted ones found", "rotated_found": "turned ones found", "upright_called_inverted": "upright ones called inverted",
             "upright_called_rotated": "upright ones called turned", "upright_called_another_picture": "upright ones called another picture",
             "chest_called_another_picture": "all of these chests called another picture", "other_pictures_found": "photographs and other modalities found",
             "made_pictures_found": "noise, gradients, shapes, text found"}
_RECIPE = {"r": "r", "mae": "mean absolute error", "zone_mae": "mean absolute error of a zone", "bias": "bias", "light_bias": "bias, read as at most 3",
           "heavy_bias": "bias, read as at least 12", "shrunk_change": "change of the total when the image is shrunk, mean",
           "shrunk_absolute_change": "the same, mean absolute"}
_VARIATIONS = {"contrast_change_95": "other greys: absolute change of the total, 95th percentile", "contrast_change_mean": "the same, mean",
               "painted_change": "one lung painted: change of the total, mean", "painted_lowered": "one lung painted: share of totals lowered"}


def _one_digit(figure: dict) -> str:
    return interval(figure, 1)


_NIH = (("no finding: mean Brixia", "brixia", _one_digit), ("median", "brixia_median", "{:.1f}".format), ("share above 6", "share_above_6", interval),
        ("share whose interval reaches 1 or less", "share_interval_reaches_1", interval), ("mean probability of infiltrates", "infiltrates", interval),
        ("median", "infiltrates_median", "{:.2f}".format), ("labelled pneumonia: mean Brixia", "pneumonia_brixia", _one_digit),
        ("AUROC, pneumonia against none", "pneumonia_auroc", interval))


def _licences(counts: dict) -> str:
    return "\n".join(f"- {name}: {count}" for name, count in counts.items())


def _views(counts: dict) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _lung_row(name: str, part: dict) -> list[str]:
    return [name, f"{part['images']} of {part['patients']}", interval(part["both"]["mean"], 3), f"{part['both']['percentile_5']:.3f}",
            f"{part['both']['minimum']:.3f}", f"{part['right']['mean']['value']:.3f}", f"{part['left']['mean']['value']:.3f}"]


def _subset_row(name: str, part: dict) -> list[str]:
    return [name, f"{part['r']['images']} of {part['r']['patients']}", interval(part["r"]), interval(part["mae"]), interval(part["bias"])]


def _version_row(record: dict) -> list[str]:
    greys = f"{record['other_greys']:.2f}" if "other_greys" in record else ""
    return [record["version"], record["learns"], f"{record['r']:.2f}", f"{record['mae']:.2f}", f"{record['zone_mae']:.2f}", f"{record['heavy_bias']:.1f}",
            f"{record['clear_pa']:.1f}", f"{record['clear_ap']:.1f}", greys]


def _never_seen(figures: dict) -> str:
    never = figures.get("shipped_on_images_never_learnt_from")
    return "" if never is None else (
        f" The shipped networks on the {never['r']['images']} scored images of {never['r']['patients']} patients that neither the lung\n"
        f"nor the severity network learnt from: r {interval(never['r'])}, mean absolute error {interval(never['mae'])}, bias {interval(never['bias'])}.")


def text(figures: dict, version: str, icu_figures: dict | None) -> str:
    """@param icu_figures  of the outcome `icu_stay`, None where the bundle does not have it"""
    records, data, lungs = json.loads(RECORDS.read_text()), figures["data"], figures["lungs"]
    ours, plain = figures["recipes"]["shipped"], figures["recipes"]["scored_images_alone"]
    nih, brixia, infiltrates = ours["nih"], figures["brixia"], figures["infiltrates"]
    learnt = data["severity_training"]["licences"] | data["clear_training"]["licences"]
    earlier = {record["version"]: record for record in records["versions"]}
    masks = lungs["other_archive"]["images"]
    return fill(
        TEMPLATE, figures, version=version, records=records, **_SETTINGS,
        nih_clear=sum(nih[view]["brixia"]["images"] for view in ("pa", "ap")),
        nih_pneumonia=sum(nih[view]["pneumonia_brixia"]["images"] for view in ("pa", "ap")),
        lung_licences=_licences(data["lung_training"]["licences"]), severity_licences=_licences(data["severity_training"]["licences"]),
        clear_licences=_licences(data["clear_training"]["licences"]), severity_views=_views(data["severity_training"]["views"]),
        clear_views=_views(data["clear_training"]["views"]), clear_weight_in_all=data["clear_training"]["weight"] * data["clear_training"]["images"],
        forbid=sum(count for name, count in learnt.items() if "ND" in name),
        silent=sum(count for name, count in learnt.items() if "none stated" in name),
        lung_rows=table_rows([_lung_row("the shipped network, `ieee8023` images of other patients", lungs["held_out_patients"]),
                              _lung_row("the same recipe from `ieee8023` alone, on Hannover", lungs["other_archive"])]),
        never_seen=_never_seen(figures),
        subsets=table_rows([_subset_row("PA", brixia["pa"]), _subset_row("AP and AP supine", brixia["ap"]),
                            _subset_row("mean of the readers at least 12", brixia["heavy"])]),
        infiltrate_rows=table_rows([name, f"{part['negatives']} of {part['auroc']['images']}", interval(part["auroc"])] for name, part in (
            ("mean of both readers", infiltrates["mean_of_readers"]), ("reader S", infiltrates["reader_s"]), ("reader J", infiltrates["reader_j"]))),
        nih_rows=table_rows([title, *(shown(recipe["nih"][view][figure]) for recipe in (ours, plain) for view in ("pa", "ap"))]
                            for title, figure, shown in _NIH),
        recipe_rows=table_rows([title, interval(ours["brixia"][name]), interval(plain["brixia"][name])] for name, title in _RECIPE.items()),
        variation_rows=table_rows([title, interval(ours["brixia"][name]), interval(plain["brixia"][name])] for name, title in _VARIATIONS.items()),
        picture_rows=table_rows([title, f"{percent(figures['picture'][name]['share'], 1)} %", str(figures["picture"][name]["images"])]
                                for name, title in _PICTURES.items()),
        version_rows=table_rows(map(_version_row, records["versions"])), falls_in_1_2=earlier["1.2.0"]["most_that_a_painted_one_falls"],
        most_that_one_falls=-ours["brixia"]["painted_lowest_change"],
        shipped="all images" if figures["licence_comparison"]["shipped"] == "all" else "the images whose licence allows derivatives",
        icu_stay="" if icu_figures is None else f"\n{icu_card.text(icu_figures, masks)}")


def write(bundle: Path) -> None:
    figures, evidence, icu = (json.loads((bundle / name).read_text()) if (bundle / name).exists() else None
                              for name in ("figures.json", "evidence.json", icu_card.FIGURES))
    version = json.loads((bundle / "manifest.json").read_text())["version"]
    (bundle / "CARD.md").write_text(text(figures, version, icu))
    if evidence is not None:
        (bundle / "EVIDENCE.md").write_text(evidence_page.text(evidence))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?", type=Path, default=MODELS / "severity")
    write(parser.parse_args().bundle)


if __name__ == "__main__":
    main()
