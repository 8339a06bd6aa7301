"""How sure a structure's parameters are, and how the coefficients' covariance moves with them.

With eta = (theta, log sigma^2) profiled out, the asymptotic covariance of the structure's
parameters is 2 / (second derivative of the profiled deviance), and a function f(eta, free) has the
delta-method variance of eta at fixed parameters plus (df/dfree along the profile)' Cov (same), by
the inverse of a partitioned matrix. So only refits near the estimate are needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmm_core.estimation.fit import Estimates
from lmm_core.estimation.residual_structures.fitted import ResidualFit
from lmm_core.estimation.residual_structures.frozen_scale import Found, FrozenScale
from lmm_core.estimation.threads import one_thread

Array = np.ndarray

STEP = 1e-3
# Directions in which the deviance hardly bends are at the end of their range: left out.
LEAST_CURVATURE = 1e-4


@dataclass(frozen=True)
class Uncertainty:
    """``covariance`` (k, k) of the free parameters; ``gradient`` (k, p, p): derivatives of the
    coefficients' covariance along the profile.
    """

    covariance: Array
    gradient: Array


def uncertainty(estimates: Estimates) -> Uncertainty | None:
    """None without a structure, or where it was held and not estimated.

    A power of the fitted values is taken at the values of the fit.
    """
    found = estimates.residual
    if found is None or found.whitener.columns.held is not None:
        return None
    known = estimates.__dict__.get("uncertainty")
    if known is None:
        known = estimates.__dict__["uncertainty"] = _uncertainty(estimates, found)
    return known


def _uncertainty(estimates: Estimates, found: ResidualFit) -> Uncertainty:
    with one_thread(found.whitener.design.n):
        scale = FrozenScale(found.whitener, found.free, estimates.reml)
        k, p = len(found.free), len(estimates.beta)
        hessian, gradient = np.empty((k, k)), np.empty((k, p, p))
        for i in range(k):
            move = np.zeros(k)
            move[i] = STEP
            up, down = (scale.solve(found.free + m, estimates.theta) for m in (move, -move))
            slopes = [scale.slope(f.free, f.theta) for f in (up, down)]
            hessian[i] = (slopes[0] - slopes[1]) / (2 * STEP)
            gradient[i] = (_vcov(scale, up) - _vcov(scale, down)) / (2 * STEP)
    roots, axes = np.linalg.eigh(0.5 * (hessian + hessian.T))
    usable = roots > LEAST_CURVATURE
    covariance = 2.0 * (axes[:, usable] / roots[usable]) @ axes[:, usable].T
    return Uncertainty(covariance, gradient)


def _vcov(scale: FrozenScale, found: Found) -> Array:
    conditioned = scale.conditioned
    state = found.state
    sigma2 = conditioned.scale**2 * state.squares / found.criterion.degrees
    return sigma2 * conditioned.transform @ state.H @ conditioned.transform.T
