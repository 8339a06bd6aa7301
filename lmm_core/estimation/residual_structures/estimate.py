"""Estimation of a residual structure: the structure's few parameters outside, all else inside.

At given parameters the transformed rows have plain residuals, so the engine finds the variance
components and coefficients; the outer search is over the structure's parameters alone. A power of
the fitted values is alternated with the fit that gives them, as nlme does, until both stand still.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lmm_core.estimation.certify import value_at
from lmm_core.estimation.convergence import Attempt
from lmm_core.estimation.fit import Estimates, estimate
from lmm_core.estimation.residual_structures.fitted import ResidualFit
from lmm_core.estimation.residual_structures.frozen_scale import Found, FrozenScale
from lmm_core.estimation.residual_structures.search import away_from_zero, minimum, slope_at
from lmm_core.estimation.residual_structures.structure import PowerVariance, ResidualStructure
from lmm_core.estimation.residual_structures.whiten import FARTHEST, Whitener, whitener
from lmm_core.estimation.threads import one_thread
from lmm_core.model.design import Design

Array = np.ndarray

MOST_ROUNDS = 30
MOST_RESTARTS = 3
STANDS_STILL = 1e-6
SEARCH = "BFGS (residual structure)"
FLAT = 1e-2
# A correlation this near to 1, a ratio this near to the limit: the structure has run away.
RUN_AWAY = 0.8 * FARTHEST
LEAST_LOGIT = -4.0


@dataclass(frozen=True)
class StructuredEstimates:
    """A structure's fit in numbers. ``estimates`` are those of the transformed rows: coefficients
    and variance components mean the same as before, ``sigma`` is the residual SD where the variance
    function is 1. ``deviance`` is that of the rows as they are. ``ratios``: SD of each level
    relative to the first. ``sd`` (n,): each row's residual SD, prior weights included.
    """

    structure: ResidualStructure
    estimates: Estimates
    n: int
    sd: Array

    @property
    def fitted(self) -> ResidualFit:
        found = self.estimates.residual
        assert found is not None
        return found

    @property
    def deviance(self) -> float:
        return self.estimates.deviance

    @property
    def free(self) -> Array:
        return self.fitted.free

    @property
    def levels(self) -> tuple[str, ...]:
        return self.fitted.levels

    @property
    def ratios(self) -> tuple[float, ...]:
        return self.fitted.ratios

    @property
    def power(self) -> float | None:
        return self.fitted.power

    @property
    def phi(self) -> float | None:
        return self.fitted.phi

    @property
    def converged(self) -> bool:
        return self.estimates.convergence.converged

    @property
    def loglik(self) -> float:
        return -0.5 * self.deviance

    @property
    def n_parameters(self) -> int:
        return self.estimates.n_parameters

    @property
    def aic(self) -> float:
        return self.deviance + 2 * self.n_parameters

    @property
    def bic(self) -> float:
        return self.deviance + float(np.log(self.n)) * self.n_parameters


def estimate_structure(
    design: Design, frame: pd.DataFrame, structure: ResidualStructure, plain: Estimates
) -> StructuredEstimates:
    """Fit the design with a residual structure by the criterion of ``plain`` (REML or ML).

    Parameters
    ----------
    frame:
        The rows in use, with the structure's columns.
    plain:
        The same model without structure, from which the search starts.

    Raises
    ------
    ModelError
        ``residual_structure``: the columns don't suit the structure.
    EstimationError
        ``residual_structure_fit``: no optimum was found.
    """
    columns = whitener(design, frame, structure).columns
    start = plain if plain.residual is None else None
    estimates = estimate_structured(replace(design, residual=columns), plain=start)
    return structured(estimates, design)


def structured(estimates: Estimates, design: Design) -> StructuredEstimates:
    """The numbers of a fit with a residual structure."""
    assert estimates.residual is not None
    return StructuredEstimates(
        estimates.residual.structure, estimates, design.n, estimates.residual_sd(design.weights)
    )


def estimate_structured(
    design: Design, optimizer: str = "auto", plain: Estimates | None = None
) -> Estimates:
    """Estimates of a design with a residual structure, by ML or REML as its spec says.

    ``convergence`` certifies the fit of the transformed rows and that the deviance is flat in the
    structure's parameters.

    Raises
    ------
    ModelError, EstimationError
        As ``estimate_structure``.
    """
    assert design.residual is not None
    with one_thread(design.n):
        whiten = whitener(design)
        held = design.residual.held
        if held is not None and (whiten.powers is not None or not _by_fitted(whiten)):
            return _finished(whiten, held, None, optimizer, True)
        if plain is None:
            plain = estimate(replace(design, residual=None))
        by_fitted = _by_fitted(whiten) and whiten.powers is None
        if by_fitted:
            whiten = whiten.with_power_values(fitted_values(design, plain))
        theta = np.where(plain.theta == 0, 0.05, plain.theta)
        reml = design.spec.reml
        found = _best_of_starts(whiten, theta, reml)
        settled = True
        if by_fitted:
            whiten, found, settled = _alternated(whiten, found, reml)
        return _certified(whiten, found, optimizer, reml, settled)


def _best_of_starts(whiten: Whitener, theta: Array, reml: bool) -> Found:
    found = []
    for free in starts(whiten):
        scale = FrozenScale(whiten, free, reml)
        found.append(minimum(scale.at, free, theta))
    return min(found, key=lambda f: f.deviance)


def _alternated(whiten: Whitener, found: Found, reml: bool) -> tuple[Whitener, Found, bool]:
    """A power of the fitted values: refit with the last fit's values until they stand still, and
    whether they do.
    """
    scale = FrozenScale(whiten, found.free, reml)
    for _ in range(MOST_ROUNDS):
        before = found.free
        scale = scale.with_power_values(found_values(scale, found))
        found = minimum(scale.at, before, away_from_zero(found))
        if np.abs(found.free - before).max() < STANDS_STILL:
            return scale.whiten, found, True
    return scale.whiten, found, False


def _certified(
    whiten: Whitener, found: Found, optimizer: str, reml: bool, settled: bool
) -> Estimates:
    """The engine's own fit at the parameters; where it beats the search, search again from it."""
    best: Estimates | None = None
    attempts: tuple[Attempt, ...] = ()
    for _ in range(MOST_RESTARTS):
        free = whiten.clipped(found.free)
        scale = FrozenScale(whiten, free, reml)
        here = scale.solve(free, away_from_zero(found))
        flat = slope_at(scale, here) < FLAT
        ends = tuple(float(value) for value in free)
        attempts += (Attempt(SEARCH, ends, found.searched, float(found.deviance)),)
        sound = flat and settled
        estimates = _finished(whiten, free, away_from_zero(here), optimizer, sound)
        if best is None or estimates.deviance < best.deviance:
            best = estimates
        if not settled or (flat and here.deviance - estimates.deviance < 1e-6):
            break
        theta = np.where(estimates.theta == 0, 0.05, estimates.theta)
        found = minimum(scale.at, free, theta)
        if _by_fitted(whiten):
            whiten, found, settled = _alternated(whiten, found, reml)
    assert best is not None
    return _with_attempts(best, attempts)


