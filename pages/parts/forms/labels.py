"""Forms that say what a column is and what its values are called."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lmm_core.data.numbers import number_of
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.report.markup import md
from pages.parts.forms import fields
from pages.parts.forms.fields import Form, Params

MAX_FIELDS = 30
KINDS = {
    "number": "Number",
    "category": "Category",
    "ordered": "Ordered category",
    "date": "Date",
    "id": "Identifier",
    "text": "Text",
}
_ORDERED = ("category", "ordered")


def _recode(table: Table) -> Step | None:
    kind, options = "recode", fields.levelled(table, MAX_FIELDS)
    if not options:
        st.caption(f"No column has {MAX_FIELDS} different values or fewer.")
        return None
    column = fields.pick(kind, "column", "Column", options)
    mapping: dict[str, Any] = {}
    levels = fields.levels(table.frame, column)
    st.caption("New values; a field left empty keeps its value.")
    grid = st.grid(3, min_column_width=150)
    for level in levels:
        with grid.cell():
            new = fields.text(kind, f"{column}:{level}", md(level), level)
        if new and new != level:
            mapping[level] = new
    numbers = {old: number_of(new) for old, new in mapping.items()}
    if len(mapping) == len(levels) and None not in numbers.values():
        mapping = numbers
    into = fields.text(kind, "into", "Name of the new column", "Replaces the column") or None
    return fields.step(kind, column=column, mapping=mapping, into=into) if mapping else None


def _recode_fields(params: Params) -> Params:
    column = params["column"]
    new = {f"{column}:{old}": f"{to:g}" if isinstance(to, int | float) else to
           for old, to in params["mapping"].items()}  # fmt: skip
    return {"column": column, "into": params["into"], **new}


def _merge(table: Table) -> Step | None:
    kind, options = "merge_levels", fields.levelled(table)
    if not options:
        st.caption("No column has few enough different values.")
        return None
    column = fields.pick(kind, "column", "Column", options)
    chosen = fields.several(kind, "levels", "Levels", fields.levels(table.frame, column))
    name = fields.text(kind, "name", "Name of the merged level", " or ".join(chosen[:3]))
    if len(chosen) < 2:
        return None
    return fields.step(kind, column=column, levels=chosen, name=name or " or ".join(chosen[:3]))


def _set_kind(table: Table) -> Step | None:
    kind = "set_kind"
    column = fields.pick(kind, "column", "Column", fields.names(table))
    if column is None:
        return None
    now = next(i.kind for i in fields.infos(table) if i.name == column)
    others = [k for k in KINDS if k != now or k in _ORDERED]
    wanted = fields.pick(kind, "kind", f"Take {md(column)} as", others, words=KINDS.get)
    order, form = None, None
    if wanted in _ORDERED and table.frame[column].nunique() <= 200:
        label = "Order of the levels" if wanted == "ordered" else "Order, reference level first"
        there = fields.levels(table.frame, column)
        order = fields.several(kind, "levels", label, there, "Natural order") or None
    if wanted == "date":
        form = fields.text(
            kind, "date_format", "How the dates are written", "Recognised automatically",
            "For example %d.%m.%Y for 31.01.2024 or %m/%d/%Y for 01/31/2024.",
        ) or None  # fmt: skip
    params = {"column": column, "kind": wanted, "levels": order, "date_format": form}
    return Step(kind, {name: value for name, value in params.items() if value is not None})


def _set_missing(table: Table) -> Step | None:
    kind = "na_value"
    columns = fields.several(kind, "columns", "Columns", fields.names(table))
    typed = fields.text(
        kind, "values", "Values that mean missing", "-99, unknown", "Several with commas between."
    )
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    if not columns or not parts:
        return None
    values = [part if number_of(part) is None else number_of(part) for part in parts]
    return fields.step(kind, columns=columns, values=values)


def _missing_fields(params: Params) -> Params:
    shown = [f"{v:g}" if isinstance(v, int | float) else v for v in params["values"]]
    return {"columns": params["columns"], "values": ", ".join(shown)}


def _to_number(table: Table) -> Step | None:
    kind, marks = "to_number", {"": "Recognised automatically", ".": "Point", ",": "Comma"}
    labels = fields.names(table, ("category", "ordered", "id"))
    options = [*fields.names(table, ("text",)), *labels]
    options = [name for name in options if name not in fields.numeric(table)]
    if not options:
        st.caption("Every column that could be turned into numbers holds numbers already.")
        return None
    column = fields.pick(kind, "column", "Column", options)
    decimal = fields.pick(kind, "decimal", "Decimal mark", list(marks), words=marks.get)
    return fields.step(kind, column=column, decimal=decimal or None)


def _number_fields(params: Params) -> Params:
    return {**params, "decimal": params["decimal"] or fields.NOTHING}


def _unite(table: Table) -> Step | None:
    kind = "unite"
    columns = fields.several(kind, "columns", "Columns", fields.names(table))
    separator = fields.text(kind, "separator", "Between them", "/") or "/"
    into = fields.new_name(kind)
    if len(columns) < 2:
        return None
    return fields.step(kind, columns=columns, separator=separator, into=into)


FORMS = {
    "recode": Form("Recode values", _recode, "Recode", _recode_fields),
    "merge_levels": Form("Merge levels into one", _merge, "Merge"),
    "set_kind": Form("Set the type of a column, or the order of its levels", _set_kind, "Set type"),
    "to_number": Form("Turn text into numbers", _to_number, "Turn into numbers", _number_fields),
    "na_value": Form("Say which values mean missing", _set_missing, "Set missing", _missing_fields),
    "unite": Form("Join several columns to one label", _unite),
}
