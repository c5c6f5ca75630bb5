"""The program `aicovid`, as `python -m aicovid` and as the command that pip installs."""

import os
import sys
from pathlib import Path

from aicovid import engine_folders

PACKAGE = Path(__file__).resolve().parent


def program() -> Path:
    """The program in the package, or in the build tree that the package is a part of."""
    inside = PACKAGE / "bin" / "aicovid"
    return inside if inside.exists() else PACKAGE.parents[1] / "bin" / "aicovid"


def main() -> None:
    """Becomes the program, so that its output, its signals and its exit status are its own."""
    packages = ":".join(engine_folders.installed())
    os.execve(program(), ["aicovid", *sys.argv[1:]], {**os.environ, "AICOVID_ENGINE_PACKAGES": packages})


if __name__ == "__main__":
    main()
