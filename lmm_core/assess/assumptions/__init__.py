"""The assumptions of a fitted model, each with a verdict by magnitude and in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lmm_core.assess.assumptions.autocorrelation import check_autocorrelation
from lmm_core.assess.assumptions.check import Check, Verdict
from lmm_core.assess.assumptions.clusters import check_clusters
from lmm_core.assess.assumptions.collinear import check_collinearity
from lmm_core.assess.assumptions.confounding import check_confounding
from lmm_core.assess.assumptions.homoscedasticity import (
    check_homoscedasticity_fitted,
    check_homoscedasticity_group,
    check_homoscedasticity_time,
)
from lmm_core.assess.assumptions.linearity import check_linearity_between, check_linearity_within
from lmm_core.assess.assumptions.material import Material
from lmm_core.assess.assumptions.normality import check_normality_residuals
from lmm_core.assess.assumptions.outliers import check_outliers
from lmm_core.assess.assumptions.predictor_spread import check_homoscedasticity_predictors
from lmm_core.assess.assumptions.random_effects import check_normality_random

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

__all__ = ["CHECKS", "Check", "Material", "Verdict", "check_assumptions"]

CHECKS: dict[str, Callable[[Material], Check]] = {
    "linearity_within": check_linearity_within,
    "linearity_between": check_linearity_between,
    "confounding": check_confounding,
    "normality_residuals": check_normality_residuals,
    "normality_random": check_normality_random,
    "homoscedasticity_fitted": check_homoscedasticity_fitted,
    "homoscedasticity_time": check_homoscedasticity_time,
    "homoscedasticity_group": check_homoscedasticity_group,
    "homoscedasticity_predictors": check_homoscedasticity_predictors,
    "autocorrelation": check_autocorrelation,
    "outliers": check_outliers,
    "collinearity": check_collinearity,
    "clusters": check_clusters,
}
"""Key to the function that makes the check, in the order of the page."""


def check_assumptions(fit: FittedModel) -> tuple[Check, ...]:
    """Check every assumption of a fitted model, in the order of ``CHECKS``.

    A verdict is "fine", "look" or "act": decided by how large a departure is, and only where
    chance rarely gives as much at this sample size.
    """
    material = Material(fit)
    return tuple(check(material) for check in CHECKS.values())
