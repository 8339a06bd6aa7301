"""A link to an analysis: read from the address at the first run of a session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from lmm_core.errors import LMMError
from lmm_core.report.link import Linked, read_query
from lmm_core.report.markup import md, md_sentence
from pages.parts import preparation, recipe_open, state

if TYPE_CHECKING:
    from lmm_core.data.remote import Fetched

_IGNORED = "link_ignored"
WAITING = "link_waiting"
"""What a link to web data asks for, until the user says whether it is to be loaded."""
_PROBLEM = "link_problem"


def open_first() -> None:
    """Load what the address asks for, before anything else is loaded.

    Web data aren't: a link could come from anybody, so they wait for a click.
    """
    if state.TABLE in st.session_state or not st.query_params:
        return
    asked = read_query(st.query_params.to_dict())
    st.session_state[_IGNORED] = asked.ignored
    if asked.url is not None:
        st.session_state[WAITING] = asked
    elif asked.sample is not None:
        state.use_sample(asked.sample)
        if asked.steps:
            recipe_open.carry(preparation.base(), asked.steps, asked.spec)
        elif asked.spec is not None:
            state.set_spec(asked.spec)


def say_ignored() -> None:
    """What of the address couldn't be used, said once; and the question whether to fetch."""
    for text in st.session_state.pop(_IGNORED, ()):
        st.caption(md_sentence(text))
    asked: Linked | None = st.session_state.get(WAITING)
    if asked is None:
        return
    with st.container(border=True):
        st.write(
            "This link opens an analysis of data from the web. Nothing has been downloaded yet "
            "(what you see below is a sample); load them only if you know where the link comes "
            "from."
        )
        st.code(asked.url, language=None, wrap_lines=True)
        with st.container(horizontal=True):
            if st.button("Load these data", key="link:load"):
                _load(asked)
            st.button("Go on without", key="link:leave", type="tertiary", on_click=_leave)
        error: LMMError | None = st.session_state.get(_PROBLEM)
        if error is not None:
            st.write(f"{md(error.message)} {md(error.next_step)}")


def _leave() -> None:
    st.session_state[WAITING] = st.session_state[_PROBLEM] = None


def _load(asked: Linked) -> None:
    """Fetch with the checks of the page Data: public addresses only, limits of size and time."""
    from lmm_core.data.remote import fetch
    from pages.parts.sources import ALLOW_PRIVATE

    st.session_state[_PROBLEM] = None
    try:
        with st.spinner("Downloading …", show_time=True):
            fetched = fetch(str(asked.url), allow_private=os.environ.get(ALLOW_PRIVATE) == "1")
    except LMMError as error:
        st.session_state[_PROBLEM] = error
        return
    preparation.later(_open, asked, fetched)


def _open(asked: Linked, fetched: Fetched) -> None:
    """The table, its preparation, the model. What doesn't apply is said."""
    from lmm_core.data.remote import read_fetched

    try:
        table = read_fetched(fetched, **asked.reading)
    except LMMError as error:
        st.session_state[_PROBLEM] = error
        return
    _leave()
    state.use_table(table)
    st.session_state[state.SOURCE] = preparation.Source(fetched.data, fetched.name, asked.url)
    st.session_state[_IGNORED] = recipe_open.carry(table, asked.steps, asked.spec)
