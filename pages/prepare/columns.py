"""Columns: derive, recode, filter, rename; each a step that can be changed and undone."""

import streamlit as st

from pages.parts import columns_view, page, steps_view


@page.contents
def _contents() -> None:
    st.title("Prepare columns", anchor=False)
    columns_view.show()
    steps_view.show()
