"""Figures of the bundle severity-open, read through the library by the bundle itself: for its card, and to compute them again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from aicovid_models.drawings import foreign_objects
from aicovid_models.evidence import shortcuts
from aicovid_models.evidence.readings import Bundle, Reading, overlap
from aicovid_models.lungs.overlap import dice_of
from aicovid_models.lungs.training import PredictedLungs
from aicovid_models.picture import other_pictures
from aicovid_models.radiographs import nih_samples
from aicovid_models.radiographs.archives import LabelledRadiograph, hannover, ieee8023, nih
from aicovid_models.radiographs.intensive_care import IcuImage, hannover_icu
from aicovid_models.severity_open.weak_labels import grey_of_lungs
from aicovid_models.statistics.evaluation import auroc, bootstrap, pearson, spearman
from aicovid_models.zones.copies import Shrunk, draw_contrasts, draw_painted

DRAWN_ON = 50  # images that lines and tubes are drawn on
TEST_SEED = 20200411
RESAMPLES = 1000
PIXEL_FLAGS = ("inverted", "rotated", "lung_field_uncertain", "out_of_distribution")


def index_of(reading: Reading) -> float:
    """NaN where the image has none."""
    return reading.score("severity_index")


def found_lungs(reading: Reading) -> PredictedLungs:
    return PredictedLungs(*reading.examination.lung_mask, np.nan)


def _known(statistic, patients: list[str], *values: np.ndarray) -> dict:
    """`bootstrap` over the rows where every value is known."""
    known = np.isfinite(values).all(0)
    return bootstrap(statistic, [name for name, has in zip(patients, known, strict=True) if has], *(value[known] for value in values))


def agreement(rows: list[LabelledRadiograph], scores: np.ndarray) -> dict:
    """With the readers' totals: their mean, each alone, and within a view."""
    patients = [row.patient for row in rows]
    totals = {"mean": np.array([row.zones.sum() for row in rows]), "reader_s": np.array([row.zones_s.sum() for row in rows]),
              "reader_j": np.array([row.zones_j.sum() for row in rows])}
    result = {"r": _known(pearson, patients, scores, totals["mean"]), "rho": _known(spearman, patients, scores, totals["mean"])}
    result |= {f"r_{name}": _known(pearson, patients, scores, totals[name]) for name in ("reader_s", "reader_j")}
    for view, chosen in (("pa", [row.view == "PA" for row in rows]), ("ap", [row.view != "PA" for row in rows])):
        here = np.flatnonzero(chosen)
        result[view] = {name: _known(statistic, [patients[i] for i in here], scores[here], totals["mean"][here])
                        for name, statistic in (("r", pearson), ("rho", spearman))}
    return result


def beside_the_grey(rows: list[LabelledRadiograph], scores: np.ndarray, grey: np.ndarray) -> dict:
    """r of the index less r of the plain grey of the lungs."""
    def gain(a: np.ndarray, b: np.ndarray, total: np.ndarray) -> float:
        return pearson(a, total) - pearson(b, total)

    return _known(gain, [row.patient for row in rows], scores, grey, np.array([row.zones.sum() for row in rows]))


def controls(bundle: Bundle, rows: list[LabelledRadiograph], readings: list[Reading]) -> dict:
    """What should not be able to tell: r with the readers of the view alone and of images with lungs of one grey."""
    patients, totals = [row.patient for row in rows], np.array([row.zones.sum() for row in rows])
    pictures: dict[str, list[float]] = {"lungs of one grey": [], "lungs of their own mean grey": [], "everything else of one grey": []}
    for row, reading in zip(rows, readings, strict=True):
        pixels = row.grey8()
        lungs = reading.lungs(*pixels.shape).any(0)
        mean = pixels[lungs].mean() if lungs.any() else shortcuts.FIXED_GREY
        for name, region, grey in (("lungs of one grey", lungs, shortcuts.FIXED_GREY), ("lungs of their own mean grey", lungs, mean),
                                   ("everything else of one grey", ~lungs, shortcuts.FIXED_GREY)):
            pictures[name].append(index_of(bundle.read(foreign_objects.filled(pixels, region, grey))))
    values = {name: np.array(scores) for name, scores in pictures.items()} | {"view": np.array([row.view != "PA" for row in rows], float)}
    return {name: {"r": _known(pearson, patients, scores, totals), "without_score": int(np.isnan(scores).sum())} for name, scores in values.items()}


