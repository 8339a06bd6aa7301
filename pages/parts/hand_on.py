"""The four ways to take an analysis along, one at a time."""

from __future__ import annotations

import streamlit as st

from lmm_core.fitted import FittedModel
from pages.parts import code_view, paper_view, recipe_view, report_view, state

MODES = {
    "report": "Report",
    "text": "Text for a paper",
    "code": "Code",
    "recipe": "Recipe and link",
}
_TITLES = {
    "report": "The whole analysis in one document",
    "text": "Paragraphs that say what was done and found",
    "code": "The same analysis as a script",
    "recipe": "Save it, open it again, pass it on",
}


def show(fit: FittedModel) -> None:
    title = st.container()
    mode = st.segmented_control(
        "How do you want to take it along?",
        list(MODES),
        key="hand_on",
        default="report",
        required=True,
        format_func=MODES.get,
        label_visibility="collapsed",
        persist_state="session",
    )
    title.title(_TITLES[mode], anchor=False)
    if state.problem() is not None and mode != "recipe":
        # The table may have changed since the last model that could be fitted.
        st.write("The model in the sidebar can't be fitted; choose one that can first.")
        return
    {
        "report": report_view.show,
        "text": paper_view.show,
        "code": code_view.show,
        "recipe": recipe_view.show,
    }[mode](fit)
