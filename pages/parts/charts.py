"""A figure on a page: same width, accessible name, calm tool bar."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lmm_core.figures.theme import Picture
from pages.parts import figure_menu

_CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
}


def show(picture: Picture, key: str, on_click: Callable[[], None] | None = None) -> None:
    """Draw a picture; its alt text names it for a screen reader.

    ``on_click`` is called after a click on a point; ``clicked(key)`` then gives its custom data.
    """
    more = {} if on_click is None else {"on_select": on_click, "selection_mode": "points"}
    camera = {"toImageButtonOptions": {"scale": 2, "filename": figure_menu.plain(key)}}
    st.plotly_chart(
        picture.figure, width="stretch", key=key, alt=picture.alt, config=_CONFIG | camera, **more
    )
    figure_menu.show(picture, key)


def show_in(place: DeltaGenerator, picture: Picture, key: str) -> None:
    """Draw into a container that stands above. Called after the table, so that the numbers are on
    screen before the browser draws.
    """
    with place:
        show(picture, key)


def clicked(key: str) -> list[object]:
    """The custom data of the points that were clicked in a chart."""
    points = st.session_state[key].selection.points
    return [point["customdata"] for point in points if "customdata" in point]
