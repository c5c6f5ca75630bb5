#!/usr/bin/env python3
"""Makes the JPEG 2000 and HTJ2K codestreams that scripts/gpu-check.sh decodes on a GPU: gpu_codestreams.py FOLDER

They are of a chest radiograph of the PyPI package pydicom-data (MIT licence) and of synthetic pixels, all reversible. FOLDER/list.json
holds the SHA-256 of the samples before they were encoded (16 bits each, little-endian). opj_compress and ojph_compress are needed, as
for the tests of the encodings.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pydicom

SEED = 7


def pictures():
    """Name, bits and unsigned pixels."""
    script = Path(__file__).parent / "pydicom_data_file.py"
    plain = subprocess.run([sys.executable, str(script), "RG1_UNCR.dcm"], capture_output=True, text=True, check=True).stdout.strip()
    dataset = pydicom.dcmread(plain)
    yield "radiograph", dataset.BitsStored, dataset.pixel_array
    random = np.random.default_rng(SEED)
    for bits, rows, columns in ((8, 61, 67), (12, 300, 257), (16, 129, 512)):
        ramp = np.linspace(0, 2**bits - 1, columns) * np.ones((rows, 1))
        noise = random.normal(0, 2 ** (bits - 5), (rows, columns))
        yield f"ramp_{bits}", bits, np.clip(ramp + noise, 0, 2**bits - 1).astype(np.uint16)


ENCODERS = {
    "j2k": (["opj_compress"], [[], ["-p", "RPCL", "-n", "3"], ["-t", "128,128"]]),
    "jph": (["ojph_compress", "-reversible", "true"], [[], ["-prog_order", "RPCL", "-num_decomps", "3"]]),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True)
    listed = []
    for name, bits, pixels in pictures():
        pgm = folder / "picture.pgm"
        # A PGM of at most 8 bits has one byte a pixel.
        samples = pixels.astype("u1" if bits <= 8 else ">u2").tobytes()
        pgm.write_bytes(b"P5\n%d %d\n%d\n" % (pixels.shape[1], pixels.shape[0], 2**bits - 1) + samples)
        for suffix, (command, variants) in ENCODERS.items():
            # The radiograph's are of 4 MB each, so that it has one of each kind.
            for number, options in enumerate(variants[:1] if name == "radiograph" else variants):
                file = folder / f"{name}_{number}.{suffix}"
                subprocess.run([*command, "-i", str(pgm), "-o", str(file), *options], check=True, capture_output=True)
                listed.append({
                    "file": file.name, "rows": pixels.shape[0], "columns": pixels.shape[1], "signed": False,
                    "sha256": hashlib.sha256(pixels.astype("<u2").tobytes()).hexdigest()})
        pgm.unlink()
    (folder / "list.json").write_text(json.dumps(listed, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    main(Path(sys.argv[1]))
