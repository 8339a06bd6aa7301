"""Data: where they come from, what was read, what was done, and whether a model can be fitted."""

import streamlit as st

from lmm_core.formatting import whole
from lmm_core.report.markup import md
from pages.parts import data_views, page, preparation, readiness_view, sources, state, steps_view


@page.contents
def _contents() -> None:
    table = state.table()
    rows, columns = table.frame.shape

    st.title("Your data", anchor=False)
    sources.upload()
    sources.samples()
    sources.address()

    st.header(md(f"{table.name}: {whole(rows)} rows, {whole(columns)} columns"), anchor=False)
    sources.how_it_was_read(preparation.base())
    steps_view.show()
    readiness_view.questions()
    readiness_view.checklist()
    data_views.rows_in_use()
    data_views.columns_and_rows(table)
