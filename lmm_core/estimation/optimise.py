"""Optimisers by name, and the plan that leads to a certified optimum."""

from __future__ import annotations

import numpy as np

from lmm_core.estimation.certify import Criterion, certificate, leave_boundary, value_at
from lmm_core.estimation.convergence import GAIN_TOLERANCE, Attempt, Convergence
from lmm_core.estimation.lambdas import snapped
from lmm_core.estimation.newton import minimise

Array = np.ndarray

STARTS = (0.1, 0.4, 1.0, 3.0)
RESCUE = (
    ("l-bfgs-b", 1.0),
    ("newton", 0.05),
    ("newton", 5.0),
    ("nelder-mead", 0.5),
    ("powell", 1.0),
)


def optimise(
    criterion: Criterion,
    optimizer: str = "auto",
    start: Array | None = None,
    max_iterations: int = 200,
) -> tuple[Array, Convergence]:
    """Theta (k,) at the certified optimum, and the record.

    With "auto": Newton from the best of a few starts, and on a failed certificate other starts and
    optimisers. A named optimiser is used alone; its certificate then says whether it got there.
    """
    chosen = "newton" if optimizer == "auto" else optimizer
    begin = best_start(criterion) if start is None else start
    theta, attempt = run(criterion, chosen, begin, max_iterations)
    theta, record = _finish(criterion, theta, (attempt,), chosen, max_iterations)
    if record.converged or optimizer != "auto":
        return theta, record
    attempts = record.attempts
    best_value, best = value_at(criterion, theta)[0], (theta, record)
    for name, spread in RESCUE:
        trial, attempt = run(criterion, name, criterion.start(spread), 10 * max_iterations)
        trial, record = _finish(
            criterion, trial, (*attempts, attempt), "newton", 10 * max_iterations
        )
        attempts = record.attempts
        value = value_at(criterion, trial)[0]
        if record.converged and value <= best_value + GAIN_TOLERANCE:
            return trial, record
        if value < best_value:
            best_value, best = value, (trial, record)
    theta, record = best
    return theta, Convergence(**{**vars(record), "attempts": attempts})


def best_start(criterion: Criterion) -> Array:
    """The best of a few equal spreads of the (conditioned) random effects."""
    candidates = [criterion.start(spread) for spread in STARTS]
    values = [value_at(criterion, theta)[0] for theta in candidates]
    return candidates[int(np.argmin(values))]


def _finish(
    criterion: Criterion,
    theta: Array,
    attempts: tuple[Attempt, ...],
    optimizer: str,
    max_iterations: int,
) -> tuple[Array, Convergence]:
    """Set what is at the boundary to exactly 0, leave the boundary where that pays, certify."""
    for _ in range(4):
        theta = _snap(criterion, theta)
        state = value_at(criterion, theta)[1]
        gain, better = leave_boundary(criterion, theta, state, criterion.slopes_G(state))
        if gain < GAIN_TOLERANCE:
            break
        theta, attempt = run(criterion, optimizer, better, max_iterations)
        attempts = (*attempts, attempt)
    return theta, certificate(criterion, theta, state, attempts)


def _snap(criterion: Criterion, theta: Array) -> Array:
    lambdas = criterion.lambdas(theta)
    pairs = [
        snapped(factor, Lambda)
        for factor, Lambda in zip(criterion.conditioned.factors, lambdas, strict=True)
    ]
    if not any(changed for _, changed in pairs):
        return theta
    trial = criterion.theta_of([Lambda for Lambda, _ in pairs])
    loss = value_at(criterion, trial)[0] - value_at(criterion, theta)[0]
    return trial if loss < GAIN_TOLERANCE else theta


def run(
    criterion: Criterion, optimizer: str, start: Array, max_iterations: int
) -> tuple[Array, Attempt]:
    """One optimiser from one start."""
    before = criterion.evaluations
    if optimizer == "newton":
        result = minimise(
            lambda theta: value_at(criterion, theta),
            lambda theta, state: criterion.derivatives(state),
            start,
            1e-10,
            max_iterations,
        )
        theta, message = result.theta, "" if result.finished else "stopped before the end"
    else:
        theta, message = _scipy(criterion, optimizer, start, max_iterations)
    value = value_at(criterion, theta)[0]
    name = {"newton": "Newton", "l-bfgs-b": "L-BFGS-B", "nelder-mead": "Nelder–Mead"}
    attempt = Attempt(
        name.get(optimizer, optimizer.capitalize()),
        tuple(float(t) for t in start),
        criterion.evaluations - before,
        float(value),
        message,
    )
    return theta, attempt


def _scipy(
    criterion: Criterion, optimizer: str, start: Array, max_iterations: int
) -> tuple[Array, str]:
    from scipy.optimize import minimize

    far = 1e300

    def value(theta: Array) -> float:
        found = value_at(criterion, theta)[0]
        return found if np.isfinite(found) else far

    def with_gradient(theta: Array) -> tuple[float, Array]:
        found, state = value_at(criterion, theta)
        if state is None:
            return far, np.zeros_like(theta)
        return found, criterion.gradient_at(state)

    if optimizer == "l-bfgs-b":
        options = {"maxiter": 10 * max_iterations, "ftol": 1e-15, "gtol": 1e-7}
        result = minimize(with_gradient, start, jac=True, method="L-BFGS-B", options=options)
    elif optimizer == "nelder-mead":
        options = {"maxfev": 400 * len(start) + 20 * max_iterations, "xatol": 1e-9, "fatol": 1e-11}
        result = minimize(value, start, method="Nelder-Mead", options=options)
        # One restart: a collapsed simplex is the method's known weakness.
        result = minimize(value, result.x, method="Nelder-Mead", options=options)
    else:
        options = {"maxiter": 10 * max_iterations, "xtol": 1e-9, "ftol": 1e-14}
        result = minimize(value, start, method="Powell", options=options)
    return np.atleast_1d(result.x), "" if result.success else str(result.message)
