"""F tests of whole terms on the fixed-effects page."""

from __future__ import annotations

import streamlit as st

from lmm_core.fitted import FittedModel
from pages.parts import choices, tables
from pages.parts.tables import Column


@st.fragment
def show(fit: FittedModel) -> None:
    """Type III or II; only where a term has more than one coefficient or there are interactions."""
    several = len(fit.design.names) - fit.design.layout.intercept > len(fit.spec.fixed)
    crossed = any(len(term) > 1 for term in fit.spec.fixed)
    if not (several or crossed):
        return
    st.header("Tests of whole terms", anchor=False)
    kind = st.segmented_control(
        "Type",
        [3, 2],
        default=3,
        required=True,
        key="anova_type",
        format_func=lambda k: "Type III" if k == 3 else "Type II",
        label_visibility="collapsed",
        persist_state="session",
    )
    table = fit.anova(kind)
    table = table.assign(label=[choices.label(t) for t in table["term"]])
    columns = [
        Column("label", "Term"),
        Column("f_value", "F", tables.ESTIMATE),
        Column("num_df", "df", tables.WHOLE),
        Column("den_df", "denominator df", tables.DEGREES),
        Column("p_value", "p", tables.P_VALUE),
    ]
    tables.show(table, columns, "F tests of the terms", "f_tests")
