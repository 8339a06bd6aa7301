"""Small tables as real HTML tables, each with copy and download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

import pandas as pd
import streamlit as st

from lmm_core import formatting as numbers
from lmm_core.report.markup import md

Formatter = Callable[[float], str]


@dataclass(frozen=True)
class Column:
    """One column of a table on screen: source column, heading, and how its numbers are written.

    Without a formatter the cells are text.
    """

    source: str
    heading: str
    write: Formatter | None = None


def show(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    alt: str,
    key: str,
    at_most: int | None = None,
) -> None:
    """The table (its first ``at_most`` rows), and a menu to take all of it along."""
    part = frame.head(at_most) if at_most else frame
    part = part.reset_index(drop=True)
    shown = pd.DataFrame(
        {c.heading: part[c.source] if c.write else [md(v) for v in part[c.source]] for c in columns}
    )
    writers = {c.heading: c.write for c in columns if c.write}
    st.table(shown.style.format(writers), alt=alt, border="horizontal", hide_index=True)
    take_along(frame, key)


def take_along(frame: pd.DataFrame, key: str) -> None:
    """Copy, CSV and Excel of a table with all its digits."""
    menu = st.popover(
        "Copy or download", type="tertiary", key=f"take:{key}", on_change="rerun", width="content"
    )
    if not menu.open:
        return
    with menu:
        st.download_button(
            "CSV", _csv(frame), f"{key}.csv", "text/csv", key=f"csv:{key}", on_click="ignore"
        )
        st.download_button(
            "Excel", lambda: _excel(frame, key), f"{key}.xlsx", key=f"xlsx:{key}", on_click="ignore"
        )
        st.caption("To copy, use the button at the top right of the block.")
        st.code(frame.head(200).to_csv(sep="\t", index=False), language=None, height=160)


def _csv(frame: pd.DataFrame) -> bytes:
    """With a byte-order mark, so that Excel reads the letters right."""
    return harmless(frame).to_csv(index=False).encode("utf-8-sig")


def _excel(frame: pd.DataFrame, name: str) -> bytes:
    buffer = BytesIO()
    harmless(frame).to_excel(buffer, sheet_name=name[:31], index=False, engine="openpyxl")
    return buffer.getvalue()


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""

    def safe(value: object) -> object:
        risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
        return f"'{value}" if risky else value

    texts = frame.select_dtypes(exclude="number").columns
    result = frame.assign(**{c: frame[c].map(safe) for c in texts})
    return result.rename(columns={c: safe(c) for c in result.columns})


ESTIMATE = numbers.number
P_VALUE = numbers.p_value
DEGREES = numbers.degrees
PERCENT = numbers.percent
WHOLE = numbers.whole
