"""A starting value by one step of Fisher scoring in the covariance matrices (MINQUE).

The estimating equations are those of Rao (1971, J. Multivariate Analysis 1): with
Cov(y) = sigma^2 (I + Z G Z') and P taken at a first guess of G, the expected values of the
quadratic forms y'P Z E_k Z'P y and y'P P y are linear in sigma^2 G and sigma^2. In a balanced
design their solution is the REML estimate itself, whatever the guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Protocol

import numpy as np

from lmm_core.estimation.crossproducts import Conditioned, Factor
from lmm_core.estimation.lambdas import lower_root

Array = np.ndarray

# A start on the boundary would stay there: no direction begins below this SD (residual SD = 1).
SMALLEST = 0.1


@dataclass
class ScoringParts:
    """For the k free entries of all G, each with its symmetric unit matrix E: ``entries`` (k,) of
    the guess, ``traces`` (k,) = tr(P Z E Z'), ``products`` (k, k) = tr(P Z E_i Z' P Z E_j Z') and
    ``forms`` (k,) = y'P Z E Z'P y.
    """

    entries: Array
    traces: Array
    products: Array
    forms: Array


class Scored(Protocol):
    """A criterion that can give the parts."""

    conditioned: Conditioned
    degrees: int

    def theta_of(self, lambdas: list[Array]) -> Array: ...

    def scoring_parts(self, state) -> ScoringParts: ...


def scored_start(criterion: Scored, state) -> Array | None:
    """Theta after one step from the guess in ``state``; None when the equations have no solution
    with a positive residual variance.
    """
    entries = _solve(criterion, state)
    if entries is None:
        return None
    lambdas, start = [], 0
    for factor in criterion.conditioned.factors:
        stop = start + len(factor.free)
        lambdas.append(_root(factor, entries[start:stop]))
        start = stop
    return criterion.theta_of(lambdas)


def _solve(criterion: Scored, state) -> Array | None:
    """(k,): the free entries of all G, relative to the residual variance."""
    parts = criterion.scoring_parts(state)
    g, traces, products, forms = parts.entries, parts.traces, parts.products, parts.forms
    k = len(g)
    # What involves P alone follows from P V P = P.
    with_identity = traces - products @ g
    left = np.empty((k + 1, k + 1))
    left[:k, :k] = products
    left[:k, k] = left[k, :k] = with_identity
    left[k, k] = criterion.degrees - g @ traces - g @ with_identity
    right = np.append(forms, state.squares - g @ forms)
    try:
        solution = np.linalg.solve(left, right)
    except np.linalg.LinAlgError:
        return None
    return solution[:k] / solution[k] if solution[k] > 0 and np.isfinite(solution).all() else None


def _root(factor: Factor, entries: Array) -> Array:
    """Lambda (q, q) of a factor from the free entries of its G, kept off the boundary."""
    G = np.zeros((factor.width, factor.width))
    for (row, column), value in zip(factor.free, entries.tolist(), strict=True):
        G[row, column] = G[column, row] = value
    Lambda = np.zeros_like(G)
    for start, stop in factor.coupled:
        part = slice(start, stop)
        if stop - start == 1:
            Lambda[start, start] = max(G[start, start], SMALLEST**2) ** 0.5
            continue
        if stop - start == 2:
            (a, b), (_, c) = G[part, part].tolist()
            least = SMALLEST**2
            if a > least and (a - least) * (c - least) > b * b:
                # Both directions are wide enough: the Cholesky factor, written out.
                first = sqrt(a)
                Lambda[start, start] = first
                Lambda[start + 1, start] = b / first
                Lambda[start + 1, start + 1] = sqrt(c - b * b / a)
                continue
        roots, axes = np.linalg.eigh(G[part, part])
        Lambda[part, part] = lower_root(axes * np.sqrt(np.maximum(roots, SMALLEST**2)))
    return Lambda
