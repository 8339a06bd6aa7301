"""The mixed model beside repeated-measures ANOVA, when opened."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lmm_core.assess.rm_anova import Comparison, compare_with_rm_anova
from lmm_core.cache import remembered
from lmm_core.errors import LMMError
from lmm_core.fitted import FittedModel
from lmm_core.formatting import degrees, p_value
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.rm_anova_words import rm_anova_sentences
from pages.parts import state, tables
from pages.parts.tables import Column

MOST_NAMED = 30


@st.fragment
def show(fit: FittedModel) -> None:
    box = st.expander(
        "Mixed model beside repeated-measures ANOVA", on_change="rerun", key="rm_anova"
    )
    if not box.open:
        return
    with box:
        content(fit)


def content(fit: FittedModel) -> None:
    """Both tests side by side and why they differ, or why RM-ANOVA doesn't apply."""
    key = ("rm_anova", state.table().fingerprint, fit.spec)
    try:
        found = remembered(key, lambda: compare_with_rm_anova(fit))
    except LMMError as error:
        st.write(f"{md(error.message)} {md(error.next_step)}")
        return
    _table(found)
    sentences = rm_anova_sentences(fit, found)
    st.markdown("\n".join(f"- {md_sentence(s)}" for s in sentences))
    if found.dropped:
        names = ", ".join(found.dropped[:MOST_NAMED])
        more = " …" if len(found.dropped) > MOST_NAMED else ""
        st.caption(md_sentence(f"Dropped by the ANOVA: {names}{more}."))


def _table(found: Comparison) -> None:
    shown = found.table.assign(
        df=[_pair(a, b) for a, b in zip(found.table.num_df, found.table.den_df, strict=True)],
        lmm_df=[
            _pair(a, b) for a, b in zip(found.table.lmm_num_df, found.table.lmm_den_df, strict=True)
        ],
    )
    columns = [
        Column("effect", "Effect"),
        Column("lmm_f", "Mixed model F", tables.ESTIMATE),
        Column("lmm_df", "df"),
        Column("lmm_p", "p", tables.P_VALUE),
        Column("f_value", "RM-ANOVA F", tables.ESTIMATE),
        Column("df", "df "),
        Column("p_value", "p ", tables.P_VALUE),
    ]
    if found.corrected:
        columns += [
            Column("p_gg", "p (Greenhouse–Geisser)", _blank),
            Column("p_hf", "p (Huynh–Feldt)", _blank),
        ]
    tables.show(shown, columns, "F tests of the mixed model and of RM-ANOVA", "rm_anova")


def _pair(numerator: float, denominator: float) -> str:
    return f"{numerator:.0f}, {degrees(denominator)}"


def _blank(value: float) -> str:
    return "" if pd.isna(value) else p_value(value)
