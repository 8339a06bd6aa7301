"""A page's contents as a part of the screen that is drawn alone where nothing else has changed.

A click on the page, and a change of the sidebar's options, leave the sidebar as it is: drawing it
anew takes the browser as long as the page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts import cut_off, long_work, notices, preparation, state

PAGE = "page"
STATE_LINE = "state_line"
_BESIDE = "sidebar_drawn_for"
_ON_SCREEN = "page_on_screen"


def contents(draw: Callable[[], None]) -> None:
    """Decorates the one function of a page file, and draws it.

    A callback on the page may change the model or the table, which the sidebar shows too: then all
    is drawn.
    """

    @st.fragment(key=PAGE)
    def drawn() -> None:
        cut_off.finish()
        preparation.carry_on()
        all_when_behind()
        st.session_state[_ON_SCREEN] = _page_asked_for()
        state.refit()
        with contextlib.suppress(notices.PageEnds):
            draw()
        long_work.go_on()

    drawn()


def sidebar_is_drawn() -> None:
    """After the sidebar's controls: what they show."""
    st.session_state[_BESIDE] = _shown_beside()


def all_when_behind() -> None:
    """At the head of a part that is drawn alone: draw all when the sidebar shows something else."""
    if st.session_state.get(_BESIDE) != _shown_beside():
        st.rerun()


def _shown_beside() -> tuple[object, ...]:
    error = state.problem()
    said = error and (error.message, error.next_step)
    return (state.table().fingerprint, state.spec(), said, st.session_state.get(state.QUESTION))


def draw_alone(change: Callable[[], None]) -> Callable[[], None]:
    """A callback of an option in the sidebar: ``change``, and where it changes nothing else that
    the sidebar shows, only the page and the line about the fit are drawn.
    """

    def changed() -> None:
        with cut_off.finished_later(change):
            # A run that was cut off may have left the sidebar as it was before an earlier change.
            in_step = st.session_state.get(_BESIDE) == _shown_beside()
            before = _widgets()
            change()
            after = _widgets()
        same = all(before.get(key) == value for key, value in after.items())
        stays = st.session_state.get(_ON_SCREEN) == _page_asked_for()
        if stays and in_step and same and state.problem() is None:
            for key in before.keys() - after.keys():
                # A choice that the sidebar makes when it is drawn, as it stands there.
                st.session_state[key] = before[key]
            sidebar_is_drawn()
            _next_run_alone()

    return changed


def _page_asked_for() -> str:
    """Which page this run is for. A click on a link that follows a change at once comes in the same
    run, before whose callbacks the page on screen is still the one that the link leaves.
    """
    context = get_script_run_ctx()
    return context.page_script_hash if context else ""


def _next_run_alone() -> None:
    # Where they aren't drawn yet, everything is.
    with contextlib.suppress(StreamlitAPIException):
        st.rerun([PAGE, STATE_LINE])


def _widgets() -> dict[str, object]:
    return {str(k): v for k, v in st.session_state.items() if str(k).startswith("w_")}
