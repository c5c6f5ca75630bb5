#!/usr/bin/env python3
"""Unpacks a wheel that auditwheel made, and adds the licences of all that it was made with: of the Debian packages whose
libraries auditwheel put into it, and of the headers and archives that it was built with.

    scripts/wheel_licences.py WHEEL FOLDER
"""

import re
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

# The headers and archives are those of packages of Debian (docs/dependencies.md), and of PyPI.
BUILT_WITH = ["libcli11-dev", "libopencv-core-dev", "libopencv-imgproc-dev", "libspdlog-dev", "libvalijson-dev", "nlohmann-json3-dev"]
HEADERS = ["openvino", "pybind11", "torch"]


def package_of(library: str) -> str:
    """The Debian package of a library that auditwheel has renamed, as libxml2-c05750a6.so.2.9.14."""
    name = re.sub(r"-[0-9a-f]{8}(?=\.so)", "", library)
    told = subprocess.run(["dpkg-query", "--search", f"*/{name}"], capture_output=True, text=True, check=True).stdout
    return told.split(":")[0]


def unpack(wheel: Path, folder: Path) -> Path:
    """The folder of the wheel's files, with their permissions."""
    name, version = wheel.name.split("-")[:2]
    files = folder / f"{name}-{version}"
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            file = Path(archive.extract(member, files))
            if not member.is_dir():
                file.chmod(member.external_attr >> 16 & 0o777)
    return files


def main() -> None:
    files = unpack(Path(sys.argv[1]), Path(sys.argv[2]))
    (licences,) = files.glob("*.dist-info/licenses")
    packages = {package_of(library.name) for library in files.glob("*.libs/*.so*")}
    for package in sorted(packages | set(BUILT_WITH)):
        text = Path("/usr/share/doc", package, "copyright").read_text(encoding="utf-8")
        (licences / "debian").mkdir(exist_ok=True)
        (licences / "debian" / f"{package}.txt").write_text(text, encoding="utf-8")
    for package in HEADERS:
        found = [file for file in distribution(package).files or [] if re.fullmatch(r"LICEN[CS]E(\.\w+)?", file.name)]
        if not found:
            sys.exit(f"wheel_licences: no licence in the package {package}")
        (licences / "python").mkdir(exist_ok=True)
        text = found[0].locate().read_text(encoding="utf-8")
        (licences / "python" / f"{package}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
