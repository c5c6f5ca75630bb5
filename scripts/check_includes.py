#!/usr/bin/env python3
"""Holds the direction of dependencies: which room includes which, and which third-party library where.

Usage: check_includes.py SOURCE_DIR         prints each violation as FILE:LINE; exit status 1 if there is one
       check_includes.py SOURCE_DIR --draw  prints the drawing of the rooms that docs/architecture.md shows

The rooms, the folders within them and what each may use are read from the CMakeLists.txt files of lib/, from the calls of
aicovid_room, aicovid_subroom and aicovid_headers (cmake/Room.cmake). There is no other list.
"""

import os
import re
import sys
from pathlib import Path

# Users of the library like any other: they see the public headers only.
PROGRAMS = ["bindings", "cli", "examples"]
# It includes all other public headers, for programs; it is of no room.
UMBRELLA = "aicovid/aicovid.hpp"

# Third-party headers, and the only rooms, or folders of rooms, that may include them, but for folders of these rooms that
# are declared as such: they are named by themselves. `None`: any room.
LIBRARIES = [
    (r"dcmtk/", ["dicom"]),
    (r"openjpeg|openjph/", ["dicom"]),
    (r"zlib\.h", ["dicom"]),
    (r"(torch|ATen|c10|caffe2)/", ["network/torchscript"]),
    (r"openvino/", ["network/openvino"]),
    (r"opencv2/", ["report/drawing"]),
    (r"pybind11/", ["bindings"]),
    (r"nvjpeg2k\.h", ["dicom/codestream"]),
    (r"cuda_runtime_api\.h", ["preprocess", "dicom/codestream"]),
    (r"(cuda|thrust/|cub/)", ["preprocess"]),
    (r"CLI/", ["cli"]),
    (r"spdlog/", ["cli"]),
    (r"openssl/", ["core"]),
    (r"png\.h", ["image", "report"]),
    (r"jpeglib\.h|jerror\.h", ["image"]),
    (r"valijson/", ["core"]),
    (r"xgboost/", ["fusion"]),
    (r"(fmt|nlohmann)/", None),
]
# Headers of the standard library have no dot and no slash; these are the operating system's.
STANDARD = re.compile(r"[a-z_0-9]+$|(dlfcn|fcntl|glob|link|unistd|sys/file|sys/types)\.h$")

