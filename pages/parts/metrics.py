"""The four numbers of the overview."""

from __future__ import annotations

import streamlit as st

from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number, percent, whole
from lmm_core.report.columns import (
    Coefficient,
    Units,
    key_coefficient,
    outcome_unit,
    short_name,
)
from lmm_core.report.markup import md


def _effect_label(key: Coefficient) -> str:
    return f"Effect of {md(short_name(key))}" if key.parts else "Average"


def show(fit: FittedModel, units: Units) -> None:
    """Rows and groups, key effect with interval, ICC, R²."""
    key = key_coefficient(fit)
    unit = outcome_unit(fit, units)
    icc, r2 = fit.icc(), fit.r2()
    groups = ", ".join(f"{whole(n)} {name}" for name, n in fit.n_groups.items())
    bounds = f"{level_text(fit.spec.ci_level)} CI {md(interval(key.low, key.high, unit))}"
    between = f"{percent(icc.adjusted)} of the variance left is between groups"
    cells = (
        ("Rows", whole(fit.n_obs), md(f"{groups} groups")),
        (_effect_label(key), number(key.estimate), bounds),
        ("ICC", number(icc.adjusted, 2), between),
        ("R²", number(r2.conditional, 2), f"fixed effects alone {number(r2.marginal, 2)}"),
    )
    grid = st.grid(4, min_column_width=150)
    for label, value, note in cells:
        with grid.cell():
            st.metric(label, value)
            st.caption(note)
