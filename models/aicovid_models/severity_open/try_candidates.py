"""Trains the candidates for a severity index from Hannover and NIH alone, chooses one without `ieee8023`, and tests all on it.

    python -m aicovid_models.severity_open.try_candidates

Writes no bundle: trials.md says why.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch

from aicovid_models.command import cache_folder, data_folder
from aicovid_models.lungs.training import dice_on
from aicovid_models.radiographs.archives import ieee8023
from aicovid_models.severity_open import material, weak_labels
from aicovid_models.severity_open.train import ENOUGH
from aicovid_models.statistics.evaluation import bootstrap, pearson, spearman


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    torch.set_num_threads(1)
    data = data_folder()
    features = material.train_lungs(data, cache_folder())
    lungs, zones = features.lungs, features.zones
    learnt = material.hospital(data, features).learnt

    samples = material.other_archive(data)
    groups = {"clear": samples.clear_learn, "pneumonia": samples.pneumonia[::2]}
    other = sum(groups.values(), [])
    choosing = weak_labels.ChoosingImages(np.concatenate([zones(name, part) for name, part in groups.items()]),
                                          np.repeat([0.0, 1.0], [len(part) for part in groups.values()]),
                                          np.array([row.view for row in other]), np.array([row.patient for row in other]))
    print(f"{len(learnt.ap)} images teach, {len(other)} choose", flush=True)

    candidates = [
        weak_labels.choose("ridge", lambda penalty: weak_labels.ridge(learnt, penalty), weak_labels.PENALTIES, choosing),
        weak_labels.choose("ridge, view taken out", lambda penalty: weak_labels.ridge_without_view(learnt, penalty),
                           weak_labels.PENALTIES, choosing),
        weak_labels.choose("principal components", lambda count: weak_labels.components(learnt, choosing.features, count),
                           weak_labels.COMPONENTS, choosing)]
    grey = weak_labels.grey_of_lungs(other, {key: found for name, part in groups.items() for key, found in lungs(name, part).items()})
    on_nih = [weak_labels.index(candidate.fitted, choosing.features) for candidate in candidates] + [grey]
    measures = [weak_labels.within_views(score, choosing) for score in on_nih]
    chosen = int(np.argmax(measures))

    archive = ieee8023(data)
    scored = [row for row in archive if row.has_brixia]
    test, totals = zones("scored", scored), np.array([row.zones.sum() for row in scored])
    indices = [weak_labels.index(candidate.fitted, test) for candidate in candidates]
    indices.append(weak_labels.grey_of_lungs(scored, lungs("scored", scored)))
    ap, patients = np.array([row.view != "PA" for row in scored]), np.array([row.patient for row in scored])
    titles = [f"{candidate.name}, {candidate.setting:.0f}" for candidate in candidates] + ["grey of the lungs"]
    for i, (title, value) in enumerate(zip(titles, indices, strict=True)):
        known = np.isfinite(value)
        r, rho = (bootstrap(figure, list(patients[known]), value[known], totals[known]) for figure in (pearson, spearman))
        by_view = [f"{name} {pearson(value[here], totals[here]):.2f}" for name, here in (("PA", known & ~ap), ("AP", known & ap))]
        verdict = (" <- chosen, " + ("enough" if r["low"] > ENOUGH else "not enough")) if i == chosen else ""
        pa_ap = ", ".join(f"{figure:.2f}" for figure in weak_labels.in_each_view(on_nih[i], choosing))
        print(f"{title}: NIH {measures[i]:.2f} ({pa_ap}), r {r['value']:.2f} [{r['low']:.2f}, {r['high']:.2f}], rho {rho['value']:.2f}, "
              f"{', '.join(by_view)}, {known.sum()} images{verdict}", flush=True)

    overlaps = dice_on(features.network, [row for row in archive if row.mask])
    both = np.array([value["both"] for value in overlaps])
    dice = bootstrap(lambda x: float(x.mean()), [value["patient"] for value in overlaps], both)
    print(f"lungs: Dice {dice['value']:.3f} [{dice['low']:.3f}, {dice['high']:.3f}], 5th percentile {np.percentile(both, 5):.3f}, "
          f"minimum {both.min():.3f}, {len(both)} images")


if __name__ == "__main__":
    main()
