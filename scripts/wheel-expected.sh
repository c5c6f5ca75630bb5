#!/usr/bin/env bash
# Writes what scripts/check-wheel.sh compares an installed wheel with: the demo's radiograph and record, and what the program of
# build/release says of them with each engine.
#
#   scripts/wheel-expected.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
program=build/release/bin/aicovid
mkdir -p "$folder"
cp "$(.venv/bin/python scripts/pydicom_data_file.py RG1_J2KR.dcm)" "$folder/radiograph.dcm"
cp examples/patient.json "$folder/patient.json"
for backend in openvino torchscript; do
  "$program" score "$folder/radiograph.dcm" --clinical "$folder/patient.json" --format json --backend "$backend" >"$folder/$backend.json"
done
"$program" --version >"$folder/version.txt"
