"""One pass over the rows: cross-products on a well-conditioned scale, and the way back.

X gets an orthonormal basis, y becomes its least-squares residual in units of its own spread, and
the columns of each random-effects term are orthogonalised (correlated terms: any invertible
transform of the columns is the same model) or scaled (uncorrelated terms). After this pass the
rows aren't needed again until fitted values are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lmm_core.errors import EstimationError, ModelError
from lmm_core.estimation.identified import check_identified
from lmm_core.model.design import Design, RandomBlock
from lmm_core.model.rank import Basis, find_basis, slices

Array = np.ndarray

# From so many rows in a run summing by runs is quicker than by levels.
LONG_RUNS = 16


@dataclass(frozen=True)
class FactorProducts:
    """Cross-products of one grouping factor, levels on the last axis.

    ``A`` (q, q, G): Z'Z per level; ``B`` (q, p + 1, G): Z'[X y] per level.
    """

    A: Array
    B: Array

    @property
    def n_levels(self) -> int:
        return self.A.shape[2]

    @property
    def width(self) -> int:
        return self.A.shape[0]


@dataclass(frozen=True)
class Factor:
    """The terms of the model that share one grouping factor.

    ``bases`` condition each term's columns. ``free`` lists (row, column) of the free entries of
    the factor's Lambda.
    ``spans`` gives (start, stop) of each term's columns, ``correlated`` its kind.
    """

    name: str
    blocks: tuple[RandomBlock, ...]
    bases: tuple[Basis, ...]
    spans: tuple[tuple[int, int], ...]
    free: tuple[tuple[int, int], ...]

    @property
    def width(self) -> int:
        return self.spans[-1][1]

    @property
    def transform(self) -> Array:
        """(q, q), block diagonal: conditioned columns are Z @ transform."""
        result = np.zeros((self.width, self.width))
        for basis, (start, stop) in zip(self.bases, self.spans, strict=True):
            result[start:stop, start:stop] = basis.transform
        return result

    @property
    def codes(self) -> Array:
        return self.blocks[0].grouping.codes

    @property
    def n_levels(self) -> int:
        return self.blocks[0].grouping.n_levels

    @property
    def coupled(self) -> tuple[tuple[int, int], ...]:
        """(start, stop) of the blocks of Lambda that are full triangles."""
        spans: list[tuple[int, int]] = []
        for block, (start, stop) in zip(self.blocks, self.spans, strict=True):
            if block.term.correlated:
                spans.append((start, stop))
            else:
                spans += [(k, k + 1) for k in range(start, stop)]
        return tuple(spans)


@dataclass(frozen=True)
class Conditioned:
    """A design on the scale on which it is estimated.

    ``gram`` (p + 1, p + 1) holds [X y]'[X y] of the conditioned columns. The user's coefficients
    are ``beta_ols + scale * basis.transform @ conditioned``.
    """

    n: int
    p: int
    basis: Basis
    beta_ols: Array
    scale: float
    gram: Array
    factors: tuple[Factor, ...]
    products: tuple[FactorProducts, ...]
    log_weights: float

    @property
    def transform(self) -> Array:
        return self.basis.transform

    def with_gram(self, gram: Array) -> Conditioned:
        """The same rows with other columns [X y]."""
        return replace(self, p=len(gram) - 1, gram=gram)


def condition(design: Design) -> Conditioned:
    """Condition a design and compute its cross-products.

    Raises
    ------
    EstimationError
        When the fixed effects reproduce the outcome exactly.
    ModelError
        When random slopes overlap, or a correlation isn't determined by the data.
    """
    if design.residual is not None:
        raise EstimationError(
            "The residual structure has to be taken up before the rows are summed.",
            "Fit the model by fit_model.",
            code="residual_structure_fit",
        )
    basis, weights = design.basis, design.weights
    rows_basis = _ConditionedRows(design)
    squares, total = rows_basis.residual_squares(), rows_basis.total_squares
    if not squares > 1e-26 * max(total, np.finfo(float).tiny):
        raise EstimationError(
            f"The predictors reproduce {design.spec.outcome_column} exactly; nothing is left "
            "for groups or residuals.",
            "Take out the predictor that is a copy of the outcome.",
            code="perfect_fit",
        )
    scale = float(np.sqrt(squares / design.n))
    factors = tuple(_factor(blocks) for blocks in _by_grouping(design.blocks))
    products = tuple(_accumulate(design, factor, rows_basis, scale) for factor in factors)
    for factor, product in zip(factors, products, strict=True):
        if factor.width > 1:
            check_identified(factor, product.A)
    gram = np.eye(design.p + 1)
    gram[-1, -1] = design.n
    beta_ols = basis.transform @ rows_basis.coefficients
    beta_ols[0] += rows_basis.centre
    log_weights = 0.0 if weights is None else float(np.log(weights).sum())
    return Conditioned(
        design.n, design.p, basis, beta_ols, scale, gram, factors, products, log_weights
    )


class _ConditionedRows:
    """Conditioned rows of [X y], made slice by slice; held where one slice is all."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.centre = float(design.y.mean()) if design.layout.intercept else 0.0
        self.coefficients = np.zeros(design.p)
        self.total_squares = 0.0
        self.held: Array | None = None
        for rows in slices(design.n, design.p):
            x, y = self.rows(rows, residual=False)
            self.held = x if len(x) == design.n else None
            wy = y if design.weights is None else y * design.weights[rows]
            self.coefficients += x.T @ wy
            self.total_squares += float(y @ wy)

    def rows(self, rows: slice, residual: bool = True) -> tuple[Array, Array]:
        if self.held is None:
            x = self.design.basis.apply(self.design.model_matrix.rows(rows))
        else:
            x = self.held[rows]
        y = self.design.y[rows] - self.centre
        return x, y - x @ self.coefficients if residual else y

    def residual_squares(self) -> float:
        total, weights = 0.0, self.design.weights
        for rows in slices(self.design.n, self.design.p):
            y = self.rows(rows)[1]
            total += float(y @ (y if weights is None else y * weights[rows]))
        return total