def changes(bundle: Bundle, rows: list[LabelledRadiograph], readings: list[Reading]) -> dict:
    """What another grey scale, another size and a painted lung do to the index."""
    patients, own = [row.patient for row in rows], np.array([index_of(reading) for reading in readings])
    lungs = {row.key: found_lungs(reading) for row, reading in zip(rows, readings, strict=True)}
    totals = np.array([row.zones.sum() for row in rows])
    copies = {"other_greys": draw_contrasts(rows, TEST_SEED), "shrunk": [Shrunk(row) for row in rows], "painted": draw_painted(rows, lungs, TEST_SEED)}
    result = {}
    for name, those in copies.items():
        now = np.array([index_of(bundle.read(copy.grey8())) for copy in those])
        result[name] = {"change_95": _known(lambda x: float(np.percentile(np.abs(x), 95)), patients, now - own),
                        "mean_change": _known(lambda x: float(x.mean()), patients, now - own),
                        "rho_with_own": _known(spearman, patients, now, own), "r": _known(pearson, patients, now, totals),
                        "without_score": int(np.isnan(now).sum())}
        if name == "painted":
            result[name]["rises"] = _known(lambda x: float((x > 0).mean()), patients, now - own)
    return result


def drawings(bundle: Bundle, rows: list[LabelledRadiograph]) -> dict:
    """What lines, tubes, letters and borders drawn over images do to the index."""
    whole = shortcuts.summary(shortcuts.changes_by_drawing(bundle, rows, index_of), [row.patient for row in rows])
    return {name: {part: values[part] for part in ("percentile_95", "bias", "largest", "without_score")} for name, values in whole.items()}


def first_images(images: list[IcuImage], state: str, view: str) -> list[LabelledRadiograph]:
    """One of each patient."""
    first: dict[str, LabelledRadiograph] = {}
    for image in sorted(images, key=lambda image: image.row.key):
        if image.state == state and image.row.view == view:
            first.setdefault(image.row.patient, image.row)
    return list(first.values())


def clear_against_sick(clinic: list[IcuImage], samples: nih_samples.Samples, index: dict[str, float]) -> dict:
    """NIH's clear lungs, its pneumonia, and Hannover's patients, within a view: where they lie, and how well clear ones are told apart."""
    result = {}
    for view in nih_samples.VIEWS:
        groups = {"clear": [row for row in samples.clear_test if row.view == view], "pneumonia": [row for row in samples.pneumonia if row.view == view],
                  "hannover": first_images(clinic, "never", view) + first_images(clinic, "in", view)}
        scores = {name: np.array([index[row.key] for row in rows]) for name, rows in groups.items()}
        result[view.lower()] = {name: {"median": round(float(np.nanmedian(values)), 3), "images": len(values),
                                       "quartiles": [round(float(q), 3) for q in np.nanpercentile(values, [25, 75])]}
                                for name, values in scores.items()}
        for name in ("pneumonia", "hannover"):
            both = [row.patient for row in groups["clear"] + groups[name]]
            label = np.repeat([0.0, 1.0], [len(groups["clear"]), len(groups[name])])
            result[view.lower()][f"auroc_{name}"] = _known(auroc, both, np.concatenate([scores["clear"], scores[name]]), label)
    return result


