"""Blocks 4 to 10 of the encoder, tuned on what readers boxed in lungs of patients without scores.

A linear score of a zone's features is taught the share of the zone that boxes cover, and the largest of an image's scores its class; the
maps below block 4 stay as ImageNet left them, so each image is brought there once. Of each image there are copies whose lungs are cut by
the outline of another image's, so that an outline tells less of the class. The class "not normal" teaches as Normal does: no opacity.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from aicovid_models.command import report
from aicovid_models.fast import fast
from aicovid_models.lungs.training import PredictedLungs
from aicovid_models.radiographs import rsna
from aicovid_models.severity.trial_material import cut_by, zone_shares
from aicovid_models.statistics.evaluation import auroc
from aicovid_models.zones.features import SIZE, ZoneFeatures, lungs_alone, severity_frame, smoothed

# The image as it is, and two with lungs cut by another's outline, of which the second is mirrored.
VARIANTS, SEED = 3, 20200601
FIRST, LAST = 4, 10
EPOCHS, BATCH, RATE, WARM_UP = 6, 16, 3e-4, 20
# Of the head's squared weights, and of the squared distance of the blocks from where they began.
HEAD_PENALTY, STAY = 1e-2, 1e-3
# A zone counts as full of opacity where boxes cover this share of it; zones without opacity weigh less, as there are more.
FULL, CERTAIN, WITHOUT_OPACITY = 0.6, 0.97, 0.7
# Weight of an image's class beside its zones.
CLASS_WEIGHT = 0.5


class _Below(nn.Module):
    """Image and smoothed mask -> maps after block 3, and each zone's weight of every position at 1/8 and at 1/16."""

    def __init__(self) -> None:
        super().__init__()
        self.features = ZoneFeatures()

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        encoder = self.features.encoder
        maps = encoder.early(lungs_alone(image, mask))
        for block in encoder.blocks[3:FIRST]:
            maps = block(maps)
        return maps, *self.features.weights(self.features.zones(mask))


