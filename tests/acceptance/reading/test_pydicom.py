"""Every DICOM file of two public collections, and of pydicom's own tests, against pydicom.

What is one grey frame of 8 or 16 bits must give pydicom's stored, modality and VOI values; DCMTK's where pydicom reads
nothing. All other files must be described, refused or found damaged. Every file is in exactly one of these classes; those
that are not told apart by their header alone are listed here with the reason.
"""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aicovid
import numpy as np
import pydicom
import pytest
from conftest import DATA, run_cli
from pydicom.pixels import apply_modality_lut, apply_voi_lut

PYDICOM = Path(pydicom.__file__).parent / "data"

# Read by DCMTK's own tools, not by pydicom with pylibjpeg: JPEG process 4 with scan parameters of progressive JPEG.
BY_DCMTK = {"wg04_RG2_JPLY.dcm", "JPEG-lossy.dcm"}

# Damaged, or no DICOM file by the standard, and what is wrong.
CORRUPT = {
    "chest_j2k_truncated.dcm": "the codestream ends early",
    "JPEG2000-embedded-sequence-delimiter.dcm": "a fragment's length is wrong",
    "MR_truncated.dcm": "the pixel data ends early",
    "rtplan_truncated.dcm": "a sequence ends early",
    "badVR.dcm": "Number of Frames is 1A",
    "meta_missing_tsyntax.dcm": "no Transfer Syntax UID",
    "SC_rgb_jpeg.dcm": "implicit VR under a transfer syntax of explicit VR",
    "J2K_pixelrep_mismatch.dcm": "signed by its header, unsigned by its codestream, with values that differ by it",
    "chrJapMulti.dcm": "an image without pixel data",
    "chrJapMultiExplicitIR6.dcm": "an image without pixel data",
    "chrKoreanMulti.dcm": "an image without pixel data",
}

