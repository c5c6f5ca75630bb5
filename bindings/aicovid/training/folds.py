"""Parts of a cohort of which one is held out: patients stay together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aicovid.validation.arrays import Flags, Names


def patient_folds(patients: Names, event: Flags, count: int, seed: int) -> Iterator[tuple[Flags, Flags]]:
    """(to learn from, held out), each [n]: patients are dealt out at random, those with the event and those without in turn.

    Parameters
    ----------
    patients : [n]
    event : [n]
    count : int
        At most as many as there are patients of the rarer kind.
    seed : int
    """
    names, first = np.unique(patients, return_inverse=True)
    with_event = np.zeros(len(names), dtype=bool)
    np.logical_or.at(with_event, first, event)
    count = max(2, min(count, int(min(with_event.sum(), (~with_event).sum()))))
    fold = np.empty(len(names), dtype=np.int64)
    generator = np.random.default_rng(seed)
    for kind in (True, False):
        of_kind = generator.permutation(np.flatnonzero(with_event == kind))
        fold[of_kind] = np.arange(len(of_kind)) % count
    for number in range(count):
        held = fold[first] == number
        yield ~held, held


def centre_folds(sites: Names, patients: Names, event: Flags) -> Iterator[tuple[Flags, Flags]]:
    """(to learn from, held out) for each site; nothing is learnt from a patient who was at the held-out site too.

    A site whose exams all have the event, or none, is held out all the same.
    """
    for site in np.unique(sites):
        held = sites == site
        learn = ~np.isin(patients, patients[held])
        if not learn.any() or event[learn].all() or not event[learn].any():
            continue
        yield learn, held
