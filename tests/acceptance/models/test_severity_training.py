"""What the severity network's training promises: intervals that cover, folds that know nothing of what they are tested on.

On drawn numbers, so that the truth is known; about five seconds.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.severity.fit import Additions, Copies, calibrate, cross_validate
from aicovid_models.statistics.conformal import interval_ends

FEATURES = 12


def test_an_interval_of_one_image_a_patient_is_the_split_conformal_one():
    """Ranks by hand: of 39 errors and one at infinity, 5 % and 95 % are the 2nd from below and the 38th of 40."""
    errors = np.random.default_rng(1).permutation(np.arange(1.0, 40.0))
    ends = interval_ends(errors, np.zeros(39), [str(i) for i in range(39)])
    assert ends == {"low": 2.0, "high": 38.0}


def test_a_patient_with_many_images_weighs_one():
    errors, patients = np.arange(1.0, 40.0), [str(i) for i in range(39)]
    # The patient of the median error comes a hundred times.
    many = interval_ends(np.concatenate([errors, np.full(100, 20.0)]), np.zeros(139), patients + ["19"] * 100)
    assert many == {"low": 2.0, "high": 38.0}
    with pytest.raises(ValueError, match="too few patients"):
        interval_ends(errors[:10], np.zeros(10), patients[:10])


def test_intervals_cover_new_patients():
    """Patients with one to six images, errors shared within a patient: 90 % is kept where plain percentiles fall short."""
    generator, inside, plain = np.random.default_rng(2), [], []
    for _ in range(1500):
        images = generator.integers(1, 7, 25)
        patients = np.repeat(np.arange(26), [*images, 1])
        errors = generator.standard_exponential(26)[patients] + 0.3 * generator.standard_normal(len(patients))
        known, new = errors[:-1], errors[-1]
        ends = interval_ends(known, np.zeros(len(known)), [str(i) for i in patients[:-1]])
        low, high = np.percentile(known, [5, 95])
        inside.append(ends["low"] <= new <= ends["high"])
        plain.append(low <= new <= high)
    print(f"covered {np.mean(inside):.3f}, plain percentiles {np.mean(plain):.3f}")
    assert 0.895 <= np.mean(inside) <= 0.96
    assert np.mean(plain) < np.mean(inside)


def drawn(generator, count):
    """Rows of `count` images of half as many patients whose scores follow their features, and what is added to them."""
    features = generator.standard_normal((count, 2, 6, FEATURES))
    truth = (1.3 + features.mean(1) @ generator.normal(0, 0.5, FEATURES)).clip(0, 3)
    rows = [LabelledRadiograph(Path(f"{i}.png"), "drawn", f"patient {i // 2}", "CC BY", "PA", None, *(truth[i] + generator.normal(0, 0.2, (2, 6))),
                               float(truth[i].sum() * 8 / 18), float(truth[i].sum() / 3)) for i in range(count)]
    labels = np.stack([row.zones for row in rows])
    other = features + 0.05 * generator.standard_normal(features.shape)
    clear = generator.standard_normal((20, 2, 6, FEATURES)) - 1
    return rows, features, Additions([Copies(other, labels, 0.3)], clear, np.array([f"clear {i}" for i in range(20)]), 0.05, [other], 0.2)


def with_scores(rows, added, fold, folds):
    """The same with other scores in `fold`: all 3."""
    three = np.full(6, 3.0)
    changed = [replace(row, zones_s=three, zones_j=three, extent=8.0, opacity=6.0) if mine == fold else row
               for row, mine in zip(rows, folds, strict=True)]
    labels = np.stack([row.zones for row in changed])
    return changed, replace(added, copies=[Copies(copy.features, labels, copy.share) for copy in added.copies])


def test_a_fold_knows_nothing_of_its_own_scores():
    rows, features, added = drawn(np.random.default_rng(3), 120)
    everyone = np.ones(len(rows), bool)
    before = cross_validate(rows, features, everyone, added, {})
    fold = 2
    changed, changed_added = with_scores(rows, added, fold, before.folds)
    after = cross_validate(changed, features, everyone, changed_added, {})
    for row in rows:
        assert len({int(f) for f, other in zip(before.folds, rows, strict=True) if other.patient == row.patient}) == 1
    assert np.array_equal(before.zones[before.folds == fold], after.zones[before.folds == fold])
    assert np.array_equal(before.fitted[fold].ridge.weight, after.fitted[fold].ridge.weight)
    assert before.fitted[fold].infiltrates == after.fitted[fold].infiltrates
    # The other folds' networks do learn from these scores: the comparison can fail.
    assert not np.array_equal(before.zones[before.folds != fold], after.zones[before.folds != fold])
    # A fold's calibration reads no label of the fold. The others' predictions did learn from it, so they are kept here.
    one, other = (calibrate(x, before, added.clear_weight, without=fold) for x in (rows, changed))
    assert (one.findings, one.platt) == (other.findings, other.platt)
    assert calibrate(changed, before, added.clear_weight).findings != calibrate(rows, before, added.clear_weight).findings


def test_training_is_the_same_twice():
    rows, features, added = drawn(np.random.default_rng(4), 60)
    first, second = (cross_validate(rows, features, np.ones(len(rows), bool), added, {}) for _ in range(2))
    assert np.array_equal(first.zones, second.zones) and np.array_equal(first.logit, second.logit)
