"""Gradient-boosted trees, in the form that a bundle holds them: XGBoost's own JSON, missing values by each split's own branch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aicovid.errors import InvalidArgumentError
from aicovid.training.inputs import Input
from aicovid.training.logistic import Term, term_of
from aicovid.validation.arrays import Flags, Floats

#: What the library reads; a later one may write files that it cannot read (docs/dependencies.md).
XGBOOST = "1.7"


@dataclass(frozen=True)
class TreeShape:
    """What is chosen of trees inside the folds.

    Attributes
    ----------
    depth : int
        Splits from the root to a leaf, at most.
    rounds : int
        Trees.
    rate : float
        What each tree is shrunk to.
    """

    depth: int
    rounds: int
    rate: float = 0.05


@dataclass(frozen=True)
class Trees:
    """A fitted model.

    Attributes
    ----------
    terms : tuple of Term
        The inputs' ranges; the trees themselves are in `booster`.
    booster : xgboost.Booster
    """

    terms: tuple[Term, ...]
    booster: Any

    def logit(self, values: Floats) -> Floats:
        """[n] of values [n, k], NaN where missing, in float32 as the library computes."""
        margin: Floats = np.asarray(self.booster.predict(_matrix(self.terms, values), output_margin=True), dtype=np.float64)
        return margin

    def to_json(self) -> dict[str, Any]:
        """XGBoost's file."""
        members: dict[str, Any] = json.loads(self.booster.save_raw("json").decode())
        return members


def fit_trees(inputs: Sequence[Input], values: Floats, event: Flags, shape: TreeShape) -> Trees:
    """Fits a model; one thread and a fixed seed, so that the same exams give the same trees.

    Parameters
    ----------
    inputs : sequence of Input
    values : [n, k]
        NaN where missing.
    event : [n]
    shape : TreeShape

    Raises
    ------
    InvalidArgumentError
        Events of one kind, an input that is everywhere missing, or XGBoost of another version than the library's.
    """
    import xgboost

    if xgboost.__version__.rsplit(".", 1)[0] != XGBOOST:
        raise InvalidArgumentError(f"xgboost is {xgboost.__version__}; expected {XGBOOST}, whose files the library reads")
    if event.all() or not event.any():
        raise InvalidArgumentError("the exams to learn from all have the outcome, or none has it")
    terms = tuple(term_of(one, values[:, place], 0) for place, one in enumerate(inputs))
    settings = {"objective": "binary:logistic", "booster": "gbtree", "tree_method": "exact", "max_depth": shape.depth, "eta": shape.rate,
                "min_child_weight": 5, "subsample": 1.0, "base_score": float(event.mean()), "seed": 1, "nthread": 1}  # fmt: skip
    return Trees(terms, xgboost.train(settings, _matrix(terms, values, event), shape.rounds))


def _matrix(terms: Sequence[Term], values: Floats, event: Flags | None = None) -> Any:
    import xgboost

    label = None if event is None else event.astype(np.float32)
    return xgboost.DMatrix(values.astype(np.float32), label=label, feature_names=[term.input.name for term in terms], nthread=1)
