"""Outcomes drawn from the fitted model: new groups, new residuals, the same predictors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lmm_core.estimation.fit import Estimates
from lmm_core.model.design import Design

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray


@dataclass(frozen=True)
class Simulated:
    """``observed`` (n,) and ``drawn`` (sets, n) outcomes of the rows in use."""

    observed: Array
    drawn: Array


def simulated_outcomes(fit: FittedModel, sets: int = 20, seed: int = 1) -> Simulated:
    """Draw ``sets`` data sets from the estimates (their own uncertainty isn't added)."""
    rng = np.random.default_rng(seed)
    drawn = np.stack([draw(fit.design, fit.estimates, rng) for _ in range(sets)])
    return Simulated(fit.y, drawn)


def draw(design: Design, estimates: Estimates, rng: np.random.Generator) -> Array:
    """(n,): one outcome from the model."""
    noise = rng.standard_normal(design.n)
    y = design.X @ estimates.beta + estimates.residuals_from(noise, design.weights)
    pairs = zip(estimates.conditioned.factors, estimates.lambdas, strict=True)
    for factor, Lambda in pairs:
        u = rng.standard_normal((factor.n_levels, factor.width))
        b = estimates.sigma * u @ Lambda.T
        y = y + np.einsum("nq,nq->n", design.random_columns(factor.name), b[factor.codes])
    return y
