"""Which rows of a table a model can use, and what is lost by the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.model.encoding import encode_levels, is_numeric
from lmm_core.model.formula import nearest_names
from lmm_core.model.spec import ModelSpec

Array = np.ndarray


@dataclass(frozen=True)
class Dropped:
    """Rows left out because a column in use is missing there.

    ``by_column`` holds (column, missing cells) for columns with any; ``groups_lost`` holds
    (grouping column, names of the levels that have no complete row).
    """

    n_total: int
    n_used: int
    by_column: tuple[tuple[str, int], ...]
    groups_lost: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def n_dropped(self) -> int:
        return self.n_total - self.n_used


def check_columns(spec: ModelSpec, frame: pd.DataFrame) -> None:
    """Every column of the spec exists.

    Raises
    ------
    ModelError
        Names the column and its nearest names.
    """
    known = [str(c) for c in frame.columns]
    for column in spec.columns():
        if column in frame.columns:
            continue
        near = nearest_names(column, known)
        hint = (
            f"Did you mean {' or '.join(near)}?" if near else f"Columns: {', '.join(known[:12])}."
        )
        raise ModelError(
            f"There is no column “{column}” in the data.",
            hint,
            code="unknown_column",
            column=column,
            suggestions=near,
        )


def missing_in(series: pd.Series) -> Array | None:
    """(n,) where a column is missing; None when no cell is."""
    kind = series.dtype.kind
    if kind in "iub" and isinstance(series.dtype, np.dtype):
        return None
    if kind == "f" and isinstance(series.dtype, np.dtype):
        lost = np.isnan(series.to_numpy())
    elif isinstance(series.dtype, pd.CategoricalDtype):
        lost = series.array.codes < 0
    else:
        lost = series.isna().to_numpy()
    return lost if lost.any() else None


def _all_finite(series: pd.Series) -> bool:
    """Whether a column of plain numbers needs no further look."""
    if not isinstance(series.dtype, np.dtype) or series.dtype.kind not in "iuf":
        return False
    return series.dtype.kind != "f" or bool(np.isfinite(series.to_numpy()).all())


def usable_rows(
    spec: ModelSpec, columns: Mapping[str, pd.Series], n: int
) -> tuple[Array | None, Dropped]:
    """Positions of the complete rows (None when all are) and the report on the others.

    Raises
    ------
    ModelError
        Text in the outcome, infinite values, or no complete row.
    """
    _check_outcome(spec.outcome_column, columns[spec.outcome_column])
    missing: Array | None = None
    by_column: list[tuple[str, int]] = []
    groups = {g for term in spec.random for g in term.group}
    for column, series in columns.items():
        if _all_finite(series):
            continue
        lost = missing_in(series)
        if lost is not None:
            missing = lost if missing is None else missing | lost
            by_column.append((column, int(np.count_nonzero(lost))))
        if column not in groups and is_numeric(series):
            _check_finite(column, series)
    if missing is None and n:
        return None, Dropped(n, n, (), ())
    missing = np.zeros(n, dtype=bool) if missing is None else missing
    used = n - int(np.count_nonzero(missing))
    if used == 0:
        _raise_nothing_left(spec, by_column, n)
    rows = np.flatnonzero(~missing)
    lost_groups = []
    for group in dict.fromkeys(g for term in spec.random for g in term.group):
        codes, names = encode_levels(columns[group])
        kept = np.zeros(len(names) + 1, dtype=bool)
        kept[codes[rows]] = True
        gone = tuple(name for name, is_kept in zip(names, kept, strict=False) if not is_kept)
        if gone:
            lost_groups.append((group, gone))
    return rows, Dropped(n, used, tuple(by_column), tuple(lost_groups))


def _check_outcome(column: str, series: pd.Series) -> None:
    if is_numeric(series):
        return
    parsed = pd.to_numeric(series, errors="coerce")
    text = series[parsed.isna() & series.notna()]
    shown = ", ".join(f"“{value}”" for value in list(dict.fromkeys(map(str, text)))[:3])
    what = f"it holds {shown}" if len(text) else "it is stored as text or as yes/no"
    raise ModelError(
        f"The outcome {column} isn't a column of numbers: {what}.",
        "Choose another outcome, or convert the column to numbers.",
        code="outcome_text",
        column=column,
        n_text=len(text),
    )


def _check_finite(column: str, series: pd.Series) -> None:
    if series.dtype.kind in "iu":
        return
    values = series.to_numpy(dtype=float, na_value=np.nan)
    infinite = np.isinf(values)
    if infinite.any():
        first = int(np.flatnonzero(infinite)[0])
        count = int(np.count_nonzero(infinite))
        where = (
            f"row {first + 1:,}" if count == 1 else f"{count:,} rows, the first row {first + 1:,}"
        )
        raise ModelError(
            f"{column} holds an infinite value in {where} of the data.",
            "Correct it in the file, or empty the cell so that the row is left out.",
            code="infinite",
            column=column,
        )


def _raise_nothing_left(spec: ModelSpec, by_column: list[tuple[str, int]], n: int) -> None:
    if n == 0:
        raise ModelError("The table has no rows.", "Choose another file.", code="no_rows")
    worst, count = max(by_column, key=lambda item: item[1])
    groups = {g for term in spec.random for g in term.group}
    way_out = f"Take {worst} out of the model"
    if worst == spec.outcome_column:
        way_out = "Choose another outcome"
    elif worst in groups:
        way_out = "Choose another grouping column"
    raise ModelError(
        f"No row is complete: {worst} is missing in {count:,} of {n:,} rows.",
        f"{way_out}, or fill {worst} in the file.",
        code="no_complete_rows",
        column=worst,
    )
