"""What the trials of the second generation learn from and are measured on: the counted scored images with their copies, RSNA's
lungs and the whole pictures that readers labelled, each as zone features.

The lungs are those of the shipped lung network, but of RSNA's cut-out lungs, which come with a mask.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage
from torch import nn

from aicovid_models.evidence.shortcuts import changed_copies
from aicovid_models.lungs import masks
from aicovid_models.lungs.training import PredictedLungs
from aicovid_models.radiographs import archives, counted, nih_samples, rsna
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.severity.device_copies import cut_outs, with_devices
from aicovid_models.severity.material import Material, gather, kept_in
from aicovid_models.zones.features import ZoneFeatures
from aicovid_models.zones.kept import lungs_of, zones_of

# Copies of each scored image whose lungs are cut.
CUTS, CUT_SEED = 2, 20200601
# Likewise with devices.
DEVICE_COPIES, DEVICE_SEED = 2, 20200701


@dataclass(frozen=True)
class Drawn:
    """An image with a drawing beside or on its lungs."""

    row: LabelledRadiograph
    pixels: np.ndarray

    @property
    def key(self) -> str:
        return self.row.key

    def grey8(self) -> np.ndarray:
        return self.pixels


@dataclass(frozen=True)
class ReaderLabelled:
    """Images whose class readers gave: `finding` is rsna.NORMAL, rsna.NOT_NORMAL or rsna.OPACITY."""

    keys: np.ndarray  # [n]
    patients: np.ndarray  # [n]
    finding: np.ndarray  # [n]
    view: np.ndarray  # [n] "PA" or "AP"
    features: np.ndarray  # [n,1,6,f]
    boxes: np.ndarray  # [n,6] share of each zone inside the readers' boxes
    shapes: dict[str, np.ndarray]  # "mask" and "hull": [n,s] numbers of the outline alone

    def __getitem__(self, rows: np.ndarray) -> ReaderLabelled:
        return ReaderLabelled(*(getattr(self, name)[rows] for name in ("keys", "patients", "finding", "view", "features", "boxes")),
                              {name: values[rows] for name, values in self.shapes.items()})


@dataclass(frozen=True)
class TrialMaterial:
    base: Material  # of the counted archives
    learn: ReaderLabelled  # RSNA's lungs, without the test third and without images that `whole` has
    whole: ReaderLabelled  # whole pictures of NIH, of patients that 1.3.0 did not learn from
    drawings: dict[str, np.ndarray]  # [p,1,6,f] by name; "devices, outside" and "devices, inside" are real ones
    drawn_on: np.ndarray  # [p] rows of `base`: each patient's first scored image
    cut: list[np.ndarray]  # each [n,2,6,f]: the images of `base` with lungs cut by outlines of RSNA's
    devices: list[np.ndarray]  # each [n,2,6,f]: the images of `base` with devices of other patients
    judged: np.ndarray  # rows of `learn` that figures are of: all, where the maps learnt from none of them


def outline(labels: np.ndarray) -> np.ndarray:
    """Numbers of a mask's outline: of each lung area, height, width, place and how much of its box it fills, by thirds."""
    height, width = labels.shape
    numbers = []
    for lung in (1, 2):
        rows, columns = np.nonzero(labels == lung)
        if not rows.size:
            numbers += [0.0] * 12
            continue
        h, w = np.ptp(rows) + 1, np.ptp(columns) + 1
        third = np.minimum(3 * (rows - rows.min()) // h, 2)
        spread = [np.ptp(columns[third == part]) + 1 if (third == part).any() else 0 for part in range(3)]
        numbers += [rows.size / (height * width), h / height, w / width, rows.mean() / height, columns.mean() / width, rows.size / (h * w),
                    *(np.bincount(third, minlength=3) / (h * w)), *(np.array(spread) / width)]
    return np.array(numbers)


def hull(labels: np.ndarray) -> np.ndarray:
    """Each lung's convex hull, which fills what a mask leaves out at its edge."""
    from skimage.morphology import convex_hull_image

    right, left = (convex_hull_image(labels == lung) if (labels == lung).any() else np.zeros(labels.shape, bool) for lung in (1, 2))
    return np.where(right, 1, np.where(left, 2, 0)).astype(np.uint8)


def cut_by(labels: np.ndarray, outlines: np.ndarray) -> np.ndarray:
    """Each lung of `labels` inside the same lung of `outlines`, another image's, which is scaled to its box; as it is where less than
    half of it would be left."""
    result = np.zeros_like(labels)
    for lung in (1, 2):
        mine, theirs = labels == lung, outlines == lung
        if mine.any() and theirs.any():
            box, other = (ndimage.find_objects(one.astype(np.uint8))[0] for one in (mine, theirs))
            shape, outline_of = mine[box].shape, theirs[other]
            scaled = outline_of[np.ix_(*(np.arange(to) * size // to for to, size in zip(shape, outline_of.shape, strict=True)))]
            inside = mine[box] & scaled
            if 2 * inside.sum() >= mine.sum():
                result[box][inside] = lung
                continue
        result[mine] = lung
    return result


def cut_lungs(rows: list[LabelledRadiograph], lungs: dict[str, PredictedLungs], outlines: list[np.ndarray], turn: int) -> dict[str, PredictedLungs]:
    """Each row's lungs cut by an outline that is drawn at random."""
    drawn = np.random.default_rng((CUT_SEED, turn)).integers(0, len(outlines), len(rows))
    return {row.key: replace(lungs[row.key], labels=cut_by(lungs[row.key].labels, outlines[index])) for row, index in zip(rows, drawn, strict=True)}


def zone_shares(labels: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """[6] share of each zone, a third of a lung's height, that `drawn` [H,W] of 0 to 1 covers; 0 of an empty zone."""
    shares = []
    for lung in (1, 2):
        rows = np.flatnonzero((labels == lung).any(1))
        for part in range(3):
            if not rows.size:
                shares.append(0.0)
                continue
            top, height = rows[0], rows[-1] + 1 - rows[0]
            band = slice(top + round(part * height / 3), top + round((part + 1) * height / 3))
            here = labels[band] == lung
            shares.append(float(drawn[band][here].mean()) if here.any() else 0.0)
    return np.array(shares)


def of_rsna(name: str, rows: list[rsna.LungsOnly], work: Path, tuned: ZoneFeatures | None = None) -> ReaderLabelled:
    """@param name  of the kept features"""
    labels = [row.lungs() for row in rows]
    lungs = {row.key: PredictedLungs(found, (0.0, 0.0, *map(float, found.shape)), np.nan) for row, found in zip(rows, labels, strict=True)}
    features = zones_of(name, rows, lungs, work, False, tuned)
    small = [ndimage.zoom(label, 0.5, order=0) for label in labels]
    return ReaderLabelled(np.array([row.key for row in rows]), np.array([row.patient for row in rows]), np.array([row.finding for row in rows]),
                          np.array([row.view for row in rows]), features,
                          np.array([zone_shares(label, row.box_map(label.shape)) for row, label in zip(rows, labels, strict=True)]),
                          {"mask": np.array([outline(label) for label in small]), "hull": np.array([outline(hull(label)) for label in small])})


def of_whole_pictures(data: Path, network: nn.Module, work: Path, tuned: ZoneFeatures | None = None) -> ReaderLabelled:
    """Normal where RSNA's readers say so, or where the adjudicated reading has no airspace opacity; opacity likewise."""
    said = rsna.whole_pictures(data)
    known_to_130 = {row.patient for row in nih_samples.draw_samples(archives.nih(data)).clear_learn}
    rows, finding = [], []
    for row in counted.nih(data):
        reading = said.get(row.key)
        if reading is None or row.patient in known_to_130:
            continue
        # RSNA's classes first: theirs is the larger set.
        found = reading.finding or {"NO": rsna.NORMAL, "YES": rsna.OPACITY}.get(reading.airspace_opacity, "")
        if found:
            rows.append(row)
            finding.append(found)
    lungs = lungs_of("whole", network, rows, work)
    boxes = []
    for row in rows:
        pixels = row.grey8()
        both = masks.resample(lungs[row.key].labels, lungs[row.key].source, lungs[row.key].source, *pixels.shape)
        labels = np.where(both[0] > 0, 1, np.where(both[1] > 0, 2, 0))
        boxes.append(zone_shares(labels, rsna.box_map(said[row.key].boxes, pixels.shape)))
    return ReaderLabelled(np.array([row.key for row in rows]), np.array([row.patient for row in rows]), np.array(finding),
                          np.array([row.view for row in rows]), zones_of("whole", rows, lungs, work, False, tuned), np.array(boxes),
                          {"mask": np.array([outline(lungs[row.key].labels) for row in rows])})


def gather_trial(data: Path, network: nn.Module, work: Path, tuned: ZoneFeatures | None = None, cut: bool = False, devices: bool = False) -> TrialMaterial:
    """@param tuned         other maps than ImageNet's
    @param cut, devices  with these copies to learn from"""
    base = gather(data, network, work, counted, distances=False, tuned=tuned)
    folder = kept_in(network, work, counted)
    learn = of_rsna("rsna_learn", rsna.learn(data), folder, tuned)
    in_both = np.array([bool(row.same_image) for row in rsna.learn(data)])
    whole = of_whole_pictures(data, network, folder, tuned)
    lungs = lungs_of("scored", network, base.rows, folder)

    def features_of(name: str, radiographs: list, mirrored: bool) -> np.ndarray:
        return zones_of(name, radiographs, lungs_of(name, network, radiographs, folder), folder, mirrored, tuned)

    first = {row.patient: i for i, row in reversed(list(enumerate(base.rows))) if row.has_brixia}
    drawn_on = np.array(sorted(first.values()))
    copies: dict[str, list[Drawn]] = {}
    for index in drawn_on:
        row = base.rows[index]
        pixels, found = row.grey8(), lungs[row.key]
        mask = masks.resample(found.labels, found.source, found.source, *pixels.shape).any(0)
        for name, copy in changed_copies(pixels, mask, int(index)).items():
            copies.setdefault(name, []).append(Drawn(row, copy))
    drawings = {}
    for index, (name, rows) in enumerate(copies.items()):
        drawings[name] = features_of(f"drawn_{index}", rows, False)
    to_learn, to_test = cut_outs(data)
    shown = [base.rows[index] for index in drawn_on]
    for where in ("outside", "inside"):
        copies_there = with_devices(shown, lungs, to_test, DEVICE_SEED, where == "inside", where == "outside")
        drawings[f"devices, {where}"] = features_of(f"devices_{where}", copies_there, False)
    with_others = [features_of(f"devices_{turn}", with_devices(base.rows, lungs, to_learn, DEVICE_SEED + 1 + turn), True)
                   for turn in range(DEVICE_COPIES if devices else 0)]
    outlines = [row.lungs() for row in rsna.learn(data)] if cut else []
    without_parts = [zones_of(f"cut_{turn}", base.rows, cut_lungs(base.rows, lungs, outlines, turn), folder, tuned=tuned) for turn in range(CUTS if cut else 0)]
    learn = learn[np.flatnonzero(~in_both)]
    return TrialMaterial(base, learn, whole, drawings, drawn_on, without_parts, with_others, np.arange(len(learn.keys)))