def gate(bundle: Bundle, rows: list[LabelledRadiograph], readings: dict[str, Reading]) -> dict:
    """On the archive that set no limit, and on pictures that are no chests, none of which was learnt from."""
    flags = Counter(code for row in rows for code in readings[row.key].codes)
    others = [bundle.read(pixels) for pixels in other_pictures.photographs().values()]
    inverted = [bundle.read(255 - row.grey8()) for row in rows[::3]]
    turned = [bundle.read(np.rot90(row.grey8(), 1 + i % 3)) for i, row in enumerate(rows[::3])]
    return {"images": len(rows), "refused": sum(readings[row.key].refused for row in rows),
            "flags": {code: flags[code] for code in PIXEL_FLAGS},
            "inverted_found": round(float(np.mean([reading.refused or "inverted" in reading.codes for reading in inverted])), 4),
            "rotated_found": round(float(np.mean([reading.refused or "rotated" in reading.codes for reading in turned])), 4),
            "changed_copies": len(inverted),
            "other_pictures": {"images": len(others), "refused": sum(reading.refused for reading in others),
                               "flagged": sum(not reading.refused and bool(reading.codes & set(PIXEL_FLAGS)) for reading in others)}}


def lungs_on(rows: list[LabelledRadiograph], readings: dict[str, Reading]) -> tuple[dict, dict[str, float]]:
    """Dice with the drawn lungs, all in all and image by image."""
    overlaps = [overlap(row, readings[row.key]) for row in rows]
    return {part: dice_of(overlaps, part) for part in ("both", "right", "left")}, {found["key"]: round(found["both"], 4) for found in overlaps}


def measure(folder: Path, data: Path) -> dict:
    """All of them: about 2,200 images and copies, 4 minutes of one core."""
    bundle, archive, clinic, samples = Bundle(folder), ieee8023(data), hannover_icu(data), nih_samples.draw_samples(nih(data))
    every = archive + [image.row for image in clinic] + samples.clear_test + samples.pneumonia
    readings = {row.key: bundle.read(row.grey8()) for row in every}
    index = {key: index_of(reading) for key, reading in readings.items()}
    scored = [row for row in archive if row.has_brixia]
    read = [readings[row.key] for row in scored]
    scores = np.array([index[row.key] for row in scored])
    grey = grey_of_lungs(scored, {row.key: found_lungs(reading) for row, reading in zip(scored, read, strict=True)})
    dice, dice_of_each = lungs_on([row for row in archive if row.mask], readings)
    golden = next(case for case in bundle.manifest["golden"] if "image" in case)
    return {"golden_image": round(golden["expected"]["severity_index"], 3),
            "readers": agreement(scored, scores) | {"images": len(scored), "without_score": int(np.isnan(scores).sum())},
            "grey_of_the_lungs": agreement(scored, grey), "above_the_grey": beside_the_grey(scored, scores, grey),
            "controls": controls(bundle, scored, read), "changes": changes(bundle, scored, read),
            "drawings": drawings(bundle, shortcuts.test_images([archive, hannover(data), nih(data)], DRAWN_ON)),
            "clear_and_sick": clear_against_sick(clinic, samples, index), "gate": gate(bundle, archive, readings), "lungs": dice,
            "images": {"index": {row.key: round(index[row.key], 4) for row in scored if np.isfinite(index[row.key])}, "dice": dice_of_each}}


def optimism(scores: dict[str, np.ndarray], totals: np.ndarray, patients: np.ndarray) -> dict:
    """What r of the best of many indices overstates where the test images choose it: the best of resampled patients, less the
    same index on the patients left out, on average. NaN counts as the mean."""
    values = np.stack([np.where(np.isfinite(x), x, np.nanmean(x)) for x in scores.values()])
    generator, names = np.random.default_rng(7), np.unique(patients)
    rows_of, gaps = {name: np.flatnonzero(patients == name) for name in names}, []
    for _ in range(RESAMPLES):
        drawn = generator.choice(names, len(names))
        inside, outside = np.concatenate([rows_of[name] for name in drawn]), np.flatnonzero(~np.isin(patients, drawn))
        r = [pearson(value[inside], totals[inside]) for value in values]
        best = int(np.argmax(r))
        gaps.append(r[best] - pearson(values[best][outside], totals[outside]))
    r = {name: round(pearson(value, totals), 3) for name, value in zip(scores, values, strict=True)}
    return {"candidates": len(r), "best": max(r, key=r.get), "r_of_the_best": max(r.values()), "lowest_r": min(r.values()),
            "overstated_by": round(float(np.nanmean(gaps)), 3), "r": r}
