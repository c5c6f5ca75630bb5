"""Random-effects summary over sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import t as student
from statsmodels.stats.meta_analysis import combine_effects

from aicovid.validation.arrays import Summary
from aicovid.validation.bootstrap import LEVEL, estimate

FEWEST_SITES = 3


def pooled(values: list[float], variances: list[float], back: Callable[[float], float]) -> Summary | None:
    """Paule-Mandel between-site variance, Hartung-Knapp interval, and the interval for a new site.

    Parameters
    ----------
    values, variances : list of float
        Of each site, on the scale on which they are pooled. A site whose value or variance is not finite, or whose variance is
        not above 0, is left out.
    back : callable
        From that scale to the figure's own; it increases.

    Returns
    -------
    dict or None
        value, low, high; sites, those that were used; tau, on the scale of pooling; i_squared, 0 to 1; new_site, the ends of
        the prediction interval. None for fewer than FEWEST_SITES usable sites.

    Notes
    -----
    Debray et al. 2017, doi 10.1136/bmj.i6460.
    """
    effect, variance = np.array(values, float), np.array(variances, float)
    usable = np.isfinite(effect) & np.isfinite(variance) & (variance > 0)
    sites = int(usable.sum())
    if sites < FEWEST_SITES:
        return None
    fit: Any = combine_effects(effect[usable], variance[usable], method_re="iterated", use_t=True, alpha=1 - LEVEL)
    low, high = fit.conf_int(alpha=1 - LEVEL, use_t=True)[3]  # random effects, weighted scale: Hartung-Knapp
    tau_squared = max(0.0, float(fit.tau2))
    error = fit.sd_eff_w_re_hksj
    half = student.ppf((1 + LEVEL) / 2, sites - 2) * np.sqrt(tau_squared + error**2)
    mean = float(fit.mean_effect_re)
    return {
        **estimate(back(mean), back(low), back(high)), "sites": sites,
        "tau": float(np.sqrt(tau_squared)), "i_squared": max(0.0, float(fit.i2)),
        "new_site": {"low": float(back(mean - half)), "high": float(back(mean + half))},
    }  # fmt: skip
