"""The public radiographs that the severity bundle is trained on: files, patients, labels and licences."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

ZONES = ("right_upper", "right_middle", "right_lower", "left_upper", "left_middle", "left_lower")
# One person under two numbers in the archive's metadata.
SAME_PATIENT = {"339": "285", "340": "287"}


@dataclass(frozen=True)
class LabelledRadiograph:
    """One image file. Scores are NaN where the readers gave none."""

    path: Path
    archive: str
    patient: str
    licence: str  # as the archive states it, "none stated" where it is silent
    view: str
    mask: Path | None
    zones_s: np.ndarray  # [6] reader S, order of ZONES
    zones_j: np.ndarray  # [6] reader J
    extent: float  # geographic extent 0..8, mean of the readers
    opacity: float  # 0..6, mean of the readers
    findings: str = ""  # the archive's own labels

    @property
    def key(self) -> str:
        return f"{self.archive}/{self.path.stem}"

    @property
    def has_brixia(self) -> bool:
        return bool(np.isfinite(self.zones_s).all())

    @property
    def allows_derivatives(self) -> bool:
        """A Creative Commons licence is stated, and it is not a no-derivatives one."""
        return self.licence.startswith("CC") and "ND" not in self.licence

    @property
    def zones(self) -> np.ndarray:
        return (self.zones_s + self.zones_j) / 2

    def grey8(self) -> np.ndarray:
        """[H,W] uint8."""
        return np.asarray(Image.open(self.path).convert("L"))

    def lung_mask(self) -> np.ndarray:
        """[2,H,W] bool from the hand-drawn file: the patient's right lung (left in the picture), the left.

        Every file holds exactly two regions, one a lung, without saying which: the one further left in the picture
        is the patient's right lung, as the radiographs are displayed.
        """
        from scipy import ndimage

        drawn = np.asarray(Image.open(self.mask).convert("L")) > 127
        regions, count = ndimage.label(drawn)
        if count < 2:
            raise ValueError(f"{self.key}: lung mask has {count} regions, expected two lungs")
        sizes = ndimage.sum_labels(drawn, regions, range(1, count + 1))
        lungs = 1 + np.argsort(sizes)[::-1][:2]
        columns = [ndimage.center_of_mass(drawn, regions, lung)[1] for lung in lungs]
        right, left = lungs[np.argsort(columns)]
        return np.stack([regions == right, regions == left])


def _stems(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.iterdir())}


def hannover(data: Path) -> list[LabelledRadiograph]:
    images, masks = _stems(data / "hannover/images"), _stems(data / "hannover/lung_masks")
    table = pd.read_csv(data / "hannover/data.csv", dtype=str).drop_duplicates("image_id")
    none = np.full(6, np.nan)
    return [
        LabelledRadiograph(images[row.image_id], "hannover", f"hannover-{row.patient_id}", "CC BY 3.0", row.projection.upper(),
                           masks.get(row.image_id), none, none, np.nan, np.nan)
        for row in table.itertuples() if row.image_id in images
    ]


def ieee8023(data: Path) -> list[LabelledRadiograph]:
    masks = _stems(data / "ieee8023/lung_masks")
    table = pd.read_csv(data / "ieee8023/metadata.csv", dtype={"patientid": str}).drop_duplicates("image")
    scores = pd.read_csv(data / "ieee8023/severity_scores.csv")
    # One file stands in several rows with different scores: which row it is cannot be told.
    scores = scores[~scores.image.duplicated(keep=False)].set_index("image")
    rows = []
    for row in table.itertuples():
        path = data / "ieee8023/images" / row.image
        score = scores.loc[row.image] if row.image in scores.index else None
        reader = {name: np.array([score[f"brixia_{zone}_{name}"] for zone in "ABCDEF"], float)
                  if score is not None else np.full(6, np.nan) for name in "SJ"}
        rows.append(LabelledRadiograph(
            path, "ieee8023", f"ieee8023-{SAME_PATIENT.get(row.patientid, row.patientid)}",
            row.license if isinstance(row.license, str) else "none stated", row.view, masks.get(path.stem),
            reader["S"], reader["J"], float(score.geographic_extent_mean) if score is not None else np.nan,
            float(score.opacity_mean) if score is not None else np.nan))
    return rows


def nih(data: Path) -> list[LabelledRadiograph]:
    """Labels found by text mining in the reports; no scores."""
    table, none = pd.read_csv(data / "nih/labels.csv", dtype=str).sort_values("image"), np.full(6, np.nan)
    return [LabelledRadiograph(data / "nih/images" / row.image, "nih", f"nih-{row.patient_id}", "free use with attribution", row.view,
                               None, none, none, np.nan, np.nan, row.labels) for row in table.itertuples()]


def patient_folds(patients: list[str], folds: int, seed: int) -> np.ndarray:
    """Fold of each row; a patient's rows share one, and the folds are about equally large."""
    generator = np.random.default_rng(seed)
    names, counts = np.unique(patients, return_counts=True)
    order = generator.permutation(len(names))
    order = order[np.argsort(-counts[order], kind="stable")]
    load, fold_of = np.zeros(folds), {}
    for index in order:
        fold = int(load.argmin())
        fold_of[names[index]] = fold
        load[fold] += counts[index]
    return np.array([fold_of[patient] for patient in patients])
