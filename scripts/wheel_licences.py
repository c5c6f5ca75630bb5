#!/usr/bin/env python3
"""Puts the licences of the libraries that auditwheel copied into a wheel beside the package's own.

Usage: wheel_licences.py WHEEL FOLDER; writes the wheel, under its name, to the folder

A library comes from a Debian package, whose file `copyright` has the licences of its source. A library of which no package is
known is an error.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def package_of(library: str) -> str:
    """The Debian package of a library, by its name without the hash that auditwheel gave it."""
    name = re.sub(r"-[0-9a-f]{8}(?=\.so)", "", library)
    found = subprocess.run(["dpkg-query", "-S", f"*/{name}"], stdout=subprocess.PIPE, text=True, check=False).stdout
    packages = {line.split(":")[0] for line in found.splitlines() if line}
    if len(packages) != 1:
        sys.exit(f"wheel_licences: {name} is of {len(packages)} Debian packages; expected one")
    return packages.pop()


def main() -> None:
    wheel, folder = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([sys.executable, "-m", "wheel", "unpack", "--dest", name, str(wheel)], check=True, stdout=subprocess.DEVNULL)
        [root] = Path(name).iterdir()
        [about] = root.glob("*.dist-info")
        licences = about / "licenses"
        licences.mkdir(exist_ok=True)
        packages = sorted({package_of(library.name) for library in root.glob("aicovid.libs/*.so*")})
        for package in packages:
            shutil.copy(Path("/usr/share/doc") / package / "copyright", licences / f"{package}.txt")
        subprocess.run([sys.executable, "-m", "wheel", "pack", "--dest-dir", str(folder), str(root)], check=True, stdout=subprocess.DEVNULL)
    print(f"wheel_licences: {len(packages)} libraries' licences: {', '.join(packages)}")


if __name__ == "__main__":
    main()
