"""Forms that leave out rows or columns, or rename columns."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.data.change import is_number
from lmm_core.data.rows import COMPARISONS
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from pages.parts.forms import fields
from pages.parts.forms.fields import Form, Params

_KEEP = {"first": "The first of them", "last": "The last of them"}
_NONE = ("missing", "not missing")
_LISTS = ("in", "not in")
_EQUAL = ("==", "!=", *_LISTS, *_NONE)
MAX_LEVELS = 1000


def _filter(table: Table) -> Step | None:
    kind = "filter"
    column = fields.pick(kind, "column", "Keep the rows in which", fields.names(table))
    if column is None:
        return None
    values = table.frame[column]
    plain = is_number(values) or pd.api.types.is_datetime64_any_dtype(values)
    ordered = isinstance(values.dtype, pd.CategoricalDtype) and bool(values.dtype.ordered)
    offered = list(COMPARISONS) if plain or ordered else list(_EQUAL)
    if plain and values.nunique() > MAX_LEVELS:
        offered = [c for c in offered if c not in _LISTS]
    default = ">=" if plain else "in"
    comparison = fields.pick(kind, "comparison", "Condition", offered, default, COMPARISONS.get)
    if comparison in _NONE:
        return fields.step(kind, column=column, comparison=comparison)
    value = _value(kind, values, comparison)
    if value is None or value == [] or value == "":
        return None
    return fields.step(kind, column=column, comparison=comparison, value=value)


def _value(kind: str, values: pd.Series, comparison: str) -> Any:
    if comparison in _LISTS:
        return fields.several(kind, "list", "Values", fields.levels(values.to_frame(), values.name))
    if is_number(values):
        return fields.number(kind, "number", "Number")
    if pd.api.types.is_datetime64_any_dtype(values):
        return fields.text(kind, "text", "Date", "2024-01-31")
    if values.nunique() > MAX_LEVELS:
        return fields.text(kind, "text", "Value")
    return fields.pick(kind, "level", "Value", fields.levels(values.to_frame(), values.name))


def _filter_fields(params: Params) -> Params:
    value = params["value"]
    found = {"column": params["column"], "comparison": params["comparison"]}
    if isinstance(value, list):
        return found | {"list": [_shown(v) for v in value]}
    if isinstance(value, int | float):
        return found | {"number": float(value), "level": _shown(value), "text": _shown(value)}
    return found | {"level": value, "text": value}


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _drop_duplicates(table: Table) -> Step | None:
    kind = "drop_duplicates"
    columns = fields.several(kind, "columns", "Equal in", fields.names(table), "All columns")
    keep = fields.pick(kind, "keep", "Keep", list(_KEEP), words=_KEEP.get)
    return fields.step(kind, columns=columns or None, keep=keep)


def _rename(table: Table) -> Step | None:
    kind = "rename"
    old = fields.pick(kind, "old", "Column", fields.names(table))
    new = fields.text(kind, "new", "New name")
    return fields.step(kind, names={old: new}) if old is not None and new and new != old else None


def _rename_fields(params: Params) -> Params:
    old, new = next(iter(params["names"].items()))
    return {"old": old, "new": new}


def _drop(table: Table) -> Step | None:
    columns = fields.several("drop", "columns", "Columns to leave out", fields.names(table))
    if len(columns) == table.frame.shape[1]:
        st.caption("Keep at least one column.")
        return None
    return fields.step("drop", columns=columns) if columns else None


FORMS = {
    "filter": Form("Keep some of the rows", _filter, "Keep these rows", _filter_fields),
    "drop_duplicates": Form("Leave out repeated rows", _drop_duplicates, "Leave them out"),
    "rename": Form("Rename a column", _rename, "Rename", _rename_fields),
    "drop": Form("Leave out columns", _drop, "Leave them out"),
}
