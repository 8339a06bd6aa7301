"""Small tables as real HTML tables, each with copy and download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from lmm_core import formatting as numbers
from lmm_core.data.change import is_number
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
    cells: dict[str, list[str]] = {}
    for c in columns:
        write = _literal(c.write) if c.write else md
        cells[md(c.heading)] = [write(value) for value in part[c.source]]
    _draw(cells, [is_number(part[c.source]) for c in columns], alt, key)
    take_along(frame, key, alt, columns)


def _literal(write: Formatter) -> Formatter:
    r""" "> 99 %" would be read as a quotation, and on a phone "< .001" would be broken."""

    def written(value: float) -> str:
        text = write(value)
        text = f"\\{text}" if text.startswith(">") else text
        return text if len(text) > _UNBROKEN else text.replace(" ", "\u00a0")

    return written


_UNBROKEN = 12
"""Letters up to which what was written stays in one line."""


def small(rows: pd.DataFrame, alt: str) -> None:
    """A few rows of the data as they are, numbers with sensible digits."""
    cells: dict[str, list[str]] = {}
    right = []
    for name in rows.columns:
        values = rows[name]
        if is_number(values):
            whole = bool((values.dropna() % 1 == 0).all())
            texts = [(_plain if whole else _four_digits)(v) for v in values]
        else:
            written = values.astype(object).map(lambda v: str(v).removesuffix(" 00:00:00"))
            texts = written.map(md).where(values.notna(), "–").astype(str).tolist()
        cells[md(name)] = texts
        right.append(is_number(values))
    _draw(cells, right, alt, alt)


def _draw(cells: dict[str, list[str]], right: Sequence[bool], alt: str, key: str) -> None:
    """The written cells, by heading; numbers stand to the right.

    Not by a pandas Styler: that takes ten times as long as the table itself.
    """
    sides = "".join(f"{_RIGHT}{k}-" for k, is_right in enumerate(right, 1) if is_right)
    with st.container(key=f"table:{sides}{key}"):
        st.table(pd.DataFrame(cells), alt=alt, border="horizontal", hide_index=True)


def style() -> None:
    """Once per run: what puts the numbers of tables to the right."""
    st.html(_STYLE)


_RIGHT = "-right"
_MOST_COLUMNS = 24
_STYLE = "<style>{} {{text-align: right !important}}</style>".format(
    ", ".join(
        f'[class*="{_RIGHT}{k}-"] :is(td, th):nth-child({k})' for k in range(1, _MOST_COLUMNS + 1)
    )
)


def _plain(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.0f}"


def _four_digits(value: float) -> str:
    return numbers.number(value, 4)


def take_along(
    frame: pd.DataFrame, key: str, title: str = "Table", columns: Sequence[Column] = ()
) -> None:
    """Copy and download, one click away; as Word and Markdown too where ``columns`` are given."""
    menu = st.popover(
        "Copy or download", type="tertiary", key=f"take:{key}", on_change="rerun", width="content"
    )
    if not menu.open:
        return
    from pages.parts import table_menu

    with menu:
        table_menu.show(frame, key, title, columns)


ESTIMATE = numbers.number
P_VALUE = numbers.p_value
DEGREES = numbers.degrees
PERCENT = numbers.percent
WHOLE = numbers.whole
