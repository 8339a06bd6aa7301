"""The parts of the data page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.errors import LMMError
from lmm_core.formatting import whole
from lmm_core.model.factors import factor_of
from lmm_core.report.markup import md, md_sentence
from pages.parts import preparation, state, tables
from pages.parts.forms.labels import KINDS
from pages.parts.tables import Column

PREVIEW_ROWS = 200
_SHOWN = 40
_TYPE_OF = "type_of"
_TYPE = "type_as"


def rows_in_use() -> None:
    """How many rows and groups the current model uses; the checklist says why others aren't."""
    fit = state.fit()
    if fit is None or state.problem() is not None:
        return
    groups = ", ".join(f"{whole(n)} {name} groups" for name, n in fit.n_groups.items())
    every = "" if fit.dropped.n_dropped else "all "
    st.write(md_sentence(f"The model uses {every}{whole(fit.n_obs)} rows: {groups}."))


def column_types() -> None:
    """Kind, reason, missing cells and role of every column."""
    roles = _roles()
    infos = state.columns()
    frame = pd.DataFrame(
        {
            "column": [i.name for i in infos],
            "kind": [KINDS.get(i.kind, "Empty") for i in infos],
            "role": [roles.get(i.name, "") for i in infos],
            "missing": [i.n_missing for i in infos],
            "different": [i.n_unique for i in infos],
            # In one line: on a phone the table is moved sideways, not stretched in height.
            "reason": [i.reason.replace(" ", "\N{NO-BREAK SPACE}") for i in infos],
        }
    )
    shown = frame.head(_SHOWN)
    tables.show(
        shown,
        [
            Column("column", "Column"),
            Column("kind", "Type"),
            Column("role", "In the model"),
            Column("missing", "Missing", tables.WHOLE),
            Column("different", "Different values", tables.WHOLE),
            Column("reason", "Why this type"),
        ],
        "Columns of the data with their types",
        "columns",
    )
    if len(frame) > len(shown):
        st.caption(f"The first {len(shown)} of {whole(len(frame))} columns.")


def _roles() -> dict[str, str]:
    model = state.spec()
    if model is None:
        return {}
    roles = {factor_of(f).column: "fixed effect" for term in model.fixed for f in term}
    for term in model.random:
        for column in {factor_of(f).column for t in term.terms for f in t}:
            roles[column] = "fixed effect, random slope" if column in roles else "random slope"
    roles |= {column: "grouping" for term in model.random for column in term.group}
    return roles | {model.outcome_column: "outcome"}


def change_type() -> None:
    """Say what a column is, when the program got it wrong."""
    menu = st.popover("Change a type", type="tertiary", key="types", on_change="rerun")
    if not menu.open:
        return
    infos = {info.name: info for info in state.columns()}
    with menu:
        column = st.selectbox("Column", list(infos), key=_TYPE_OF)
        kinds = [kind for kind in KINDS if kind != infos[column].kind]
        if st.session_state.get(_TYPE) not in kinds:
            st.session_state[_TYPE] = kinds[0]
        kind = st.selectbox("Type", kinds, key=_TYPE, format_func=KINDS.get)
        step = Step("set_kind", {"column": column, "kind": kind})
        try:
            after = preparation.preview(state.table(), step)
        except LMMError as error:
            st.markdown(f":orange[**Not possible.**] {md(error.message)} {md(error.next_step)}")
            return
        st.caption(md_sentence(after.notes[-1]))
        if st.button("Set type", key="set_type"):
            preparation.later(preparation.add, step)
        st.caption("The order of levels can be set under Columns.")


@st.fragment
def columns_and_rows(table: Table) -> None:
    """What the columns are taken for, and the first rows, in two tabs."""
    types, first = st.tabs(["Columns", "First rows"], key="data_tabs", on_change="rerun")
    if types.open:
        with types:
            column_types()
            change_type()
    if first.open:
        with first:
            preview(table)


def preview(table: Table) -> None:
    """The first rows as they are now."""
    rows = len(table.frame)
    st.dataframe(table.frame.head(PREVIEW_ROWS), hide_index=True, height=300, alt="First rows")
    if rows > PREVIEW_ROWS:
        st.caption(f"The first {PREVIEW_ROWS} of {whole(rows)} rows.")
    tables.take_along(table.frame, "data", "Data")
