#!/usr/bin/env python3
"""Scores an archive as one would in Python, and writes a table: the peer that `aicovid batch` is measured against.

Usage: peer.py FOLDER --out rows.csv [--jobs 2] [--bundle models/severity] [--engine openvino|torchscript] [--stages stages.json]

pydicom and pylibjpeg decode, NumPy and SciPy preprocess as the bundle's plans say, OpenVINO (or PyTorch) runs the bundle's networks
in float32, SciPy cleans the lung mask. Each process has one thread and works on one file after another; as many run as there are jobs.
It has no gate, no clinical values and no resumption. It does not use aicovid.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import sys
import time
from functools import lru_cache
from pathlib import Path

# Before NumPy is loaded: the processes are the parallel part.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np
import pydicom
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from scipy import ndimage
from scipy.sparse import csr_matrix

STAGES = ("read", "decode", "preprocess", "infer")


def grey(dataset: pydicom.Dataset, stored: np.ndarray) -> np.ndarray:
    """[H,W] float32 from 0, black, to 1."""
    ends = apply_modality_lut(np.array([0, 2**dataset.BitsStored - 1], stored.dtype), dataset)
    values = np.asarray(apply_voi_lut(apply_modality_lut(stored, dataset), dataset), np.float32)
    # In place, so that no further copy of the image is made.
    values -= np.float32(ends[0])
    values *= np.float32(1 / (float(ends[1]) - float(ends[0])))
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        np.subtract(1, values, out=values)
    return values


@lru_cache(maxsize=64)
def area_weights(pixels: int, low: float, high: float, size: int) -> csr_matrix:
    """[size,pixels]: each row is the mean over its part of the axis from low to high, fractions of pixels included."""
    edges = low + (high - low) * np.arange(size + 1) / size
    begin = np.arange(pixels)
    shared = np.minimum(edges[1:, None], begin + 1) - np.maximum(edges[:-1, None], begin)
    return csr_matrix(np.clip(shared, 0, None) * (size / (high - low)), dtype=np.float32)


def run_plan(plan: list[dict], image: np.ndarray, lungs: tuple | None) -> tuple[np.ndarray, tuple]:
    """([1,C,size,size] float32, what it covers as y0, x0, y1, x1) of a bundle's plan, of the operations that it uses."""
    height, width = image.shape
    area = (0.0, 0.0, float(height), float(width))
    clip = None
    for step in plan:
        match step:
            case {"op": "grey"}:
                pass  # `image` is grey already
            case {"op": "lung_crop", "margin": margin}:
                y, x = margin * (lungs[2] - lungs[0]), margin * (lungs[3] - lungs[1])
                area = (max(lungs[0] - y, 0.0), max(lungs[1] - x, 0.0), min(lungs[2] + y, height), min(lungs[3] + x, width))
            case {"op": "percentile_clip", "low": low, "high": high}:
                clip = np.percentile(image, [low, high])
                image = np.clip((image - np.float32(clip[0])) / np.float32(clip[1] - clip[0]), 0, 1)
            case {"op": "resize", "size": int(size), "method": "area"}:
                top, bottom = int(area[0]), int(np.ceil(area[2]))
                rows = area_weights(bottom - top, area[0] - top, area[2] - top, size)
                columns = area_weights(width, area[1], area[3], size)
                image = columns.dot(rows.dot(image[top:bottom]).T).T
            case {"op": "normalize", "mean": mean, "std": std}:
                image = (image - np.float32(mean)) / np.float32(std)
            case {"op": "channels", "count": count}:
                image = np.repeat(image[None], count, axis=0)
            case _:
                raise ValueError(f"the plan has {step}; expected an operation that this program knows")
    return np.ascontiguousarray(image[None] if image.ndim == 3 else image[None, None]), area


def clean(probabilities: np.ndarray) -> np.ndarray:
    """[2,h,w] probabilities -> [h,w] labels: 0 outside, 1 right lung, 2 left lung, without small pieces and holes."""
    right_wins = probabilities[0] >= probabilities[1]
    claimed = probabilities.max(0) >= 0.5
    filled = []
    for lung in (claimed & right_wins, claimed & ~right_wins):
        pieces, count = ndimage.label(lung, structure=np.ones((3, 3)))
        sizes = ndimage.sum_labels(lung, pieces, range(1, count + 1))
        large = 1 + np.flatnonzero(sizes >= 0.1 * sizes.max(initial=0))
        filled.append(ndimage.binary_fill_holes(np.isin(pieces, large)))
    right, left = filled
    return np.where(right & (~left | right_wins), 1, np.where(left, 2, 0))


def lung_box(labels: np.ndarray, area: tuple) -> tuple | None:
    rows, columns = np.flatnonzero(labels.any(axis=1)), np.flatnonzero(labels.any(axis=0))
    if rows.size == 0:
        return None
    dy, dx = (area[2] - area[0]) / labels.shape[0], (area[3] - area[1]) / labels.shape[1]
    return (area[0] + rows[0] * dy, area[1] + columns[0] * dx, area[0] + (rows[-1] + 1) * dy, area[1] + (columns[-1] + 1) * dx)


