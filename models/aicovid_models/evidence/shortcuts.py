"""Is the total read from the lungs? What it does when things beside them change, and what can be had without them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from aicovid_models.drawings import foreign_objects
from aicovid_models.evidence.readings import Bundle, Folds, Reading
from aicovid_models.radiographs.archives import LabelledRadiograph
from aicovid_models.statistics.agreement import subgroup
from aicovid_models.statistics.evaluation import bootstrap

IMAGES = 100
SEED = 20200408
FIXED_GREY = 128


def one_of_each_patient(rows: list[LabelledRadiograph], count: int) -> list[LabelledRadiograph]:
    """`count` patients' first images, evenly spaced."""
    first = {}
    for row in rows:
        first.setdefault(row.patient, row)
    rows = list(first.values())
    return [rows[i] for i in np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]


def test_images(archives: list[list[LabelledRadiograph]], count: int) -> list[LabelledRadiograph]:
    """Of each archive the same number of patients."""
    share, more = divmod(count, len(archives))
    return [row for i, rows in enumerate(archives) for row in one_of_each_patient(rows, share + (i < more))]


def changed_copies(pixels: np.ndarray, lungs: np.ndarray, index: int) -> dict[str, np.ndarray]:
    """Each drawing over the image `index`, by "outside NAME" and "inside NAME"."""
    def generator(kind: int) -> np.random.Generator:
        return np.random.default_rng([SEED, index, kind])

    drawings = [("outside", foreign_objects.OUTSIDE), ("inside", foreign_objects.INSIDE)]
    names = [(f"{where} {name}", draw) for where, those in drawings for name, draw in those.items()]
    copies = {name: foreign_objects.paste(pixels, lungs, draw, generator(kind)) for kind, (name, draw) in enumerate(names)}
    return copies | {"outside brightness": foreign_objects.brightness(pixels, lungs, generator(len(names)))}


def changes_by_drawing(bundle: Bundle, rows: list[LabelledRadiograph], score: Callable[[Reading], float]) -> dict[str, np.ndarray]:
    """By name of the drawing, the score of the changed copy less that of the image [n]; NaN where one has none."""
    changes: dict[str, list[float]] = {}
    for index, row in enumerate(rows):
        pixels = row.grey8()
        before = bundle.read(pixels)
        lungs = before.lungs(*pixels.shape).any(0)
        for name, copy in changed_copies(pixels, lungs, index).items():
            changes.setdefault(name, []).append(score(bundle.read(copy)) - score(before))
    return {name: np.array(values) for name, values in changes.items()}


def summary(changes: dict[str, np.ndarray], patients: list[str]) -> dict:
    """95th percentile and mean of |change|, for each drawing and for all those outside and inside."""
    def of(values: np.ndarray, names: list[str]) -> dict:
        known = np.flatnonzero(np.isfinite(values))
        values, names = values[known], [names[i] for i in known]
        return {"percentile_95": bootstrap(lambda x: float(np.percentile(np.abs(x), 95)), names, values),
                "mean": bootstrap(lambda x: float(np.abs(x).mean()), names, values), "bias": bootstrap(lambda x: float(x.mean()), names, values),
                "largest": round(float(np.abs(values).max()), 2), "without_score": int(len(patients) - len(set(names)))}

    result = {name: of(values, patients) for name, values in changes.items()}
    for where in ("outside", "inside"):
        parts = [values for name, values in changes.items() if name.startswith(where)]
        result[where] = of(np.concatenate(parts), patients * len(parts))
    return result


def geometry(reading: Reading) -> np.ndarray:
    """What the mask's outline alone tells: area, height, width, place and fill of each lung, and their ratio."""
    lungs = reading.lungs(256, 256)
    numbers = []
    for lung in lungs:
        rows, columns = np.nonzero(lung)
        if rows.size == 0:
            numbers += [0.0] * 6
            continue
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        numbers += [lung.mean(), height / 256, width / 256, rows.mean() / 256, columns.mean() / 256, rows.size / (height * width)]
    return np.array([*numbers, numbers[0] / max(numbers[0] + numbers[6], 1e-6), reading.report["input"]["columns"] / reading.report["input"]["rows"]])


def _held_out(predict: Callable[[np.ndarray, np.ndarray], np.ndarray], folds: np.ndarray) -> np.ndarray:
    """@param predict  (rows to learn from, rows to predict) -> predictions of the latter"""
    result = np.zeros(len(folds))
    for fold in np.unique(folds):
        result[folds == fold] = predict(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold))
    return result


def controls(folds: Folds, rows: list[LabelledRadiograph], readings: list[Reading]) -> dict:
    """The total's agreement with the mean of the readers, held out, of the model and of what should not be able to tell it:
    within AP and AP supine (where the view says nothing), within PA, and in all.

    `readings`: of the rows as they are, by their folds' bundles.
    """
    total, view = np.array([row.zones.sum() for row in rows]), np.array(["PA" if row.view == "PA" else "AP" for row in rows])
    names, patients = np.array([folds.fold(row) for row in rows]), [row.patient for row in rows]
    shapes = np.stack([geometry(reading) for reading in readings])

    def by_geometry(learn: np.ndarray, here: np.ndarray) -> np.ndarray:
        model = make_pipeline(StandardScaler(), RidgeCV(np.geomspace(1, 1000, 13)))
        return model.fit(shapes[learn], total[learn]).predict(shapes[here]).clip(0, 18)

    def by_view(learn: np.ndarray, here: np.ndarray) -> np.ndarray:
        return np.array([total[learn][view[learn] == view[i]].mean() for i in here])

    one_grey, own_grey, without_surroundings = [], [], []
    for row, reading in zip(rows, readings, strict=True):
        pixels = row.grey8()
        lungs = reading.lungs(*pixels.shape).any(0)
        mean = pixels[lungs].mean() if lungs.any() else FIXED_GREY
        one_grey.append(folds.read(row, foreign_objects.filled(pixels, lungs, FIXED_GREY)).brixia)
        own_grey.append(folds.read(row, foreign_objects.filled(pixels, lungs, mean)).brixia)
        without_surroundings.append(folds.read(row, foreign_objects.filled(pixels, ~lungs, FIXED_GREY)).brixia)
    predicted = {"model": np.array([reading.brixia for reading in readings]), "lungs of one grey": np.array(one_grey),
                 "lungs of their own mean grey": np.array(own_grey), "everything else of one grey": np.array(without_surroundings),
                 "mask geometry": _held_out(by_geometry, names), "view": _held_out(by_view, names)}
    result = {}
    for name, values in predicted.items():
        known = np.isfinite(values)
        result[name] = {"without_score": int((~known).sum()),
                        **{part: subgroup(patients, values, total, known & chosen)
                           for part, chosen in (("ap", view == "AP"), ("pa", view == "PA"), ("all", np.ones(len(rows), bool)))}}
    return result
