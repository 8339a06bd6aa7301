"""Minimise a smooth function with exact derivatives: Newton steps in a trust region.

Directions of negative curvature are followed downhill by their absolute curvature, so that saddle
points (every Lambda has them where a variance is 0) don't hold the search.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray

MAX_ITERATIONS = 200
ONE = np.ones((1, 1))


@dataclass(frozen=True)
class NewtonResult:
    """Where the search ended. ``gradient`` and ``hessian`` belong to the end point, or to the point
    before the last step, from which that step promised less than the tolerance.
    """

    theta: Array
    value: float
    state: object
    iterations: int
    finished: bool
    gradient: Array
    hessian: Array


def minimise(
    value_at: Callable[[Array], tuple[float, object]],
    derivatives_at: Callable[[Array, object], tuple[Array, Array]],
    theta: Array,
    gain_tolerance: float,
    max_iterations: int = MAX_ITERATIONS,
    first: tuple[float, object] | None = None,
) -> NewtonResult:
    """Minimise from ``theta`` (k,).

    ``value_at`` gives the value (inf outside the domain) and a state that ``derivatives_at`` turns
    into gradient (k,) and Hessian (k, k). Stops when a step promises less than ``gain_tolerance``.
    """
    value, state = first or value_at(theta)
    radius = 1.0 + float(np.sqrt(theta @ theta))
    gradient = hessian = np.zeros(0)
    if not np.isfinite(value):
        return NewtonResult(theta, value, state, 0, False, gradient, hessian)
    for iteration in range(max_iterations):
        gradient, hessian = derivatives_at(theta, state)
        roots, axes = _eigen(hessian)
        projected = gradient @ axes
        bends = np.maximum(np.abs(roots), 1e-10 * max(1.0, abs(roots[0]), abs(roots[-1])))
        possible = 0.5 * float((projected**2 / bends).sum())
        finishing = possible < gain_tolerance
        noise = 1e-14 * max(1.0, abs(value))
        if possible < 0.1 * noise:
            return NewtonResult(theta, value, state, iteration, True, gradient, hessian)
        while True:
            step, length = _step(projected, bends, radius)
            trial = theta + axes @ step
            trial_value, trial_state = value_at(trial)
            promise = -float(projected @ step + 0.5 * (roots * step) @ step)
            gain = value - trial_value
            if gain > 1e-4 * promise or (finishing and gain >= -noise):
                break
            if finishing or length < 1e-12 * radius + 1e-15:
                return NewtonResult(theta, value, state, iteration, finishing, gradient, hessian)
            radius = 0.25 * min(radius, length)
        if promise > 0 and gain > 0.75 * promise and length > 0.9 * radius:
            radius *= 4.0
        elif promise > 0 and gain < 0.25 * promise:
            radius *= 0.5
        theta, value, state = trial, trial_value, trial_state
        if finishing:
            return NewtonResult(theta, value, state, iteration + 1, True, gradient, hessian)
    return NewtonResult(theta, value, state, max_iterations, False, gradient, hessian)


def _eigen(hessian: Array) -> tuple[Array, Array]:
    """Eigenvalues and vectors; a single parameter needs no LAPACK."""
    return (hessian[0], ONE) if len(hessian) == 1 else np.linalg.eigh(hessian)


def _step(projected: Array, bends: Array, radius: float) -> tuple[Array, float]:
    """The minimiser of the model with curvatures ``bends`` within ``radius``, and its length."""
    step = -projected / bends
    length = float(np.sqrt(step @ step))
    if length <= radius:
        return step, length
    # Solve |step(shift)| = radius by bisection; a rough answer is enough.
    low, high = 0.0, float(np.sqrt(projected @ projected)) / radius
    for _ in range(20):
        shift = 0.5 * (low + high)
        step = -projected / (bends + shift)
        length = float(np.sqrt(step @ step))
        if 0.8 * radius < length <= radius:
            return step, length
        low, high = (shift, high) if length > radius else (low, shift)
    step = -projected / (bends + high)
    return step, float(np.sqrt(step @ step))
