#!/usr/bin/env python3
"""Makes the archive that is scored: radiographs of natural size in five transfer syntaxes, each picture in each of them.

Usage: make.py [--files 100] [--megapixels 3.6] [--cache ~/.cache/aicovid-benchmarks]; prints the folder

A picture is RG1 of the package pydicom-data, or one of Hannover's in AICOVID_DATA (640 pixels wide), enlarged to the size asked
for in its own shape, with 12 bits and with noise, so that it takes about as many bits a pixel as radiographs of a detector do
(7.7 and 9.5 in the two at hand). Without AICOVID_DATA every picture is a part of RG1. A folder that was made is taken again: its
name is the hash of this file, the options and the pictures.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid

SOURCE = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("AICOVID_DATA", SOURCE.parent / "shared" / "data"))
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "aicovid-benchmarks"
DX = "1.2.840.10008.5.1.4.1.1.1.1"
HTJ2K_LOSSLESS = "1.2.840.10008.1.2.4.201"
BITS = 12
NOISE = 24  # of 4,096 steps: JPEG 2000 then takes about 7.5 bits a pixel


@dataclass(frozen=True)
class Picture:
    """A radiograph to be enlarged: a file, and the part of it that is taken."""

    file: Path
    seed: int
    is_whole: bool = True


def rg1() -> Path:
    command = [sys.executable, SOURCE / "scripts" / "pydicom_data_file.py", "RG1_J2KR.dcm"]
    return Path(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip())


def pictures(count: int) -> list[Picture]:
    """RG1 and Hannover's frontals in the order of their names; without them, parts of RG1."""
    if not (DATA / "hannover" / "images").is_dir():
        return [Picture(rg1(), seed, is_whole=False) for seed in range(count)]
    found = [rg1(), *sorted((DATA / "hannover" / "images").glob("*.png"))]
    return [Picture(found[i % len(found)], i) for i in range(count)]


def grey(picture: Picture) -> np.ndarray:
    """[H,W] float32 from 0, black, to 1."""
    if picture.file.suffix == ".dcm":
        dataset = pydicom.dcmread(picture.file)
        image = dataset.pixel_array.astype(np.float32) / np.float32(30000)  # the file's window
        image = 1 - np.clip(image, 0, 1)  # it is MONOCHROME1
    else:
        image = np.asarray(Image.open(picture.file).convert("L"), np.float32) / 255
    if picture.is_whole:
        return image
    # Up to 3 % of each side is cut away: other pixels, and still both lungs.
    chance = np.random.default_rng(picture.seed)
    top, bottom, left, right = (int(chance.uniform(0, 0.03) * image.shape[axis]) for axis in (0, 0, 1, 1))
    return image[top : image.shape[0] - bottom, left : image.shape[1] - right]


def stored_values(picture: Picture, megapixels: float) -> np.ndarray:
    """[H,W] uint16 of 12 bits."""
    image = grey(picture)
    scale = np.sqrt(megapixels * 1e6 / image.size)
    height, width = (round(side * scale) for side in image.shape)
    large = np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC))
    noise = np.random.default_rng(picture.seed).normal(0, NOISE, large.shape)
    return np.clip(np.rint(large * (2**BITS - 1) + noise), 0, 2**BITS - 1).astype(np.uint16)


def dataset_of(stored: np.ndarray, seed: int) -> FileDataset:
    """A PA chest radiograph with a made-up header."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DX
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[f"aicovid benchmark {seed}"])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = DX, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = dataset.SeriesInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.Modality, dataset.ViewPosition, dataset.BodyPartExamined = "DX", "PA", "CHEST"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = 1, "MONOCHROME2", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, BITS, BITS - 1
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def run(*command) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def jpeg_2000(plain: Path, out: Path) -> None:
    dataset = pydicom.dcmread(plain)
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    dataset.save_as(out)


def htj2k(plain: Path, out: Path) -> None:
    dataset = pydicom.dcmread(plain)
    with tempfile.TemporaryDirectory() as folder:
        picture, codestream = Path(folder) / "picture.pgm", Path(folder) / "picture.jph"
        pixels = dataset.pixel_array
        picture.write_bytes(b"P5\n%d %d\n%d\n" % (*pixels.shape[::-1], 2**BITS - 1) + pixels.astype(">u2").tobytes())
        run("ojph_compress", "-i", picture, "-o", codestream, "-reversible", "true")
        dataset.PixelData = encapsulate([codestream.read_bytes()])
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    dataset.file_meta.TransferSyntaxUID = HTJ2K_LOSSLESS
    dataset.save_as(out)


# Each writes a file in its transfer syntax, of an uncompressed one.
SYNTAXES = {
    "uncompressed": shutil.copy,
    "jpeg-lossless": lambda plain, out: run("dcmcjpeg", "+e1", plain, out),
    "jpeg-ls": lambda plain, out: run("dcmcjpls", "+el", plain, out),
    "htj2k": htj2k,
    "jpeg-2000": jpeg_2000,
}


def encode(job: tuple[Picture, int, float, Path]) -> None:
    picture, number, megapixels, folder = job
    with tempfile.TemporaryDirectory() as temporary:
        plain = Path(temporary) / "plain.dcm"
        dataset_of(stored_values(picture, megapixels), number).save_as(plain, enforce_file_format=True)
        for syntax, make in SYNTAXES.items():
            make(plain, folder / syntax / f"{number:05}.dcm")


def key(wanted: list[Picture], megapixels: float) -> str:
    hashed = hashlib.sha256(Path(__file__).read_bytes() + f"{megapixels} {len(wanted)}".encode())
    for picture in wanted:
        hashed.update(f"{picture.seed} {picture.is_whole}".encode() + hashlib.sha256(picture.file.read_bytes()).digest())
    return hashed.hexdigest()[:16]


def archive(files: int, megapixels: float, cache: Path = CACHE) -> Path:
    """The folder with a folder for each transfer syntax, of `files` files each. It is made if it is not there."""
    wanted = pictures(files)
    folder = cache / key(wanted, megapixels)
    if folder.is_dir():
        return folder
    missing = [tool for tool in ("dcmcjpeg", "dcmcjpls", "ojph_compress") if shutil.which(tool) is None]
    if missing:
        sys.exit(f"there is no {', '.join(missing)}: run scripts/setup.sh")
    cache.mkdir(parents=True, exist_ok=True)
    # Renamed when it is whole, so that a folder with this name is always a whole one.
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        made = Path(temporary) / "archive"
        for syntax in SYNTAXES:
            (made / syntax).mkdir(parents=True)
        jobs = [(picture, number, megapixels, made) for number, picture in enumerate(wanted)]
        with multiprocessing.Pool() as pool:
            for _ in pool.imap_unordered(encode, jobs):
                pass
        made.rename(folder)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--megapixels", type=float, default=3.6)
    parser.add_argument("--cache", type=Path, default=CACHE)
    given = parser.parse_args()
    print(archive(given.files, given.megapixels, given.cache))


if __name__ == "__main__":
    main()
