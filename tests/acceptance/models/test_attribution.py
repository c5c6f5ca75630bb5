"""The attribution lies in the zones whose scores it explains."""

from types import SimpleNamespace

import numpy as np
import pytest
from support.chests import SOURCE, rows, spread

from aicovid_models.evidence import attribution
from aicovid_models.evidence.readings import Bundle, Reading


def seen(labels, cells):
    whole = (0, 0, 512, 512)
    return SimpleNamespace(lung_mask=(labels, whole), attribution=(cells, whole))


def test_points_are_counted_in_the_zone_that_they_lie_in():
    rows("ieee8023")
    labels = np.zeros((256, 256), np.uint8)
    labels[32:224, 16:112], labels[32:224, 144:240] = 1, 2  # thirds of 64 rows
    for zone, (y, x) in enumerate([(4, 4), (8, 4), (12, 4), (4, 12), (8, 12), (12, 12)]):
        cells = np.zeros((16, 16), np.float32)
        cells[y - 1, x - 1] = 2.5  # rows 16 y - 16 to 16 y, inside the zone
        points, inside = attribution.points_of_zones(Reading({}, seen(labels, cells)))
        assert points == pytest.approx(np.eye(6)[zone] * 2.5)
        assert inside == pytest.approx(1)
    cells[:] = 1
    points, inside = attribution.points_of_zones(Reading({}, seen(labels, cells)))
    assert inside == pytest.approx((labels > 0).mean())


def test_attribution_of_real_images_follows_the_zone_scores():
    bundle = Bundle(SOURCE / "models" / "severity")
    scores, points, shares = [], [], []
    for row in spread([row for row in rows("ieee8023") if row.has_brixia], 8):
        reading = bundle.read(row.grey8())
        found, share = attribution.points_of_zones(reading)
        scores.append(reading.zones)
        points.append(found)
        shares.append(share)
    r = np.corrcoef(np.ravel(scores), np.ravel(points))[0, 1]
    print(f"r of attribution and score, 48 zones: {r:.3f}; share inside the lungs: {np.mean(shares):.2f}")
    assert r > 0.9
    assert np.mean(shares) > 0.7