# Lossy encodings: pydicom's decoder and ours may round a value up or down (the inverse DCT is not exact by definition:
# T.83 allows one step).
DCT = {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"}
LOSSY = DCT | {"1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203"}

MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"

pytestmark = pytest.mark.filterwarnings("ignore")


# So that no file slips out of the comparison unseen.
LEAST_IMAGES = {"data": 19, "pydicom-data": 23, "pydicom": 48, "charset": 12}


def collections():
    folders = {"pydicom": PYDICOM / "test_files", "charset": PYDICOM / "charset_files"}
    try:
        import data_store

        folders["pydicom-data"] = Path(list(data_store.__path__)[0]) / "data"
    except ImportError:
        pass
    if DATA.is_dir():
        folders["data"] = DATA / "dicom"
    return folders


def files(collection):
    return [
        path
        for path in sorted(collections()[collection].rglob("*"))
        if path.is_file() and path.suffix not in (".txt", ".pyc", ".py")
    ]


def header_of(path):
    """pydicom's reading of the header, or None where the file does not say that it is DICOM."""
    try:
        return pydicom.dcmread(path)
    except Exception:
        return None


def is_grey_image(header):
    """Whether it is what the library promises to read: one MONOCHROME frame of 8 or 16 bits."""
    return (
        "PixelData" in header
        and header.get("PhotometricInterpretation") in ("MONOCHROME1", "MONOCHROME2")
        and header.get("SamplesPerPixel", 1) == 1
        and header.get("NumberOfFrames", 1) in (1, None)
        and header.get("BitsAllocated") in (8, 16)
    )


def class_of(path):
    if path.name in CORRUPT:
        return "corrupt"
    header = header_of(path)
    if header is None:
        return "no_dicom"
    if header.file_meta.get("MediaStorageSOPClassUID") == MEDIA_STORAGE_DIRECTORY:
        return "dicomdir"
    return "image" if is_grey_image(header) else "other"


def stored_range(header):
    bits = header.BitsStored
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if header.PixelRepresentation else (0, (1 << bits) - 1)


def reference(path, header, folder):
    """The stored values by pydicom, or by DCMTK and pydicom where pydicom has no decoder."""
    if path.name in BY_DCMTK:
        decoded = folder / "decoded.dcm"
        subprocess.run(["dcmdjpeg", path, decoded], check=True, capture_output=True)
        header = pydicom.dcmread(decoded)
    return header.pixel_array.astype(np.int64)


def stored_trouble(ours, theirs, header):
    """Why the stored values differ, or nothing, and the largest difference."""
    syntax = str(header.file_meta.TransferSyntaxUID)
    lowest, highest = stored_range(header)
    if ours.min() < lowest or ours.max() > highest:
        return "a value outside Bits Stored", 0
    difference = np.abs(ours - theirs)
    if syntax in LOSSY:
        # A value beyond the range was clamped by the library and wrapped by pydicom.
        difference[(ours == lowest) | (ours == highest)] = 0
    largest = int(difference.max())
    allowed = 1 if syntax in DCT else 0
    return (f"stored values differ by up to {largest}" if largest > allowed else ""), largest


def grey_of(path):
    """The library's grey of every pixel, from 0 to 1: a plan that resizes to the image's own size changes nothing."""
    radiograph = aicovid.read(path, force=True)
    size = [radiograph.header["rows"], radiograph.header["columns"]]
    plan = aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": size}])
    grey = plan.run(radiograph)[0][0, 0].astype(np.float64)
    return 1 - grey if radiograph.header["photometric_interpretation"] == "MONOCHROME1" else grey


def is_padding(stored, header):
    value = header.get("PixelPaddingValue")
    if value is None:
        return np.zeros(stored.shape, bool)
    limit = header.get("PixelPaddingRangeLimit", value)
    return (stored >= min(value, limit)) & (stored <= max(value, limit))


def modality_trouble(path, header, stored, folder):
    """Compares with apply_modality_lut: of a copy without VOI, whose grey is the modality value over its range."""
    bare = folder / "bare.dcm"
    dataset = pydicom.dcmread(path)
    for keyword in ("WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence"):
        if keyword in dataset:
            del dataset[keyword]
    dataset.save_as(bare)
    lowest, highest = stored_range(header)
    every = apply_modality_lut(np.arange(lowest, highest + 1), header).astype(np.float64)
    low, high = every.min(), every.max()
    return trouble("modality", grey_of(bare) * (high - low) + low, every[stored - lowest], high - low, header, stored)


def voi_trouble(path, header, stored):
    """Compares with apply_voi_lut: entries of a table over its bits, or a window's output over its range."""
    lowest, highest = stored_range(header)
    modality = apply_modality_lut(np.arange(lowest, highest + 1), header)
    if header.get("VOILUTSequence"):
        low, high = 0, (1 << header.VOILUTSequence[0].LUTDescriptor[2]) - 1
    elif header.get("ModalityLUTSequence"):
        low, high = 0, (1 << header.ModalityLUTSequence[0].LUTDescriptor[2]) - 1
    else:
        slope, intercept = (header.get(name) for name in ("RescaleSlope", "RescaleIntercept"))
        both = slope is not None and intercept is not None
        low, high = (value * slope + intercept if both else value for value in (lowest, highest))
    every = apply_voi_lut(modality, header, index=0).astype(np.float64)
    return trouble("VOI", grey_of(path) * (high - low) + low, every[stored - lowest], high - low, header, stored)


def trouble(what, ours, theirs, span, header, stored):
    """The grey is a 32-bit float: exact to 6e-8 of the span, a fraction of a step of 16 bits."""
    difference = np.abs(ours - theirs)
    difference[is_padding(stored, header)] = 0
    return f"{what} values differ by up to {difference.max()}" if difference.max() > 2e-7 * abs(span) else ""


def has_voi(header):
    has_window = header.get("WindowWidth") not in (None, "") and header.get("WindowCenter") not in (None, "")
    return bool(header.get("VOILUTSequence")) or has_window


def image_trouble(path, folder):
    header = pydicom.dcmread(path)
    stored = aicovid.read(path, force=True).pixels.astype(np.int64)
    theirs = reference(path, header, folder)
    if stored.shape != theirs.shape:
        return f"{stored.shape}; expected {theirs.shape}"
    said, _ = stored_trouble(stored, theirs, header)
    return said or modality_trouble(path, header, stored, folder) or (has_voi(header) and voi_trouble(path, header, stored))


def expect_error(path, code):
    try:
        aicovid.read(path, force=True)
    except aicovid.Error as error:
        return "" if error.code == code else f"{error.code}: {error}; expected {code}"
    return f"was read; expected {code}"


def refusal_trouble(path, assessor):
    report = assessor.assess(aicovid.read(path))
    return "" if report["status"] == "refused" and report["gate"]["reasons"] else "was not refused"


@pytest.mark.parametrize("collection", ["data", "pydicom-data", "pydicom", "charset"])
def test_every_file(collection, assessor, tmp_path):
    if collection not in collections():
        pytest.skip("no data folder: set AICOVID_DATA")
    judges = {
        "image": lambda path: image_trouble(path, tmp_path),
        "other": lambda path: refusal_trouble(path, assessor),
        "corrupt": lambda path: expect_error(path, "corrupt"),
        "no_dicom": lambda path: expect_error(path, "corrupt"),
        "dicomdir": lambda path: expect_error(path, "unsupported"),
    }
    rows, counts = [], dict.fromkeys(judges, 0)
    for path in files(collection):
        kind = class_of(path)
        counts[kind] += 1
        try:
            said = judges[kind](path)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        if said:
            rows.append(f"{path.relative_to(collections()[collection])!s:60} {kind:9} {said}")
    assert not rows, "\n".join([f"{len(rows)} files; classes {counts}", *rows])
    assert counts["image"] >= LEAST_IMAGES[collection], counts


@pytest.mark.parametrize("collection", ["data", "pydicom-data"])
def test_exit_statuses_of_what_is_not_scored(collection):
    """`inspect` describes what parses and gives the reason; `score` refuses it; what is damaged ends with 4.

    Of files of one encoding that are refused for the same reasons one is enough: test_every_file has seen them all.
    """
    if collection not in collections():
        pytest.skip("no data folder: set AICOVID_DATA")
    expected = {"other": (0, 3), "corrupt": (None, 4), "no_dicom": (4, 4)}

    def said_of(path):
        kind = class_of(path)
        if kind not in expected:
            return None
        inspected = run_cli("inspect", path, "--format", "json")
        statuses = (inspected.status, run_cli("score", path, "--format", "json").status)
        if kind == "other" and not json.loads(inspected.stdout)["gate"]["reasons"]:
            return f"{path.name}: no reason"
        right = statuses[1] == expected[kind][1] and expected[kind][0] in (None, statuses[0])
        return None if right else f"{path.name} ({kind}): inspect, score end with {statuses}"

    chosen = {}
    for path in files(collection):
        kind = class_of(path)
        if kind == "other":
            radiograph = aicovid.read(path)
            reasons = tuple(reason["code"] for reason in radiograph.gate_reasons)
            chosen.setdefault((radiograph.header["transfer_syntax_uid"], reasons), path)
        else:
            chosen[path] = path
    with ThreadPoolExecutor(2) as pool:
        rows = [said for said in pool.map(said_of, chosen.values()) if said]
    assert not rows, "\n".join(rows)
