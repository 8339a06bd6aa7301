"""Parametric bootstrap: simulate from the fitted model, refit, take percentiles.

Each replicate needs the rows only to sum the simulated outcome into cross-products; the fit itself
starts from the estimates and works on those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.estimation.certify import value_at
from lmm_core.estimation.crossproducts import conditioned_columns
from lmm_core.estimation.fit import Estimates
from lmm_core.estimation.newton import minimise
from lmm_core.estimation.threads import one_thread
from lmm_core.inference.parameters import variance_parameters
from lmm_core.model.design import Design

Array = np.ndarray
Progress = Callable[[int, int], bool]


@dataclass(frozen=True)
class Bootstrap:
    """``draws`` (replicates, parameters) and the percentile intervals of ``names``."""

    names: tuple[str, ...]
    draws: Array

    def intervals(self, level: float) -> pd.DataFrame:
        """parameter, conf_low, conf_high."""
        tail = 50.0 * (1.0 - level)
        low, high = np.full((2, len(self.names)), np.nan)
        # A draw that can't be refitted counts for nothing, and one draw is no interval.
        draws = self.draws.reshape(-1, len(self.names))
        some = np.isfinite(draws).sum(axis=0) >= 2
        if some.any():
            found = np.nanpercentile(draws[:, some], [tail, 100.0 - tail], axis=0)
            low[some], high[some] = found
        return pd.DataFrame({"parameter": list(self.names), "conf_low": low, "conf_high": high})


def bootstrap(
    design: Design,
    estimates: Estimates,
    replicates: int = 1000,
    seed: int = 1,
    progress: Progress | None = None,
) -> Bootstrap:
    """Simulate and refit ``replicates`` times.

    ``progress(done, total)`` is called after each replicate; returning False stops the work and
    keeps what was drawn. With a residual structure its parameters are among those refitted.
    """
    if estimates.residual is not None:
        return _structured(design, estimates, replicates, seed, progress)
    simulator = _Simulator(design, estimates, seed)
    parameters = variance_parameters(estimates)
    names = (*(p.name for p in parameters), *design.names)
    draws = []
    with one_thread(design.n):
        for done in range(1, replicates + 1):
            criterion = estimates.criterion.with_products(*simulator.products())
            start = np.where(estimates.theta == 0, 0.1 * criterion.start(1.0), estimates.theta)
            result = minimise(
                lambda t, c=criterion: value_at(c, t),
                lambda t, state, c=criterion: c.derivatives(state),
                start,
                1e-7,
            )
            _, state = value_at(criterion, result.theta)
            if state is None:
                draws.append([np.nan] * len(names))
            else:
                x = np.append(result.theta, np.log(state.squares / criterion.degrees))
                variance = [p.scale * p.value(x)[0] for p in parameters]
                draws.append([*variance, *simulator.beta(state.beta)])
            if progress is not None and not progress(done, replicates):
                break
    return Bootstrap(names, np.array(draws))


def _structured(
    design: Design,
    estimates: Estimates,
    replicates: int,
    seed: int,
    progress: Progress | None,
) -> Bootstrap:
    from lmm_core.inference.structured_bootstrap import structured_draws

    assert estimates.residual is not None
    parameters = [p.name for p in variance_parameters(estimates)]
    names = (*parameters, *estimates.residual.names, *design.names)
    with one_thread(design.n):
        draws = structured_draws(design, estimates, replicates, seed, progress)
    return Bootstrap(names, draws)


class _Simulator:
    """Draws outcomes on the conditioned scale and sums them into cross-products."""

    def __init__(self, design: Design, estimates: Estimates, seed: int) -> None:
        self.design, self.estimates = design, estimates
        self.random = np.random.default_rng(seed)
        conditioned = estimates.conditioned
        everything = slice(0, design.n)
        self.X = design.basis.apply(design.X)
        self.Z = [conditioned_columns(factor, everything) for factor in conditioned.factors]
        self.weights = design.weights
        self.sigma = estimates.sigma / conditioned.scale
        self.lambdas = estimates.criterion.lambdas(estimates.theta)
        self.mean = self.X @ estimates.state.beta
        self.B = estimates.criterion.all_B()

    def products(self) -> tuple[list[Array], Array]:
        conditioned = self.estimates.conditioned
        noise = self.random.standard_normal(self.design.n)
        y = self.mean + self.sigma * (
            noise if self.weights is None else noise / np.sqrt(self.weights)
        )
        for factor, Z, Lambda in zip(conditioned.factors, self.Z, self.lambdas, strict=True):
            u = self.random.standard_normal((factor.n_levels, factor.width))
            b = self.sigma * u @ Lambda.T
            y = y + np.einsum("nq,nq->n", Z, b[factor.codes])
        wy = y if self.weights is None else y * self.weights
        B = []
        for factor, Z, old in zip(conditioned.factors, self.Z, self.B, strict=True):
            new = old.copy()
            for a in range(factor.width):
                new[a, -1] = np.bincount(factor.codes, Z[:, a] * wy, factor.n_levels)
            B.append(new)
        gram = conditioned.gram.copy()
        gram[-1, :-1] = gram[:-1, -1] = self.X.T @ wy
        gram[-1, -1] = y @ wy
        return B, gram

    def beta(self, conditioned_beta: Array) -> Array:
        conditioned = self.estimates.conditioned
        return conditioned.beta_ols + conditioned.scale * (conditioned.transform @ conditioned_beta)
