"""The kinds of a table's columns, with what a user has said about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from lmm_core.data.change import is_number
from lmm_core.data.columns import ColumnInfo, describe_columns
from lmm_core.data.step import Step
from lmm_core.data.table import Table

_GUESSED = ("id", "text", "number")


def describe_table(table: Table) -> tuple[ColumnInfo, ...]:
    """Return the kind of each column with the reason, in the frame's order.

    Dates and categories are told by what the column holds; whether text is an identifier or free
    text, and whether whole numbers are amounts or identifiers, is guessed unless a step says so.
    """
    said = chosen_labels(table.steps)
    found = describe_columns(table.frame)
    return tuple(_as_said(info, said, table.frame[info.name]) for info in found)


def chosen_labels(steps: Iterable[Step]) -> dict[str, str]:
    """Return which columns were set to be an identifier, text or a number, by present names."""
    said: dict[str, str] = {}
    for step in steps:
        if step.kind == "set_kind":
            said.pop(step.params["column"], None)
            if step.params["kind"] in _GUESSED:
                said[step.params["column"]] = step.params["kind"]
        elif step.kind == "rename":
            new = {old: " ".join(name.split()) for old, name in step.params["names"].items()}
            said = {new.get(column, column): kind for column, kind in said.items()}
    return said


def _as_said(info: ColumnInfo, said: dict[str, str], values: pd.Series) -> ColumnInfo:
    kind = said.get(info.name)
    fits = is_number(values) if kind == "number" else isinstance(values.dtype, pd.StringDtype)
    if kind is None or info.kind == "empty" or not fits:
        return info
    return replace(info, kind=kind, reason="as you set it")
