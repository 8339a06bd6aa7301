"""The bare page that our app is measured against: one choice, a ready-made table and figure.

``BARE_PAGES`` in the environment names a JSON file: a list of ``{"table": {"columns", "rows"},
"figure": {"data", "layout"}}``, one per option of the choice, as seen on the page under test.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import streamlit as st


@st.cache_resource
def ready_made() -> list[tuple[pd.DataFrame, go.Figure]]:
    pages = json.loads(Path(os.environ["BARE_PAGES"]).read_text(encoding="utf-8"))
    return [
        (
            pd.DataFrame(page["table"]["rows"], columns=page["table"]["columns"]),
            go.Figure(page["figure"], skip_invalid=True),
        )
        for page in pages
    ]


st.set_page_config(page_title="Bare", layout="wide")
pages = ready_made()
chosen = st.selectbox("Page", range(len(pages)))
table, figure = pages[chosen]
st.table(table, border="horizontal", hide_index=True)
st.plotly_chart(figure, width="stretch", key="figure")
