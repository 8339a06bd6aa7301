"""Shares of variance: ICC and R².

ICC with random slopes: the average random variance over the rows (Johnson 2014, Methods Ecol. Evol.
5) as in Nakagawa, Johnson & Schielzeth (2017, J. R. Soc. Interface 14); R² marginal and conditional
from the same paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmm_core.estimation.fit import Estimates
from lmm_core.model.design import Design

Array = np.ndarray


@dataclass(frozen=True)
class ICC:
    """Intraclass correlation. ``adjusted`` leaves the fixed effects' variance out (the usual ICC),
    ``conditional`` has it in the denominator; ``by_group`` holds (group, share) of ``adjusted``.
    """

    adjusted: float
    conditional: float
    by_group: tuple[tuple[str, float], ...]
    with_slopes: bool

    def __float__(self) -> float:
        return self.adjusted


@dataclass(frozen=True)
class R2:
    """Share of variance explained by the fixed effects, and by fixed and random effects."""

    marginal: float
    conditional: float


@dataclass(frozen=True)
class VarianceShares:
    """Average variances over the rows, outcome units squared."""

    fixed: float
    by_group: tuple[tuple[str, float], ...]
    residual: float

    @property
    def random(self) -> float:
        return sum(value for _, value in self.by_group)


def variance_shares(design: Design, estimates: Estimates) -> VarianceShares:
    """Variance of the fixed part, of each grouping factor's random part, and of the residual."""
    # Without predictors the fitted averages differ by rounding only.
    fixed = (design.X @ estimates.beta).var(ddof=1) if design.layout.terms else 0.0
    by_group = []
    factors = zip(estimates.conditioned.factors, estimates.covariances, strict=True)
    for factor, covariance in factors:
        Z = design.random_columns(factor.name)
        mean_squares = Z.T @ Z / len(Z)
        by_group.append((factor.name, float((covariance * mean_squares).sum())))
    return VarianceShares(float(fixed), tuple(by_group), estimates.residual_variance)


def icc(design: Design, estimates: Estimates) -> ICC:
    shares = variance_shares(design, estimates)
    total = shares.random + shares.residual
    with_slopes = any(block.layout.width > 1 or not block.term.intercept for block in design.blocks)
    by_group = tuple((name, value / total) for name, value in shares.by_group)
    return ICC(shares.random / total, shares.random / (total + shares.fixed), by_group, with_slopes)


def r2(design: Design, estimates: Estimates) -> R2:
    shares = variance_shares(design, estimates)
    total = shares.fixed + shares.random + shares.residual
    return R2(shares.fixed / total, (shares.fixed + shares.random) / total)


def icc_curve(estimates: Estimates, factor: int, rows: Array) -> Array:
    """(m,): ICC at the random-effects columns ``rows`` (m, q) of one grouping factor.

    With slopes the share between groups depends on the predictor: z'Gz / (z'Gz + sigma^2), with
    the mean residual variance where a residual structure lets it vary.
    """
    variance = np.einsum("ma,ab,mb->m", rows, estimates.covariances[factor], rows)
    return variance / (variance + estimates.residual_variance)