def _with_attempts(estimates: Estimates, attempts: tuple[Attempt, ...]) -> Estimates:
    result = replace(estimates, convergence=estimates.convergence.with_attempts(attempts))
    result.__dict__["state"] = estimates.state
    return result


def _finished(
    whiten: Whitener, free: Array, theta: Array | None, optimizer: str, flat: bool
) -> Estimates:
    transformed, log_det = whiten.apply(free)
    inner = estimate(transformed, optimizer, theta)
    sound = flat and not run_away(whiten, free)
    record = replace(
        inner.convergence,
        converged=inner.convergence.converged and sound,
        attempts=tuple(replace(a, end=a.end + log_det) for a in inner.convergence.attempts),
    )
    result = replace(
        inner,
        deviance=inner.deviance + log_det,
        convergence=record,
        residual=ResidualFit(whiten, np.array(free, dtype=float)),
    )
    result.__dict__["state"] = inner.state
    return result


def run_away(whiten: Whitener, free: Array) -> bool:
    """Whether a parameter sits at the end of its range: a spread of 0, a correlation of 1."""
    variances = np.abs(free[: whiten.n_variance]) >= RUN_AWAY
    return bool(variances.any()) or (whiten.correlation is not None and float(free[-1]) >= RUN_AWAY)


def deviance_without_random(estimates: Estimates) -> float:
    """The deviance of the same model without any random effect, the structure estimated anew."""
    found = estimates.residual
    assert found is not None
    scale = FrozenScale(found.whitener, found.free, estimates.reml)
    nothing = np.zeros(len(estimates.theta))

    def value(free: Array) -> float:
        return scale.deviance(free, nothing)

    from scipy.optimize import minimize

    best = np.inf
    for free in (found.free, *starts(found.whitener)):
        with np.errstate(all="ignore"):
            result = minimize(value, free, method="BFGS", options={"gtol": 1e-5, "eps": 1e-6})
        best = min(best, float(result.fun))
    return best


def starts(whiten: Whitener) -> list[Array]:
    """No variance function; a small and a large correlation ("car1": of typical neighbours)."""
    correlation = whiten.correlation
    if correlation is None:
        return [np.zeros(whiten.size)]
    found = []
    for neighbours in (0.2, 0.7):
        free = np.zeros(whiten.size)
        if correlation.kind == "ar1":
            free[-1] = np.arctanh(neighbours)
        else:
            free[-1] = np.log(neighbours / (1 - neighbours))
        found.append(free)
    return found


def movable(whiten: Whitener, free: Array) -> Array:
    """The parameters as a start: a continuous correlation of 0 has no slope to follow."""
    if whiten.correlation is None or whiten.correlation.kind == "ar1" or free[-1] > LEAST_LOGIT:
        return free
    return np.append(free[:-1], starts(whiten)[0][-1])


def _by_fitted(whiten: Whitener) -> bool:
    variance = whiten.structure.variance
    return isinstance(variance, PowerVariance) and variance.column is None


def fitted_values(design: Design, estimates: Estimates) -> Array:
    """(n,): X beta + Z b on the rows as they are, with the conditional modes of the estimates."""
    modes = dict(zip([f.name for f in estimates.conditioned.factors], estimates.modes, strict=True))
    return design.X @ estimates.beta + _random(design, estimates.conditioned.factors, modes)


def found_values(scale: FrozenScale, found: Found) -> Array:
    """(n,): the same for a point of the search."""
    conditioned, design = scale.conditioned, scale.whiten.design
    _, state = value_at(found.criterion, found.theta)
    beta = conditioned.beta_ols + conditioned.scale * (conditioned.transform @ state.beta)
    modes = {}
    for factor, mode in zip(conditioned.factors, found.criterion.modes(state), strict=True):
        modes[factor.name] = conditioned.scale * (factor.transform @ mode).T
    return design.X @ beta + _random(design, conditioned.factors, modes)


def _random(design: Design, factors, modes: dict[str, Array]) -> Array:
    total = np.zeros(design.n)
    for factor in factors:
        start = 0
        for block in factor.blocks:
            width = len(block.names)
            own = next(b for b in design.blocks if b.term == block.term)
            part = modes[factor.name][own.grouping.codes, start : start + width]
            total = total + np.einsum("nq,nq->n", own.matrix, part)
            start += width
    return total
