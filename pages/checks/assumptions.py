"""Assumptions: each with picture, verdict, how to read it, and what to do."""

import streamlit as st

from pages.parts import assumption_views, explain, notices, page


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()
    checks = assumption_views.checks_of(fit)

    st.title(assumption_views.headline(checks), anchor=False)
    assumption_views.show(fit, checks)
    explain.what_is("assumptions")
