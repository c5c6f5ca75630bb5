"""The library's errors. Each is an `Error` with a stable `code`, and the built-in exception that Python has for its kind."""

from __future__ import annotations


class Error(Exception):
    """What the library raises: the base of all its errors.

    Attributes
    ----------
    code : str
        The stable name of the kind, as in JSON and on the command line: "bad_bundle" (docs/errors.md).
    """

    code: str = "internal"


class InvalidArgumentError(Error, ValueError):
    """An argument that does not fit."""

    code = "invalid_argument"


class RefusedError(Error, ValueError):
    """The gate refused the image, and what was asked for needs its pixels."""

    code = "refused"


class NotFoundError(Error, FileNotFoundError):
    """No such file."""

    code = "not_found"


class CorruptError(Error, ValueError):
    """A damaged file."""

    code = "corrupt"


class UnsupportedError(Error, ValueError):
    """What the library does not read or do."""

    code = "unsupported"


class BadBundleError(Error, ValueError):
    """A model bundle that is not what its manifest says."""

    code = "bad_bundle"


class DeviceUnavailableError(Error, RuntimeError):
    """A device that is not there, or has no memory left."""

    code = "device_unavailable"


class BadClinicalInputError(Error, ValueError):
    """Clinical values that cannot be read, or contradict one another."""

    code = "bad_clinical_input"


class PatientMismatchError(Error, ValueError):
    """Values, or an image and values, of several patients."""

    code = "patient_mismatch"


class CancelledError(Error):
    """The caller stopped it."""

    code = "cancelled"


class FileError(Error, OSError):
    """A file that cannot be read or written."""

    code = "io"


class OutOfMemoryError(Error, MemoryError):
    """The memory does not suffice."""

    code = "out_of_memory"


class CudaError(Error, RuntimeError):
    """CUDA failed."""

    code = "cuda"


_BY_CODE: dict[str, type[Error]] = {
    kind.code: kind
    for kind in (InvalidArgumentError, RefusedError, NotFoundError, CorruptError, UnsupportedError, BadBundleError, DeviceUnavailableError,
                 BadClinicalInputError, PatientMismatchError, CancelledError, FileError, OutOfMemoryError, CudaError)
}


def error_of(code: str, message: str) -> Error:
    """The error of a code; `Error` itself for an internal one."""
    return _BY_CODE.get(code, Error)(message)
