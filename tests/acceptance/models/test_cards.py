"""The bundles' pages are what their committed figures give, and hold no measured number that stands in no figure."""

import json
import re

import pytest
from conftest import SOURCE

from aicovid_models.pages import fill
from aicovid_models.severity import card as severity_card
from aicovid_models.severity import evidence_page
from aicovid_models.severity_open import card as open_card

SEVERITY, OPEN = SOURCE / "models" / "severity", SOURCE / "models" / "severity-open"


def read(bundle, name):
    return json.loads((bundle / name).read_text())


def version(bundle):
    return read(bundle, "manifest.json")["version"]


def rendered(change=lambda figures: figures):
    """Every page, of the committed figures or of changed ones."""
    figures, icu, evidence = (change(read(SEVERITY, name)) for name in ("figures.json", "icu_stay_figures.json", "evidence.json"))
    return {SEVERITY / "CARD.md": severity_card.text(figures, version(SEVERITY), icu), SEVERITY / "EVIDENCE.md": evidence_page.text(evidence),
            OPEN / "CARD.md": open_card.text(change(read(OPEN, "figures.json")), version(OPEN))}


def test_the_committed_pages_are_those_of_the_committed_figures():
    for file, text in rendered().items():
        assert file.read_text() == text, f"{file.parent.name}/{file.name}: python -m aicovid_models.{file.parent.name.replace('-', '_')}.card writes it anew"


def test_a_card_is_written_from_the_bundles_folder_alone(tmp_path):
    for file in ("figures.json", "icu_stay_figures.json", "evidence.json", "manifest.json"):
        (tmp_path / file).write_bytes((SEVERITY / file).read_bytes())
    severity_card.write(tmp_path)
    assert (tmp_path / "CARD.md").read_text() == (SEVERITY / "CARD.md").read_text()
    assert (tmp_path / "EVIDENCE.md").read_text() == (SEVERITY / "EVIDENCE.md").read_text()
    (tmp_path / "icu_stay_figures.json").unlink()
    severity_card.write(tmp_path)
    assert "## The outcome `icu_stay`" not in (tmp_path / "CARD.md").read_text()


def replaced(tree):
    """The same with 7 for every number."""
    if isinstance(tree, dict):
        return {name: replaced(part) for name, part in tree.items()}
    if isinstance(tree, list):
        return [replaced(part) for part in tree]
    return 7.0 if isinstance(tree, float) else tree


def test_no_interval_is_typed():
    """But for the published one, whose study the page names."""
    for file, text in rendered(replaced).items():
        found = re.findall(r"[-+]?[\d.]+ \[[-+\d., ]+\]", text)
        assert found and {interval for interval in found if not re.fullmatch(r"\+?7\.0+ \[\+?7\.0+, \+?7\.0+\]", interval)} <= {".76 [.75, .77]"}, file.name


def test_a_template_names_figures_by_their_path(tmp_path):
    template = tmp_path / "page.md.in"
    template.write_text("r {brixia[r]:interval}, {brixia[r]:interval3}, {share:percent} %, {share:percent1} %, {least:short}, {least:short1}, {count:,}, {{}}\n")
    figures = {"brixia": {"r": {"value": 0.8641, "low": -0.8, "high": 0.9}}, "share": 0.1234, "least": -0.6}
    assert fill(template, figures, count=1234) == "r 0.86 [-0.80, 0.90], 0.864 [-0.800, 0.900], 12 %, 12.3 %, -.60, -.6, 1,234, {}\n"
    template.write_text("{brixia[rho]:interval}")
    with pytest.raises(KeyError, match="rho"):
        fill(template, figures)
