"""Profile-likelihood intervals of all parameters.

A limit is the extreme value that a parameter takes where -2 log-likelihood (ML) exceeds its minimum
by no more than the chi-squared quantile. For a variance parameter this is one constrained
optimisation in (theta, log sigma^2); for a fixed effect a root search, each step of which is a
small fit from the cross-products with that effect held fixed. A residual structure's parameters
are free as all others (see ``structured_profile``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np
import pandas as pd

from lmm_core.estimation.certify import Criterion, value_at
from lmm_core.estimation.fit import Estimates, estimate
from lmm_core.estimation.newton import minimise
from lmm_core.estimation.threads import one_thread
from lmm_core.inference.distributions import chi2_quantile
from lmm_core.inference.parameters import Parameter, variance_parameters
from lmm_core.model.design import Design

Array = np.ndarray
Progress = Callable[[int, int], bool]
Deviance = Callable[[Array], tuple[float, Array]]

ROOT_TOLERANCE = 1e-4
AT_ZERO, AT_ONE = 1e-3, 0.9995


def profile_intervals(
    design: Design, estimates: Estimates, level: float, progress: Progress | None = None
) -> pd.DataFrame:
    """parameter, conf_low, conf_high; SDs within [0, inf), correlations within [-1, 1].

    ``progress(done, total)`` is called after each parameter and stops the work by returning False;
    what is missing then is NaN.
    """
    if estimates.residual is not None:
        from lmm_core.inference.structured_profile import structured_profile

        return structured_profile(design, estimates, level, progress)
    with one_thread(design.n):
        ml = estimates if not estimates.reml else _by_ml(design)
        threshold = chi2_quantile(level, 1)
        parameters = variance_parameters(ml)
        total = len(parameters) + design.p
        rows: list[tuple[str, float, float]] = []
        going = True
        for parameter in parameters:
            low, high = _variance_limits(ml, parameter, threshold) if going else (np.nan, np.nan)
            rows.append((parameter.name, low, high))
            going = going and (progress is None or progress(len(rows), total))
        for j, name in enumerate(design.names):
            low, high = (np.nan, np.nan)
            if going:
                low, high = fixed_limits(_FixedEffect(ml, j), ml, j, ml.theta, threshold)
            rows.append((name, low, high))
            going = going and (progress is None or progress(len(rows), total))
    return pd.DataFrame(rows, columns=["parameter", "conf_low", "conf_high"])


class Profile(Protocol):
    """The deviance with one coefficient held at a value, minimised over the rest from a start;
    ``lowest`` is that of the estimate.
    """

    lowest: float

    def deviance(self, value: float, start: Array) -> tuple[float, Array]: ...


def _by_ml(design: Design) -> Estimates:
    return estimate(replace(design, spec=design.spec.with_options(reml=False)))


# -- variance parameters


def _variance_limits(ml: Estimates, parameter: Parameter, threshold: float) -> tuple[float, float]:
    criterion = ml.criterion
    log_sigma2 = float(np.log(ml.state.squares / criterion.degrees))
    # Away from exact zeros, where the criterion has no slope to follow.
    theta = np.where(np.abs(ml.theta) < 1e-3, _signs(criterion) * 1e-2, ml.theta)
    start = np.append(theta, log_sigma2)
    lowest = criterion.unprofiled(ml.state, log_sigma2)[0]
    best = parameter.value(np.append(ml.theta, log_sigma2))[0]

    def deviance(x: Array) -> tuple[float, Array]:
        _, state = value_at(criterion, x[:-1])
        if state is None or abs(x[-1]) > 60:
            return np.inf, np.zeros_like(x)
        return criterion.unprofiled(state, float(x[-1]))

    return limits_of(deviance, parameter, start, lowest + threshold, best)


def limits_of(
    deviance: Deviance, parameter: Parameter, start: Array, limit: float, best: float
) -> tuple[float, float]:
    """The extremes of a parameter where ``deviance`` is at most ``limit``; ``best``: estimate."""
    low, high = (extreme(deviance, parameter, start, limit, sign) for sign in (1.0, -1.0))
    if parameter.kind == "cor":
        low = -1.0 if low < -AT_ONE else low
        high = 1.0 if high > AT_ONE else high
    elif parameter.kind == "sd" and low < AT_ZERO * max(best, 1e-3):
        low = 0.0
    return low * parameter.scale, high * parameter.scale


def _signs(criterion: Criterion) -> Array:
    """1 on the diagonals of Lambda, 0 elsewhere."""
    return criterion.start(1.0)


def extreme(
    deviance: Deviance, parameter: Parameter, start: Array, limit: float, sign: float
) -> float:
    """The smallest (sign 1) or largest (sign -1) value within the limit."""
    from scipy.optimize import minimize

    memory: dict[bytes, tuple[float, Array]] = {}

    def remembered(x: Array) -> tuple[float, Array]:
        key = x.tobytes()
        if key not in memory:
            value, gradient = deviance(x)
            memory[key] = (value if np.isfinite(value) else limit + 1e6, gradient)
        return memory[key]

    constraint = {
        "type": "ineq",
        "fun": lambda x: limit - remembered(x)[0],
        "jac": lambda x: -remembered(x)[1],
    }

    def objective(x: Array) -> tuple[float, Array]:
        value, gradient = parameter.value(x)
        return sign * value, sign * gradient

    best = np.inf
    for begin in (start, _nudged(parameter, start, sign)):
        # A step may go beyond the range of numbers, where the deviance is infinite anyway.
        with np.errstate(over="ignore", invalid="ignore"):
            result = minimize(
                objective,
                begin,
                jac=True,
                method="SLSQP",
                constraints=[constraint],
                options={"maxiter": 200, "ftol": 1e-9},
            )
        inside = remembered(result.x)[0] - limit < 1e-3
        if inside and result.fun < best:
            best = float(result.fun)
        if result.success and inside:
            break
    return sign * best if np.isfinite(best) else np.nan


def _nudged(parameter: Parameter, start: Array, sign: float) -> Array:
    """Another start, a step along the parameter's own gradient."""
    gradient = parameter.value(start)[1]
    return start - sign * 0.3 * gradient / max(float(np.linalg.norm(gradient)), 1e-9)


