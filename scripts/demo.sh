#!/usr/bin/env bash
# Builds aicovid and scores a real chest radiograph (RG1_J2KR.dcm of the PyPI package pydicom-data, MIT licence;
# JPEG 2000) with examples/patient.json: prints the report, writes the heat map, and scores it from Python too.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
export PATH="$PWD/.venv/bin:$PATH"

if [ ! -f build/release/build.ninja ]; then
  echo "demo: configuring build/release"
  cmake --preset release >/dev/null
fi
echo "demo: building (some minutes the first time)"
cmake --build --preset release --target aicovid_cli _aicovid -- --quiet

radiograph=$(python scripts/pydicom_data_file.py RG1_J2KR.dcm)
aicovid=build/release/bin/aicovid
heatmap=build/demo_heatmap.png
report=build/demo_report.json
echo "demo: aicovid score RG1_J2KR.dcm --clinical examples/patient.json --heatmap $heatmap"
echo
"$aicovid" score "$radiograph" --clinical examples/patient.json --heatmap "$heatmap"
"$aicovid" score "$radiograph" --clinical examples/patient.json --format json > "$report"
echo
echo "demo: the heat map is $heatmap, the report as JSON $report"

echo "demo: the same from Python (PYTHONPATH=build/release/python .venv/bin/python)"
PYTHONPATH=build/release/python python - "$radiograph" examples/patient.json <<'EOF'
import json
import sys

import aicovid

assessor = aicovid.Assessor.load("severity")
with open(sys.argv[2], encoding="utf-8") as file:
    report = assessor.assess(aicovid.read(sys.argv[1]), json.load(file))
print(f"Brixia score {report['image']['brixia']['value']:.1f} of 18")
EOF
