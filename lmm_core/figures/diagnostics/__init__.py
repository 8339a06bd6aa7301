"""The pictures of the assumptions: one function per key of ``check_assumptions``."""

from __future__ import annotations

from collections.abc import Callable

from lmm_core.figures.diagnostics.clusters import clusters
from lmm_core.figures.diagnostics.inflation import collinearity
from lmm_core.figures.diagnostics.linearity import linearity_between, linearity_within
from lmm_core.figures.diagnostics.neighbours import autocorrelation
from lmm_core.figures.diagnostics.outliers import outliers
from lmm_core.figures.diagnostics.predictor_spread import homoscedasticity_predictors
from lmm_core.figures.diagnostics.quantiles import normality_random, normality_residuals
from lmm_core.figures.diagnostics.spread import (
    homoscedasticity_fitted,
    homoscedasticity_group,
    homoscedasticity_time,
    residuals_fitted,
)
from lmm_core.figures.diagnostics.two_slopes import confounding
from lmm_core.figures.theme import Picture

__all__ = [
    "PICTURES",
    "autocorrelation",
    "clusters",
    "collinearity",
    "confounding",
    "homoscedasticity_fitted",
    "homoscedasticity_group",
    "homoscedasticity_predictors",
    "homoscedasticity_time",
    "linearity_between",
    "linearity_within",
    "normality_random",
    "normality_residuals",
    "outliers",
    "residuals_fitted",
]

PICTURES: dict[str, Callable[..., Picture | None]] = {
    "linearity_within": linearity_within,
    "linearity_between": linearity_between,
    "confounding": confounding,
    "normality_residuals": normality_residuals,
    "normality_random": normality_random,
    "homoscedasticity_fitted": homoscedasticity_fitted,
    "homoscedasticity_time": homoscedasticity_time,
    "homoscedasticity_group": homoscedasticity_group,
    "homoscedasticity_predictors": homoscedasticity_predictors,
    "autocorrelation": autocorrelation,
    "outliers": outliers,
    "collinearity": collinearity,
    "clusters": clusters,
}
"""Key to picture. Each takes ``(fit, units=None)`` and, where a check looks at several predictors,
terms or groups, the one to show; None means there is nothing to draw."""
