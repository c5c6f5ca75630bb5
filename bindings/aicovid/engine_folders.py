"""Where the engines' libraries lie: in the packages `openvino` and `torch`, the extras of this one."""

import os
from importlib.util import find_spec

# The folder of each package that holds its libraries.
LIBRARIES = {"openvino": "libs", "torch": "lib"}


def installed() -> list[str]:
    """The folders of libraries of the packages that are installed. None is imported: that takes seconds."""
    folders = []
    for package, libraries in LIBRARIES.items():
        try:
            spec = find_spec(package)
        except ValueError:  # a module that somebody put into sys.modules by hand
            continue
        if spec is not None and spec.submodule_search_locations:
            folders.append(os.path.join(spec.submodule_search_locations[0], libraries))
    return folders


def add_installed() -> None:
    """Has the library look there, when a bundle asks for an engine."""
    from aicovid._aicovid import add_engine_folder

    for folder in installed():
        add_engine_folder(folder)
