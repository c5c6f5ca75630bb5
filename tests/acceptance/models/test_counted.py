"""Which images count: a person has one name, a picture counts once, children are left out; a third of the readers' lungs is a test set."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aicovid_models.radiographs import archives, counted, rsna
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.radiographs.pixel_labels import box_share, pixel_labels


def drawn(key, patient, zones=None, extent=np.nan):
    archive, stem = key.split("/")
    zones = np.full(6, np.nan) if zones is None else np.asarray(zones, float)
    return LabelledRadiograph(Path(f"{stem}.jpg"), archive, patient, "CC BY", "PA", None, zones, zones + 1, extent, np.nan)


def test_one_picture_counts_once_with_the_mean_of_its_scores():
    second, first = next(iter(counted.SAME_PICTURE.items()))
    rows = [drawn(second, "a", [0, 0, 0, 1, 1, 1], 4.0), drawn("ieee8023/other", "a", [2] * 6), drawn(first, "a", [1, 0, 2, 1, 3, 0])]
    kept = {row.key: row for row in counted.one_picture_once(rows)}
    assert set(kept) == {first, "ieee8023/other"}
    assert kept[first].zones_s.tolist() == [0.5, 0, 1, 1, 2, 0.5] and kept[first].zones_j.tolist() == [1.5, 1, 2, 2, 3, 1.5]
    # What one file alone has is kept; what neither has stays unknown.
    assert kept[first].extent == 4.0 and np.isnan(kept[first].opacity)
    with pytest.raises(ValueError, match="two patients"):
        counted.one_picture_once([rows[0], replace(rows[2], patient="b")])


def test_children_are_left_out_and_unknown_ages_stay():
    rows = [drawn(f"ieee8023/{name}", name) for name in "abc"]
    assert [row.patient for row in counted.adults(rows, {"a.jpg": 17.0, "b.jpg": 18.0, "c.jpg": np.nan})] == ["b", "c"]


def test_the_archives_as_they_count(data):
    before, after = archives.ieee8023(data), counted.ieee8023(data)
    assert (len(before), len(after)) == (336, 334)
    names = {row.path.name: row.patient for row in after}
    assert len({names[f"{name}.jpg"] for name in ("AR-1", "AR-2", "extubation-1", "extubation-4", "extubation-8", "extubation-13")}) == 1
    assert names["2-chest-filmc.jpg"] == names["7-fatal-covid19.jpg"]
    assert "ciaa199.pdf-001-c.jpg" not in names  # twelve years old
    scored = [row for row in after if row.has_brixia]
    assert (len(scored), len({row.patient for row in scored})) == (117, 79)
    both = next(row for row in after if row.key == "ieee8023/F4341CE7-73C9-45C6-99C8-8567A5484B63")
    assert (both.zones_s.sum(), both.zones_j.sum()) == (5.5, 4.0)
    assert len(counted.nih(data)) == 904 and len(counted.hannover(data)) == 243


def test_patients_of_two_archives_have_one_name(data):
    other, here = counted.covid_cxnet(data), {row.patient for row in counted.ieee8023(data)}
    shared = [row for row in other if row.patient in here]
    # The page names 20 images; two of them are second files of a picture.
    assert len(shared) == 18 and len(other) == 245
    assert {row.patient for row in other if row.path.stem in ("468", "470")} == {"ieee8023-350a"}


def test_the_test_third_is_fixed_by_names(data):
    rows = rsna.lungs_only(data)
    learn, test = rsna.split(rows)
    again = rsna.split(rows[::-1])
    assert {row.key for row in test} == {row.key for row in again[1]}
    assert not {row.key for row in test} & {row.key for row in learn} and len(learn) + len(test) == len(rows) == 1770
    # Another image changes nothing in other groups.
    fewer = [row for row in rows if (row.finding, row.view) != (rsna.NORMAL, "PA")]
    assert {row.key for row in rsna.split(fewer)[1]} == {row.key for row in test if (row.finding, row.view) != (rsna.NORMAL, "PA")}
    assert Counter((row.finding, row.view) for row in test) == {
        (rsna.NORMAL, "PA"): 98, (rsna.NORMAL, "AP"): 99, (rsna.NOT_NORMAL, "PA"): 99, (rsna.NOT_NORMAL, "AP"): 100,
        (rsna.OPACITY, "PA"): 95, (rsna.OPACITY, "AP"): 97}


def test_an_opening_of_the_test_third_is_written_down(data, tmp_path):
    openings = tmp_path / "openings.txt"
    for why in ("first candidate", "second candidate"):
        assert len(rsna.open_test(data, why, openings)) == 588
    assert [line.split(" ", 1)[1] for line in openings.read_text().splitlines()] == ["first candidate", "second candidate"]
    for why in ("", "two\nlines"):
        with pytest.raises(ValueError, match="reason"):
            rsna.open_test(data, why, openings)
    assert len(openings.read_text().splitlines()) == 2


def test_both_lungs_are_told_apart(data):
    mask = np.zeros((20, 20), bool)
    mask[2:18, 1:7], mask[3:17, 12:19] = True, True
    labels = rsna.two_lungs(mask)
    assert (labels[:, :10] <= 1).all() and set(np.unique(labels[:, 10:])) == {0, 2}
    # Lungs that touch are cut in the middle.
    mask[10, 7:12] = True
    labels = rsna.two_lungs(mask)
    assert set(np.unique(labels[:, :10])) == {0, 1} and set(np.unique(labels[:, 10:])) == {0, 2}
    assert not rsna.two_lungs(np.zeros((4, 4), bool)).any()
    for row in rsna.learn(data)[::100]:
        found = row.lungs()
        sizes = [(found == lung).sum() for lung in (1, 2)]
        assert min(sizes) > 0.2 * sum(sizes)


def test_boxes_are_in_pixels_of_the_original():
    assert rsna.parse_boxes("536 325 303 628;126 449 241 466") == ((536, 325, 303, 628), (126, 449, 241, 466))
    assert rsna.parse_boxes(np.nan) == ()
    drawn_box = rsna.box_map(((512, 0, 256, 1024),), (8, 8))
    assert drawn_box[:, 4:6].all() and drawn_box.sum() == 16


def test_no_drawn_lung_is_a_box(data):
    """A mask that fills more than .95 of its bounding box is a rectangle that stands for a lung."""
    labels = pixel_labels(data)
    assert len(labels) == 73
    shares = {label.key: max(map(box_share, label.lungs())) for label in labels}
    assert max(shares.values()) <= 0.95, max(shares, key=shares.get)
    assert box_share(np.ones((3, 4), bool)) == 1 and box_share(np.zeros((3, 4), bool)) == 0


def test_the_drawn_opacities_are_the_tables_shares(data):
    for label in pixel_labels(data)[::9]:
        lungs = label.lungs().any(0)
        assert (label.opacity() & lungs).sum() / lungs.sum() == pytest.approx(label.opacity_share, abs=0.02)
