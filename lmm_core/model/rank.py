"""A well-conditioned basis of a model matrix, and which of its columns are redundant.

Everything works on cross-products of centred columns, in slices of rows, so that no second copy of
a large matrix is made; only suspicious columns are looked at again row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.linalg import lapack

from lmm_core.errors import ModelError

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


class Rows(Protocol):
    """What a basis needs of a matrix: its size, slices of rows, columns."""

    n: int

    @property
    def width(self) -> int: ...
    @property
    def has_constant(self) -> bool: ...
    def rows(self, rows: slice) -> Array: ...
    def column(self, k: int) -> Array: ...


@dataclass(frozen=True)
class Dense:
    """A matrix that is there as a whole."""

    array: Array

    @property
    def n(self) -> int:
        return len(self.array)

    @property
    def width(self) -> int:
        return self.array.shape[1]

    @property
    def has_constant(self) -> bool:
        """Whether the first column is constant, so that the others may be centred."""
        return bool(self.array[0, 0] != 0 and np.ptp(self.array[:, 0]) == 0)

    def rows(self, rows: slice) -> Array:
        return self.array[rows]

    def column(self, k: int) -> Array:
        return self.array[:, k]

    def whole(self) -> Array:
        return self.array


def find_basis(M: Rows | Array, weights: Array | None = None) -> Basis:
    """Independent columns of ``M`` (n, p), earlier ones first, and their orthonormal basis.

    ``weights`` (n,) are prior weights: the basis is orthonormal with respect to them.

    Raises
    ------
    ModelError
        ``too_large_values`` where squares of a column leave the range of numbers.
    """
    M = Dense(M) if isinstance(M, np.ndarray) else M
    p = M.width
    centred = M.has_constant
    means = np.zeros(p)
    if centred and p > 1:
        for rows in slices(M.n, p):
            means[1:] += M.rows(rows)[:, 1:].sum(axis=0)
        means /= M.n
    with np.errstate(over="ignore", invalid="ignore"):
        gram = _gram(M, means, weights)
    norms = np.sqrt(np.diag(gram))
    if not np.isfinite(norms).all():
        raise ModelError(
            "Products of the predictors are too large to compute with.",
            "Use scale() on predictors that are multiplied, or change their unit.",
            code="too_large_values",
        )
    keep, factor = _independent(M, means, gram, norms, weights, centred)
    if not keep:
        raise ModelError(
            "Every fixed-effect column is 0 in the rows in use.",
            "Add the intercept, or another predictor.",
            code="no_fixed",
        )
    kept = np.asarray(keep, dtype=np.intp)
    inverse = _invert_upper(factor.T) / norms[kept][:, None]
    basis = Basis(tuple(keep), means[kept], inverse)
    # Cholesky of cross-products squares the condition: once more on the nearly orthonormal columns.
    diagonal = [abs(factor[i, i]) for i in range(len(keep))]
    if min(diagonal) < 1e-2 * max(diagonal):
        again = _gram(M, means, weights, basis)
        inverse = basis.inverse @ _invert_upper(np.linalg.cholesky(again).T)
        basis = Basis(basis.kept, basis.means, inverse)
    return basis


def _gram(M: Rows, means: Array, weights: Array | None, basis: Basis | None = None) -> Array:
    """Cross-products of the centred columns, or of the columns of a basis."""
    p = M.width if basis is None else len(basis.kept)
    gram = np.zeros((p, p))
    for rows in slices(M.n, M.width):
        part = M.rows(rows)
        part = part - means if basis is None else basis.apply(part[:, list(basis.kept)])
        gram += part.T @ (part if weights is None else part * weights[rows, None])
    return gram


def _independent(
    M: Rows, means: Array, gram: Array, norms: Array, weights: Array | None, centred: bool
) -> tuple[list[int], Array]:
    """Kept columns and the Cholesky factor of their correlation matrix."""
    p = len(norms)
    clear = _all_clear(gram, norms, 1e-24 * M.n * means**2)
    if clear is not None:
        return list(range(p)), clear
    factor = np.zeros((p, p))
    keep: list[int] = []
    for j in range(p):
        k = len(keep)
        if not norms[j] > 0 or (centred and j and norms[j] ** 2 <= 1e-24 * M.n * means[j] ** 2):
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


def _all_clear(gram: Array, norms: Array, negligible: Array) -> Array | None:
    """The factor when every column is far from what the earlier ones determine, else None."""
    if not (norms**2 > negligible).all():
        return None
    try:
        factor = np.linalg.cholesky(gram / (norms[:, None] * norms))
    except np.linalg.LinAlgError:
        return None
    return factor if (factor.diagonal() ** 2 > 1e-6).all() else None


def _exact_rest(M: Rows, means: Array, keep: list[int], j: int, weights: Array | None) -> float:
    """Squared share of column ``j`` that the kept columns leave, from the rows."""
    columns = np.column_stack([M.column(k) - means[k] for k in (*keep, j)])
    if weights is not None:
        columns = columns * np.sqrt(weights)[:, None]
    columns = columns / np.sqrt((columns**2).sum(axis=0))
    basis, _ = np.linalg.qr(columns[:, :-1])
    target = columns[:, -1]
    for _ in range(2):
        target = target - basis @ (basis.T @ target)
    return float(target @ target)


def _invert_upper(upper: Array) -> Array:
    inverse, info = lapack.dtrtri(upper)
    if info:
        raise np.linalg.LinAlgError("singular")
    return inverse
