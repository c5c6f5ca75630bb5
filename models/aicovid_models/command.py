"""What every command needs: where the data is, where things are kept from run to run, a line with the time."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
# Trained networks, features and readings: AICOVID_CACHE, by default models/cache. Not in git.
CACHE = Path(os.environ.get("AICOVID_CACHE", MODELS / "cache"))


def report(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


def recompute_arguments(description: str, default: Path | None = None) -> argparse.Namespace:
    """The bundle whose figures are read again, and whether those of single images alone."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, nargs="?" if default else None, default=default)
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def data_folder() -> Path:
    """AICOVID_DATA, by default beside the repository."""
    data = Path(os.environ.get("AICOVID_DATA", ROOT.parent / "shared/data"))
    if not (data / "ieee8023/severity_scores.csv").exists():
        sys.exit("AICOVID_DATA holds no ieee8023/severity_scores.csv: expected the folder with ieee8023/, hannover/ and nih/")
    return data


def cache_folder() -> Path:
    CACHE.mkdir(exist_ok=True)
    return CACHE


def folds_folder(bundle: Path) -> Path:
    """Where the bundles of the cross-validation's folds are: AICOVID_FOLDS/NAME, by default models/folds/NAME. Not in git."""
    return Path(os.environ.get("AICOVID_FOLDS", MODELS / "folds")) / bundle.name
