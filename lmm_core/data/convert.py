"""Steps that say what a column is: numbers, a category with its order, dates, missing codes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmm_core.data.change import Change, column_of, count, is_number, listed, one_of, with_columns
from lmm_core.data.columns import to_number
from lmm_core.data.levels import level_order
from lmm_core.data.numbers import number_of, numbers_in, shrink
from lmm_core.data.ordering import parse_dates
from lmm_core.errors import DataError

KINDS = ("number", "category", "ordered", "date", "id", "text")


def number(frame: pd.DataFrame, column: str, decimal: str | None = None) -> Change:
    """Turn a text column into numbers; cells that aren't numbers become missing.

    ``decimal`` is "." or ","; by default the column's own evidence decides.
    """
    values = column_of(frame, column)
    if is_number(values):
        return Change(frame, f'"{column}" holds numbers already.')
    if pd.api.types.is_datetime64_any_dtype(values):
        raise DataError(
            f'"{column}" holds dates.', "Compute the elapsed time instead.", "not_a_number"
        )
    plain = pd.DataFrame({column: values.astype("str")})
    if decimal is None:
        read, lost = to_number(plain, column)
        made = read[column]
    else:
        found, bad = numbers_in(plain[column], one_of(decimal, (".", ","), "decimal mark"))
        made, lost = shrink(pd.Series(found, index=frame.index)), int(bad.sum())
    if not made.notna().any():
        raise DataError(
            f'No cell of "{column}" is a number.', "Choose another column.", "not_a_number"
        )
    tail = f"; {count(lost, 'cell')} that held other text became missing" if lost else ""
    note = f'"{column}" was turned into numbers{tail}.'
    return Change(with_columns(frame, {column: made.to_numpy()}), note)


def say_number(column: str, decimal: str | None) -> str:
    """Describe the step."""
    mark = f' (decimal mark "{decimal}")' if decimal else ""
    return f'Turn "{column}" into numbers{mark}; other text becomes missing.'


def set_kind(
    frame: pd.DataFrame,
    column: str,
    kind: str,
    levels: list[str] | None = None,
    date_format: str | None = None,
) -> Change:
    """Make a column what the user says it is.

    ``kind`` is one of ``KINDS``. ``levels`` gives the order of a category, the reference level
    first; levels that aren't named follow in their natural order. ``date_format`` is a format of
    ``strptime`` for kind "date".
    """
    one_of(kind, KINDS, "kind of column")
    values = column_of(frame, column)
    if kind == "number":
        if is_number(values):
            return Change(frame, f'"{column}" is taken as numbers.')
        return number(frame, column)
    if kind == "date":
        dates, bad = parse_dates(values, date_format)
        lost = f"; {count(bad, 'cell')} couldn't be read and became missing" if bad else ""
        return Change(
            with_columns(frame, {column: dates}),
            f'"{column}" was read as dates{lost}.',
            units={column: ""},
        )
    labels = level_texts(values)
    if kind in ("text", "id"):
        what = "labels of units" if kind == "id" else "text"
        note = f'"{column}" is taken as {what}.'
        return Change(with_columns(frame, {column: labels}), note, units={column: ""})
    order = _order(values, labels, levels or [], column)
    made = pd.Categorical(labels, categories=order, ordered=kind == "ordered")
    word = "an ordered category" if kind == "ordered" else "a category"
    note = f'"{column}" is taken as {word} with {count(len(order), "level")}: {listed(order, 8)}.'
    return Change(with_columns(frame, {column: made}), note, units={column: ""})


def say_set_kind(column: str, kind: str, levels: list[str] | None, date_format: str | None) -> str:
    """Describe the step."""
    what = {
        "number": "numbers", "category": "a category", "ordered": "an ordered category",
        "date": "dates", "id": "labels of units", "text": "text",
    }.get(kind, kind)  # fmt: skip
    order = f" in the order {', '.join(levels)}" if levels else ""
    form = f" written as {date_format}" if date_format else ""
    return f'Take "{column}" as {what}{order}{form}.'


def level_texts(values: pd.Series) -> pd.Series:
    """Return the values as text, whole numbers without a decimal point; missing stays missing."""
    codes, uniques = pd.factorize(values)
    names = pd.Series([level_text(u) for u in uniques], dtype="str")
    return names.reindex(codes).set_axis(values.index).rename(values.name)


def level_text(value: object) -> str:
    """Return the text of one level: 3.0 is "3"."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp):
        text = value.isoformat(sep=" ")
        return text.removesuffix(" 00:00:00")
    return str(value)


def _order(values: pd.Series, labels: pd.Series, asked: list[str], column: str) -> list[str]:
    there = level_names(values, labels)
    unknown = [level for level in asked if level not in there]
    if unknown:
        raise DataError(
            f'"{column}" has no level {listed(unknown)}.',
            f"Its levels are {listed(there, 12)}.",
            "unknown_level",
            levels=there,
        )
    first = list(dict.fromkeys(asked))
    return [*first, *(name for name in there if name not in first)]


def level_names(values: pd.Series, labels: pd.Series | None = None) -> list[str]:
    """Return the levels of a column: in their set order, their natural one, or sorted."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        present = set(values.dropna().unique())
        return [level_text(c) for c in values.cat.categories if c in present]
    labels = level_texts(values) if labels is None else labels
    names = [str(u) for u in pd.unique(labels.dropna())]
    return list(level_order(names) or sorted(names, key=_sort_key))


def _sort_key(name: str) -> tuple[bool, float, str, str]:
    value = number_of(name)
    return (value is None, value or 0.0, name.casefold(), name)


def na_value(frame: pd.DataFrame, columns: list[str], values: list[float | str]) -> Change:
    """Set the cells that hold one of ``values`` (such as -99 or "unknown") missing."""
    numbers = {n for n in (number_of(level_text(v)) for v in values) if n is not None}
    texts = {level_text(v).strip().casefold() for v in values}
    made: dict[str, object] = {}
    total = 0
    for name in columns:
        column = column_of(frame, name)
        if is_number(column):
            hit = column.isin(numbers).to_numpy()
        else:
            labels = level_texts(column)
            hit = labels.str.strip().str.casefold().isin(texts).to_numpy()
        total += int(hit.sum())
        if hit.any():
            kept = column.mask(hit)
            if isinstance(kept.dtype, pd.CategoricalDtype):
                kept = kept.cat.remove_unused_categories()
            made[name] = shrink(kept) if kept.dtype.kind == "f" else kept
    shown = " or ".join(level_text(v) for v in values)
    note = f"{count(total, 'cell')} with {shown} in {listed(columns)} became missing."
    return Change(with_columns(frame, made), note)


def say_na_value(columns: list[str], values: list[float | str]) -> str:
    """Describe the step."""
    return f"Set {' and '.join(level_text(v) for v in values)} in {listed(columns)} missing."
