"""Trains and measures what the whole picture shows: chests turned, inverted, framed and whitened, and other pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from aicovid_models.drawings.opacity import paint_batch
from aicovid_models.lungs.network import MEAN, STD, LungNet
from aicovid_models.picture import other_pictures
from aicovid_models.picture.network import CLASSES, NOT_A_CHEST, fit_picture, probabilities, tiles
from aicovid_models.radiographs.archives import LabelledRadiograph, patient_folds
from aicovid_models.radiographs.preprocessing import run_plan

SEED = 20200404
FOLDS = 5
# Views of each other picture that are learnt from, pictures made here, shuffled chests.
VIEWS, MADE, SHUFFLED = 24, 300, 300


@dataclass(frozen=True)
class Shown:
    """Pictures as the head learns from them: a row each."""

    features: np.ndarray  # [n,FEATURES]
    classes: np.ndarray  # [n]
    groups: np.ndarray  # [n] patient, or name of the other picture
    plain: np.ndarray  # [n] bool: as it is but for turn and inversion: what is tested


def choose_chests(scored: list[LabelledRadiograph], archive: list[LabelledRadiograph]) -> list[LabelledRadiograph]:
    """All of `scored`, and of the larger archive the first image of every patient."""
    first = {row.patient: row for row in reversed(archive)}
    return scored + [first[name] for name in sorted(first)]


def turn(grey: torch.Tensor, shown_as: int) -> torch.Tensor:
    """[1,H,W] of the class `shown_as`."""
    grey = torch.rot90(grey, -(shown_as % 4), (1, 2))
    return 1 - grey if shown_as >= 4 else grey


def _stretched(grey: torch.Tensor) -> torch.Tensor:
    """The plan's percentile_clip, once more."""
    low, high = torch.quantile(grey, 0.01), torch.quantile(grey, 0.99)
    return ((grey - low) / (high - low).clamp_min(1e-6)).clamp(0, 1)


