"""Reshape: wide to long, a join with a second table, long to wide; then the proposed model."""

import streamlit as st

from pages.parts import join_view, page, reshape_view, steps_view, wide_view
from pages.parts.reshape_modes import MODES, now_fitted, title


@page.contents
def _contents() -> None:
    st.title(title(), anchor=False)
    now_fitted()
    mode = st.segmented_control(
        "What do you want to do?",
        list(MODES),
        key="reshape_mode",
        default="long",
        required=True,
        format_func=MODES.get,
        label_visibility="collapsed",
        persist_state="session",
    )
    {"long": reshape_view.show, "join": join_view.show, "wide": wide_view.show}[mode]()
    steps_view.show()
