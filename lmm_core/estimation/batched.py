"""Dense linear algebra on stacks of equal blocks; a single large block goes to LAPACK directly."""

from __future__ import annotations

import numpy as np
from scipy.linalg import blas, lapack

Array = np.ndarray

SINGLE = 64


def cholesky(blocks: Array) -> Array:
    """Lower factors of (c, s, s) symmetric blocks; raises ``LinAlgError`` when indefinite."""
    if len(blocks) == 1 and blocks.shape[1] >= SINGLE:
        factor, info = lapack.dpotrf(blocks[0].T, lower=1, clean=1)
        if info:
            raise np.linalg.LinAlgError("not positive definite")
        return factor[None]
    return np.linalg.cholesky(blocks)


def solve_lower(root: Array, right: Array) -> Array:
    """L^-1 right for (c, s, s) and (c, s, m)."""
    if len(root) == 1 and root.shape[1] >= SINGLE:
        return lapack.dtrtrs(root[0], right[0], lower=1)[0][None]
    return np.linalg.solve(root, right)


def inverse(root: Array) -> Array:
    """(L L')^-1 of (c, s, s) lower factors, symmetric."""
    if len(root) == 1 and root.shape[1] >= SINGLE:
        # The upper triangle of the root is 0, and stays so.
        lower, _ = lapack.dpotri(root[0], lower=1)
        result = lower + lower.T
        np.einsum("aa->a", result)[:] *= 0.5
        return result[None]
    inverse_root = np.linalg.inv(root)
    return np.matmul(inverse_root.transpose(0, 2, 1), inverse_root)


def log_det(root: Array) -> float:
    """2 sum log diag: log-determinant of all blocks together."""
    return 2.0 * float(np.log(np.einsum("caa->ca", root)).sum())


def gram(matrix: Array) -> Array:
    """matrix matrix' (s, s) of one large (s, m)."""
    upper = blas.dsyrk(1.0, matrix.T, trans=1)
    return upper + np.triu(upper, 1).T
