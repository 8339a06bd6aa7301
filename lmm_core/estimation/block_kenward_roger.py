"""Kenward–Roger's sums for several grouping factors, from all pairs of their random effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lmm_core.errors import ModelError
from lmm_core.estimation.criterion import KenwardRogerParts, symmetric_units

if TYPE_CHECKING:
    from lmm_core.estimation.block_derivatives import BlockSolver
    from lmm_core.estimation.blocks import BlockState

Array = np.ndarray

MAX_DENSE = 9_000
# Columns of the matrix of all pairs are made a few at a time: larger arrays leave the cache and
# are asked of the system anew each time.
CELLS, LEAST_COLUMNS = 40_000, 8


def kenward_roger_parts(solver: BlockSolver, state: BlockState) -> KenwardRogerParts:
    """As ``SingleFactorCriterion.kenward_roger_parts``, for the entries of all G.

    Raises
    ------
    ModelError
        ``kr_too_large`` with more random effects than can be paired.
    """
    pieces, p = solver.pieces(state), solver.conditioned.p
    units = [(i, e) for i, f in enumerate(solver.factors) for e in symmetric_units(f)]
    k = len(units)
    S = np.stack([np.einsum("ab,aibj->ij", e, pieces.cross[i][:, :-1, :, :-1]) for i, e in units])
    v = [np.zeros((f.width, k * p, f.n_levels)) for f in solver.factors]
    for j, (i, e) in enumerate(units):
        v[i][:, j * p : (j + 1) * p] = np.einsum("ab,bjg->ajg", e, pieces.U[i])
    Kv = solver.apply_V_inverse(state, v)
    Q = sum(np.einsum("amg,ang->mn", x, y, optimize=True) for x, y in zip(v, Kv, strict=True))
    Q = Q.reshape(k, p, k, p).transpose(0, 2, 1, 3)
    diagonals, squares = _pair_sums(solver, state)
    trace_1 = np.array([np.einsum("ab,ab->", e, diagonals[i]) for i, e in units])
    trace_2 = np.empty((k, k))
    for j, (i, e) in enumerate(units):
        for m, (n, f) in enumerate(units):
            trace_2[j, m] = np.einsum("ab,cd,bcad->", e, f, squares[i][n])
    return KenwardRogerParts(S, Q, trace_1, trace_2)


def _pair_sums(solver: BlockSolver, state: BlockState) -> tuple[list[Array], list[list[Array]]]:
    """With K = Z'V^-1 Z, by factors i and n: sums over levels of its diagonal blocks (q_i, q_i),
    and sums over pairs of levels g, h of K_bg,ch K_ag,dh at [i][n][b, c, a, d].

    Some columns of K at a time: all of them would be gigabytes, and no cache would hold them.
    """
    factors = solver.factors
    total = sum(f.width * f.n_levels for f in factors)
    if total > MAX_DENSE:
        raise ModelError(
            f"Kenward–Roger needs all pairs of the {total:,} random effects, more than this "
            f"program holds ({MAX_DENSE:,}).",
            "Choose Satterthwaite degrees of freedom; with so many groups they agree.",
            code="kr_too_large",
        )
    diagonals = [np.zeros((f.width, f.width)) for f in factors]
    squares = [[np.zeros((f.width, g.width, f.width, g.width)) for g in factors] for f in factors]
    for i, f in enumerate(factors):
        q = f.width
        step = max(1, max(LEAST_COLUMNS, CELLS // total) // q)
        for start in range(0, f.n_levels, step):
            levels = np.arange(start, min(f.n_levels, start + step))
            m = len(levels)
            v = [np.zeros((g.width, q * m, g.n_levels)) for g in factors]
            for a in range(q):
                v[i][a, a * m + np.arange(m), levels] = 1.0
            Kv = solver.apply_V_inverse(state, v)
            own = Kv[i].reshape(q, q, m, f.n_levels)[:, :, np.arange(m), levels]
            diagonals[i] += own.sum(axis=2)
            for n, (part, g) in enumerate(zip(Kv, factors, strict=True)):
                flat = part.reshape(g.width * q, m * g.n_levels)
                products = (flat @ flat.T).reshape(g.width, q, g.width, q)
                squares[i][n] += products.transpose(1, 0, 3, 2)
    return diagonals, squares
