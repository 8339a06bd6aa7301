"""The sidebar's options: estimation, tests, coding; drawn only when they are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lmm_core.model.encoding import encode_levels
from lmm_core.model.spec import ModelSpec
from lmm_core.report.markup import md
from pages.parts import choices, page, residual_choices, state
from pages.parts.sidebar_changes import from_widgets, recode

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

DF_LABELS = {
    "satterthwaite": "Satterthwaite",
    "kenward-roger": "Kenward–Roger",
    "normal": "Normal (z)",
}
_drawn_alone = page.draw_alone(from_widgets)
LEVELS = (0.9, 0.95, 0.99)
OPTIMIZER_LABELS = {
    "auto": "Automatic",
    "newton": "Newton",
    "l-bfgs-b": "L-BFGS-B",
    "nelder-mead": "Nelder–Mead",
    "powell": "Powell",
}


def show() -> None:
    options = _opened_when_wanted("Options", state.OPTIONS)
    if options.open:
        with options:
            _options()


def _opened_when_wanted(label: str, key: str) -> ExpanderContainer:
    """An expander whose controls are only drawn when it is open: they would cost a third of each
    change's time in the browser. ``key`` remembers it, because another page would close it.
    """
    shown = f"expander:{key}"
    st.session_state[shown] = bool(st.session_state.get(key))

    def remember() -> None:
        st.session_state[key] = st.session_state[shown]

    return st.expander(label, key=shown, on_change=remember)


def _options() -> None:
    model = state.spec()
    st.radio(
        "Estimation",
        [True, False],
        key=state.REML,
        format_func=lambda reml: "REML" if reml else "ML",
        horizontal=True,
        on_change=_drawn_alone,
        help="REML gives unbiased variances; ML is for comparing different fixed effects.",
    )
    st.selectbox(
        "Degrees of freedom",
        list(DF_LABELS),
        key=state.DF_METHOD,
        format_func=DF_LABELS.get,
        on_change=_drawn_alone,
    )
    st.radio(
        "Confidence level",
        sorted({*LEVELS, st.session_state.get(state.CI_LEVEL) or 0.95}),
        key=state.CI_LEVEL,
        format_func=lambda level: f"{100 * level:g} %",
        horizontal=True,
        on_change=_drawn_alone,
    )
    if model is not None:
        _reference_levels(model)
    residual_choices.show(from_widgets)
    more = _opened_when_wanted("More options", state.MORE_OPTIONS)
    if more.open:
        with more:
            _more_options(model)


def _more_options(model: ModelSpec | None) -> None:
    if model is not None:
        _coding(model)
    if st.session_state.get(state.SLOPES):
        st.toggle("Random intercept", key=state.INTERCEPT, on_change=from_widgets)
    st.selectbox(
        "Prior weights",
        choices.weights(),
        key=state.WEIGHTS,
        format_func=lambda name: name or "None",
        on_change=from_widgets,
        help="A column that says how much each row counts, e.g. the number of measurements.",
    )
    st.selectbox(
        "Optimiser",
        list(OPTIMIZER_LABELS),
        key=state.OPTIMIZER,
        format_func=OPTIMIZER_LABELS.get,
        on_change=_drawn_alone,
        help="Automatic tries others by itself when the result can't be certified.",
    )


def _reference_levels(model: ModelSpec) -> None:
    for column in choices.categorical_fixed(model):
        frame = state.table().frame
        if column not in frame.columns:
            continue
        levels = list(encode_levels(frame[column])[1])
        key = state.REFERENCE + column
        if levels and st.session_state.get(key) not in levels:
            st.session_state[key] = dict(model.reference).get(column, levels[0])
        if 2 <= len(levels) <= 100:
            st.selectbox(
                f"Reference level of {md(column)}", levels, key=key, on_change=from_widgets
            )


def _coding(model: ModelSpec) -> None:
    """Centring and scaling."""
    numeric = choices.numeric_fixed(model)
    if numeric:
        st.multiselect(
            "Centre at the mean", numeric, key=state.CENTRED, on_change=recode, placeholder="None"
        )
        st.multiselect(
            "Standardise", numeric, key=state.SCALED, on_change=recode, placeholder="None"
        )
