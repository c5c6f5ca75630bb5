"""The examples in the docstrings of the package are run, and every public name has a docstring."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import aicovid
import aicovid.validation

VALIDATION = [f"aicovid.validation.{one.name}" for one in pkgutil.iter_modules(aicovid.validation.__path__) if one.name != "__main__"]
MODULES = ["aicovid", "aicovid._aicovid", "aicovid.clinical_text", "aicovid.errors", "aicovid.findings", "aicovid.report", "aicovid.shown", "aicovid.sources", "aicovid.tables",
           "aicovid.census.counts", "aicovid.cohorts.nccid", "aicovid.cohorts.pseudonyms", "aicovid.cohorts.rows"]


def test_the_examples_do_what_they_say():
    runner = doctest.DocTestRunner()
    found = []
    for name in MODULES:
        module = importlib.import_module(name)
        # Classes of the compiled module say that they are its own; their functions have no source, which the finder asks for.
        pages = [(name, module.__doc__)]
        for label, member in vars(module).items():
            if getattr(member, "__module__", None) not in (name, "aicovid") or label.startswith("_"):
                continue
            pages.append((label, member.__doc__))
            if inspect.isclass(member):
                pages += [(f"{label}.{own}", getattr(member, own).__doc__) for own in vars(member)]
        parser = doctest.DocTestParser()
        for label, text in pages:
            examples = parser.get_doctest(text or "", {"aicovid": aicovid}, label, None, None)
            if examples.examples:
                found.append(label)
                runner.run(examples)
    assert runner.summarize(verbose=False) == doctest.TestResults(failed=0, attempted=runner.tries)
    expected = {"ClinicalRecord.__init__", "Radiograph.from_array", "Plan.parse", "Tensor", "Assessor", "RiskReport", "Error"}
    assert expected <= set(found)


@pytest.mark.parametrize("name", aicovid.__all__)
def test_every_public_name_is_documented(name):
    member = getattr(aicovid, name)
    assert member.__doc__ and member.__module__.startswith("aicovid")
    if inspect.isclass(member):
        for own, each in vars(member).items():
            if not own.startswith("_") and (callable(each) or isinstance(each, (property, classmethod, staticmethod))):
                assert getattr(each, "__doc__", None), f"{name}.{own}"


@pytest.mark.parametrize("name", VALIDATION)
def test_what_the_validation_protocol_is_made_of_is_documented(name):
    module = importlib.import_module(name)
    own = [member for member in vars(module).values() if getattr(member, "__module__", None) == name]
    for member in own:
        # A dataclass without a text of its own gets its signature.
        if not member.__name__.startswith("_"):
            assert member.__doc__ and not member.__doc__.startswith(f"{member.__name__}("), f"{name}.{member.__name__}"
    assert own and module.__doc__
