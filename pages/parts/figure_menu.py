"""A figure to take along: as PNG or SVG where a browser can draw it, and as a page of its own."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from lmm_core.figures.theme import Picture
from lmm_core.report.document.parts import FigurePart
from lmm_core.report.formats import figure_images, find_chromium

_MIME = {"png": "image/png", "svg": "image/svg+xml"}


def plain(key: str) -> str:
    """A key as the name of a file."""
    return "".join(letter if letter.isalnum() else "_" for letter in key)


def show(picture: Picture, key: str) -> None:
    """The menu, one click away."""
    menu = st.popover(
        "Save picture", type="tertiary", key=f"picture:{key}", on_change="rerun", width="content"
    )
    if not menu.open:
        return
    with menu:
        _buttons(picture, key)


def _buttons(picture: Picture, key: str) -> None:
    name = plain(key)
    part = FigurePart(name, picture.alt, picture)
    with st.container(horizontal=True):
        if find_chromium() is not None:
            for kind in ("png", "svg"):
                st.download_button(
                    kind.upper(), partial(image, part, kind), f"{name}.{kind}", _MIME[kind],
                    key=f"{kind}:{key}", on_click="ignore",
                )  # fmt: skip
        st.download_button(
            "HTML", partial(page, picture), f"{name}.html", "text/html",
            key=f"html:{key}", on_click="ignore",
            help="The figure as it moves here, in one file; its camera saves SVG.",
        )  # fmt: skip
    if find_chromium() is None:
        st.caption(
            "The camera above the figure saves PNG. SVG needs Chromium, Chrome or Edge on the "
            "computer that runs this program; the HTML page saves it, too."
        )


def image(part: FigurePart, kind: Literal["png", "svg"]) -> bytes:
    """The figure as a picture. Error: LMMError when the browser fails."""
    return figure_images((part,), kind)[0]


def page(picture: Picture) -> bytes:
    """The figure as one HTML file that works offline."""
    config = {"displaylogo": False, "toImageButtonOptions": {"format": "svg"}}
    text: str = picture.figure.to_html(include_plotlyjs=True, full_html=True, config=config)
    return text.encode("utf-8", "replace")
