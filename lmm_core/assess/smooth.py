"""A smooth curve through points, with its band: local lines over at most 60 bins.

Local linear regression with tricube weights (Cleveland 1979, JASA 74); the bins keep the cost the
same for a hundred rows and for a million.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

Array = np.ndarray

MAX_BINS = 60
SPAN = 0.6


@dataclass(frozen=True)
class Smooth:
    """The curve at the bins' mean x, with a pointwise confidence band; all (m,), x ascending."""

    x: Array
    fit: Array
    low: Array
    high: Array
    counts: Array


@dataclass(frozen=True)
class Bins:
    """Rows gathered by x: mean x, mean y, variance of y and number of rows per bin, all (m,)."""

    x: Array
    mean: Array
    variance: Array
    counts: Array


def smooth(x: Array, y: Array, span: float = SPAN, level: float = 0.95) -> Smooth | None:
    """Smooth ``y`` (n,) over ``x`` (n,); None with fewer than 3 different x or fewer than 5 rows.

    ``span`` is the share of the rows that each local line uses. The band takes the rows as
    independent.
    """
    bins = bin_rows(x, y)
    m, n = len(bins.x), len(x)
    if m < 3 or n < 5:
        return None
    matrix = _local_lines(bins, span)
    fitted = matrix @ bins.mean
    variance = _noise(bins, fitted, np.trace(matrix))
    half = float(special.ndtri(0.5 + 0.5 * level)) * np.sqrt(
        (matrix**2 / bins.counts) @ np.full(m, variance)
    )
    return Smooth(bins.x, fitted, fitted - half, fitted + half, bins.counts)


def bin_rows(x: Array, y: Array, most: int = MAX_BINS) -> Bins:
    """One bin per different value of x, or about ``most`` bins with equally many rows.

    Rows with the same x stay together.
    """
    order = np.argsort(x, kind="stable")
    xs, ys = x[order], y[order]
    starts = np.flatnonzero(np.r_[True, xs[1:] != xs[:-1]])
    if len(starts) > most:
        wanted = np.arange(most) * len(xs) / most
        at = np.unique(np.searchsorted(starts, wanted, side="right") - 1)
        starts = starts[at]
    counts = np.diff(np.r_[starts, len(xs)])
    mean_x = np.add.reduceat(xs, starts) / counts
    mean_y = np.add.reduceat(ys, starts) / counts
    spread = ys - np.repeat(mean_y, counts)
    variance = np.add.reduceat(spread**2, starts) / np.maximum(counts - 1, 1)
    return Bins(mean_x, mean_y, variance, counts)


def _local_lines(bins: Bins, span: float) -> Array:
    """(m, m): the smoother matrix; row i gives the local line's value at bin i."""
    distance = np.abs(bins.x[:, None] - bins.x[None])
    order = np.argsort(distance, axis=1)
    reached = np.cumsum(bins.counts[order], axis=1) >= span * bins.counts.sum()
    sorted_distance = np.take_along_axis(distance, order, axis=1)
    m = len(bins.x)
    # At least the third nearest bin gets some weight, or the line would follow single bins.
    at = np.maximum(reached.argmax(axis=1), 2)
    bandwidth = sorted_distance[np.arange(m), at] * 1.15
    weights = np.clip(1.0 - (distance / bandwidth[:, None]) ** 3, 0.0, None) ** 3 * bins.counts
    weights /= weights.sum(axis=1, keepdims=True)
    centre = weights @ bins.x
    shifted = bins.x[None] - centre[:, None]
    squares = (weights * shifted**2).sum(axis=1)
    slope = (bins.x - centre) / np.where(squares > 0, squares, 1.0)
    return weights * (1.0 + slope[:, None] * shifted)


def _noise(bins: Bins, fitted: Array, used: float) -> float:
    """Variance of a row about the curve: within bins, and of the bins' means about the curve."""
    n, m = int(bins.counts.sum()), len(bins.x)
    inside = float((bins.variance * np.maximum(bins.counts - 1, 0)).sum())
    about = float((bins.counts * (bins.mean - fitted) ** 2).sum())
    return (inside + about) / max(n - m + max(m - used, 0.0), 1.0)
