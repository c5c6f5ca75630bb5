"""Trial of the second generation: an opacity segmentation of the lungs from pixel labels, on the frozen maps, beside the zones.

    python -m aicovid_models.severity.try_opacity

A logistic regression gives each cell of 20 x 20 the probability of ground glass or consolidation; a zone's share is its mean over the zone's cells. Folds are
those of the scored images: nothing is learnt from a patient whose score is predicted. Writes opacity_trial.json. Needs the baseline's predictions.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn import functional as F

from aicovid_models.bundle.files import load_network
from aicovid_models.command import MODELS, cache_folder, data_folder, report
from aicovid_models.fast import fast
from aicovid_models.lungs import masks
from aicovid_models.radiographs import counted
from aicovid_models.radiographs.archives import patient_folds
from aicovid_models.radiographs.pixel_labels import pixel_labels
from aicovid_models.severity import baseline
from aicovid_models.severity.fit import FOLDS, SEED
from aicovid_models.severity.material import kept_in
from aicovid_models.statistics.evaluation import auroc, bootstrap, mean_absolute_error, pearson
from aicovid_models.zones.features import CELLS, DEEP, SIZE, ZoneFeatures, severity_frame, smoothed
from aicovid_models.zones.kept import lungs_of

HERE = Path(__file__).parent
PENALTIES = (1e-3, 1e-2, 1e-1)


class Maps(nn.Module):
    """Image and smoothed mask -> the frozen maps of blocks 4, 7 and 10 on 20 x 20 cells."""

    def __init__(self) -> None:
        super().__init__()
        self.features = ZoneFeatures()

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        eighth, sixteenth = self.features.maps(image, mask)
        return torch.cat([F.avg_pool2d(eighth[:, :40], 2), sixteenth[:, : DEEP - 40]], 1)


@torch.inference_mode()
def cells_of(rows: list, lungs: dict, drawn: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Maps [n,400,232], each zone's part of each cell [n,6,400], and the share of a cell's lung that is drawn as opacity [n,400], NaN without labels."""
    network = ZoneFeatures()
    encode = fast(Maps().eval(), torch.zeros(1, 3, SIZE, SIZE), torch.zeros(1, 2, SIZE, SIZE))
    maps, zones, targets = [], [], []
    for row in rows:
        pixels, found = row.grey8(), lungs[row.key]
        image, mask, source = severity_frame(pixels, found)
        mask = smoothed(torch.from_numpy(mask))
        maps.append(encode(torch.from_numpy(image), mask)[0][0].flatten(1).T.numpy())
        zones.append(F.avg_pool2d(network.zones(mask), SIZE // CELLS)[0].flatten(1).numpy())
        target = np.full(CELLS * CELLS, np.nan)
        if row.key in drawn:
            # A drawing may have another size than the radiograph.
            seen = drawn[row.key]
            whole = found.source
            place = torch.from_numpy(masks.resample(seen.astype(np.uint8), whole, source, SIZE, SIZE)[:1])[None]
            lung = mask.amax(1, keepdim=True)
            share = F.avg_pool2d(lung, SIZE // CELLS)
            target = (F.avg_pool2d(lung * place, SIZE // CELLS) / share.clamp_min(1e-6))[0].flatten().numpy()
        targets.append(target)
    return np.stack(maps), np.stack(zones), np.stack(targets)


def fit_cells(maps: np.ndarray, target: np.ndarray, weight: np.ndarray, penalty: float):
    """@return [k,232] -> [k] probability of an opacity"""
    mean, std = maps.mean(0), maps.std(0) + 1e-6
    x, y = np.concatenate([(maps - mean) / std] * 2), np.repeat([1, 0], len(maps))
    model = LogisticRegression(C=penalty, max_iter=300).fit(x, y, np.concatenate([weight * target, weight * (1 - target)]))
    return lambda others: model.predict_proba((others - mean) / std)[:, 1]


def shares_of(probability: np.ndarray, zones: np.ndarray) -> np.ndarray:
    """[n,400] and [n,6,400] -> [n,6]; 0 of an empty zone."""
    return np.einsum("nc,nzc->nz", probability, zones) / np.maximum(zones.sum(2), 1e-6)


def stacked(columns: list[np.ndarray], read: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """[n] totals by a straight line of the columns, held out."""
    x, result = np.stack([*columns, np.ones(len(read))], 1), np.zeros(len(read))
    for fold in range(FOLDS):
        line, *_ = np.linalg.lstsq(x[folds != fold], read[folds != fold], rcond=None)
        result[folds == fold] = x[folds == fold] @ line
    return result.clip(0, 18)


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    torch.set_num_threads(1)
    data, network, work = data_folder(), load_network(MODELS / "severity", "lungs.pt"), cache_folder()
    folder = kept_in(network, work, counted)
    archive = counted.ieee8023(data)
    rows = [row for row in archive if row.has_brixia or np.isfinite(row.extent)]
    folds = patient_folds([row.patient for row in rows], FOLDS, SEED)
    fold_of = dict(zip([row.patient for row in rows], folds, strict=True))
    drawn = {label.key: label for label in pixel_labels(data)}
    keys = {row.key for row in rows}
    more = [row for row in archive if row.key in drawn and row.key not in keys]
    lungs = lungs_of("scored", network, rows, folder) | lungs_of("pixels", network, more, folder)
    every = rows + more
    maps, zones, target = cells_of(every, lungs, {row.key: drawn[row.key].opacity() for row in every if row.key in drawn})
    report(f"{np.isfinite(target[:, 0]).sum()} images with pixel labels, {len(rows)} to read")
    weight, fold = zones.sum(1), np.array([fold_of.get(row.patient, -1) for row in every])
    given = np.flatnonzero([row.has_brixia for row in rows])
    patients, read = [rows[i].patient for i in given], np.stack([rows[i].zones for i in given])
    before = np.load(work / baseline.KEPT)["zones"][given].sum(1)
    measured: dict = {}
    for penalty in PENALTIES:
        probability = np.zeros(target.shape)
        for here in range(FOLDS):
            learn = np.isfinite(target) & (weight > 0.2) & (fold != here)[:, None]
            predict = fit_cells(maps[learn], target[learn], weight[learn], penalty)
            for i in np.flatnonzero(fold == here):
                probability[i] = predict(maps[i])
        share = shares_of(probability, zones)
        labelled = np.flatnonzero(np.isfinite(target[:, 0]) & (fold >= 0))
        cells = np.isfinite(target[labelled]) & (weight[labelled] > 0.5)
        drawn_share = (np.nan_to_num(target[labelled]) * weight[labelled]).sum(1) / weight[labelled].sum(1)
        found_share = (probability[labelled] * weight[labelled]).sum(1) / weight[labelled].sum(1)
        names = [every[i].patient for i in labelled]
        total = share[given].mean(1)
        result = {"cells_auroc": round(auroc(probability[labelled][cells][::7], (target[labelled][cells][::7] > 0.5).astype(float)), 3),
                  "share_against_drawn_r": bootstrap(pearson, names, found_share, drawn_share),
                  "share_r": bootstrap(pearson, patients, total, read.sum(1)), "zone_r": round(pearson(share[given].ravel(), read.ravel()), 3)}
        for name, columns in (("share", [total]), ("130", [before]), ("130_and_share", [before, total])):
            line = stacked(columns, read.sum(1), folds[given])
            result[name] = {"r": bootstrap(pearson, patients, line, read.sum(1)), "error": bootstrap(mean_absolute_error, patients, line, read.sum(1))}
        measured[f"{penalty:g}"] = result
        report(f"penalty {penalty:g}: cells {result['cells_auroc']}, share against drawn {result['share_against_drawn_r']['value']}, share r {result['share_r']['value']}, "
               + ", ".join(f"{name} r {result[name]['r']['value']} error {result[name]['error']['value']}" for name in ("share", "130", "130_and_share")))
    (HERE / "opacity_trial.json").write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
