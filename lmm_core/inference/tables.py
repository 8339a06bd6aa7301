"""The tables of a fitted model: fixed effects, variance components, conditional modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


def root(variances: Array) -> Array:
    """SDs of variances (m,); NaN where rounding has made one negative, as near copies among the
    predictors do.
    """
    if (variances >= 0).all():
        return np.sqrt(variances)
    return np.sqrt(np.where(variances >= 0, variances, np.nan))


def contrast_table(
    contrasts: Array, beta: Array, method: DfMethod, level: float
) -> dict[str, Array]:
    """Estimate, SE, df, t, p and Wald-t interval of the rows of ``contrasts`` (m, p)."""
    estimate = contrasts @ beta
    std_error = root(np.einsum("mi,ij,mj->m", contrasts, method.vcov, contrasts))
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
    return _frame("term", design.names, columns)


def _frame(label: str, names: Sequence[str], columns: dict[str, Array]) -> pd.DataFrame:
    """A text column and numbers as one block: a frame from single columns takes a millisecond."""
    block = np.column_stack(list(columns.values()))
    table = pd.DataFrame(block, columns=pd.Index(list(columns), dtype=object), copy=False)
    table.insert(0, label, pd.Series(list(names), dtype=object))
    return table


@dataclass(frozen=True)
class Component:
    """A variance (``term_2`` None), a covariance, or the residual variance (both terms None).

    ``sdcor`` is the SD or the correlation (NaN when a variance is 0). ``lme4_group`` is the group
    as lme4 writes it, where every independent part of a grouping column has a name of its own.
    """

    group: str
    lme4_group: str
    term_1: str | None
    term_2: str | None
    vcov: float
    sdcor: float


def variance_components(estimates: Estimates) -> tuple[Component, ...]:
    """In lme4's order: grouping columns by falling number of levels, per part variances first."""
    found: list[Component] = []
    factors = zip(estimates.conditioned.factors, estimates.covariances, strict=True)
    for factor, covariance in sorted(factors, key=lambda pair: -pair[0].n_levels):
        names = [name for block in factor.blocks for name in block.names]
        for number, (start, stop) in enumerate(factor.coupled):
            label = f"{factor.name}.{number}" if number else factor.name
            part = covariance[start:stop, start:stop]
            own = names[start:stop]
            sds = np.sqrt(np.maximum(np.diag(part), 0.0))
            for k, name in enumerate(own):
                found.append(
                    Component(factor.name, label, name, None, float(part[k, k]), float(sds[k]))
                )
            for b in range(len(sds)):
                for a in range(b + 1, len(sds)):
                    product = sds[a] * sds[b]
                    r = float(part[a, b] / product) if product > 0 else float("nan")
                    pair = (own[b], own[a], float(part[a, b]), r)
                    found.append(Component(factor.name, label, *pair))
    residual = estimates.sigma
    found.append(Component("Residual", "Residual", None, None, residual**2, residual))
    return tuple(found)


def variance_components_table(estimates: Estimates) -> pd.DataFrame:
    """The layout of lme4's ``as.data.frame(VarCorr())``."""
    rows = [
        (c.lme4_group, c.term_1, c.term_2, c.vcov, c.sdcor) for c in variance_components(estimates)
    ]
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
    columns = {
        "estimate": estimate,
        "std_error": sd.ravel(),
        "conf_low": estimate - half,
        "conf_high": estimate + half,
    }
    levels = np.repeat(np.array(factor.blocks[0].grouping.levels, dtype=object), q)
    table = _frame("level", levels, columns)
    table.insert(1, "term", pd.Series(names * G, dtype=object))
    return table


def term_label(name: str) -> str:
    """ "(Intercept)" reads "intercept" in sentences."""
    return "intercept" if name == INTERCEPT else name
