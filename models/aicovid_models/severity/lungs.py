"""The first part of the bundle: the lung network with what the whole picture shows, the gate's limits, and their figures.

Trained by `train`, or by `kept` taken from the bundle as it stands: a change of the severity network leaves it alone.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

import bundle_files
import figures
import other_pictures
import picture_stage
from chest_preprocessing import run_plan
from labelled_radiographs import LabelledRadiograph, hannover, ieee8023, nih
from lung_stage import dice_on, find_lungs, fit_networks
from picture import LungsAndPicture, fit_picture
from severity_material import folder_of, lungs_of

# Probabilities from which the picture is believed (see the card for what they find and miss).
PICTURE_LIMITS = {"not_a_chest": 0.5, "inverted": 0.5, "rotated": 0.5}
# The lung network may be less sure of another hospital's images than of these.
CONFIDENCE_MARGIN = 0.03
FIGURES = ("lungs", "gate_on_chests", "gate_on_other_pictures", "picture")


@dataclass(frozen=True)
class LungPart:
    network: nn.Module  # image -> (mask, ...)
    gate: dict
    figures: dict  # FIGURES
    save: Callable[[Path], None]  # writes lungs.pt into a bundle's folder


def with_masks(data: Path) -> list[LabelledRadiograph]:
    return [row for row in hannover(data) + ieee8023(data) if row.mask]


def learnt_from(data: Path) -> list[LabelledRadiograph]:
    """The network that is shipped learns from the masks of images whose licence allows derivatives; the others, of other
    patients, test it."""
    return [row for row in with_masks(data) if row.allows_derivatives]


def gate_limits(lungs: list) -> dict:
    """What nearly all chest radiographs reach: the 0.5th percentiles of area and of confidence (less a margin), which make the
    mask doubtful; a flag below the 2nd percentile of area or above the 98th of asymmetry."""
    fraction, confidence = ([getattr(found, name) for found in lungs] for name in ("fraction", "confidence"))
    return {"minimum_lung_fraction": round(float(np.percentile(fraction, 0.5)), 4),
            "minimum_confidence": round(float(np.percentile(confidence, 0.5)) - CONFIDENCE_MARGIN, 4),
            "uncertain_lung_fraction": round(float(np.percentile(fraction, 2)), 4),
            "uncertain_asymmetry": round(float(np.percentile([found.larger_share for found in lungs], 98)), 4)}


def drawn_lungs(row: LabelledRadiograph) -> np.ndarray:
    """The hand-drawn lungs [2,256,256] as the lung network's raster has them: the share of each pixel that is lung."""
    return np.concatenate([run_plan("share_256", lung.astype(np.uint8) * 255)[0][0] for lung in row.lung_mask()])


def train(data: Path, work: Path, report: Callable[[str], None]) -> LungPart:
    clinic, archive, masked, shipped = hannover(data), ieee8023(data), with_masks(data), learnt_from(data)
    if {row.patient for row in shipped} & {row.patient for row in masked if not row.allows_derivatives}:
        sys.exit("a patient has lung masks on both sides of the licence line: the test set would not be held out")
    # The second network measures the step to another hospital's images.
    sets = {"shipped": shipped, "archive": [row for row in masked if row.archive == "ieee8023"]}
    report(f"lung networks on {len(shipped)} and {len(sets['archive'])} masks")
    networks = fit_networks(sets, work)
    network = networks["shipped"]
    dice = {"held_out_patients": dice_on(network, [row for row in masked if not row.allows_derivatives]),
            "other_archive": dice_on(networks["archive"], [row for row in masked if row.archive == "hannover"])}

    lungs = list(lungs_of("chests", network, clinic + archive, folder_of(network, work)).values())
    gate = gate_limits(lungs) | PICTURE_LIMITS
    others = [find_lungs(network, pixels) for pixels in other_pictures.scikit_image_pictures().values()]
    report(f"lungs of {len(lungs)} radiographs found; gate {gate}")

    drawn = {row.key: drawn_lungs(row) for row in masked}
    shown = picture_stage.show(network, picture_stage.choose_chests(clinic + archive, nih(data)), drawn, work / "picture_shipped.npz")
    picture = picture_stage.measure(shown, picture_stage.cross_validate(shown), PICTURE_LIMITS)
    whole = LungsAndPicture(network, *fit_picture(shown.features, shown.classes)).eval()
    report(f"picture: {picture}")
    measured = {"lungs": {name: figures.overlap(rows) for name, rows in dice.items()}, "gate_on_chests": figures.gated(lungs, gate),
                "gate_on_other_pictures": figures.gated(others, gate), "picture": picture}
    return LungPart(network, gate, measured, lambda bundle: bundle_files.save_lungs(whole, bundle))


def kept(bundle: Path) -> LungPart:
    """As `bundle` has it, with the figures that were measured when it was trained."""
    manifest, measured = (json.loads((bundle / name).read_text()) for name in ("manifest.json", "figures.json"))
    gate = {name: limit for name, limit in manifest["gate"].items() if name != "maximum_distance"}
    network = torch.jit.load(str(bundle / "lungs.pt"), map_location="cpu").eval()
    return LungPart(network, gate, {name: measured[name] for name in FIGURES}, lambda target: shutil.copyfile(bundle / "lungs.pt", target / "lungs.pt"))
