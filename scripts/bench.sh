#!/usr/bin/env bash
# Measures aicovid beside the Python way, engines, sizes, start and memory, and writes benchmarks/results:
# benchmarks/run.py says what the parts are. It installs and builds what is missing.
#
#   scripts/bench.sh            everything: about 40 minutes on two cores with nothing else to do, 3 GB of disk
#   scripts/bench.sh --quick    a few files, one round, written to build/benchmarks: some minutes
#   scripts/bench.sh archive    one part; benchmarks/run.py --help names them and the options
#
# The archives are kept in ~/.cache/aicovid-benchmarks. AICOVID_DATA names the public data whose pictures they are made of.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
export PATH="$PWD/.venv/bin:$PATH"
export AICOVID_DATA="${AICOVID_DATA:-$PWD/../shared/data}"
cmake --preset release
cmake --build --preset release --target aicovid_cli _aicovid
exec python benchmarks/run.py "$@"
