"""The check of who includes whom sees each kind of violation, and the page draws the rooms that there are."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from check_includes import Rooms, draw, violations

SOURCE = Path(__file__).resolve().parents[2]
PAGE = SOURCE / "docs" / "architecture.md"


@pytest.fixture(scope="module")
def clean_copy(tmp_path_factory):
    """A copy of the sources, in which the tests plant their violations."""
    copy = tmp_path_factory.mktemp("sources")
    for folder in ("include", "lib", "bindings", "examples"):
        shutil.copytree(SOURCE / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "build"))
    return copy


@pytest.fixture
def planted(clean_copy):
    """Appends a text to a file of the copy until the test ends; returns the number of the text's first line."""
    undo = []

    def plant(name, text):
        file = clean_copy / name
        before = file.read_text(encoding="utf-8")
        undo.append((file, before))
        file.write_text(before + text, encoding="utf-8")
        return before.count("\n") + 1

    yield plant
    for file, before in reversed(undo):
        file.write_text(before, encoding="utf-8")


def test_the_sources_have_no_violation():
    check = SOURCE / "scripts" / "check_includes.py"
    result = subprocess.run([sys.executable, check, SOURCE], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert re.fullmatch(r"\d+ files, 0 violations\n", result.stdout)


# file, planted line, what the message says
VIOLATIONS = {
    "another room by quotes": ("lib/core/file.cpp", '#include "findings/lung_mask.hpp"', "core may not include findings/"),
    "another room by angles": ("lib/core/file.cpp", "#include <findings/lung_mask.hpp>", "core may not include findings/"),
    "a room that is not used": ("lib/image/read.cpp", '#include "network/engines.hpp"', "image may not include network/"),
    "another room's own header": (
        "lib/fusion/outcome.cpp",
        '#include "../clinical/record/timestamp.hpp"',
        "for its own room",
    ),
    "a higher folder of the room": (
        "lib/clinical/variables/variables.cpp",
        '#include "record/timestamp.hpp"',
        "clinical/variables may not include",
    ),
    "the folder below that encloses it": (
        "lib/clinical/formats/csv.cpp",
        '#include "fhir/record.hpp"',
        "clinical/formats may not include",
    ),
    "a higher folder by its public header": (
        "lib/clinical/variables/variables.cpp",
        "#include <aicovid/clinical_record.hpp>",
        "of clinical/record",
    ),
    "a higher folder by the room's header": (
        "lib/clinical/variables/variables.cpp",
        "#include <clinical/measured_at.hpp>",
        "of clinical/record",
    ),
    "a higher room by its public header": (
        "lib/core/file.cpp",
        "#include <aicovid/report.hpp>",
        "core may not include aicovid/report.hpp of assess or report",
    ),
    "the header of all": ("lib/core/file.cpp", "#include <aicovid/aicovid.hpp>", "which is for programs"),
    "a third-party header": ("lib/image/read.cpp", "#include <dcmtk/dcmdata/dctk.h>", "belongs to dicom only"),
    "a third-party header beside its folder": (
        "lib/network/network.cpp",
        "#include <torch/script.h>",
        "belongs to network/torchscript only",
    ),
    "a third-party header in a folder of its room": (
        "lib/dicom/codestream/jpeg_frame.cpp",
        "#include <dcmtk/dcmdata/dctk.h>",
        "belongs to dicom only",
    ),
    "a header that is not there": ("lib/core/file.cpp", '#include "attic.hpp"', "there is no attic.hpp"),
    "a room's header that is not there": ("lib/core/file.cpp", "#include <core/attic.hpp>", "there is no core/attic.hpp"),
    "an unknown library": ("lib/core/file.cpp", "#include <sqlite3.h>", "does not know"),
    "a public header with a library": ("include/aicovid/error.hpp", "#include <fmt/format.h>", "a public header includes"),
    "a public header with a room's": ("include/aicovid/error.hpp", "#include <core/file.hpp>", "a public header includes"),
    "a public header by quotes": ("include/aicovid/error.hpp", '#include "export.hpp"', "a public header includes"),
    "a public header with a higher one": (
        "include/aicovid/error.hpp",
        "#include <aicovid/findings.hpp>",
        "aicovid/error.hpp may not include aicovid/findings.hpp of findings",
    ),
    "the program with a room": ("lib/cli/main.cpp", '#include "core/file.hpp"', "expected public headers"),
    "the module with a room": ("bindings/module.cpp", "#include <core/file.hpp>", "expected public headers"),
}


@pytest.mark.parametrize("kind", VIOLATIONS)
def test_a_planted_violation_is_seen(kind, clean_copy, planted):
    name, line, message = VIOLATIONS[kind]
    number = planted(name, line + "\n")
    found = violations(Rooms(clean_copy))
    assert len(found) == 1, found
    assert found[0].startswith(f"{name}:{number}: ")
    assert message in found[0]


def test_a_violation_is_an_exit_status(clean_copy, planted):
    number = planted("lib/core/file.cpp", "#include <sqlite3.h>\n")
    check = SOURCE / "scripts" / "check_includes.py"
    result = subprocess.run([sys.executable, check, clean_copy], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stdout.startswith(f"lib/core/file.cpp:{number}: ")
    assert result.stdout.endswith(" files, 1 violations\n")


def test_a_room_and_a_public_header_must_be_declared(clean_copy, planted):
    room, header = clean_copy / "lib" / "attic", clean_copy / "include" / "aicovid" / "attic.hpp"
    room.mkdir()
    header.write_text("#pragma once\n")
    planted("lib/scores/CMakeLists.txt", "aicovid_room(cellar USES vault)\n")
    found = violations(Rooms(clean_copy))
    room.rmdir()
    header.unlink()
    assert found == [
        "lib/attic: no aicovid_room of that name",
        "lib/cellar: uses vault, which is no room",
        "include/aicovid/attic.hpp: no aicovid_headers says of which room it is",
    ]


def test_what_a_room_may_include_is_what_its_list_says(clean_copy, planted):
    planted("lib/image/read.cpp", '#include "network/engines.hpp"\n')
    planted("lib/image/CMakeLists.txt", "")
    assert len(violations(Rooms(clean_copy))) == 1
    lists = clean_copy / "lib" / "image" / "CMakeLists.txt"
    lists.write_text(lists.read_text(encoding="utf-8").replace("USES core", "USES core network", 1), encoding="utf-8")
    assert violations(Rooms(clean_copy)) == []


def test_the_page_draws_these_rooms():
    drawing = draw(Rooms(SOURCE))
    page = PAGE.read_text(encoding="utf-8")
    assert f"```\n{drawing}\n```" in page, f"docs/architecture.md, section Rooms: expected this drawing\n{drawing}"
