"""Twelve heat maps side by side, from light to heavy, to be looked at: models/cache/heat_maps.png (not in git).

    python -m aicovid_models.severity.heat_maps models/severity

Each is drawn by the program (AICOVID_PROGRAM, default build/release/bin/aicovid) with the bundle of the fold that left the patient out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aicovid_models.command import ROOT, cache_folder, data_folder, folds_folder
from aicovid_models.evidence.readings import Folds
from aicovid_models.radiographs.archives import ieee8023

IMAGES, COLUMNS, WIDTH, HEADER = 12, 4, 620, 44


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    bundle = parser.parse_args().bundle.resolve()
    program = os.environ.get("AICOVID_PROGRAM", str(ROOT / "build/release/bin/aicovid"))
    folds = Folds(folds_folder(bundle))
    rows = sorted(folds.held_out([row for row in ieee8023(data_folder()) if row.has_brixia]), key=lambda row: (row.zones.sum(), row.key))
    chosen = [rows[i] for i in np.linspace(0, len(rows) - 1, IMAGES).round().astype(int)]
    tiles, font = [], ImageFont.load_default(15)
    with tempfile.TemporaryDirectory() as folder:
        for row in chosen:
            picture = Path(folder) / "heat_map.png"
            subprocess.run([program, "score", row.path, "--model", folds.bundle(row).folder, "--heatmap", picture], check=True, stdout=subprocess.DEVNULL)
            drawn = Image.open(picture).convert("RGB")
            drawn = drawn.resize((WIDTH, round(WIDTH * drawn.height / drawn.width)), Image.Resampling.LANCZOS)
            tile = Image.new("RGB", (WIDTH, drawn.height + HEADER), "black")
            tile.paste(drawn, (0, HEADER))
            read = [" ".join(f"{zone:g}" for zone in side) for side in (row.zones[:3], row.zones[3:])]
            ImageDraw.Draw(tile).text((6, 4), f"readers {row.zones.sum():g}: right {read[0]}, left {read[1]}\npredicted {folds.read(row).brixia:.1f}, view {row.view}",
                                      fill="white", font=font)
            tiles.append(tile)
    height = max(tile.height for tile in tiles)
    sheet = Image.new("RGB", (WIDTH * COLUMNS, height * -(-IMAGES // COLUMNS)))
    for index, tile in enumerate(tiles):
        sheet.paste(tile, (WIDTH * (index % COLUMNS), height * (index // COLUMNS)))
    path = cache_folder() / "heat_maps.png"
    sheet.save(path)
    print(f"{path.relative_to(ROOT)}: {len(tiles)} heat maps")


if __name__ == "__main__":
    main()
