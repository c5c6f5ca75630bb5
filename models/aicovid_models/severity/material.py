"""All that the severity network learns from and is tested on: radiographs, scores, and their zone features."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from torch import nn

from aicovid_models.radiographs import archives, nih_samples
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.severity.fit import Additions, Copies
from aicovid_models.zones.copies import Shrunk, draw_cluttered, draw_contrasts, draw_painted
from aicovid_models.zones.features import ZoneFeatures
from aicovid_models.zones.kept import folder_of, lungs_of, zones_of

# What a scored image's copies count of its weight, what an image without finding counts, and the weight of what another
# grey scale, shrinking and clutter change in the total: chosen in inner folds (trials.md).
SHRUNK_SHARE, CONTRAST_SHARE, PAINTED_SHARE, CLEAR_WEIGHT, CONSTANCY = 0.3, 0.3, 0.2, 0.08, 0.5
CONTRAST_SEED, TEST_SEED, CLUTTER_SEED, STEADY_SEED = 20200406, 20200407, 20200408, 20200506


def learners(rows: list[LabelledRadiograph]) -> dict[str, np.ndarray]:
    """By name, which rows may be learnt from."""
    scored, allowed = (np.array([getattr(row, name) for row in rows]) for name in ("has_brixia", "allows_derivatives"))
    return {"all": scored, "licence_allows_derivatives": scored & allowed}


@dataclass(frozen=True)
class Material:
    rows: list[LabelledRadiograph]  # [n] with a Brixia score, an extent or an opacity
    features: np.ndarray  # [n,2,6,f]
    added: Additions
    tested: dict[str, np.ndarray]  # copies of `rows` to test on, each [n,1 or 2,6,f]
    samples: nih_samples.Samples
    tests: dict[str, np.ndarray]  # features of the samples "clear" and "pneumonia"
    known: np.ndarray  # [k,6,f] chests as they are, then copies of `rows`: what the distance is measured from
    known_patients: list[str]  # [k]
    as_they_are: int  # how many of the first k
    other_greys: list[np.ndarray]  # [n,6,f] copies that the distance is tested on

    @property
    def labels(self) -> np.ndarray:
        return np.stack([row.zones for row in self.rows])

    @property
    def scored(self) -> np.ndarray:
        return np.array([row.has_brixia for row in self.rows])

    @property
    def patients(self) -> np.ndarray:
        return np.array([row.patient for row in self.rows])


def kept_in(network: nn.Module, work: Path, source: ModuleType) -> Path:
    """Of the same network, but of other images, features are kept apart."""
    folder = folder_of(network, work)
    if source is not archives:
        folder = folder / source.__name__.rsplit(".", 1)[-1]
        folder.mkdir(exist_ok=True)
    return folder


def gather(data: Path, network: nn.Module, work: Path, source: ModuleType = archives, distances: bool = True,
           tuned: ZoneFeatures | None = None) -> Material:
    """@param network    the lung network that is shipped; what it finds and the features are kept in `work`
    @param source     `archives`, as version 1.3.0 has it, or `counted`
    @param distances  False: without what the distance to known chests and the NIH samples to test on need, for trials
    @param tuned      other maps than ImageNet's"""
    clinic, archive, work = source.hannover(data), source.ieee8023(data), kept_in(network, work, source)
    rows = [row for row in archive if row.has_brixia or np.isfinite(row.extent)]
    samples = nih_samples.draw_samples(source.nih(data))
    lungs = lungs_of("chests" if distances else "scored", network, clinic + archive if distances else rows, work)
    copies = {"shrunk": [Shrunk(row) for row in rows], "contrast": draw_contrasts(rows, CONTRAST_SEED),
              "contrast_2": draw_contrasts(rows, STEADY_SEED), "contrast_3": draw_contrasts(rows, STEADY_SEED + 1),
              "painted": draw_painted(rows, lungs, CONTRAST_SEED), "cluttered": draw_cluttered(rows, lungs, CLUTTER_SEED),
              "cluttered_2": draw_cluttered(rows, lungs, CLUTTER_SEED + 1)}
    test_copies = {"contrast_test": draw_contrasts(rows, TEST_SEED), "contrast_test_2": draw_contrasts(rows, TEST_SEED + 1),
                   "painted_test": draw_painted(rows, lungs, TEST_SEED)}
    nih_rows = {"clear_learn": samples.clear_learn, "clear_test": samples.clear_test, "pneumonia": samples.pneumonia}

    def features_of(name: str, radiographs: list, mirrored: bool) -> np.ndarray:
        return zones_of(name, radiographs, lungs_of(name, network, radiographs, work), work, mirrored, tuned)

    features = zones_of("scored", rows, lungs, work, tuned=tuned)
    learnt = {name: features_of(name, images, True) for name, images in copies.items()}
    tested = {name: features_of(name, images, False) for name, images in test_copies.items()}
    if not distances:
        nih_rows = {"clear_learn": samples.clear_learn}
    archived = {name: features_of(name, images, name == "clear_learn") for name, images in nih_rows.items()}

    labels = np.stack([row.zones for row in rows])
    added = Additions([Copies(learnt["shrunk"], labels, SHRUNK_SHARE), Copies(learnt["contrast"], labels, CONTRAST_SHARE),
                       Copies(learnt["painted"], np.stack([x.zones for x in copies["painted"]]), PAINTED_SHARE)],
                      archived["clear_learn"], np.array([row.patient for row in samples.clear_learn]), CLEAR_WEIGHT,
                      [learnt[name] for name in ("shrunk", "contrast", "contrast_2", "contrast_3", "cluttered", "cluttered_2")], CONSTANCY)
    if not distances:
        none = np.zeros((0, *features.shape[2:]))
        return Material(rows, features, added, {"shrunk": learnt["shrunk"], **tested}, samples, {}, none, [], 0, [])
    keys = {row.key for row in rows}
    unscored = [row for row in clinic + archive if row.key not in keys]
    unscored_features = zones_of("unscored", unscored, lungs, work, False, tuned)
    # Chests as they are and in other greys: an image that is far from all of them is out of distribution.
    chests = rows + unscored + samples.clear_learn + samples.clear_test + samples.pneumonia
    known = [x[:, 0] for x in (features, unscored_features, *archived.values(), learnt["shrunk"], learnt["contrast"])]
    return Material(rows, features, added, {"shrunk": learnt["shrunk"], **tested}, samples,
                    {"clear": archived["clear_test"], "pneumonia": archived["pneumonia"]}, np.concatenate(known),
                    [row.patient for row in chests + rows + rows], len(chests), [tested[name][:, 0] for name in ("contrast_test", "contrast_test_2")])
