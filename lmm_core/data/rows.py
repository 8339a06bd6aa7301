"""Steps that leave out rows: filter by a condition, drop repeated rows."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from lmm_core.data.change import Array, Change, column_of, count, is_number, one_of, with_rows
from lmm_core.data.convert import level_names, level_text, level_texts
from lmm_core.data.numbers import number_of
from lmm_core.errors import DataError

COMPARISONS: dict[str, str] = {
    "==": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
    "in": "is one of",
    "not in": "is none of",
    "missing": "is missing",
    "not missing": "is not missing",
}
Value = float | str | list[float | str] | None


def filter_rows(frame: pd.DataFrame, column: str, comparison: str, value: Value = None) -> Change:
    """Keep the rows in which the condition holds.

    ``value`` is a number, a text, an ISO date, or a list of them for "in" and "not in". A missing
    value fulfils "missing", "!=" and "not in" only. Ordered levels are compared by their order.
    Errors: DataError ``condition``, ``no_rows_left``, ``unknown_column``.
    """
    one_of(comparison, tuple(COMPARISONS), "comparison")
    values = column_of(frame, column)
    missing = values.isna().to_numpy()
    if comparison in ("missing", "not missing"):
        kept = missing if comparison == "missing" else ~missing
        lost_missing = 0
    elif comparison in ("!=", "not in"):
        kept = _compare(values, comparison, value) | missing
        lost_missing = 0
    else:
        kept = _compare(values, comparison, value) & ~missing
        lost_missing = int(missing.sum())
    n = int((~kept).sum())
    tail = f", {lost_missing:,} of them because the value is missing" if lost_missing else ""
    note = (
        f"Kept {count(int(kept.sum()), 'row')} in which {_condition(column, comparison, value)};"
        f" left out {count(n, 'row')}{tail}."
    )
    return Change(with_rows(frame, kept), note)


def say_filter(column: str, comparison: str, value: Value) -> str:
    """Describe the step."""
    return f"Keep the rows in which {_condition(column, comparison, value)}."


def _condition(column: str, comparison: str, value: Value) -> str:
    said = COMPARISONS.get(comparison, comparison)
    if value is None:
        return f'"{column}" {said}'
    shown = value if isinstance(value, list) else [value]
    texts = [level_text(v) for v in shown[:8]] + (["..."] if len(shown) > 8 else [])
    return f'"{column}" {said} {", ".join(texts)}'


def _compare(values: pd.Series, comparison: str, value: Value) -> Array:
    if comparison in ("in", "not in"):
        wanted = value if isinstance(value, list) else [value]
        if is_number(values):
            hit = values.isin([_number(v) for v in wanted]).to_numpy()
        else:
            hit = level_texts(values).isin([level_text(v) for v in wanted]).to_numpy()
        return hit if comparison == "in" else ~hit
    if value is None or isinstance(value, list):
        raise _condition_error("A value to compare with is missing.", "Type a value.")
    if is_number(values):
        return _compared(values.to_numpy(dtype=float, na_value=np.nan), comparison, _number(value))
    if pd.api.types.is_datetime64_any_dtype(values):
        stamps = values.to_numpy(dtype="datetime64[us]")
        return _compared(stamps, comparison, _stamp(value))
    labels = level_texts(values)
    if comparison in ("==", "!="):
        hit = (labels == level_text(value)).fillna(False).to_numpy(dtype=bool)
        return hit if comparison == "==" else ~hit
    return _by_order(values, labels, comparison, level_text(value))


def _by_order(values: pd.Series, labels: pd.Series, comparison: str, value: str) -> Array:
    ordered = isinstance(values.dtype, pd.CategoricalDtype) and bool(values.dtype.ordered)
    levels = level_names(values, labels)
    if not ordered or value not in levels:
        raise _condition_error(
            f'"{values.name}" has no order in which "{value}" has a place.',
            "Use is, is not, or a list of values; or set the order of the levels first.",
        )
    place = {level: float(k) for k, level in enumerate(levels)}
    at = labels.map(place, na_action="ignore").to_numpy(dtype=float, na_value=np.nan)
    return _compared(at, comparison, place[value])


def _compared(values: Array, comparison: str, value: object) -> Array:
    operation = {
        "==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal,
        ">": np.greater, ">=": np.greater_equal,
    }[comparison]  # fmt: skip
    return operation(values, value)


def _number(value: object) -> float:
    number = number_of(level_text(value))
    if number is None:
        raise _condition_error(f'"{value}" isn\'t a number, but the column is.', "Type a number.")
    return number


def _stamp(value: object) -> np.datetime64:
    try:
        return np.datetime64(dt.datetime.fromisoformat(str(value)), "us")
    except ValueError:
        raise _condition_error(
            f'"{value}" isn\'t a date.', "Write dates like 2024-01-31."
        ) from None


def _condition_error(message: str, next_step: str) -> DataError:
    return DataError(message, next_step, "condition")


def drop_duplicates(
    frame: pd.DataFrame, columns: list[str] | None = None, keep: str = "first"
) -> Change:
    """Leave out rows that repeat another row in ``columns`` (in all columns by default).

    ``keep`` is "first" or "last" of the repeated rows. Nothing is averaged.
    """
    one_of(keep, ("first", "last"), "row to keep")
    names = list(columns) if columns else [str(c) for c in frame.columns]
    for name in names:
        column_of(frame, name)
    repeated = frame.duplicated(subset=names, keep=keep).to_numpy()  # type: ignore[arg-type]
    where = ", ".join(f'"{n}"' for n in names) if columns else "all columns"
    n = int(repeated.sum())
    note = f"Left out {count(n, 'row')} that repeat another in {where} (kept the {keep})."
    return Change(with_rows(frame, ~repeated), note)


def say_drop_duplicates(columns: list[str] | None, keep: str) -> str:
    """Describe the step."""
    where = ", ".join(f'"{n}"' for n in columns) if columns else "all columns"
    return f"Leave out rows that repeat another in {where}; keep the {keep}."
