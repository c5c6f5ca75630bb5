"""Single images behind the card's figures, read again by the shipped bundle; `aicovid_models.severity.recompute` without --quick does all of them."""

import json

import numpy as np
from support.chests import SOURCE

from aicovid_models.evidence.comparison import POINTS, QUICK, Figure, compare, flatten
from aicovid_models.severity import recompute


def test_images_of_the_evidence_are_read_as_recorded(data):
    folder = SOURCE / "models" / "severity"
    recorded, now = recompute.quick(folder, data)
    assert len(now) == 2 * QUICK
    apart = {path: (recorded[path], figure.value) for path, figure in now.items() if abs(recorded[path] - figure.value) > figure.tolerance}
    assert not apart
    overlaps = [figure.value for path, figure in now.items() if path.startswith("dice/")]
    print(f"Dice of {len(overlaps)} images of other patients: mean {np.mean(overlaps):.3f}, least {np.min(overlaps):.3f}")
    assert np.mean(overlaps) >= 0.94


def test_a_figure_that_moved_is_noticed(capsys):
    figures = flatten(json.loads((SOURCE / "models" / "severity" / "figures.json").read_text()))
    path = "lungs/held_out_patients/both/mean/value"
    assert compare(figures, {path: Figure(figures[path], POINTS, "shipped")}, recompute.GOALS) == 0
    assert compare(figures, {path: Figure(figures[path] - 0.02, POINTS, "shipped")}, recompute.GOALS) == 1
    assert "MISSED" in capsys.readouterr().out


def test_every_figure_of_the_card_is_recomputed_or_said_not_to_be():
    recorded = flatten(json.loads((SOURCE / "models" / "severity" / "figures.json").read_text()))
    assert set(recompute.GOALS) <= set(recorded)
    for part in recompute.NOT_IN_A_BUNDLE:
        assert any(path == part or path.startswith(part + "/") for path in recorded), part
