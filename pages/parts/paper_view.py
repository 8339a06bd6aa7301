"""Paragraphs to copy, and the reporting list with what is left to do."""

from __future__ import annotations

import streamlit as st

from lmm_core.cache import remembered
from lmm_core.fitted import FittedModel
from lmm_core.report.document import SECTIONS
from lmm_core.report.document.listing import reporting_items
from lmm_core.report.document.material import Material
from lmm_core.report.document.texts import lay_paragraph, methods_paragraph, results_paragraph
from lmm_core.report.markup import md_sentence
from pages.parts import analysis

_TEXTS = {
    "Methods": methods_paragraph,
    "Results (APA style)": results_paragraph,
    "In plain words": lay_paragraph,
}


def show(fit: FittedModel) -> None:
    # The usual ladder isn't the author's: a methods section names only models of their own.
    material = Material(analysis.of(fit, own_ladder_only=True), frozenset(SECTIONS))
    name = st.segmented_control(
        "Which paragraph?",
        list(_TEXTS),
        key="paper_text",
        default="Methods",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    key = ("paragraph", name, *analysis.key(fit))
    text = remembered(key, lambda: _TEXTS[name](material))
    st.code(text, language=None, wrap_lines=True)
    st.caption("Copy it by the button at the top right of the block; then make it yours.")
    _list(material)


def _list(material: Material) -> None:
    items = reporting_items(material)
    left = [(what, where) for what, met, where in items if not met]
    st.header(
        f"{len(items) - len(left)} of {len(items)} items of the reporting list are met",
        anchor=False,
    )
    st.caption(
        "By the full report, against the list of Meteyard and Davies (2020, Journal of Memory and "
        "Language 112). What is left:"
    )
    st.markdown("\n".join(f"- **{md_sentence(what)}.** {md_sentence(how)}" for what, how in left))
