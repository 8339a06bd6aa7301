"""What the page for reshaping offers and says first."""

from __future__ import annotations

import streamlit as st

from lmm_core.report.markup import md
from pages.parts import preparation, reshape_view, state

MODES = {
    "long": "Wide to long",
    "join": "Join a second table",
    "wide": "Long to wide",
}
_KINDS = ("reshape_long", "reshape_wide", "join")


def title() -> str:
    """What was found: columns of one measure at several times, or nothing of that kind."""
    if preparation.steps() and preparation.steps()[-1].kind == "reshape_long":
        return "The table is long now"
    if reshape_view.likely():
        return "This table seems to be wide"
    return "Reshape or join"


def now_fitted() -> None:
    """After a reshape: the model that was proposed and fitted, and where its result is."""
    steps, model = preparation.steps(), state.spec()
    if not steps or steps[-1].kind not in _KINDS:
        return
    if model is None or state.fit() is None or state.problem() is not None:
        missing = st.session_state.get(state.QUESTION)
        if missing is not None:
            word = "outcome" if missing == "outcome" else "grouping column"
            st.markdown(f"Choose the {word} in the sidebar; the model is then fitted.")
        return
    st.markdown(f"The model is fitted: {md(model.formula)}")
    st.page_link(
        "pages/results/overview.py", label="See the result", icon=":material/arrow_forward:"
    )
