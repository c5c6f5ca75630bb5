"""How many of many independent patients: the Poisson-binomial distribution, exactly, by its characteristic function.

The number of patients who each come with a probability of their own has the characteristic function prod_i (1 + p_i u), u = exp(i w) - 1.
A sum of independent groups has the product of theirs, and a mixture has their mean, so that sites, stays and a shared error are joined there,
and the probabilities of all numbers come from one inverse Fourier transform (Hong 2013, doi 10.1016/j.csda.2012.10.006).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

# The logarithm of 1 + p u is summed by its series where |p u| is at most one half: 2^-64 of ten thousand patients is far below the
# rounding of a sum.
_SERIES = 0.5
_TERMS = 64
# exp(-40) is 4e-18: what a transform is not computed beyond.
_NOTHING = 40.0


def frequencies(size: int) -> Complexes:
    """[size / 2 + 1]: u at the frequencies of a distribution over 0 .. size - 1; size is even."""
    u: Complexes = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size) - 1
    return u


def reach(variance: Floats, size: int) -> npt.NDArray[np.int64]:
    """[T]: how many of the frequencies matter, the others' transforms being below 1e-17.

    As |1 + p u|^2 = 1 - 2 p (1 - p) (1 - cos w), the transform of a number with the variance V is at most exp(-V (1 - cos w)).
    """
    angle = np.arccos(np.clip(1 - _NOTHING / np.maximum(variance, 1e-9), -1, 1))
    # To the next power of two, so that few lengths are worked on.
    wanted = np.minimum(2.0 ** np.ceil(np.log2(angle * size / (2 * np.pi) + 2)), size // 2 + 1)
    lengths: npt.NDArray[np.int64] = wanted.astype(np.int64)
    return lengths


def transform_of(probability: Floats, factor: Floats, u: Complexes) -> Complexes:
    """[T, len(u)]: the characteristic functions of how many of the patients there are, for T days.

    Parameters
    ----------
    probability : [n]
        Of each patient.
    factor : [T]
        What each of them is multiplied with on a day, 0 to 1.
    u : [m]
        Of `frequencies`, from the first on.
    """
    longest = float(factor.max(initial=0)) * float(np.abs(u).max(initial=0))
    many = probability * longest <= _SERIES
    result: Complexes = np.ones((len(factor), len(u)), dtype=complex)
    if many.any():
        # sum_i log(1 + p_i f u) = sum_k (-1)^(k+1) / k (sum_i p_i^k) f^k u^k
        power: Floats = np.ones(int(many.sum()))
        sums = np.empty(_TERMS)
        for k in range(_TERMS):
            power = power * probability[many]
            sums[k] = power.sum() * (-1) ** k / (k + 1)
        result = np.exp(_polynomial(sums, factor, u))
    for single in probability[~many]:
        result *= 1 + (single * factor)[:, None] * u
    return result


def _polynomial(sums: Floats, factor: Floats, u: Complexes) -> Complexes:
    """[T, len(u)]: sum_k sums[k] f^(k+1) u^(k+1)."""
    k = np.arange(1, len(sums) + 1)
    # |u| may reach 2 and its powers 2^64, where f^k is as small: both are scaled so that neither leaves the range of numbers.
    length = max(float(np.abs(u).max(initial=0)), 1e-300)
    value: Complexes = np.matmul((factor[:, None] * length) ** k * sums, ((u[:, None] / length) ** k).T)
    return value


def transform_of_equal(share: Floats, count: int, u: Complexes) -> Complexes:
    """[T, len(u)]: of `count` patients who all have the probability `share` [T]."""
    result: Complexes = (1 + share[:, None] * u) ** count
    return result


def transform_of_arrivals(mean: Floats, u: Complexes) -> Complexes:
    """[T, len(u)]: of a Poisson number with the mean [T]."""
    result: Complexes = np.exp(mean[:, None] * u)
    return result


def distribution(transform: Complexes) -> Floats:
    """[T, size]: the probability of each number from 0 on."""
    shares: Floats = np.fft.irfft(transform, axis=-1)
    return shares


def by_recursion(probability: Floats) -> Floats:
    """[n + 1]: the same for one day, one patient after another: slow, and short enough to be believed.

    Examples
    --------
    >>> import numpy as np
    >>> from aicovid.census.counts import by_recursion
    >>> by_recursion(np.array([0.5, 0.5]))
    array([0.25, 0.5 , 0.25])
    """
    shares = np.zeros(len(probability) + 1)
    shares[0] = 1
    for one in probability:
        shares[1:] = shares[1:] * (1 - one) + shares[:-1] * one
        shares[0] *= 1 - one
    return shares


def size_for(mean: float, variance: float) -> int:
    """A power of two that such a number reaches with a probability of at most 1e-16 (Bernstein's inequality)."""
    beyond = 37.0 / 3 + np.sqrt((37.0 / 3) ** 2 + 2 * 37.0 * variance)
    return 1 << int(np.ceil(np.log2(mean + beyond + 2)))
