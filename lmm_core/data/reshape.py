"""Wide to long: one row per subject and time, made of one row per subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.data.change import Change, count, fresh, listed, verb
from lmm_core.data.convert import level_texts
from lmm_core.data.families import Time
from lmm_core.data.finish import check_width
from lmm_core.data.long_plan import DATE, LongPlan, Values, long_plan
from lmm_core.data.within import group_codes


@dataclass(frozen=True)
class LongPreview:
    """What a reshape to long form would do.

    Attributes
    ----------
    before, after:
        The first rows of the table as it is and as it would be.
    n_before, n_times, n_after:
        Rows, times per row, and rows afterwards: ``n_before * n_times`` less the rows left out.
    n_empty:
        Rows afterwards without any value.
    n_repeated:
        Rows of the wide table whose id columns repeat those of another row.
    sentence:
        The counts in words.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    n_before: int
    n_times: int
    n_after: int
    n_empty: int
    n_repeated: int
    sentence: str


def reshape_long(
    frame: pd.DataFrame,
    id: Sequence[str] | None = None,
    values: Values = (),
    time_name: str = "time",
    value_name: str = "value",
    times: Sequence[Time] | None = None,
    drop_empty: bool = False,
    number_name: str | None = None,
) -> pd.DataFrame:
    """Return the table with one row per row of ``frame`` and time.

    Parameters
    ----------
    id:
        Columns to keep, repeated for each time; None keeps all that aren't values.
    values:
        The columns of one measure; or, for several measures at once, a mapping from the name of
        each to its columns, or ``Family`` objects. Measures are matched by time; a measure that
        lacks a time is missing there.
    time_name, value_name:
        Names of the new columns (``value_name`` for one measure).
    times:
        The time of each column of a measure; by default taken from the column names. Whole numbers
        give an int64 column, other numbers float64, dates written as 2024-01-31 datetime64, words
        an ordered category.
    drop_empty:
        Leave out rows without any value.
    number_name:
        A new column, in front, with the number of the row of ``frame`` (from 1): the identifier of
        a table that has none.

    Rows stand in the order of ``frame``, then of time. Errors: DataError ``no_values``,
    ``unknown_column``, ``name_taken``, ``times``, ``too_large``.
    """
    plan = long_plan(frame, id, values, time_name, value_name, times, number_name)
    return _long(frame, plan, drop_empty)


def preview_long(
    frame: pd.DataFrame,
    id: Sequence[str] | None = None,
    values: Values = (),
    time_name: str = "time",
    value_name: str = "value",
    times: Sequence[Time] | None = None,
    drop_empty: bool = False,
    number_name: str | None = None,
    rows: int = 3,
) -> LongPreview:
    """Say what ``reshape_long`` would give, from the first ``rows`` rows and counts of cells."""
    plan = long_plan(frame, id, values, time_name, value_name, times, number_name)
    n, k = len(frame), len(plan.times)
    n_empty = _empty_rows(frame, plan)
    n_after = n * k - (n_empty if drop_empty else 0)
    repeated = _repeated(frame, plan)
    return LongPreview(
        frame.head(rows),
        _long(frame.head(rows), plan, drop_empty),
        n,
        k,
        n_after,
        n_empty,
        repeated,
        _sentence(n, plan, n_empty, n_after, repeated),
    )


def long_step(
    frame: pd.DataFrame,
    values: dict[str, list[str]],
    id: list[str] | None = None,
    time_name: str = "time",
    times: list[float | str] | None = None,
    drop_empty: bool = False,
    number_name: str | None = None,
) -> Change:
    """Carry out the step "reshape_long"; ``values`` maps each measure to its columns."""
    plan = long_plan(frame, id, values, time_name, "value", times, number_name)
    made = _long(frame, plan, drop_empty)
    n_empty = _empty_rows(frame, plan)
    note = _sentence(len(frame), plan, n_empty, len(made), _repeated(frame, plan))
    inherits = {name: tuple(by.values()) for name, by in plan.families.items()}
    made_anew = {time_name: ""} | ({number_name: ""} if number_name is not None else {})
    return Change(made, note, inherits, made_anew)


def say_long(
    values: dict[str, list[str]],
    id: list[str] | None,
    time_name: str,
    times: list[float | str] | None,
    drop_empty: bool,
    number_name: str | None,
) -> str:
    """Describe the step."""
    parts = [f'"{name}" from {listed(columns)}' for name, columns in values.items()]
    tail = ", leaving out rows without a value" if drop_empty else ""
    tail += f', with the number of the wide row as "{number_name}"' if number_name else ""
    return f'Make one row per "{time_name}": {"; ".join(parts)}{tail}.'


