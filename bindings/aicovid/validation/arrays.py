"""The types of what the statistics take and give."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
#: Names of patients: rows of one name are dependent.
Names = npt.NDArray[np.str_]

#: {figure: (value, variance)} on the scale on which sites are pooled.
Poolable = dict[str, tuple[float, float]]


class Interval(TypedDict):
    """The ends of an interval."""

    low: float
    high: float


class Estimate(TypedDict):
    """A figure, with its 95 % interval where there is one."""

    value: float
    low: NotRequired[float]
    high: NotRequired[float]


class Summary(Estimate):
    """A figure pooled over sites."""

    sites: int
    tau: float  #: standard deviation between sites, on the scale of pooling
    i_squared: float  #: 0 to 1
    new_site: Interval
