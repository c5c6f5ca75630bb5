"""The first part of the open bundle: lungs of Hannover's masks, what the whole picture shows, and the gate's limits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aicovid_models.bundle.files import load_network, save_lungs
from aicovid_models.gate import PICTURE_LIMITS, gate_limits
from aicovid_models.lungs.training import drawn_lungs
from aicovid_models.picture import training
from aicovid_models.picture.network import LungsAndPicture, fit_picture
from aicovid_models.radiographs.archives import nih
from aicovid_models.radiographs.intensive_care import hannover_icu
from aicovid_models.severity_open.material import Features, other_archive, train_lungs
from aicovid_models.zones.kept import folder_of


@dataclass(frozen=True)
class LungsAndGate:
    features: Features
    gate: dict
    save: Callable[[Path], None]  # writes lungs.pt into a bundle's folder


def train(data: Path, work: Path) -> LungsAndGate:
    """Limits by Hannover's chests and NIH's. The picture's other class learns from what is drawn here and from shuffled chests,
    so that no other source enters the weights."""
    features = train_lungs(data, work)
    clinic, samples = [image.row for image in hannover_icu(data)], other_archive(data)
    groups = {"clinic": clinic, "clear": samples.clear_learn, "clear_test": samples.clear_test, "pneumonia_all": samples.pneumonia}
    lungs = [found for name, rows in groups.items() for found in features.lungs(name, rows).values()]
    drawn = {row.key: drawn_lungs(row) for row in clinic if row.mask}
    shown = training.show(features.network, training.choose_chests(clinic, nih(data)), drawn, features.folder / "picture_open.npz", {})
    whole = LungsAndPicture(features.network, *fit_picture(shown.features, shown.classes)).eval()
    return LungsAndGate(features, gate_limits(lungs) | PICTURE_LIMITS, lambda bundle: save_lungs(whole, bundle))


def kept(bundle: Path, work: Path) -> LungsAndGate:
    """As `bundle` has it."""
    gate = json.loads((bundle / "manifest.json").read_text())["gate"]
    network = load_network(bundle, "lungs.pt")
    return LungsAndGate(Features(network, folder_of(network, work)), {name: limit for name, limit in gate.items() if name != "maximum_distance"},
                    lambda target: shutil.copyfile(bundle / "lungs.pt", target / "lungs.pt"))
