#!/usr/bin/env python3
"""Measures what `--decode fit` changes of the findings, over re-encoded chest frontals.

Usage: fit_effect.py [--build build/release] [--images 300] [--data FOLDER] [--backend auto] [--jobs 1] [--json FILE] [--write]

The public radiographs have at most 640 pixels a side, which `fit` decodes whole. So each is enlarged (Lanczos) to a longer side
of 1400, 2048, 2560 or 3072 pixels, in turn, gets noise of 0.4 % of the range as a detector has, and is written with 12 bits as
HTJ2K and JPEG 2000 (lossless) and with 8 bits as JPEG of quality 95. What is compared is the report of the file decoded by
`fit` with the report of the same file decoded whole. JPEG 2000 and HTJ2K hold the same wavelet transform: their values are
checked to be equal in every fifteenth image, and stand in one row. With --write the table of docs/performance.md is replaced.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from PIL import Image
from pydicom.encaps import encapsulate

SOURCE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "models"), str(SOURCE / "tests" / "support")]
from aicovid_models.radiographs import archives  # noqa: E402
from dicom import dataset_of  # noqa: E402

BEGIN, END = "<!-- fit: begin -->", "<!-- fit: end -->"
SIDES = (1400, 2048, 2560, 3072)
JPEG2000, HTJ2K = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201"
WAVELET, JPEG = "JPEG 2000, HTJ2K", "JPEG"
assessors: dict = {}  # one a process


def chosen(data: Path, count: int) -> list:
    """Frontals, evenly of the archives whose pictures have more than 320 pixels."""
    rows = [row for archive in ("hannover", "ieee8023") for row in getattr(archives, archive)(data)]
    return [rows[i] for i in np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]


def enlarged(file: Path, side: int, seed: int) -> np.ndarray:
    """[H,W] uint16 of 12 bits."""
    grey = Image.open(file).convert("L")
    scale = side / max(grey.size)
    large = grey.convert("F").resize([round(scale * extent) for extent in grey.size], Image.Resampling.LANCZOS)
    values = np.asarray(large) / 255 + np.random.default_rng(seed).normal(0, 0.004, large.size[::-1])
    return np.clip(np.rint(values * 4095), 0, 4095).astype(np.uint16)


def write_codestream(folder: Path, pixels: np.ndarray, syntax: str) -> Path:
    picture, stream = folder / "picture.pgm", folder / ("picture.jph" if syntax == HTJ2K else "picture.j2k")
    picture.write_bytes(b"P5\n%d %d\n4095\n" % pixels.shape[::-1] + pixels.astype(">u2").tobytes())
    options = ["-reversible", "true"] if syntax == HTJ2K else []
    program = "ojph_compress" if syntax == HTJ2K else "opj_compress"
    subprocess.run([program, "-i", picture, "-o", stream, *options], check=True, stdout=subprocess.DEVNULL)
    dataset = dataset_of(pixels, 12, syntax=syntax)
    dataset.PixelData = encapsulate([stream.read_bytes()])
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    file = folder / f"{syntax}.dcm"
    dataset.save_as(file, enforce_file_format=True)
    return file


def findings(report: dict) -> dict | None:
    """What is compared; nothing where the image was refused."""
    if "image" not in report:
        return None
    image = report["image"]
    return {"Brixia": image["brixia"]["value"], "zone": np.array(list(map(value_of, image["zones"].values()))),
            "q": value_of(image["infiltrates"])}


def value_of(entry) -> float:
    return entry["value"] if isinstance(entry, dict) else entry


def codes(report: dict) -> set:
    return {reason["code"] for reason in report["gate"]["reasons"]}


def compare(assessor, file: Path, rows: int) -> dict:
    """What `fit` changes of one file."""
    import aicovid

    exact = assessor.assess(aicovid.read(file))
    radiograph = aicovid.read(file, fit_for=assessor)
    fit = assessor.assess(radiograph)
    scale = fit["compute"]["decode"]
    found = {"scale": scale, "decoded_twice": radiograph.pixels.shape[0] != -(-rows // {"exact": 1, "1/2": 2, "1/4": 4}[scale]),
             "other_codes": codes(exact) != codes(fit), "other_verdict": exact["status"] != fit["status"]}
    before, after = findings(exact), findings(fit)
    if scale != "exact" and before and after:
        found["differences"] = {name: float(np.abs(before[name] - after[name]).max()) for name in before}
    return found


def measure(job: tuple) -> dict:
    """What `fit` changes of one radiograph in each kind of file."""
    number, path, build, backend = job
    sys.path.insert(0, str(build / "python"))
    import aicovid

    assessor = assessors.get(backend) or aicovid.Assessor.load(SOURCE / "models" / "severity", backend=backend)
    assessors[backend] = assessor
    pixels = enlarged(path, SIDES[number % len(SIDES)], number)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wavelet = write_codestream(folder, pixels, HTJ2K)
        if number % 15 == 0:
            stored = [aicovid.read(file, fit_for=assessor).pixels for file in (wavelet, write_codestream(folder, pixels, JPEG2000))]
            if not np.array_equal(*stored):
                raise ValueError(f"image {number}: JPEG 2000 and HTJ2K differ at a part of the resolution; expected the same values")
        jpeg = folder / "picture.jpg"
        Image.fromarray((pixels >> 4).astype(np.uint8)).save(jpeg, quality=95)
        return {kind: compare(assessor, file, pixels.shape[0]) for kind, file in ((WAVELET, wavelet), (JPEG, jpeg))}


def table(results: list[dict]) -> str:
    lines = ["| file | of | images | mean difference | 99th percentile | largest |", "|---|---|---:|---:|---:|---:|"]
    for kind in (WAVELET, JPEG):
        different = [result[kind]["differences"] for result in results if "differences" in result[kind]]
        for name in ("Brixia", "zone", "q"):
            values = [differences[name] for differences in different]
            lines.append(f"| {kind} | {name} | {len(values)} | {np.mean(values):.4f} | {np.percentile(values, 99):.4f} | {max(values):.4f} |")
    lines += ["", "| file | decoded whole | 1/2 | 1/4 | of these decoded twice | other gate codes | another verdict |", "|---|---:|---:|---:|---:|---:|---:|"]
    for kind in (WAVELET, JPEG):
        scales = Counter(result[kind]["scale"] for result in results)
        sums = [sum(result[kind][name] for result in results) for name in ("decoded_twice", "other_codes", "other_verdict")]
        lines.append(f"| {kind} | {scales['exact']} | {scales['1/2']} | {scales['1/4']} | {' | '.join(map(str, sums))} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=SOURCE / "build" / "release")
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--data", type=Path, default=os.environ.get("AICOVID_DATA", SOURCE.parent / "shared" / "data"))
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--jobs", type=int, default=1, help="images worked on at a time")
    parser.add_argument("--json", type=Path, help="write what is found of each image to this file, too")
    parser.add_argument("--write", action="store_true", help="replace the table of docs/performance.md")
    arguments = parser.parse_args()
    rows = chosen(Path(arguments.data), arguments.images)
    jobs = [(number, row.path, arguments.build.resolve(), arguments.backend) for number, row in enumerate(rows)]
    results = []
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for result in pool.map(measure, jobs):
            results.append(result)
            if arguments.json:
                arguments.json.write_text(json.dumps(results) + "\n", encoding="utf-8")
    text = table(results)
    print(text)
    if arguments.write:
        page = SOURCE / "docs" / "performance.md"
        before, rest = page.read_text(encoding="utf-8").split(BEGIN)
        _, after = rest.split(END)
        page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