def _varied(grey: torch.Tensor, lungs: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A chest [1,H,W] with what must not change its class: a slight turn, crop or black or white frame, mirror image, painted
    opacity, gamma, noise."""
    def uniform(low: float, high: float) -> float:
        return float(low + (high - low) * torch.rand(1, generator=generator))

    grey = paint_batch(grey[None], lungs[None], generator)[0]
    angle, framed = uniform(-0.15, 0.15), uniform(0, 1) < 0.25
    scale = uniform(1.2, 2.6) if framed else uniform(0.8, 1.1)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = torch.tensor([[cos * scale, -sin * scale, uniform(-0.1, 0.1) * scale], [sin * scale, cos * scale, uniform(-0.1, 0.1) * scale]],
                          dtype=torch.float32)
    if uniform(0, 1) < 0.3:
        grey = grey.flip(2)
    frame = 1.0 if uniform(0, 1) < 0.2 else 0.0
    moved = F.grid_sample(grey[None] - frame, F.affine_grid(matrix[None], [1, 1, *grey.shape[1:]], align_corners=False), align_corners=False)
    grey = (moved[0] + frame).clamp(0, 1) ** np.exp(uniform(-0.6, 0.6))
    grey = grey + 0.03 * uniform(0, 1) * torch.randn(grey.shape, generator=generator)
    return _stretched(grey)


def _view(grey: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A part of another picture, turned, mirrored or inverted: no class depends on it."""
    height, width = grey.shape
    share = generator.uniform(0.4, 1)
    h, w = max(8, int(share * height)), max(8, int(share * width))
    y, x = generator.integers(0, height - h + 1), generator.integers(0, width - w + 1)
    part = np.rot90(grey[y : y + h, x : x + w], int(generator.integers(0, 4)))
    part = part[:, ::-1] if generator.random() < 0.5 else part
    return 255 - part if generator.random() < 0.3 else part


@torch.inference_mode()
def _features(network: LungNet, pictures: list[torch.Tensor]) -> np.ndarray:
    """[n,FEATURES] of pictures [1,256,256] in [0,1], as the plan `mask_in` would give them."""
    images = ((torch.stack(pictures) - MEAN) / STD).expand(-1, 3, -1, -1)
    return tiles(network.encoder.late(network.encoder.early(images))[2]).numpy()


def show(network: LungNet, chests: list[LabelledRadiograph], lungs: dict[str, np.ndarray], saved: Path,
         others: dict[str, np.ndarray] | None = None) -> Shown:
    """@param lungs   [2,256,256] of the chests to paint; the others are not painted
    @param others  pictures [H,W] uint8 that are no chests and were not made here; None: those of `other_pictures`
    """
    if saved.exists():
        with np.load(saved) as stored:
            return Shown(*(stored[name] for name in ("features", "classes", "groups", "plain")))
    generator, torch_generator = np.random.default_rng(SEED), torch.Generator().manual_seed(SEED)
    waiting, features, classes, groups, plain = [], [], [], [], []

    def extract() -> None:
        features.append(_features(network, waiting))
        waiting.clear()

    def add(picture: torch.Tensor, shown_as: int, group: str, as_it_is: bool) -> None:
        waiting.append(picture)
        if len(waiting) == 16:
            extract()
        classes.append(shown_as)
        groups.append(group)
        plain.append(as_it_is)

    none = np.zeros((2, 256, 256), np.float32)
    for row in chests:
        grey = torch.from_numpy(run_plan("grey_256", row.grey8())[0][0])
        field = torch.from_numpy(lungs.get(row.key, none))
        other = int(generator.integers(1, 8))
        add(grey, 0, row.patient, True)
        add(turn(grey, other), other, row.patient, True)
        again = int(generator.integers(0, 8))
        add(turn(_varied(grey, field, torch_generator), again), again, row.patient, False)
        add(_varied(grey, field, torch_generator), 0, row.patient, False)
    for name, picture in (other_pictures.photographs() if others is None else others).items():
        for k in range(VIEWS):
            view = picture if k == 0 else _view(picture, generator)
            add(torch.from_numpy(run_plan("grey_256", view)[0][0]), NOT_A_CHEST, name, k == 0)
    for k, picture in enumerate(other_pictures.made(MADE)):
        add(_stretched(torch.from_numpy(picture)[None]), NOT_A_CHEST, f"made {k}", True)
    for k in generator.choice(len(chests), SHUFFLED, replace=False):
        whole = run_plan("grey_256", chests[k].grey8())[0][0, 0]
        add(_stretched(torch.from_numpy(other_pictures.shuffled(whole, generator))[None]), NOT_A_CHEST, chests[k].patient, False)
    if waiting:
        extract()
    shown = Shown(np.concatenate(features), np.array(classes), np.array(groups), np.array(plain))
    np.savez(saved, features=shown.features, classes=shown.classes, groups=shown.groups, plain=shown.plain)
    return shown


def cross_validate(shown: Shown) -> np.ndarray:
    """[n,9] by heads that saw neither the patient nor the picture. The encoder below has seen the patients of the lung masks."""
    folds = patient_folds(list(shown.groups), FOLDS, SEED)
    held_out = np.zeros((len(folds), CLASSES))
    for fold in range(FOLDS):
        rest = folds != fold
        held_out[~rest] = probabilities(shown.features[~rest], *fit_picture(shown.features[rest], shown.classes[rest]))
    return held_out


def read(p: np.ndarray) -> dict[str, np.ndarray]:
    """As the library reads the output: not_a_chest, inverted, rotated."""
    chest = p[:, :NOT_A_CHEST].sum(1).clip(1e-300)
    return {"not_a_chest": p[:, NOT_A_CHEST], "inverted": p[:, 4:8].sum(1) / chest, "rotated": 1 - (p[:, 0] + p[:, 4]) / chest}


def measure(shown: Shown, p: np.ndarray, limits: dict) -> dict:
    """Rates on pictures that are as they are but for turn and inversion."""
    seen, chest = read(p), shown.plain & (shown.classes != NOT_A_CHEST)
    upright = chest & (shown.classes == 0)
    inverted, turned = chest & (shown.classes >= 4), chest & (shown.classes % 4 > 0)
    other = shown.plain & (shown.classes == NOT_A_CHEST)
    made_here = np.array([group.startswith("made ") for group in shown.groups])

    def share(flag: str, rows: np.ndarray) -> dict:
        return {"share": round(float((seen[flag][rows] >= limits[flag]).mean()), 4), "images": int(rows.sum())}

    return {"inverted_found": share("inverted", inverted), "rotated_found": share("rotated", turned),
            "upright_called_inverted": share("inverted", upright), "upright_called_rotated": share("rotated", upright),
            "chest_called_another_picture": share("not_a_chest", chest), "upright_called_another_picture": share("not_a_chest", upright),
            "other_pictures_found": share("not_a_chest", other & ~made_here), "made_pictures_found": share("not_a_chest", other & made_here),
            "class_right": round(float((p.argmax(1) == shown.classes)[chest].mean()), 4), "patients": len(np.unique(shown.groups[chest]))}
