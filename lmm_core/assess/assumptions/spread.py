"""How the residuals' spread differs: along a variable, and between groups.

Along a variable: SD in its top quarter against SD in its bottom quarter, each about its own mean.
Between groups: how far the groups' SDs differ beyond what chance gives, from the variance of
log s_i^2 against its expectation trigamma(df_i / 2); chance is judged by Bartlett's test.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt

import numpy as np
from scipy import special

from lmm_core.assess.assumptions.material import Material
from lmm_core.model.design import Grouping

Array = np.ndarray

LEAST_ROWS = 5.0
LEAST_GROUP_DF = 1.0
# The 10th and the 90th percentile lie 2 x 1.2816 SDs apart.
TENTH_TO_NINETIETH = 2.5631


@dataclass(frozen=True)
class Trend:
    """SD of the residuals in the top and the bottom quarter of a variable."""

    low_sd: float
    high_sd: float
    low_rows: int
    high_rows: int
    p_value: float

    @property
    def ratio(self) -> float:
        """Top to bottom; above 1 when the spread grows."""
        return self.high_sd / self.low_sd if self.low_sd > 0 else inf

    @property
    def size(self) -> float:
        """The ratio the other way round where the spread falls: never below 1."""
        return max(self.ratio, 1.0 / self.ratio if self.ratio > 0 else inf)


def spread_trend(x: Array, residuals: Array, shares: Array) -> Trend | None:
    """Compare the quarters of ``x`` (n,); None when x is constant or a quarter has too few rows.

    Ties at a quartile belong to its quarter. ``shares`` (n,) say how much of a degree of freedom
    each row has.
    """
    low_limit, high_limit = np.quantile(x, [0.25, 0.75])
    low, high = x <= low_limit, x >= high_limit
    if low_limit >= high_limit:
        # More than half of the rows share one value: those below or above it against it.
        below = x.min() < low_limit
        low = x < low_limit if below else x <= low_limit
        high = x >= high_limit if below else x > high_limit
    (s_low, n_low, k_low), (s_high, n_high, k_high) = (
        _quarter(residuals[part], shares[part]) for part in (low, high)
    )
    if min(n_low, n_high) < LEAST_ROWS or not min(s_low, s_high) > 0:
        return None
    # Var(log s) of a sample with excess kurtosis k and n df is about 1/(2(n - 1)) + k/(4n).
    heavy = max((k_low * n_low + k_high * n_high) / (n_low + n_high), 0.0)
    variance = sum(0.5 / (n - 1.0) + 0.25 * heavy / n for n in (n_low, n_high))
    z = abs(log(s_high / s_low)) / sqrt(variance)
    p = float(2 * special.ndtr(-z))
    return Trend(s_low, s_high, int(low.sum()), int(high.sum()), p)


def _quarter(residuals: Array, shares: Array) -> tuple[float, float, float]:
    """SD about the mean, effective number of rows and excess kurtosis."""
    n, df = len(residuals), float(shares.sum())
    if df < LEAST_ROWS:
        return 0.0, df, 0.0
    centred = residuals - residuals.mean()
    m2 = float((centred**2).mean())
    kurtosis = float((centred**4).mean()) / m2**2 - 3.0 if m2 > 0 else 0.0
    return sqrt(m2 * n / (n - 1)), df, kurtosis


@dataclass(frozen=True)
class GroupSpread:
    """Residual SD per group (G,), outcome units, NaN where a group leaves no degree of freedom.

    ``low`` and ``high`` are the limits between which 95 % of groups with that many rows would lie
    with equal spread; ``expected`` is the pooled SD. What a residual structure explains is taken
    out. ``ratio`` compares a group at the 90th with
    one at the 10th percentile after what chance gives is taken off.
    """

    grouping: Grouping
    sd: Array
    df: Array
    low: Array
    high: Array
    expected: float
    ratio: float
    p_value: float

    @property
    def usable(self) -> Array:
        return np.isfinite(self.sd)


def group_spread(material: Material, grouping: Grouping, level: float = 0.95) -> GroupSpread:
    """The residual SD of each level of a grouping factor."""
    G = grouping.n_levels
    squares = np.bincount(grouping.codes, material.pearson**2, G)
    df = np.bincount(grouping.codes, material.shares, G)
    usable = (df >= LEAST_GROUP_DF) & (squares > 0)
    sigma = material.typical_sd
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(usable, squares / df, np.nan)
    n_usable = int(usable.sum())
    ratio, p = 1.0, 1.0
    pooled = float(squares[usable].sum() / df[usable].sum()) if n_usable else 1.0
    if n_usable >= 2:
        ratio, p = _heterogeneity(variance[usable], df[usable], pooled)
    tail = 0.5 * (1.0 - level)
    safe = np.maximum(df, LEAST_GROUP_DF)
    expected = sigma * sqrt(pooled)
    low = expected * np.sqrt(special.chdtri(safe, 1.0 - tail) / safe)
    high = expected * np.sqrt(special.chdtri(safe, tail) / safe)
    return GroupSpread(grouping, sigma * np.sqrt(variance), df, low, high, expected, ratio, p)


def _heterogeneity(variance: Array, df: Array, pooled: float) -> tuple[float, float]:
    """Ratio of the 90th to the 10th percentile of the true SDs, and Bartlett's p."""
    k, total = len(df), float(df.sum())
    logs = np.log(variance) - (special.digamma(df / 2) - np.log(df / 2))
    expected = special.polygamma(1, df / 2)
    weights = 1.0 / expected
    mean = float((weights * logs).sum() / weights.sum())
    # Moment estimate of the variance between groups (DerSimonian & Laird 1986).
    q = float((weights * (logs - mean) ** 2).sum())
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(q - (k - 1), 0.0) / scale if scale > 0 else 0.0
    ratio = exp(min(TENTH_TO_NINETIETH * 0.5 * sqrt(between), 20.0))
    statistic = total * log(pooled) - float((df * np.log(variance)).sum())
    correction = 1.0 + (float((1.0 / df).sum()) - 1.0 / total) / (3.0 * (k - 1))
    return ratio, float(special.chdtrc(k - 1, max(statistic, 0.0) / correction))
