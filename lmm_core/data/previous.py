"""Steps that look at other rows of the same group: change, baseline, within and between parts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmm_core.data.change import Change, count, new_name, numbers_of, one_of, with_columns
from lmm_core.data.numbers import shrink
from lmm_core.data.ordering import rows_in_order
from lmm_core.data.within import group_codes

MEASURES = {
    "difference": "difference",
    "percent": "percent change",
    "log_ratio": "change of the natural logarithm",
}
Group = str | list[str]


def change(
    frame: pd.DataFrame,
    column: str,
    group: Group,
    time: str,
    measure: str = "percent",
    into: str | None = None,
) -> Change:
    """Compute the change from the previous row of the same group, in the order of ``time``.

    ``measure`` is one of ``MEASURES``. The first row of a group has no previous one and is missing,
    as is a row next to a missing value, or a ratio to a value that isn't positive ("percent": 0).
    Error: DataError ``duplicate_time``, ``no_order``, ``not_a_number``.
    """
    one_of(measure, tuple(MEASURES), "measure of change")
    values = numbers_of(frame, column)
    order, goes_on = rows_in_order(frame, group, time)
    now, before = values[order[1:]], values[order[:-1]]
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "difference":
            step = now - before
        elif measure == "percent":
            step = 100 * (now / before - 1)
        else:
            step = np.log(now / before)
            step[(now <= 0) | (before <= 0)] = np.nan
    step[~np.isfinite(step) | ~goes_on[1:]] = np.nan
    both = goes_on[1:] & ~np.isnan(now) & ~np.isnan(before)
    lost = int((both & np.isnan(step)).sum())
    result = np.full(len(frame), np.nan)
    result[order[1:]] = step
    default = f"{column}_change" if measure != "percent" else f"{column}_growth"
    name = new_name(frame, into, default, column)
    first = count(int((~goes_on).sum()), "first row")
    tail = f" and {count(lost, 'row')} without a ratio" if lost else ""
    note = (
        f'"{name}" is the {MEASURES[measure]} of "{column}" from the previous "{time}" of the same'
        f" {_who(group)}; it is missing in {first}{tail}."
    )
    made = pd.Series(result, index=frame.index)
    if measure == "difference":
        return Change(with_columns(frame, {name: made}), note, {name: (column,)})
    units = {name: "%" if measure == "percent" else ""}
    return Change(with_columns(frame, {name: made}), note, {}, units)


def say_change(column: str, group: Group, time: str, measure: str, into: str | None) -> str:
    """Describe the step."""
    what = MEASURES.get(measure, measure)
    name = f' as "{into}"' if into else ""
    return (
        f'Compute the {what} of "{column}" from the previous "{time}" of each {_who(group)}{name}.'
    )


def baseline(
    frame: pd.DataFrame, column: str, group: Group, time: str, into: str | None = None
) -> Change:
    """Give every row the value that its group had at its first time (a covariate).

    Error: DataError ``duplicate_time``, ``no_order``, ``not_a_number``.
    """
    values = numbers_of(frame, column)
    order, goes_on = rows_in_order(frame, group, time)
    codes, n_groups = group_codes(frame, group)
    first = np.full(n_groups + 1, np.nan)
    starts = order[~goes_on]
    first[codes[starts]] = values[starts]
    result = first[codes]
    name = new_name(frame, into, f"{column}_baseline", column)
    lost = int(np.isnan(first[:n_groups]).sum())
    tail = f"; {count(lost, 'group')} without such a value" if lost else ""
    note = f'"{name}" is the "{column}" of each {_who(group)} at its first "{time}"{tail}.'
    made = shrink(pd.Series(result, index=frame.index))
    return Change(with_columns(frame, {name: made}), note, {name: (column,)})


def say_baseline(column: str, group: Group, time: str, into: str | None) -> str:
    """Describe the step."""
    name = f' as "{into}"' if into else ""
    return f'Take the "{column}" at the first "{time}" of each {_who(group)} as its baseline{name}.'


def split(frame: pd.DataFrame, column: str, group: Group) -> Change:
    """Split a covariate into the mean of its group and the deviation from it.

    Writes ``x_between`` (the group's mean over its filled rows) and ``x_within`` (x minus that
    mean). Both enter the model: their effects are the contextual and the within-group one (Enders
    and Tofighi 2007, Psychological Methods 12, 121-138).
    """
    values = numbers_of(frame, column)
    codes, n_groups = group_codes(frame, group)
    usable = (codes >= 0) & ~np.isnan(values)
    n = np.bincount(codes[usable], minlength=n_groups)
    total = np.bincount(codes[usable], weights=values[usable], minlength=n_groups)
    with np.errstate(invalid="ignore"):
        mean = np.append(total / n, np.nan)
    between = mean[codes]
    names = [new_name(frame, None, f"{column}_{part}") for part in ("within", "between")]
    made = {
        names[0]: pd.Series(values - between, index=frame.index),
        names[1]: pd.Series(between, index=frame.index),
    }
    note = (
        f'"{column}" was split into the mean of each {_who(group)} ("{names[1]}") and the deviation'
        f' from that mean ("{names[0]}").'
    )
    return Change(with_columns(frame, made), note, dict.fromkeys(names, (column,)))


def say_split(column: str, group: Group) -> str:
    """Describe the step."""
    return f'Split "{column}" into the mean of each {_who(group)} and the deviation from it.'


def _who(group: Group) -> str:
    return f'"{group}"' if isinstance(group, str) else " × ".join(f'"{name}"' for name in group)
