#!/usr/bin/env bash
# Makes models/severity from public data, with all that is measured of it: networks, folds, icu_stay, evidence, card.
#
#   models/aicovid_models/severity/make.sh [--keep-lungs]     --keep-lungs: as `train` has it
set -euo pipefail
cd "$(dirname "$0")/../../.."
run() { .venv/bin/python -m "aicovid_models.$@"; }
run severity.train "$@"
run severity.cross_validate
run icu_stay.train
# The outcome is part of every fold's manifest, and the evidence names the manifest that it is of.
run severity.cross_validate
run severity.evidence models/severity
run severity.card
build/release/bin/aicovid model verify models/severity
