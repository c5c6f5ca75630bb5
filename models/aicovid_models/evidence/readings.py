"""Radiographs as the library reads them with a bundle, and with the fold bundles that never saw their patients.

A fold is a folder FOLDS/NAME: a whole bundle, and `fold.json` with the images that it was not learnt from, as paths in the data
folder: {"held_out": ["ieee8023/images/NAME.jpg", ...]}.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import aicovid
import numpy as np

from aicovid_models.lungs import masks
from aicovid_models.lungs.overlap import overlap_of
from aicovid_models.radiographs.archives import ZONES, LabelledRadiograph


@dataclass(frozen=True)
class Reading:
    """One report, with the examination that it came from: the lung mask and the attribution."""

    report: dict
    examination: aicovid.Examination

    def _estimate(self, name: str, part: str = "value") -> float:
        return self.report.get("image", {}).get(name, {}).get(part, np.nan)

    @property
    def brixia(self) -> float:
        """NaN where the image has no score."""
        return self._estimate("brixia")

    def interval(self, name: str) -> tuple[float, float]:
        return self._estimate(name, "low"), self._estimate(name, "high")

    def score(self, name: str) -> float:
        return self._estimate(name)

    @property
    def zones(self) -> np.ndarray:
        """[6], in the order of ZONES."""
        return self.zone_members("value")

    def zone_members(self, part: str) -> np.ndarray:
        zones = self.report.get("image", {}).get("zones", {})
        return np.array([zones.get(zone, {}).get(part, np.nan) for zone in ZONES])

    @property
    def refused(self) -> bool:
        return self.report["status"] == "refused"

    @property
    def codes(self) -> set[str]:
        return {reason["code"] for reason in self.report["gate"]["reasons"]}

    def lungs(self, rows: int, columns: int) -> np.ndarray:
        """[2,rows,columns] bool: the lungs that the library found, on a raster of the whole radiograph."""
        if self.examination.lung_mask is None:
            return np.zeros((2, rows, columns), bool)
        labels, source = self.examination.lung_mask
        height, width = (self.report["input"][side] for side in ("rows", "columns"))
        return masks.resample(labels, source, (0, 0, height, width), rows, columns) > 0


def overlap(row: LabelledRadiograph, reading: Reading) -> dict:
    """Dice of the library's lungs with the drawn ones, at the drawing's resolution."""
    drawn = row.lung_mask()
    return overlap_of(row, drawn, reading.lungs(*drawn.shape[1:]))


class Bundle:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.assessor = aicovid.Assessor.load(folder)
        self.manifest = json.loads((folder / "manifest.json").read_text())

    def read(self, pixels: np.ndarray) -> Reading:
        """@param pixels  [H,W] uint8, MONOCHROME2"""
        examination = self.assessor.examine(aicovid.Radiograph.from_array(np.ascontiguousarray(pixels)))
        return Reading(self.assessor.judge(examination), examination)

    @cached_property
    def platt(self) -> dict:
        return json.loads((self.folder / self.manifest["findings"]["infiltrates"]["calibration"]).read_text())

    @property
    def prevalence(self) -> float:
        """Of infiltrates, in the sample that the bundle's probability was scaled on."""
        return self.platt["prevalence"]

    def infiltrates(self, reading: Reading) -> float:
        """The reported probability of infiltrates, moved back to the prevalence of that sample."""
        target = self.manifest["findings"]["infiltrates"]["target_prevalence"]
        odds = reading.score("infiltrates") / (1 - reading.score("infiltrates"))
        odds *= self.prevalence / (1 - self.prevalence) * (1 - target) / target
        return odds / (1 + odds)


class Folds:
    """For each image the bundle that it was held out from."""

    def __init__(self, folder: Path) -> None:
        self.fold_of: dict[str, str] = {}
        self.bundles: dict[str, Bundle] = {}
        for path in sorted(folder.glob("*/fold.json")):
            for name in json.loads(path.read_text())["held_out"]:
                if name in self.fold_of:
                    raise ValueError(f"{name} is held out in the folds {self.fold_of[name]} and {path.parent.name}")
                self.fold_of[name] = path.parent.name
            self.bundles[path.parent.name] = Bundle(path.parent)
        if not self.bundles:
            raise FileNotFoundError(f"no fold.json below {folder.name}: run the cross-validation first")

    @staticmethod
    def _name(row: LabelledRadiograph) -> str:
        return f"{row.archive}/images/{row.path.name}"

    def fold(self, row: LabelledRadiograph) -> str:
        return self.fold_of[self._name(row)]

    def held_out(self, rows: list[LabelledRadiograph]) -> list[LabelledRadiograph]:
        """The rows that a fold leaves out. A patient in two folds would have been learnt from."""
        known = [row for row in rows if self._name(row) in self.fold_of]
        folds: dict[str, set[str]] = {}
        for row in known:
            folds.setdefault(row.patient, set()).add(self.fold(row))
        if torn := [patient for patient, names in folds.items() if len(names) > 1]:
            raise ValueError(f"images of {len(torn)} patients are held out in more than one fold, as of {torn[0]}")
        return known

    def bundle(self, row: LabelledRadiograph) -> Bundle:
        return self.bundles[self.fold(row)]

    def read(self, row: LabelledRadiograph, pixels: np.ndarray | None = None) -> Reading:
        """@param pixels  a changed copy of the image, otherwise the image itself"""
        return self.bundle(row).read(row.grey8() if pixels is None else pixels)
