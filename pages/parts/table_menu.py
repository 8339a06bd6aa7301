"""Copy and download of one table: for spreadsheets with all digits, for texts as it is shown."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lmm_core.report.document.parts import Column, TablePart
from lmm_core.report.formats.excel import frames_bytes
from lmm_core.report.formats.markdown import markdown_table
from lmm_core.report.formats.word import table_bytes
from lmm_core.report.harmless import harmless_text

AT_MOST = 200
"""Rows that are shown to copy; a download has all of them."""
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(frame: pd.DataFrame, key: str, title: str, columns: Sequence[Column] = ()) -> None:
    """The body of the menu. ``columns`` are those on screen; without them there is no text form."""
    plain = "".join(letter if letter.isalnum() else "_" for letter in key)
    part = TablePart(plain, title, frame, tuple(columns))
    with st.container(horizontal=True):
        _button("CSV", lambda: csv_bytes(frame), f"{plain}.csv", "text/csv", key)
        _button("Excel", lambda: frames_bytes({plain: frame}), f"{plain}.xlsx", _EXCEL, key)
        if columns:
            _button("Word (APA)", lambda: table_bytes(part), f"{plain}.docx", _WORD, key)
    kinds = ["Spreadsheet", "Markdown"] if columns else ["Spreadsheet"]
    kind = kinds[0]
    if len(kinds) > 1:
        kind = st.segmented_control(
            "Copy for", kinds, key=f"copy:{key}", default=kinds[0], required=True
        )
    text = (
        markdown_table(part, AT_MOST)
        if kind == "Markdown"
        else harmless(frame.head(AT_MOST)).to_csv(sep="\t", index=False)
    )
    st.caption("To copy, use the button at the top right of the block.")
    st.code(text, language=None, height=160)


def _button(label: str, data, name: str, mime: str, key: str) -> None:
    st.download_button(label, data, name, mime, key=f"{label}:{key}", on_click="ignore")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """With a byte-order mark, so that Excel reads the letters right."""
    return harmless(frame).to_csv(index=False).encode("utf-8-sig")


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""

    def safe(value: object) -> object:
        return harmless_text(value) if isinstance(value, str) else value

    texts = frame.select_dtypes(exclude="number").columns
    result = frame.assign(**{c: frame[c].map(safe) for c in texts})
    return result.rename(columns={c: safe(c) for c in result.columns})
