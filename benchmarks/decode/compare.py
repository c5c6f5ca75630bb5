#!/usr/bin/env python3
"""Times reading and decoding of one radiograph in each transfer syntax, beside DCMTK alone, pydicom with pylibjpeg, and GDCM.

Usage: compare.py [--build build/release] [--rounds 5] [--json FILE] [--write]

The input is a real radiograph (RG1_J2KR of the PyPI package pydicom-data), encoded by the tools of DCMTK, OpenJPEG and
OpenJPH. Before anything is timed, the stored values of all decoders are compared: equal, but for JPEG Baseline, whose
inverse transform may round otherwise by 1. A round runs each decoder once, one after the other, on one core; the table
has the least CPU time of all rounds, from the file to the array of stored values. With --write it replaces the table of
docs/performance.md. GDCM (`pip install python-gdcm`) and pylibjpeg-rle are left out where they are not installed.
"""

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
import pydicom
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian

SOURCE = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- decode: begin -->", "<!-- decode: end -->"
PYLIBJPEG, GDCM = "pydicom + pylibjpeg", "GDCM by pydicom"


def run(*command) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write_plain(path: Path, bits: int | None = None) -> Path:
    """The radiograph without compression; of 8 bits, where asked for."""
    file = subprocess.run([sys.executable, SOURCE / "scripts" / "pydicom_data_file.py", "RG1_J2KR.dcm"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    dataset = pydicom.dcmread(file)
    dataset.decompress(generate_instance_uid=False)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    if bits == 8:
        values = (dataset.pixel_array >> (dataset.BitsStored - 8)).astype(np.uint8)
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        data = values.tobytes()
        dataset.PixelData = data + bytes(len(data) % 2)
        dataset["PixelData"].VR = "OB"
    dataset.save_as(path)
    return path


def codestream(plain: Path, syntax: str, encode, ending: str):
    """Writes the file with a codestream that `encode` makes of a picture."""

    def make(out: Path) -> None:
        dataset = pydicom.dcmread(plain)
        picture, stream = out.with_suffix(".pgm"), out.with_suffix(ending)
        pixels = dataset.pixel_array
        picture.write_bytes(b"P5\n%d %d\n%d\n" % (*pixels.shape[::-1], 2**dataset.BitsStored - 1) + pixels.astype(">u2").tobytes())
        encode(picture, stream)
        dataset.PixelData = encapsulate([stream.read_bytes()])
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.save_as(out)

    return make


def makers(plain: Path, plain_8: Path) -> dict:
    """What makes the file of each transfer syntax."""
    return {
        "uncompressed": lambda out: run("dcmconv", plain, out),
        "RLE": lambda out: run("dcmcrle", plain, out),
        "JPEG Baseline, 8 bits": lambda out: run("dcmcjpeg", "+eb", "+q", "95", plain_8, out),
        "JPEG Lossless SV1": lambda out: run("dcmcjpeg", "+e1", plain, out),
        "JPEG-LS": lambda out: run("dcmcjpls", "+el", plain, out),
        "JPEG 2000": codestream(plain, "1.2.840.10008.1.2.4.90", lambda p, s: run("opj_compress", "-i", p, "-o", s), ".j2k"),
        "HTJ2K": codestream(plain, "1.2.840.10008.1.2.4.201",
                            lambda p, s: run("ojph_compress", "-i", p, "-o", s, "-reversible", "true"), ".jph"),
    }


def by_pylibjpeg(file: Path) -> np.ndarray:
    dataset = pydicom.dcmread(file)
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        is_rle = dataset.file_meta.TransferSyntaxUID.name.startswith("RLE")
        has_plugin = not is_rle or importlib.util.find_spec("rle") is not None
        dataset.pixel_array_options(decoding_plugin="pylibjpeg" if has_plugin else "pydicom")
    return dataset.pixel_array


def by_gdcm(file: Path) -> np.ndarray | None:
    """Nothing where GDCM has no decoder."""
    dataset = pydicom.dcmread(file)
    syntax = dataset.file_meta.TransferSyntaxUID
    if not syntax.is_compressed or syntax.name.startswith("RLE") or syntax.startswith("1.2.840.10008.1.2.4.20"):
        return None
    dataset.pixel_array_options(decoding_plugin="gdcm")
    return dataset.pixel_array


def peers() -> dict:
    found = {PYLIBJPEG: by_pylibjpeg}
    if importlib.util.find_spec("gdcm") is not None:
        found[GDCM] = by_gdcm
    else:
        print("GDCM is missing: pip install python-gdcm", file=sys.stderr)
    if importlib.util.find_spec("rle") is None:
        print("pylibjpeg-rle is missing: pip install pylibjpeg-rle; pydicom decodes RLE by itself", file=sys.stderr)
    return found


def check(files: dict[str, Path], outputs: Path, decoders: dict) -> None:
    """Compares the stored values of all decoders with the library's."""
    for name, file in files.items():
        dataset = pydicom.dcmread(file, stop_before_pixels=True)
        kind = np.uint8 if dataset.BitsAllocated == 8 else np.uint16
        count = dataset.Rows * dataset.Columns
        ours = np.fromfile(outputs / f"{file.name}.aicovid.raw", kind)[:count].astype(np.int32)
        others = {decoder: decode(file) for decoder, decode in decoders.items()}
        raw = outputs / f"{file.name}.DCMTK.raw"
        others["DCMTK"] = np.fromfile(raw, kind)[:count] if raw.exists() else None
        for decoder, values in others.items():
            if values is None:
                continue
            difference = int(np.abs(ours - values.astype(np.int32).ravel()).max())
            allowed = 1 if "Baseline" in name and decoder != "DCMTK" else 0
            if difference > allowed:
                sys.exit(f"{name}: {decoder} differs from the library by {difference}; expected at most {allowed}")


def milliseconds(decode, file: Path) -> float | None:
    begin = time.process_time_ns()
    return None if decode(file) is None else (time.process_time_ns() - begin) / 1e6


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def keep_least(times: dict, syntax: str, decoder: str, ms: float | None) -> None:
    if ms is not None:
        times[syntax][decoder] = min(ms, times[syntax].get(decoder, float("inf")))


def table(times: dict, shape: tuple[int, int], bits: int, rounds: int) -> str:
    names = ["aicovid", "DCMTK", PYLIBJPEG, *([GDCM] if any(GDCM in row for row in times.values()) else [])]
    lines = [
        f"{processor()}, one core; {shape[0]} x {shape[1]} pixels of {bits} bits; ms of CPU time, least of {rounds} rounds.", "",
        f"| transfer syntax | {' | '.join(names)} | the quickest other, times ours |", f"|---|{'---:|' * (len(names) + 1)}",
    ]
    for syntax, row in times.items():
        cells = [f"{row[name]:.1f}" if name in row else "" for name in names]
        others = min(ms for name, ms in row.items() if name != "aicovid")
        lines.append(f"| {syntax} | {' | '.join(cells)} | {others / row['aicovid']:.2f} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=SOURCE / "build" / "release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the times to this file, too")
    parser.add_argument("--write", action="store_true", help="replace the table of docs/performance.md")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    program = arguments.build / "benchmarks" / "benchmark_decode"
    decoders = peers()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, plain_8 = write_plain(folder / "plain.dcm"), write_plain(folder / "plain_8.dcm", bits=8)
        files = {}
        for number, (syntax, make) in enumerate(makers(plain, plain_8).items()):
            files[syntax] = folder / f"{number}.dcm"
            make(files[syntax])
        dataset = pydicom.dcmread(plain, stop_before_pixels=True)
        times = {syntax: {} for syntax in files}
        for turn in range(arguments.rounds):
            # The first radiograph of a process loads the dictionary, as pydicom did on its import.
            done = subprocess.run([program, "--rounds=2", f"--outputs={folder}", *files.values()],
                                  stdout=subprocess.PIPE, text=True, check=True)
            if turn == 0:
                check(files, folder, decoders)
            ours = json.loads(done.stdout)
            for syntax, file in files.items():
                for decoder, ms in ours[file.name].items():
                    keep_least(times, syntax, decoder, ms)
                for decoder, decode in decoders.items():
                    keep_least(times, syntax, decoder, milliseconds(decode, file))
    text = table(times, (dataset.Rows, dataset.Columns), dataset.BitsStored, arguments.rounds)
    print(text)
    if arguments.json:
        machine = {"processor": processor(), "rows": dataset.Rows, "columns": dataset.Columns, "bits_stored": dataset.BitsStored}
        arguments.json.write_text(json.dumps({"machine": machine, "cpu_ms": times}, indent=1) + "\n", encoding="utf-8")
    if arguments.write:
        page = SOURCE / "docs" / "performance.md"
        before, rest = page.read_text(encoding="utf-8").split(BEGIN)
        _, after = rest.split(END)
        page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
