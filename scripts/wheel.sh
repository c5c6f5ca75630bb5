#!/usr/bin/env bash
# Makes a wheel for the Python of .venv that needs no package of Debian: build/wheel/aicovid-VERSION-TAG.whl. It has the library,
# the program, DICOM dictionary, bundles, the libraries that they are made with, and all their licences; engines are packages of
# their own (docs/python.md). Needs scripts/setup.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$PWD/build/wheel
rm -rf "$work/built" "$work/repaired" "$work"/*.whl
mkdir -p "$work"
stamp=$work/tools/aicovid-requirements
if ! cmp -s scripts/requirements-wheel.txt "$stamp"; then
  .venv/bin/python -m venv --clear "$work/tools"
  "$work/tools/bin/pip" install -q --disable-pip-version-check -r scripts/requirements-wheel.txt
  cp scripts/requirements-wheel.txt "$stamp"
fi
export PATH="$work/tools/bin:$PATH"

# The name by which CMake calls the compiler in the other builds: the compiler cache tells names apart.
export CC=cc CXX=c++
# Both engines' modules are in it, whichever is installed beside it.
pip wheel -q --disable-pip-version-check --no-deps -w "$work/built" . \
  -C cmake.define.AICOVID_WITH_OPENVINO=ON -C cmake.define.AICOVID_WITH_TORCHSCRIPT=ON
auditwheel repair -w "$work/repaired" \
  --exclude 'libopenvino.so*' --exclude libc10.so --exclude libtorch_cpu.so "$work"/built/*.whl 2>"$work/auditwheel.log"
.venv/bin/python scripts/wheel_licences.py "$work"/repaired/*.whl "$work/unpacked"
wheel pack -d "$work" "$work"/unpacked/* >/dev/null
rm -rf "$work/built" "$work/repaired" "$work/unpacked"
ls -l "$work"/*.whl
