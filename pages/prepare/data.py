"""Data: upload a file or choose a sample; what was read; which rows the model uses."""

import streamlit as st

from lmm_core.formatting import whole
from lmm_core.report.markup import md
from pages.parts import data_views, state

table = state.table()
rows, columns = table.frame.shape

st.title("Your data", anchor=False)
data_views.upload()
data_views.samples()

st.subheader(md(f"{table.name}: {whole(rows)} rows, {whole(columns)} columns"), anchor=False)
data_views.how_it_was_read(table)
data_views.rows_in_use()
data_views.column_types()
data_views.preview(table)
