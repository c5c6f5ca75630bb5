"""scripts/clinical_coverage.py runs, and docs/clinical-coverage.md has its figures."""

import os
import subprocess
import sys

from conftest import DATA, SOURCE

SCRIPT = SOURCE / "scripts" / "clinical_coverage.py"
HEADS = ("| Closed / open / not for the patient |", "| Patients with a value |")


def run(*arguments, data=DATA):
    finished = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, env=os.environ | {"AICOVID_DATA": str(data)})
    assert finished.returncode == 0, finished.stderr
    return finished


def rows_of(text: str) -> list[str]:
    """Those of the tables of figures, with their heads."""
    rows, inside = [], False
    for line in text.splitlines():
        inside = line.startswith(HEADS) or (inside and line.startswith("|"))
        if inside:
            rows.append(line)
    return rows


def test_the_page_has_the_figures_of_the_script(data):
    found = rows_of(run().stdout)
    told = rows_of((SOURCE / "docs" / "clinical-coverage.md").read_text(encoding="utf-8"))
    assert sum(row.startswith(HEADS) for row in told) == len(HEADS)
    assert len(told) > 30 and [row for row in told if row not in found] == []


def test_a_complete_problem_list_makes_diseases_known():
    table = [line.strip("| ").split(" | ") for line in rows_of(run("--problem-list", "complete", "made").stdout)]
    assert ["`dementia`", "200"] in table


def test_data_that_are_not_there_are_left_out(tmp_path):
    finished = run("HL7", "examples", data=tmp_path)
    assert finished.stderr == "clinical_coverage: no data of HL7: set AICOVID_DATA\n"
    assert "| Patients with a value | examples |" in finished.stdout
