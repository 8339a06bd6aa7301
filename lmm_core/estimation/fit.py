"""Estimates of one model on one design, on the user's scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from lmm_core.errors import EstimationError
from lmm_core.estimation.block_derivatives import BlockSolver
from lmm_core.estimation.certify import Criterion
from lmm_core.estimation.convergence import Convergence
from lmm_core.estimation.criterion import SingleFactorCriterion
from lmm_core.estimation.crossproducts import Conditioned, condition
from lmm_core.estimation.dense import DenseCriterion, fits_dense
from lmm_core.estimation.lambdas import on_user_scale
from lmm_core.estimation.optimise import optimise
from lmm_core.estimation.threads import one_thread
from lmm_core.model.design import Design

if TYPE_CHECKING:
    from lmm_core.estimation.residual_structures.fitted import ResidualFit

Array = np.ndarray

# A residual SD below this share of what the predictors alone leave is rounding; below the second
# rounding can keep the optimum from being found.
EXACT, NEARLY_EXACT = 1e-6, 1e-4


@dataclass(frozen=True)
class Estimates:
    """The fitted numbers, and the criterion at the optimum from which inference is made.

    ``beta`` (p,); ``vcov`` (p, p) its covariance; ``sigma`` the residual SD; ``lambdas`` per
    grouping factor (q, q) the relative covariance factor on the user's scale; ``deviance`` -2 times
    the log-likelihood or the REML criterion.

    With a residual structure (``residual``) ``criterion`` is that of the transformed rows, and
    ``sigma`` the residual SD where the variance function is 1; ``deviance`` is that of the rows as
    they are. Otherwise every row's residual SD is ``sigma`` over the root of its prior weight.
    """

    beta: Array
    vcov: Array
    sigma: float
    lambdas: tuple[Array, ...]
    deviance: float
    reml: bool
    theta: Array
    convergence: Convergence
    criterion: Criterion
    residual: ResidualFit | None = None

    @property
    def loglik(self) -> float:
        return -0.5 * self.deviance

    @property
    def n_parameters(self) -> int:
        """Fixed effects, covariance parameters, the residual variance, and its structure's."""
        structure = 0 if self.residual is None else len(self.residual.free)
        return len(self.beta) + len(self.theta) + 1 + structure

    @property
    def conditioned(self) -> Conditioned:
        return self.criterion.conditioned

    @cached_property
    def state(self):
        return self.criterion.evaluate(self.theta)

    def __getstate__(self) -> dict:
        return {k: v for k, v in self.__dict__.items() if k != "state"}

    @property
    def covariances(self) -> tuple[Array, ...]:
        """Per grouping factor (q, q): covariance of the random effects, user's scale."""
        return tuple(self.sigma**2 * L @ L.T for L in self.lambdas)

    @property
    def residual_variance(self) -> float:
        """The mean residual variance over the rows, without prior weights."""
        if self.residual is None:
            return self.sigma**2
        return self.sigma**2 * float((self.residual.relative_sd**2).mean())

    def residual_sd(self, weights: Array | None, n: int | None = None) -> Array:
        """(n,): each row's residual SD, prior weights included; ``n`` where there are none."""
        if self.residual is not None:
            sd = self.sigma * self.residual.relative_sd
        else:
            sd = np.full(len(weights) if weights is not None else int(n or 0), self.sigma)
        return sd if weights is None else sd / np.sqrt(weights)

    def normalised(self, residuals: Array, weights: Array | None) -> Array:
        """(n,): residuals (outcome units) as independent ones of SD 1 when the model is right."""
        if self.residual is not None:
            return self.residual.whiten(residuals) / self.sigma
        scaled = residuals / self.sigma
        return scaled if weights is None else scaled * np.sqrt(weights)

    def residuals_from(self, noise: Array, weights: Array | None) -> Array:
        """(n,): residuals of the model from independent ones of SD 1; inverts ``normalised``."""
        if self.residual is not None:
            return self.sigma * self.residual.colour(noise)
        scaled = noise * self.sigma
        return scaled if weights is None else scaled / np.sqrt(weights)

    @cached_property
    def modes(self) -> tuple[Array, ...]:
        """Per grouping factor (G, q): conditional modes of the random effects, user's scale."""
        scale = self.conditioned.scale
        found = zip(self.conditioned.factors, self.criterion.modes(self.state), strict=True)
        return tuple(scale * (factor.transform @ modes).T for factor, modes in found)

    @cached_property
    def mode_covariances(self) -> tuple[Array, ...]:
        """Per grouping factor (G, q, q): covariance of the modes given y (beta taken as known)."""
        result = []
        variances = self.criterion.mode_variances(self.state)
        for factor, variance in zip(self.conditioned.factors, variances, strict=True):
            T = factor.transform
            result.append(self.sigma**2 * np.einsum("ab,bcg,dc->gad", T, variance, T))
        return tuple(result)


