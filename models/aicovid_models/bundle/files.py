"""A bundle's files: traced networks, the golden image, checksums, and one bundle in another's place."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from aicovid_models.lungs.network import SIZE as LUNG_SIZE
from aicovid_models.zones.features import SIZE


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _drop_source_notes(path: Path) -> None:
    """Rewrites a TorchScript archive without its notes on source files, which name folders of the machine that made it."""
    reader = torch._C.PyTorchFileReader(str(path))
    records = {name: reader.get_record(name) for name in reader.get_all_records()
               if not name.endswith(".debug_pkl") and name not in ("version", ".data/serialization_id")}
    del reader
    writer = torch._C.PyTorchFileWriter(str(path))
    for name, content in records.items():
        writer.write_record(name, content, len(content))
    writer.write_end_of_file()


def _save_traced(network: torch.nn.Module, inputs: tuple[torch.Tensor, ...], checks: list[tuple[torch.Tensor, ...]], path: Path) -> None:
    """Traces on the CPU and saves unoptimised; the file must give what the network gives, on inputs that it was not traced with."""
    network = network.eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    with torch.no_grad():
        traced = torch.jit.trace(network, inputs)
    traced.save(str(path))
    _drop_source_notes(path)
    loaded = torch.jit.load(str(path), map_location="cpu")
    with torch.inference_mode():
        for check in checks:
            for found, expected in zip(loaded(*check), network(*check), strict=True):
                if not torch.equal(found, expected) or not torch.isfinite(found).all():
                    raise ValueError(f"{path.name}: the traced network differs from the network it was made from")


def save_lungs(lungs: torch.nn.Module, bundle: Path) -> None:
    torch.manual_seed(1)
    image = torch.rand(1, 3, LUNG_SIZE, LUNG_SIZE)
    checks = [(torch.rand_like(image),), (torch.zeros_like(image),), (torch.rand(2, *image.shape[1:]),)]
    _save_traced(lungs, (image,), checks, bundle / "lungs.pt")


def save_severity(severity: torch.nn.Module, bundle: Path) -> None:
    torch.manual_seed(1)
    image, mask = torch.rand(1, 3, SIZE, SIZE), torch.zeros(1, 2, SIZE, SIZE)
    mask[0, 0, 40:280, 30:140], mask[0, 1, 50:260, 180:300] = 1, 1
    no_left = mask.clone()
    no_left[:, 1] = 0
    checks = [(torch.rand_like(image), mask.flip(2)), (torch.rand_like(image), no_left), (image, torch.zeros_like(mask)),
              (torch.rand(2, *image.shape[1:]), torch.cat([no_left, mask]))]
    _save_traced(severity, (image, mask), checks, bundle / "severity.pt")


def save_golden_image(bundle: Path) -> Path:
    """A chest radiograph of pydicom-data (MIT), inverted for display (MONOCHROME1), 8 bits, 400 px wide."""
    import pydicom
    from pydicom.data import get_testdata_file

    dataset = pydicom.dcmread(get_testdata_file("RG1_J2KR.dcm"))
    stored = dataset.pixel_array.astype(np.float64)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        stored = stored.max() - stored
    low, high = np.percentile(stored, [0.5, 99.5])
    grey = Image.fromarray(np.uint8(np.clip((stored - low) / (high - low), 0, 1) * 255 + 0.5))
    path = bundle / "golden/rg1.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    grey.resize((400, round(400 * grey.height / grey.width)), Image.Resampling.BOX).save(path, optimize=True)
    return path


def replace(old: Path, new: Path) -> None:
    """The complete bundle `new` takes the place of `old`, if there is one, which goes once it is there."""
    aside = old.with_name(f"{old.name}.old")
    if old.exists():
        old.rename(aside)
    new.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


def load_network(bundle: Path, name: str) -> torch.jit.ScriptModule:
    return torch.jit.load(str(bundle / name), map_location="cpu").eval()
