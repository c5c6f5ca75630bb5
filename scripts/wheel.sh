#!/usr/bin/env bash
# Makes the wheel of the Python package: one for a CPython, with the library, its dependencies, the bundles and all licences
# within it. The tag is what auditwheel computes. The engines stay outside: aicovid[openvino], aicovid[torch].
#
#   scripts/wheel.sh [FOLDER]    needs scripts/setup.sh; writes to FOLDER (build/wheels)
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-build/wheels}
scripts/setup.sh
export PATH="$PWD/.venv/bin:$PATH"
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The environment that makes wheels is kept; the engines' headers are those of .venv.
if [ ! -x build/wheel-tools/bin/auditwheel ]; then
  python3 -m venv build/wheel-tools
  build/wheel-tools/bin/python -m pip install -q --disable-pip-version-check -r scripts/requirements-wheel.txt
fi
tools=$PWD/build/wheel-tools/bin
"$tools/python" -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir "$work" \
  -C cmake.define.AICOVID_PYTHON="$PWD/.venv/bin/python3" .
PATH="$tools:$PATH" auditwheel repair --plat auto --wheel-dir "$work/repaired" \
  --exclude 'libopenvino.so.*' --exclude 'libtorch*.so' --exclude 'libc10*.so' "$work"/aicovid-*.whl
"$tools/python" scripts/wheel_licences.py "$work"/repaired/aicovid-*.whl "$out"
ls -l "$out"/aicovid-*.whl
