#!/usr/bin/env python3
"""What an installation needs to score a radiograph, in megabytes: what it holds itself (program, library, engine, bundle),
and the libraries of the system that it loads, but for the C and C++ runtime, which each Debian has. What heat maps need
besides is told apart.

    scripts/installed_size.py PREFIX [--most MB]
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

RUNTIME = re.compile(r"(ld-linux.*|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s))\.so")
MEGABYTE = 1e6


def libraries(file: Path) -> set[Path]:
    """What the dynamic linker loads for a program or a library."""
    told = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=True).stdout
    missing = re.findall(r"(\S+) => not found", told)
    if missing:
        sys.exit(f"{file.name}: not found: {', '.join(missing)}")
    return {Path(each).resolve() for each in re.findall(r"=> (/\S+)", told)}


def show(name: str, files: set[Path]) -> float:
    """Prints and returns the megabytes of a part."""
    size = sum(each.stat().st_size for each in files) / MEGABYTE
    print(f"{name:26} {size:7.1f} MB in {len(files)} files")
    return size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prefix", type=Path)
    parser.add_argument("--most", type=float, help="end with status 1 if the installation itself has more megabytes")
    arguments = parser.parse_args()
    prefix = arguments.prefix.resolve()

    code = [prefix / "bin" / "aicovid", *(each for each in (prefix / "lib").rglob("*.so*") if not each.is_symlink())]
    parts: dict[str, set[Path]] = {
        "program, library, engine": {each.resolve() for each in code},
        "bundle severity": {each for each in (prefix / "share/aicovid/models/severity").rglob("*") if each.is_file()},
        "DICOM dictionary": {prefix / "share/aicovid/dicom.dic"},
    }
    drawing = prefix / "lib" / "libaicovid_drawing.so"
    own_code = parts["program, library, engine"]
    system = set().union(*(libraries(each) for each in code if each != drawing)) - own_code
    own = sum(show(name, files) for name, files in parts.items())
    print(f"{'the installation':26} {own:7.1f} MB")
    loaded = show("libraries of the system", {each for each in system if not RUNTIME.match(each.name)})
    print(f"{'all':26} {own + loaded:7.1f} MB")
    show("heat maps, besides", {each for each in libraries(drawing) - system - own_code if not RUNTIME.match(each.name)})
    return 1 if arguments.most is not None and own > arguments.most else 0


if __name__ == "__main__":
    sys.exit(main())
