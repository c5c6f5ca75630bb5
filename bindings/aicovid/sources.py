"""What a radiograph is read from, as the bytes of its file."""

from __future__ import annotations

import io
from typing import Any

from aicovid.errors import InvalidArgumentError


def bytes_of(source: Any) -> bytes:
    """The bytes of a DICOM, PNG or JPEG file.

    source: bytes, bytearray or memoryview; a pydicom Dataset with its file meta information; anything with `read()`.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    if hasattr(source, "file_meta") and hasattr(source, "save_as"):
        file = io.BytesIO()
        # pydicom itself says what a data set lacks that was made by hand.
        source.save_as(file, enforce_file_format=True)
        return file.getvalue()
    if hasattr(source, "read"):
        data = source.read()
        if isinstance(data, bytes):
            return data
        raise InvalidArgumentError(f"the file gives {type(data).__name__}; expected one that was opened in binary mode")
    raise InvalidArgumentError(f"the source is of the type {type(source).__name__}; expected a path, bytes, a pydicom Dataset or an open file")
