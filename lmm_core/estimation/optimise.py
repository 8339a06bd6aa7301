"""Optimisers by name, and the plan that leads to a certified optimum."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lmm_core.errors import EstimationError
from lmm_core.estimation.certify import Criterion, certificate, leave_boundary, value_at
from lmm_core.estimation.convergence import GAIN_TOLERANCE, Attempt, Convergence
from lmm_core.estimation.lambdas import snapped
from lmm_core.estimation.newton import minimise
from lmm_core.estimation.scoring import scored_start

Array = np.ndarray

MIDDLE, STARTS = 0.35, (0.15, 2.0)
# The last Newton step promises less than this; what then remains is of the order of its square.
NEWTON_TOLERANCE = 2e-8
RESCUE = (
    ("l-bfgs-b", 1.0),
    ("newton", 0.05),
    ("newton", 5.0),
    ("nelder-mead", 0.5),
    ("powell", 1.0),
)
MOST_BLIND = 12
NAMES = {
    "newton": "Newton",
    "l-bfgs-b": "L-BFGS-B",
    "nelder-mead": "Nelder–Mead",
    "powell": "Powell",
}


@dataclass
class Point:
    """Where an optimiser ended; ``derivatives`` (gradient, Hessian) when it has them."""

    theta: Array
    value: float
    state: object
    derivatives: tuple[Array, Array] | None = None


def optimise(
    criterion: Criterion,
    optimizer: str = "auto",
    start: Array | None = None,
    max_iterations: int = 200,
) -> tuple[Point, Convergence]:
    """The certified optimum, and the record.

    With "auto": Newton from the best of a few starts, and on a failed certificate other starts and
    optimisers. A named optimiser is used alone; its certificate then says whether it got there.
    """
    chosen = "newton" if optimizer == "auto" else optimizer
    before = criterion.evaluations
    begin, first = (start, value_at(criterion, start)) if start is not None else (None, None)
    if first is None or first[1] is None:
        begin, first = best_start(criterion)
    if first[1] is None:
        raise EstimationError(
            "The criterion can't be computed for these data.",
            "Leave out random slopes or predictors: there are too few rows for them.",
            code="not_finite",
        )
    point, attempt = run(criterion, chosen, begin, max_iterations, first)
    # The search for a start belongs to the first attempt.
    attempt = replace(attempt, evaluations=criterion.evaluations - before)
    point, record = _finish(criterion, point, (attempt,), chosen, max_iterations)
    if record.converged or optimizer != "auto":
        return point, record
    best = (point, record)
    attempts = record.attempts
    for name, spread in RESCUE:
        # Without derivatives a hopeless search takes longer than anybody waits.
        blind = name in ("nelder-mead", "powell")
        if blind and criterion.size > MOST_BLIND:
            continue
        most = max_iterations if blind else 10 * max_iterations
        trial, attempt = run(criterion, name, criterion.start(spread), most)
        trial, record = _finish(
            criterion, trial, (*attempts, attempt), "newton", 10 * max_iterations
        )
        attempts = record.attempts
        if record.converged and trial.value <= best[0].value + GAIN_TOLERANCE:
            return trial, record
        if trial.value < best[0].value:
            best = (trial, record)
    return best[0], replace(best[1], attempts=attempts)


def best_start(criterion: Criterion) -> tuple[Array, tuple[float, object]]:
    """A step of Fisher scoring from a middling spread of the (conditioned) random effects; where
    that isn't better than the spread, the best of a few equal spreads; the middling spread itself
    for a criterion without scoring. With value and state.
    """
    middle = criterion.start(MIDDLE)
    known = value_at(criterion, middle)
    if known[1] is not None:
        if not criterion.has_scoring:
            # Large models: an evaluation costs nearly as much as a step that leads on.
            return middle, known
        scored = scored_start(criterion, known[1])
        if scored is not None:
            trial = value_at(criterion, scored)
            if trial[0] <= known[0]:
                return scored, trial
    candidates = [middle, *(criterion.start(spread) for spread in STARTS)]
    found = [known, *(value_at(criterion, theta) for theta in candidates[1:])]
    best = min(range(len(found)), key=lambda k: found[k][0])
    return candidates[best], found[best]


def _finish(
    criterion: Criterion,
    point: Point,
    attempts: tuple[Attempt, ...],
    optimizer: str,
    max_iterations: int,
) -> tuple[Point, Convergence]:
    """Set what is at the boundary to exactly 0, leave the boundary where that pays, certify."""
    gain = 0.0
    for _ in range(4):
        point = _snap(criterion, point)
        gain, better = leave_boundary(criterion, point.theta, point.state)
        if gain < GAIN_TOLERANCE:
            break
        point, attempt = run(criterion, optimizer, better, max_iterations)
        attempts = (*attempts, attempt)
    gradient, hessian = point.derivatives or criterion.derivatives(point.state)
    record = certificate(criterion, point.theta, gradient, hessian, gain, attempts)
    return point, record


def _snap(criterion: Criterion, point: Point) -> Point:
    lambdas = criterion.lambdas(point.theta)
    pairs = [
        snapped(factor, Lambda)
        for factor, Lambda in zip(criterion.conditioned.factors, lambdas, strict=True)
    ]
    if not any(changed for _, changed in pairs):
        return point
    theta = criterion.theta_of([Lambda for Lambda, _ in pairs])
    value, state = value_at(criterion, theta)
    return Point(theta, value, state) if value - point.value < GAIN_TOLERANCE else point


def run(
    criterion: Criterion,
    optimizer: str,
    start: Array,
    max_iterations: int,
    first: tuple[float, object] | None = None,
) -> tuple[Point, Attempt]:
    """One optimiser from one start; ``first`` is value and state there, where known."""
    before = criterion.evaluations
    if optimizer == "newton":
        result = minimise(
            lambda theta: value_at(criterion, theta),
            lambda theta, state: criterion.derivatives(state),
            start,
            NEWTON_TOLERANCE,
            max_iterations,
            first,
        )
        message = "" if result.finished else "stopped before the end"
        point = Point(result.theta, result.value, result.state, (result.gradient, result.hessian))
    else:
        theta, message = _scipy(criterion, optimizer, start, max_iterations)
        point = Point(theta, *value_at(criterion, theta))
    attempt = Attempt(
        NAMES[optimizer],
        tuple(float(t) for t in start),
        criterion.evaluations - before,
        point.value + criterion.constant,
        message,
    )
    return point, attempt


def _scipy(
    criterion: Criterion, optimizer: str, start: Array, max_iterations: int
) -> tuple[Array, str]:
    # What lies beyond the range of numbers counts as far.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _minimised(criterion, optimizer, start, max_iterations)


def _minimised(
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
