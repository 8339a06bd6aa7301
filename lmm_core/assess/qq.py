"""A normal quantile-quantile plot and the band in which its points lie when nothing is wrong.

The i-th smallest of n uniform numbers follows Beta(i, n + 1 - i), so the median and the pointwise
95 % limits that simulation would give are known exactly: normal quantiles of Beta quantiles. When
mean and SD come from the same numbers the points follow the line more closely, and the band is
narrowed: by Basu's theorem the standardised order statistic T with E[X] = m, Var(X) = v has
variance v - 1/n + m^2 (1 - 1/c^2), where c = E[s]/sigma.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

Array = np.ndarray

# Beta quantiles are computed at this many ranks at most and interpolated between them.
MOST_RANKS = 300


@dataclass(frozen=True)
class QQ:
    """Sorted values against normal quantiles, all (n,) in the unit of the values.

    ``order`` sorts the values; ``expected`` are the quantiles in SDs; ``low`` and ``high`` the
    band about the line ``mean + sd * expected``.
    """

    order: Array
    expected: Array
    sample: Array
    low: Array
    high: Array
    mean: float
    sd: float

    @property
    def outside(self) -> Array:
        """(n,): which of the sorted values leave the band."""
        return (self.sample < self.low) | (self.sample > self.high)


def normal_qq(values: Array, level: float = 0.95) -> QQ:
    """Quantiles of ``values`` (n,), n >= 2, against the normal distribution with their mean and
    SD. ``level`` is the pointwise coverage of the band.
    """
    order = np.argsort(values, kind="stable")
    sample = values[order]
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    low, expected, high = expected_quantiles(len(values), level)
    factor = _narrowing(low, expected, high, level)
    low, high = expected - factor * (expected - low), expected + factor * (high - expected)
    return QQ(order, expected, sample, mean + sd * low, mean + sd * high, mean, sd)


def _narrowing(low: Array, expected: Array, high: Array, level: float) -> Array:
    """(n,): SD of a standardised order statistic relative to that of a plain one."""
    n = len(low)
    v = ((high - low) / (2 * special.ndtri(0.5 + 0.5 * level))) ** 2
    log_c = special.gammaln(0.5 * n) - special.gammaln(0.5 * (n - 1)) + 0.5 * np.log(2 / (n - 1))
    left = v - 1.0 / n + expected**2 * (1.0 - np.exp(-2.0 * log_c))
    return np.sqrt(np.clip(left / v, 0.05, 1.0))


def expected_quantiles(n: int, level: float = 0.95) -> tuple[Array, Array, Array]:
    """Lower limit, median and upper limit (n,) of n sorted standard normal numbers."""
    half = n // 2 + n % 2
    ranks = _ranks(half)
    tail = 0.5 * (1.0 - level)
    found = [
        special.ndtri(special.betaincinv(ranks, n + 1.0 - ranks, share))
        for share in (tail, 0.5, 1.0 - tail)
    ]
    if len(ranks) < half:
        # Smooth in the normal quantile of the rank, so interpolate over that.
        at = special.ndtri((np.arange(1, half + 1) - 0.5) / n)
        known = special.ndtri((ranks - 0.5) / n)
        found = [np.interp(at, known, part) for part in found]
    low, middle, high = found
    rest = n - half
    return (
        np.r_[low, -high[:rest][::-1]],
        np.r_[middle, -middle[:rest][::-1]],
        np.r_[high, -low[:rest][::-1]],
    )


def _ranks(half: int) -> Array:
    """1..half, or the first hundred and then ever wider steps."""
    if half <= MOST_RANKS:
        return np.arange(1.0, half + 1.0)
    first = np.arange(1.0, 101.0)
    return np.unique(np.r_[first, np.round(np.geomspace(100.0, half, MOST_RANKS - 100))])
