"""Copy and download of one table: for spreadsheets with all digits, for texts as it is shown."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lmm_core.data.change import is_number
from lmm_core.formatting import number
from lmm_core.report.document.parts import Column, TablePart
from lmm_core.report.formats.excel import frames_bytes
from lmm_core.report.formats.markdown import markdown_table
from lmm_core.report.formats.word import table_bytes
from lmm_core.report.harmless import harmless_text

AT_MOST = 200
"""Rows that are shown to copy; a download has all of them."""
MOST_WORD = 1_000
"""Rows up to which a table is offered for Word."""
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(frame: pd.DataFrame, key: str, title: str, columns: Sequence[Column] = ()) -> None:
    """The body of the menu. ``columns`` are those on screen; without them all are written."""
    plain = "".join(letter if letter.isalnum() else "_" for letter in key)
    part = TablePart(plain, title, frame, tuple(columns) or columns_of(frame))
    with st.container(horizontal=True):
        _button("CSV", lambda: csv_bytes(frame), f"{plain}.csv", "text/csv", key)
        _button("Excel", lambda: frames_bytes({plain: frame}), f"{plain}.xlsx", _EXCEL, key)
        if len(frame) <= MOST_WORD:
            _button("Word (APA)", lambda: table_bytes(part), f"{plain}.docx", _WORD, key)
    kinds = ["Spreadsheet", "Markdown"]
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


def columns_of(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Every column as it would be shown."""
    numbers = {str(c) for c in frame.columns if is_number(frame[c])}
    return tuple(Column(c, str(c), number if str(c) in numbers else None) for c in frame.columns)


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
