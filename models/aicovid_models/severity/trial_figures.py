"""The figures by which trials of the second generation are compared with 1.3.0, all from held-out predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from aicovid_models.radiographs import rsna
from aicovid_models.radiographs.archives import patient_folds
from aicovid_models.severity.figures import HEAVY
from aicovid_models.severity.trial_material import ReaderLabelled, TrialMaterial
from aicovid_models.statistics.evaluation import auroc, bootstrap, mean_absolute_error, mean_difference, pearson

VIEWS = ("PA", "AP")
# Zones so close to an end of the scale count as held there.
AT_AN_END = 0.1


@dataclass(frozen=True)
class Predictions:
    """Zones 0..3, each by a model that did not learn from the patient."""

    zones: np.ndarray  # [n,6] of the scored images and those with extent or opacity
    copies: dict[str, np.ndarray]  # of the same: [n,6] by name
    drawings: dict[str, np.ndarray]  # [p,6] by name
    learn: np.ndarray  # [m,6] of RSNA's lungs that may be learnt from
    whole: np.ndarray  # [k,6] of whole pictures


def percentile_95(x: np.ndarray) -> float:
    return float(np.percentile(np.abs(x), 95))


def mean(x: np.ndarray) -> float:
    return float(x.mean())


def slope(prediction: np.ndarray, read: np.ndarray) -> float:
    return float(np.polyfit(prediction, read, 1)[0])


def of_the_scored(material: TrialMaterial, found: Predictions) -> dict:
    """Agreement with the readers, calibration, zones at the ends, changed copies."""
    base = material.base
    rows = np.flatnonzero(base.scored)
    patients = [base.rows[i].patient for i in rows]
    zones, read = found.zones[rows], base.labels[rows]
    s, j = (np.stack([getattr(base.rows[i], f"zones_{reader}") for i in rows]) for reader in "sj")
    total, mean_total = zones.sum(1), read.sum(1)
    heavy, predicted_heavy = mean_total >= HEAVY, total >= HEAVY

    def group(chosen: np.ndarray) -> list[str]:
        return [name for name, mine in zip(patients, chosen, strict=True) if mine]

    at_an_end = (zones < AT_AN_END) | (zones > 3 - AT_AN_END)
    read_so = ((zones < AT_AN_END) & (read == 0)) | ((zones > 3 - AT_AN_END) & (read == 3))
    both_zero = (s == 0) & (j == 0)
    result = {
        "r": bootstrap(pearson, patients, total, mean_total), "error": bootstrap(mean_absolute_error, patients, total, mean_total),
        "zones": bootstrap(mean_absolute_error, patients, zones, read),
        "error_reader_s": bootstrap(mean_absolute_error, patients, total, s.sum(1)),
        "error_reader_j": bootstrap(mean_absolute_error, patients, total, j.sum(1)),
        "readers_error": bootstrap(mean_absolute_error, patients, s.sum(1), j.sum(1)),
        "slope": bootstrap(slope, patients, total, mean_total), "bias": bootstrap(mean_difference, patients, total, mean_total),
        "bias_read_heavy": bootstrap(mean_difference, group(heavy), total[heavy], mean_total[heavy]),
        # The same regression to the mean, of a second reader.
        "bias_read_heavy_readers": bootstrap(lambda a, b: _reader_bias(a, b), patients, s.sum(1), j.sum(1)),
        "zones_at_an_end": bootstrap(mean, patients, at_an_end.astype(float)),
        "zones_at_an_end_not_read_so": bootstrap(mean, patients, (at_an_end & ~read_so).astype(float)),
        "where_both_read_0": round(float(zones[both_zero].mean()), 3), "zones_both_read_0": int(both_zero.sum())}
    if predicted_heavy.sum() > 2:
        result["bias_predicted_heavy"] = bootstrap(mean_difference, group(predicted_heavy), total[predicted_heavy], mean_total[predicted_heavy])
    copies = {name: values[rows].sum(1) for name, values in found.copies.items()}
    greys = np.concatenate([copies[name] - total for name in ("contrast_test", "contrast_test_2")])
    result["greys_95"] = bootstrap(percentile_95, patients * 2, greys)
    result["shrunk_95"] = bootstrap(percentile_95, patients, copies["shrunk"] - total)
    painted = copies["painted_test"] - total
    result["painted_lowered"], result["painted_lowest"] = int((painted < -1e-6).sum()), round(float(painted.min()), 2)
    before, names = found.zones[material.drawn_on].sum(1), [base.rows[i].patient for i in material.drawn_on]
    for where in ("outside", "inside"):
        changes = [values.sum(1) - before for name, values in found.drawings.items() if name.startswith(where)]
        result[f"drawings_{where}_95"] = bootstrap(percentile_95, names * len(changes), np.concatenate(changes))
        result[f"devices_{where}_95"] = bootstrap(percentile_95, names, found.drawings[f"devices, {where}"].sum(1) - before)
    return result


def _reader_bias(s: np.ndarray, j: np.ndarray) -> float:
    """One reader less the other where the other read HEAVY or more, averaged over both."""
    parts = [mean_difference(a[b >= HEAVY], b[b >= HEAVY]) for a, b in ((s, j), (j, s)) if (b >= HEAVY).any()]
    return float(np.mean(parts)) if parts else float("nan")


def of_the_readers_classes(labelled: ReaderLabelled, total: np.ndarray, shape_scores: dict[str, np.ndarray]) -> dict:
    """By view: mean total of each class, and opacity against Normal and against all without opacity, beside outlines alone."""
    result = {}
    for view in VIEWS:
        here = labelled.view == view

        def of(finding: str, here: np.ndarray = here) -> np.ndarray:
            return here & (labelled.finding == finding)

        part: dict = {}
        for name, finding in (("normal", rsna.NORMAL), ("not_normal", rsna.NOT_NORMAL), ("opacity", rsna.OPACITY)):
            chosen = of(finding)
            if chosen.sum() > 2:
                part[name] = bootstrap(mean, list(labelled.patients[chosen]), total[chosen])
        scores = {"total": total, **shape_scores}
        normal, opacity, without = of(rsna.NORMAL), of(rsna.OPACITY), of(rsna.NORMAL) | of(rsna.NOT_NORMAL)
        for title, negative in (("auroc_normal", normal), ("auroc_without", without)):
            rows = np.flatnonzero(negative | opacity)
            if opacity.sum() > 2 and negative.sum() > 2:
                part[title] = {name: bootstrap(auroc, list(labelled.patients[rows]), score[rows], opacity[rows].astype(float))
                               for name, score in scores.items()}
        result[view.lower()] = part
    return result


def shape_scores(learn: ReaderLabelled, tested: ReaderLabelled | None = None) -> dict[str, np.ndarray]:
    """What outlines alone tell of an opacity against Normal: by "mask" and "hull", held out in `learn`, or of `tested`."""
    result = {}
    for name, shapes in learn.shapes.items():
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000))
        target, used = learn.finding == rsna.OPACITY, learn.finding != rsna.NOT_NORMAL
        view = (learn.view == "AP")[:, None]
        x = np.concatenate([shapes, view, shapes * view], 1)
        if tested is not None:
            theirs = (tested.view == "AP")[:, None]
            fitted = model.fit(x[used], target[used])
            result[name] = fitted.decision_function(np.concatenate([tested.shapes[name], theirs, tested.shapes[name] * theirs], 1))
            continue
        folds, scores = patient_folds(list(learn.patients), 5, 0), np.zeros(len(x))
        for fold in range(5):
            scores[folds == fold] = model.fit(x[used & (folds != fold)], target[used & (folds != fold)]).decision_function(x[folds == fold])
        result[name] = scores
    return result


def paired(material: TrialMaterial, zones: np.ndarray, before: np.ndarray) -> dict:
    """What is lost against `before` on the same scored images, both [n,6] held out: error of the total, of a zone, and r. Less is better."""
    base = material.base
    rows = np.flatnonzero(base.scored)
    patients, read = [base.rows[i].patient for i in rows], base.labels[rows]

    def lost(measure):
        return lambda a, b, y: measure(a, y) - measure(b, y)

    totals = zones[rows].sum(1), before[rows].sum(1), read.sum(1)
    return {"error": bootstrap(lost(mean_absolute_error), patients, *totals),
            "zones": bootstrap(lost(mean_absolute_error), patients, zones[rows], before[rows], read),
            "r_lost": bootstrap(lambda a, b, y: pearson(b, y) - pearson(a, y), patients, *totals)}


def measure(material: TrialMaterial, found: Predictions, shapes: bool = True) -> dict:
    """@param shapes  also what outlines alone tell, which is the same for all predictions"""
    outlines = {name: score[material.judged] for name, score in shape_scores(material.learn).items()} if shapes else {}
    return {"scored": of_the_scored(material, found),
            "rsna_learn": of_the_readers_classes(material.learn[material.judged], found.learn.sum(1)[material.judged], outlines),
            "whole_pictures": of_the_readers_classes(material.whole, found.whole.sum(1), {})}