def mask_on(labels: np.ndarray, area: tuple, target: tuple, size: int) -> np.ndarray:
    """[1,2,size,size] float32: the mask on the raster of `target`, by the nearest pixel."""
    picked = []
    for axis in (0, 1):
        low, high = target[axis], target[axis + 2]
        centres = low + (np.arange(size) + 0.5) * (high - low) / size
        place = np.floor((centres - area[axis]) / (area[axis + 2] - area[axis]) * labels.shape[axis]).astype(int)
        picked.append(np.clip(place, 0, labels.shape[axis] - 1))
    found = labels[np.ix_(*picked)]
    return np.stack([found == 1, found == 2]).astype(np.float32)[None]


class Networks:
    """The bundle's networks, each a function from arrays to the list of its outputs."""

    def __init__(self, bundle: Path, engine: str) -> None:
        self.manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
        entries = {entry["role"]: entry for entry in self.manifest["networks"]}
        make = openvino_network if engine == "openvino" else torch_network
        kind = "onnx" if engine == "openvino" else "torchscript"
        self.run = {role: make(bundle / entry["files"][kind]["path"]) for role, entry in entries.items()}
        self.plans = {role: self.manifest["plans"][entry["inputs"][0].removeprefix("plan:")] for role, entry in entries.items()}
        self.outputs = {role: list(entry["outputs"]) for role, entry in entries.items()}


def openvino_network(file: Path):
    import openvino

    core = openvino.Core()
    model = core.read_model(file)
    model.reshape({i: [1, *list(given.partial_shape)[1:]] for i, given in enumerate(model.inputs)})
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1})
    request = compiled.create_infer_request()
    return lambda *inputs: list(request.infer(list(inputs), share_inputs=True).values())


def torch_network(file: Path):
    import torch

    torch.set_num_threads(1)
    network = torch.jit.load(file).eval()

    def run(*inputs):
        with torch.inference_mode():
            return [output.numpy() for output in network(*map(torch.from_numpy, inputs))]

    return run


class Clock:
    """CPU seconds of this process, by stage."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(STAGES, 0.0)
        self.last = time.process_time()

    def stage(self, name: str) -> None:
        now = time.process_time()
        self.spent[name] += now - self.last
        self.last = now


def score(networks: Networks, file: Path, clock: Clock) -> float | None:
    """The Brixia total of a file; None without lungs."""
    dataset = pydicom.dcmread(file)
    clock.stage("read")
    stored = dataset.pixel_array
    clock.stage("decode")
    image = grey(dataset, stored)
    small, area = run_plan(networks.plans["lungs"], image, None)
    clock.stage("preprocess")
    mask = networks.run["lungs"](small)[networks.outputs["lungs"].index("mask")][0]
    clock.stage("infer")
    labels = clean(mask)
    box = lung_box(labels, area)
    if box is None:
        return None
    crop, target = run_plan(networks.plans["severity"], image, box)
    lungs = mask_on(labels, area, target, crop.shape[-1])
    clock.stage("preprocess")
    zones = networks.run["severity"](crop, lungs)[networks.outputs["severity"].index("zones")]
    clock.stage("infer")
    return float(zones.sum())


networks: Networks  # of this process


def start(bundle: Path, engine: str) -> None:
    global networks
    networks = Networks(bundle, engine)


def row(file: Path) -> tuple[dict, dict]:
    """A file's row, and its CPU seconds by stage. A file that cannot be scored costs no other."""
    clock = Clock()
    try:
        brixia = score(networks, file, clock)
    except Exception as error:  # whatever a damaged file brings about
        return {"file": str(file), "status": "error", "message": str(error)}, clock.spent
    if brixia is None:
        return {"file": str(file), "status": "refused"}, clock.spent
    return {"file": str(file), "status": "ok", "brixia": f"{brixia:.6g}"}, clock.spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--bundle", type=Path, default=Path(__file__).resolve().parents[2] / "models" / "severity")
    parser.add_argument("--engine", choices=("openvino", "torchscript"), default="openvino")
    parser.add_argument("--stages", type=Path)
    given = parser.parse_args()
    files = sorted(path for path in given.folder.rglob("*") if path.is_file()) if given.folder.is_dir() else [given.folder]
    if not files:
        sys.exit(f"{given.folder} has no file")
    spent = dict.fromkeys(STAGES, 0.0)
    with given.out.open("w", newline="", encoding="utf-8") as out:
        table = csv.DictWriter(out, ("file", "status", "message", "brixia"))
        table.writeheader()

        def write(results) -> None:
            for made, stages in results:
                table.writerow(made)
                for name, seconds in stages.items():
                    spent[name] += seconds

        if given.jobs == 1:
            start(given.bundle, given.engine)
            write(map(row, files))
        else:
            with multiprocessing.get_context("spawn").Pool(given.jobs, start, (given.bundle, given.engine)) as pool:
                write(pool.imap(row, files))
                pool.close()
                pool.join()
    if given.stages:
        given.stages.write_text(json.dumps(spent), encoding="utf-8")


if __name__ == "__main__":
    main()
