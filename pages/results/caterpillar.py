"""Caterpillar: every group's deviation from the average, sorted."""

import streamlit as st

from pages.parts import caterpillar_view, explain, notices, page, state


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()

    st.title("Who stands out from the average?", anchor=False)
    caterpillar_view.show(fit, state.units())
    explain.what_is("caterpillar", "blup")
