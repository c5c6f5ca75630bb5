#!/usr/bin/env python3
"""clang-tidy over the library's sources, several of them at a time.

    scripts/tidy.py [build folder, default build/release]

Most of clang-tidy's time goes into headers. So the files of a room are checked in groups, each as one source file that
includes them, and the headers are read once a group. Files whose names clash when they are put together are checked one
by one. Left out are the file that includes LibTorch (minutes, for headers that are not ours) and what the build does not
compile, as the CUDA module where there is no nvcc.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GROUP = 8
LEFT_OUT = "lib/network/torchscript/module.cpp"


def commands(build: Path) -> dict[str, list[str]]:
    """The compiler's arguments for each of the library's sources, without input and output."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        name = os.path.relpath(entry["file"], ROOT)
        if not re.match(r"lib/.*\.cpp$", name) or name == LEFT_OUT:
            continue
        arguments = shlex.split(entry["command"])[1:]
        output = arguments.index("-o")
        del arguments[output : output + 2]
        found[name] = [each for each in arguments if each not in ("-c", entry["file"])]
    return found


def tidy(source: Path | str, arguments: list[str]) -> subprocess.CompletedProcess:
    # Only the group's own file includes sources.
    command = ["clang-tidy", "--quiet", "--checks=-bugprone-suspicious-include", f"--config-file={ROOT}/.clang-tidy"]
    return subprocess.run([*command, str(source), "--", *arguments], cwd=ROOT, capture_output=True, text=True)


def check(names: list[str], arguments: list[str], folder: Path) -> str:
    """What is wrong with these files; empty if nothing is."""
    if len(names) == 1:
        result = tidy(names[0], arguments)
        return result.stdout + result.stderr if result.returncode else ""
    group = folder / (names[0].replace("/", "_"))
    group.write_text("".join(f'#include "{ROOT / name}"\n' for name in names))
    if tidy(group, arguments).returncode == 0:
        return ""
    return "".join(check([name], arguments, folder) for name in names)


def main() -> int:
    build = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release").resolve()
    rooms: dict[tuple, list[str]] = {}
    for name, arguments in sorted(commands(build).items()):
        rooms.setdefault((name.split("/")[1], *arguments), []).append(name)
    groups = [(names[at : at + GROUP], list(key[1:])) for key, names in rooms.items() for at in range(0, len(names), GROUP)]
    if not groups:
        print(f"tidy: {build} compiles none of the library's sources")
        return 1
    groups.sort(key=lambda group: -len(group[0]))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(len(os.sched_getaffinity(0))) as workers:
        troubles = [text for text in workers.map(lambda group: check(*group, Path(folder)), groups) if text]
    print("".join(troubles), end="")
    print(f"tidy: {sum(len(names) for names, _ in groups)} files in {len(groups)} groups, {len(troubles)} with findings")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
