"""Dates become elapsed time: since each subject's first visit, the first date, or the calendar."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmm_core.data.change import Change, column_of, count, new_name, one_of, with_columns
from lmm_core.data.numbers import shrink
from lmm_core.data.ordering import parse_dates
from lmm_core.data.within import group_codes
from lmm_core.errors import DataError

UNITS: dict[str, float] = {
    "minutes": 1 / 1440,
    "hours": 1 / 24,
    "days": 1.0,
    "weeks": 7.0,
    "months": 30.4375,
    "years": 365.25,
}
"""Days in a unit; months and years have their average length."""

ORIGINS = ("subject", "first", "calendar")


def elapsed(
    frame: pd.DataFrame,
    column: str,
    unit: str = "days",
    origin: str = "subject",
    group: str | list[str] | None = None,
    into: str | None = None,
    date_format: str | None = None,
) -> Change:
    """Compute the time that has passed at each date.

    Parameters
    ----------
    unit:
        One of ``UNITS``.
    origin:
        "subject": the first date of each ``group``; "first": the first date of all; "calendar":
        the calendar year with its fraction (unit "years": 2020.5 is the middle of 2020), or the
        time since 1 January of the first year (other units).
    date_format:
        A format of ``strptime``; by default the one that fits the cells.

    Errors: DataError ``not_a_date``, ``no_group``, ``step_params``.
    """
    one_of(unit, tuple(UNITS), "unit of time")
    one_of(origin, ORIGINS, "origin of time")
    dates, bad = parse_dates(column_of(frame, column), date_format)
    if not dates.notna().any():
        raise DataError(f'"{column}" holds no date.', "Choose another column.", "not_a_date")
    days, words = _days(frame, dates, origin, unit, group)
    values = days if origin == "calendar" and unit == "years" else days / UNITS[unit]
    name = new_name(frame, into, "year" if words == "" else unit, column)
    lost = f"; {count(bad, 'cell')} couldn't be read and are missing" if bad else ""
    length = {"months": " (a month is 30.44 days)", "years": " (a year is 365.25 days)"}
    what = (
        f"counts the {unit} from {words} to" if words else "is the calendar year, with fraction, of"
    )
    note = f'"{name}" {what} "{column}"{length.get(unit, "") if words else ""}{lost}.'
    made = shrink(pd.Series(np.round(values, 6), index=frame.index))
    units = {name: unit if words else "calendar year"}
    return Change(with_columns(frame, {name: made}), note, {}, units)


def _days(
    frame: pd.DataFrame, dates: pd.Series, origin: str, unit: str, group: str | list[str] | None
) -> tuple[np.ndarray, str]:
    """Return days since the origin (or calendar years), and the origin in words ("": years)."""
    stamps = dates.to_numpy(dtype="datetime64[us]")
    if origin == "calendar":
        year = stamps.astype("datetime64[Y]")
        if unit == "years":
            start = year.astype("datetime64[us]")
            length = (year + 1).astype("datetime64[us]") - start
            share = (stamps - start) / length
            return np.where(np.isnat(stamps), np.nan, year.astype(float) + 1970 + share), ""
        zero = np.nanmin(year).astype("datetime64[us]")
        return _between(stamps, zero), f"1 January {str(zero)[:4]}"
    if origin == "first":
        zero = np.nanmin(stamps)
        return _between(stamps, zero), f"the first date ({str(zero)[:10]})"
    if group is None:
        raise DataError(
            "The first visit of each subject needs the column that names the subjects.",
            "Choose the grouping column, or count from the first date of all.",
            "no_group",
        )
    codes, n_groups = group_codes(frame, group)
    ticks = stamps.astype(np.int64)
    usable = (codes >= 0) & ~np.isnat(stamps)
    first = np.full(n_groups + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, codes[usable], ticks[usable])
    days = np.full(len(frame), np.nan)
    days[usable] = (ticks[usable] - first[codes[usable]]) / 86_400e6
    who = group if isinstance(group, str) else " × ".join(group)
    return days, f'the first date of each "{who}"'


def _between(stamps: np.ndarray, zero: np.datetime64) -> np.ndarray:
    return (stamps - zero) / np.timedelta64(1, "D")


def say_elapsed(
    column: str,
    unit: str,
    origin: str,
    group: str | list[str] | None,
    into: str | None,
    date_format: str | None,
) -> str:
    """Describe the step."""
    who = group if isinstance(group, str) else " × ".join(group or ["subject"])
    since = {
        "subject": f'since the first date of each "{who}"',
        "first": "since the first date",
        "calendar": "by the calendar",
    }.get(origin, origin)
    form = f", dates written as {date_format}" if date_format else ""
    name = f' as "{into}"' if into else ""
    return f'Turn "{column}" into {unit} {since}{form}{name}.'
