"""Pages filled from measured figures: a template's fields name a figure by its path, as in `{brixia[r]:interval}`."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from pathlib import Path


def interval(figure: dict, digits: int = 2) -> str:
    """A figure with its 95 % interval."""
    return f"{figure['value']:.{digits}f} [{figure['low']:.{digits}f}, {figure['high']:.{digits}f}]"


def percent(share: float, digits: int = 0) -> str:
    """Without the sign."""
    return f"{100 * share:.{digits}f}"


def short(value: float, digits: int = 2) -> str:
    """Without the zero before the point."""
    return f"{value:.{digits}f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.{digits}f}"


def table_rows(lines: Iterable[Iterable[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


_FORMATS = {"interval": interval, "percent": percent, "short": short}


class _Page(string.Formatter):
    """Format specifications of Python, and `interval`, `percent` and `short` with a number of digits, as in `interval3`."""

    def format_field(self, value, specification: str) -> str:
        named = re.fullmatch(r"([a-z]{2,})(\d?)", specification)
        if named is None:
            return super().format_field(value, specification)
        name, digits = named.groups()
        return _FORMATS[name](value, *([int(digits)] if digits else []))


def fill(template: Path, figures: dict, **parts: object) -> str:
    """@param parts  what is no single figure: rows of tables, counts, words
    @throws KeyError if a field names neither"""
    return _Page().vformat(template.read_text(encoding="utf-8"), (), figures | parts)
