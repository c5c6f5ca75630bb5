# The site of docs/ and the Python reference; scripts/python_docs.sh builds it, with the repository's root as its source.
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

project = "aicovid"
author = "The aicovid maintainers"
release = re.search(r"project\(aicovid VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))[1]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/python/**/*.md", "docs/python/*.md", "docs/schemas/*.md", "examples/**/*.md", "examples/notebooks/*.ipynb", "models/**/*.md", "benchmarks/results/*.md"]
exclude_patterns = ["**/.*", "build", ".venv*"]
html_theme = "furo"
html_title = f"aicovid {release}"

# GitHub's anchors, as the pages use them among themselves.
myst_heading_anchors = 4
myst_enable_extensions = []
# The notebooks hold their outputs, which a test compares; here they are shown.
nb_execution_mode = "off"
# Links to sources and schemas lead to files, which the site copies.
suppress_warnings = ["myst.header"]

# A package of its own, which documenting needs not.
autodoc_mock_imports = ["ray"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_rtype = False


def plain_signature(app, what, name, obj, options, signature, result):  # type: ignore[no-untyped-def]
    """The compiled module's signatures name its own types in full, and the object first."""
    def plain(text: str | None) -> str | None:
        return text and re.sub(r"^\(self: [^,)]*(, )?", "(", text).replace("aicovid._aicovid.", "aicovid.")

    return plain(signature), plain(result)


def setup(app):  # type: ignore[no-untyped-def]
    app.connect("autodoc-process-signature", plain_signature)
