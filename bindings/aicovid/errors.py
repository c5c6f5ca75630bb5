"""The library's errors as exceptions: one class a code, each also the built-in exception that it is a case of.

`except aicovid.Error` catches all of them, `except aicovid.NotFoundError` those of one code, and `except FileNotFoundError` what any
library throws for a missing file. docs/errors.md says what each code means.
"""

from __future__ import annotations


class Error(Exception):
    """A failure of the library.

    Attributes
    ----------
    code : str
        The stable name of what went wrong, as in JSON and on the command line: ``"bad_bundle"``.

    Examples
    --------
    >>> import aicovid
    >>> try:
    ...     aicovid.read("no-such-file.dcm")
    ... except aicovid.Error as error:
    ...     print(error.code, isinstance(error, FileNotFoundError))
    not_found True
    """

    code: str = "internal"


class InvalidArgumentError(Error, ValueError):
    """An argument, an option or a plan is wrong."""

    code = "invalid_argument"


class RefusedError(Error, ValueError):
    """The gate refused the image, and what was asked for needs its pixels."""

    code = "refused"


class NotFoundError(Error, FileNotFoundError):
    """There is no such file or bundle."""

    code = "not_found"


class CorruptError(Error, ValueError):
    """The file is damaged, or has more than one reading."""

    code = "corrupt"


class UnsupportedError(Error, NotImplementedError):
    """The file is sound and of a kind that is not read, or this build lacks what it needs."""

    code = "unsupported"


class BadBundleError(Error, ValueError):
    """The model bundle is wrong, or is another one than the examination was made with."""

    code = "bad_bundle"


class DeviceUnavailableError(Error, RuntimeError):
    """The device is absent, or its memory does not suffice."""

    code = "device_unavailable"


class BadClinicalInputError(Error, ValueError):
    """A clinical value is wrong, without its unit, or contradicts another."""

    code = "bad_clinical_input"


class PatientMismatchError(Error, ValueError):
    """The values are of another patient than the image, or of several patients."""

    code = "patient_mismatch"


class CancelledError(Error):
    """The work was stopped."""

    code = "cancelled"


class IoError(Error, OSError):
    """A file cannot be opened, read to its end or written."""

    code = "io"


class OutOfMemoryError(Error, MemoryError):
    """The memory of the host does not suffice."""

    code = "out_of_memory"


class InternalError(Error, RuntimeError):
    """A fault of the library, or a library under it fails."""

    code = "internal"


class CudaError(Error, RuntimeError):
    """CUDA reports a failure that is none of the others."""

    code = "cuda"


_BY_CODE = {
    kind.code: kind
    for kind in (
        InvalidArgumentError, RefusedError, NotFoundError, CorruptError, UnsupportedError, BadBundleError, DeviceUnavailableError,
        BadClinicalInputError, PatientMismatchError, CancelledError, IoError, OutOfMemoryError, InternalError, CudaError,
    )
}  # fmt: skip

# As users write and import them, and as tracebacks and pickles name them.
for _kind in (Error, *_BY_CODE.values()):
    _kind.__module__ = "aicovid"


def error_of(code: str, message: str) -> Error:
    """The exception of a code of the library."""
    return _BY_CODE[code](message)
