"""Rows transformed so that a structure's residuals become equally spread and independent.

R = D C D with C = L L': the rows of y, X and Z are multiplied by L^-1 D^-1; the log-determinant of
R is what the transformed likelihood lacks. For serial correlation L^-1 is banded: each row minus
phi times the row before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.estimation.residual_structures.structure import (
    PowerVariance,
    ResidualStructure,
    VarianceByLevel,
)
from lmm_core.model.design import Design
from lmm_core.model.encoding import encode_levels, is_numeric
from lmm_core.model.rank import Dense, find_basis

Array = np.ndarray

MOST_LEVELS = 12
LEAST_ROWS = 5


@dataclass(frozen=True)
class Whitener:
    """The transformation of one design as a function of free parameters (k,).

    ``order`` sorts the rows by group and time; ``steps`` (n,) are the distances to the row before
    in the same group, NaN for a group's first row. Free parameters: log SD ratios of the levels
    after the first, or the power; then phi on an unbounded scale.
    """

    structure: ResidualStructure
    design: Design
    order: Array
    steps: Array
    level_codes: Array | None
    levels: tuple[str, ...]
    power_values: Array | None

    @property
    def n_variance(self) -> int:
        if isinstance(self.structure.variance, VarianceByLevel):
            return len(self.levels) - 1
        return 1 if self.structure.variance is not None else 0

    @property
    def size(self) -> int:
        return self.n_variance + (self.structure.correlation is not None)

    def with_power_values(self, values: Array) -> Whitener:
        """The same with other values to take the power of."""
        return replace(self, power_values=_positive(values, "the fitted values"))

    def log_sd(self, free: Array) -> Array:
        """(n,): log of each row's SD relative to sigma, without prior weights."""
        if self.level_codes is not None:
            return np.append(0.0, free[: self.n_variance])[self.level_codes]
        if self.power_values is not None:
            return free[0] * np.log(self.power_values)
        return np.zeros(self.design.n)

    def phi(self, free: Array) -> float:
        """The correlation of neighbours, or of rows one unit of time apart."""
        correlation = self.structure.correlation
        if correlation is None:
            return 0.0
        if correlation.kind == "ar1":
            return float(np.tanh(free[-1]))
        return float(1.0 / (1.0 + np.exp(-free[-1])))

    def apply(self, free: Array) -> tuple[Design, float]:
        """The transformed design, for estimation only, and log|R / sigma^2|."""
        design, order = self.design, self.order
        log_sd = self.log_sd(free)
        log_det = 2.0 * float(log_sd.sum())
        scale = np.exp(-log_sd)
        if design.weights is not None:
            scale = scale * np.sqrt(design.weights)
            log_det -= float(np.log(design.weights).sum())
        y, X = (design.y * scale)[order], (design.X * scale[:, None])[order]
        Z = [(block.matrix * scale[:, None])[order] for block in design.blocks]
        if self.structure.correlation is not None:
            inside = ~np.isnan(self.steps)
            phi = self.phi(free)
            lag = np.zeros(design.n)
            if self.structure.correlation.kind == "ar1":
                lag[inside] = phi
            else:
                lag[inside] = phi ** self.steps[inside]
            left = 1.0 - lag**2
            log_det += float(np.log(left[inside]).sum())
            y, X = _differenced(y, lag, left), _differenced(X, lag, left)
            Z = [_differenced(part, lag, left) for part in Z]
        X = np.asfortranarray(X)
        ones = np.ones(design.n)
        groupings = {name: replace(g, codes=g.codes[order]) for name, g in design.groupings.items()}
        blocks = tuple(
            replace(
                block,
                grouping=groupings[block.grouping.name],
                model_matrix=Dense(np.asfortranarray(part)),  # type: ignore[arg-type]
            )
            for block, part in zip(design.blocks, Z, strict=True)
        )
        # Unit weights say that columns of ones are ones no longer; no column is constant.
        transformed = replace(
            design,
            y=y,
            model_matrix=Dense(X),  # type: ignore[arg-type]
            basis=find_basis(X, ones),
            layout=replace(design.layout, intercept=False),
            blocks=blocks,
            rows=None,
            weights=ones,
        )
        return transformed, log_det


