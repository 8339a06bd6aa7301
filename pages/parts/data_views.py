"""The parts of the data page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lmm_core.data.read import read_table
from lmm_core.data.samples import sample_info, sample_names
from lmm_core.data.table import Table
from lmm_core.errors import LMMError
from lmm_core.formatting import whole
from lmm_core.model.factors import factor_of
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.variance_words import dropped_sentence
from pages.parts import state, tables
from pages.parts.tables import Column

UPLOAD = "upload"
BYTES = "upload_bytes"
ERROR = "upload_error"
SHEET = "upload_sheet"
TYPES = ["csv", "tsv", "txt", "xlsx", "xls", "xlsb", "ods"]
PREVIEW_ROWS = 200


def upload() -> None:
    """The upload field; a file that can't be read leaves everything as it was."""
    st.file_uploader(
        "Upload a CSV or Excel file, one row per measurement",
        type=TYPES,
        key=UPLOAD,
        on_change=_receive,
    )
    error = st.session_state.get(ERROR)
    if error is not None:
        st.error(f"{md(error.message)} {md(error.next_step)}")


def _receive() -> None:
    file = st.session_state[UPLOAD]
    if file is None:
        st.session_state[ERROR] = None
        return
    _read(file.getvalue(), file.name, None)


def _read(data: bytes, name: str, sheet: str | None) -> None:
    try:
        table = read_table(data, name=name, sheet=sheet)
    except LMMError as error:
        st.session_state[ERROR] = error
        return
    st.session_state[ERROR] = None
    st.session_state[BYTES] = (data, name)
    st.session_state[SHEET] = table.sheet
    state.use_table(table)


def _change_sheet() -> None:
    data, name = st.session_state[BYTES]
    _read(data, name, st.session_state[SHEET])
    if st.session_state[ERROR] is not None:
        st.session_state[SHEET] = state.table().sheet


def samples() -> None:
    """One click each, with what to look for."""
    current = st.session_state.get(state.SAMPLE)
    with st.expander("Or choose a sample", expanded=current is not None):
        for name in sample_names():
            info = sample_info(name)
            title, text = st.columns([1, 3], vertical_alignment="top")
            title.button(
                info.title,
                key=f"sample:{name}",
                width="stretch",
                disabled=name == current,
                on_click=_use_sample,
                args=(name,),
            )
            text.caption(md_sentence(f"{info.look_for} {info.source}"))


def _use_sample(name: str) -> None:
    st.session_state[ERROR] = None
    st.session_state.pop(BYTES, None)
    state.use_sample(name)


def how_it_was_read(table: Table) -> None:
    """Sheet choice and the reader's notes."""
    if len(table.sheets) > 1 and BYTES in st.session_state:
        st.session_state.setdefault(SHEET, table.sheet)
        st.selectbox("Sheet", table.sheets, key=SHEET, on_change=_change_sheet)
    if table.notes:
        st.caption("  \n".join(md_sentence(note) for note in table.notes))


def rows_in_use() -> None:
    """What the current model uses and drops, by column."""
    fit = state.fit()
    if fit is None:
        return
    groups = ", ".join(f"{whole(n)} {name} groups" for name, n in fit.n_groups.items())
    if not fit.dropped.n_dropped:
        st.write(md_sentence(f"The model uses all {whole(fit.n_obs)} rows: {groups}."))
    else:
        used = f"The model uses {whole(fit.n_obs)} rows: {groups}."
        st.write(md_sentence(f"{used} {dropped_sentence(fit)}"))


def column_types() -> None:
    """Kind, reason, missing cells and role of every column."""
    roles = _roles()
    infos = state.columns()
    frame = pd.DataFrame(
        {
            "column": [i.name for i in infos],
            "kind": [i.kind for i in infos],
            "role": [roles.get(i.name, "") for i in infos],
            "missing": [i.n_missing for i in infos],
            "different": [i.n_unique for i in infos],
            "reason": [i.reason for i in infos],
        }
    )
    shown = frame.head(40)
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


def preview(table: Table) -> None:
    """The first rows as they were read."""
    rows = len(table.frame)
    st.dataframe(table.frame.head(PREVIEW_ROWS), hide_index=True, height=300, alt="First rows")
    if rows > PREVIEW_ROWS:
        st.caption(f"The first {PREVIEW_ROWS} of {whole(rows)} rows.")
