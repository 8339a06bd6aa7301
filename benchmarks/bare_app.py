"""The bare page that our app is measured against: one choice, ready-made tables and figures.

``BARE_PAGES`` in the environment names a folder and ``?show=`` in the address a JSON file in it: a
list of pages, one per option of the choice, each a list of what was seen on the page under test:
``{"table": {"columns", "rows"}}``, ``{"figure": {"data", "layout"}}``,
``{"grid": [rows, columns]}`` or, where a page has none of these, ``{"text": ...}``; of a form also
``{"control": kind}``. Nothing is computed here: no model is fitted, no figure is made.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st


@st.cache_resource
def ready_made(name: str) -> list[list[Any]]:
    path = Path(os.environ["BARE_PAGES"]) / f"{name}.json"
    pages = json.loads(path.read_text(encoding="utf-8"))
    return [[_made(item) for item in page] for page in pages]


def _made(item: dict[str, Any]) -> Any:
    if "table" in item:
        # Streamlit wants headings that differ; an invisible letter makes empty ones so.
        headings = [name + "\u200b" * k for k, name in enumerate(item["table"]["columns"])]
        return pd.DataFrame(item["table"]["rows"], columns=headings)
    if "figure" in item:
        return go.Figure(item["figure"], skip_invalid=True)
    if "grid" in item:
        rows, columns = item["grid"]
        return {f"column {c}": [r * c for r in range(rows)] for c in range(columns)}
    return item


OPTIONS = ["one", "two", "three"]
CONTROLS = {
    "stSelectbox": lambda label: st.selectbox(label, OPTIONS),
    "stMultiSelect": lambda label: st.multiselect(label, OPTIONS),
    "stTextInput": st.text_input,
    "stTextArea": st.text_area,
    "stNumberInput": st.number_input,
    "stButtonGroup": lambda label: st.segmented_control(label, OPTIONS),
    "stFileUploader": st.file_uploader,
    "stButton": st.button,
}

st.set_page_config(page_title="Bare", layout="wide")
pages = ready_made(st.query_params["show"])
chosen = st.selectbox("Page", range(len(pages)))
for place, content in enumerate(pages[chosen]):
    if isinstance(content, pd.DataFrame):
        st.table(content, border="horizontal", hide_index=True)
    elif isinstance(content, go.Figure):
        st.plotly_chart(content, width="stretch", key=f"figure {place}")
    elif "control" in content:
        CONTROLS[content["control"]](f"control {place}")
    elif "text" in content:
        st.markdown(content["text"])
    else:
        st.dataframe(content, height=300, hide_index=True)
