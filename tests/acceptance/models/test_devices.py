"""Real devices: what is cut out is what they add, and it is laid where it is asked for, as it lay to the lungs."""

import numpy as np
import pytest

from aicovid_models.drawings.devices import cut_out, lay
from aicovid_models.severity.device_copies import cut_outs

SIZE = 120


def slope():
    return np.broadcast_to(60 + np.arange(SIZE), (SIZE, SIZE)).astype(np.uint8)


def with_a_line(grey):
    """A line of 4 pixels across the picture's middle, brighter by 50."""
    drawn = np.zeros(grey.shape, bool)
    drawn[58:62, 10:110] = True
    return np.uint8(grey + 50 * drawn), drawn


def test_a_device_laid_where_it_was_is_there_again():
    bright, drawn = with_a_line(slope())
    box = (20.0, 20.0, 100.0, 100.0)
    again = lay(cut_out(bright, drawn, box), slope(), box, np.ones(drawn.shape, bool), 1.0).astype(int)
    assert np.abs(again - bright)[:, 20:100].max() <= 16 and np.abs(again - bright)[59:61, 20:100].max() <= 4
    far = np.abs(np.arange(SIZE) - 60) > 8
    assert np.array_equal(again[far], slope()[far])


def test_it_lies_where_it_is_asked_for_and_as_it_lay_to_the_lungs():
    bright, drawn = with_a_line(slope())
    devices, grey = cut_out(bright, drawn, (20.0, 20.0, 100.0, 100.0)), np.full((200, 80), 90, np.uint8)
    left = np.zeros(grey.shape, bool)
    left[:, :40] = True
    # The lungs' box is half as high and wide here, and the line, in the middle of its height, half as thick.
    laid = lay(devices, grey, (100.0, 20.0, 140.0, 60.0), left, 1.0)
    rows = np.flatnonzero((laid > 110).any(1))
    assert (laid[:, 40:] == 90).all() and rows.min() >= 118 and rows.max() <= 121
    assert np.array_equal(lay(devices, grey, (100.0, 20.0, 140.0, 60.0), left, 0.0), grey)


def test_a_third_of_the_patients_with_devices_is_for_tests(data):
    learn, test = cut_outs(data)
    assert (len(learn), len(test)) == (18, 8)
    assert all(np.isfinite(one.added).all() and np.abs(one.added).max() > 0.01 for one in learn + test)
