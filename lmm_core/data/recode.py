"""Steps that rename the values of a category: recode, and merge levels into one."""

from __future__ import annotations

import pandas as pd

from lmm_core.data.change import Change, column_of, count, is_number, listed, new_name, with_columns
from lmm_core.data.convert import level_names, level_text, level_texts
from lmm_core.data.numbers import shrink
from lmm_core.errors import DataError


def recode(
    frame: pd.DataFrame,
    column: str,
    mapping: dict[str, str | float | None],
    into: str | None = None,
) -> Change:
    """Replace values by others; None makes them missing, values that aren't named stay.

    Values are compared as text, whole numbers without a decimal point ("1", "2"). The result is a
    category whose levels come in the order of the old ones; when every value becomes a number it is
    a column of numbers. Error: DataError ``unknown_level``.
    """
    values = column_of(frame, column)
    made, hit = _renamed(values, mapping, column)
    name = new_name(frame, into, column, column) if into else column
    note = f'"{column}" was recoded in {count(hit, "row")}: {_pairs(mapping)}.'
    return Change(with_columns(frame, {name: made}), note, {}, {name: ""})


def say_recode(column: str, mapping: dict[str, str | float | None], into: str | None) -> str:
    """Describe the step."""
    name = f' as "{into}"' if into else ""
    return f'Recode "{column}"{name}: {_pairs(mapping)}.'


def _pairs(mapping: dict[str, str | float | None]) -> str:
    pairs = [f"{old} → {'missing' if new is None else new}" for old, new in mapping.items()]
    return ", ".join(pairs[:6]) + (f" and {len(pairs) - 6} more" if len(pairs) > 6 else "")


def merge_levels(frame: pd.DataFrame, column: str, levels: list[str], name: str) -> Change:
    """Make one level of several. Error: DataError ``unknown_level``."""
    if not name.strip():
        raise DataError("The merged level needs a name.", "Type one.", "step_params")
    values = column_of(frame, column)
    made, hit = _renamed(values, dict.fromkeys(levels, name), column)
    note = f'Levels {listed(levels)} of "{column}" were merged into "{name}" ({count(hit, "row")}).'
    return Change(with_columns(frame, {column: made}), note, {}, {column: ""})


def say_merge_levels(column: str, levels: list[str], name: str) -> str:
    """Describe the step."""
    return f'Merge levels {listed(levels, 8)} of "{column}" into "{name}".'


def _renamed(
    values: pd.Series, mapping: dict[str, str | None], column: str
) -> tuple[pd.Series, int]:
    labels = level_texts(values)
    there = level_names(values, labels)
    unknown = [old for old in mapping if old not in there]
    if unknown or not mapping:
        what = f"has no level {listed(unknown)}" if unknown else "isn't changed by an empty list"
        raise DataError(
            f'"{column}" {what}.',
            f"Its levels are {listed(there, 12)}.",
            "unknown_level",
            levels=there,
        )
    new = {name: mapping.get(name, name) for name in there}
    hit = int(labels.isin(list(mapping)).sum())
    kept = [n for n in new.values() if n is not None]
    if kept and all(isinstance(n, int | float) for n in kept):
        return shrink(labels.map(new, na_action="ignore").astype(float)), hit
    new = {name: n if n is None else level_text(n) for name, n in new.items()}
    order = list(dict.fromkeys(n for n in new.values() if n is not None))
    ordered = isinstance(values.dtype, pd.CategoricalDtype) and bool(values.dtype.ordered)
    renamed = labels.map(new, na_action="ignore").astype("str")
    if not ordered and not isinstance(values.dtype, pd.CategoricalDtype) and not is_number(values):
        return renamed, hit
    made = pd.Categorical(renamed, categories=order, ordered=ordered)
    return pd.Series(made, index=values.index, name=values.name), hit
