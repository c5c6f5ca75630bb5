"""The version and its date are the same wherever a release states them."""

import re

from conftest import SOURCE


def only(pattern, name):
    """The groups of the first match in a file of the repository."""
    return re.search(pattern, (SOURCE / name).read_text(encoding="utf-8"), re.MULTILINE).groups()


def test_the_version_is_the_same_everywhere():
    (version,) = only(r"project\(aicovid VERSION (\S+)", "CMakeLists.txt")
    assert only(r"^version: (\S+)$", "CITATION.cff") == (version,)
    assert only(r"^aicovid (\S+)  risk report", "README.md") == (version,)
    released, date = only(r"^## \[(\S+)\] - (\S+)$", "CHANGELOG.md")
    assert released == version
    assert only(r'^date-released: "(\S+)"$', "CITATION.cff") == (date,)
