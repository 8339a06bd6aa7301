"""What a prediction needs to be told, and its three bands: the average, one group, one measurement.

The bands are those of ``prediction``: a confidence interval of the average; an interval for the
mean of one group (a known one, or a new one that could be any); an interval for one measurement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lmm_core.inference.prediction import Target
from lmm_core.inference.reference_grid import estimable
from lmm_core.model.encoding import Categorical, Numeric
from lmm_core.model.factors import factor_of
from lmm_core.model.matrices import FactorValues, build_matrix

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray
Value = str | float
BEYOND = 0.25
LIMITED = {"log", "log2", "log10", "log1p", "sqrt"}


@dataclass(frozen=True)
class Input:
    """A column that a prediction needs: ``levels`` of a categorical one (reference first), or the
    observed range of a numeric one.

    ``values`` are the different numbers when there are only two. ``lowest`` and ``highest`` reach a
    little beyond the range, as far as the model's functions are defined.
    """

    column: str
    levels: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    middle: float = 0.0
    whole: bool = False
    values: tuple[float, ...] = ()
    lowest: float = 0.0
    highest: float = 0.0

    @property
    def numeric(self) -> bool:
        return not self.levels

    def outside(self, value: float) -> bool:
        """Whether the model extrapolates there; rounding doesn't count."""
        room = 1e-9 * max(1.0, abs(self.low), abs(self.high))
        return not self.low - room <= value <= self.high + room


def inputs(fit: FittedModel) -> tuple[Input, ...]:
    """The columns of fixed effects and random slopes, in the order of the formula, and the one on
    which the residual spread depends.
    """
    texts: dict[str, list[str]] = {}
    terms = [*fit.spec.fixed, *(t for r in fit.spec.random for t in r.terms)]
    for text in dict.fromkeys(t for term in terms for t in term):
        texts.setdefault(factor_of(text).column, []).append(text)
    residual = fit.estimates.residual
    spread = residual.spread_column() if residual is not None else None
    if residual is not None and spread is not None and spread not in texts:
        if residual.levels:
            found = [_input(fit, column, own) for column, own in texts.items()]
            return (*found, Input(spread, residual.levels))
        texts[spread] = []
    return tuple(_input(fit, column, own) for column, own in texts.items())


def _input(fit: FittedModel, column: str, texts: Sequence[str]) -> Input:
    encoders = [fit.design.encoders[text] for text in texts]
    if texts and not any(isinstance(e, Numeric) for e in encoders):
        levels = next(e.levels for e in encoders if isinstance(e, Categorical))
        return Input(column, levels)
    numbers = fit.frame[column].to_numpy(dtype=float, na_value=np.nan)
    distinct = np.unique(numbers)
    low, high = float(distinct[0]), float(distinct[-1])
    whole = bool((distinct == np.round(distinct)).all())
    values = tuple(float(v) for v in distinct) if len(distinct) <= 2 else ()
    if any(isinstance(e, Categorical) for e in encoders):
        # As a category only the observed values can be predicted.
        values = tuple(float(v) for v in distinct)
    room = BEYOND * (high - low)
    limited = any(call[0] in LIMITED for text in texts for call in factor_of(text).calls)
    residual = fit.estimates.residual
    limited = limited or (
        residual is not None and residual.power is not None and residual.spread_column() == column
    )
    lowest = low if limited else max(0.0, low - room) if low >= 0 else low - room
    highest = high + room
    if whole:
        lowest, highest = float(np.ceil(lowest)), float(np.floor(highest))
    middle = float(numbers.mean())
    return Input(column, (), low, high, middle, whole, values, lowest, highest)


def group_columns(fit: FittedModel) -> tuple[str, ...]:
    """The columns that say to which groups a row belongs, those with few levels first: a school
    before its classes.
    """
    found = dict.fromkeys(c for grouping in fit.groups.values() for c in grouping.columns)
    if len(found) < 2:
        return tuple(found)
    return tuple(sorted(found, key=lambda column: fit.frame[column].nunique()))


def own_values(fit: FittedModel, column: str, level: str) -> dict[str, Value]:
    """The inputs that are the same in all rows of one level of a grouping column."""
    from lmm_core.model.encoding import encode_levels, level_name

    codes, names = encode_levels(fit.frame[column])
    rows = np.flatnonzero(codes == names.index(level)) if level in names else np.empty(0, int)
    found: dict[str, Value] = {}
    for item in inputs(fit):
        values = pd.unique(fit.frame[item.column].iloc[rows])
        if len(values) == 1:
            value = values[0]
            found[item.column] = float(value) if item.numeric else level_name(value)
    return found


def rows_of(
    fit: FittedModel,
    values: Mapping[str, Value],
    groups: Mapping[str, str] | None = None,
    along: tuple[str, Sequence[Value]] | None = None,
) -> pd.DataFrame:
    """A frame for ``FittedModel.predict``: the given values, one row per value of ``along``.

    ``groups`` name a known group per grouping column; without them the rows belong to none.
    """
    n = len(along[1]) if along else 1
    columns: dict[str, object] = {column: [value] * n for column, value in values.items()}
    if along:
        columns[along[0]] = list(along[1])
    for column, level in (groups or {}).items():
        columns.setdefault(column, [level] * n)
    # A frame needs rows even when the model has no predictor.
    return pd.DataFrame(columns, index=range(n))


@dataclass(frozen=True)
class Bands:
    """Three frames with the columns fit, conf_low, conf_high and one row per predicted row.

    ``average``: confidence interval of the average over all groups. ``own``: interval for the mean
    of the target's group. ``single``: interval for one measurement in that group.
    """

    average: pd.DataFrame
    own: pd.DataFrame
    single: pd.DataFrame


def bands(fit: FittedModel, frame: pd.DataFrame, target: Target, level: float) -> Bands:
    """The three bands of a target; those of the average are about a new group. NaN where the data
    don't determine the average (predictors that determine each other, moved apart).
    """
    about: Target = "group" if target == "group" else "new"
    found = (
        fit.predict(frame, "average", "confidence", level),
        fit.predict(frame, about, "confidence", level),
        fit.predict(frame, about, "prediction", level),
    )
    if fit.design.aliased:
        design = fit.design
        values = FactorValues(design.encoders, lambda name: frame[name])
        _, known = estimable(design, build_matrix(design.layout, values, len(frame)))
        found = tuple(
            part.assign(**{name: np.where(known, part[name], np.nan) for name in part})
            for part in found
        )
    return Bands(*found)