SOURCES = {".hpp", ".cpp", ".cu", ".cuh", ".h", ".in"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CALL = re.compile(r"\b(aicovid_room|aicovid_subroom|aicovid_headers)\(([^)]*)\)")


class Rooms:
    """The rooms of a source tree. A place is a room, "clinical", or a folder of one, "clinical/record"."""

    def __init__(self, source: Path):
        self.source = source
        self.uses: dict[str, list[str]] = {}  # place -> places, as declared
        self.homes: dict[str, list[str]] = {}  # header, as it is included -> places
        self.headers: dict[str, Path] = {}  # those of the include folders, as they are included
        for file in sorted((source / "lib").glob("*/CMakeLists.txt")):
            for call, arguments in CALL.findall(re.sub(r"#.*", "", file.read_text(encoding="utf-8"))):
                words = arguments.split()
                if call == "aicovid_headers":
                    for header in words[1:]:
                        self.homes.setdefault(header, []).append(words[0])
                elif call == "aicovid_room":
                    self.uses[words[0]] = used(words)
                else:
                    self.uses["/".join(words[:2])] = [f"{words[0]}/{folder}" for folder in used(words)]
        for folder in [source / "include", *(source / "lib").glob("*/include")]:
            self.headers |= {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.hpp")}

    def rooms(self) -> list[str]:
        return [place for place in self.uses if "/" not in place]

    def closure(self, place: str) -> set[str]:
        """What the place uses, and what that uses."""
        direct = self.uses.get(place, [])
        return set(direct).union(*(self.closure(each) for each in direct))

    def may_include(self, place: str, other: str) -> bool:
        room = place.split("/")[0]
        if room != other.split("/")[0]:
            return other.split("/")[0] in self.closure(room)
        # What lies in a room's own folder is above the folders in it.
        return place in (other, room) or other in self.closure(place)

    def places(self, path: Path) -> list[str]:
        """Where a file lies. A public header may be of several rooms: one fills its types, another one writes them."""
        parts = path.relative_to(self.source).parts
        if parts[0] == "include":
            return self.homes.get("/".join(parts[1:]), [])
        if parts[0] != "lib":
            return [parts[0]]
        if parts[2] == "include":
            return self.homes.get("/".join(parts[3:]), [parts[1]])
        folders = ["/".join(parts[1:end]) for end in range(len(parts) - 1, 2, -1)]
        return [next((each for each in folders if each in self.uses), parts[1])]

    def find(self, path: Path, quote: str, header: str) -> Path | None:
        """The file of the source tree that an include names, as the compiler looks for it."""
        folders = [path.parent] if quote == '"' else []
        parts = path.relative_to(self.source).parts
        if parts[0] == "lib":
            folders.append(self.source / "lib" / parts[1])
        for folder in folders:
            if (folder / header).is_file():
                return Path(os.path.normpath(folder / header))
        return self.headers.get(header)


def used(words: list[str]) -> list[str]:
    """The words between USES and the next keyword."""
    if "USES" not in words:
        return []
    rest = words[words.index("USES") + 1 :]
    end = next((i for i, word in enumerate(rest) if word.isupper()), len(rest))
    return rest[:end]


def fault_in_tree(rooms: Rooms, path: Path, header: str, target: Path) -> str | None:
    """What is wrong with including a file of the source tree; nothing if it is allowed."""
    lib, public = rooms.source / "lib", rooms.source / "include"
    here, there = rooms.places(path), rooms.places(target)
    name = path.relative_to(public).as_posix() if path.is_relative_to(public) else here[0]
    if path.is_relative_to(public) and not target.is_relative_to(public):
        return f"a public header includes {header}; expected <aicovid/...> or the standard library"
    if name == UMBRELLA or here == there:
        return None
    if here[0] in PROGRAMS:
        return None if target.is_relative_to(public) else f"{name} may not include {header}; expected public headers"
    if header == UMBRELLA:
        return f"{name} may not include {header}, which is for programs"
    if not there:  # said once, of the header itself
        return None
    is_internal = target.is_relative_to(lib) and target.relative_to(lib).parts[1] != "include"
    if is_internal and there[0].split("/")[0] != here[0].split("/")[0]:
        return f"{name} may not include {header}, which is for its own room"
    if any(rooms.may_include(place, other) for place in here for other in there):
        return None
    return f"{name} may not include {header} of {' or '.join(there)}"


def fault_outside(rooms: Rooms, path: Path, quote: str, header: str) -> str | None:
    """What is wrong with including a header that is not of the source tree; nothing if it is allowed."""
    if quote == '"' or header.split("/")[0] in ["aicovid", *rooms.rooms()]:
        return f"there is no {header} where this file may include it from"
    if path.is_relative_to(rooms.source / "include"):
        return f"a public header includes {header}; expected the standard library only"
    parts = path.relative_to(rooms.source).parts
    place = "/".join(parts[1:] if parts[0] == "lib" else parts)
    homes = rooms.places(path)
    for pattern, allowed in LIBRARIES:
        if re.match(pattern, header):
            mine = [each for each in allowed or [] if not any(home.startswith(f"{each}/") for home in homes)]
            if allowed is None or any(place.startswith(f"{each}/") for each in mine):
                return None
            return f"{header} belongs to {', '.join(allowed)} only"
    return f"{header} is of a library that scripts/check_includes.py does not know"


def faults(rooms: Rooms, path: Path):
    """Yields the line number and the message of each include that the file may not have."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, header = match.groups()
        if STANDARD.match(header) and quote == "<":
            continue
        target = rooms.find(path, quote, header)
        if path.is_relative_to(rooms.source / "include") and quote == '"':
            message = f"a public header includes {header}; expected <aicovid/...> or the standard library"
        elif target:
            message = fault_in_tree(rooms, path, header, target)
        else:
            message = fault_outside(rooms, path, quote, header)
        if message:
            yield number, message


def sources(source: Path) -> list[Path]:
    files = [path for folder in ("include", "lib", *PROGRAMS) for path in sorted((source / folder).rglob("*"))]
    return [path for path in files if path.suffix in SOURCES]


def violations(rooms: Rooms) -> list[str]:
    source = rooms.source
    messages = []
    for folder in sorted((source / "lib").iterdir()):
        if folder.is_dir() and folder.name not in [*rooms.rooms(), *PROGRAMS]:
            messages.append(f"lib/{folder.name}: no aicovid_room of that name")
    for place, others in rooms.uses.items():
        messages += [f"lib/{place}: uses {other}, which is no room" for other in others if other not in rooms.uses]
    for path in sources(source):
        name = path.relative_to(source)
        if path.is_relative_to(source / "include") and not rooms.places(path) and name.name != Path(UMBRELLA).name:
            messages.append(f"{name}: no aicovid_headers says of which room it is")
            continue
        messages += [f"{name}:{number}: {message}" for number, message in faults(rooms, path)]
    return messages


def draw(rooms: Rooms) -> str:
    """The rooms by level, each with those that it uses, without what these use themselves."""

    def level(place: str) -> int:
        return 1 + max((level(each) for each in rooms.uses[place]), default=-1)

    def line(place: str, indent: str) -> str:
        below = rooms.uses[place]
        needless = set().union(*(rooms.closure(each) for each in below))
        direct = sorted(each.removeprefix(f"{place.split('/')[0]}/") for each in set(below) - needless)
        name = indent + place.split("/", 1)[-1]
        return f" {name:<17} -> {', '.join(direct)}" if direct else f" {name}"

    blocks: dict[int, list[str]] = {}
    for room in sorted(rooms.rooms()):
        lines = blocks.setdefault(level(room), [])
        lines.append(line(room, ""))
        lines += [line(place, "  ") for place in rooms.uses if place.startswith(f"{room}/")]
    text = "\n\n".join("\n".join(lines) for _, lines in sorted(blocks.items()))
    return f"{text}\n {'-' * 30} libaicovid.so; below it public headers only\n {', '.join(PROGRAMS)}"


def main() -> int:
    rooms = Rooms(Path(sys.argv[1]).resolve())
    if "--draw" in sys.argv[2:]:
        print(draw(rooms))
        return 0
    messages, files = violations(rooms), sources(rooms.source)
    print(*messages, f"{len(files)} files, {len(messages)} violations", sep="\n")
    return 1 if messages or not files else 0


if __name__ == "__main__":
    sys.exit(main())
