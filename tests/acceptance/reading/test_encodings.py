"""One radiograph in every encoding: a public set of nine, and a chest encoded by every tool at hand."""

import shutil
import subprocess

import aicovid
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, encapsulate_extended

# ---- nine encodings of one hip radiograph, by the DICOM committee's working group 4

LOSSLESS = ["UNC", "RLE", "JPLL", "JLSL", "J2KR", "JPH"]
# Largest and mean difference to the uncompressed file, of 1024 steps.
LOSSY = {"JPLY": (101, 3.838), "JLSN": (4, 2.092), "J2KI": (87, 1.181)}


def hip(data, encoding):
    return data / "dicom" / f"wg04_RG2_{encoding}.dcm"


@pytest.fixture(scope="module")
def uncompressed(data):
    return pydicom.dcmread(hip(data, "UNC")).pixel_array.astype(np.int64)


@pytest.mark.parametrize("encoding", LOSSLESS)
def test_lossless_encodings_are_equal_to_the_bit(data, uncompressed, encoding):
    assert np.array_equal(aicovid.read(hip(data, encoding), force=True).pixels, uncompressed)


@pytest.mark.parametrize("encoding", LOSSY)
def test_lossy_encodings_differ_as_much_as_their_encoders_made_them(data, uncompressed, encoding):
    difference = np.abs(aicovid.read(hip(data, encoding), force=True).pixels - uncompressed)
    largest, mean = LOSSY[encoding]
    assert difference.max() <= largest
    assert difference.mean() <= mean


# ---- a chest radiograph (12 bits, MONOCHROME1), encoded anew


def run(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def tool(*command):
    """A tool that is called with its input and its output file."""
    return lambda folder, plain, out: run(*command, plain, out)


def encapsulated(syntax, encode, *, fragments=1, extended=False):
    """A codestream made of the pixels by `encode(pgm, out)`, put into the file by pydicom."""

    def make(folder, plain, out):
        dataset = pydicom.dcmread(plain)
        picture, codestream = folder / "picture.pgm", folder / f"picture.{'jph' if syntax in HTJ2K else 'j2k'}"
        pixels = dataset.pixel_array
        picture.write_bytes(b"P5\n%d %d\n4095\n" % pixels.shape[::-1] + pixels.astype(">u2").tobytes())
        encode(picture, codestream)
        stream = codestream.read_bytes()
        if extended:
            dataset.PixelData, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = encapsulate_extended([stream])
        else:
            dataset.PixelData = encapsulate([stream], fragments_per_frame=fragments)
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.save_as(out)

    return make


def openjpeg(*options):
    return lambda picture, out: run("opj_compress", "-i", picture, "-o", out, *options)


def openjph(*options):
    return lambda picture, out: run("ojph_compress", "-i", picture, "-o", out, *options)


JPEG_2000_LOSSLESS, JPEG_2000 = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"
HTJ2K_LOSSLESS, HTJ2K_RPCL, HTJ2K_ANY = (f"1.2.840.10008.1.2.4.20{n}" for n in (1, 2, 3))
HTJ2K = (HTJ2K_LOSSLESS, HTJ2K_RPCL, HTJ2K_ANY)
REVERSIBLE = ("-reversible", "true")

LOSSLESS_MAKERS = {
    "implicit VR": (tool("dcmconv", "+ti"), "1.2.840.10008.1.2"),
    "explicit VR, undefined lengths": (tool("dcmconv", "+te", "-e"), "1.2.840.10008.1.2.1"),
    "big endian": (tool("dcmconv", "+tb"), "1.2.840.10008.1.2.2"),
    "deflated": (tool("dcmconv", "+td"), "1.2.840.10008.1.2.1.99"),
    "RLE, DCMTK": (tool("dcmcrle"), "1.2.840.10008.1.2.5"),
    "RLE, DCMTK, fragments": (tool("dcmcrle", "+fs", "64"), "1.2.840.10008.1.2.5"),
    "RLE, GDCM": (tool("gdcmconv", "--rle"), "1.2.840.10008.1.2.5"),
    "JPEG process 14, DCMTK": (tool("dcmcjpeg", "+el", "+sv", "4"), "1.2.840.10008.1.2.4.57"),
    "JPEG process 14 SV1, DCMTK": (tool("dcmcjpeg", "+e1"), "1.2.840.10008.1.2.4.70"),
    "JPEG process 14 SV1, DCMTK, fragments": (tool("dcmcjpeg", "+e1", "+fs", "64"), "1.2.840.10008.1.2.4.70"),
    "JPEG process 14 SV1, GDCM": (tool("gdcmconv", "--jpeg"), "1.2.840.10008.1.2.4.70"),
    "JPEG-LS, DCMTK": (tool("dcmcjpls", "+el"), "1.2.840.10008.1.2.4.80"),
    "JPEG-LS, DCMTK, cooked, fragments": (tool("dcmcjpls", "+el", "+pc", "+fs", "64"), "1.2.840.10008.1.2.4.80"),
    "JPEG-LS, GDCM": (tool("gdcmconv", "--jpegls"), "1.2.840.10008.1.2.4.80"),
    "JPEG 2000, GDCM": (tool("gdcmconv", "--j2k"), JPEG_2000_LOSSLESS),
    "JPEG 2000, GDCM, tiles": (tool("gdcmconv", "--j2k", "--tile", "512,512"), JPEG_2000_LOSSLESS),
    "JPEG 2000, OpenJPEG": (encapsulated(JPEG_2000_LOSSLESS, openjpeg()), JPEG_2000_LOSSLESS),
    "JPEG 2000, OpenJPEG, reversible as .91": (encapsulated(JPEG_2000, openjpeg(), fragments=5), JPEG_2000),
    "HTJ2K lossless, OpenJPH": (encapsulated(HTJ2K_LOSSLESS, openjph(*REVERSIBLE)), HTJ2K_LOSSLESS),
    "HTJ2K RPCL, OpenJPH": (
        encapsulated(HTJ2K_RPCL, openjph(*REVERSIBLE, "-prog_order", "RPCL"), fragments=5), HTJ2K_RPCL),
    "HTJ2K reversible, OpenJPH, extended offset table": (
        encapsulated(HTJ2K_ANY, openjph(*REVERSIBLE, "-prog_order", "CPRL"), extended=True), HTJ2K_ANY),
}

LOSSY_MAKERS = {
    "JPEG baseline, 8 bits": (tool("dcmcjpeg", "+eb"), "1.2.840.10008.1.2.4.50"),
    "JPEG extended, 12 bits": (tool("dcmcjpeg", "+ee"), "1.2.840.10008.1.2.4.51"),
    "JPEG extended, 12 bits, quality 50": (tool("dcmcjpeg", "+ee", "+q", "50"), "1.2.840.10008.1.2.4.51"),
    "JPEG-LS near-lossless, DCMTK": (tool("dcmcjpls", "+en"), "1.2.840.10008.1.2.4.81"),
    "JPEG-LS near-lossless, GDCM": (tool("gdcmconv", "--jpegls", "--lossy", "-e", "4"), "1.2.840.10008.1.2.4.81"),
    "JPEG 2000 10:1, GDCM": (tool("gdcmconv", "--j2k", "--lossy", "-r", "10", "--irreversible"), JPEG_2000),
    "JPEG 2000 20:1, OpenJPEG": (encapsulated(JPEG_2000, openjpeg("-r", "20", "-I")), JPEG_2000),
    "HTJ2K irreversible, OpenJPH": (encapsulated(HTJ2K_ANY, openjph("-qstep", "0.002")), HTJ2K_ANY),
}

# |Brixia| of a lossy encoding against the lossless one.
BRIXIA_GOAL = 0.3

needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, ["dcmconv", "gdcmconv", "opj_compress", "ojph_compress"])),
    reason="needs dcmtk, libgdcm-tools, libopenjp2-tools and openjph-tools",
)


