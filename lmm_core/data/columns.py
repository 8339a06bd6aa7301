"""What each column is: number, category, ordered, date, id, text or empty, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.data.finish import nearly_numeric
from lmm_core.data.levels import dates_in, level_order
from lmm_core.data.numbers import column_decimal, is_missing, numbers_in, shrink
from lmm_core.data.words import AMOUNT_WORDS, has_word, looks_like_id, time_rank
from lmm_core.errors import DataError

KINDS = ("number", "category", "ordered", "date", "id", "text", "empty")
MAX_CATEGORIES = 12
"""Text with more different values than this is an identifier or free text."""


@dataclass(frozen=True)
class ColumnInfo:
    """One column: its kind (one of ``KINDS``), why, and what it holds."""

    name: str
    kind: str
    reason: str
    n_missing: int
    n_unique: int
    constant: bool


@dataclass(frozen=True)
class TextCell:
    """A cell that isn't a number: its row in the file (1-based), its index label and its text."""

    row: int
    index: object
    value: str


def describe_columns(frame: pd.DataFrame) -> tuple[ColumnInfo, ...]:
    """Return the kind of each column with the reason in plain words, in the frame's order."""
    return tuple(_describe(frame[name]) for name in frame.columns)


def _describe(values: pd.Series) -> ColumnInfo:
    codes, uniques = pd.factorize(values)
    n_missing = int((codes < 0).sum())
    kind, reason = _kind(values, codes, uniques)
    name = str(values.name)
    return ColumnInfo(name, kind, reason, n_missing, len(uniques), len(uniques) == 1)


def _kind(values: pd.Series, codes: np.ndarray, uniques: pd.Index) -> tuple[str, str]:
    n = len(uniques)
    if n == 0:
        return "empty", "no cell has a value"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date", "dates"
    if isinstance(values.dtype, pd.CategoricalDtype):
        if values.dtype.ordered:
            return "ordered", f"{n} levels in a set order"
        return "category", f"{n} levels"
    if pd.api.types.is_bool_dtype(values):
        return "category", "yes or no"
    if pd.api.types.is_numeric_dtype(values):
        return _numeric_kind(values, codes, np.asarray(uniques, dtype=float))
    return _text_kind(values, codes, uniques)


def _numeric_kind(values: pd.Series, codes: np.ndarray, uniques: np.ndarray) -> tuple[str, str]:
    whole = bool((uniques % 1 == 0).all())
    if not whole:
        return "number", "numbers with decimals"
    name = values.name
    if looks_like_id(name) and time_rank(name) is None and len(uniques) > 1:
        return "id", "whole numbers, and the name is that of an identifier"
    if time_rank(name) is None and not has_word(name, AMOUNT_WORDS) and _are_codes(codes, uniques):
        return "id", "whole numbers that count the rows or label blocks of rows"
    if len(uniques) == 2:
        return "number", "whole numbers with two different values"
    return "number", "whole numbers"


def _are_codes(codes: np.ndarray, uniques: np.ndarray) -> bool:
    """Recognise labels: 1..n in order, or densely numbered values in one block of rows each."""
    present = codes[codes >= 0]
    n_levels, n_rows = len(uniques), len(present)
    if uniques.max() - uniques.min() + 1 > 1.5 * n_levels:
        return False
    if n_levels == n_rows:
        return n_rows >= 10 and bool((np.diff(uniques) == 1).all())
    counts = np.bincount(present, minlength=n_levels)
    if n_levels < 5 or (counts >= 2).mean() < 0.9:
        return False
    if int((np.diff(present) != 0).sum()) + 1 == n_levels:
        return True
    # The same numbers over and over (sorted by visit): many labels, few visits.
    restarts = int((np.diff(uniques[present]) < 0).sum()) + 1
    return n_levels >= 20 and restarts <= counts.max() and n_levels > 2 * counts.max()


def _text_kind(values: pd.Series, codes: np.ndarray, uniques: pd.Index) -> tuple[str, str]:
    n = len(uniques)
    n_filled = int((codes >= 0).sum())
    named_id = looks_like_id(values.name)
    if not named_id and nearly_numeric(values):
        bad = int(numbers_in(values)[1].sum())
        if bad:  # digits throughout are labels: 007, or what was set to be text
            return "text", f"nearly all cells are numbers, {bad} of {n_filled} are not"
    texts = [str(u) for u in uniques]
    if dates_in(texts) is not None:
        return "date", "text that reads as dates"
    if named_id and n > 2:
        return "id", "the name is that of an identifier"
    repeated = float((np.bincount(codes[codes >= 0]) >= 2).mean())
    if n <= MAX_CATEGORIES and (repeated >= 0.5 or n <= 2):
        if level_order(texts) is not None:
            return "ordered", f"{n} levels with a natural order"
        return "category", f"{n} different values"
    if repeated >= 0.5:
        return "id", f"{n} different values that repeat, as labels of units do"
    if n == n_filled and n >= 5 and all(len(t) <= 12 and " " not in t for t in texts[:200]):
        return "id", "a different short label in each row"
    return "text", f"{n} different texts"


def _require(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame.columns:
        raise DataError(
            f'There is no column "{column}".', "Choose a column of the table.", "unknown_column"
        )
    return frame[column]


def text_cells(frame: pd.DataFrame, column: str) -> tuple[TextCell, ...]:
    """List the filled cells of a column that aren't numbers, in the order of the rows.

    Rows are counted as in the file (see ``Table.frame``). Error: DataError ``unknown_column``.
    """
    values = _require(frame, column)
    if pd.api.types.is_numeric_dtype(values):
        return ()
    bad = np.flatnonzero(numbers_in(values, _decimal(values))[1])
    labels = values.index[bad]
    rows = file_rows(frame, labels)
    found = values.iloc[bad]
    return tuple(
        TextCell(row, label, str(value))
        for row, label, value in zip(rows, labels, found, strict=True)
    )


def to_number(frame: pd.DataFrame, column: str) -> tuple[pd.DataFrame, int]:
    """Return a copy of the frame with the column as numbers, and how many cells became missing.

    Error: DataError ``unknown_column``.
    """
    values = _require(frame, column)
    if pd.api.types.is_numeric_dtype(values):
        return frame.copy(), 0
    numbers, bad = numbers_in(values, _decimal(values))
    out = frame.copy()
    out[column] = shrink(pd.Series(numbers, index=frame.index, name=column))
    return out, int(bad.sum())


def _decimal(values: pd.Series) -> str:
    filled = [str(v) for v in pd.unique(values.dropna())]
    return column_decimal((v for v in filled[:5000] if not is_missing(v)), ".")


def file_rows(frame: pd.DataFrame, labels: pd.Index) -> list[int]:
    """Return the 1-based rows of the file in which the observations with these labels stand."""
    first = int(frame.attrs.get("first_row", 2))
    blank = np.asarray(frame.attrs.get("blank_rows", ()), dtype=np.int64)
    rows = []
    for label in labels:
        at = int(label) if isinstance(label, int | np.integer) else 0
        # Each blank row at or before an observation moves it one row down.
        for position in blank:
            if position > at:
                break
            at += 1
        rows.append(first + at)
    return rows
