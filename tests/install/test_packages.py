"""The one list of Debian packages, scripts/packages.txt, has all that CMake looks for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import BUILD, SOURCE

LIST = SOURCE / "scripts" / "packages.txt"

# What CMake looks for and no package of the list brings, with what does.
ELSEWHERE = {
    "Threads": "the C library",
    "pybind11": "scripts/requirements.txt",
    "AICOVID_TORCH_CPU": "scripts/requirements.txt",
    "AICOVID_TORCH_C10": "scripts/requirements.txt",
    "CUDAToolkit": "optional: the CUDA Toolkit",
    "AICOVID_CCCL_INCLUDE_DIR": "optional: the CUDA Toolkit",
    "AICOVID_CUDA_INCLUDE_DIR": "optional: the CUDA Toolkit",
    "AICOVID_NVJPEG2K_INCLUDE_DIR": "optional: the PyPI package nvidia-nvjpeg2k-cu13",
    "AICOVID_NVJPEG2K_LIBRARY": "optional: the PyPI package nvidia-nvjpeg2k-cu13",
    "aicovid": "this project, in the example that uses it",
}
SEARCH = re.compile(r"\b(?:find_(?:package|library|path|program|file)|pkg_check_modules)\(\s*(\w+)")


def packages():
    """Each package of the list with the names by which CMake looks for it."""
    found = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if words:
            found[words[0]] = [word for word in words[1:] if word != "-"]
    return found


def searched(source):
    """Each name that the CMake files below `source` look for, with a file that does."""
    tracked = subprocess.run(
        ["git", "ls-files", "*CMakeLists.txt", "*.cmake"], cwd=source, capture_output=True, text=True, check=True
    ).stdout.split()
    return {name: file for file in tracked for name in SEARCH.findall((source / file).read_text(encoding="utf-8"))}


def test_each_thing_that_cmake_looks_for_is_in_the_list():
    looked_for = searched(SOURCE)
    assert {"DCMTK", "Python", "OPENJPEG", "benchmark"} <= set(looked_for)
    listed = {name for names in packages().values() for name in names}
    absent = {name: file for name, file in looked_for.items() if name not in listed and name not in ELSEWHERE}
    assert not absent, f"add the package to {LIST.name}"


def test_the_list_names_nothing_that_cmake_does_not_look_for():
    looked_for = set(searched(SOURCE))
    listed = {name for names in packages().values() for name in names}
    assert listed | set(ELSEWHERE) <= looked_for


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="not a Debian system")
def test_what_cmake_found_lies_in_the_package_that_the_list_names():
    found = {}
    for line in (BUILD / "CMakeCache.txt").read_text(encoding="utf-8").splitlines():
        entry = re.match(r"(AICOVID_\w+|\w+_DIR|\w+_LIBRARY_RELEASE|\w+_INCLUDE_DIR):\w+=(/usr/(?!local).*)", line)
        if entry:
            found[entry[1]] = entry[2]
    checked = 0
    listed = packages()
    for variable, path in found.items():
        name = variable if variable.startswith("AICOVID_") else re.sub(r"_(DIR|LIBRARY_RELEASE|INCLUDE_DIR)$", "", variable)
        owners = [package for package, names in listed.items() if name in names]
        if not owners or not Path(path).exists() or Path(path) in (Path("/usr/include"), Path("/usr/include/opencv4")):
            continue
        done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
        if done.returncode:  # a link that the alternatives system made
            continue
        owner = {word.split(":")[0].strip() for word in done.stdout.split(": ")[0].split(",")}
        checked += 1
        if owner & set(owners):
            continue
        # A development package brings its library and its data by way of packages that it depends on.
        closure = subprocess.run(
            ["apt-cache", "depends", "--recurse", "--installed", "--no-recommends", "--no-suggests", "--no-conflicts",
             "--no-breaks", "--no-replaces", "--no-enhances", *owners], capture_output=True, text=True, check=True,
        ).stdout
        assert owner & set(re.findall(r"[a-z0-9][a-z0-9+.-]+", closure)), (variable, path, owner, owners)
    assert checked >= 5
