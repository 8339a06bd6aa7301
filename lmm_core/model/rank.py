"""A well-conditioned basis of a model matrix, and which of its columns are redundant.

Everything works on cross-products of centred columns, in slices of rows, so that no second copy of
a large matrix is made; only suspicious columns are looked at again row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Array = np.ndarray

# R's qr() calls a column dependent when earlier columns leave less than 1e-7 of its norm.
RANK_TOLERANCE = 1e-7
SLICE_CELLS = 524_288


@dataclass(frozen=True)
class Basis:
    """The transform to a basis with orthonormal columns: ``(M - means) @ inverse``.

    ``kept`` are the independent columns of the matrix that was looked at; ``means`` (k,) and
    ``inverse`` (k, k, upper triangular) belong to those columns. A constant first column isn't
    centred.
    """

    kept: tuple[int, ...]
    means: Array
    inverse: Array

    @property
    def transform(self) -> Array:
        """(k, k): ``M @ transform`` is the basis."""
        centre = np.eye(len(self.means))
        centre[0] -= self.means
        return centre @ self.inverse

    @property
    def log_det(self) -> float:
        """log |det transform|."""
        return float(np.log(np.abs(np.diag(self.inverse))).sum())

    def apply(self, rows: Array) -> Array:
        return (rows - self.means) @ self.inverse


def slices(n: int, width: int) -> Iterator[slice]:
    """Slices of rows that fit the processor's cache."""
    step = max(1024, SLICE_CELLS // max(1, width))
    for start in range(0, n, step):
        yield slice(start, min(n, start + step))


def find_basis(M: Array, weights: Array | None = None) -> Basis:
    """Independent columns of ``M`` (n, p), earlier ones first, and their orthonormal basis.

    ``weights`` (n,) are prior weights: the basis is orthonormal with respect to them.
    """
    p = M.shape[1]
    centred = bool(M[0, 0] != 0 and np.ptp(M[:, 0]) == 0)
    means = np.zeros(p)
    if centred and p > 1:
        means[1:] = M[:, 1:].mean(axis=0)
    gram = _gram(M, means, weights)
    norms = np.sqrt(np.diag(gram))
    keep, factor = _independent(M, means, gram, norms, weights, centred)
    kept = np.asarray(keep, dtype=np.intp)
    inverse = _invert_upper(factor.T) / norms[kept][:, None]
    basis = Basis(tuple(keep), means[kept], inverse)
    # Cholesky of cross-products squares the condition: once more on the nearly orthonormal columns.
    off = max((abs(factor[i, i]) for i in range(len(keep))), default=1.0)
    smallest = min((abs(factor[i, i]) for i in range(len(keep))), default=1.0)
    if smallest < 1e-2 * off:
        again = _gram(M[:, kept], basis.means, weights, basis.inverse)
        inverse = basis.inverse @ _invert_upper(np.linalg.cholesky(again).T)
        basis = Basis(basis.kept, basis.means, inverse)
    return basis


def _gram(M: Array, means: Array, weights: Array | None, inverse: Array | None = None) -> Array:
    """Cross-products (p, p) of the centred (and transformed) columns."""
    n, p = M.shape
    gram = np.zeros((p, p))
    for rows in slices(n, p):
        part = M[rows] - means
        if inverse is not None:
            part = part @ inverse
        gram += part.T @ (part if weights is None else part * weights[rows, None])
    return gram


def _independent(
    M: Array, means: Array, gram: Array, norms: Array, weights: Array | None, centred: bool
) -> tuple[list[int], Array]:
    """Kept columns and the Cholesky factor of their correlation matrix."""
    p = len(norms)
    factor = np.zeros((p, p))
    keep: list[int] = []
    for j in range(p):
        k = len(keep)
        if not norms[j] > 0 or (centred and j and norms[j] ** 2 <= 1e-24 * len(M) * means[j] ** 2):
            continue
        if k == 0:
            keep, factor[0, 0] = [j], 1.0
            continue
        scaled = gram[keep, j] / (norms[keep] * norms[j])
        solved = np.linalg.solve(factor[:k, :k], scaled)
        rest = 1.0 - float(solved @ solved)
        if rest < 1e-6:
            rest = _exact_rest(M, means, keep, j, weights)
        if rest > RANK_TOLERANCE**2:
            factor[k, :k], factor[k, k] = solved, np.sqrt(rest)
            keep.append(j)
    k = len(keep)
    return keep, factor[:k, :k]


def _exact_rest(M: Array, means: Array, keep: list[int], j: int, weights: Array | None) -> float:
    """Squared share of column ``j`` that the kept columns leave, from the rows."""
    columns = M[:, [*keep, j]] - means[[*keep, j]]
    if weights is not None:
        columns = columns * np.sqrt(weights)[:, None]
    columns = columns / np.sqrt((columns**2).sum(axis=0))
    basis, _ = np.linalg.qr(columns[:, :-1])
    target = columns[:, -1]
    for _ in range(2):
        target = target - basis @ (basis.T @ target)
    return float(target @ target)


def _invert_upper(upper: Array) -> Array:
    return np.linalg.solve(upper, np.eye(len(upper)))
