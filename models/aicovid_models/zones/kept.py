"""Lungs and zone features of named sets of radiographs, kept from run to run. A file's name knows the lung network, not the code."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import torch
from torch import nn

from aicovid_models.command import report
from aicovid_models.fast import fast
from aicovid_models.lungs.network import SIZE
from aicovid_models.lungs.training import PredictedLungs, find_lungs
from aicovid_models.zones.features import CHANNELS, ZoneFeatures, zone_features


def folder_of(network: nn.Module, work: Path) -> Path:
    """Where what `network` finds is kept: another network, other maps, another folder. A LungNet and its traced file share one."""
    folder = work / _digest_of(network)
    folder.mkdir(exist_ok=True)
    return folder


def _digest_of(network: nn.Module) -> str:
    state = {name.removeprefix("lungs."): value for name, value in network.state_dict().items() if name not in ("weight", "bias")}
    digest = hashlib.sha256(repr(CHANNELS).encode())
    for name in sorted(state):
        digest.update(state[name].numpy().tobytes())
    return digest.hexdigest()[:16]


def zones_of(name: str, rows: list, lungs: dict, work: Path, mirrored: bool = True, tuned: ZoneFeatures | None = None) -> np.ndarray:
    """`zone_features`, kept beside the lung networks; those of tuned maps in a folder of their own."""
    folder = work if tuned is None else work / f"tuned_{_digest_of(tuned)}"
    folder.mkdir(exist_ok=True)
    saved = folder / f"zones_{name}.npy"
    if not saved.exists():
        np.save(saved, zone_features(rows, lungs, mirrored, tuned))
        report(f"zone features: {name}, {len(rows)} images")
    return np.load(saved)


def lungs_of(name: str, network: nn.Module, rows: list, work: Path) -> dict[str, PredictedLungs]:
    """`find_lungs` of each row by its key, kept likewise."""
    saved = work / f"found_{name}.pickle"
    if not saved.exists():
        quick = fast(network, torch.zeros(1, 3, SIZE, SIZE))
        saved.write_bytes(pickle.dumps({row.key: find_lungs(quick, row.grey8()) for row in rows}))
        report(f"lungs found: {name}, {len(rows)} images")
    return pickle.loads(saved.read_bytes())
