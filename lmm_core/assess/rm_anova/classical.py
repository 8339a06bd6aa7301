"""Repeated-measures ANOVA from the multivariate linear model of complete subjects.

Each within effect has orthonormal contrasts M of the cells; with the cross-products E of the
residuals between subjects and H of a hypothesis, F is the ratio of the traces of M'HM and M'EM over
their df (type III: unweighted means of the groups of subjects). Epsilon: Geisser & Greenhouse
(1958, Annals of Mathematical Statistics 29), Huynh & Feldt (1976, Journal of Educational
Statistics 1) with Lecoutre's (1991) correction for groups of subjects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lmm_core.inference.distributions import f_p_value

Array = np.ndarray


@dataclass(frozen=True)
class Effect:
    """One F test. ``epsilon_gg`` and ``epsilon_hf`` are 1 where sphericity isn't assumed."""

    factors: tuple[str, ...]
    f_value: float
    num_df: float
    den_df: float
    epsilon_gg: float
    epsilon_hf: float
    corrected: bool

    @property
    def p_value(self) -> float:
        return f_p_value(self.f_value, self.num_df, self.den_df)

    @property
    def p_gg(self) -> float:
        e = self.epsilon_gg
        return f_p_value(self.f_value, self.num_df * e, self.den_df * e)

    @property
    def p_hf(self) -> float:
        e = self.epsilon_hf
        return f_p_value(self.f_value, self.num_df * e, self.den_df * e)


def classical(
    Y: Array,
    within: Sequence[str],
    between: Sequence[tuple[str, Array]] = (),
) -> tuple[Effect, ...]:
    """F tests of all effects of a full factorial.

    Parameters
    ----------
    Y:
        (N, k_1, …): one mean per subject and cell of the within factors, nothing missing.
    within:
        Names of the within factors, in the order of the axes of ``Y``.
    between:
        (name, codes (N,)) of each between factor; every combination of levels must occur.
    """
    sizes, N = Y.shape[1:], len(Y)
    flat = Y.reshape(N, -1)
    X, blocks = _between_design(N, between)
    XX = np.linalg.inv(X.T @ X)
    B = XX @ X.T @ flat
    residual = flat - X @ B
    E = residual.T @ residual
    df_error = N - X.shape[1]
    effects = []
    for inside in _subsets(len(within)):
        M = _contrasts(sizes, inside)
        m = M.shape[1]
        error = M.T @ E @ M
        gg, hf = _epsilons(error, df_error)
        for names, columns in blocks:
            if not inside and not names:
                continue
            LB = B[columns] @ M
            H = LB.T @ np.linalg.solve(XX[np.ix_(columns, columns)], LB)
            df = len(columns) * m
            mean_error = np.trace(error) / (df_error * m)
            with np.errstate(divide="ignore", invalid="ignore"):
                f_value = float(np.trace(H) / df / mean_error)
            factors = (*names, *(within[k] for k in inside))
            effects.append(Effect(factors, f_value, df, df_error * m, gg, hf, m > 1))
    return tuple(sorted(effects, key=lambda e: len(e.factors)))


def _between_design(
    N: int, between: Sequence[tuple[str, Array]]
) -> tuple[Array, list[tuple[tuple[str, ...], list[int]]]]:
    """Sum-to-zero coding of the full factorial, and the columns of each effect."""
    codings = [_sum_coding(codes) for _, codes in between]
    columns, blocks, at = [], [], 0
    for chosen in _subsets(len(between)):
        block = np.ones((N, 1))
        for k in chosen:
            block = np.einsum("ni,nj->nij", block, codings[k]).reshape(N, -1)
        columns.append(block)
        blocks.append((tuple(between[k][0] for k in chosen), list(range(at, at + block.shape[1]))))
        at += block.shape[1]
    return np.concatenate(columns, axis=1), blocks


def _sum_coding(codes: Array) -> Array:
    levels = int(codes.max()) + 1
    table = np.vstack([np.eye(levels - 1), -np.ones(levels - 1)])
    return table[codes]


def _subsets(n: int) -> list[tuple[int, ...]]:
    return [c for size in range(n + 1) for c in combinations(range(n), size)]


def _contrasts(sizes: Sequence[int], inside: tuple[int, ...]) -> Array:
    """(cells, m): orthonormal contrasts of a within effect; the mean for factors not in it."""
    M = np.ones((1, 1))
    for k, size in enumerate(sizes):
        mean = np.full((size, 1), 1 / np.sqrt(size))
        if k in inside:
            basis, _ = np.linalg.qr(np.column_stack([mean, np.eye(size)[:, : size - 1]]))
            M = np.kron(M, basis[:, 1:])
        else:
            M = np.kron(M, mean)
    return M


def _epsilons(error: Array, df_error: int) -> tuple[float, float]:
    m = len(error)
    squares = float((error**2).sum())
    if m < 2 or not squares > 0:
        return 1.0, 1.0
    gg = float(np.trace(error) ** 2 / (m * squares))
    bottom = m * (df_error - m * gg)
    hf = ((df_error + 1) * m * gg - 2) / bottom if bottom > 0 else 1.0
    return min(gg, 1.0), min(max(hf, gg), 1.0)
