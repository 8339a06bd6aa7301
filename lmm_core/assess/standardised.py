"""Standardised coefficients, computed after the fit; the model itself isn't changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray


def standardised_coefficients(fit: FittedModel) -> Array:
    """(p,): SDs of the outcome per SD of the column of X; NaN for the intercept.

    For a contrast between levels the column is its 0/1 indicator: there the coefficient is only
    divided by the outcome's SD, so that it still compares two levels.
    """
    spread = float(fit.y.std(ddof=1))
    result = np.full(fit.design.p, np.nan)
    for k, parts in enumerate(fit.design.parts):
        if fit.design.assign[k] < 0:
            continue
        numeric = all(level is None for _, level in parts)
        scale = float(fit.design.X[:, k].std(ddof=1)) if numeric else 1.0
        result[k] = fit.estimates.beta[k] * scale / spread
    return result
