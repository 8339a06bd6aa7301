"""Long to wide: one row per subject, one column for each time."""

from __future__ import annotations

import streamlit as st

from lmm_core.data.step import Step
from lmm_core.errors import LMMError
from lmm_core.report.markup import md, md_sentence
from pages.parts import preparation, state, tables
from pages.parts.forms import fields

_KIND = "reshape_wide"


def show() -> None:
    """The settings, what comes of them, and the button."""
    table = state.table()
    left, middle, right = st.columns(3)
    with left:
        group = fields.group(_KIND, table, "One row for each")
    with middle:
        time = fields.time(_KIND, table, (group,))
    rest = [name for name in fields.names(table) if name not in (group, time)]
    model = state.spec()
    outcome = model.outcome_column if model is not None else None
    with right:
        values = fields.several(
            _KIND, "value", "Values", rest, default=[outcome] if outcome in rest else ()
        )
    if group is None or time is None or not values:
        st.caption("Choose the columns of the values.")
        return
    step = Step(_KIND, {"id": group, "time": time, "value": values})
    try:
        after = preparation.preview(table, step)
    except LMMError as error:
        st.markdown(f":orange[**Not possible.**] {md(error.message)} {md(error.next_step)}")
        return
    st.markdown(md_sentence(after.notes[-1]))
    tables.small(after.frame.iloc[:5, :7], "The first rows of the table as it would be")
    st.caption("A mixed model needs the long form; the wide one is for other programs.")
    if st.button(f"Make one row per {md(group)}", key="wide_done"):
        preparation.later(preparation.add, step)