# -- fixed effects


def fixed_limits(
    profile: Profile, ml: Estimates, j: int, start: Array, threshold: float
) -> tuple[float, float]:
    """Root search on the signed square root of the deviance difference, nearly a straight line.

    ``start`` are the other parameters at the estimate, as the profile takes them.
    """
    se = float(np.sqrt(ml.vcov[j, j]))
    goal = float(np.sqrt(threshold))
    limits = []
    for sign in (-1.0, 1.0):
        distance, height = 0.0, 0.0
        step = goal * se
        theta = start
        for _ in range(40):
            value, found = profile.deviance(float(ml.beta[j]) + sign * (distance + step), theta)
            if not np.isfinite(value):
                step *= 0.25
                continue
            theta = found
            reached = float(np.sqrt(max(value - profile.lowest, 0.0)))
            slope = (reached - height) / step
            distance, height = distance + step, reached
            if abs(height - goal) < ROOT_TOLERANCE * goal or slope <= 0:
                break
            step = (goal - height) / slope
            step = float(np.clip(step, -0.9 * distance, 4.0 * goal * se))
        limits.append(float(ml.beta[j]) + sign * distance)
    return limits[0], limits[1]


class HeldCoefficient:
    """The columns [X y] with one coefficient held: the rest of X, and y less its part."""

    def __init__(self, ml: Estimates, j: int) -> None:
        conditioned = ml.conditioned
        p = conditioned.p
        self.scale, self.usual = conditioned.scale, float(conditioned.beta_ols[j])
        inverse = np.linalg.inv(conditioned.transform)
        others = np.delete(inverse, j, axis=1)
        basis = np.linalg.qr(others)[0] if p > 1 else np.zeros((p, 0))
        self.column = inverse[:, j]
        self.change = np.zeros((p + 1, p))
        self.change[:p, : p - 1] = basis
        self.change[p, p - 1] = 1.0

    def applied(self, criterion: Criterion, B: list[Array], gram: Array, value: float) -> Criterion:
        """The criterion of the cross-products ``B`` and ``gram``, the coefficient at ``value``."""
        change = self.change.copy()
        change[:-1, -1] = -(value - self.usual) / self.scale * self.column
        held = [np.einsum("ajg,jk->akg", part, change) for part in B]
        return criterion.with_products(held, change.T @ gram @ change)


class _FixedEffect:
    """The ML deviance with one coefficient held at a value."""

    def __init__(self, ml: Estimates, j: int) -> None:
        self.ml = ml
        self.held = HeldCoefficient(ml, j)
        self.B = ml.criterion.all_B()
        self.lowest = ml.state.value

    def deviance(self, value: float, start: Array) -> tuple[float, Array]:
        """Minimum over theta and the other coefficients, and where it lies."""
        criterion = self.held.applied(self.ml.criterion, self.B, self.ml.conditioned.gram, value)
        start = np.where(start == 0, 1e-2 * _signs(criterion), start)
        result = minimise(
            lambda t: value_at(criterion, t),
            lambda t, state: criterion.derivatives(state),
            start,
            1e-8,
        )
        return result.value, result.theta
