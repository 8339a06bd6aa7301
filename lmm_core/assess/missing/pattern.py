"""Which group is observed at which time, from all rows of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.model.encoding import Categorical, encode_levels, is_numeric
from lmm_core.model.factors import factor_of

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray

USED, NO_PREDICTOR, EMPTY, NO_ROW = 0, 1, 2, 3
"""A cell is in use; has an outcome but lacks a predictor; has a row without an outcome; no row."""

MOST_TIMES = 60
# A column is a common time when its values recur: so much of groups × times has a row.
LEAST_FILLED = 0.3
# More than this share of second rows in the same cell: not a time.
MOST_REPEATED = 0.2


@dataclass(frozen=True)
class Pattern:
    """Groups by times. ``n_rows`` (G,) counts each group's rows in use; with a ``time`` column
    ``status`` (G, T) holds USED, NO_PREDICTOR, EMPTY or NO_ROW and ``times`` (T) the names of its
    values in order; ``ordered`` says that the order means something (a number, not a condition).

    ``lost`` lists (column, rows with an outcome that lack it), ``n_lost`` such rows in all.
    """

    group: str
    levels: tuple[str, ...]
    n_rows: Array
    time: str | None
    times: tuple[str, ...]
    positions: Array
    ordered: bool
    status: Array | None
    n_empty: int
    n_lost: int
    lost: tuple[tuple[str, int], ...]

    @property
    def observed(self) -> Array:
        """(G, T): whether the outcome was measured."""
        assert self.status is not None
        return self.status <= NO_PREDICTOR

    @property
    def share_missing(self) -> float:
        """Share of groups × times without an outcome; 0 without a time column."""
        return 0.0 if self.status is None else float(1 - self.observed.mean())

    @property
    def n_missing(self) -> int:
        return 0 if self.status is None else int((~self.observed).sum())


def time_columns(fit: FittedModel, group: str) -> tuple[str, ...]:
    """Columns that give all groups a common time or condition; the most likely one first.

    Random slopes and predictors that change within groups come before other columns of the table.
    """
    codes, levels = group_codes(fit, group)
    slopes = [f for r in fit.spec.random for term in r.terms for f in term]
    texts = dict.fromkeys([*slopes, *(f for term in fit.spec.fixed for f in term)])
    model = [factor_of(text).column for text in texts]
    categorical = {
        e.factor.column for e in fit.design.encoders.values() if isinstance(e, Categorical)
    }
    taken = {fit.spec.outcome_column, *fit.groups[group].columns}
    found = []
    for column in dict.fromkeys([*model, *map(str, fit.source.columns)]):
        series = fit.source[column]
        number = is_numeric(series) and column not in categorical
        if column in taken or not (number or column in model):
            continue
        if _is_grid(series, codes, len(levels), number):
            found.append((column in model, number, column))
    # Numbers of the model, its conditions, other numbers.
    order = sorted(found, key=lambda item: (not item[0], not item[1]))
    return tuple(column for _, _, column in order)


def _is_grid(series: pd.Series, codes: Array, n_groups: int, number: bool) -> bool:
    values, names = encode_levels(series)
    T = len(names)
    placed = (values >= 0) & (codes >= 0)
    if not 2 <= T <= MOST_TIMES or not placed.any():
        return False
    cells = np.bincount(codes[placed] * T + values[placed], minlength=n_groups * T)
    filled = cells > 0
    if filled.mean() < LEAST_FILLED or filled.reshape(n_groups, T).sum(axis=1).max() < 2:
        return False
    # Time runs on within nearly every group; a condition that hardly varies is no pattern.
    moving = (filled.reshape(n_groups, T).sum(axis=1) > 1).mean()
    repeated = 1 - filled.sum() / placed.sum()
    return bool(moving > 0.5 and (repeated <= MOST_REPEATED or not number))


def pattern(fit: FittedModel, group: str | None = None, time: str | None = None) -> Pattern:
    """The pattern of one grouping column (the first by default) over a time column.

    ``time`` is one of ``time_columns``; without any the pattern has no times.
    """
    group = group or next(iter(fit.groups))
    codes, levels = group_codes(fit, group)
    G = len(levels)
    frame = fit.source
    used = np.zeros(len(frame), dtype=bool)
    used[fit.rows] = True
    outcome = frame[fit.spec.outcome_column].notna().to_numpy()
    n_rows = np.bincount(codes[used], minlength=G)
    lost_rows = outcome & ~used
    lost = []
    for column in fit.spec.columns():
        if column == fit.spec.outcome_column:
            continue
        count = int((frame[column].isna().to_numpy() & lost_rows).sum())
        if count:
            lost.append((column, count))
    n_lost, n_empty = int(lost_rows.sum()), int((~outcome).sum())
    if time is None:
        none = np.zeros(0)
        return Pattern(
            group, levels, n_rows, None, (), none, False, None, n_empty, n_lost, tuple(lost)
        )
    values, names = encode_levels(frame[time])
    T = len(names)
    status = np.full((G, T), NO_ROW, dtype=np.int8)
    placed = (codes >= 0) & (values >= 0)
    for mask, state in (
        (placed & ~outcome, EMPTY),
        (placed & lost_rows, NO_PREDICTOR),
        (placed & used, USED),
    ):
        status[codes[mask], values[mask]] = state
    number = is_numeric(frame[time])
    numbers = frame[time].to_numpy(dtype=float, na_value=np.nan) if number else None
    positions = np.arange(T, dtype=float)
    if numbers is not None:
        positions[values[values >= 0]] = numbers[values >= 0]
    ordered = number or bool(getattr(frame[time].dtype, "ordered", False))
    return Pattern(
        group, levels, n_rows, time, names, positions, ordered, status, n_empty, n_lost, tuple(lost)
    )


def group_codes(fit: FittedModel, group: str) -> tuple[Array, tuple[str, ...]]:
    """Codes (N,) of all rows of the table, -1 where missing, and the names of the levels; groups
    without a complete row count, too.
    """
    columns = fit.groups[group].columns
    codes, levels = encode_levels(fit.source[columns[0]])
    for name in columns[1:]:
        inner, inner_levels = encode_levels(fit.source[name])
        width = len(inner_levels)
        both = np.where((codes < 0) | (inner < 0), -1, codes * width + inner)
        present, packed = np.unique(both, return_inverse=True)
        offset = int(present[0] == -1)
        codes = packed - offset
        levels = tuple(f"{levels[k // width]}:{inner_levels[k % width]}" for k in present[offset:])
    return codes, levels
