"""In which order rows follow each other within their group: dates, numbers, ordered levels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmm_core.data.change import Array, column_of, count, is_number, verb
from lmm_core.data.levels import DATE_FORMATS, dates_in, level_order
from lmm_core.data.within import group_codes
from lmm_core.errors import DataError


def parse_dates(values: pd.Series, date_format: str | None = None) -> tuple[pd.Series, int]:
    """Return a column as datetime64, and how many filled cells aren't dates.

    Without ``date_format`` the one that fits all cells is taken, else the one that fits at least
    80 % of them. Error: DataError ``not_a_date``.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        plain = values.dt.tz_localize(None) if getattr(values.dt, "tz", None) else values
        return plain, 0
    dates, bad, _ = _best_reading(values, date_format)
    return dates, bad


def date_format_of(values: pd.Series, date_format: str | None = None) -> str:
    """Return the format in which ``parse_dates`` reads a column of text.

    Error: DataError ``not_a_date``.
    """
    return _best_reading(values, date_format)[2]


def _best_reading(values: pd.Series, date_format: str | None) -> tuple[pd.Series, int, str]:
    codes, uniques = pd.factorize(values)
    texts = [str(u).strip() for u in uniques]
    n_filled = int((codes >= 0).sum())
    formats = (date_format,) if date_format else (dates_in(texts), *DATE_FORMATS)
    best: tuple[int, pd.Series, str] | None = None
    for form in formats:
        if form is None or not texts or is_number(values):
            continue
        parsed = read_dates(texts, form)
        found = pd.Series(parsed.to_numpy(), index=range(len(texts)), dtype="datetime64[us]")
        taken = found.reindex(codes).set_axis(values.index)  # code -1 isn't there: missing
        n_bad = n_filled - int(taken.notna().sum())
        if best is None or n_bad < best[0]:
            best = n_bad, taken.rename(values.name), form
        if n_bad == 0:
            break
    if best is None or best[0] > 0.2 * n_filled:
        raise DataError(
            f'"{values.name}" doesn\'t hold dates that can be read.',
            "Dates are read when written like 2024-01-31, 31.01.2024 or 31/01/2024.",
            "not_a_date",
            column=str(values.name),
        )
    return best[1], best[0], best[2]


def read_dates(texts: list[str], form: str) -> pd.Series:
    """Read texts in one format; what doesn't fit is missing. Error: DataError ``date_format``."""
    cells = pd.Series(texts, dtype="str")
    if "%b" in form:
        cells = cells.str.replace("-", " ")
    if "%H" in form:
        cells = cells.str.replace("T", " ")
    try:
        found = pd.to_datetime(cells, format=form, errors="coerce", utc=form == "ISO8601")
    except ValueError:
        raise DataError(
            f'"{form}" is no way to write a date.', "Write it like %d.%m.%Y.", "date_format"
        ) from None
    return found.dt.tz_localize(None) if form == "ISO8601" else found


def order_key(frame: pd.DataFrame, column: str) -> Array:
    """Return numbers (n,) in whose order the values of a time column stand, NaN where missing.

    Error: DataError ``no_order`` when the column is text without an order.
    """
    values = column_of(frame, column)
    if is_number(values):
        return values.to_numpy(dtype=float, na_value=np.nan)
    if pd.api.types.is_datetime64_any_dtype(values):
        return _ticks(values)
    if isinstance(values.dtype, pd.CategoricalDtype) and values.dtype.ordered:
        codes = values.cat.codes.to_numpy().astype(float)
        return np.where(codes < 0, np.nan, codes)
    codes, uniques = pd.factorize(values)
    order = level_order([str(u) for u in uniques])
    if order is not None:
        place = {name: float(k) for k, name in enumerate(order)}
        lookup = np.array([*(place[str(u)] for u in uniques), np.nan])
        return lookup[codes]
    try:
        dates, _ = parse_dates(values)
    except DataError:
        raise DataError(
            f'The values of "{column}" have no order that is known.',
            "Choose a number or a date, or set the order of its levels first.",
            "no_order",
            column=column,
        ) from None
    return _ticks(dates)


def _ticks(values: pd.Series) -> Array:
    ticks = values.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(ticks), np.nan, ticks.astype(np.int64).astype(float))


def rows_in_order(frame: pd.DataFrame, group: str | list[str], time: str) -> tuple[Array, Array]:
    """Return the positions of the rows by group and time, and where a group goes on.

    Rows without group or time are left out. The second array (same length) is True where the row
    has a row of the same group before it. Error: DataError ``duplicate_time`` when a group has two
    rows at the same time.
    """
    codes, _ = group_codes(frame, group)
    key = order_key(frame, time)
    usable = np.flatnonzero((codes >= 0) & ~np.isnan(key))
    order = usable[np.lexsort((key[usable], codes[usable]))]
    goes_on = np.zeros(len(order), dtype=bool)
    goes_on[1:] = codes[order][1:] == codes[order][:-1]
    tied = np.flatnonzero(goes_on[1:] & (key[order][1:] == key[order][:-1])) + 1
    if tied.size:
        n, row = int(tied.size), frame.iloc[int(order[tied[0]])]
        names = [group] if isinstance(group, str) else group
        who = ", ".join(f"{name} {row[name]}" for name in names)
        raise DataError(
            f'{count(n, "row")} {verb(n, "repeats", "repeat")} the "{time}" of another row of the'
            f" same group, the first for {who} at {row[time]}: which one comes first isn't known.",
            "Remove the repeated rows, or choose a time that tells them apart.",
            "duplicate_time",
            n=n,
        )
    return order, goes_on
