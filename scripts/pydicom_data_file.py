#!/usr/bin/env python3
"""Prints where a file of the PyPI package pydicom-data lies: pydicom_data_file.py RG1_J2KR.dcm"""

import importlib.util
import sys
from pathlib import Path

package = importlib.util.find_spec("data_store")
if package is None:
    sys.exit("pydicom-data is not installed: run scripts/setup.sh")
path = Path(package.submodule_search_locations[0]) / "data" / sys.argv[1]
if not path.is_file():
    sys.exit(f"pydicom-data has no {sys.argv[1]}")
print(path)
