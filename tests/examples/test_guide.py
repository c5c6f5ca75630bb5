"""The code of the Python guide runs, page by page, as a reader would type it; and the site of the pages builds without a warning.

About 60 s of one core.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import BUILD, SOURCE

PAGES = [SOURCE / "docs" / "python.md", *sorted((SOURCE / "docs" / "python").glob("*.md"))]
# A block that needs a cluster has a test of its own: tests/bindings/test_ray.py.
ELSEWHERE = "aicovid.adapters.ray"


def blocks(page):
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_each_page_has_code():
    assert len(PAGES) >= 6
    assert all(blocks(page) for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_runs(page, tmp_path, radiograph, pydicom_data_file):
    shutil.copy(radiograph, tmp_path / "chest.dcm")
    shutil.copy(SOURCE / "examples" / "patients.csv", tmp_path)
    (tmp_path / "archive").mkdir()
    for name, copy in (("RG1_J2KR.dcm", "A1.dcm"), ("MR2_J2KR.dcm", "scan.dcm")):
        shutil.copy(pydicom_data_file(name), tmp_path / "archive" / copy)
    code = "\n".join(block for block in blocks(page) if ELSEWHERE not in block)
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", "-c", code],
        cwd=tmp_path, env=os.environ | {"MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_site_builds_without_a_warning(tmp_path):
    done = subprocess.run(
        [SOURCE / "scripts" / "python_docs.sh", tmp_path / "site"],
        env=os.environ | {"AICOVID_PYTHON": sys.executable, "AICOVID_BUILD_DIR": str(BUILD)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    reference = (tmp_path / "site" / "docs" / "python" / "reference" / "assessing.html").read_text(encoding="utf-8")
    for name in ("aicovid.Assessor.load", "aicovid.Examination.embedding", "aicovid.RiskReport", "aicovid.report.Outcome"):
        assert f'id="{name}"' in reference
