"""Trial of the second generation: how blocks 4 to 10, tuned on readers' boxes, tell opacities in lungs that they did not learn from.

    python -m aicovid_models.severity.try_tuned

A fifth of RSNA's lungs to learn from is held out, in the folds of the other trials. Writes tuned_trial.json, and keeps the network, from which
`try_readers` takes the maps of its tuned trials. Of one core 10 minutes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from aicovid_models.command import cache_folder, data_folder
from aicovid_models.radiographs import rsna
from aicovid_models.radiographs.archives import patient_folds
from aicovid_models.severity import baseline
from aicovid_models.severity.fit import FOLDS, SEED
from aicovid_models.severity.tuned_blocks import Tuned, discrimination, features_with, inputs_of, tune
from aicovid_models.zones.features import ZoneFeatures

HERE = Path(__file__).parent
# The fold that the blocks do not learn from.
HELD_OUT = 0


def rows_of(data: Path) -> list[rsna.LungsOnly]:
    """As `trial_material` has them: without images that the whole pictures have."""
    return [row for row in rsna.learn(data) if not row.same_image]


def held_out(rows: list[rsna.LungsOnly]) -> np.ndarray:
    return patient_folds([row.patient for row in rows], FOLDS, SEED) == HELD_OUT


def kept_features(work: Path) -> ZoneFeatures:
    """What an earlier run tuned."""
    network = Tuned()
    network.load_state_dict(torch.load(work / "tuned_blocks.pt", weights_only=True))
    return features_with(network)


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    torch.set_num_threads(1)
    data, work = data_folder(), cache_folder()
    rows = rows_of(data)
    inputs, view, judged = inputs_of(rows, work / "tune_inputs.npz"), np.array([row.view for row in rows]), held_out(rows)
    before = np.load(work / baseline.KEPT)["learn"].sum(1)
    measured = [{"after": "1.3.0", **discrimination(before[judged], inputs.finding[judged].numpy(), view[judged])}]
    network, history = tune(inputs, view, judged)
    torch.save(network.state_dict(), work / "tuned_blocks.pt")
    (HERE / "tuned_trial.json").write_text(json.dumps(measured + history, indent=1) + "\n")


if __name__ == "__main__":
    main()
