"""How far the fits of the ladder are, with Stop and Go on."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lmm_core.report.markup import md
from pages.parts import ladder, state
from pages.parts.ladder import Fitted
from pages.parts.long_work import run_again

_PIECE = "ladder_piece"


def begin(place: DeltaGenerator) -> DeltaGenerator | None:
    """Before the next model is fitted: what the last run said stays, and Stop can be clicked."""
    last = st.session_state.get(_PIECE)
    if last is None or last[0] != state.table().fingerprint or _stopped():
        return None
    return _draw(place, *last[1:])


def end(place: DeltaGenerator, bar: DeltaGenerator | None, found: Fitted) -> None:
    """What is missing, and the next one is fitted; nothing when every model is.

    Called last: what is fitted so far is on screen by then.
    """
    if not found.waiting:
        if st.session_state.pop(_PIECE, None) is not None:
            place.empty()
        return
    done = len(found.names) + len(found.refused)
    share = done / (done + len(found.waiting))
    if _stopped():
        names = ", ".join(md(name) for name in found.waiting)
        with place.container():
            st.caption(f"Not fitted: {names}.")
            st.button("Go on", key="ladder_go_on", on_click=_go_on)
        return
    text = f"{done} of {done + len(found.waiting)} models fitted; next: {md(found.waiting[0])}"
    st.session_state[_PIECE] = (state.table().fingerprint, share, text)
    if bar is None:
        _draw(place, share, text)
    else:
        bar.progress(share, text)
    run_again()


def _draw(place: DeltaGenerator, share: float, text: str) -> DeltaGenerator:
    with place.container():
        bar = st.progress(share, text)
        st.button("Stop", key="ladder_stop", on_click=_stop)
    return bar


def _stopped() -> bool:
    return st.session_state.get(ladder.STOPPED) == state.table().fingerprint


def _stop() -> None:
    st.session_state[ladder.STOPPED] = state.table().fingerprint


def _go_on() -> None:
    st.session_state[ladder.STOPPED] = None
