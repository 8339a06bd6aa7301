"""Do values fall into two clumps? A mixture of two normals with one SD against a single normal.

Likelihood ratio of the mixture, fitted by EM from the best split of the sorted values. Its
distribution under one normal isn't chi-square (the mixture's parameters aren't identified there;
McLachlan 1987, Applied Statistics 36). In 20,000 simulated samples of each of nine sizes from 8 to
500 the chance of exceeding q stayed below exp(-q / 2) (1 + 2.6 q / n), which is the p-value here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np

Array = np.ndarray

LEAST = 8
ROUNDS = 60


@dataclass(frozen=True)
class Humps:
    """Distance of the two centres in SDs within a clump (Ashman's D: distinct from about 2), the
    share of the upper clump, and the chance of so good a mixture when there is one normal.
    """

    apart: float
    upper_share: float
    p_value: float


ONE = Humps(0.0, 0.5, 1.0)


def two_humps(values: Array, taken: Array | None = None) -> Humps:
    """The mixture of ``values`` (n,); fewer than 8 have no humps to speak of.

    ``taken`` (n, r) are orthonormal patterns that were taken out of the values (by fixed effects);
    the mixture estimates them anew, so that clumps aren't blurred by them.
    """
    n = len(values)
    B = np.full((n, 1), 1.0 / sqrt(n)) if taken is None else taken
    # The mean is part of both models.
    B, sizes, _ = np.linalg.svd(np.column_stack([np.ones(n), B]), full_matrices=False)
    B = B[:, sizes > 1e-6 * sizes[0]]
    v = values - B @ (B.T @ values)
    n_free, spread = n - B.shape[1] + 1, float(np.sqrt((v**2).mean()))
    if n_free < LEAST or not spread > 0:
        return ONE
    v = v / spread
    order = np.argsort(v, kind="stable")
    v, B = v[order], B[order]
    upper = _split(v)
    apart = variance = share = 0.0
    centre = np.zeros(n)
    for _ in range(ROUNDS):
        share = min(max(float(upper.mean()), 1 / n), 1 - 1 / n)
        along = B.T @ upper
        apart = float(upper @ v) / max(float(upper.sum() - along @ along), 1e-9)
        # With v free of the patterns, these are the normal equations of both clumps.
        centre = -apart * (B @ along)
        off = v - centre
        variance = max(float((off**2 + upper * apart * (apart - 2 * off)).mean()), 1e-4)
        odds = apart * (apart - 2 * off) / (2.0 * variance)
        upper = 1.0 / (1.0 + np.exp(np.clip(odds, -500, 500)) * (1 - share) / share)
    density = (1 - share) * np.exp(-0.5 * (v - centre) ** 2 / variance)
    density += share * np.exp(-0.5 * (v - centre - apart) ** 2 / variance)
    log_density = np.log(np.maximum(density, 1e-300)).sum() - 0.5 * n * np.log(variance)
    # Patterns use up values in both models, and more of them in the mixture.
    ratio = max(2.0 * float(log_density) + n, 0.0) * max(1.0 - 2.0 * (n - n_free) / n, 0.1)
    p_value = min(1.0, exp(-0.5 * ratio) * (1.0 + 2.6 * ratio / n_free))
    if apart < 0:
        apart, share = -apart, 1 - share
    return Humps(apart / sqrt(variance), share, p_value)


def _split(v: Array) -> Array:
    """(n,): 1 for the upper part of the most likely split of sorted values, 0 for the lower."""
    n = len(v)
    least = max(1, int(np.ceil(0.1 * n)))
    k = np.arange(least, n - least + 1)
    sums = np.cumsum(v)[k - 1]
    within = np.maximum(1.0 - sums**2 / k / n - sums**2 / (n - k) / n, 1e-12)
    share = k / n
    fit = -0.5 * np.log(within) + share * np.log(share) + (1 - share) * np.log(1 - share)
    return (np.arange(n) >= k[int(fit.argmax())]).astype(float)