def _by_grouping(blocks: Sequence[RandomBlock]) -> list[tuple[RandomBlock, ...]]:
    """Terms that share a grouping factor belong together; the factor with most effects first."""
    groups: dict[str, list[RandomBlock]] = {}
    for block in blocks:
        groups.setdefault(block.grouping.name, []).append(block)
    return [tuple(group) for group in groups.values()]


def _factor(blocks: tuple[RandomBlock, ...]) -> Factor:
    spans: list[tuple[int, int]] = []
    free: list[tuple[int, int]] = []
    start = 0
    for block in blocks:
        stop = start + len(block.names)
        spans.append((start, stop))
        if block.term.correlated:
            free += [(r, c) for c in range(start, stop) for r in range(c, stop)]
        else:
            free += [(k, k) for k in range(start, stop)]
        start = stop
    bases = tuple(_random_basis(block) for block in blocks)
    return Factor(blocks[0].grouping.name, blocks, bases, tuple(spans), tuple(free))


def _random_basis(block: RandomBlock) -> Basis:
    """Mean square 1 for every column; orthogonal columns in a correlated term."""
    Z = block.model_matrix
    n, q = Z.n, Z.width
    if not block.term.correlated or q == 1:
        squares = np.zeros(q)
        for rows in slices(n, q):
            part = Z.rows(rows)
            squares += np.einsum("ij,ij->j", part, part)
        squares /= n
        if not (squares > 0).all():
            _raise_aliased(block, [k for k in range(q) if not squares[k] > 0])
        return Basis(tuple(range(q)), np.zeros(q), np.diag(1.0 / np.sqrt(squares)))
    basis = find_basis(Z)
    if len(basis.kept) < q:
        _raise_aliased(block, [k for k in range(q) if k not in basis.kept])
    return Basis(basis.kept, basis.means, basis.inverse * np.sqrt(n))


def _raise_aliased(block: RandomBlock, columns: list[int]) -> None:
    raise ModelError(
        f"The random slopes of {block.grouping.name} overlap: "
        f"{', '.join(block.names[k] for k in columns)} is determined by the others.",
        "Take one of the slopes out.",
        code="random_aliased",
    )


def _accumulate(
    design: Design, factor: Factor, rows_basis: _ConditionedRows, scale: float
) -> FactorProducts:
    q, p, G = factor.width, design.p, factor.n_levels
    A, B = np.zeros((q, q, G)), np.zeros((q, p + 1, G))
    for rows in slices(design.n, p + q):
        x, y = rows_basis.rows(rows)
        z = conditioned_columns(factor, rows)
        weighted = z if design.weights is None else z * design.weights[rows, None]
        codes = factor.codes[rows]
        plain = q == 1 and design.weights is None and factor.blocks[0].names == ("(Intercept)",)
        sums, present = _summing(codes, G)
        for a in range(q):
            for b in range(a + 1):
                A[a, b, present] += sums(weighted[:, a] * z[:, b])
            for j in range(p):
                column = x[:, j] if plain else weighted[:, a] * x[:, j]
                B[a, j, present] += sums(column)
            B[a, p, present] += sums(y if plain else weighted[:, a] * y)
    for a in range(q):
        for b in range(a):
            A[b, a] = A[a, b]
    B[:, p] /= scale
    return FactorProducts(A, B)


def _summing(codes: Array, n_levels: int) -> tuple[Callable[[Array], Array], Array | slice]:
    """A function that sums a column per level, and the levels that its sums belong to.

    Rows that lie together by level, as tables mostly have them, are summed in one go.
    """
    ends = np.flatnonzero(codes[1:] != codes[:-1])
    if len(codes) >= LONG_RUNS * (len(ends) + 1) and (codes[ends] < codes[ends + 1]).all():
        starts = np.concatenate(([0], ends + 1))
        return lambda column: np.add.reduceat(column, starts), codes[starts]
    return lambda column: np.bincount(codes, column, n_levels), slice(None)


def conditioned_columns(factor: Factor, rows: slice) -> Array:
    """(m, q) of the factor's random-effects columns on the conditioned scale."""
    pairs = zip(factor.blocks, factor.bases, strict=True)
    parts = [basis.apply(block.model_matrix.rows(rows)) for block, basis in pairs]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
