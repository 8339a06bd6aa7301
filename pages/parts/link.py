"""A link to an analysis: read from the address at the first run of a session."""

from __future__ import annotations

import streamlit as st

from lmm_core.report.link import read_query
from lmm_core.report.markup import md_sentence
from pages.parts import state

_IGNORED = "link_ignored"


def open_first() -> None:
    """Load what the address asks for, before anything else is loaded."""
    if state.TABLE in st.session_state or not st.query_params:
        return
    asked = read_query(st.query_params.to_dict())
    st.session_state[_IGNORED] = asked.ignored
    if asked.sample is not None:
        state.use_sample(asked.sample)
        if asked.spec is not None:
            state.set_spec(asked.spec)


def say_ignored() -> None:
    """What of the address couldn't be used; said once."""
    for text in st.session_state.pop(_IGNORED, ()):
        st.caption(md_sentence(text))
