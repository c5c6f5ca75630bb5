"""The severity network sees the lungs alone: what lies beside them cannot enter."""

import numpy as np
import pytest
from conftest import SOURCE


@pytest.fixture(scope="module")
def torch():
    module = pytest.importorskip("torch")
    module.set_num_threads(1)
    return module


def drawn(torch, seed):
    """Image [1,3,320,320] and two lungs with ragged edges [1,2,320,320]."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 1, 20, 20, generator=generator)
    grey = torch.nn.functional.interpolate(coarse, (320, 320), mode="bilinear")
    mask = torch.zeros(1, 2, 320, 320)
    mask[0, 0, 40:280, 30:140], mask[0, 1, 50:260, 180:300] = 1, 1
    return (2 * grey - 1).expand(-1, 3, -1, -1).contiguous(), mask * (torch.rand(1, 2, 320, 320, generator=generator) > 0.02)


def test_the_shipped_network_sees_nothing_beside_the_mask(torch):
    network = torch.jit.load(SOURCE / "models" / "severity" / "severity.pt").eval()
    image, mask = drawn(torch, 7)
    noise = (2 * torch.rand(1, 1, 320, 320, generator=torch.Generator().manual_seed(8)) - 1).expand(-1, 3, -1, -1)
    # The network smooths the outline over 17 pixels.
    beside = torch.nn.functional.max_pool2d(mask.amax(1, keepdim=True), 17, 1, 8) == 0
    with torch.inference_mode():
        before = network(image, mask)
        for found, expected in zip(network(torch.where(beside, noise, image), mask), before, strict=True):
            assert torch.equal(found, expected)
        assert not torch.equal(network(torch.where(beside, image, noise), mask)[1], before[1])
        # Another brightness and contrast of the whole picture change nothing either.
        for found, expected in zip(network(0.5 * image - 0.25, mask), before, strict=True):
            assert torch.allclose(found, expected, atol=2e-3)


def lungs_alone():
    pytest.importorskip("efficientnet_lite_pytorch")
    from aicovid_models.zones.features import lungs_alone

    return lungs_alone


def test_the_lungs_set_the_grey_scale(torch):
    """Against NumPy's percentiles."""
    seen, (image, mask) = lungs_alone(), drawn(torch, 9)
    grey, lungs = image[0, 0].numpy(), mask.amax(1)[0].numpy() > 0
    low, high = np.percentile(grey[lungs], [1, 99], method="nearest")
    expected = np.where(lungs, np.clip(2 * (grey - low) / (high - low) - 1, -1, 1), 0)
    assert np.abs(seen(image, mask)[0].numpy() - expected).max() < 1e-5
    assert not seen(image, torch.zeros_like(mask)).any()
    # Of one grey, and of a single pixel, there is no scale, and nothing that is not a number.
    flat = torch.full_like(image, 0.3)
    one = torch.zeros_like(mask)
    one[0, 0, 100, 100] = 1
    for found in (seen(flat, mask), seen(image, one)):
        assert torch.isfinite(found).all() and found.abs().max() <= 1
