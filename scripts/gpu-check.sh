#!/usr/bin/env bash
# Checks the CUDA code on a machine that has a GPU, and times it.
#
#   scripts/gpu-check.sh --pack   on a machine made by scripts/setup.sh: gathers what the other lacks (headers and
#                                 static libraries of Debian packages, nvJPEG2000, codestreams and their pixels' hashes)
#                                 in .gpu-packages, which travels with the source
#   scripts/gpu-check.sh          on the machine with the GPU: nvcc, CMake, Ninja, g++ and Python with torch 2.11.0 are
#                                 needed; no network. Builds for the device that is there, looks for it, runs the GPU
#                                 tests (CPU == CUDA, streams), once more under compute-sanitizer, and writes timings
#                                 and what the device is to benchmarks/results/
#
# The whole run is meant to take at most 8 minutes; each step says how long it took. What compute-sanitizer has not ended
# after 90 seconds is stopped, and said to be unfinished.
# CUDA_ARCHITECTURES (default: the device's own, or those of a release where there is none) and OUT (another folder for
# the results) may be set. Without a usable GPU it ends with status 6 at the device query, after everything has been built.
set -euo pipefail
cd "$(dirname "$0")/.."
packed=$PWD/.gpu-packages
nvjpeg2k=nvidia-nvjpeg2k-cu13==0.11.0.51
say() { printf 'gpu-check: [%d s] %s\n' "$SECONDS" "$*"; }