def _differenced(rows: Array, lag: Array, left: Array) -> Array:
    """Each row minus ``lag`` times the row before it, over the root of what is ``left``."""
    before = np.zeros_like(rows)
    before[1:] = rows[:-1]
    if rows.ndim == 2:
        lag, left = lag[:, None], left[:, None]
    return (rows - lag * before) / np.sqrt(left)


def whitener(design: Design, frame: pd.DataFrame, structure: ResidualStructure) -> Whitener:
    """The transformation of a design whose rows in use are ``frame``.

    Raises
    ------
    ModelError
        ``residual_structure`` when the columns don't suit the structure; says why.
    """
    for column in structure.columns:
        if column not in frame.columns:
            raise _wrong(f"There is no column “{column}” in the data.", "Choose another column.")
        if frame[column].isna().any():
            raise _wrong(
                f"{column} is missing in some rows that the model uses.",
                "Leave these rows out, or choose another column.",
            )
    order, steps = np.arange(design.n), np.full(design.n, np.nan)
    if structure.correlation is not None:
        order, steps = _ordered(design, frame, structure)
    codes, levels, values = None, (), None
    if isinstance(structure.variance, VarianceByLevel):
        codes, levels = _levels(frame[structure.variance.column])
    elif isinstance(structure.variance, PowerVariance) and structure.variance.column is not None:
        column = structure.variance.column
        if not is_numeric(frame[column]):
            raise _wrong(f"{column} isn't a column of numbers.", "Choose a numeric column.")
        values = _positive(frame[column].to_numpy(dtype=float), column)
    return Whitener(structure, design, order, steps, codes, levels, values)


def _ordered(
    design: Design, frame: pd.DataFrame, structure: ResidualStructure
) -> tuple[Array, Array]:
    assert structure.correlation is not None
    name = structure.correlation.time
    if len(design.groupings) > 1:
        raise _wrong(
            "Correlation over time needs a model with one grouping column.",
            "Leave the other grouping columns out, or choose another structure.",
        )
    if not is_numeric(frame[name]):
        raise _wrong(f"{name} isn't a column of numbers.", "Choose the time as a number.")
    time = frame[name].to_numpy(dtype=float)
    codes = next(iter(design.groupings.values())).codes
    order = np.lexsort((time, codes))
    steps = np.full(design.n, np.nan)
    same = np.flatnonzero(np.diff(codes[order]) == 0) + 1
    steps[same] = np.diff(time[order])[same - 1]
    if not len(same):
        raise _wrong("No group has two rows to be correlated.", "Choose another structure.")
    if (steps[same] <= 0).any():
        raise _wrong(
            f"Some group has two rows at the same {name}.",
            "Choose a time that never repeats within a group.",
        )
    return order, steps


def _levels(series: pd.Series) -> tuple[Array, tuple[str, ...]]:
    codes, levels = encode_levels(series)
    counts = np.bincount(codes, minlength=len(levels))
    if not 2 <= len(levels) <= MOST_LEVELS or counts.min() < LEAST_ROWS:
        raise _wrong(
            f"{series.name} has {len(levels):,} levels, the smallest with {int(counts.min()):,} "
            f"rows; a spread for each needs 2 to {MOST_LEVELS} levels with {LEAST_ROWS} rows.",
            "Choose another column, or merge levels.",
        )
    return codes, levels


def _positive(values: Array, name: str) -> Array:
    size = np.abs(values)
    if not size.min() > 1e-8 * size.max():
        raise _wrong(
            f"A power of {name} needs values other than 0.",
            "Choose another column, or the spread by levels.",
        )
    return size


def _wrong(message: str, next_step: str) -> ModelError:
    return ModelError(message, next_step, code="residual_structure")
