#!/usr/bin/env bash
# Makes models/severity from public data, with all that is measured of it: networks, folds, icu_stay, evidence.
#
#   models/training/make_severity.sh [--keep-lungs]     --keep-lungs: as train_severity.py has it
set -euo pipefail
cd "$(dirname "$0")/../.."
python=.venv/bin/python
"$python" models/training/train_severity.py "$@"
"$python" models/training/cross_validate.py
"$python" models/training/train_icu.py
# The outcome is part of every fold's manifest, and the evidence names the manifest that it is of.
"$python" models/training/cross_validate.py
"$python" models/training/evidence.py models/severity
build/release/bin/aicovid model verify models/severity