def _long(frame: pd.DataFrame, plan: LongPlan, drop_empty: bool) -> pd.DataFrame:
    n, k = len(frame), len(plan.times)
    check_width(len(plan.id) + len(plan.families) + 2)
    repeat = np.repeat(np.arange(n), k)
    columns: dict[str, object] = {}
    if plan.number_name is not None:
        columns[plan.number_name] = repeat + 1
    columns |= {name: frame[name].array.take(repeat) for name in plan.id}
    columns[plan.time_name] = _time_column(plan.times, n)
    # Stacked by time, then brought into the order of the rows.
    turn = np.arange(n * k).reshape(k, n).T.ravel()
    for name, by in plan.families.items():
        pieces = _alike([frame[by[t]] if t in by else None for t in plan.times], frame.index)
        columns[name] = pd.concat(pieces, ignore_index=True).array.take(turn)
    out = pd.DataFrame(columns, index=pd.RangeIndex(n * k))
    if drop_empty:
        filled = out[list(plan.families)].notna().any(axis=1)
        if filled.any():
            out = out.loc[filled].reset_index(drop=True)
    return fresh(out)


def _alike(pieces: list[pd.Series | None], index: pd.Index) -> list[pd.Series]:
    """Bring the columns of a measure to one type: numbers, dates, one category, or text."""
    there = [p for p in pieces if p is not None]
    if measure_needs_text(there):
        there = [level_texts(p) for p in there]
        pieces = [None if p is None else level_texts(p) for p in pieces]
    model = next((p for p in there if p.notna().any()), there[0])
    blank = pd.Series([None] * len(index), dtype=model.dtype if _kind(model) != "number" else float)
    return [blank if p is None or not p.notna().any() else p for p in pieces]


def measure_needs_text(pieces: list[pd.Series]) -> bool:
    """Say whether the columns of a measure are of different kinds, so that they become text."""
    filled = [p for p in pieces if p.notna().any()]
    kinds = {_kind(p) for p in filled}
    return len(kinds) > 1 or (kinds == {"category"} and len({p.dtype for p in filled}) > 1)


def _kind(values: pd.Series) -> str:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return "category"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    return "number" if pd.api.types.is_numeric_dtype(values.dtype) else "text"


def _time_column(times: list[Time], n: int) -> object:
    if all(isinstance(t, int | float) for t in times):
        array = np.asarray(times, dtype=float)
        return np.tile(array.astype(np.int64) if (array % 1 == 0).all() else array, n)
    texts = [str(t) for t in times]
    if all(DATE.fullmatch(t) for t in texts):
        return np.tile(np.array(texts, dtype="datetime64[us]"), n)
    codes = np.tile(np.arange(len(texts)), n)
    return pd.Categorical.from_codes(codes, categories=texts, ordered=True)


def _empty_rows(frame: pd.DataFrame, plan: LongPlan) -> int:
    filled = {time: np.zeros(len(frame), dtype=bool) for time in plan.times}
    for by in plan.families.values():
        for time, column in by.items():
            filled[time] |= frame[column].notna().to_numpy()
    return sum(len(frame) - int(np.count_nonzero(rows)) for rows in filled.values())


def _repeated(frame: pd.DataFrame, plan: LongPlan) -> int:
    if plan.number_name is not None:
        return 0
    if not plan.id:
        return max(len(frame) - 1, 0)
    codes, n_ids = group_codes(frame, plan.id)
    return int((codes >= 0).sum()) - n_ids


def _sentence(n: int, plan: LongPlan, n_empty: int, n_after: int, repeated: int) -> str:
    k = len(plan.times)
    text = f'{count(n, "row")} × {k} values of "{plan.time_name}" = {n * k:,} rows'
    if n_after < n * k:
        text += f", less {count(n * k - n_after, 'row')} without a value = {n_after:,} rows"
    elif n_empty:
        text += f", {n_empty:,} of them without a value"
    text += f"; {', '.join(listed([name]) for name in plan.families)} from"
    text += f" {count(sum(map(len, plan.families.values())), 'column')}."
    if repeated and plan.id:
        rows = f"{count(repeated, 'row')} of the wide table"
        text += f" {rows} {verb(repeated, 'repeats', 'repeat')} the kept columns of another."
    return text
