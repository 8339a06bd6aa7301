"""The search over a structure's parameters, with theta profiled out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lmm_core.errors import EstimationError
from lmm_core.estimation.certify import Criterion, value_at
from lmm_core.estimation.residual_structures.frozen_scale import (
    Found,
    FrozenScale,
    central,
    solved,
)

Array = np.ndarray
At = Callable[[Array], tuple[Criterion, float]]

TOLERANCE = 1e-5


def minimum(at: At, free: Array, theta: Array) -> Found:
    """Minimum over (theta, free) of what ``at`` gives: a criterion of theta, and a shift.

    The derivative in ``free`` is taken at fixed theta, which at the minimum over theta is that of
    the profiled deviance (the envelope theorem).

    Raises
    ------
    EstimationError
        ``residual_structure_fit`` when the deviance can't be computed anywhere.
    """
    from scipy.optimize import minimize

    best: list[Found] = []
    points = 0
    start = [theta]

    def deviance(point: Array, at_theta: Array) -> float:
        criterion, shift = at(point)
        return value_at(criterion, at_theta)[0] + shift

    def value(point: Array) -> tuple[float, Array]:
        nonlocal points
        points += 1
        flat = np.zeros(len(point))
        if not np.isfinite(point).all():
            return 1e10, flat
        try:
            with np.errstate(all="ignore"):
                found = solved(*at(point), point, start[0])
                if not np.isfinite(found.deviance):
                    return 1e10, flat
                slope = central(lambda p: deviance(p, found.theta), point)
        except (EstimationError, np.linalg.LinAlgError):
            return 1e10, flat
        if not best or found.deviance < best[0].deviance:
            best[:] = [found]
            start[0] = away_from_zero(found)
        return found.deviance, np.where(np.isfinite(slope), slope, 0.0)

    if len(free):
        minimize(value, free, jac=True, method="BFGS", options={"gtol": TOLERANCE, "maxiter": 200})
    else:
        value(free)
    if not best:
        raise EstimationError(
            "No fit with this residual structure was found.",
            "Choose a simpler structure, or fewer random slopes.",
            code="residual_structure_fit",
        )
    return replace(best[0], searched=points)


def away_from_zero(found: Found) -> Array:
    """Theta as a start: a variance at 0 is a saddle from which no search leaves."""
    spread = found.criterion.start(1.0)
    return np.where((np.abs(found.theta) < 1e-3) & (spread > 0), 0.05, found.theta)


def slope_at(scale: FrozenScale, found: Found) -> float:
    """Largest derivative of the deviance in the structure's parameters; 0 without any."""
    if not len(found.free):
        return 0.0
    return float(np.abs(scale.slope(found.free, found.theta)).max())
