"""Profile-likelihood intervals of a model with a residual structure, all parameters free.

The structure's parameters stand beside theta and log sigma^2 in the constrained optimisation of a
variance parameter, and are minimised over at each step of a coefficient's root search. A power of
the fitted values is taken at the values of the fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from lmm_core.estimation.certify import value_at
from lmm_core.estimation.fit import Estimates, estimate
from lmm_core.estimation.residual_structures.estimate import movable
from lmm_core.estimation.residual_structures.fitted import parameter_names, parameter_values
from lmm_core.estimation.residual_structures.frozen_scale import FrozenScale, central
from lmm_core.estimation.residual_structures.search import minimum
from lmm_core.estimation.threads import one_thread
from lmm_core.inference.distributions import chi2_quantile
from lmm_core.inference.parameters import Parameter, variance_parameters
from lmm_core.inference.profile import HeldCoefficient, fixed_limits, limits_of
from lmm_core.model.design import Design

Array = np.ndarray
Progress = Callable[[int, int], bool]

AT_ZERO, AT_ONE = 1e-3, 0.9995


def structured_profile(
    design: Design, estimates: Estimates, level: float, progress: Progress | None = None
) -> pd.DataFrame:
    """parameter, conf_low, conf_high: SDs, correlations and sigma, the structure, the coefficients.

    ``progress`` as in ``profile_intervals``.
    """
    with one_thread(design.n):
        ml = estimates
        if estimates.reml:
            ml = estimate(replace(design, spec=design.spec.with_options(reml=False)))
        assert ml.residual is not None
        joint = _Joint(ml)
        threshold = chi2_quantile(level, 1)
        own = variance_parameters(ml)
        parameters = [*(joint.widened(p) for p in own), *joint.structure()]
        total = len(parameters) + design.p
        rows: list[tuple[str, float, float]] = []
        going = True
        for parameter in parameters:
            low, high = joint.limits(parameter, threshold) if going else (np.nan, np.nan)
            rows.append((parameter.name, low, high))
            going = going and (progress is None or progress(len(rows), total))
        start = np.append(ml.theta, ml.residual.free)
        for j, name in enumerate(design.names):
            low, high = (np.nan, np.nan)
            if going:
                low, high = fixed_limits(_Coefficient(joint, j), ml, j, start, threshold)
            rows.append((name, low, high))
            going = going and (progress is None or progress(len(rows), total))
    return pd.DataFrame(rows, columns=["parameter", "conf_low", "conf_high"])


class _Joint:
    """The ML deviance as a function of x = (theta', log sigma'^2, free).

    A structure's parameters and sigma trade off along a ridge (a power of large numbers, a
    correlation near 1), so sigma'^2 = sigma^2 |R|^(1/n) is the variance per row that the structure
    leaves, and theta' is relative to sigma'.
    """

    def __init__(self, ml: Estimates) -> None:
        assert ml.residual is not None
        self.ml, self.k = ml, len(ml.theta)
        self.found = ml.residual
        self.scale = FrozenScale(self.found.whitener, self.found.free, False)
        criterion, _ = self.scale.at(self.found.free)
        log_sigma2 = float(np.log(ml.state.squares / criterion.degrees))
        self.usual = self.found.whitener.log_det(self.found.free)
        self.best = np.concatenate([ml.theta, [log_sigma2], self.found.free])
        signs = criterion.start(1.0)
        theta = np.where(np.abs(ml.theta) < 1e-3, signs * 1e-2, ml.theta)
        self.start = np.concatenate([theta, [log_sigma2], self.found.free])
        self.lowest = self.deviance(self.best)[0]
        self.start[self.k + 1 :] = movable(self.found.whitener, self.found.free)
        self.axes = self._axes()

    def _axes(self) -> Array:
        """(m, m): directions and sizes of the parameters' uncertainty, from the curvature."""
        hessian = central(lambda x: self.deviance(x)[1], self.start, 1e-4)
        size = np.maximum(np.abs(self.start), 0.1)
        scaled = 0.5 * (hessian + hessian.T) * np.outer(size, size)
        if not np.isfinite(scaled).all():
            return np.diag(size)
        roots, axes = np.linalg.eigh(scaled)
        return size[:, None] * axes / np.sqrt(np.maximum(0.5 * np.abs(roots), 1.0))

    def _left(self, free: Array) -> float:
        """log|R| / n less that at the estimate."""
        whitener = self.found.whitener
        return (whitener.log_det(whitener.clipped(free)) - self.usual) / self.ml.conditioned.n

    def plain(self, x: Array) -> Array:
        """(theta, log sigma^2, free) of x."""
        left = np.clip(self._left(x[self.k + 1 :]), -100, 100)
        x = np.clip(x, -100, 100)
        theta = x[: self.k] * np.exp(0.5 * left)
        return np.concatenate([theta, [x[self.k] - left], x[self.k + 1 :]])

    def back(self, x: Array, plain: Array, gradient: Array) -> Array:
        """The gradient in x from that in (theta, log sigma^2, free)."""
        k = self.k
        bend = central(self._left, x[k + 1 :], 1e-6)
        own, sigma, free = gradient[:k], gradient[k], gradient[k + 1 :]
        factor = np.exp(0.5 * np.clip(self._left(x[k + 1 :]), -100, 100))
        moved = free + bend * (0.5 * float(plain[:k] @ own) - sigma)
        return np.concatenate([own * factor, [sigma], moved])

    def deviance(self, x: Array) -> tuple[float, Array]:
        """-2 log-likelihood without constants, and its gradient."""
        if not np.isfinite(x).all():
            return np.inf, np.zeros_like(x)
        with np.errstate(all="ignore"):
            plain = self.plain(x)
            value, gradient = self._deviance(plain)
            return value, self.back(x, plain, gradient)

    def _deviance(self, x: Array) -> tuple[float, Array]:
        theta, log_sigma2, free = x[: self.k], float(x[self.k]), x[self.k + 1 :]
        if abs(log_sigma2) > 60:
            return np.inf, np.zeros_like(x)
        with np.errstate(all="ignore"):
            criterion, shift = self.scale.at(free)
            _, state = value_at(criterion, theta)
            if state is None:
                return np.inf, np.zeros_like(x)
            value, gradient = criterion.unprofiled(state, log_sigma2)
            slope = central(lambda point: self._plain(theta, log_sigma2, point), free)
        slope = np.where(np.isfinite(slope), slope, 0.0)
        return value + shift - criterion.constant, np.append(gradient, slope)

    def _plain(self, theta: Array, log_sigma2: float, free: Array) -> float:
        criterion, shift = self.scale.at(free)
        value, state = value_at(criterion, theta)
        if state is None:
            return np.inf
        rest = log_sigma2 - float(np.log(state.squares))
        value += criterion.degrees * rest + state.squares / float(np.exp(log_sigma2))
        return value + shift - criterion.constant

    def widened(self, parameter: Parameter) -> Parameter:
        """A variance parameter as a function of the longer x."""

        def value(x: Array) -> tuple[float, Array]:
            plain = self.plain(x)
            found, gradient = parameter.value(plain[: self.k + 1])
            return found, self.back(x, plain, np.append(gradient, np.zeros(len(x) - self.k - 1)))

        return replace(parameter, value=value)

    def structure(self) -> list[Parameter]:
        """The structure's parameters: SD ratios or the power, then phi."""
        whitener = self.found.whitener
        found = []
        for i, name in enumerate(parameter_names(whitener)):

            def value(x: Array, i: int = i) -> tuple[float, Array]:
                free = x[self.k + 1 :]
                gradient = np.zeros_like(x)
                moved = central(lambda f: float(parameter_values(whitener, f)[i]), free, 1e-6)
                gradient[self.k + 1 :] = moved
                return float(parameter_values(whitener, free)[i]), gradient

            found.append(Parameter(name, "structure", value, 1.0))
        return found

    def limits(self, parameter: Parameter, threshold: float) -> tuple[float, float]:
        best = parameter.value(self.best)[0]
        centre, axes = self.start, self.axes

        # In units of the parameters' own uncertainty the region is nearly a ball.
        def deviance(z: Array) -> tuple[float, Array]:
            value, gradient = self.deviance(centre + axes @ z)
            return value, axes.T @ gradient

        def value(z: Array) -> tuple[float, Array]:
            found, gradient = parameter.value(centre + axes @ z)
            return found, axes.T @ gradient

        ball = replace(parameter, value=value)
        start = np.zeros(len(centre))
        low, high = limits_of(deviance, ball, start, self.lowest + threshold, best)
        if parameter.kind == "structure" and parameter.name.startswith("phi|"):
            correlation = self.found.structure.correlation
            if correlation is not None and correlation.kind == "car1" and low < AT_ZERO:
                low = 0.0
            high = 1.0 if high > AT_ONE else high
        return low, high


class _Coefficient:
    """The ML deviance with one coefficient held, minimised over (theta, free) and the others."""

    def __init__(self, joint: _Joint, j: int) -> None:
        self.joint = joint
        self.held = HeldCoefficient(joint.ml, j)
        criterion, shift = joint.scale.at(joint.found.free)
        self.lowest = value_at(criterion, joint.ml.theta)[0] + shift - criterion.constant

    def deviance(self, value: float, start: Array) -> tuple[float, Array]:
        scale, k = self.joint.scale, self.joint.k

        def at(free: Array):
            criterion, shift = scale.at(free)
            gram = criterion.conditioned.gram
            held = self.held.applied(criterion, criterion.all_B(), gram, value)
            return held, shift - criterion.constant

        theta, free = start[:k], start[k:]
        signs = self.joint.ml.criterion.start(1.0)
        found = minimum(at, free, np.where(theta == 0, 1e-2 * signs, theta))
        return found.deviance, np.append(found.theta, found.free)
