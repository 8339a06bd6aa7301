"""Long to wide: one row per subject, a column for each time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmm_core.data.change import Change, column_of, count, fresh, is_number, listed, verb
from lmm_core.data.convert import level_names, level_text, level_texts
from lmm_core.data.finish import check_width
from lmm_core.data.numbers import shrink
from lmm_core.data.within import group_codes
from lmm_core.errors import DataError


def reshape_wide(
    frame: pd.DataFrame,
    id: str | list[str],
    time: str,
    value: str | list[str],
    prefix: bool = True,
) -> pd.DataFrame:
    """Return the table with one row per ``id`` and one column per value of ``time``.

    Columns are named "value_time", or by the time alone with ``prefix=False`` (for a table that
    names its measures in a column). Rows stand in the order in which the ids first occur; rows
    without id or time are left out. Errors: DataError ``duplicates`` (two rows of one id at the
    same time: nothing is averaged), ``no_rows_left``, ``too_many_columns``, ``name_taken``,
    ``unknown_column``.
    """
    return _wide(frame, id, time, value, prefix)[0]


def wide_step(
    frame: pd.DataFrame, id: str | list[str], time: str, value: str | list[str], prefix: bool = True
) -> Change:
    """Carry out the step "reshape_wide"."""
    made, inherits, lost = _wide(frame, id, time, value, prefix)
    ids = [id] if isinstance(id, str) else id
    tail = f"; left out {count(lost, 'row')} without {listed([*ids, time])}" if lost else ""
    note = (
        f"{count(len(frame), 'row')} became {count(len(made), 'row')}, one for each {listed(ids)},"
        f' with {count(len(inherits), "column")} made of "{time}"{tail}.'
    )
    return Change(made, note, inherits)


def say_wide(id: str | list[str], time: str, value: str | list[str], prefix: bool) -> str:
    """Describe the step."""
    ids = [id] if isinstance(id, str) else id
    values = [value] if isinstance(value, str) else value
    return f'Make one row per {listed(ids)} and one column of {listed(values)} per "{time}".'


def _wide(
    frame: pd.DataFrame, id: str | list[str], time: str, value: str | list[str], prefix: bool
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]], int]:
    ids = [id] if isinstance(id, str) else list(id)
    values = [value] if isinstance(value, str) else list(value)
    for name in [*ids, time, *values]:
        column_of(frame, name)
    if not ids or not values or len({*ids, time, *values}) < len(ids) + 1 + len(values):
        raise DataError(
            "The columns of the ids, the time and the values must be different ones.",
            "Choose them again.",
            "name_taken",
        )
    codes, n_ids = group_codes(frame, ids)
    levels = level_names(frame[time])
    check_width(len(ids) + len(levels) * len(values))
    place = {level: float(k) for k, level in enumerate(levels)}
    at = level_texts(frame[time]).map(place, na_action="ignore").to_numpy(float, na_value=np.nan)
    usable = np.flatnonzero((codes >= 0) & ~np.isnan(at))
    if not usable.size:
        raise DataError(
            f"No row has values in {listed([*ids, time])}.", "Choose other columns.", "no_rows_left"
        )
    k = len(levels)
    cell = codes[usable].astype(np.int64) * k + at[usable].astype(np.int64)
    _refuse_duplicates(frame, ids, time, usable, cell)
    source = np.full(n_ids * k, -1, dtype=np.int64)
    source[cell] = usable
    source = source.reshape(n_ids, k)
    seen = (source >= 0).any(axis=1)
    source = source[seen]
    first = np.where(source >= 0, source, np.iinfo(np.int64).max).min(axis=1)
    order = np.argsort(first, kind="stable")
    source, first = source[order], first[order]
    made: dict[str, object] = {name: frame[name].array.take(first) for name in ids}
    inherits: dict[str, tuple[str, ...]] = {}
    for name in values:
        plain = frame[name].reset_index(drop=True)
        for j, level in enumerate(levels):
            new = f"{name}_{level}" if prefix else level_text(level)
            if new in made:
                raise DataError(
                    f'There would be two columns "{new}".',
                    "Rename a column first, or put the name of the values in front.",
                    "name_taken",
                )
            column = plain.reindex(source[:, j]).reset_index(drop=True)  # -1 isn't there: missing
            made[new] = shrink(column) if is_number(column) else column
            inherits[new] = (name,)
    return fresh(pd.DataFrame(made)), inherits, len(frame) - len(usable)


def _refuse_duplicates(
    frame: pd.DataFrame, ids: list[str], time: str, usable: np.ndarray, cell: np.ndarray
) -> None:
    order = np.argsort(cell, kind="stable")
    again = np.flatnonzero(np.diff(cell[order]) == 0) + 1
    n = len(again)
    if not n:
        return
    row = frame.iloc[int(usable[order[again[0]]])]
    who = ", ".join(f"{name} {level_text(row[name])}" for name in ids)
    raise DataError(
        f"{count(n, 'row')} {verb(n, 'repeats', 'repeat')} {listed([*ids, time])} of another row,"
        f" for example {who} at {level_text(row[time])}.",
        "Only one value fits into a cell: remove the repeated rows, or add a column to the ids.",
        "duplicates",
        n=n,
    )
