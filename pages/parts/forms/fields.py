"""What all forms share: a form, its widgets' keys, and the fields that several use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from lmm_core.cache import remembered
from lmm_core.data.change import is_number
from lmm_core.data.columns import ColumnInfo
from lmm_core.data.step import Step
from lmm_core.data.table import Table
from lmm_core.data.within import varies_within
from pages.parts import state

KIND = "form_kind"
EDITED = "form_edited"
NOTHING = ""
"""An entry beside columns that is none of them: no column has an empty name. (None would be an
empty field.)"""
_PREFIX = "form:"
Params = dict[str, Any]


@dataclass(frozen=True)
class Form:
    """A kind of step on screen.

    ``draw`` shows the fields for a table and returns the step, or None while something is missing.
    ``fields`` turns a step's parameters into the values of its fields; by default they are the
    same. ``button`` is the word on the button that carries the step out.
    """

    label: str
    draw: Callable[[Table], Step | None]
    button: str = "Add column"
    fields: Callable[[Params], Params] = dict


def fill(step: Step) -> None:
    """Open the form of a step with its settings; before the form is drawn."""
    from pages.parts.forms import FORMS

    st.session_state[KIND] = step.kind
    for name, value in FORMS[step.kind].fields(step.params).items():
        st.session_state[_key(step.kind, name)] = value


def empty() -> None:
    """Forget what was typed; before the form is drawn."""
    for key in [k for k in st.session_state if str(k).startswith(_PREFIX)]:
        del st.session_state[key]
    st.session_state[EDITED] = None


def _key(kind: str, name: str) -> str:
    return f"{_PREFIX}{kind}:{name}"


def pick(
    kind: str,
    name: str,
    label: str,
    options: Sequence[Any],
    default: Any = None,
    words: Callable[[Any], str] = str,
    help: str | None = None,
) -> Any:
    """One of several; a value that isn't there any more gives way to the default."""
    key = _key(kind, name)
    if st.session_state.get(key) not in options:
        st.session_state[key] = default if default in options else next(iter(options), None)
    return st.selectbox(
        label,
        options,
        key=key,
        format_func=lambda value: words(value) or str(value),
        help=help,
        placeholder="No such column",
    )


def several(
    kind: str,
    name: str,
    label: str,
    options: Sequence[str],
    placeholder: str = "Choose",
    default: Iterable[str] = (),
) -> list[str]:
    """Some of several."""
    key = _key(kind, name)
    chosen = st.session_state.get(key) or list(default)
    st.session_state[key] = [value for value in chosen if value in options]
    return st.multiselect(label, options, key=key, placeholder=placeholder)


def text(kind: str, name: str, label: str, placeholder: str = "", help: str | None = None) -> str:
    """A text, without spaces around it."""
    key = _key(kind, name)
    return str(st.text_input(label, key=key, placeholder=placeholder, help=help) or "").strip()


def number(
    kind: str, name: str, label: str, default: float | int | None = None, **more: Any
) -> Any:
    """A number; None while the field is empty."""
    key = _key(kind, name)
    if key not in st.session_state:
        st.session_state[key] = default
    return st.number_input(label, key=key, value=None, **more)


def new_name(kind: str) -> str | None:
    """The name of the new column; None lets the program choose."""
    return text(kind, "into", "Name of the new column", "Chosen automatically") or None


def names(table: Table, kinds: Iterable[str] = ()) -> list[str]:
    """The columns, or those of some kinds."""
    wanted = set(kinds)
    return [i.name for i in infos(table) if not wanted or i.kind in wanted]


def infos(table: Table) -> tuple[ColumnInfo, ...]:
    return state.columns_of(table)


def within(table: Table, group: str) -> dict[str, bool]:
    """Which columns vary within the values of ``group``."""
    key = ("within", table.fingerprint, group)
    return remembered(key, lambda: varies_within(table.frame, group))


def numeric(table: Table) -> list[str]:
    """Columns of numbers: measured ones first, identifiers last."""
    found = [i for i in infos(table) if is_number(table.frame[i.name]) and i.n_unique]
    return [i.name for i in sorted(found, key=lambda i: i.kind == "id")]


def levelled(table: Table, at_most: int = 200) -> list[str]:
    """Columns with few different values: categories first."""
    found = [i for i in infos(table) if 1 <= i.n_unique <= at_most]
    order = {"category": 0, "ordered": 0, "text": 1, "id": 2, "date": 4}
    return [i.name for i in sorted(found, key=lambda i: order.get(i.kind, 3))]


def group(kind: str, table: Table, label: str = "Within each") -> str | None:
    """The column whose values say which rows belong together; first that of the model."""
    model = state.spec()
    asked = model.random[0].group[0] if model is not None and model.random else None
    n = len(table.frame)
    usual = [i.name for i in infos(table) if i.kind != "number" and i.n_unique < n]
    others = [i.name for i in infos(table) if i.name not in usual]
    return pick(kind, "group", label, [*usual, *others], asked or state.roles_of(table).group)


def time(kind: str, table: Table, without: Iterable[str | None] = ()) -> str | None:
    """The column that orders the rows of a group."""
    taken = set(without)
    usual = [i.name for i in infos(table) if i.kind in ("number", "date", "ordered")]
    usual = [name for name in usual if name not in taken]
    others = [str(c) for c in table.frame.columns if c not in usual and c not in taken]
    return pick(kind, "time", "In the order of", [*usual, *others], state.roles_of(table).time)


def levels(frame: pd.DataFrame, column: str) -> list[str]:
    """The values of a column as text, in their order."""
    from lmm_core.data.convert import level_names

    return level_names(frame[column])


def step(kind: str, **params: Any) -> Step:
    """A step without the settings that are left to the program."""
    return Step(kind, {name: value for name, value in params.items() if value is not None})
