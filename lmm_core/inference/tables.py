"""The tables of a fitted model: fixed effects, variance components, conditional modes."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from lmm_core.estimation.fit import Estimates
from lmm_core.inference.distributions import normal_quantile, t_p_value, t_quantile
from lmm_core.model.design import Design
from lmm_core.model.matrices import INTERCEPT

Array = np.ndarray


class DfMethod(Protocol):
    """A way to get df: the covariance matrix it tests with and the df of contrasts."""

    vcov: Array

    def df(self, contrasts: Array) -> Array: ...


class Normal:
    """The z-test: infinite df."""

    def __init__(self, vcov: Array) -> None:
        self.vcov = vcov

    def df(self, contrasts: Array) -> Array:
        return np.full(len(np.atleast_2d(contrasts)), np.inf)


def contrast_table(
    contrasts: Array, beta: Array, method: DfMethod, level: float
) -> dict[str, Array]:
    """Estimate, SE, df, t, p and Wald-t interval of the rows of ``contrasts`` (m, p)."""
    estimate = contrasts @ beta
    std_error = np.sqrt(np.einsum("mi,ij,mj->m", contrasts, method.vcov, contrasts))
    df = method.df(contrasts)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / std_error
    half = t_quantile(level, df) * std_error
    return {
        "estimate": estimate,
        "std_error": std_error,
        "df": df,
        "statistic": statistic,
        "p_value": t_p_value(statistic, df),
        "conf_low": estimate - half,
        "conf_high": estimate + half,
    }


def fixed_effects_table(
    design: Design, estimates: Estimates, method: DfMethod, level: float
) -> pd.DataFrame:
    """One row per coefficient; ``term`` as R names it."""
    columns = contrast_table(np.eye(len(estimates.beta)), estimates.beta, method, level)
    return pd.DataFrame({"term": list(design.names), **columns})


def variance_components_table(estimates: Estimates) -> pd.DataFrame:
    """The layout of lme4's ``as.data.frame(VarCorr())``: variances, then covariances, per term."""
    rows: list[tuple[str, str | None, str | None, float, float]] = []
    factors = zip(estimates.conditioned.factors, estimates.covariances, strict=True)
    for factor, covariance in factors:
        for block, (start, stop) in zip(factor.blocks, factor.spans, strict=True):
            part = covariance[start:stop, start:stop]
            sds = np.sqrt(np.maximum(np.diag(part), 0.0))
            for k, name in enumerate(block.names):
                rows.append((factor.name, name, None, part[k, k], sds[k]))
            if not block.term.correlated:
                continue
            for b in range(len(sds)):
                for a in range(b + 1, len(sds)):
                    product = sds[a] * sds[b]
                    correlation = part[a, b] / product if product > 0 else np.nan
                    rows.append(
                        (factor.name, block.names[b], block.names[a], part[a, b], correlation)
                    )
    rows.append(("Residual", None, None, estimates.sigma**2, estimates.sigma))
    return pd.DataFrame(rows, columns=["group", "term_1", "term_2", "vcov", "sdcor"])


def conditional_modes_table(estimates: Estimates, group: str, level: float) -> pd.DataFrame:
    """Long: one row per level and random-effects column, in the order of the levels.

    ``std_error`` is the conditional SD; the interval compares a group with the average.
    """
    k = [factor.name for factor in estimates.conditioned.factors].index(group)
    factor = estimates.conditioned.factors[k]
    modes = estimates.modes[k]
    sd = np.sqrt(np.maximum(np.einsum("gaa->ga", estimates.mode_covariances[k]), 0.0))
    names = [name for block in factor.blocks for name in block.names]
    G, q = modes.shape
    half = float(normal_quantile(0.5 + 0.5 * level)) * sd.ravel()
    estimate = modes.ravel()
    return pd.DataFrame(
        {
            "level": np.repeat(np.array(factor.blocks[0].grouping.levels, dtype=object), q),
            "term": names * G,
            "estimate": estimate,
            "std_error": sd.ravel(),
            "conf_low": estimate - half,
            "conf_high": estimate + half,
        }
    )


def term_label(name: str) -> str:
    """ "(Intercept)" reads "intercept" in sentences."""
    return "intercept" if name == INTERCEPT else name
