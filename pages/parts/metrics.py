"""The four numbers of the overview."""

from __future__ import annotations

import streamlit as st

from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number, percent, whole
from lmm_core.report.columns import Units, key_coefficient, outcome_unit, short_name
from lmm_core.report.markup import md


def show(fit: FittedModel, units: Units) -> None:
    """Rows and groups, key effect with interval, ICC, R²."""
    key = key_coefficient(fit)
    unit = outcome_unit(fit, units)
    icc, r2 = fit.icc(), fit.r2()
    groups = ", ".join(f"{whole(n)} {name}" for name, n in fit.n_groups.items())
    rows, effect, share, explained = st.columns(4)
    rows.metric("Rows", whole(fit.n_obs))
    rows.caption(md(f"{groups} groups"))
    effect.metric(f"Effect of {md(short_name(key))}", number(key.estimate))
    bounds = interval(key.low, key.high, unit)
    effect.caption(f"{level_text(fit.spec.ci_level)} CI {md(bounds)}")
    share.metric("ICC", number(icc.adjusted, 2))
    share.caption(f"{percent(icc.adjusted)} of the variance left is between groups")
    explained.metric("R²", number(r2.conditional, 2))
    explained.caption(f"fixed effects alone {number(r2.marginal, 2)}")
