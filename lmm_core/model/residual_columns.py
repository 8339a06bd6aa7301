"""The columns behind a residual structure, checked and encoded for the rows in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.formatting import whole
from lmm_core.model.encoding import encode_levels, is_numeric
from lmm_core.model.residual import PowerVariance, ResidualStructure, VarianceByLevel

Array = np.ndarray

MOST_LEVELS = 12
LEAST_ROWS = 5
LEAST_SPREAD = 1e-6


class Groups(Protocol):
    """What is needed of a grouping column."""

    name: str
    codes: Array

    @property
    def n_levels(self) -> int: ...


@dataclass(frozen=True)
class ResidualColumns:
    """A structure on n rows.

    ``codes`` (n,) into ``levels`` of the variance's column; ``values`` (n,), above 0, of which a
    power is taken (None when they are the fitted values), with mean and SD of their logarithms
    (``log_centre``, ``log_spread``). For a correlation ``group`` names the
    column within which it runs, ``before`` (n,) is the position of the row before in time in the
    same group (its own position for a group's first row), ``steps`` (n,) the distance to it (NaN
    for a group's first row) and ``place`` (n,) counts the rows of a group from 0.
    ``unit`` is the distance in which the correlation is measured: a place ("ar1"), or the median
    step ("car1"). ``held`` are parameters at which the structure is kept, not estimated.
    """

    structure: ResidualStructure
    n: int
    codes: Array | None = None
    levels: tuple[str, ...] = ()
    values: Array | None = None
    group: str = ""
    group_codes: Array | None = None
    position: Array | None = None
    before: Array | None = None
    steps: Array | None = None
    place: Array | None = None
    unit: float = 0.0
    log_centre: float = 0.0
    log_spread: float = 0.0
    held: Array | None = None

    def held_at(self, free: Array, values: Array | None = None) -> ResidualColumns:
        """The same with the parameters kept; ``values`` (n,) stand for the fitted ones."""
        return replace(self, held=free, values=self.values if values is None else values)

    def with_values(self, values: Array) -> ResidualColumns:
        """The same with values (n,) to take the power of; the scale of the first ones is kept."""
        if self.log_spread > 0:
            return replace(self, values=values)
        logs = np.log(values)
        return replace(
            self, values=values, log_centre=float(logs.mean()), log_spread=float(logs.std())
        )

    def subset(self, keep: Array) -> ResidualColumns:
        """The rows ``keep`` (positions); rows that stay keep their distance in time."""
        part = replace(
            self,
            n=len(keep),
            codes=None if self.codes is None else self.codes[keep],
            values=None if self.values is None else self.values[keep],
        )
        if self.position is None or self.group_codes is None:
            return part
        return _in_time(part, self.group, self.group_codes[keep], self.position[keep])


def residual_columns(
    structure: ResidualStructure,
    column: Callable[[str], pd.Series],
    groupings: Mapping[str, Groups],
    n: int,
) -> ResidualColumns:
    """Encode a structure's columns.

    Raises
    ------
    ModelError
        ``residual_structure`` when the columns don't suit the structure; says why.
    """
    found = ResidualColumns(structure, n)
    if structure.correlation is not None:
        found = _with_time(found, column(structure.correlation.time), groupings)
    variance = structure.variance
    if isinstance(variance, VarianceByLevel):
        codes, levels = _levels(column(variance.column))
        found = replace(found, codes=codes, levels=levels)
    elif isinstance(variance, PowerVariance) and variance.column is not None:
        series = column(variance.column)
        if not is_numeric(series):
            raise _wrong(
                f"{variance.column} isn't a column of numbers.", "Choose a numeric column."
            )
        numbers = series.to_numpy(dtype=float, na_value=np.nan)
        found = found.with_values(positive(numbers, variance.column))
        if not found.log_spread > LEAST_SPREAD:
            raise _wrong(
                f"{variance.column} is the same in all rows, or nearly so.",
                "Choose another column.",
            )
    return found


def _with_time(
    found: ResidualColumns, series: pd.Series, groupings: Mapping[str, Groups]
) -> ResidualColumns:
    structure = found.structure
    assert structure.correlation is not None
    name = structure.correlation.time
    if not groupings:
        raise _wrong("Correlation over time needs a grouping column.", "Choose one.")
    finest = max(groupings.values(), key=lambda g: g.n_levels)
    codes = np.asarray(finest.codes)
    for other in groupings.values():
        if other is not finest and not _constant_within(other, finest):
            raise _wrong(
                f"Correlation over time runs within one grouping column, but {finest.name} and "
                f"{other.name} are crossed.",
                "Leave one of them out of the model, or choose another structure.",
            )
    if not is_numeric(series):
        raise _wrong(f"{name} isn't a column of numbers.", "Choose the time as a number.")
    time = series.to_numpy(dtype=float, na_value=np.nan)
    order = np.lexsort((time, codes))
    same = np.flatnonzero(np.diff(codes[order]) == 0) + 1
    if not len(same):
        raise _wrong(
            f"No {finest.name} has two rows to be correlated.", "Choose another structure."
        )
    if (np.diff(time[order])[same - 1] <= 0).any():
        raise _wrong(
            f"Some {finest.name} has two rows at the same {name}.",
            "Choose a time that never repeats within a group.",
        )
    position = time
    if structure.correlation.kind == "ar1":
        starts = np.r_[0, np.flatnonzero(np.diff(codes[order])) + 1]
        sizes = np.diff(np.r_[starts, len(order)])
        position = np.empty(len(order))
        position[order] = np.arange(len(order)) - np.repeat(starts, sizes)
    return _in_time(found, finest.name, codes, position)


def _in_time(found: ResidualColumns, group: str, codes: Array, position: Array) -> ResidualColumns:
    n = len(codes)
    order = np.lexsort((position, codes))
    first = np.r_[True, np.diff(codes[order]) != 0]
    before, steps, place = np.arange(n), np.full(n, np.nan), np.empty(n, dtype=np.intp)
    inside = np.flatnonzero(~first)
    before[order[inside]] = order[inside - 1]
    steps[order[inside]] = position[order[inside]] - position[order[inside - 1]]
    unit = found.unit
    if not unit > 0:
        serial = found.structure.correlation
        continuous = serial is not None and serial.kind == "car1"
        unit = float(np.nanmedian(steps)) if continuous else 1.0
    starts = np.flatnonzero(first)
    place[order] = np.arange(n) - np.repeat(starts, np.diff(np.r_[starts, n]))
    return replace(
        found,
        group=group,
        group_codes=codes,
        position=position,
        before=before,
        steps=steps,
        place=place,
        unit=unit,
    )


def _constant_within(outer: Groups, inner: Groups) -> bool:
    lookup = np.zeros(inner.n_levels, dtype=np.intp)
    lookup[inner.codes] = outer.codes
    return bool((lookup[inner.codes] == outer.codes).all())


def _levels(series: pd.Series) -> tuple[Array, tuple[str, ...]]:
    codes, levels = encode_levels(series)
    counts = np.bincount(codes, minlength=len(levels))
    if not 2 <= len(levels) <= MOST_LEVELS or counts.min() < LEAST_ROWS:
        raise _wrong(
            f"{series.name} has {whole(len(levels))} levels, the smallest with "
            f"{whole(int(counts.min()))} rows; a spread for each needs 2 to {MOST_LEVELS} levels "
            f"with {LEAST_ROWS} rows.",
            "Choose another column, or merge levels.",
        )
    return codes, levels


def positive(values: Array, name: str) -> Array:
    """(n,): sizes of ``values``, of which a power can be taken.

    Raises
    ------
    ModelError
        ``residual_structure`` when one of them is 0 or nearly so.
    """
    size = np.abs(values)
    if not size.min() > 1e-8 * size.max():
        raise _wrong(
            f"A power of {name} needs values other than 0.",
            "Choose another column, or the spread by levels.",
        )
    return size


def _wrong(message: str, next_step: str) -> ModelError:
    return ModelError(message, next_step, code="residual_structure")
