"""What a preparation step returns, and the checks that all steps share."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lmm_core.errors import DataError

Array = np.ndarray


@dataclass(frozen=True)
class Change:
    """The table after a step.

    Attributes
    ----------
    frame:
        The new frame; the old one is left alone.
    note:
        One sentence that says what was done, with the numbers that came out.
    inherits:
        For each new column the columns whose unit it has.
    units:
        Units that are known anew; "" says that a column has none any more.
    """

    frame: pd.DataFrame
    note: str
    inherits: dict[str, tuple[str, ...]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


def column_of(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column. Error: DataError ``unknown_column`` with the nearest names."""
    if name in frame.columns:
        return frame[name]
    near = difflib.get_close_matches(name, [str(c) for c in frame.columns], n=2)
    hint = " Did you mean " + " or ".join(f'"{n}"' for n in near) + "?" if near else ""
    raise DataError(
        f'There is no column "{name}".{hint}',
        "Choose a column of the table.",
        "unknown_column",
        column=name,
        suggestions=near,
    )


def numbers_of(frame: pd.DataFrame, name: str) -> Array:
    """Return a numeric column as float64 (n,), NaN where missing.

    Error: DataError ``unknown_column`` or ``not_a_number``.
    """
    values = column_of(frame, name)
    if not is_number(values):
        raise DataError(
            f'"{name}" isn\'t a column of numbers.',
            "Turn it into numbers first, or choose another column.",
            "not_a_number",
            column=name,
        )
    return values.to_numpy(dtype=float, na_value=np.nan)


def is_number(values: pd.Series) -> bool:
    """Say whether a column holds numbers (yes/no isn't one)."""
    return pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(
        values.dtype
    )


def one_of(value: str, choices: Sequence[str], what: str) -> str:
    """Check a choice. Error: DataError ``step_params``."""
    if value in choices:
        return value
    listed = ", ".join(f'"{c}"' for c in choices)
    raise DataError(
        f'"{value}" is no {what}.', f"Choose one of {listed}.", "step_params", value=value
    )


def new_name(frame: pd.DataFrame, into: str | None, default: str, source: str = "") -> str:
    """Return the name of the column to write.

    A default that is taken gets a number; a name that was asked for may only replace ``source``.
    Error: DataError ``name_taken``.
    """
    if into is not None and into.strip():
        if into in frame.columns and into != source:
            raise DataError(
                f'There already is a column "{into}".', "Choose another name.", "name_taken"
            )
        return into
    name, k = default, 1
    while name in frame.columns:
        k += 1
        name = f"{default}_{k}"
    return name


def with_columns(frame: pd.DataFrame, columns: dict[str, object]) -> pd.DataFrame:
    """Return a copy of the frame with columns replaced or added at the end."""
    out = frame.copy(deep=False)
    for name, values in columns.items():
        out[name] = values
    return out


def with_rows(frame: pd.DataFrame, kept: Array) -> pd.DataFrame:
    """Return the rows where ``kept`` (n,) is True, numbered anew.

    Rows can't be counted as in the file any more, so they are counted as in the new table. Error:
    DataError ``no_rows_left``.
    """
    if kept.all():
        return frame
    if not kept.any():
        raise DataError("No row would be left.", "Loosen the condition.", "no_rows_left")
    return fresh(frame.loc[kept].reset_index(drop=True))


def fresh(frame: pd.DataFrame) -> pd.DataFrame:
    """Forget the rows of the file: row numbers are those of this table from now on."""
    frame.attrs = {"first_row": 1}
    return frame


def count(n: int, what: str, many: str | None = None) -> str:
    """Return "1 row", "1,200 rows"."""
    return f"1 {what}" if n == 1 else f"{n:,} {many or what + 's'}"


def verb(n: int, one: str, many: str) -> str:
    """Return the form of a verb that goes with ``n`` things."""
    return one if n == 1 else many


def listed(names: Sequence[object], most: int = 5) -> str:
    """Return names in quotes, the first few of many: '"a", "b" and 3 more'."""
    shown = [f'"{name}"' for name in names[:most]]
    if len(names) > most:
        return ", ".join(shown) + f" and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else ""


def short(value: float) -> str:
    """Return a number with at most four significant digits."""
    return f"{value:.4g}"
