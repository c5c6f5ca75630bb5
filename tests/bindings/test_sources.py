"""What aicovid.read takes: paths, bytes, open files, datasets of pydicom."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest

import aicovid


@pytest.fixture(scope="module")
def path(pydicom_data_file):
    return pydicom_data_file("RG1_J2KR.dcm")


@pytest.fixture(scope="module")
def expected(path):
    return aicovid.read(path)


def same(radiograph, expected):
    return np.array_equal(radiograph.pixels, expected.pixels) and radiograph.to_dict() == expected.to_dict()


def test_every_source_gives_the_same_radiograph(path, expected, tmp_path):
    content = Path(path).read_bytes()
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        archive.writestr("chest.dcm", content)
    with open(path, "rb") as file, zipfile.ZipFile(tmp_path / "study.zip").open("chest.dcm") as member:
        sources = [str(path), Path(path), content, bytearray(content), memoryview(content), io.BytesIO(content), file, member]
        assert all(same(aicovid.read(source), expected) for source in sources)


def test_a_dataset_is_read_as_its_file(path, expected):
    dataset = pydicom.dcmread(path)
    before = dataset.file_meta.to_json()
    assert same(aicovid.read(dataset), expected)
    assert dataset.file_meta.to_json() == before


def test_what_was_changed_in_a_dataset_counts(path):
    dataset = pydicom.dcmread(path)
    dataset.decompress()
    dataset.PhotometricInterpretation = "MONOCHROME1" if dataset.PhotometricInterpretation == "MONOCHROME2" else "MONOCHROME2"
    read = aicovid.read(dataset)
    assert read.header["photometric_interpretation"] == dataset.PhotometricInterpretation
    assert np.array_equal(read.pixels, dataset.pixel_array)


def test_a_part_of_memory_is_read_as_what_it_is(path, expected):
    content = Path(path).read_bytes()
    assert same(aicovid.read(memoryview(b"before" + content + b"after")[6:-5]), expected)


def test_the_rest_of_an_open_file_is_read(path, expected):
    file = io.BytesIO(b"twelve bytes" + Path(path).read_bytes())
    file.seek(12)
    assert same(aicovid.read(file), expected)


def without_syntax(path):
    dataset = pydicom.dcmread(path)
    del dataset.file_meta.TransferSyntaxUID
    return dataset


def without_class(path):
    dataset = pydicom.dcmread(path)
    del dataset.SOPClassUID, dataset.file_meta.MediaStorageSOPClassUID
    return dataset


@pytest.mark.parametrize(
    "source, says",
    [
        (lambda path: io.StringIO("text"), 'mode "rb"'),
        (lambda path: np.zeros((9, 9), np.uint8), "Radiograph.from_array"),
        (lambda path: 3, "expected a path, bytes, a binary file or a pydicom.Dataset"),
        (lambda path: None, "expected a path"),
        (lambda path: memoryview(bytes(99))[::2], "expected a path"),
        (without_syntax, "TransferSyntaxUID"),
        (lambda path: pydicom.Dataset(), "TransferSyntaxUID"),
        (without_class, "cannot be written as a DICOM file"),
    ],
)
def test_what_holds_no_file_is_an_error_that_says_what_to_write(path, source, says):
    with pytest.raises(aicovid.InvalidArgumentError, match=says):
        aicovid.read(source(path))


def test_damaged_bytes_are_corrupt(path):
    for content in (b"", b"no image", Path(path).read_bytes()[:3000]):
        with pytest.raises(aicovid.CorruptError):
            aicovid.read(content, force=True)
