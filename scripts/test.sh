#!/usr/bin/env bash
# Builds and tests everything, as continuous integration does. Stages, in order; name some to run only those:
#   format    clang-format over all sources
#   release   build, all tests
#   tidy      clang-tidy over the sources of lib/ but the one that includes LibTorch
#   cpu-only  build without the CUDA module, smoke test
#   openvino  build, tests and a score without LibTorch, and the size of that installation
#   wheel     a Python wheel, in a fresh environment with each engine (PyTorch that of .venv): its reports are those of the build tree
#   asan      AddressSanitizer and UBSan: the rooms that run no network, and one full score
#   tsan      ThreadSanitizer: the pipeline of many images, with small networks
#   fuzz      clang: replays the fuzzers' corpora, then fuzzes for a minute (docs/fuzzing.md)
set -euo pipefail
cd "$(dirname "$0")/.."
stages=("$@")
[ "${#stages[@]}" -gt 0 ] || stages=(format release tidy cpu-only openvino wheel asan tsan fuzz)

scripts/setup.sh
export PATH="$PWD/.venv/bin:$PATH"
export AICOVID_DATA="${AICOVID_DATA:-$PWD/../shared/data}"
[ -d "$AICOVID_DATA" ] || echo "test: no data at AICOVID_DATA; the tests that need it will be skipped"

sources() { git ls-files "*.cpp" "*.hpp" "*.cu" "*.cuh"; }

build() { # preset target...
  local preset=$1
  shift
  cmake --preset "$preset" -DAICOVID_WITH_BENCHMARKS=ON >"build/configure-$preset.log" 2>&1 || { cat "build/configure-$preset.log"; return 1; }
  cmake --build --preset "$preset" --target "$@" -- --quiet
}

# Several presets' tests run one after the other: ctest's closing line of each stands in the output.
stage_format() { sources | xargs clang-format --dry-run --Werror; }

stage_release() {
  build release all
  # Without the CUDA Toolkit everything else is still tested; what is not must not go unseen.
  sed -n 's/^-- aicovid: proof not built: /test: NOT RUN: /p' build/configure-release.log
  ctest --preset release --parallel 2 --no-tests=error
}

stage_tidy() { scripts/tidy.py build/release; }

stage_cpu-only() {
  build cpu-only aicovid_cli
  local radiograph
  radiograph=$(python scripts/pydicom_data_file.py RG1_J2KR.dcm)
  build/cpu-only/bin/aicovid score "$radiograph" --clinical examples/patient.json --format json |
    python scripts/validate_json.py report
  build/cpu-only/bin/aicovid --version | grep -q 'CUDA module *not built'
  local status=0
  build/cpu-only/bin/aicovid score "$radiograph" --device cuda 2>build/cpu-only/cuda.log || status=$?
  [ "$status" -eq 6 ] || { echo "score --device cuda ended with $status; expected 6"; cat build/cpu-only/cuda.log; return 1; }
}

stage_openvino() {
  scripts/setup.sh --engines openvino
  if .venv-openvino/bin/python -c 'import torch' 2>/dev/null; then echo "there is a torch in .venv-openvino"; return 1; fi
  build openvino aicovid_cli _aicovid test_network test_bundle test_examine test_assess
  ctest --preset openvino --parallel 2 --no-tests=error -L '^(network|bundle|examine|assess)$'
  (cd tests && AICOVID_BUILD_DIR=../build/openvino ../.venv-openvino/bin/python -m pytest -q \
    bindings/test_module.py bindings/test_examination.py cli/test_examine.py)
  local prefix=$PWD/build/openvino/installed radiograph
  rm -rf "$prefix"
  cmake --install build/openvino --prefix "$prefix" >build/openvino/install.log
  radiograph=$(python scripts/pydicom_data_file.py RG1_J2KR.dcm)
  "$prefix/bin/aicovid" score "$radiograph" --clinical examples/patient.json --format json >build/openvino/report.json
  python scripts/validate_json.py report <build/openvino/report.json
  grep -q '"backend": "openvino"' build/openvino/report.json
  "$prefix/bin/aicovid" model verify severity
  .venv-openvino/bin/python scripts/installed_size.py "$prefix" --most 130
}

stage_wheel() {
  build release aicovid_cli
  scripts/wheel.sh
  scripts/wheel-expected.sh build/wheel/expected
  scripts/check-wheel.sh build/wheel/*.whl build/wheel/expected openvino .venv/bin/python
  AICOVID_WHEEL_PACKAGES=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
    scripts/check-wheel.sh build/wheel/*.whl build/wheel/expected torch .venv/bin/python
}

stage_asan() {
  local rooms=(core dicom image preprocess clinical scores findings fusion report)
  build asan "${rooms[@]/#/test_}" aicovid_cli
  # LibTorch and its dependencies keep memory until the process ends; leaks of our own rooms are looked for.
  ctest --preset asan --parallel 2 --no-tests=error -L "^($(IFS='|'; echo "${rooms[*]}"))\$"
  local radiograph
  radiograph=$(python scripts/pydicom_data_file.py RG1_J2KR.dcm)
  ASAN_OPTIONS=detect_leaks=0 build/asan/bin/aicovid score "$radiograph" --clinical examples/patient.json \
    --heatmap build/asan/heatmap.png --format json | python scripts/validate_json.py report
}

stage_tsan() {
  build tsan test_batch
  # The engines' libraries are not instrumented: what they do among themselves looks like races.
  TSAN_OPTIONS="ignore_noninstrumented_modules=1 halt_on_error=1" ctest --preset tsan --no-tests=error -L '^batch$'
}

stage_fuzz() {
  build fuzz fuzzers
  scripts/fuzz.sh replay
  # One seed, so that a failure can be repeated; the long runs (docs/fuzzing.md) look further.
  export FUZZ_SEED=1
  # Two at a time: DICOM, the largest, beside the others.
  scripts/fuzz.sh run 60 fuzz_dicom &
  local dicom=$!
  { scripts/fuzz.sh run 30 fuzz_image && scripts/fuzz.sh run 30 fuzz_clinical && scripts/fuzz.sh run 10 fuzz_ucum; } &
  local others=$!
  local status=0
  wait "$dicom" || status=1
  wait "$others" || status=1
  return "$status"
}

mkdir -p build
for stage in "${stages[@]}"; do
  SECONDS=0
  echo "test: $stage"
  "stage_$stage"
  echo "test: $stage passed in $SECONDS s"
done
