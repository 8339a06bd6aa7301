"""Long work in pieces, so that its progress is seen and a click on Stop is heard."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAPIException

_AGAIN = "run_again"


def run_again() -> None:
    """Run the next piece: the fragment at once, or everything after this run has drawn all."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.session_state[_AGAIN] = True


def go_on() -> None:
    """At the end of a run: the next piece, if one is wanted."""
    if st.session_state.pop(_AGAIN, False):
        st.rerun()
