"""What the pixel gate lets pass, flags and refuses, on real radiographs and on other pictures.

AICOVID_EVERY_IMAGE=1 takes every chest frontal where the test otherwise takes a fixed part of them, whose figures are in
docs/gate.md.
"""

from collections import Counter

import numpy as np
import pytest
from conftest import run_cli
from scipy import ndimage
from support.chests import assess, codes, frontals, rows, spread, total

from aicovid_models.picture import other_pictures


def rate(found, name):
    share = sum(found) / len(found)
    print(f"{name}: {sum(found)} of {len(found)}, {100 * share:.1f} %")
    return share


def test_chest_frontals_pass():
    reports = [assess(row.grey8()) for row in frontals(300)]
    counts = Counter(code for report in reports for code in codes(report))
    print({code: f"{count} of {len(reports)}" for code, count in counts.most_common()})
    assert rate([report["status"] == "refused" for report in reports], "refused") <= 0.02
    for code in ("inverted", "rotated", "blank", "letterboxed", "saturated"):
        assert counts[code] <= 0.03 * len(reports), code
    assert counts["out_of_distribution"] <= 0.05 * len(reports)


def test_inverted_and_rotated_chests_are_found():
    chosen = frontals(150)
    inverted = [assess(255 - row.grey8()) for row in chosen]
    turned = [assess(np.rot90(row.grey8(), 1 + i % 3)) for i, row in enumerate(chosen)]
    both = [assess(np.rot90(255 - row.grey8(), 1 + i % 3)) for i, row in enumerate(spread(chosen, 30))]
    # Refused is found too: nobody reads such an image as it is.
    found = {"inverted": rate(["inverted" in codes(r) or r["status"] == "refused" for r in inverted], "inverted"),
             "rotated": rate(["rotated" in codes(r) or r["status"] == "refused" for r in turned], "rotated"),
             "both": rate([{"inverted", "rotated"} <= codes(r) or r["status"] == "refused" for r in both], "inverted and rotated")}
    assert min(found["inverted"], found["rotated"]) >= 0.98
    assert found["both"] >= 0.95
    assert all(report["image"]["inverted"] for report in inverted if "inverted" in codes(report))
    for report in inverted + turned:
        if report["status"] != "refused":
            assert {"inverted", "rotated"} & {warning["code"] for warning in report["warnings"]} or not codes(report) & {"inverted", "rotated"}


def whitened(pixels, lungs, opacity, white=0.85):
    """Semi-transparent white with soft edges over the lungs."""
    region = ndimage.gaussian_filter(lungs.astype(float), 0.02 * max(pixels.shape))
    grey = pixels / 255
    return np.uint8(np.round(255 * ((1 - opacity * region) * grey + opacity * region * np.maximum(white, grey))))


def masked_chests(count):
    return spread([row for archive in ("hannover", "ieee8023") for row in rows(archive) if row.mask], count)


def test_consolidation_is_never_refused_and_lowers_no_total_of_twenty_images():
    """Of totals held out some fall: the bundle's card."""
    changes = []
    for i, row in enumerate(masked_chests(20)):
        pixels, lungs = row.grey8(), row.lung_mask()
        lungs = np.stack([ndimage.zoom(lung, np.array(pixels.shape) / lung.shape, order=0) for lung in lungs])
        before = total(assess(pixels))
        for opacity in (0.3, 0.65, 1.0):
            report = assess(whitened(pixels, lungs[i % 2], opacity))
            assert report["status"] == "ok", (row.key, opacity, codes(report))
            changes.append(total(report) - before)
    changes = np.array(changes)
    print(f"change of the total: mean {changes.mean():.2f}, least {changes.min():.2f}, lowered {np.sum(changes < 0)} of {len(changes)}")
    assert changes.min() >= 0
    assert changes.mean() >= 2


def test_two_white_lungs_are_a_reason_to_score():
    for row in masked_chests(10):
        pixels, lungs = row.grey8(), row.lung_mask().any(0)
        lungs = ndimage.zoom(lungs, np.array(pixels.shape) / lungs.shape, order=0)
        report = assess(whitened(pixels, lungs, 0.9))
        assert report["status"] == "ok", (row.key, codes(report))


def test_picture_and_distance_together_do_not_refuse():
    """Two wholly white lungs: to the network another picture, and far from known chests."""
    row = masked_chests(100)[20]
    pixels, lungs = row.grey8(), row.lung_mask().any(0)
    lungs = ndimage.zoom(lungs, np.array(pixels.shape) / lungs.shape, order=0)
    report = assess(whitened(pixels, lungs, 1.0, 0.95))
    assert report["status"] == "ok"
    found = {reason["code"]: reason["found"] for reason in report["gate"]["reasons"]}
    assert "another picture" in found["lung_field_uncertain"] and "out_of_distribution" in found


def test_a_wide_frame_is_flagged_and_changes_little():
    changes = []
    for row in masked_chests(12):
        pixels = row.grey8()
        height, width = pixels.shape
        report = assess(np.pad(pixels, ((3 * height // 4,) * 2, (3 * width // 4,) * 2)))
        assert report["status"] == "ok" and "letterboxed" in codes(report), (row.key, codes(report))
        changes.append(total(report) - total(assess(pixels)))
    print(f"mean absolute change of the total: {np.abs(changes).mean():.2f}, largest {np.abs(changes).max():.2f}")
    assert np.abs(changes).mean() <= 1.5


def test_cut_off_lungs_are_flagged():
    """A quarter of the image's width cut from one side goes through a lung in nearly every image."""
    found = []
    for row in masked_chests(40):
        pixels, lungs = row.grey8(), row.lung_mask().any(0)
        cut = int(np.median(np.flatnonzero(row.lung_mask()[0].any(0))) / lungs.shape[1] * pixels.shape[1])
        report = assess(pixels[:, cut:])
        found.append("lungs_cut_off" in codes(report))
    assert rate(found, "cut-off lungs found") >= 0.9


def test_other_pictures_are_refused():
    verdicts = {}
    for name, pixels in other_pictures.scikit_image_pictures().items():
        report = assess(pixels)
        verdicts[name] = report["status"] if report["status"] == "refused" else sorted(codes(report))
    passed = {name: verdict for name, verdict in verdicts.items() if verdict != "refused"}
    print(f"refused: {len(verdicts) - len(passed)} of {len(verdicts)}; flagged: {passed}")
    assert not passed


@pytest.mark.parametrize("name, code", [("lateral_dog_thorax", "species"), ("wg04_RG2_UNC", "body_part"), ("bigendian_MR_small_expb", "modality"),
                                        ("bigendian_rtdose_expb", "modality"), ("deflated", "modality")])
def test_files_that_are_no_chest_end_with_status_3(data, name, code):
    path = data / "dicom" / f"{name}.dcm"
    result = run_cli("score", path, "--format", "json")
    assert result.status == 3
    assert code in result.stdout
