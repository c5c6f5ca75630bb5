"""Single images behind the card's figures, read again by the shipped bundle; `recompute.py` without --quick does all of them."""

import json

import numpy as np
from chests import SOURCE, rows


def test_images_of_the_evidence_are_read_as_recorded():
    rows("ieee8023")  # skips without data
    import recompute
    from conftest import DATA

    folder = SOURCE / "models" / "severity"
    recorded, now = recompute.quick(folder, DATA)
    assert len(now) == 2 * recompute.QUICK
    apart = {path: (recorded[path], figure.value) for path, figure in now.items() if abs(recorded[path] - figure.value) > figure.tolerance}
    assert not apart
    overlaps = [figure.value for path, figure in now.items() if path.startswith("dice/")]
    print(f"Dice of {len(overlaps)} images of other patients: mean {np.mean(overlaps):.3f}, least {np.min(overlaps):.3f}")
    assert np.mean(overlaps) >= 0.94


def test_a_figure_that_moved_is_noticed(capsys):
    rows("ieee8023")
    import recompute

    figures = recompute.flatten(json.loads((SOURCE / "models" / "severity" / "figures.json").read_text()))
    path = "lungs/held_out_patients/both/mean/value"
    assert recompute.compare(figures, {path: recompute.Figure(figures[path], recompute.POINTS, "shipped")}) == 0
    assert recompute.compare(figures, {path: recompute.Figure(figures[path] - 0.02, recompute.POINTS, "shipped")}) == 1
    assert "MISSED" in capsys.readouterr().out


def test_every_figure_of_the_card_is_recomputed_or_said_not_to_be():
    rows("ieee8023")
    import recompute

    recorded = recompute.flatten(json.loads((SOURCE / "models" / "severity" / "figures.json").read_text()))
    assert set(recompute.GOALS) <= set(recorded)
    for part in recompute.NOT_IN_A_BUNDLE:
        assert any(path == part or path.startswith(part + "/") for path in recorded), part
