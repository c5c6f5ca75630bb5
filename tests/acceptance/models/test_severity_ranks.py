"""The image matters: predicted Brixia totals rank with the readers' on 20 images from light to heavy.

The images are among those that the severity network was trained on; how it does on images that it has not seen
is cross-validated by the training code and stated in the bundle's card.
"""

import numpy as np
import pandas as pd
from support.chests import assessor
from scipy.stats import spearmanr


def test_predicted_brixia_ranks_with_the_readers(data, capsys):
    import aicovid

    scores = pd.read_csv(data / "ieee8023" / "severity_scores.csv").set_index("image")
    # Both readers' mean; an image in several rows has contradicting scores.
    totals = scores[["brixia_global_S", "brixia_global_J"]].dropna().mean(axis=1)
    totals = totals[~totals.index.duplicated(keep=False)].sort_values(kind="stable")
    chosen = totals.iloc[np.linspace(0, len(totals) - 1, 20).round().astype(int)]
    predicted = [assessor().assess(aicovid.read(data / "ieee8023" / "images" / name))["image"]["brixia"]["value"] for name in chosen.index]
    rho = spearmanr(chosen.to_numpy(), predicted).statistic
    with capsys.disabled():
        print(f"Spearman's rho of 20 images: {rho:.3f}")
    assert rho > 0.7
