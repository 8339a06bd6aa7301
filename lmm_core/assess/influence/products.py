"""One grouping factor: results without a group or a row, from cross-products.

With R = [X y]'V^-1[X y], leaving out a group takes away its own share of R, because groups are
independent; leaving out row i takes away w w'/d with w = [X y]'V^-1 e_i and d = e_i'V^-1 e_i (the
Schur complement of row i). Both are exact where V is known, i.e. at given variance components.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lmm_core.estimation.criterion import SingleFactorCriterion
from lmm_core.estimation.crossproducts import Conditioned, FactorProducts, conditioned_columns
from lmm_core.estimation.fit import Estimates
from lmm_core.model.design import Design

Array = np.ndarray

# Below this smallest eigenvalue (of 1) the rows that stay don't determine all coefficients.
LEAST_EIGENVALUE = 1e-9


@dataclass(frozen=True)
class Rows:
    """Rows on the conditioned scale, times the root of their weights: ``M`` (n, p + 1) = [X y]
    and ``Z`` (n, q).
    """

    M: Array
    Z: Array


def conditioned_rows(design: Design, estimates: Estimates) -> Rows:
    conditioned = estimates.conditioned
    X = design.X
    residual = (design.y - X @ conditioned.beta_ols) / conditioned.scale
    M = np.column_stack([design.basis.apply(X), residual])
    Z = conditioned_columns(conditioned.factors[0], slice(0, design.n))
    if design.weights is None:
        return Rows(M, Z)
    root = np.sqrt(design.weights)[:, None]
    return Rows(M * root, Z * root)


def group_grams(rows: Rows, codes: Array, n_levels: int) -> Array:
    """(G, p + 1, p + 1): [X y]'[X y] of each group."""
    width = rows.M.shape[1]
    grams = np.empty((n_levels, width, width))
    for a in range(width):
        for b in range(a + 1):
            sums = np.bincount(codes, rows.M[:, a] * rows.M[:, b], n_levels)
            grams[:, a, b] = grams[:, b, a] = sums
    return grams


def without_group(estimates: Estimates, gram: Array, level: int, size: int) -> Conditioned | None:
    """Cross-products without one group; None when coefficients are no longer determined.

    ``gram`` (p + 1, p + 1) is the group's own [X y]'[X y], ``size`` its number of rows.
    """
    products = estimates.conditioned.products[0]
    A, B = products.A.copy(), products.B.copy()
    # A group without rows adds nothing to the criterion.
    A[:, :, level] = 0.0
    B[:, :, level] = 0.0
    return _less(estimates.conditioned, A, B, gram, size)


def without_row(estimates: Estimates, rows: Rows, i: int, level: int) -> Conditioned | None:
    """Cross-products without row ``i`` of group ``level``."""
    products = estimates.conditioned.products[0]
    A, B = products.A.copy(), products.B.copy()
    A[:, :, level] -= np.outer(rows.Z[i], rows.Z[i])
    B[:, :, level] -= np.outer(rows.Z[i], rows.M[i])
    return _less(estimates.conditioned, A, B, np.outer(rows.M[i], rows.M[i]), 1)


def _less(whole: Conditioned, A: Array, B: Array, gram: Array, size: int) -> Conditioned | None:
    left = whole.gram - gram
    if np.linalg.eigvalsh(left[:-1, :-1])[0] < LEAST_EIGENVALUE:
        return None
    products = (FactorProducts(A, B),)
    return replace(whole, n=whole.n - size, gram=left, products=products)


@dataclass(frozen=True)
class Held:
    """m fits at all data's variance components: ``beta`` (m, p), ``std_error`` (m, p), outcome
    units. NaN where a coefficient isn't determined.
    """

    beta: Array
    std_error: Array


def shares_of_groups(estimates: Estimates, grams: Array) -> Array:
    """(G, p + 1, p + 1): each group's own [X y]'V^-1[X y]."""
    B = estimates.conditioned.products[0].B
    return grams - np.einsum("aig,ajg->gij", B, estimates.state.KB)


def shares_of_rows(estimates: Estimates, rows: Rows, codes: Array) -> Array:
    """(n, p + 1, p + 1): what row i alone adds to [X y]'V^-1[X y] given the others."""
    state = estimates.state
    w = rows.M - np.einsum("na,ajn->nj", rows.Z, state.KB[:, :, codes])
    d = 1.0 - np.einsum("na,abn,nb->n", rows.Z, state.K[:, :, codes], rows.Z)
    return np.einsum("ni,nj->nij", w, w) / d[:, None, None]


def at_fixed_theta(estimates: Estimates, shares: Array, sizes: Array) -> Held:
    """Results when [X y]'V^-1[X y] loses each of ``shares`` (m, p + 1, p + 1), ``sizes`` (m,)
    rows, and the variance components relative to the residual variance stay.
    """
    conditioned, criterion = estimates.conditioned, estimates.criterion
    root = estimates.state.root
    left = root @ root.T - shares
    p = conditioned.p
    fixed, cross = left[:, :p, :p], left[:, :p, p]
    roots, axes = np.linalg.eigh(fixed)
    singular = roots[:, 0] < LEAST_EIGENVALUE
    roots[singular] = 1.0
    inverse = np.einsum("mik,mk,mjk->mij", axes, 1.0 / roots, axes)
    beta = np.einsum("mij,mj->mi", inverse, cross)
    squares = np.maximum(left[:, p, p] - np.einsum("mi,mi->m", beta, cross), 0.0)
    variance = squares / np.maximum(criterion.degrees - sizes, 1)
    transform, scale = conditioned.transform, conditioned.scale
    user_beta = conditioned.beta_ols + scale * beta @ transform.T
    spread = np.einsum("ai,mij,aj->ma", transform, inverse, transform)
    std_error = scale * np.sqrt(variance[:, None] * spread)
    user_beta[singular], std_error[singular] = np.nan, np.nan
    return Held(user_beta, std_error)


def theta_pull(estimates: Estimates) -> Array:
    """(G,): how far one Newton step without each group would move theta, for choosing the groups
    that are worth an exact refit (fixed effects and residual variance held).
    """
    criterion = estimates.criterion
    assert isinstance(criterion, SingleFactorCriterion)
    state = estimates.state
    pieces = criterion.pieces(state)
    _, hessian = criterion.derivatives(state)
    outer = np.einsum("ag,bg->abg", pieces.u, pieces.u)
    own = pieces.Q - (criterion.degrees / state.squares) * outer
    slopes = 2.0 * np.einsum("abg,bc->acg", own, state.Lambda)[criterion.rows, criterion.columns]
    step = np.linalg.pinv(hessian, rcond=1e-8) @ slopes
    return np.sqrt((step**2).sum(axis=0))
