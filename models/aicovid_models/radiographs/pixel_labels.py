"""Lungs, opacities and devices drawn pixel by pixel in images of `ieee8023`: the folder `opacity-masks`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

RIGHT_LUNG, LEFT_LUNG, HEART, AIRWAYS, GROUND_GLASS, CONSOLIDATION, EFFUSION, DEVICES = (1 << bit for bit in range(8))


@dataclass(frozen=True)
class PixelLabels:
    path: Path
    key: str  # of the image, as in archives
    opacity_share: float  # of the lungs, as the table states it

    def bits(self) -> np.ndarray:
        """[H,W] uint8"""
        return np.asarray(Image.open(self.path))

    def lungs(self) -> np.ndarray:
        """[2,H,W] bool, the patient's right lung first."""
        bits = self.bits()
        return np.stack([bits & RIGHT_LUNG > 0, bits & LEFT_LUNG > 0])

    def opacity(self) -> np.ndarray:
        """[H,W] bool: ground glass or consolidation."""
        return self.bits() & (GROUND_GLASS | CONSOLIDATION) > 0

    def devices(self) -> np.ndarray:
        return self.bits() & DEVICES > 0


def pixel_labels(data: Path) -> list[PixelLabels]:
    folder = data / "opacity-masks"
    return [PixelLabels(folder / row.label_map, f"ieee8023/{Path(row.image_in_ieee8023).stem}", float(row.opacity_fraction_of_lungs))
            for row in pd.read_csv(folder / "labels.csv").itertuples()]


def box_share(mask: np.ndarray) -> float:
    """Share of its bounding box that a mask [H,W] fills; 0 for an empty one. A rectangle that stands for a lung fills it all."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return 0.0
    return float(mask.sum() / ((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)))
