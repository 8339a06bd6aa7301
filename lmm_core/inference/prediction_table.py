"""Predictions for a table of rows that somebody typed or uploaded, and what to know about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.inference.prediction import level_codes
from lmm_core.inference.what_if import Input, bands, group_columns, inputs
from lmm_core.model.encoding import encode_levels

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray
RESULTS = (
    "average",
    "average_low",
    "average_high",
    "own",
    "own_low",
    "own_high",
    "single_low",
    "single_high",
    "note",
)


@dataclass(frozen=True)
class PredictionTable:
    """``table``: the given columns, then average, average_low, average_high (the average of all
    groups), own, own_low, own_high (the row's own group, or a new one), single_low, single_high
    (one measurement in it), note. A name that is taken gets a final "_"; ``columns`` holds them.

    Rows without a prediction have NaN. The counts are of rows; ``outside`` and ``unknown`` go by
    column, with the values that aren't known.
    """

    table: pd.DataFrame
    columns: dict[str, str]
    n_missing: int
    n_predicted: int
    new_groups: dict[str, int]
    outside: dict[str, tuple[int, float, float]]
    unknown: dict[str, tuple[str, ...]]


def prediction_table(
    fit: FittedModel, frame: pd.DataFrame, level: float | None = None
) -> PredictionTable:
    """Predict every row of ``frame``, which needs the predictors' columns.

    A grouping column that is missing, empty or holds a new name means a new group.

    Raises
    ------
    ModelError
        ``columns_missing`` (details: columns), ``no_rows``.
    """
    known = inputs(fit)
    lacking = [item.column for item in known if item.column not in frame.columns]
    if lacking:
        raise ModelError(
            f"The table lacks {', '.join(lacking)}.",
            f"It needs the columns {', '.join(item.column for item in known)}.",
            code="columns_missing",
            columns=tuple(lacking),
        )
    if not len(frame):
        raise ModelError("The table has no rows.", "Add one.", code="no_rows")
    n = len(frame)
    notes: list[list[str]] = [[] for _ in range(n)]
    clean, missing, outside, unknown = _checked(known, frame, notes)
    new_groups = _groups(fit, frame, clean, notes)
    clean.index = range(n)
    found = bands(fit, clean, "group", level or fit.spec.ci_level)
    usable = ~missing & ~np.isnan(found.average["fit"].to_numpy())
    for k in np.flatnonzero(~usable & ~missing):
        if not any("doesn't know" in part for part in notes[k]):
            notes[k].append("the data don't determine it")
    values = {
        "average": found.average["fit"],
        "average_low": found.average["conf_low"],
        "average_high": found.average["conf_high"],
        "own": found.own["fit"],
        "own_low": found.own["conf_low"],
        "own_high": found.own["conf_high"],
        "single_low": found.single["conf_low"],
        "single_high": found.single["conf_high"],
    }
    columns: dict[str, str] = {}
    result = frame.reset_index(drop=True)
    for name in RESULTS:
        free = name
        while free in frame.columns:
            free += "_"
        columns[name] = free
        if name == "note":
            result[free] = ["; ".join(parts) for parts in notes]
        else:
            result[free] = np.where(usable, values[name].to_numpy(), np.nan)
    return PredictionTable(
        result, columns, int(missing.sum()), int(usable.sum()), new_groups, outside, unknown
    )


def _checked(
    known: tuple[Input, ...], frame: pd.DataFrame, notes: list[list[str]]
) -> tuple[pd.DataFrame, Array, dict, dict]:
    """The predictors as the model reads them; what is missing, out of range or not known."""
    clean = pd.DataFrame(index=frame.index)
    missing = np.zeros(len(frame), dtype=bool)
    outside: dict[str, tuple[int, float, float]] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    for item in known:
        series = frame[item.column]
        if item.numeric:
            numbers = pd.to_numeric(series, errors="coerce").to_numpy(float, na_value=np.nan)
            numbers = np.where(np.isfinite(numbers), numbers, np.nan)
            gone = np.isnan(numbers)
            clean[item.column] = numbers
            pairs = zip(gone, numbers, strict=True)
            beyond = np.array([not lost and item.outside(v) for lost, v in pairs])
            if beyond.any():
                outside[item.column] = (int(beyond.sum()), item.low, item.high)
                for k in np.flatnonzero(beyond):
                    notes[k].append(f"{item.column} is outside the observed range")
        else:
            codes, names = encode_levels(series)
            gone = codes < 0
            clean[item.column] = series
            strange = [name for name in names if name not in item.levels]
            if strange:
                unknown[item.column] = tuple(strange)
                index = {k for k, name in enumerate(names) if name in strange}
                for k in np.flatnonzero([code in index for code in codes]):
                    notes[k].append(f"{item.column} has a level that the model doesn't know")
        for k in np.flatnonzero(gone):
            notes[k].append(f"{item.column} is missing")
        missing |= gone
    return clean, missing, outside, unknown


def _groups(
    fit: FittedModel, frame: pd.DataFrame, clean: pd.DataFrame, notes: list[list[str]]
) -> dict[str, int]:
    """Copies the grouping columns; how many rows belong to a group that isn't in the data."""
    for column in group_columns(fit):
        if column in frame.columns and column not in clean.columns:
            clean[column] = frame[column]
    new: dict[str, int] = {}
    for block in fit.design.blocks:
        name = block.grouping.name
        if name in new:
            continue
        codes = level_codes(block, clean)
        count = int((codes < 0).sum())
        if count:
            new[name] = count
            for k in np.flatnonzero(codes < 0):
                notes[k].append(f"new {name}")
    return new
