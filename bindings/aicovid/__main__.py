"""`python -m aicovid`: the command line, which is a program of its own beside the library."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from aicovid._engines import engine_path


def program() -> Path:
    """The program: in the package, or in the build tree that the package stands in.

    Raises
    ------
    FileNotFoundError
        It was not built.
    """
    package = Path(__file__).resolve().parent
    for folder in (package, *package.parents[:2]):
        file = folder / "bin" / "aicovid"
        if file.is_file():
            return file
    raise FileNotFoundError("the program aicovid is not beside the package; a build makes it by its target aicovid_cli")


def main() -> NoReturn:
    """Becomes the program: output, signals and exit status are its own."""
    file = str(program())
    path = engine_path(os.environ.get("AICOVID_ENGINE_PATH"))
    environment = {**os.environ, **({"AICOVID_ENGINE_PATH": path} if path else {})}
    os.execve(file, [file, *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
