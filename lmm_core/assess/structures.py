"""Residual structures that suit a fitted model and its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lmm_core.assess.assumptions.material import Material
from lmm_core.assess.assumptions.time_order import lagged, time_of
from lmm_core.estimation.residual_structures import (
    PowerVariance,
    ResidualStructure,
    SerialCorrelation,
    VarianceByLevel,
)
from lmm_core.estimation.residual_structures.whiten import LEAST_ROWS, MOST_LEVELS
from lmm_core.model.design import Grouping
from lmm_core.model.encoding import Categorical, encode_levels, is_numeric

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

MOST_COLUMNS = 4
# A fit takes some dozen refits, each of which transforms all rows.
MOST_ROWS = 50_000


def offered_structures(fit: FittedModel) -> tuple[ResidualStructure, ...]:
    """Spread by categorical columns (the model's first), as a power, correlation over time."""
    if fit.n_obs > MOST_ROWS:
        return ()
    material = Material(fit)
    found = [ResidualStructure(VarianceByLevel(name)) for name in _columns(fit)]
    fitted = fit.fitted
    if np.abs(fitted).min() > 1e-3 * np.abs(fitted).max() and (fitted > 0).all():
        found.append(ResidualStructure(PowerVariance()))
    time = time_of(material)
    if time is None:
        return tuple(found)
    values = fit.frame[time.column].to_numpy(dtype=float, na_value=np.nan)
    if values.min() > 0:
        found.append(ResidualStructure(PowerVariance(time.column)))
    now, before = lagged(material.finest, values)
    steps = values[now] - values[before]
    if _nested(fit, material.finest) and len(steps) and steps.min() > 0:
        found.append(ResidualStructure(None, SerialCorrelation("ar1", time.column)))
        if np.ptp(steps) > 1e-9 * steps.max():
            found.append(ResidualStructure(None, SerialCorrelation("car1", time.column)))
    return tuple(found)


def _nested(fit: FittedModel, finest: Grouping) -> bool:
    """Whether every grouping column is constant within the finest one."""
    for other in fit.groups.values():
        lookup = np.zeros(finest.n_levels, dtype=np.intp)
        lookup[finest.codes] = other.codes
        if not (lookup[finest.codes] == other.codes).all():
            return False
    return True


def _columns(fit: FittedModel) -> list[str]:
    encoders = fit.design.encoders.values()
    model = [e.factor.column for e in encoders if isinstance(e, Categorical)]
    groups = {name for g in fit.groups.values() for name in g.columns}
    found = []
    for name in dict.fromkeys([*model, *map(str, fit.frame.columns)]):
        series = fit.frame[name]
        if name in groups or (is_numeric(series) and name not in model) or series.isna().any():
            continue
        codes, levels = encode_levels(series)
        if 2 <= len(levels) <= MOST_LEVELS and np.bincount(codes).min() >= LEAST_ROWS:
            found.append(name)
    return found[:MOST_COLUMNS]
