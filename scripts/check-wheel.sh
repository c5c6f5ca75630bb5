#!/usr/bin/env bash
# Installs the wheel of scripts/wheel.sh into a fresh environment with an engine, and tests it there: its reports of the demo's
# radiograph must be those of the build tree.
#
#   scripts/check-wheel.sh WHEEL EXPECTED openvino|torch [PYTHON]
#
# AICOVID_WHEEL_PACKAGES names a folder of installed packages that the environment sees too, so that pip need not install PyTorch's
# 5 GB again. EXPECTED is a folder of scripts/wheel-expected.sh; nothing else of this tree but tests/wheel is used, so that the check runs where
# nothing is built (scripts/bare-wheel.sh).
set -euo pipefail
wheel=$(realpath "$1")
expected=$(realpath "$2")
engine=$3
python=${4:-python3}
tests=$(realpath "$(dirname "$0")/../tests/wheel")
environment=$(mktemp -d)
trap 'rm -rf "$environment"' EXIT

"$python" -m venv "$environment"
if [ -n "${AICOVID_WHEEL_PACKAGES:-}" ]; then
  AICOVID_WHEEL_PACKAGES=$(realpath "$AICOVID_WHEEL_PACKAGES")
  export AICOVID_WHEEL_PACKAGES
  echo "$AICOVID_WHEEL_PACKAGES" >"$(echo "$environment"/lib/python3*/site-packages)/seen.pth"
fi
"$environment/bin/pip" install -q --disable-pip-version-check "$wheel[$engine]" pytest
"$environment/bin/python" - <<'PYTHON'
import time

start = time.perf_counter()
import aicovid

print(f"check-wheel: import aicovid took {time.perf_counter() - start:.3f} s")
PYTHON
du -cm --max-depth=0 "$environment"/lib/python3*/site-packages/aicovid* | tail -1 | sed 's/\s*total/ MB installed/; s/^/check-wheel: /'
cd "$tests"
AICOVID_WHEEL_EXPECTED=$expected AICOVID_WHEEL_ENGINE=$engine \
  "$environment/bin/python" -m pytest -q -p no:cacheprovider --rootdir="$tests" --confcutdir="$tests" test_wheel.py
