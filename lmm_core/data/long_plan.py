"""What a reshape to long form uses: columns to keep, measures, and the time of each column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from lmm_core.data.change import column_of, count, listed
from lmm_core.data.families import Family, Time, find_families, whole
from lmm_core.data.markers import word_rank
from lmm_core.errors import DataError

Values = Sequence[str] | Mapping[str, Sequence[str]] | Sequence[Family]
MAX_CELLS = 200_000_000
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T[\d:.]+)?")


@dataclass(frozen=True)
class LongPlan:
    """Checked settings of a reshape; ``families`` maps measure -> time -> column.

    ``number_name`` is a new column that numbers the rows of the wide table, where one is wanted.
    """

    id: list[str]
    families: dict[str, dict[Time, str]]  # value column -> time -> column
    times: list[Time]
    time_name: str
    number_name: str | None = None


def long_plan(
    frame: pd.DataFrame,
    id: Sequence[str] | None,
    values: Values,
    time_name: str,
    value_name: str,
    times: Sequence[Time] | None,
    number_name: str | None = None,
) -> LongPlan:
    """Check the settings of ``reshape_long``, whose parameters these are."""
    measures = _measures(values, value_name)
    used = [c for columns, _ in measures.values() for c in columns]
    if not measures or not all(columns for columns, _ in measures.values()):
        raise DataError(
            "No columns to reshape were chosen.",
            "Choose the columns that hold the same measure at several times.",
            "no_values",
        )
    times_used = Counter(used)
    kept = [str(c) for c in frame.columns if c not in times_used] if id is None else list(id)
    for name in [*used, *kept]:
        column_of(frame, name)
    repeated = set(kept)
    twice = [c for c, n in times_used.items() if n > 1 or c in repeated]
    if twice:
        raise DataError(
            f"{listed(twice)} can't be used twice.",
            "A column is either kept, or the values of one measure.",
            "name_taken",
        )
    names = [*kept, *measures, time_name, *([number_name] if number_name is not None else [])]
    again = [name for name, n in Counter(names).items() if n > 1]
    if again:
        raise DataError(
            f'There would be two columns "{again[0]}".', "Choose another name.", "name_taken"
        )
    if not all(name.strip() for name in names[len(kept) :]):
        raise DataError("A new column needs a name.", "Type one.", "name_taken")
    families = {
        name: dict(zip(_times(columns, times, given), columns, strict=True))
        for name, (columns, given) in measures.items()
    }
    order = _ordered(families)
    if len(frame) * len(order) * (len(kept) + len(families) + 1) > MAX_CELLS:
        raise DataError(
            f"The long table would have {len(frame) * len(order):,} rows.",
            "Leave out columns or rows that the analysis doesn't need first.",
            "too_large",
        )
    return LongPlan(kept, families, order, time_name, number_name)


def _measures(
    values: Values, value_name: str
) -> dict[str, tuple[list[str], Sequence[Time] | None]]:
    if isinstance(values, Mapping):
        return {str(name): (list(columns), None) for name, columns in values.items()}
    if values and all(isinstance(v, Family) for v in values):
        return {v.name: (list(v.columns), v.times) for v in values}  # type: ignore[union-attr]
    return {value_name: ([str(v) for v in values], None)}


def _times(
    columns: list[str], asked: Sequence[Time] | None, known: Sequence[Time] | None
) -> list[Time]:
    """Return the time of each column: as asked, as known, from the names, or the names."""
    if asked is None and known is None:
        family = next((f for f in find_families(columns) if len(f.columns) == len(columns)), None)
        if family is None:
            return list(columns)
        place = dict(zip(family.columns, family.times, strict=True))
        return [place[c] for c in columns]
    given = list(asked if asked is not None else known or ())
    if len(given) != len(columns) or len(set(given)) != len(given):
        raise DataError(
            f"{count(len(columns), 'column')} need as many different times, not {len(given)}.",
            "Give each column its own time.",
            "times",
        )
    numeric = all(isinstance(t, int | float) for t in given)
    return [whole(float(t)) if numeric else str(t) for t in given]


def _ordered(families: dict[str, dict[Time, str]]) -> list[Time]:
    """Return all times: numbers, dates and words of time in order, other words as they come."""
    times = list(dict.fromkeys(t for by in families.values() for t in by))
    if all(isinstance(t, int | float) for t in times):
        return sorted(times, key=float)
    if any(isinstance(t, int | float) for t in times):
        raise DataError(
            "The measures are named by numbers and by words of time, which don't go together.",
            "Reshape them one after the other, or give the times by hand.",
            "times",
        )
    if all(DATE.fullmatch(str(t)) for t in times):
        return sorted(times, key=str)
    ranks = {t: word_rank(str(t)) for t in times}
    return times if None in ranks.values() else sorted(times, key=lambda t: float(ranks[t] or 0))
