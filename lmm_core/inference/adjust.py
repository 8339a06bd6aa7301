"""Multiplicity: adjusted p-values and intervals of a family of comparisons, as in emmeans.

Tukey's method needs the studentised range. Its tail is integrated here (``scipy.stats`` takes a
second to import and longer per p-value): with W the distribution of the range of k standard
normals, P(Q > q) = E[1 - W(q s)], s^2 ~ chi-squared(df) / df.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import special

from lmm_core.errors import ModelError
from lmm_core.inference.distributions import t_p_value, t_quantile

Array = np.ndarray
Adjust = Literal["tukey", "holm", "bonferroni", "sidak", "none"]
ADJUSTMENTS: tuple[Adjust, ...] = ("tukey", "holm", "bonferroni", "sidak", "none")
NAMES = {
    "tukey": "Tukey",
    "holm": "Holm",
    "bonferroni": "Bonferroni",
    "sidak": "Šidák",
    "none": "no adjustment",
}

# Beyond this range of k normals the tail is 0 in double precision.
MAX_RANGE = 60.0
# Above this the t distribution is the normal one to 7 digits.
INFINITE_DF = 1e7
CHEBYSHEV = 160
NODES = 256
DISTINCT = 24


@dataclass(frozen=True)
class Family:
    """The comparisons that are adjusted for each other.

    ``n_means`` is the number of means when the family is all their pairs, else None. ``note`` says
    in a sentence which method was used and why when it isn't the wanted one.
    """

    method: Adjust
    n_tests: int
    n_means: int | None
    note: str

    def p_values(self, statistic: Array, df: Array) -> Array:
        """Adjusted two-sided p of t statistics (m,); NaN stays NaN."""
        p = t_p_value(statistic, df)
        if self.method == "tukey":
            return studentized_range_sf(
                np.sqrt(2.0) * np.abs(statistic), int(self.n_means or 2), df
            )
        if self.method == "bonferroni":
            return np.minimum(1.0, p * self.n_tests)
        if self.method == "sidak":
            with np.errstate(divide="ignore"):
                return -np.expm1(self.n_tests * np.log1p(-p))
        return holm(p, self.n_tests) if self.method == "holm" else p

    def multipliers(self, level: float, df: Array) -> Array:
        """(m,) half-widths of the intervals in standard errors.

        Holm's steps have no intervals; Bonferroni's are used, as in emmeans.
        """
        if self.method == "tukey":
            quantile = studentized_range_quantile(1.0 - level, int(self.n_means or 2), df)
            return quantile / np.sqrt(2.0)
        if self.method in ("bonferroni", "holm"):
            return t_quantile(1.0 - (1.0 - level) / self.n_tests, df)
        if self.method == "sidak":
            return t_quantile(level ** (1.0 / self.n_tests), df)
        return t_quantile(level, df)


def family_of(adjust: str, n_tests: int, n_means: int | None) -> Family:
    """The family of ``n_tests`` comparisons; of all pairs of ``n_means`` means, or None.

    One comparison isn't adjusted. Tukey's method holds for all pairs only: for other comparisons
    Šidák's takes its place.

    Raises
    ------
    ModelError
        ``adjust``: the method isn't known.
    """
    if adjust not in ADJUSTMENTS:
        raise ModelError(
            f"The adjustment “{adjust}” isn't known.",
            f"Use one of: {', '.join(ADJUSTMENTS)}.",
            code="adjust",
        )
    if n_tests < 2:
        return Family("none", n_tests, n_means, "One comparison: nothing to adjust for.")
    method: Adjust = adjust  # type: ignore[assignment]
    because = ""
    if method == "tukey" and n_means is None:
        method, because = "sidak", " (Tukey's method is for all pairs of one set of means)"
    tests = f"{n_tests} comparisons"
    note = {
        "tukey": f"p-values and intervals by Tukey's method for all {tests} of {n_means} means.",
        "holm": f"p-values by Holm's method for {tests}; it has no intervals of its own, so these "
        "are Bonferroni's, which are a little wider.",
        "bonferroni": f"p-values and intervals by Bonferroni's method for {tests}.",
        "sidak": f"p-values and intervals by Šidák's method for {tests}{because}.",
        "none": f"Not adjusted for the number of comparisons ({n_tests}): among that many, small "
        "p-values turn up by chance.",
    }[method]
    return Family(method, n_tests, n_means, note)


def holm(p: Array, n_tests: int | None = None) -> Array:
    """Holm's step-down adjustment (1979, Scand. J. Statistics 6) of a family of ``n_tests``.

    A comparison that can't be estimated (NaN) belongs to the family, as in emmeans; without
    ``n_tests`` only the others are counted.
    """
    result = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    most = len(order) if n_tests is None else n_tests
    steps = p[order] * (most - np.arange(len(order)))
    result[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return result


# -- the studentised range


def studentized_range_sf(q: Array, k: int, df: Array) -> Array:
    """P(Q > q) for ``k`` means and ``df`` (may be infinite).

    Relative accuracy is 1e-7 or better from 2 df on; R's ``ptukey`` is off by up to a third in far
    tails with few df.
    """
    q, df = np.broadcast_arrays(np.asarray(q, dtype=float), np.asarray(df, dtype=float))
    result = np.full(q.shape, np.nan)
    usable = ~np.isnan(q) & (df > 0)
    far = usable & (df >= INFINITE_DF)
    result[far] = np.exp(_log_range_sf(q[far], k))
    near = usable & ~far
    if near.any():
        result[near] = _integrated(np.maximum(q[near], 1e-8), k, df[near])
    return np.clip(result, 0.0, 1.0)


def _integrated(q: Array, k: int, df: Array) -> Array:
    """Trapezoid rule in u = log s, where the integrand is smooth and vanishes at both ends."""
    # 1 - W falls about as exp(-w^2/4): the integrand peaks between that centre and s = 1. The ends
    # lie where the density has fallen by exp(-32).
    centre = 0.5 * np.log(df / (df + 0.5 * q**2))
    c = 32.0 / df
    low = centre - (np.sqrt(c) + c)
    high = np.minimum(0.55 * np.log1p(2 * c + 2 * np.sqrt(c)) + 0.05, np.log(MAX_RANGE / q))
    high = np.maximum(high, low + 1e-3)
    u = np.linspace(low, high, NODES, axis=-1)
    nu = df[:, None]
    log_density = (np.log(2.0) + 0.5 * nu * np.log(0.5 * nu) - special.gammaln(0.5 * nu)) + nu * (
        u - 0.5 * np.exp(2 * u)
    )
    values = np.exp(log_density + _log_range_sf(q[:, None] * np.exp(u), k))
    step = (high - low) / (NODES - 1)
    return step * (values.sum(axis=1) - 0.5 * (values[:, 0] + values[:, -1]))


def _log_range_sf(w: Array, k: int) -> Array:
    """log P(range of k standard normals > w), from a Chebyshev series in sqrt(w)."""
    place = 2.0 * np.sqrt(np.minimum(w, MAX_RANGE) / MAX_RANGE) - 1.0
    return np.polynomial.chebyshev.chebval(place, _range_series(k))


@lru_cache(maxsize=128)
def _range_series(k: int) -> Array:
    """Chebyshev coefficients of the log tail. 1 - W = k ∫ φ(z) [Φ(z)^(k-1) - (Φ(z) - Φ(z-w))^(k-1)]
    dz, with the bracket written so that tiny tails keep their digits.
    """
    nodes = np.cos(np.pi * (np.arange(CHEBYSHEV) + 0.5) / CHEBYSHEV)
    w = MAX_RANGE * (0.5 * (nodes + 1.0)) ** 2
    z = 0.5 * w[:, None] + np.linspace(-9.0, 9.0, 121)
    log_below = special.log_ndtr(z)
    with np.errstate(divide="ignore"):
        lost = np.log1p(-np.minimum(1.0, np.exp(special.log_ndtr(z - w[:, None]) - log_below)))
    bracket = -np.expm1((k - 1) * lost)
    # In logs: at w = 60 the density itself underflows.
    with np.errstate(divide="ignore"):
        log_terms = -0.5 * z**2 + (k - 1) * log_below + np.log(bracket)
    # Where the bracket underflows it is (k - 1) Φ(z - w) / Φ(z).
    tiny = bracket < 1e-300
    ratio = special.log_ndtr(z - w[:, None]) - log_below + np.log(k - 1.0)
    log_terms[tiny] = (-0.5 * z**2 + (k - 1) * log_below + ratio)[tiny]
    shift = np.log(k * (18.0 / 120) / np.sqrt(2 * np.pi))
    values = special.logsumexp(log_terms, axis=1) + shift
    # The values at the Chebyshev points give the coefficients.
    angles = np.pi * np.outer(np.arange(CHEBYSHEV), np.arange(CHEBYSHEV) + 0.5) / CHEBYSHEV
    coefficients = 2.0 / CHEBYSHEV * (np.cos(angles) @ values)
    coefficients[0] *= 0.5
    coefficients.setflags(write=False)
    return coefficients


def studentized_range_quantile(alpha: float, k: int, df: Array) -> Array:
    """q with P(Q > q) = ``alpha``, for each of ``df`` (m,)."""
    df = np.asarray(df, dtype=float)
    result = np.full(df.shape, np.nan)
    usable = df > 0
    if not usable.any():
        return result
    # Degrees of freedom that agree to 9 digits share one quantile.
    rounded = np.array([float(f"{value:.9g}") for value in df[usable].ravel()])
    distinct, back = np.unique(rounded, return_inverse=True)
    if len(distinct) <= DISTINCT:
        result[usable] = _quantiles(alpha, k, distinct)[back]
        return result
    # The quantile is smooth in 1 / df: many of them are interpolated.
    ends = [1.0 / distinct[-1], 1.0 / distinct[0]]
    series = np.polynomial.Chebyshev.interpolate(
        lambda x: np.log(_quantiles(alpha, k, 1.0 / x)), DISTINCT - 1, domain=ends
    )
    result[usable] = np.exp(series(1.0 / distinct))[back]
    return result


def _quantiles(alpha: float, k: int, df: Array) -> Array:
    pairs = k * (k - 1) / 2
    start = np.sqrt(2.0) * t_quantile(1.0 - alpha / pairs, df)
    return _newton(lambda q: studentized_range_sf(q, k, df), alpha, start)


def _newton(tail: Callable[[Array], Array], alpha: float, start: Array) -> Array:
    """Bonferroni's quantile lies above; log tail against log q is concave, so steps only go down
    and can't overshoot.
    """
    v, h = np.log(start), 1e-5
    for _ in range(25):
        here = np.log(tail(np.exp(v)))
        slope = (np.log(tail(np.exp(v + h))) - here) / h
        step = (here - np.log(alpha)) / slope
        v = v - step
        if np.max(np.abs(step)) < 1e-10:
            break
    return np.exp(v)
