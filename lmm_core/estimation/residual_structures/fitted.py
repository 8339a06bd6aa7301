"""A residual structure at its estimated parameters: what it does to rows, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.estimation.residual_structures.structure import PowerVariance, ResidualStructure
from lmm_core.estimation.residual_structures.whiten import Whitener
from lmm_core.model.encoding import encode_levels
from lmm_core.model.residual_columns import ResidualColumns

if TYPE_CHECKING:
    from lmm_core.model.design import Design

Array = np.ndarray


@dataclass(frozen=True)
class ResidualFit:
    """The transformation at ``free`` (k,): log SD ratios or the power, then phi unbounded."""

    whitener: Whitener
    free: Array

    def __getstate__(self) -> dict:
        return {k: v for k, v in self.__dict__.items() if k != "whitened"}

    @cached_property
    def whitened(self) -> Design:
        """The design whose residuals are independent with SD sigma; rows in their order."""
        return self.whitener.apply(self.free)[0]

    @property
    def structure(self) -> ResidualStructure:
        return self.whitener.structure

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels of the variance's column, the reference first; () without one."""
        return self.whitener.levels

    @property
    def ratios(self) -> tuple[float, ...]:
        """SD of each level relative to the first; () without levels."""
        if not self.levels:
            return ()
        found = np.exp(np.append(0.0, self.free[: self.whitener.n_variance]))
        return tuple(float(r) for r in found)

    @property
    def power(self) -> float | None:
        powered = isinstance(self.structure.variance, PowerVariance)
        return self.whitener.power(self.free) if powered else None

    @property
    def phi(self) -> float | None:
        """Correlation of neighbours ("ar1"), or of rows one unit of time apart ("car1")."""
        return self.whitener.phi(self.free) if self.structure.correlation is not None else None

    @property
    def group(self) -> str:
        """The grouping column within which the correlation runs; "" without one."""
        return self.whitener.columns.group

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters: "ratio_Male|Sex", "power|age", "phi|age"."""
        return parameter_names(self.whitener)

    @property
    def values(self) -> Array:
        """(k,): the parameters as people read them: SD ratios or the power, then the correlation of
        neighbours.
        """
        return parameter_values(self.whitener, self.free)

    @cached_property
    def relative_sd(self) -> Array:
        """(n,): each row's residual SD in units of sigma; prior weights are left out."""
        return np.exp(self.whitener.log_sd(self.free))

    @property
    def typical_step(self) -> float:
        """The usual distance of neighbours: 1 place ("ar1"), the median step in time ("car1")."""
        return self.whitener.columns.unit

    @property
    def neighbour_correlation(self) -> float:
        """The correlation of two rows at the median distance."""
        return self.whitener.neighbours(self.free)

    def whiten(self, rows: Array) -> Array:
        """(n,) or (n, k): rows (outcome units) with independent residuals of SD sigma."""
        return self.whitener.whiten(rows, self.free)

    def colour(self, noise: Array) -> Array:
        """(n,): residuals of the structure from independent ones."""
        return self.whitener.colour(noise, self.free)

    def held(self) -> ResidualColumns:
        """The structure kept at these parameters, for refits that don't estimate it anew."""
        return self.whitener.columns.held_at(self.free, self.whitener.powers)

    def covariance(self, rows: Array) -> Array:
        """(m, m): covariance of the residuals of ``rows``, in units of sigma^2."""
        sd = self.relative_sd[rows]
        weights = self.whitener.design.weights
        if weights is not None:
            sd = sd / np.sqrt(weights[rows])
        result = np.diag(sd**2)
        position = self.whitener.columns.position
        if position is None:
            return result
        gaps = np.abs(position[rows][:, None] - position[rows]) / self.whitener.columns.unit
        codes = self.whitener.columns.group_codes
        assert codes is not None
        same = codes[rows][:, None] == codes[rows]
        return np.where(same, self.neighbour_correlation**gaps, 0.0) * np.outer(sd, sd)

    def relative_sd_at(self, frame: pd.DataFrame, fitted: Array) -> Array:
        """(m,): residual SDs of other rows in units of sigma; ``fitted`` (m,) their predictions.
        NaN where the column is empty or holds a level that the model doesn't know.

        Raises
        ------
        ModelError
            ``residual_structure`` when the column is missing.
        """
        variance = self.structure.variance
        if variance is None:
            return np.ones(len(frame))
        if variance.column is None:
            return self._power_of(np.abs(fitted))
        name = variance.column
        if name not in frame.columns:
            raise ModelError(
                f"The residual spread depends on {name}, which these rows don't have.",
                "Ask for the confidence band of the mean, or give rows that have it.",
                code="residual_structure",
            )
        series = frame[name]
        if self.power is not None:
            return self._power_of(np.abs(series.to_numpy(dtype=float, na_value=np.nan)))
        codes, levels = encode_levels(series)
        known = {level: k for k, level in enumerate(self.levels)}
        found = [self.ratios[known[level]] if level in known else np.nan for level in levels]
        return np.array([*found, np.nan])[codes]

    def _power_of(self, size: Array) -> Array:
        columns = self.whitener.columns
        with np.errstate(divide="ignore", over="ignore"):
            logs = (np.log(size) - columns.log_centre) / columns.log_spread
            return np.exp(self.free[0] * logs)

    def spread_column(self) -> str | None:
        """The column on which a new row's residual SD depends; None when on none."""
        variance = self.structure.variance
        return None if variance is None else variance.column


def parameter_names(whitener: Whitener) -> tuple[str, ...]:
    variance, correlation = whitener.structure.variance, whitener.correlation
    names: list[str] = []
    if whitener.levels and variance is not None:
        names += [f"ratio_{level}|{variance.column}" for level in whitener.levels[1:]]
    elif variance is not None:
        names.append(f"power|{variance.column or 'fitted'}")
    if correlation is not None:
        names.append(f"phi|{correlation.time}")
    return tuple(names)


def parameter_values(whitener: Whitener, free: Array) -> Array:
    """(k,): SD ratios or the power, then the correlation of neighbours."""
    found = np.array(free, dtype=float)
    if whitener.levels:
        found[: whitener.n_variance] = np.exp(np.clip(found[: whitener.n_variance], -50, 50))
    elif whitener.n_variance:
        found[0] = whitener.power(free)
    if whitener.correlation is not None:
        found[-1] = whitener.neighbours(free)
    return found