@pytest.fixture(scope="module")
def plain(data, tmp_path_factory):
    """The chest without compression, by pydicom."""
    dataset = pydicom.dcmread(data / "dicom" / "chest_j2k_monochrome1.dcm")
    dataset.decompress(generate_instance_uid=False)
    del dataset.SourceImageSequence  # GDCM does not compress with loss what has one
    path = tmp_path_factory.mktemp("plain") / "plain.dcm"
    dataset.save_as(path)
    return path


@pytest.fixture(scope="module")
def original(data, assessor):
    radiograph = aicovid.read(data / "dicom" / "chest_j2k_monochrome1.dcm")
    return radiograph.pixels, assessor.assess(radiograph)["image"]


def encoded(maker, plain, tmp_path):
    make, syntax = maker
    out = tmp_path / "encoded.dcm"
    make(tmp_path, plain, out)
    assert pydicom.dcmread(out, stop_before_pixels=True).file_meta.TransferSyntaxUID == syntax
    return aicovid.read(out)


@needs_tools
@pytest.mark.parametrize("name", LOSSLESS_MAKERS)
def test_a_lossless_encoding_changes_nothing(name, plain, original, assessor, tmp_path):
    radiograph = encoded(LOSSLESS_MAKERS[name], plain, tmp_path)
    stored, findings = original
    assert np.array_equal(radiograph.pixels, stored)
    assert assessor.assess(radiograph)["image"] == findings


@needs_tools
@pytest.mark.parametrize("name", LOSSY_MAKERS)
def test_a_lossy_encoding_hardly_changes_the_score(name, plain, original, assessor, tmp_path):
    findings = assessor.assess(encoded(LOSSY_MAKERS[name], plain, tmp_path))["image"]
    difference = abs(findings["brixia"]["value"] - original[1]["brixia"]["value"])
    print(f"{name}: |Brixia| {difference:.4f}")
    assert difference <= BRIXIA_GOAL
