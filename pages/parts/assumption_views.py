"""The assumptions page: all verdicts in one table, one check at a time with its picture."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lmm_core.assess.assumptions import Check, check_assumptions
from lmm_core.cache import remembered
from lmm_core.figures.diagnostics import PICTURES
from lmm_core.fitted import FittedModel
from lmm_core.report.markup import md, md_sentence
from pages.parts import (
    assumption_actions,
    charts,
    simulation_views,
    state,
    structure_views,
    tables,
)

VERDICTS = {"fine": "fine", "look": ":orange[take a look]", "act": ":red[act]"}


def checks_of(fit: FittedModel) -> tuple[Check, ...]:
    """The checks of a fit, made once."""
    key = ("assumptions", state.table().fingerprint, fit.spec)
    return remembered(key, lambda: check_assumptions(fit))


def headline(checks: tuple[Check, ...]) -> str:
    """A title that states how many checks call for something."""
    act = sum(check.verdict == "act" for check in checks)
    look = sum(check.verdict == "look" for check in checks)
    made = sum(map(_made, checks))
    if act:
        return f"{act} of {made} checks {'calls' if act == 1 else 'call'} for action"
    if look:
        return f"{look} of {made} checks {'deserves' if look == 1 else 'deserve'} a look"
    return "No check raises a concern"


def _made(check: Check) -> bool:
    """Whether there was something to check."""
    return check.magnitude is not None


def show(fit: FittedModel, checks: tuple[Check, ...]) -> None:
    _table(checks)
    _one(fit, checks)
    simulation_views.show(fit, state.units())
    structure_views.show(fit)


def _table(checks: tuple[Check, ...]) -> None:
    frame = pd.DataFrame(
        {
            "Check": [md(check.title) for check in checks],
            "Verdict": [VERDICTS[c.verdict] if _made(c) else "–" for c in checks],
            "How large": [md(check.magnitude_text) for check in checks],
        }
    )
    st.table(frame, border="horizontal", hide_index=True, alt="Verdict of every check")
    download = pd.DataFrame(
        [(c.title, c.verdict, c.magnitude_text, c.sentence, c.what_to_do) for c in checks],
        columns=["check", "verdict", "magnitude", "meaning", "what to do"],
    )
    tables.take_along(download, "assumptions")


@st.fragment
def _one(fit: FittedModel, checks: tuple[Check, ...]) -> None:
    by_key = {check.key: check for check in checks}
    worst = max(checks, key=lambda check: ("fine", "look", "act").index(check.verdict))
    key = st.selectbox(
        "Look at one check",
        list(by_key),
        index=list(by_key).index(worst.key),
        format_func=lambda k: by_key[k].title,
        key="assumption",
        persist_state="session",
    )
    check = by_key.get(key, worst)
    st.write(md_sentence(check.sentence))
    picture = PICTURES[check.key](fit, units=state.units())
    if picture is not None:
        charts.show(picture, f"diagnostic:{check.key}")
    st.caption(md_sentence(f"How to read it: {check.how_to_read}"))
    if check.verdict != "fine":
        st.write(md_sentence(check.what_to_do))
        assumption_actions.show(check)
