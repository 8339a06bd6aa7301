"""Trajectories: all groups together, or one by one."""

import streamlit as st

from pages.parts import explain, notices, page, state, trajectory_views


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()

    st.title("Each group's own line around the average", anchor=False)
    trajectory_views.show(fit, state.units())
    explain.what_is("blup", "mixed_model")