def estimate(design: Design, optimizer: str = "auto", start: Array | None = None) -> Estimates:
    """Fit by ML or REML as the design's spec says, with its residual structure if it has one.

    Raises
    ------
    EstimationError
        When no certified optimum could be found and the criterion can't be evaluated at all.
    """
    try:
        with one_thread(design.n):
            if design.residual is not None:
                from lmm_core.estimation.residual_structures.estimate import estimate_structured

                return estimate_structured(design, optimizer)
            return _estimate(design, optimizer, start)
    except np.linalg.LinAlgError as error:
        raise EstimationError(
            "The criterion can't be computed for these data: its matrices are singular.",
            "Leave out random slopes, or look for values of very different size.",
            code="not_finite",
        ) from error


def criterion_of(conditioned: Conditioned, reml: bool, weights: Array | None) -> Criterion:
    """The criterion for one grouping factor, or for several."""
    if len(conditioned.factors) == 1:
        return SingleFactorCriterion(conditioned, reml)
    if fits_dense(conditioned):
        return DenseCriterion(conditioned, reml, weights)
    return BlockSolver(conditioned, reml, weights)


def _estimate(design: Design, optimizer: str, start: Array | None) -> Estimates:
    reml = design.spec.reml
    conditioned = condition(design)
    criterion = criterion_of(conditioned, reml, design.weights)
    estimates = estimates_from(criterion, optimizer, start)
    share = estimates.sigma / conditioned.scale
    if share < EXACT or (share < NEARLY_EXACT and not estimates.convergence.converged):
        groups = " and ".join(factor.name for factor in conditioned.factors)
        raise EstimationError(
            f"The predictors and the groups of {groups} reproduce {design.spec.outcome_column} "
            "exactly; nothing is left for residuals.",
            f"Is {design.spec.outcome_column} computed from other columns? Choose an outcome that "
            "was measured, or leave out random slopes.",
            code="perfect_fit",
        )
    return estimates


def estimates_from(
    criterion: Criterion, optimizer: str = "auto", start: Array | None = None
) -> Estimates:
    """Minimise a criterion and bring what is found to the user's scale.

    Raises
    ------
    EstimationError
        When the criterion can't be evaluated at all.
    """
    conditioned = criterion.conditioned
    point, convergence = optimise(criterion, optimizer, start)
    theta, state = point.theta, point.state
    deviance = point.value + criterion.constant
    if not np.isfinite(deviance):
        raise EstimationError(
            "The criterion can't be computed for these data.",
            "Look for values of very different size in the outcome.",
            code="not_finite",
        )
    scale, transform = conditioned.scale, conditioned.transform
    sigma = scale * sqrt(state.squares / criterion.degrees)
    beta = conditioned.beta_ols + scale * (transform @ state.beta)
    vcov = sigma**2 * transform @ state.H @ transform.T
    factors = zip(conditioned.factors, criterion.lambdas(theta), strict=True)
    lambdas = tuple(on_user_scale(factor, Lambda) for factor, Lambda in factors)
    estimates = Estimates(
        beta, vcov, sigma, lambdas, deviance, criterion.reml, theta, convergence, criterion
    )
    # The cached property starts with what the optimiser has at hand.
    estimates.__dict__["state"] = state
    return estimates
