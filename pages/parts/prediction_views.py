"""The predictions page: what if, a table of rows, and the lines to take along."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lmm_core.cache import remembered
from lmm_core.data.read import read_table
from lmm_core.data.table import Table
from lmm_core.errors import LMMError
from lmm_core.figures.trajectories import trajectories, x_choices
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, whole
from lmm_core.inference.prediction_table import PredictionTable, prediction_table
from lmm_core.inference.what_if import Input, group_columns, inputs
from lmm_core.report.columns import Units, outcome_name
from lmm_core.report.markup import md, md_sentence
from lmm_core.report.prediction_words import table_sentences
from lmm_core.report.trajectory_words import trajectory_sentence
from pages.parts import charts, state, tables, what_if_view
from pages.parts.trajectory_views import choose_group

VIEWS = ("What if", "A table of rows", "Everyone's line")
UPLOAD = "prediction_upload"
UPLOADED = "prediction_table"
PROBLEM = "prediction_problem"
SHOWN = 1_000


@st.fragment
def show(fit: FittedModel, units: Units) -> None:
    title = st.container()
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="prediction_view",
        label_visibility="collapsed",
        persist_state="session",
    )
    if view == VIEWS[0]:
        what_if_view.show(fit, units, title)
    elif view == VIEWS[1]:
        _rows(fit, title)
    else:
        _lines(fit, units, title)


# -- a table of rows


def _rows(fit: FittedModel, title: Any) -> None:
    title.title(md(f"{outcome_name(fit)} for rows of your own"), anchor=False)
    kind = st.segmented_control(
        "Rows",
        ["Type them", "Upload a file"],
        default="Type them",
        required=True,
        key="prediction_rows",
        label_visibility="collapsed",
        persist_state="session",
    )
    frame = _typed(fit) if kind == "Type them" else _uploaded()
    if frame is None:
        return
    try:
        found = prediction_table(fit, frame)
    except LMMError as error:
        st.write(f"{md(error.message)} {md(error.next_step)}")
        return
    st.write(md_sentence(" ".join(table_sentences(fit, found))))
    _result(fit, found)


def _typed(fit: FittedModel) -> pd.DataFrame:
    """An editable table; it starts with rows of the first group and a new one."""
    known = inputs(fit)
    key = ("typed_rows", state.table().fingerprint, fit.spec)
    start = remembered(key, lambda: _start(fit, known))
    config: dict[str, Any] = {}
    for item in known:
        if item.numeric:
            config[item.column] = st.column_config.NumberColumn(md(item.column))
        else:
            config[item.column] = st.column_config.SelectboxColumn(
                md(item.column), options=list(item.levels)
            )
    for column in group_columns(fit):
        if column not in config:
            config[column] = st.column_config.TextColumn(
                md(column), help="A name that isn't in the data means a new group."
            )
    edited = st.data_editor(
        start,
        column_config=config,
        num_rows="dynamic",
        hide_index=True,
        key=f"typed_rows:{state.table().fingerprint}:{fit.spec.formula}",
        alt="Rows to predict",
    )
    return edited.dropna(how="all")


def _start(fit: FittedModel, known: tuple[Input, ...]) -> pd.DataFrame:
    from lmm_core.model.encoding import level_name

    columns = list(dict.fromkeys([*(item.column for item in known), *group_columns(fit)]))
    grouping = next(iter(fit.groups.values()))
    rows = np.flatnonzero(grouping.codes == 0)[:4]
    frame = fit.frame[columns].iloc[[*rows, rows[0]]].reset_index(drop=True)
    numeric = {item.column for item in known if item.numeric}
    for column in columns:
        if column in numeric:
            frame[column] = frame[column].astype(float)
        else:
            frame[column] = [level_name(value) for value in frame[column]]
    last = len(frame) - 1
    for column in grouping.columns:
        if column not in numeric and all(column != item.column for item in known):
            frame.loc[last, column] = "new"
    return frame


def _uploaded() -> pd.DataFrame | None:
    st.file_uploader(
        "A CSV or Excel file with the model's columns",
        type=["csv", "tsv", "txt", "xlsx", "xls", "ods"],
        key=UPLOAD,
        on_change=_receive,
    )
    error = st.session_state.get(PROBLEM)
    if error is not None:
        st.write(f"{md(error.message)} {md(error.next_step)}")
        return None
    table: Table | None = st.session_state.get(UPLOADED)
    if table is None:
        return None
    st.caption(md(f"{table.name}: {whole(len(table.frame))} rows"))
    return table.frame


def _receive() -> None:
    file = st.session_state[UPLOAD]
    st.session_state[PROBLEM] = None
    if file is None:
        st.session_state[UPLOADED] = None
        return
    try:
        st.session_state[UPLOADED] = read_table(file.getvalue(), name=file.name)
    except LMMError as error:
        st.session_state[UPLOADED] = None
        st.session_state[PROBLEM] = error


def _result(fit: FittedModel, found: PredictionTable) -> None:
    level = level_text(fit.spec.ci_level)
    digits = int(max(0, 2 - np.floor(np.log10(fit.sigma)))) if fit.sigma > 0 else 2
    write = f"%.{digits}f" if digits <= 8 else "%.3e"
    headings = {
        "average": "Average",
        "average_low": f"{level} low",
        "average_high": f"{level} high",
        "own": "Own group",
        "own_low": f"{level} low, group",
        "own_high": f"{level} high, group",
        "single_low": f"{level} low, one row",
        "single_high": f"{level} high, one row",
    }
    config: dict[str, Any] = {
        found.columns[name]: st.column_config.NumberColumn(heading, format=write)
        for name, heading in headings.items()
    }
    note = found.columns["note"]
    config[note] = st.column_config.TextColumn("To know")
    # What there is to know about a row stands where it is seen without scrolling.
    given = [c for c in found.table.columns if c not in found.columns.values()]
    results = [c for c in found.columns.values() if c != note]
    order = [*given, *([note] if found.table[note].any() else []), *results]
    st.dataframe(
        found.table.head(SHOWN),
        column_config=config,
        column_order=order,
        hide_index=True,
        alt="Predictions of the rows",
    )
    if len(found.table) > SHOWN:
        st.caption(f"The first {whole(SHOWN)} of {whole(len(found.table))} rows.")
    tables.take_along(found.table, "predictions")


# -- everyone's line


def _lines(fit: FittedModel, units: Units, title: Any) -> None:
    title.title("The average and everyone's line around it", anchor=False)
    group = choose_group(fit, "prediction_group")
    offered = list(x_choices(fit, group))
    x = None
    if len(offered) > 1:
        x = st.selectbox("Along", offered, key=f"prediction_axis:{'|'.join(offered)}", width=240)
    elif offered:
        x = offered[0]
    layers = ("groups", "population", "band")
    key = ("lines", state.table().fingerprint, fit.spec, group, x, tuple(units.items()))
    picture = remembered(key, lambda: trajectories(fit, x=x, show=layers, units=units, group=group))
    charts.show(picture, "prediction_lines")
    st.write(md_sentence(trajectory_sentence(fit)))
    count = fit.groups[group].n_levels

    def everyone() -> bytes:
        every = trajectories(fit, x=x, show=layers, max_groups=count, units=units, group=group)
        assert every.data is not None
        return tables.harmless(every.data).to_csv(index=False).encode("utf-8-sig")

    st.download_button(
        f"Lines of all {whole(count)} groups as CSV",
        everyone,
        "lines.csv",
        "text/csv",
        key="prediction_lines_csv",
        on_click="ignore",
    )
