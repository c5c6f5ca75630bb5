"""What the open severity index learns from: Hannover, and NIH for what no index learns: distance, gate, picture. Nothing of `ieee8023`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import nn

from aicovid_models.lungs.training import fit_networks
from aicovid_models.radiographs import nih_samples
from aicovid_models.radiographs.archives import nih
from aicovid_models.radiographs.intensive_care import IcuImage, hannover_icu, patient_weights
from aicovid_models.severity_open.weak_labels import WeakImages
from aicovid_models.zones.copies import Shrunk, draw_contrasts
from aicovid_models.zones.kept import folder_of, lungs_of, zones_of

CONTRAST_SEED = 20200410
IMAGES_OF_A_PATIENT = 2


def few_of_each(images: list[IcuImage], count: int) -> list[IcuImage]:
    """At most `count` images of a patient, the first by name."""
    taken: dict[str, int] = {}
    kept = []
    for image in sorted(images, key=lambda image: image.row.key):
        taken[image.row.patient] = taken.get(image.row.patient, 0) + 1
        if taken[image.row.patient] <= count:
            kept.append(image)
    return kept


def weights_of(patients: list[str], in_care: np.ndarray) -> np.ndarray:
    """[n]: the two labels weigh the same, and within a label each patient does."""
    weights = np.zeros(len(patients))
    for label in np.unique(in_care):
        each = patient_weights([name for name, care in zip(patients, in_care, strict=True) if care == label])
        weights[in_care == label] = each / each.sum() * len(patients) / 2
    return weights


@dataclass(frozen=True)
class Features:
    """Lungs and zone features of any radiographs by one lung network, kept in its folder."""

    network: nn.Module
    folder: Path

    def lungs(self, name: str, rows: list) -> dict:
        return lungs_of(f"open_{name}", self.network, rows, self.folder)

    def zones(self, name: str, rows: list, mirrored: bool = True) -> np.ndarray:
        return zones_of(f"open_{name}", rows, self.lungs(name, rows), self.folder, mirrored)


def train_lungs(data: Path, work: Path) -> Features:
    """The lung network of Hannover's 77 masks; the one of an earlier run is read."""
    masked = [image.row for image in hannover_icu(data) if image.row.mask]
    network = fit_networks({"hannover": masked}, work)["hannover"]
    return Features(network, folder_of(network, work))


@dataclass(frozen=True)
class Hospital:
    """Hannover's images."""

    images: list[IcuImage]  # all of them
    features: np.ndarray  # [n,1,6,f]
    taught: list[IcuImage]  # in intensive care at the exam or never in it
    learnt: WeakImages  # of `taught`
    other_greys: np.ndarray  # [m,2,6,f] of `taught` in another grey scale

    @property
    def patients(self) -> np.ndarray:
        """[m] of `taught`"""
        return np.array([image.row.patient for image in self.taught])


def hospital(data: Path, features: Features) -> Hospital:
    clinic = hannover_icu(data)
    taught = few_of_each([image for image in clinic if image.state != "other"], IMAGES_OF_A_PATIENT)
    rows = [image.row for image in taught]
    in_care = np.array([image.state == "in" for image in taught], float)
    own, greys = features.zones("hospital", rows), features.zones("contrast", draw_contrasts(rows, CONTRAST_SEED))
    learnt = WeakImages(own, features.zones("shrunk", [Shrunk(row) for row in rows]), np.nan_to_num(greys - own).sum(2) / 6, in_care,
                        np.array([image.ap for image in taught]), weights_of([row.patient for row in rows], in_care))
    return Hospital(clinic, features.zones("clinic", [image.row for image in clinic], False), taught, learnt, greys)


def other_archive(data: Path) -> nih_samples.Samples:
    """Of NIH."""
    return nih_samples.draw_samples(nih(data))
