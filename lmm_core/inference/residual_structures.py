"""A model with other residual structures beside the plain one: fit, tests, coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.errors import LMMError
from lmm_core.estimation.fit import Estimates
from lmm_core.estimation.residual_structures import (
    ResidualStructure,
    StructuredEstimates,
    estimate_structure,
)
from lmm_core.inference.distributions import chi2_p_value
from lmm_core.inference.satterthwaite import satterthwaite
from lmm_core.inference.tables import contrast_table
from lmm_core.model.design import Design
from lmm_core.model.residual import words_of


@dataclass(frozen=True)
class StructureFit:
    """One structure's fit; ``reason`` says why there is none. ``coefficients`` as in the
    fixed-effects table, with Satterthwaite df at the structure's estimated parameters.
    """

    structure: ResidualStructure
    fitted: StructuredEstimates | None
    coefficients: pd.DataFrame | None
    chi_sq: float
    df: int
    p_value: float
    reason: str = ""


def fit_structure(
    design: Design,
    frame: pd.DataFrame,
    plain: Estimates,
    structure: ResidualStructure,
    level: float,
) -> StructureFit:
    """Fit one structure and test it against independent residuals of equal spread.

    Both fits are by the same criterion with the same fixed effects, so the likelihood ratio holds
    for REML, too; the plain model lies inside every structure's range.
    """
    try:
        found = estimate_structure(design, frame, structure, plain)
    except (LMMError, np.linalg.LinAlgError) as error:
        reason = str(error) if isinstance(error, LMMError) else "The fit broke down numerically."
        return StructureFit(structure, None, None, np.nan, 0, np.nan, reason)
    chi_sq = max(plain.deviance - found.deviance, 0.0)
    df = len(found.free)
    estimates = found.estimates
    columns = contrast_table(
        np.eye(len(estimates.beta)), estimates.beta, satterthwaite(estimates), level
    )
    table = pd.DataFrame({"term": list(design.names), **columns})
    return StructureFit(structure, found, table, chi_sq, df, chi2_p_value(chi_sq, df))


def structures_table(
    design: Design, plain: Estimates, fits: Sequence[StructureFit]
) -> pd.DataFrame:
    """structure, npar, loglik, aic, bic, chi_sq, df, p_value; the plain model first."""
    k, n = plain.n_parameters, design.n
    rows = [
        (
            "independent, equal spread",
            k,
            plain.loglik,
            plain.deviance + 2 * k,
            plain.deviance + np.log(n) * k,
            np.nan,
            np.nan,
            np.nan,
        )
    ]
    for fit in fits:
        found = fit.fitted
        if found is not None:
            numbers = (found.n_parameters, found.loglik, found.aic, found.bic)
            rows.append((describe(fit.structure), *numbers, fit.chi_sq, fit.df, fit.p_value))
    names = ["structure", "npar", "loglik", "aic", "bic", "chi_sq", "df", "p_value"]
    return pd.DataFrame(rows, columns=names)


def describe(structure: ResidualStructure | None) -> str:
    """ "spread by Sex", "spread as a power of the fitted values, AR(1) over age"."""
    return words_of(structure)
