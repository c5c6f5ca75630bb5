#!/usr/bin/env python3
"""Trains the candidates for a severity index from Hannover and NIH alone, chooses one without `ieee8023`, and tests all on it.

    .venv/bin/python models/training/try_severity_open.py

Needs what train_severity.py needs, and writes no bundle: trials-severity-open.md says why.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, os.environ.get("AICOVID_PYTHON", str(ROOT / "build/release/python")))
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402

import open_material  # noqa: E402
import severity_open  # noqa: E402
from evaluation import bootstrap, pearson, spearman  # noqa: E402
from labelled_radiographs import ieee8023  # noqa: E402
from lung_stage import dice_on  # noqa: E402

# The lower bound of r with the readers' mean total from which an index may be shipped.
ENOUGH = 0.3


def main() -> None:
    torch.set_num_threads(1)
    data = Path(os.environ.get("AICOVID_DATA", ROOT.parent / "shared/data"))
    if not (data / "ieee8023/severity_scores.csv").exists():
        sys.exit("AICOVID_DATA holds no ieee8023/severity_scores.csv: expected the folder with ieee8023/, hannover/ and nih/")
    (HERE / "cache").mkdir(exist_ok=True)
    features = open_material.train_lungs(data, HERE / "cache")
    lungs, zones = features.lungs, features.zones
    learnt = open_material.hospital(data, features).learnt

    samples = open_material.other_archive(data)
    groups = {"clear": samples.clear_learn, "pneumonia": samples.pneumonia[::2]}
    other = sum(groups.values(), [])
    choosing = severity_open.ChoosingImages(np.concatenate([zones(name, part) for name, part in groups.items()]),
                                            np.repeat([0.0, 1.0], [len(part) for part in groups.values()]),
                                            np.array([row.view for row in other]), np.array([row.patient for row in other]))
    print(f"{len(learnt.ap)} images teach, {len(other)} choose", flush=True)

    candidates = [
        severity_open.choose("ridge", lambda penalty: severity_open.ridge(learnt, penalty), severity_open.PENALTIES, choosing),
        severity_open.choose("ridge, view taken out", lambda penalty: severity_open.ridge_without_view(learnt, penalty),
                             severity_open.PENALTIES, choosing),
        severity_open.choose("principal components", lambda count: severity_open.components(learnt, choosing.features, count),
                             severity_open.COMPONENTS, choosing)]
    grey = severity_open.grey_of_lungs(other, {key: found for name, part in groups.items() for key, found in lungs(name, part).items()})
    on_nih = [severity_open.index(candidate.fitted, choosing.features) for candidate in candidates] + [grey]
    measures = [severity_open.within_views(score, choosing) for score in on_nih]
    chosen = int(np.argmax(measures))

    archive = ieee8023(data)
    scored = [row for row in archive if row.has_brixia]
    test, totals = zones("scored", scored), np.array([row.zones.sum() for row in scored])
    indices = [severity_open.index(candidate.fitted, test) for candidate in candidates]
    indices.append(severity_open.grey_of_lungs(scored, lungs("scored", scored)))
    ap, patients = np.array([row.view != "PA" for row in scored]), np.array([row.patient for row in scored])
    titles = [f"{candidate.name}, {candidate.setting:.0f}" for candidate in candidates] + ["grey of the lungs"]
    for i, (title, value) in enumerate(zip(titles, indices, strict=True)):
        known = np.isfinite(value)
        r, rho = (bootstrap(figure, list(patients[known]), value[known], totals[known]) for figure in (pearson, spearman))
        by_view = [f"{name} {pearson(value[here], totals[here]):.2f}" for name, here in (("PA", known & ~ap), ("AP", known & ap))]
        verdict = (" <- chosen, " + ("enough" if r["low"] > ENOUGH else "not enough")) if i == chosen else ""
        pa_ap = ", ".join(f"{figure:.2f}" for figure in severity_open.in_each_view(on_nih[i], choosing))
        print(f"{title}: NIH {measures[i]:.2f} ({pa_ap}), r {r['value']:.2f} [{r['low']:.2f}, {r['high']:.2f}], rho {rho['value']:.2f}, "
              f"{', '.join(by_view)}, {known.sum()} images{verdict}", flush=True)

    overlaps = dice_on(features.network, [row for row in archive if row.mask])
    both = np.array([value["both"] for value in overlaps])
    dice = bootstrap(lambda x: float(x.mean()), [value["patient"] for value in overlaps], both)
    print(f"lungs: Dice {dice['value']:.3f} [{dice['low']:.3f}, {dice['high']:.3f}], 5th percentile {np.percentile(both, 5):.3f}, "
          f"minimum {both.min():.3f}, {len(both)} images")


if __name__ == "__main__":
    main()
