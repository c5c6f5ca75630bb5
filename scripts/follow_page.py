#!/usr/bin/env python3
"""Carries out the steps of a section of docs/architecture.md on a copy of a room, so that a test can build what they make.

Usage: follow_page.py SECTION ROOM OUT. Copies include/ and lib/ROOM into OUT, and then does what the section's code blocks say. A
step that begins with the name of a file, as in "2. `lib/preprocess/operations.hpp`: ...", may have a block of code, which
becomes that file, or a block of `diff`, whose lines with a + are added to it, each behind the line that stands above it.
A file that is as it should be is left alone, so that nothing is compiled again.
"""

import re
import sys
import textwrap
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
PAGE = SOURCE / "docs" / "architecture.md"
STEP = re.compile(r"^\d+\. `([^`]+)`(.*?)(?=^\d+\. |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    """The text between this heading and the next one."""
    _, found, rest = PAGE.read_text(encoding="utf-8").partition(f"\n## {title}\n")
    if not found:
        sys.exit(f"{PAGE.name} has no section \"{title}\"")
    return rest.split("\n## ")[0]


def with_additions(text: str, diff: str, name: str) -> str:
    lines = text.splitlines()
    above = None
    for line in diff.splitlines():
        mark, content = line[:1], line[1:]
        if mark == "+":
            lines.insert(above + 1, content)
            above += 1
        elif lines.count(content) == 1:
            above = lines.index(content)
        else:
            sys.exit(f"{PAGE.name}: {name} has the line \"{content}\" {lines.count(content)} times; expected once")
    return "\n".join(lines) + "\n"


def main() -> int:
    title, room, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    files = {path.relative_to(SOURCE): path.read_text(encoding="utf-8")
             for folder in (SOURCE / "include", SOURCE / "lib" / room)
             for path in folder.rglob("*") if path.is_file()}
    steps = STEP.findall(section(title))
    for name, body in steps:
        for language, code in BLOCK.findall(body):
            code = textwrap.dedent(code)
            files[Path(name)] = with_additions(files[Path(name)], code, name) if language == "diff" else code
    for path in out.rglob("*"):
        if path.is_file() and path.relative_to(out) not in files:
            path.unlink()
    for name, text in files.items():
        file = out / name
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0 if steps else 1


if __name__ == "__main__":
    sys.exit(main())
