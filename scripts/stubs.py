#!/usr/bin/env python3
"""Writes bindings/aicovid/_aicovid.pyi, the types of the compiled module, with pybind11-stubgen.

usage: stubs.py BUILD [--check]    BUILD: a build tree with the module; --check: compare with the file, and write nothing
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

STUB = Path(__file__).resolve().parent.parent / "bindings" / "aicovid" / "_aicovid.pyi"


def made(build: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pybind11_stubgen", "aicovid._aicovid", "--exit-code", "--output-dir", folder]
        done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(build / "python")}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"stubs.py: pybind11-stubgen says:\n{done.stderr}")
        text = (Path(folder) / "aicovid" / "_aicovid.pyi").read_text(encoding="utf-8")
    # What pybind11 has no way to write, and the one assignment that checkers want excused.
    text = text.replace("__hash__: typing.ClassVar[None] = None", "__hash__: typing.ClassVar[None]  # type: ignore[assignment]")
    text = text.replace("**kwargs)", "**kwargs: typing.Any)")
    text = re.sub(r"__eq__\(self, arg0: \w+\)", "__eq__(self, other: object, /)", text)
    return re.sub(r"[ ]+\n", "\n", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    text = made(options.build)
    if not options.check:
        STUB.write_text(text, encoding="utf-8")
    elif STUB.read_text(encoding="utf-8") != text:
        raise SystemExit(f"stubs.py: {STUB.name} is not what the module has; run scripts/stubs.py {options.build}")


if __name__ == "__main__":
    main()
