#!/usr/bin/env python3
"""Holds the direction of dependencies: which room includes which, and which third-party library where.

Usage: check_includes.py SOURCE_DIR. Prints each violation as FILE:LINE; exit status 1 if there is one.
"""

import re
import sys
from pathlib import Path

BASE = ["core"]
INPUT = BASE + ["dicom", "image", "preprocess", "network", "clinical"]
FINDINGS = INPUT + ["findings"]
EXAMINE = FINDINGS + ["bundle", "examine"]
ASSESS = EXAMINE + ["scores", "fusion", "assess"]
# What each room may include of others, besides itself and the public headers.
ALLOWED = {
    "core": [],
    "dicom": BASE,
    "image": BASE,
    "preprocess": BASE,
    "network": BASE,
    "clinical": BASE,
    "scores": BASE + ["clinical"],
    "findings": INPUT,
    "bundle": FINDINGS,
    "examine": EXAMINE,
    "fusion": FINDINGS + ["scores"],
    "assess": ASSESS,
    "report": ASSESS,
    "cli": [],
    "bindings": [],
}

# Third-party headers, and the only rooms, or folders of rooms, that may include them. `None`: any room.
LIBRARIES = [
    (r"dcmtk/", ["dicom"]),
    (r"openjpeg|openjph/", ["dicom"]),
    (r"(torch|ATen|c10|caffe2)/", ["network/torchscript"]),
    (r"openvino/", ["network/openvino"]),
    (r"opencv2/", ["report/drawing"]),
    (r"pybind11/", ["bindings"]),
    (r"(cuda|thrust/|cub/)", ["preprocess"]),
    (r"CLI/", ["cli"]),
    (r"openssl/", ["core"]),
    (r"png\.h|jpeglib\.h", ["image", "report"]),
    (r"valijson/", ["core"]),
    (r"xgboost/", ["fusion"]),
    (r"(fmt|nlohmann)/", None),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def check(path: Path, room: str, place: str, rooms: set[str]):
    """`place`: the file's path, from the rooms' folder. Yields (line number, message) of each include that this room may not have."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, header = match.groups()
        if header.startswith("aicovid/"):
            continue
        for pattern, allowed in LIBRARIES:
            if re.match(pattern, header):
                if room == "public":
                    yield number, f"a public header includes {header}; expected the standard library only"
                elif allowed is not None and not any(place.startswith(f"{each}/") for each in allowed):
                    yield number, f"{header} belongs to {', '.join(allowed)} only"
        first = header.split("/")[0]
        if quote == '"' and first in rooms and first != room and first not in ALLOWED.get(room, []):
            yield number, f"room {room} may not include {header}"
        if room == "public" and quote == '"':
            yield number, f"a public header includes {header}; expected <aicovid/...> or the standard library"


def main() -> int:
    source = Path(sys.argv[1])
    rooms = set(ALLOWED)
    places = [(source / "include", "public"), (source / "bindings", "bindings")]
    places += [(folder, folder.name) for folder in sorted((source / "lib").iterdir()) if folder.is_dir()]
    checked = violations = 0
    for folder, room in places:
        if room != "public" and room not in rooms:
            print(f"{folder.name}: a room that this check does not know")
            violations += 1
        for path in sorted(folder.rglob("*")):
            if path.suffix not in {".hpp", ".cpp", ".cu", ".cuh", ".h", ".in"}:
                continue
            checked += 1
            for number, message in check(path, room, f"{room}/{path.relative_to(folder)}", rooms):
                print(f"{path.relative_to(source)}:{number}: {message}")
                violations += 1
    print(f"{checked} files, {violations} violations")
    return 1 if violations or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
