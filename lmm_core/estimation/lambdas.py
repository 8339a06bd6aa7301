"""Relative covariance factors: from G to Lambda, and what lies on the boundary."""

from __future__ import annotations

from math import hypot, prod, sqrt

import numpy as np

from lmm_core.estimation.crossproducts import Factor

Array = np.ndarray

# A standard deviation below 1e-4 residual SDs (on the conditioned scale) counts as 0, as in lme4.
ZERO = 1e-4


def lower_root(root: Array) -> Array:
    """The lower-triangular L with non-negative diagonal and L L' = root root'; root may be
    singular and of any shape (q, m).
    """
    q = root.shape[0]
    if root.shape == (2, 2):
        (a, b), (c, d) = root.tolist()
        length = hypot(a, b)
        if length > 0:
            # The QR decomposition of two rows, written out: these are most models' terms.
            along, across = (a * c + b * d) / length, abs(a * d - b * c) / length
            return np.array([[length, 0.0], [along, across]])
    upper = np.linalg.qr(root.T, mode="r")
    lower = np.zeros((q, q))
    rows = upper.shape[0]
    lower[:, :rows] = upper.T
    signs = np.where(np.diag(lower) < 0, -1.0, 1.0)
    return lower * signs


def on_user_scale(factor: Factor, Lambda: Array) -> Array:
    """Lambda of the user's columns: b = transform @ b_conditioned."""
    result = np.zeros_like(Lambda)
    transform = factor.transform
    for start, stop in factor.coupled:
        if stop - start == 1:
            result[start, start] = abs(transform[start, start] * Lambda[start, start])
            continue
        part = slice(start, stop)
        result[part, part] = lower_root(transform[part, part] @ Lambda[part, part])
    return result


def is_regular(factor: Factor, Lambda: Array) -> bool:
    """Whether no block of Lambda is near singular, by a bound that costs next to nothing:
    the smallest singular value is at least |det| / norm^(q - 1).
    """
    for start, stop in factor.coupled:
        entries = Lambda[start:stop, start:stop].ravel().tolist()
        q = stop - start
        det = abs(prod(entries[:: q + 1]))
        if det <= ZERO * sqrt(sum(e * e for e in entries)) ** (q - 1):
            return False
    return True


def snapped(factor: Factor, Lambda: Array) -> tuple[Array, bool]:
    """Lambda with near-zero directions set to exactly 0, and whether any was."""
    if is_regular(factor, Lambda):
        return Lambda, False
    result, changed = Lambda.copy(), False
    for start, stop in factor.coupled:
        part = slice(start, stop)
        left, values, _ = np.linalg.svd(Lambda[part, part])
        small = values < ZERO
        if small.any():
            changed = True
            result[part, part] = lower_root(left * np.where(small, 0.0, values))
    return result, changed


def null_directions(factor: Factor, Lambda: Array) -> list[tuple[slice, Array]]:
    """Per coupled block with any: its span, and an orthonormal basis (q, m) of G's null space."""
    if is_regular(factor, Lambda):
        return []
    found = []
    for start, stop in factor.coupled:
        part = slice(start, stop)
        left, values, _ = np.linalg.svd(Lambda[part, part])
        small = values < ZERO
        if small.any():
            found.append((part, left[:, small]))
    return found
