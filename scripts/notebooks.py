#!/usr/bin/env python3
"""Runs the notebooks of examples/notebooks and keeps their outputs in them.

Usage: notebooks.py [NAME...]        all of them by default; of those named, by the start of the name

They run with the interpreter that runs this, and with the package `aicovid` that it finds; AICOVID_DATA names the folder of public data.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[1] / "examples" / "notebooks"
# A number may differ in its last digits on another processor, and a checksum from run to run.
NUMBER = re.compile(r"\b[0-9a-f]{16,64}\b|\d+(\.\d+)?(e[+-]?\d+)?")
PICTURES = ("image/png", "image/svg+xml")


def executed(file: Path) -> Any:
    """The notebook with the outputs of a run in a new kernel, and without what tells when and where that was.

    Raises nbclient.exceptions.CellExecutionError with the cell and its traceback.
    """
    notebook = nbformat.read(file, as_version=4)
    # The kernel takes its environment from here; one thread a network, so that a small machine is not asked for more than it has.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    NotebookClient(notebook, kernel_name="python3", timeout=600, coalesce_streams=True, resources={"metadata": {"path": str(file.parent)}}).execute()
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def outline(notebook: Any) -> list[list[tuple[str, str]]]:
    """What each code cell gave: the kinds of its outputs and their texts, with # for each number.

    They are sorted, as what another process writes may come before the cell's value or after it.
    """
    return [sorted(part for output in cell.outputs for part in _parts(output)) for cell in notebook.cells if cell.cell_type == "code"]


def _parts(output: Any) -> list[tuple[str, str]]:
    if output.output_type == "stream":
        return [(output.name, NUMBER.sub("#", output.text))]
    data = output.get("data", {})
    # The HTML of a frame or a report says what its text says, with styles and pictures of a version.
    return [(kind, "" if kind in PICTURES or kind == "text/html" else NUMBER.sub("#", text)) for kind, text in sorted(data.items())]


def main(names: list[str]) -> None:
    for file in sorted(NOTEBOOKS.glob("*.ipynb")):
        if names and not any(file.name.startswith(name) for name in names):
            continue
        notebook = executed(file)
        nbformat.write(notebook, file)
        print(f"{file.name}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells, {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
