"""Where the engines' libraries lie that are installed as Python packages. Nothing is imported or opened."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

# The package, and the folder of its libraries.
_PACKAGES = {"openvino": "libs", "torch": "lib"}


def engine_path(given: str | None) -> str:
    """What AICOVID_ENGINE_PATH is to be: what the user gave, and behind it the folders of the packages that are there."""
    folders = [given] if given else []
    for package, libraries in _PACKAGES.items():
        try:
            found = importlib.util.find_spec(package)
        except (ImportError, ValueError):  # a package that is half there
            continue
        for place in (found.submodule_search_locations or []) if found is not None else []:
            folder = Path(place) / libraries
            if folder.is_dir() and os.pathsep not in str(folder):
                folders.append(str(folder))
    return os.pathsep.join(folders)


def set_engine_path() -> None:
    """Names the folders to the library, which opens an engine when the first bundle is loaded."""
    path = engine_path(os.environ.get("AICOVID_ENGINE_PATH"))
    if path:
        os.environ["AICOVID_ENGINE_PATH"] = path
