"""A figure on a page: same width, accessible name, calm tool bar."""

from __future__ import annotations

import streamlit as st

from lmm_core.figures.theme import Picture

_CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
}


def show(picture: Picture, key: str) -> None:
    """Draw a picture; its alt text names it for a screen reader."""
    st.plotly_chart(picture.figure, width="stretch", key=key, alt=picture.alt, config=_CONFIG)
