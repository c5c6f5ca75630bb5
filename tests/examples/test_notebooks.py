"""The notebooks of examples/notebooks run, and what they show is what the package gives.

About 60 s of one core.
"""

from pathlib import Path

import nbformat
import pytest
from conftest import DATA, SOURCE
from notebooks import executed, outline

NOTEBOOKS = sorted((SOURCE / "examples" / "notebooks").glob("*.ipynb"))
NEEDS_DATA = {"evaluate_a_cohort"}


def test_there_are_four():
    assert len(NOTEBOOKS) == 4


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_shows_what_a_run_gives(file, monkeypatch):
    if file.stem in NEEDS_DATA and not DATA.is_dir():
        pytest.skip("no data folder: set AICOVID_DATA")
    monkeypatch.setenv("AICOVID_DATA", str(DATA))
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # which tells a kernel not to collect what its programs print
    committed = nbformat.read(file, as_version=4)
    assert all(cell.execution_count for cell in committed.cells if cell.cell_type == "code"), "run scripts/notebooks.py"
    assert outline(committed) == outline(executed(file)), "run scripts/notebooks.py"


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_names_no_machine_and_is_small(file):
    text = file.read_text(encoding="utf-8")
    for folder in (str(SOURCE), str(Path.home()), "/tmp/"):
        assert folder not in text
    assert len(text) < 1_500_000
