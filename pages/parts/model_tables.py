"""The tables of a fitted model as they stand on a page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lmm_core.assess.standardised import standardised_coefficients
from lmm_core.fitted import FittedModel
from lmm_core.formatting import correlation, level_text, number
from lmm_core.inference.tables import Component
from lmm_core.model.matrices import INTERCEPT
from lmm_core.report.residual_words import residual_rows
from pages.parts import tables
from pages.parts.tables import Column


@st.fragment
def fixed_effects(fit: FittedModel) -> None:
    """Estimate, CI, t, df, p of each coefficient; standardised ones on request."""
    standardised = st.toggle(
        "Standardised",
        key="standardised",
        persist_state="session",
        help="Adds each coefficient per SD of its predictor, in SDs of the outcome.",
    )
    table = fit.fixed_effects.assign(label=list(fit.design.labels))
    level = level_text(fit.spec.ci_level)
    columns = [
        Column("label", "Term"),
        Column("estimate", "Estimate", tables.ESTIMATE),
        Column("conf_low", f"{level} CI low", tables.ESTIMATE),
        Column("conf_high", "high", tables.ESTIMATE),
        Column("p_value", "p", tables.P_VALUE),
        Column("std_error", "SE", tables.ESTIMATE),
        Column("statistic", "z" if fit.spec.df_method == "normal" else "t", tables.ESTIMATE),
        Column("df", "df", tables.DEGREES),
    ]
    if standardised:
        table = table.assign(standardised=standardised_coefficients(fit))
        columns.insert(2, Column("standardised", "Standardised", _blank(number)))
    tables.show(table, columns, "Fixed effects with confidence intervals", "fixed_effects")


def variance_components(fit: FittedModel) -> None:
    """Variance and SD per random effect, correlations, residual."""
    rows = [
        {
            "group": c.group,
            "effect": _effect(c),
            "variance": c.vcov,
            "sd": c.sdcor if c.term_2 is None else None,
            "correlation": None if c.term_2 is None else c.sdcor,
        }
        for c in fit.components
        if c.term_1 is not None
    ]
    rows += [{"group": "Residual", **row._asdict()} for row in residual_rows(fit)]
    shown = pd.DataFrame(rows).astype({"sd": float, "correlation": float})
    has_pairs = bool(shown["correlation"].notna().any())
    columns = [
        Column("group", "Group"),
        Column("effect", "Random effect"),
        Column("variance", "Variance or covariance", _blank(number)),
        Column("sd", "SD", _blank(number)),
    ]
    if has_pairs:
        columns.append(Column("correlation", "Correlation", _blank(correlation)))
    tables.show(shown, columns, "Variance components", "variance_components")


def modes(fit: FittedModel, table: pd.DataFrame, at_most: int) -> None:
    """The first conditional modes of ``table``; the download holds all."""
    columns = [
        Column("level", "Group"),
        Column("estimate", "Deviation", tables.ESTIMATE),
        Column("std_error", "SD", tables.ESTIMATE),
        Column("conf_low", f"{level_text(fit.spec.ci_level)} CI low", tables.ESTIMATE),
        Column("conf_high", "high", tables.ESTIMATE),
    ]
    alt = "Deviation of each group from the average"
    tables.show(table, columns, alt, "conditional_modes", at_most)


def _effect(component: Component) -> str:
    names = [component.term_1, component.term_2]
    texts = ["level" if name == INTERCEPT else str(name) for name in names if name is not None]
    return " with ".join(texts)


def _blank(write):
    return lambda value: "" if pd.isna(value) else write(value)
