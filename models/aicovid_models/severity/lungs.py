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

from torch import nn

from aicovid_models.bundle.files import load_network, save_lungs
from aicovid_models.command import report
from aicovid_models.gate import PICTURE_LIMITS, gate_limits
from aicovid_models.lungs.training import dice_on, drawn_lungs, find_lungs, fit_networks
from aicovid_models.picture import other_pictures, training
from aicovid_models.picture.network import LungsAndPicture, fit_picture
from aicovid_models.radiographs.archives import LabelledRadiograph, hannover, ieee8023, nih
from aicovid_models.severity import figures
from aicovid_models.zones.kept import folder_of, lungs_of

FIGURES = ("lungs", "gate_on_chests", "gate_on_other_pictures", "picture")


@dataclass(frozen=True)
class MeasuredLungs:
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


def lungs_of_others(archive: list[LabelledRadiograph]) -> list[LabelledRadiograph]:
    """Images with drawn lungs that the shipped lung network did not learn from: their licence forbids or does not state derivatives."""
    return [row for row in archive if row.mask and not row.allows_derivatives]


def train(data: Path, work: Path) -> MeasuredLungs:
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
    shown = training.show(network, training.choose_chests(clinic + archive, nih(data)), drawn, work / "picture_shipped.npz")
    picture = training.measure(shown, training.cross_validate(shown), PICTURE_LIMITS)
    whole = LungsAndPicture(network, *fit_picture(shown.features, shown.classes)).eval()
    report(f"picture: {picture}")
    measured = {"lungs": {name: figures.overlap(rows) for name, rows in dice.items()}, "gate_on_chests": figures.gated(lungs, gate),
                "gate_on_other_pictures": figures.gated(others, gate), "picture": picture}
    return MeasuredLungs(network, gate, measured, lambda bundle: save_lungs(whole, bundle))


def kept(bundle: Path) -> MeasuredLungs:
    """As `bundle` has it, with the figures that were measured when it was trained."""
    manifest, measured = (json.loads((bundle / name).read_text()) for name in ("manifest.json", "figures.json"))
    gate = {name: limit for name, limit in manifest["gate"].items() if name != "maximum_distance"}
    network = load_network(bundle, "lungs.pt")
    return MeasuredLungs(network, gate, {name: measured[name] for name in FIGURES}, lambda target: shutil.copyfile(bundle / "lungs.pt", target / "lungs.pt"))
