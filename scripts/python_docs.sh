#!/usr/bin/env bash
# Builds the site of docs/ with the reference of the Python package, and fails at the first warning's end:
#
#   scripts/python_docs.sh [OUT]      default build/site; open OUT/docs/index.html
#
# Needs scripts/setup.sh and a built module. AICOVID_BUILD_DIR names the build tree, AICOVID_PYTHON the interpreter.
set -euo pipefail
out=$(realpath -m "${1:-build/site}")
cd "$(dirname "$0")/.."
build=${AICOVID_BUILD_DIR:-$PWD/build/release}
python=${AICOVID_PYTHON:-$PWD/.venv/bin/python}
PYTHONPATH="$build/python" "$python" -m sphinx -q -W --keep-going -E -c docs/site -d "$build/site-doctrees" . "$out"
