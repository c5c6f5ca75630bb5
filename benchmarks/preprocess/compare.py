#!/usr/bin/env python3
"""Times the library's preprocessing beside memcpy, OpenCV, TorchXRayVision and torchvision, on one core.

Usage: compare.py [--build build/release] [--rounds 7] [--write]

The input is a real radiograph (RG1_J2KR of the PyPI package pydicom-data), enlarged to 2500 x 3000 values of 16 bits.
Before anything is timed, the program compares outputs of its own with OpenCV's, and this script those that
TorchXRayVision and torchvision make too. A round runs each side once, one after the other, so that both see the same
machine; the table has the least CPU time of all rounds. With --write it replaces the table of docs/performance.md.
"""

import argparse
import ast
import contextlib
import importlib.util
import io
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
import pydicom
import skimage.transform
import torch
from torchvision.transforms.v2.functional import resize

SOURCE = Path(__file__).resolve().parents[2]
SHAPE = (2500, 3000)
SIZE = 224
BEGIN, END = "<!-- compare.py: begin -->", "<!-- compare.py: end -->"


def make_image() -> np.ndarray:
    """[2500,3000] uint16: a radiograph with noise in the bits that enlarging leaves empty."""
    file = subprocess.run([sys.executable, SOURCE / "scripts" / "pydicom_data_file.py", "RG1_J2KR.dcm"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    dataset = pydicom.dcmread(file)
    pixels = dataset.pixel_array.astype(np.float64) / (2**dataset.BitsStored - 1)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        pixels = 1 - pixels
    large = skimage.transform.resize(pixels, SHAPE, order=1) * 65535
    large += np.random.default_rng(7).normal(0, 200, SHAPE)
    return np.clip(np.round(large), 0, 65535).astype(np.uint16)


def torchxrayvision(file: str, *names: str) -> list:
    """The named functions of the installed package; importing all of it needs what it fetches weights by."""
    folder = Path(importlib.util.find_spec("torchxrayvision").submodule_search_locations[0])
    module = ast.parse((folder / file).read_text(encoding="utf-8"))
    module.body = [node for node in module.body if getattr(node, "name", None) in names]
    scope = {"np": np, "ndarray": np.ndarray, "skimage": skimage, "warnings": warnings}
    exec(compile(module, file, "exec"), scope)
    return [scope[name] for name in names]


class Torchxrayvision:
    """The package's own functions, from the stored values on."""

    ours = "recipe_torchxrayvision"
    name = "TorchXRayVision 1.4.0: normalize, XRayCenterCrop, XRayResizer(224)"
    allowed = 5e-4  # float32 at numbers up to 1024, as in tests/acceptance/preprocessing/test_torchxrayvision.py

    def __init__(self):
        (self.normalize,) = torchxrayvision("utils.py", "normalize")
        crop, resizer = torchxrayvision("datasets.py", "XRayCenterCrop", "XRayResizer")
        self.crop, self.resizer = crop(), resizer(SIZE)

    def __call__(self, image):
        with contextlib.redirect_stdout(io.StringIO()):  # the resizer says which engine it takes
            return self.resizer(self.crop(self.normalize(image, maxval=65535, reshape=True)))


class Torchvision:
    ours = "resize_linear"
    name = "torchvision 0.26: resize, antialias, of float32"
    allowed = 1e-5  # it adds the rows first

    def __call__(self, image):
        grey = torch.from_numpy(image).to(torch.float32).div_(65535)[None]
        return resize(grey, [SIZE, SIZE], antialias=True).numpy()


class NumpyChain:
    """The chain as it is written with NumPy; its area resize, with whole pixels only, is not ours."""

    ours = "recipe_chain"
    name = "NumPy percentile and clip, torch area, normalise"
    allowed = None

    def __call__(self, image):
        low, high = np.percentile(image, [1, 99])
        grey = np.clip((image.astype(np.float32) - np.float32(low)) / np.float32(high - low), 0, 1)
        small = torch.nn.functional.interpolate(torch.from_numpy(grey)[None, None], (SIZE, SIZE), mode="area")
        return ((small - 0.5) / 0.25).numpy()


def run_ours(program: Path, image_file: Path, outputs: Path, min_time: float) -> dict[str, float]:
    """Milliseconds of CPU time by benchmark; the program checks its outputs first."""
    finished = subprocess.run(
        [program, f"--image={image_file}", f"--outputs={outputs}", f"--benchmark_min_time={min_time}",
         "--benchmark_format=json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if finished.returncode != 0:
        sys.exit(f"{program.name} ended with {finished.returncode}:\n{finished.stderr}")
    return {entry["name"]: entry["cpu_time"] for entry in json.loads(finished.stdout)["benchmarks"]}


def milliseconds(function, image: np.ndarray) -> float:
    begin = time.process_time_ns()
    function(image)
    return (time.process_time_ns() - begin) / 1e6


def check(reference, image: np.ndarray, outputs: Path) -> None:
    ours = np.fromfile(outputs / f"{reference.ours}.f32", np.float32)
    theirs = np.asarray(reference(image), np.float64).ravel()
    if reference.allowed is None:
        return
    largest = float(np.abs(ours - theirs).max()) if ours.shape == theirs.shape else float("inf")
    print(f"{reference.ours}: largest difference {largest:.2g}, allowed {reference.allowed:.2g}", file=sys.stderr)
    if not largest <= reference.allowed:
        sys.exit(f"{reference.ours} differs from {reference.name}")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def table(ours: dict[str, float], theirs: dict[str, float], references, rounds: int) -> str:
    stored_bytes = SHAPE[0] * SHAPE[1] * 2
    lines = [
        f"{processor()}, one core; {SHAPE[0]} x {SHAPE[1]} values of 16 bits to {SIZE} x {SIZE}; least CPU time of "
        f"{rounds} rounds.",
        "",
        "| what | ms | GB/s of stored values | times memcpy |",
        "|---|---:|---:|---:|",
    ]
    for name, ms in list(ours.items()) + list(theirs.items()):
        lines.append(f"| {name} | {ms:.2f} | {stored_bytes / ms / 1e6:.2f} | {ms / ours['memcpy']:.1f} |")
    goals = [
        ("TorchXRayVision's recipe, times as fast as its Python", theirs[references[0].name] / ours["recipe_torchxrayvision"], ">= 20"),
        ("`resize` area, times as fast as OpenCV's INTER_AREA", ours["opencv_area"] / ours["resize_area"], ">= 1"),
        ("grey, percentiles, resize, normalise, in memcpys", ours["recipe_chain"] / ours["memcpy"], "<= 6"),
    ]
    lines += ["", "| goal | wanted | reached |", "|---|---:|---:|"]
    lines += [f"| {what} | {wanted} | {value:.1f} |" for what, value, wanted in goals]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=SOURCE / "build" / "release")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--min-time", type=float, default=0.2, help="seconds of each C++ benchmark in a round")
    parser.add_argument("--write", action="store_true", help="replace the table of docs/performance.md")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    program = arguments.build / "benchmarks" / "benchmark_preprocess"
    image = make_image()
    references = [Torchxrayvision(), Torchvision(), NumpyChain()]
    ours: dict[str, float] = {}
    theirs: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        image_file = Path(folder) / "image.u16"
        image.tofile(image_file)
        for turn in range(arguments.rounds):
            for name, ms in run_ours(program, image_file, Path(folder), arguments.min_time).items():
                ours[name] = min(ms, ours.get(name, float("inf")))
            for reference in references:
                if turn == 0:
                    check(reference, image, Path(folder))
                ms = milliseconds(reference, image)
                theirs[reference.name] = min(ms, theirs.get(reference.name, float("inf")))
    text = table(ours, theirs, references, arguments.rounds)
    print(text)
    if arguments.write:
        page = SOURCE / "docs" / "performance.md"
        before, rest = page.read_text(encoding="utf-8").split(BEGIN)
        _, after = rest.split(END)
        page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
