"""Is the end point an optimum? Checked on the cone of covariance matrices, not only in theta.

In theta a variance of 0 always has a zero derivative, whether it is an optimum or a saddle. The
derivative in G tells them apart: at an optimum it is positive on the null space of G.
"""

from __future__ import annotations

from math import isfinite
from typing import Protocol

import numpy as np

from lmm_core.estimation.convergence import (
    GAIN_TOLERANCE,
    Attempt,
    Convergence,
    Singularity,
)
from lmm_core.estimation.crossproducts import Conditioned, Factor
from lmm_core.estimation.lambdas import lower_root, null_directions, on_user_scale

Array = np.ndarray


class Criterion(Protocol):
    """What the optimiser, the certificate and the inference need of a model's criterion."""

    conditioned: Conditioned
    reml: bool
    degrees: int
    evaluations: int
    constant: float
    #: Whether there is a ``scoring_parts``.
    has_scoring: bool

    @property
    def size(self) -> int: ...
    def start(self, spread: float = 1.0) -> Array: ...
    def lambdas(self, theta: Array) -> list[Array]: ...
    def theta_of(self, lambdas: list[Array]) -> Array: ...
    def evaluate(self, theta: Array): ...
    def gradient_at(self, state) -> Array: ...
    def derivatives(self, state) -> tuple[Array, Array]: ...
    def unprofiled(self, state, log_sigma2: float) -> tuple[float, Array]: ...
    def with_products(self, B: list[Array], gram: Array) -> Criterion: ...
    def all_B(self) -> list[Array]: ...
    def slopes_G(self, state) -> list[Array] | None: ...
    def information(self, state) -> tuple[Array, Array]: ...
    def modes(self, state) -> list[Array]: ...
    def mode_variances(self, state) -> list[Array]: ...


def value_at(criterion: Criterion, theta: Array) -> tuple[float, object]:
    """Value and state; infinite where the criterion can't be computed."""
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            state = criterion.evaluate(theta)
    except np.linalg.LinAlgError:
        return np.inf, None
    return (state.value, state) if isfinite(state.value) else (np.inf, None)


def leave_boundary(criterion: Criterion, theta: Array, state) -> tuple[float, Array]:
    """What leaving the boundary would gain, and where that leads (``theta`` when nothing does)."""
    lambdas = criterion.lambdas(theta)
    best, best_theta = 0.0, theta
    pairs = zip(criterion.conditioned.factors, lambdas, strict=True)
    if not any(null_directions(factor, Lambda) for factor, Lambda in pairs):
        return best, best_theta
    slopes = criterion.slopes_G(state)
    for k, factor in enumerate(criterion.conditioned.factors):
        for part, basis in null_directions(factor, lambdas[k]):
            for direction in _ways_out(basis, None if slopes is None else slopes[k][part, part]):
                for spread in (1e-3, 1e-2, 0.1, 0.5):
                    moved = [Lambda.copy() for Lambda in lambdas]
                    root = np.column_stack([moved[k][part, part], spread * direction])
                    moved[k][part, part] = lower_root(root)
                    trial = criterion.theta_of(moved)
                    gain = state.value - value_at(criterion, trial)[0]
                    if gain > best:
                        best, best_theta = gain, trial
    return best, best_theta


def _ways_out(basis: Array, slope: Array | None) -> list[Array]:
    """Directions in the null space of G along which the criterion may fall.

    With the derivative in G known these are its negative eigenvectors; else every direction of the
    basis is tried.
    """
    if slope is None:
        return [basis[:, m] for m in range(basis.shape[1])]
    roots, axes = np.linalg.eigh(basis.T @ slope @ basis)
    return [basis @ axes[:, 0]] if roots[0] < 0 else []


def certificate(
    criterion: Criterion,
    theta: Array,
    gradient: Array,
    hessian: Array,
    boundary_gain: float,
    attempts: tuple[Attempt, ...],
) -> Convergence:
    """The checks at ``theta``: projected gradient, curvature, and the way off the boundary."""
    lambdas = criterion.lambdas(theta)
    free = _free(criterion, lambdas)
    curvature, expected, flat = None, 0.0, True
    if free.any():
        roots, axes = np.linalg.eigh(hessian[np.ix_(free, free)])
        curvature = float(roots[0])
        largest_root = max(1.0, float(np.abs(roots).max()))
        flat = curvature > -1e-6 * largest_root
        usable = roots > 1e-9 * largest_root
        projected = gradient[free] @ axes[:, usable]
        expected = float(0.5 * (projected**2 / roots[usable]).sum())
    largest = float(np.abs(gradient[free]).max(initial=0.0))
    converged = expected < GAIN_TOLERANCE and boundary_gain < GAIN_TOLERANCE and flat
    singular = tuple(
        s
        for factor, Lambda in zip(criterion.conditioned.factors, lambdas, strict=True)
        for s in singularities(factor, Lambda)
    )
    return Convergence(converged, attempts, largest, expected, curvature, boundary_gain, singular)


def _free(criterion: Criterion, lambdas: list[Array]) -> Array:
    """(k,): entries of theta that aren't in a column of zeros; those are for the boundary check."""
    flags = [np.broadcast_to(np.any(L != 0, axis=0), L.shape).astype(float) for L in lambdas]
    return criterion.theta_of(flags) > 0


def singularities(factor: Factor, Lambda: Array) -> list[Singularity]:
    """The terms of a factor whose covariance matrix is on the boundary, named for people."""
    found: list[Singularity] = []
    names = [name for block in factor.blocks for name in block.names]
    at_boundary = null_directions(factor, Lambda)
    if not at_boundary:
        return found
    user = on_user_scale(factor, Lambda)
    for part, _ in at_boundary:
        spread = np.sqrt((user[part, part] ** 2).sum(axis=1))
        rms = np.sqrt(
            np.diag(
                np.linalg.inv(factor.transform[part, part]).T
                @ np.linalg.inv(factor.transform[part, part])
            )
        )
        at_zero = spread * rms < 1e-4
        inside = names[part]
        zero = [name for name, is_zero in zip(inside, at_zero, strict=True) if is_zero]
        rest = [name for name, is_zero in zip(inside, at_zero, strict=True) if not is_zero]
        found += [Singularity(factor.name, (name,), "variance") for name in zero]
        missing = len(inside) - np.linalg.matrix_rank(Lambda[part, part], tol=1e-4)
        if missing > len(zero):
            found.append(Singularity(factor.name, tuple(rest), "correlation"))
    return found