pack() {
  local packages=(libfmt-dev nlohmann-json3-dev libvalijson-dev libssl-dev libpng-dev libjpeg62-turbo-dev zlib1g-dev
    catch2 libcatch2-dev) package file
  rm -rf "$packed"
  mkdir -p "$packed/usr/include" "$packed/usr/lib"
  for package in "${packages[@]}"; do
    dpkg-query -W "$package" >/dev/null 2>&1 || continue # Catch2 is one package or two
    dpkg-query -W -f '${Package} ${Version}\n' "$package" >>"$packed/packages.txt"
    # Headers, static libraries and CMake packages, without the dynamic libraries' links.
    while read -r file; do
      if [ ! -f "$file" ]; then continue; fi
      case $file in
        /usr/include/* | */cmake/* | *.a) cp --parents "$file" "$packed/" ;;
      esac
    done < <(dpkg -L "$package")
  done
  rm -f "$packed"/usr/lib/*/libssl.a
  # Where a compiler of another distribution looks for them.
  cp -r "$packed"/usr/include/x86_64-linux-gnu/* "$packed/usr/include/"
  pack_jpeg2000
  say "$(du -sh "$packed" | cut -f1) in .gpu-packages: $(cut -d' ' -f1 "$packed/packages.txt" | xargs)"
  [ "$(du -sm "$packed" | cut -f1)" -lt 64 ] || { say "that is more than 64 MB"; exit 1; }
}

# nvJPEG2000, and codestreams with the hashes of their pixels.
pack_jpeg2000() {
  local python=.venv/bin/python wheels
  wheels=$(mktemp -d)
  if "$python" -m pip download --quiet --no-deps --dest "$wheels" "$nvjpeg2k"; then
    "$python" -m zipfile -e "$wheels"/*.whl "$wheels/unpacked"
    mkdir -p "$packed/nvjpeg2k"
    cp -r "$wheels"/unpacked/nvidia/nvjpeg2k/{include,lib} "$wheels"/unpacked/*.dist-info/licenses "$packed/nvjpeg2k/"
    "$python" scripts/gpu_codestreams.py "$packed/codestreams"
    echo "$nvjpeg2k" >>"$packed/packages.txt"
  else
    say "NOT PACKED: $nvjpeg2k; JPEG 2000 will not be decoded on the GPU"
  fi
  rm -rf "$wheels"
}

if [ "${1:-}" = --pack ]; then
  pack
  exit
fi
[ $# -eq 0 ] || { say "unknown argument $1"; exit 2; }

export PATH="$PATH:/usr/local/cuda/bin"
for tool in nvcc cmake ninja g++ python3; do
  command -v "$tool" >/dev/null || { say "no $tool"; exit 1; }
done
[ -d "$packed" ] || { say "no .gpu-packages: run scripts/gpu-check.sh --pack where the Debian packages are"; exit 1; }
[ -x .venv/bin/python ] && export PATH="$PWD/.venv/bin:$PATH"
build=build/gpu-check

# One architecture takes a quarter of the time to compile. nvidia-smi writes 9.0 for 90.
if [ -z "${CUDA_ARCHITECTURES:-}" ] && capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null); then
  CUDA_ARCHITECTURES=$(head -n 1 <<<"$capability" | tr -d '. ')-real
fi
say "configure for ${CUDA_ARCHITECTURES:-the architectures of a release}"
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DAICOVID_GPU_CHECK=ON -DAICOVID_WITH_CUDA=ON \
  -DCMAKE_PREFIX_PATH="$packed/usr" -DAICOVID_NVJPEG2K_ROOT="$packed/nvjpeg2k" -DOPENSSL_USE_STATIC_LIBS=ON ${CUDA_ARCHITECTURES:+-DCMAKE_CUDA_ARCHITECTURES="$CUDA_ARCHITECTURES"}
say "build"
cmake --build "$build" --target gpu_tests gpu_timings

say "device query"
"$build/lib/gpu_timings" --query
export AICOVID_REQUIRE_CUDA=1
[ -d "$packed/nvjpeg2k" ] || say "NOT RUN: JPEG 2000 on the GPU; nvJPEG2000 is not packed"
say "GPU tests"
"$build/lib/gpu_tests"
sanitize() { # test, option...
  local test=$1 status=0
  shift
  say "compute-sanitizer $*: $test"
  timeout 90 compute-sanitizer --error-exitcode 1 "$@" "$build/lib/gpu_tests" "$test" || status=$?
  case $status in
    0) ;;
    124) say "UNFINISHED: compute-sanitizer $*: $test" ;;
    *) say "compute-sanitizer found a fault"; exit 1 ;;
  esac
}
if command -v compute-sanitizer >/dev/null; then
  sanitize "CUDA: random recipes*"
  # Also memory that one stream uses before another has allocated it, or after it has freed it, where that can be asked for.
  races=()
  if compute-sanitizer --help | grep -q track-stream-ordered-races; then races=(--track-stream-ordered-races all); fi
  sanitize "CUDA streams: random calls*" "${races[@]}"
  sanitize "CUDA streams: four workers*" "${races[@]}"
else
  say "NOT RUN: there is no compute-sanitizer"
fi

say "timings"
results=${OUT:-benchmarks/results}
mkdir -p "$results"
"$build/lib/gpu_timings" >"$build/timings.json"
python3 - "$build/timings.json" "$results" <<'PYTHON'
import datetime, json, platform, subprocess, sys
from pathlib import Path

query = "name,driver_version,memory.total,compute_cap,clocks.max.sm,clocks.max.mem,pcie.link.gen.max,pcie.link.width.max"
row = subprocess.run(["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"], stdout=subprocess.PIPE, text=True, check=True)
device = dict(zip(query.split(","), (value.strip() for value in row.stdout.splitlines()[0].split(","))))
nvcc = subprocess.run(["nvcc", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-2]
record = {"date": datetime.date.today().isoformat(), "device": device, "nvcc": nvcc.strip(), "processor": platform.machine(),
          "command": "scripts/gpu-check.sh", "unit": "ms", "timings": json.loads(Path(sys.argv[1]).read_text())}
file = Path(sys.argv[2]) / f"gpu-{device['name'].replace(' ', '-').lower()}.json"
file.write_text(json.dumps(record, indent=1) + "\n")
print(f"gpu-check: {file}")
print(json.dumps(record, indent=1))
PYTHON
say "passed"
