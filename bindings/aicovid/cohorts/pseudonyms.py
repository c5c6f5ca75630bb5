"""Pseudonyms of patients: HMAC-SHA-256 with a key that is kept beside the cohort, never in it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from aicovid.errors import InvalidArgumentError, IoError

KEY_BYTES = 32


def read_key(file: Path, cohort: Path) -> bytes:
    """The key of a file, which is made with mode 0600 if there is none.

    Parameters
    ----------
    file : pathlib.Path
        64 hex digits.
    cohort : pathlib.Path
        The cohort's folder, in which the file must not be: whoever gets the cohort would get the key.

    Raises
    ------
    InvalidArgumentError
        If the file is in the cohort's folder, or holds no key.
    IoError
        If it cannot be made or read.
    """
    if cohort.resolve() in file.resolve().parents:
        raise InvalidArgumentError("the key's file is in the cohort's folder; expected one elsewhere")
    try:
        if not file.exists():
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
                stream.write(f"{secrets.token_hex(KEY_BYTES)}\n")
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except OSError as error:
        raise IoError(f"the key's file cannot be made or read: {error.strerror}") from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidArgumentError(f"the key's file holds no key; expected {2 * KEY_BYTES} hex digits")
    return key


def pseudonyms(key: bytes) -> Callable[[str], str]:
    """The function from a patient's id to the pseudonym, 16 hex digits.

    Examples
    --------
    >>> from aicovid.cohorts.pseudonyms import pseudonyms
    >>> pseudonyms(bytes(32))("Patient1")
    '9a9615259b57706b'
    """
    return lambda patient: hmac.new(key, patient.encode(), hashlib.sha256).hexdigest()[:16]
