"""What `aicovid.read` takes beside paths: bytes, open files, datasets of pydicom. pydicom is not imported."""

from __future__ import annotations

import copy
import io
import os
from typing import Any, Protocol, Union

from aicovid.errors import InvalidArgumentError


class BinaryFile(Protocol):
    """An open file, or what reads as one: of io, zipfile, fsspec."""

    def read(self) -> bytes: ...


class Dataset(Protocol):
    """A pydicom.Dataset."""

    def save_as(self, filename: Any, /, *, enforce_file_format: bool) -> None: ...


Source = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, BinaryFile, Dataset]


def bytes_of(source: Any) -> Any:
    """The bytes of a file, as an object with a contiguous buffer.

    Raises
    ------
    InvalidArgumentError
        For what holds no file, saying what to write.
    """
    if hasattr(source, "save_as"):
        return _written(source)
    if hasattr(source, "read"):
        content = source.read()
        if isinstance(content, str):
            raise InvalidArgumentError('the file is open as text; open it with the mode "rb"')
        return content
    if hasattr(source, "dtype"):
        raise InvalidArgumentError("the source is an array; aicovid.Radiograph.from_array takes stored values")
    try:
        return memoryview(source).cast("B")
    except TypeError:
        kind = type(source).__name__
        raise InvalidArgumentError(
            f"the source is of the type {kind}; expected a path, bytes, a binary file or a pydicom.Dataset"
        ) from None


def _written(dataset: Any) -> memoryview:
    """A dataset as the DICOM file that it is. Writing completes the file meta information, which here is a copy's."""
    whole = copy.copy(dataset)
    whole.file_meta = copy.deepcopy(getattr(dataset, "file_meta", None))
    if "TransferSyntaxUID" not in (whole.file_meta or ()):
        raise InvalidArgumentError("the Dataset has no file_meta.TransferSyntaxUID, which says how its pixels are encoded")
    file = io.BytesIO()
    try:
        whole.save_as(file, enforce_file_format=True)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidArgumentError(f"the Dataset cannot be written as a DICOM file: {type(error).__name__} of pydicom") from error
    return file.getbuffer()
