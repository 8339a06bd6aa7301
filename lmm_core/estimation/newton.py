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


@dataclass(frozen=True)
class NewtonResult:
    theta: Array
    value: float
    iterations: int
    finished: bool
    expected_gain: float


def minimise(
    value_at: Callable[[Array], tuple[float, object]],
    derivatives_at: Callable[[Array, object], tuple[Array, Array]],
    theta: Array,
    gain_tolerance: float,
    max_iterations: int = MAX_ITERATIONS,
) -> NewtonResult:
    """Minimise from ``theta`` (k,).

    ``value_at`` gives the value (inf outside the domain) and a state that ``derivatives_at`` turns
    into gradient (k,) and Hessian (k, k). Stops when a step promises less than ``gain_tolerance``.
    """
    value, state = value_at(theta)
    radius = 1.0 + float(np.linalg.norm(theta))
    expected = np.inf
    for iteration in range(max_iterations):
        gradient, hessian = derivatives_at(theta, state)
        roots, axes = np.linalg.eigh(hessian)
        projected = axes.T @ gradient
        floor = 1e-10 * max(1.0, float(np.abs(roots).max()))
        bends = np.maximum(np.abs(roots), floor)
        expected = float(0.5 * (projected**2 / bends).sum())
        accepted = False
        while not accepted:
            step = _step(projected, bends, radius)
            move = axes @ step
            trial = theta + move
            trial_value, trial_state = value_at(trial)
            promise = -float(projected @ step + 0.5 * (roots * step**2).sum())
            gain = value - trial_value
            noise = 1e-14 * max(1.0, abs(value))
            if gain > 1e-4 * promise or (expected < gain_tolerance and gain >= -noise):
                accepted = True
            elif expected < gain_tolerance or np.linalg.norm(move) < 1e-12 * radius + 1e-15:
                return NewtonResult(theta, value, iteration, expected < gain_tolerance, expected)
            else:
                radius = 0.25 * min(radius, float(np.linalg.norm(step)))
        length = float(np.linalg.norm(step))
        if promise > 0 and gain > 0.75 * promise and length > 0.9 * radius:
            radius *= 4.0
        elif promise > 0 and gain < 0.25 * promise:
            radius *= 0.5
        theta, value, state = trial, trial_value, trial_state
        if expected < gain_tolerance:
            return NewtonResult(theta, value, iteration + 1, True, expected)
    return NewtonResult(theta, value, max_iterations, False, expected)


def _step(projected: Array, bends: Array, radius: float) -> Array:
    """The minimiser of the model with curvatures ``bends`` within ``radius``."""
    step = -projected / bends
    length = float(np.linalg.norm(step))
    if length <= radius:
        return step
    # Solve |step(shift)| = radius by bisection on a log scale; a rough answer is enough.
    low, high = 0.0, float(np.linalg.norm(projected)) / radius
    for _ in range(20):
        shift = 0.5 * (low + high)
        step = -projected / (bends + shift)
        length = float(np.linalg.norm(step))
        if 0.8 * radius < length <= radius:
            return step
        low, high = (shift, high) if length > radius else (low, shift)
    return -projected / (bends + high)
