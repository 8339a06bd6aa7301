"""Observed among simulated data: the line-up and the overlays, each when opened."""

from __future__ import annotations

import streamlit as st

from lmm_core.assess.simulation import lineup, simulated_outcomes, views
from lmm_core.assess.simulation.lineup import VIEWS
from lmm_core.cache import remembered
from lmm_core.figures.simulation import lineup_figure, overlay_figure, overlay_sentence
from lmm_core.fitted import FittedModel
from lmm_core.report.columns import Units
from lmm_core.report.markup import md_sentence
from pages.parts import charts, state

OVERLAYS = {
    "distribution": "Distribution",
    "spread": "SD within groups",
    "trend": "Averages",
}
SEED = "lineup_seed"
GUESS = "lineup_guess"


def show(fit: FittedModel, units: Units) -> None:
    _lineup(fit)
    _overlays(fit, units)


@st.fragment
def _lineup(fit: FittedModel) -> None:
    box = st.expander("Which one is yours? A line-up", on_change="rerun", key="lineup")
    if not box.open:
        return
    with box:
        st.write(
            "One panel shows your data, seven show data that the model made. If you can't tell "
            "which one is yours, there is no departure to worry about."
        )
        offered = views(fit)
        view = st.segmented_control(
            "View",
            offered,
            default=offered[0],
            required=True,
            format_func=VIEWS.get,
            key=f"lineup_view:{len(offered)}",
            on_change=_forget,
            label_visibility="collapsed",
        )
        seed = st.session_state.get(SEED, 1)
        key = ("lineup", state.table().fingerprint, fit.spec, view, seed)
        found = remembered(key, lambda: lineup(fit, view, _hidden(fit, seed)))
        guess = st.session_state.get(GUESS)
        charts.show(lineup_figure(found, reveal=guess is not None), "lineup_chart")
        st.segmented_control("Mine is", list(range(1, len(found.panels) + 1)), key=GUESS)
        if guess is not None:
            right = guess == found.place + 1
            st.write(
                f"Yes, {guess} is yours. Told at first sight, it shows what the model misses; told "
                "by luck, it happens once in eight."
                if right
                else f"Yours is {found.place + 1}; {guess} was made by the model. In this picture "
                "your data look like the model's."
            )
            st.button("Shuffle again", key="lineup_again", on_click=_again)


def _hidden(fit: FittedModel, seed: int) -> int:
    """A seed that differs between data sets, so that the place can't be learnt."""
    return (hash((state.table().fingerprint, fit.spec.formula)) ^ seed) % 2**32


def _again() -> None:
    st.session_state[SEED] = st.session_state.get(SEED, 1) + 1
    _forget()


def _forget() -> None:
    st.session_state[GUESS] = None


@st.fragment
def _overlays(fit: FittedModel, units: Units) -> None:
    box = st.expander("Does the model make data like yours?", on_change="rerun", key="overlays")
    if not box.open:
        return
    with box:
        what = st.segmented_control(
            "Compare",
            list(OVERLAYS),
            default="distribution",
            required=True,
            format_func=OVERLAYS.get,
            key="overlay",
            label_visibility="collapsed",
        )
        key = ("simulated", state.table().fingerprint, fit.spec)
        found = remembered(key, lambda: simulated_outcomes(fit))
        charts.show(overlay_figure(fit, found, what, units), f"overlay:{what}")
        st.write(md_sentence(overlay_sentence(fit, found, what)))
