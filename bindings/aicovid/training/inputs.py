"""What a model may read: the clinical values and findings of a cohort, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from aicovid.errors import InvalidArgumentError
from aicovid.validation.arrays import Floats

if TYPE_CHECKING:
    import pandas

    from aicovid.cohorts import Cohort

#: Findings that the outcome of a bundle can read.
FINDINGS = ("brixia", "extent", "opacity", "infiltrates")
#: What doctors did or decided: it tells what they thought, and follows the outcome or is it.
TREATMENT = ("on_oxygen", "oxygen_flow", "fio2", "respiratory_support", "care_location")
# Fewer known values than this say nothing.
_LEAST_KNOWN = 0.3


class Kind(Enum):
    """How an input is written in a bundle."""

    NUMBER = "number"  #: a clinical value with or without a unit
    FLAG = "flag"  #: true or false
    TERM = "term"  #: one of several words: 1 for `positive`
    FINDING = "finding"  #: of the image


@dataclass(frozen=True)
class Input:
    """A column of the cohort that a model reads.

    Attributes
    ----------
    name : str
    kind : Kind
    unit : str or None
        Canonical.
    positive : str
        Of a term, the word that counts 1.
    """

    name: str
    kind: Kind
    unit: str | None = None
    positive: str = ""

    def values(self, frame: pandas.DataFrame) -> Floats:
        """[n]: NaN where missing."""
        column = frame[self.name]
        if self.kind is Kind.TERM:
            numbers = [np.nan if value is None or value != value else float(value == self.positive) for value in column]
        elif self.kind is Kind.FLAG:
            numbers = [np.nan if value is None or value != value else float(bool(value)) for value in column]
        else:
            numbers = [float(value) for value in column]
        return np.array(numbers, dtype=np.float64)


def inputs_of(cohort: Cohort, frame: pandas.DataFrame, names: Sequence[str] | None = None) -> list[Input]:
    """The clinical inputs: those named, or all that at least three in ten exams have and that are no treatment.

    Parameters
    ----------
    cohort : Cohort
    frame : pandas.DataFrame
        Of the exams that are used.
    names : sequence of str, optional

    Raises
    ------
    InvalidArgumentError
        A name that is no variable of the cohort, or a term with more than two words.
    """
    known = {variable.name: variable for variable in cohort.variables}
    if names is not None:
        missing = [name for name in names if name not in known]
        if missing:
            raise InvalidArgumentError(f"the cohort has no variable {', '.join(missing)}; it has: {', '.join(sorted(known)) or 'none'}")
    chosen = list(known) if names is None else list(names)
    found = []
    for name in chosen:
        present = [value for value in frame[name] if value is not None and value == value]
        if names is None and (len(present) < _LEAST_KNOWN * len(frame) or name in TREATMENT or len(set(map(str, present))) < 2):
            continue
        if all(isinstance(value, str) for value in present):
            words = sorted(set(present))
            if len(words) > 2:
                if names is None:
                    continue
                raise InvalidArgumentError(f"the variable {name} has {len(words)} words; expected two at most")
            found.append(Input(name, Kind.TERM, positive=words[-1]))
        elif all(isinstance(value, (bool, np.bool_)) for value in present):
            found.append(Input(name, Kind.FLAG))
        else:
            found.append(Input(name, Kind.NUMBER, known[name].unit))
    return found


def findings_of(frame: pandas.DataFrame) -> list[Input]:
    """The finding of the image that stands for it: the Brixia total, where the bundle reads it.

    The other scores are lines of the same total.
    """
    return [Input("brixia", Kind.FINDING)] if frame["brixia"].notna().mean() >= _LEAST_KNOWN else []
