"""The package of the training code: every module is imported, none reaches up, every command says what it does."""

import ast
import importlib.util
import pkgutil
import sys
from pathlib import Path

import pytest

import aicovid_models

ROOT = Path(aicovid_models.__file__).parent
# A part imports what stands before it.
PARTS = ("command", "fast", "statistics", "drawings", "radiographs", "lungs", "picture", "zones", "gate", "bundle", "evidence", "pages", "severity_open", "icu_stay",
         "severity")
# Those two make a bundle and an outcome of another; neither needs the other.
APART = {"severity_open", "icu_stay"}


def modules():
    return [module.name for module in pkgutil.walk_packages(aicovid_models.__path__, "aicovid_models.")]


def imports_of(file):
    """The package's modules that a file imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "aicovid_models":
            yield node.module.split(".")
        if isinstance(node, ast.Import):
            yield from (name.name.split(".") for name in node.names if name.name.startswith("aicovid_models."))


def test_every_module_is_imported():
    assert len(modules()) > 50
    for name in modules():
        importlib.import_module(name)


def test_no_part_reaches_up():
    for file in ROOT.rglob("*.py"):
        path = file.relative_to(ROOT).with_suffix("").parts
        for target in imports_of(file):
            if len(target) == 1 or target[1] == path[0]:
                continue
            assert PARTS.index(target[1]) < PARTS.index(path[0]), f"{'/'.join(path)} imports {'.'.join(target)}"
            assert not {target[1], path[0]} == APART, f"{'/'.join(path)} imports {'.'.join(target)}"


@pytest.mark.parametrize("name", [name for name in modules() if "__main__" in importlib.util.find_spec(name).loader.get_source(name)])
def test_every_command_says_what_it_does(name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(name).main()
    assert ended.value.code == 0
    assert f"python -m {name}" in capsys.readouterr().out
