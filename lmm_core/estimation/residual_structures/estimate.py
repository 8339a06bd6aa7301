"""Estimation of a residual structure: the structure's few parameters outside, all else inside.

At given parameters the transformed rows have plain residuals, so the engine finds the variance
components and coefficients; the outer search is over the structure's parameters alone. A power of
the fitted values is alternated with the fit that gives them, as nlme does, until both stand still.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lmm_core.errors import EstimationError
from lmm_core.estimation.fit import Estimates, estimate
from lmm_core.estimation.residual_structures.structure import PowerVariance, ResidualStructure
from lmm_core.estimation.residual_structures.whiten import Whitener, whitener
from lmm_core.estimation.threads import one_thread
from lmm_core.model.design import Design

Array = np.ndarray

MOST_ROUNDS = 50
STANDS_STILL = 1e-6
FLAT = 1e-2
# Beyond this a free parameter changes nothing: a correlation of 0 or 1, a ratio of e^12.
FARTHEST = 12.0


@dataclass(frozen=True)
class StructuredEstimates:
    """``estimates`` are those of the transformed rows: coefficients and variance components mean
    the same as before, ``sigma`` is the residual SD where the variance function is 1. ``deviance``
    is that of the rows as they are. ``ratios``: SD of each level relative to the first.

    ``sd`` (n,): each row's residual SD, in the order of the design. ``converged``: the inner fit is
    certified and the outer gradient vanishes.
    """

    structure: ResidualStructure
    estimates: Estimates
    deviance: float
    free: Array
    levels: tuple[str, ...]
    ratios: tuple[float, ...]
    power: float | None
    phi: float | None
    sd: Array
    n: int
    converged: bool
    evaluations: int

    @property
    def loglik(self) -> float:
        return -0.5 * self.deviance

    @property
    def n_parameters(self) -> int:
        return self.estimates.n_parameters + len(self.free)

    @property
    def aic(self) -> float:
        return self.deviance + 2 * self.n_parameters

    @property
    def bic(self) -> float:
        return self.deviance + float(np.log(self.n)) * self.n_parameters


@dataclass
class _Search:
    """Deviance at free parameters, each fit started from the last one's theta."""

    whiten: Whitener
    theta: Array
    count: int = 0
    last: Estimates | None = field(default=None)

    def fit(self, free: Array) -> tuple[Estimates, float]:
        design, log_det = self.whiten.apply(np.clip(free, -FARTHEST, FARTHEST))
        estimates = estimate(design, start=self.theta)
        self.count += 1
        return estimates, estimates.deviance + log_det

    def value(self, free: Array) -> float:
        if not np.isfinite(free).all():
            return 1e10
        try:
            with np.errstate(all="ignore"):
                estimates, deviance = self.fit(free)
        except (EstimationError, np.linalg.LinAlgError):
            return 1e10
        if np.isfinite(deviance):
            self.theta = np.where(estimates.theta == 0, 0.05, estimates.theta)
            return deviance
        return 1e10


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
    with one_thread(design.n):
        whiten = whitener(design, frame, structure)
        variance = structure.variance
        by_fitted = isinstance(variance, PowerVariance) and variance.column is None
        if by_fitted:
            whiten = whiten.with_power_values(_fitted(design, plain))
        free = _start(whiten)
        theta = np.where(plain.theta == 0, 0.05, plain.theta)
        search = _Search(whiten, theta)
        for _ in range(MOST_ROUNDS):
            before = free
            free = _minimised(search, free)
            if not by_fitted:
                break
            estimates, _ = search.fit(free)
            search.whiten = whiten.with_power_values(_fitted(design, estimates))
            if np.abs(free - before).max() < STANDS_STILL:
                break
        free = np.clip(free, -FARTHEST, FARTHEST)
        estimates, deviance = search.fit(free)
        flat = _slope(search, free) < FLAT
    whiten = search.whiten
    log_sd = whiten.log_sd(free)
    sd = estimates.sigma * np.exp(log_sd)
    if design.weights is not None:
        sd = sd / np.sqrt(design.weights)
    ratios = tuple(np.exp(np.append(0.0, free[: whiten.n_variance]))) if whiten.levels else ()
    return StructuredEstimates(
        structure,
        estimates,
        deviance,
        free,
        whiten.levels,
        tuple(float(r) for r in ratios),
        float(free[0]) if isinstance(variance, PowerVariance) else None,
        whiten.phi(free) if structure.correlation is not None else None,
        sd,
        design.n,
        flat and estimates.convergence.converged,
        search.count,
    )


def _start(whiten: Whitener) -> Array:
    """No variance function; a small correlation, which for "car1" is one of typical neighbours."""
    free = np.zeros(whiten.size)
    correlation = whiten.structure.correlation
    if correlation is not None:
        if correlation.kind == "ar1":
            free[-1] = np.arctanh(0.2)
        else:
            typical = float(np.nanmedian(whiten.steps))
            phi = 0.3 ** (1.0 / typical)
            free[-1] = np.log(phi / (1 - phi))
    return free


def _minimised(search: _Search, free: Array) -> Array:
    from scipy.optimize import minimize

    result = minimize(
        search.value, free, method="BFGS", options={"gtol": 1e-4, "maxiter": 100, "eps": 1e-5}
    )
    best = result.x
    if result.fun >= 1e10:
        raise EstimationError(
            "No fit with this residual structure was found.",
            "Choose a simpler structure, or fewer random slopes.",
            code="residual_structure_fit",
        )
    # BFGS may stop early where the differences are rough; a short simplex search ends it.
    polished = minimize(
        search.value,
        best,
        method="Nelder-Mead",
        options={
            "maxfev": 60 * len(best),
            "xatol": 1e-7,
            "fatol": 1e-9,
            "initial_simplex": _simplex(best),
        },
    )
    return polished.x if polished.fun <= result.fun else best


def _simplex(at: Array) -> Array:
    return np.vstack([at, at + 1e-3 * np.eye(len(at))])


def _slope(search: _Search, free: Array) -> float:
    """Largest central difference of the deviance."""
    slopes = []
    for k in range(len(free)):
        step = np.zeros(len(free))
        step[k] = 1e-4
        slopes.append(abs(search.value(free + step) - search.value(free - step)) / 2e-4)
    return max(slopes)


def _fitted(design: Design, estimates: Estimates) -> Array:
    """(n,): X beta + Z b on the rows as they are, with the conditional modes of the estimates."""
    fitted = design.X @ estimates.beta
    for factor, modes in zip(estimates.conditioned.factors, estimates.modes, strict=True):
        start = 0
        for block in factor.blocks:
            width = len(block.names)
            own = next(b for b in design.blocks if b.term == block.term)
            part = modes[own.grouping.codes, start : start + width]
            fitted = fitted + np.einsum("nq,nq->n", own.matrix, part)
            start += width
    return fitted
