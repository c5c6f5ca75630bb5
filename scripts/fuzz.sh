#!/usr/bin/env bash
# Runs the fuzzers of build/fuzz (cmake --preset fuzz, target `fuzzers`); docs/fuzzing.md explains them.
#
#   scripts/fuzz.sh replay [NAME...]        every input of tests/fuzz/corpus once
#   scripts/fuzz.sh run SECONDS [NAME...]   fuzzes, with the seed FUZZ_SEED if it is set; new inputs go to build/fuzz/corpus, what fails to build/fuzz/findings
#   scripts/fuzz.sh keep [NAME...]          adds to tests/fuzz/corpus the new inputs that reach something new
set -euo pipefail
cd "$(dirname "$0")/.."

# The limits that an input must keep: 10 s, 4 GiB in all and for one allocation. Leaks and undefined behaviour end the
# run too; memory against claimed pixels is the fuzzers' own check.
limits=(-timeout=10 -rss_limit_mb=4096 -malloc_limit_mb=4096 -max_len=16384)

action=${1:?replay, run or keep}
shift
seconds=
if [ "$action" = run ]; then
  seconds=${1:?seconds}
  shift
fi
names=("$@")
[ "${#names[@]}" -gt 0 ] || names=(fuzz_dicom fuzz_image fuzz_clinical fuzz_ucum)

for name in "${names[@]}"; do
  fuzzer=build/fuzz/fuzz/$name
  corpus=tests/fuzz/corpus/$name
  new=build/fuzz/corpus/$name
  findings=build/fuzz/findings/$name
  log=build/fuzz/$name.log
  mkdir -p "$new" "$findings"
  case $action in
    replay) arguments=("${limits[@]}" -runs=0 "$corpus") ;;
    run) arguments=("${limits[@]}" -max_total_time="$seconds" -seed="${FUZZ_SEED:-0}" "$new" "$corpus") ;;
    keep) arguments=(-merge=1 -use_counters=0 "$corpus" "$new") ;;  # new edges, not how often they are passed
    *) echo "fuzz: $action is not replay, run or keep"; exit 2 ;;
  esac
  "$fuzzer" -artifact_prefix="$findings/" "${arguments[@]}" >"$log" 2>&1 || { tail -60 "$log"; exit 1; }
  echo "fuzz: $action $name: $(grep -E '^#[0-9]+.*(DONE|INITED|REDUCE|NEW|pulse)' "$log" | tail -1)"
done
