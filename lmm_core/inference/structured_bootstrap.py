"""The parametric bootstrap of a model with a residual structure: the structure is refitted, too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lmm_core.estimation.fit import Estimates
from lmm_core.estimation.residual_structures.estimate import found_values, movable
from lmm_core.estimation.residual_structures.fitted import parameter_values
from lmm_core.estimation.residual_structures.frozen_scale import Found, FrozenScale
from lmm_core.estimation.residual_structures.search import away_from_zero, minimum
from lmm_core.inference.parameters import variance_parameters
from lmm_core.model.design import Design

Array = np.ndarray
Progress = Callable[[int, int], bool]

MOST_ROUNDS = 10
STANDS_STILL = 1e-3


def structured_draws(
    design: Design,
    estimates: Estimates,
    replicates: int,
    seed: int,
    progress: Progress | None = None,
) -> Array:
    """(replicates, parameters): SDs, correlations, sigma, the structure, the coefficients.

    A replicate whose refit fails is NaN.
    """
    from lmm_core.assess.simulation.outcomes import draw
    from lmm_core.errors import EstimationError

    structure = estimates.residual
    assert structure is not None
    scale = FrozenScale(structure.whitener, structure.free, estimates.reml)
    parameters = variance_parameters(estimates)
    rng = np.random.default_rng(seed)
    start = movable(structure.whitener, structure.free)
    theta = np.where(estimates.theta == 0, 0.05, estimates.theta)
    width = len(parameters) + len(structure.free) + design.p
    draws = []
    for done in range(1, replicates + 1):
        simulated = scale.with_outcome(draw(design, estimates, rng))
        try:
            found = _refit(simulated, start, theta, by_fitted=_by_fitted(structure))
            draws.append(_values(scale, found, parameters))
        except (EstimationError, np.linalg.LinAlgError):
            draws.append(np.full(width, np.nan))
        if progress is not None and not progress(done, replicates):
            break
    return np.array(draws)


def _by_fitted(structure) -> bool:
    return structure.power is not None and structure.spread_column() is None


def _refit(scale: FrozenScale, free: Array, theta: Array, by_fitted: bool) -> Found:
    found = minimum(scale.at, free, theta)
    for _ in range(MOST_ROUNDS if by_fitted else 0):
        before = found.free
        scale = scale.with_power_values(found_values(scale, found))
        found = minimum(scale.at, before, away_from_zero(found))
        if np.abs(found.free - before).max() < STANDS_STILL:
            break
    return found


def _values(scale: FrozenScale, found: Found, parameters) -> Array:
    conditioned, state = scale.conditioned, found.state
    x = np.append(found.theta, np.log(state.squares / found.criterion.degrees))
    variance = [p.scale * p.value(x)[0] for p in parameters]
    beta = conditioned.beta_ols + conditioned.scale * (conditioned.transform @ state.beta)
    return np.concatenate([variance, parameter_values(scale.whiten, found.free), beta])
