"""The criterion at any parameters of a structure, on one conditioned scale.

``condition`` chooses bases and a scale for given rows. Here those of the rows transformed at a
reference point are kept for all other points, so that theta means the same everywhere: what one
point found is another's start, and derivatives in the structure's parameters make sense.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lmm_core.errors import EstimationError
from lmm_core.estimation.certify import Criterion, value_at
from lmm_core.estimation.crossproducts import Conditioned, Factor, FactorProducts, condition
from lmm_core.estimation.fit import criterion_of
from lmm_core.estimation.newton import minimise
from lmm_core.estimation.residual_structures.whiten import Transformed, Whitener

Array = np.ndarray

STEP = 1e-4
INNER_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Found:
    """The minimum over theta at given parameters of a structure; ``searched`` counts the points at
    which a search over these parameters looked.
    """

    free: Array
    theta: Array
    state: object
    criterion: Criterion
    deviance: float
    searched: int = 0


class FrozenScale:
    """The deviance of a transformed design as a function of (theta, free).

    ``rows`` (n, p + 1 + q): the columns of X and y and of every random effect, conditioned, before
    the transformation.
    """

    def __init__(self, whiten: Whitener, free: Array, reml: bool) -> None:
        design, _ = whiten.apply(free)
        if design.basis.kept != tuple(range(design.p)):
            raise EstimationError(
                "With this residual structure the predictors can't be told apart.",
                "Choose another structure, or take a predictor out.",
                code="residual_structure_fit",
            )
        self.whiten, self.reml = whiten, reml
        self.conditioned: Conditioned = condition(design)
        raw = whiten.design
        conditioned = self.conditioned
        X = raw.X
        y = (raw.y - X @ conditioned.beta_ols) / conditioned.scale
        columns = [X @ conditioned.transform, y[:, None]]
        own = {block.term: block for block in raw.blocks}
        for factor in conditioned.factors:
            Z = np.concatenate([own[block.term].matrix for block in factor.blocks], axis=1)
            columns.append(Z @ factor.transform)
        self.rows = np.column_stack(columns)

    def with_outcome(self, y: Array) -> FrozenScale:
        """The same with another outcome (n,), outcome units."""
        other = object.__new__(FrozenScale)
        other.whiten, other.reml = self.whiten, self.reml
        other.conditioned = self.conditioned
        other.rows = self.rows.copy()
        fitted = self.whiten.design.X @ self.conditioned.beta_ols
        other.rows[:, self.conditioned.p] = (y - fitted) / self.conditioned.scale
        return other

    def with_power_values(self, values: Array) -> FrozenScale:
        """The same with other values to take the power of."""
        other = object.__new__(FrozenScale)
        other.whiten, other.reml = self.whiten.with_power_values(values), self.reml
        other.conditioned, other.rows = self.conditioned, self.rows
        return other

    def at(self, free: Array) -> tuple[Criterion, float]:
        """The criterion of theta at ``free``, and what is added to its value for the deviance."""
        free = self.whiten.clipped(free)
        rows = self.whiten.whiten(self.rows, free)
        p = self.conditioned.p
        M = rows[:, : p + 1]
        products, factors, start = [], [], p + 1
        for factor in self.conditioned.factors:
            Z = rows[:, start : start + factor.width]
            products.append(_products(factor, Z, M))
            factors.append(_with_columns(factor, Z))
            start += factor.width
        several = len(factors) > 1
        conditioned = replace(
            self.conditioned,
            gram=M.T @ M,
            products=tuple(products),
            factors=tuple(factors) if several else self.conditioned.factors,
        )
        criterion = criterion_of(conditioned, self.reml, None)
        return criterion, criterion.constant + self.whiten.log_det(free)

    def deviance(self, free: Array, theta: Array) -> float:
        """-2 log-likelihood (or REML criterion) at (theta, free)."""
        criterion, shift = self.at(free)
        return value_at(criterion, theta)[0] + shift

    def solve(self, free: Array, theta: Array) -> Found:
        """The minimum over theta at ``free``, from ``theta``."""
        criterion, shift = self.at(free)
        return solved(criterion, shift, free, theta)

    def slope(self, free: Array, theta: Array) -> Array:
        """(k,): derivative of the deviance in ``free`` at fixed theta. At the minimum over theta
        this is the derivative of the profiled deviance.
        """
        return central(lambda point: self.deviance(point, theta), free)


def solved(criterion: Criterion, shift: float, free: Array, theta: Array) -> Found:
    """Minimise a criterion over theta; infinite deviance where it can't be computed."""
    first = value_at(criterion, theta)
    if first[1] is None:
        theta = criterion.start(0.5)
        first = value_at(criterion, theta)
        if first[1] is None:
            return Found(free, theta, None, criterion, np.inf)
    result = minimise(
        lambda t: value_at(criterion, t),
        lambda t, state: criterion.derivatives(state),
        theta,
        INNER_TOLERANCE,
        first=first,
    )
    return Found(free, result.theta, result.state, criterion, result.value + shift)


def central(function, at: Array, step: float = STEP) -> Array:
    """(k,) or (k, ...): central differences of ``function`` at a point (k,)."""
    found = []
    for k in range(len(at)):
        move = np.zeros(len(at))
        move[k] = step
        found.append((function(at + move) - function(at - move)) / (2 * step))
    return np.array(found)


def _products(factor: Factor, Z: Array, M: Array) -> FactorProducts:
    q, width, G = factor.width, M.shape[1], factor.n_levels
    codes = factor.codes
    A, B = np.empty((q, q, G)), np.empty((q, width, G))
    for a in range(q):
        for b in range(a + 1):
            A[a, b] = A[b, a] = np.bincount(codes, Z[:, a] * Z[:, b], G)
        for j in range(width):
            B[a, j] = np.bincount(codes, Z[:, a] * M[:, j], G)
    return FactorProducts(A, B)


def _with_columns(factor: Factor, Z: Array) -> Factor:
    """The factor whose conditioned columns are ``Z`` (n, q): blocks that give these columns back
    through the factor's bases.
    """
    blocks = []
    for block, basis, (start, stop) in zip(factor.blocks, factor.bases, factor.spans, strict=True):
        # apply() is (columns - means) @ inverse, with means 0 for transformed columns.
        columns = np.linalg.solve(basis.inverse.T, Z[:, start:stop].T).T
        blocks.append(
            replace(block, model_matrix=Transformed(np.asfortranarray(columns)))  # type: ignore[arg-type]
        )
    return replace(factor, blocks=tuple(blocks))
