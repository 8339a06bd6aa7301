"""The last steps of reading text and workbooks: clean the columns, check the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.data.numbers import (
    NA_SPELLINGS,
    NEARLY_NUMERIC,
    PLAIN_TEXT,
    as_numeric,
    numbers_in,
    shrink,
)
from lmm_core.data.table import Question
from lmm_core.errors import DataError

MAX_COLUMNS = 5_000


@dataclass(frozen=True)
class Raw:
    """A parsed table before cleaning.

    Attributes
    ----------
    frame, notes:
        What was parsed and what was decided.
    name_notes:
        For each column whose name was made up or changed, the note that says so.
    first_row:
        1-based row of the file with the first observation.
    decimal:
        The file's decimal mark, "." or ",".
    units_row:
        The cells of a row of units below the header, one per column.
    reading, labels, questions:
        As in ``Table``.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...]
    name_notes: dict[str, str]
    first_row: int
    decimal: str = "."
    units_row: tuple[str, ...] = ()
    reading: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()


def header_only() -> DataError:
    """Return the error for column names without rows."""
    return DataError(
        "The file holds column names but no rows.",
        "Check that the export was complete and read the file again.",
        "header_only",
    )


def no_header_row(row: int) -> DataError:
    """Return the error for a header row that was asked for and isn't there."""
    return DataError(
        f"Row {row} can't hold the column names: it is empty or not there.",
        "Give the number of the row in which the column names stand.",
        "header_row",
    )


def check_width(width: int) -> None:
    """Raise DataError ``too_many_columns`` above ``MAX_COLUMNS``."""
    if width > MAX_COLUMNS:
        raise DataError(
            f"The table has {width:,} columns; at most {MAX_COLUMNS:,} can be read.",
            "Keep the columns that the analysis needs and read the table again.",
            "too_many_columns",
        )


def finish(raw: Raw) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the cleaned frame and all notes.

    Raises
    ------
    DataError
        code ``header_only``, ``one_column``, ``no_numeric_column`` or ``too_many_columns``.
    """
    check_width(raw.frame.shape[1])
    columns: dict[str, pd.Series] = {}
    changes: dict[str, list[str]] = {}
    for name in raw.frame.columns:
        columns[name], change = _clean(raw.frame[name], raw.decimal)
        if change:
            changes.setdefault(change, []).append(f'"{name}"')
    frame = pd.DataFrame(columns, index=raw.frame.index)
    made_up = [n for n, note in raw.name_notes.items() if "has no name" in note]
    frame = frame.drop(columns=[name for name in made_up if frame[name].isna().all()])
    frame, blank = _drop_blank_rows(frame)
    if not len(frame):
        raise header_only()
    _check(frame)
    frame.attrs["first_row"] = raw.first_row
    if blank:
        frame.attrs["blank_rows"] = blank
    renamed = [note for name, note in raw.name_notes.items() if name in frame.columns]
    if len(renamed) > 4:
        renamed = [*renamed[:3], f"{len(renamed) - 3} more columns were named in this way."]
    told = [_columns(names) + " " + change for change, names in changes.items()]
    return frame, (*raw.notes, *renamed, *told)


def _columns(names: list[str]) -> str:
    if len(names) == 1:
        return f"Column {names[0]}:"
    if len(names) > 6:
        names = [*names[:5], f"{len(names) - 5} more"]
    return f"Columns {', '.join(names)}:"


def _clean(values: pd.Series, decimal: str) -> tuple[pd.Series, str]:
    """Return the cleaned column and what was changed, in plain words."""
    if pd.api.types.is_datetime64_any_dtype(values) or values.dtype == "category":
        return values, ""
    if pd.api.types.is_bool_dtype(values) or values.dtype.kind == "u":
        return values.astype("str"), ""  # u: whole numbers too long for int64 are labels
    if pd.api.types.is_numeric_dtype(values):
        return _finite(values)
    text = _text(values)
    if bool(text.str.fullmatch(r"0\d+").any()):
        return text, ""  # codes such as 007
    numeric, how = as_numeric(text, decimal)
    if numeric is None:
        return text, ""
    return numeric, "" if how == PLAIN_TEXT else f"{how} were recognised."


def _finite(values: pd.Series) -> tuple[pd.Series, str]:
    if values.dtype.kind != "f":
        return values, ""
    infinite = np.isinf(values.to_numpy())
    n = int(infinite.sum())
    if not n:
        return values, ""
    return values.mask(infinite), f"infinite values were set missing ({n})."


def _text(values: pd.Series) -> pd.Series:
    """Strip the text and make every spelling of "missing" a real missing value."""
    if not isinstance(values.dtype, pd.StringDtype):
        values = values.map(str, na_action="ignore").astype("str")
    text = values.str.strip()
    return text.mask(text.isin(NA_SPELLINGS))


def _drop_blank_rows(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """Drop rows without any value; return their positions too."""
    blank = np.flatnonzero(frame.isna().to_numpy().all(axis=1))
    if not blank.size:
        return frame, ()
    frame = frame.drop(index=frame.index[blank]).reset_index(drop=True)
    for name in frame.columns:
        # A column of whole numbers was float only because of the blank rows.
        if frame[name].dtype.kind == "f":
            frame[name] = shrink(frame[name])
    return frame, tuple(blank.tolist())


def _check(frame: pd.DataFrame) -> None:
    if frame.shape[1] < 2:
        raise DataError(
            f'The table has one column only ("{frame.columns[0]}").',
            "A model needs an outcome and a grouping column. Check the separator or the file.",
            "one_column",
        )
    if any(pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns):
        return
    if any(nearly_numeric(frame[name]) for name in frame.columns):
        return
    raise DataError(
        "No column of the table holds numbers.",
        "The outcome of a linear mixed model is a number. Check decimal mark and separator.",
        "no_numeric_column",
    )


def nearly_numeric(values: pd.Series) -> bool:
    """Say whether at least 80 % of the filled cells of a text column are numbers."""
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return False
    filled = values.dropna()
    start = filled.iloc[:2000]
    if not len(start) or numbers_in(start)[1].mean() > 0.5:
        return False
    return float(numbers_in(filled)[1].mean()) <= 1 - NEARLY_NUMERIC
