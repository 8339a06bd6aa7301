"""Missing data: who is observed when, who leaves and after what, and RM-ANOVA beside the model."""

import streamlit as st

from lmm_core.report.markup import md
from lmm_core.report.missing_words import missing_headline
from pages.parts import explain, missing_views, notices, page, rm_anova_view, state


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()
    found = missing_views.pattern_of(fit)

    st.title(md(missing_headline(fit, found)), anchor=False)
    missing_views.show(fit, found, state.units())
    rm_anova_view.show(fit)
    explain.what_is("missing_data", "rm_anova")
