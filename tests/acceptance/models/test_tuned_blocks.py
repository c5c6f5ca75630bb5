"""Blocks that are tuned begin as ImageNet's, are taught by zones and classes, and take their place in the zone features."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")

from aicovid_models.severity import tuned_blocks  # noqa: E402
from aicovid_models.severity.tuned_blocks import Inputs, Tuned, features_with, tune  # noqa: E402
from aicovid_models.zones.features import SIZE, ZoneFeatures  # noqa: E402


def chest():
    generator = torch.Generator().manual_seed(5)
    grey = torch.nn.functional.interpolate(torch.rand(1, 1, 20, 20, generator=generator), (SIZE, SIZE), mode="bilinear")
    mask = torch.zeros(1, 2, SIZE, SIZE)
    mask[:, 0, 40:280, 30:140], mask[0, 1, 50:260, 180:300] = 1, 1
    return (2 * grey - 1).expand(-1, 3, -1, -1).contiguous(), mask


def test_untuned_they_give_the_zone_features():
    image, mask = chest()
    with torch.inference_mode():
        expected, found = ZoneFeatures().eval()(image, mask), Tuned().pooled(*tuned_blocks._Below().eval()(image, mask))
    assert found.shape == (1, 6, ZoneFeatures.features) and torch.allclose(found, expected, rtol=1e-4, atol=1e-5)


def drawn_inputs(count):
    """Maps in which a channel is larger where a zone has an opacity, in every third image."""
    generator = torch.Generator().manual_seed(8)
    finding = torch.arange(count) % 3
    shares = torch.zeros(count, tuned_blocks.VARIANTS, 6)
    shares[finding == 2, :, 1] = 0.8
    eighth, sixteenth = torch.zeros(6, 40, 40), torch.zeros(6, 20, 20)
    for zone in range(6):
        row, column = zone % 3 * 12, zone // 3 * 20
        eighth[zone, row : row + 12, column : column + 20] = 1 / 240
        sixteenth[zone, row // 2 : row // 2 + 6, column // 2 : column // 2 + 10] = 1 / 60
    maps = 0.5 * torch.rand(count, tuned_blocks.VARIANTS, 40, 40, 40, generator=generator)
    maps[finding == 2, :, 3, 12:24, :20] += 2
    return Inputs(maps.half(), *(part.expand(count, tuned_blocks.VARIANTS, *part.shape).half() for part in (eighth, sixteenth)), shares, finding)


def test_they_learn_and_take_their_place(monkeypatch):
    monkeypatch.setattr(tuned_blocks, "EPOCHS", 1)
    monkeypatch.setattr(tuned_blocks, "BATCH", 8)
    inputs = drawn_inputs(36)
    view, held_out = np.array(["PA", "AP"] * 18), np.arange(36) >= 24
    network, history = tune(inputs, view, held_out)
    assert [line["after"] for line in history] == ["head alone", "epoch 1"]
    assert all(value == 1 for line in history for value in (*line["PA"], *line["AP"]))
    before, after = ZoneFeatures().encoder, features_with(network).encoder
    changed = [not all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
               for a, b in zip(before.blocks, after.blocks, strict=True)]
    assert changed == [False] * 4 + [True] * 7
    # Batch statistics stay ImageNet's.
    assert all(torch.equal(x, y) for (name, x), y in zip(before.named_buffers(), after.buffers(), strict=True) if "running" in name)