@dataclass(frozen=True)
class Inputs:
    """[n,VARIANTS,...] float16, but for the shares."""

    maps: torch.Tensor
    eighth: torch.Tensor  # [n,v,6,40,40]
    sixteenth: torch.Tensor  # [n,v,6,20,20]
    shares: torch.Tensor  # [n,v,6] float32: what boxes cover of each zone
    finding: torch.Tensor  # [n] 0 Normal, 1 not normal, 2 opacity

    def of(self, rows: np.ndarray, variants: np.ndarray | int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return tuple(part[rows, variants].float() for part in (self.maps, self.eighth, self.sixteenth))

    def filled(self, rows: np.ndarray, variants: np.ndarray | int) -> torch.Tensor:
        """[k,6] bool: zones that have lung."""
        return self.sixteenth[rows, variants].float().flatten(2).sum(2) > 0


def inputs_of(rows: list[rsna.LungsOnly], saved: Path) -> Inputs:
    """Kept in `saved`."""
    if not saved.exists():
        encode = fast(_Below().eval(), torch.zeros(1, 3, SIZE, SIZE), torch.zeros(1, 2, SIZE, SIZE))
        generator, labels = np.random.default_rng(SEED), [row.lungs() for row in rows]
        parts: list[list[np.ndarray]] = [[], [], [], []]
        for row, whole in zip(rows, labels, strict=True):
            pixels, boxes = row.grey8(), row.box_map(whole.shape)
            for variant in range(VARIANTS):
                lungs = whole if variant == 0 else cut_by(whole, labels[generator.integers(len(rows))])
                found = severity_frame(pixels, PredictedLungs(lungs, (0.0, 0.0, *map(float, lungs.shape)), math.nan))
                image, mask, shares = torch.from_numpy(found[0]), smoothed(torch.from_numpy(found[1])), zone_shares(lungs, boxes)
                if variant == VARIANTS - 1:
                    image, mask, shares = image.flip(3), mask.flip(3).flip(1), np.concatenate([shares[3:], shares[:3]])
                for part, values in zip(parts, [*(x[0].half().numpy() for x in encode(image, mask)), shares], strict=True):
                    part.append(values)
        np.savez(saved, **{name: np.stack(part).reshape(len(rows), VARIANTS, *part[0].shape)
                           for name, part in zip(("maps", "w8", "w16", "target"), parts, strict=True)})
        report(f"maps below block {FIRST} of {len(rows)} images")
    kept = np.load(saved)
    finding = torch.tensor([(rsna.NORMAL, rsna.NOT_NORMAL, rsna.OPACITY).index(row.finding) for row in rows])
    return Inputs(*(torch.from_numpy(kept[name]) for name in ("maps", "w8", "w16")), torch.from_numpy(kept["target"]).float(), finding)


class Tuned(nn.Module):
    """Blocks FIRST to LAST, pooled in the zones as `ZoneFeatures` does, with a linear score."""

    def __init__(self) -> None:
        super().__init__()
        pooling = ZoneFeatures()
        # Batch statistics stay ImageNet's.
        self.blocks = nn.ModuleList(pooling.encoder.blocks[FIRST : LAST + 1]).eval()
        self.register_buffer("mean", torch.zeros(pooling.features))
        self.register_buffer("std", torch.ones(pooling.features))
        self.head, self.image = nn.Linear(pooling.features, 1), nn.Linear(1, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.constant_(self.head.bias, -1.5)
        nn.init.ones_(self.image.weight)
        nn.init.zeros_(self.image.bias)

    def pooled(self, maps: torch.Tensor, eighth_weight: torch.Tensor, sixteenth_weight: torch.Tensor) -> torch.Tensor:
        """[N,6,features]"""
        eighth = self.blocks[0](maps)
        sixteenth = eighth
        for block in self.blocks[1 : 8 - FIRST]:
            sixteenth = block(sixteenth)
        deep = sixteenth
        for block in self.blocks[8 - FIRST :]:
            deep = block(deep)
        both = torch.cat([sixteenth, deep], 1)
        return torch.cat([weight.flatten(2) @ torch.cat([local, local * local], 1).flatten(2).transpose(1, 2)
                          for local, weight in ((eighth, eighth_weight), (both, sixteenth_weight))], 2)

    def zones(self, pooled: torch.Tensor) -> torch.Tensor:
        """[N,6] logits"""
        return self.head((pooled - self.mean) / self.std).squeeze(2)

    def whole(self, zones: torch.Tensor, filled: torch.Tensor) -> torch.Tensor:
        """[N] logit of an opacity anywhere; `filled` [N,6] bool: zones that have lung."""
        lowest = torch.full_like(zones, -8.0)
        return self.image(torch.logsumexp(torch.where(filled, zones, lowest), 1, keepdim=True) - math.log(6)).squeeze(1)


def _loss(network: Tuned, zones: torch.Tensor, shares: torch.Tensor, finding: torch.Tensor, filled: torch.Tensor) -> torch.Tensor:
    opacity = finding == 2
    weight = torch.where(opacity[:, None], 1.0, WITHOUT_OPACITY).expand_as(zones) * filled
    of_zones = F.binary_cross_entropy_with_logits(zones, (shares / FULL).clamp(0, CERTAIN), reduction="none")
    of_image = F.binary_cross_entropy_with_logits(network.whole(zones, filled), opacity.float())
    return (weight * of_zones).sum() / weight.sum() + CLASS_WEIGHT * of_image + HEAD_PENALTY * (network.head.weight**2).sum()


@torch.inference_mode()
def _pooled(network: Tuned, inputs: Inputs, rows: np.ndarray, variant: int) -> torch.Tensor:
    return torch.cat([network.pooled(*inputs.of(rows[first : first + BATCH], variant)) for first in range(0, len(rows), BATCH)])


def discrimination(score: np.ndarray, finding: np.ndarray, view: np.ndarray) -> dict[str, list[float]]:
    """By view the AUROC of an opacity against Normal, and against all without."""
    result = {}
    for name in ("PA", "AP"):
        here = view == name
        result[name] = [round(auroc(score[rows], (finding[rows] == 2).astype(float)), 3) for rows in (here & (finding != 1), here)]
    return result


def _fit_head(network: Tuned, inputs: Inputs, rows: np.ndarray) -> None:
    """On the features as ImageNet has them; a place to begin at, and what tuning is compared with."""
    variants = range(VARIANTS)
    pooled = torch.cat([_pooled(network, inputs, rows, variant) for variant in variants]).clone()
    filled, shares = (torch.cat([of(rows, variant) for variant in variants]) for of in (inputs.filled, lambda r, v: inputs.shares[r, v]))
    finding = inputs.finding[rows].repeat(VARIANTS)
    network.mean.copy_(pooled[filled].mean(0))
    network.std.copy_(pooled[filled].std(0) + 1e-6)
    optimizer = torch.optim.LBFGS([*network.head.parameters(), *network.image.parameters()], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = _loss(network, network.zones(pooled), shares, finding, filled)
        loss.backward()
        return loss

    optimizer.step(closure)


def tune(inputs: Inputs, view: np.ndarray, held_out: np.ndarray) -> tuple[Tuned, list[dict]]:
    """@param view      [n]
    @param held_out  [n] bool: images that are judged, not learnt from
    @return the network, and how it tells opacities among the held-out images: with untuned blocks, and after each epoch
    """
    learn, judged = np.flatnonzero(~held_out), np.flatnonzero(held_out)
    torch.manual_seed(SEED)
    network, history = Tuned(), []

    def judge(name: str) -> None:
        with torch.inference_mode():
            score = network.whole(network.zones(_pooled(network, inputs, judged, 0)), inputs.filled(judged, 0)).numpy()
        history.append({"after": name, **discrimination(score, inputs.finding[judged].numpy(), view[judged])})
        report(f"{history[-1]}, {time.process_time():.0f} s of CPU")

    _fit_head(network, inputs, learn)
    judge("head alone")
    blocks, began = list(network.blocks.parameters()), [x.detach().clone() for x in network.blocks.parameters()]
    steps, generator, order = EPOCHS * (len(learn) // BATCH), np.random.default_rng(SEED + 1), np.zeros(0, int)
    optimizer = torch.optim.Adam([*blocks, *network.head.parameters(), *network.image.parameters()], lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / steps)))
    for step in range(1, steps + 1):
        if len(order) < BATCH:
            order = generator.permutation(learn)
        rows, order = order[:BATCH], order[BATCH:]
        variants = generator.integers(0, VARIANTS, BATCH)
        zones = network.zones(network.pooled(*inputs.of(rows, variants)))
        loss = _loss(network, zones, inputs.shares[rows, variants], inputs.finding[rows], inputs.filled(rows, variants))
        loss = loss + STAY * sum(((now - then) ** 2).sum() for now, then in zip(blocks, began, strict=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % (len(learn) // BATCH) == 0:
            judge(f"epoch {step // (len(learn) // BATCH)}")
    return network, history


def features_with(network: Tuned) -> ZoneFeatures:
    """The zone features with the tuned blocks in the place of ImageNet's."""
    features = ZoneFeatures()
    features.encoder.blocks[FIRST : LAST + 1].load_state_dict(network.blocks.state_dict())
    return features.eval()
