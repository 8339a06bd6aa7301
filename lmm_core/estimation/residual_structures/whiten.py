"""Rows transformed so that a structure's residuals become equally spread and independent.

R = D C D with C = L L': the rows of y, X and Z are multiplied by L^-1 D^-1; the log-determinant of
R is what the transformed likelihood lacks. For serial correlation L^-1 is banded: each row minus
phi times the row before it. The rows stay in their order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.estimation.residual_structures.structure import (
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
)
from lmm_core.model.design import Design
from lmm_core.model.rank import Dense, find_basis
from lmm_core.model.residual_columns import (
    LEAST_ROWS,
    LEAST_SPREAD,
    MOST_LEVELS,
    ResidualColumns,
    positive,
    residual_columns,
)

Array = np.ndarray

# Beyond this a free parameter changes nothing: a correlation of 1, a ratio of e^12; a continuous
# correlation of 0 also for steps that are shorter than the usual one.
FARTHEST, LEAST_LOGIT = 12.0, -40.0

__all__ = ["FARTHEST", "LEAST_ROWS", "MOST_LEVELS", "Transformed", "Whitener", "whitener"]


class Transformed(Dense):
    """Transformed columns: none of them is an intercept, so none is centred."""

    @property
    def has_constant(self) -> bool:
        return False


@dataclass(frozen=True)
class Whitener:
    """The transformation of one design as a function of free parameters (k,).

    Free parameters: log SD ratios of the levels after the first, or the power (per SD of the
    logarithm, about its mean, so that size and spread of the values don't matter); then the
    correlation of neighbours on an unbounded scale.
    """

    design: Design
    columns: ResidualColumns

    @property
    def powers(self) -> Array | None:
        """(n,): the values of which a power is taken."""
        return self.columns.values

    @property
    def structure(self) -> ResidualStructure:
        return self.columns.structure

    @property
    def correlation(self) -> SerialCorrelation | None:
        return self.structure.correlation

    @property
    def levels(self) -> tuple[str, ...]:
        return self.columns.levels

    @property
    def steps(self) -> Array:
        """(n,): distance to the row before in the group, NaN for a group's first row."""
        assert self.columns.steps is not None
        return self.columns.steps

    @property
    def n_variance(self) -> int:
        if isinstance(self.structure.variance, VarianceByLevel):
            return len(self.levels) - 1
        return 1 if self.structure.variance is not None else 0

    @property
    def size(self) -> int:
        return self.n_variance + (self.correlation is not None)

    def with_power_values(self, values: Array) -> Whitener:
        """The same with other values to take the power of."""
        found = self.columns.with_values(positive(values, "the fitted values"))
        if not found.log_spread > LEAST_SPREAD:
            raise ModelError(
                "The fitted values are all the same, so that no power of them can be estimated.",
                "Add a predictor, or choose another structure.",
                code="residual_structure",
            )
        return replace(self, columns=found)

    def log_sd(self, free: Array) -> Array:
        """(n,): log of each row's SD relative to sigma, without prior weights."""
        if self.columns.codes is not None:
            return np.append(0.0, free[: self.n_variance])[self.columns.codes]
        if self.powers is not None:
            columns = self.columns
            return free[0] * (np.log(self.powers) - columns.log_centre) / columns.log_spread
        return np.zeros(self.design.n)

    def clipped(self, free: Array) -> Array:
        """Within the range in which a parameter still changes something."""
        low = np.full(len(free), -FARTHEST)
        if self.correlation is not None and self.correlation.kind == "car1":
            low[-1] = LEAST_LOGIT
        return np.clip(free, low, FARTHEST)

    def power(self, free: Array) -> float:
        """The power of the variance function."""
        return float(free[0]) / self.columns.log_spread

    def neighbours(self, free: Array) -> float:
        """The correlation of neighbours: a place ("ar1") or the median step ("car1") apart."""
        if self.correlation is None:
            return 0.0
        if self.correlation.kind == "ar1":
            return float(np.tanh(free[-1]))
        return float(1.0 / (1.0 + np.exp(-free[-1])))

    def phi(self, free: Array) -> float:
        """The correlation of neighbours ("ar1"), or of rows one unit of time apart ("car1")."""
        if self.correlation is None or self.correlation.kind == "ar1":
            return self.neighbours(free)
        return float(self.neighbours(free) ** (1.0 / self.columns.unit))

    def _scale(self, free: Array) -> Array:
        """(n,): one over each row's SD in units of sigma, prior weights included."""
        scale = np.exp(-self.log_sd(free))
        weights = self.design.weights
        return scale if weights is None else scale * np.sqrt(weights)

    def _lag(self, free: Array) -> Array:
        """(n,): correlation with the row before in the group, 0 for a group's first row."""
        steps = np.nan_to_num(self.steps) / self.columns.unit
        return np.where(np.isnan(self.steps), 0.0, self.neighbours(free) ** steps)

    def log_det(self, free: Array) -> float:
        """log|R / sigma^2|."""
        total = 2.0 * float(self.log_sd(free).sum())
        if self.design.weights is not None:
            total -= float(np.log(self.design.weights).sum())
        if self.correlation is not None:
            total += float(np.log1p(-(self._lag(free) ** 2)).sum())
        return total

    def whiten(self, rows: Array, free: Array) -> Array:
        """(n,) or (n, k): rows with independent residuals of SD sigma."""
        scale = self._scale(free)
        rows = rows * (scale if rows.ndim == 1 else scale[:, None])
        if self.correlation is None:
            return rows
        lag = self._lag(free)
        left = np.sqrt(1.0 - lag**2)
        if rows.ndim == 2:
            lag, left = lag[:, None], left[:, None]
        return (rows - lag * rows[self.columns.before]) / left

    def colour(self, noise: Array, free: Array) -> Array:
        """(n,): the inverse of ``whiten``: residuals of the structure from independent ones."""
        result = np.array(noise, dtype=float)
        if self.correlation is not None:
            lag = self._lag(free)
            left = np.sqrt(1.0 - lag**2)
            place, before = self.columns.place, self.columns.before
            assert place is not None
            assert before is not None
            for k in range(1, int(place.max()) + 1):
                rows = np.flatnonzero(place == k)
                result[rows] = lag[rows] * result[before[rows]] + left[rows] * result[rows]
        return result / self._scale(free)

    def apply(self, free: Array) -> tuple[Design, float]:
        """The transformed design, for estimation only, and log|R / sigma^2|."""
        design = self.design
        y = self.whiten(design.y, free)
        X = np.asfortranarray(self.whiten(design.X, free))
        blocks = tuple(
            replace(
                block,
                model_matrix=Transformed(np.asfortranarray(self.whiten(block.matrix, free))),
            )
            for block in design.blocks
        )
        ones = np.ones(design.n)
        # Unit weights say that columns of ones are ones no longer; no column is constant.
        transformed = replace(
            design,
            y=y,
            model_matrix=Transformed(X),  # type: ignore[arg-type]
            basis=find_basis(Transformed(X), ones),
            layout=replace(design.layout, intercept=False),
            blocks=blocks,
            rows=None,
            weights=ones,
            residual=None,
        )
        return transformed, self.log_det(free)


def whitener(
    design: Design, frame: pd.DataFrame | None = None, structure: ResidualStructure | None = None
) -> Whitener:
    """The transformation of a design; for a ``structure`` other than its own, from the rows in use
    ``frame``.

    Raises
    ------
    ModelError
        ``residual_structure`` when the columns don't suit the structure; says why.
    """
    if structure is None or frame is None:
        assert design.residual is not None
        return Whitener(design, design.residual)
    for column in structure.columns:
        if column not in frame.columns:
            raise ModelError(
                f"There is no column “{column}” in the data.",
                "Choose another column.",
                code="residual_structure",
            )
        if frame[column].isna().any():
            raise ModelError(
                f"{column} is missing in some rows that the model uses.",
                "Leave these rows out, or choose another column.",
                code="residual_structure",
            )
    columns = residual_columns(structure, frame.__getitem__, design.groupings, design.n)
    return Whitener(design, columns)
