"""Slopes of a numeric predictor: per level, their differences, at moderator values, and where along
a moderator an effect is clear (Johnson & Neyman 1936; Bauer & Curran 2005, Multivariate Behavioral
Research 40).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.inference.marginal_means import (
    At,
    Columns,
    column_names,
    compare,
    contrasts,
    families_of,
    linear_table,
    with_notes,
)
from lmm_core.inference.reference_grid import Cells, cells_of, crossed_with, predictors
from lmm_core.model.encoding import level_name

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray

PERCENTILES = (25.0, 50.0, 75.0)
CURVE_POINTS = 201


def moderator_values(
    fit: FittedModel, moderator: str, values: Any = "sd"
) -> tuple[tuple[str, str | float], ...]:
    """(label, value) of the points at which a moderator is looked at.

    ``values``: "sd" (mean − SD, mean, mean + SD over the rows in use), "percentiles" (25, 50, 75),
    or the values themselves. A categorical moderator gives its levels.
    """
    found = predictors(fit).get(moderator)
    if found is None:
        # Raises the error that names the columns there are.
        cells_of(fit, moderator)
    if found.categorical:
        chosen = found.points if isinstance(values, str) else [level_name(v) for v in values]
        return tuple((str(level), level) for level in chosen)
    numbers = fit.frame[moderator].to_numpy(dtype=float, na_value=np.nan)
    if isinstance(values, str) and values == "sd":
        mean, sd = float(numbers.mean()), float(numbers.std(ddof=1))
        return (("mean − SD", mean - sd), ("mean", mean), ("mean + SD", mean + sd))
    if isinstance(values, str) and values == "percentiles":
        points = np.percentile(numbers, PERCENTILES)
        return tuple(
            (f"{p:g}th percentile", float(v)) for p, v in zip(PERCENTILES, points, strict=True)
        )
    if isinstance(values, str):
        raise ModelError(
            f"The choice “{values}” isn't known.",
            "Use sd, percentiles, or the values themselves.",
            code="moderator_values",
        )
    several = isinstance(values, Sequence | np.ndarray)
    return tuple((f"{float(v):.6g}", float(v)) for v in (values if several else [values]))


def slopes(
    fit: FittedModel, variable: str, by: Columns | None = None, at: At | None = None
) -> pd.DataFrame:
    """Change of the outcome per unit of a numeric predictor: the columns of ``by``, estimate,
    std_error, df, statistic, p_value, conf_low, conf_high.

    The slope is the exact derivative (emmeans takes a difference over 1/1000 of the range) at the
    reference point of ``variable`` (its mean, unless ``at`` says otherwise), averaged over the
    other categorical predictors. A numeric column in ``by`` stands at mean − SD, mean and mean + SD
    unless ``at`` gives values ("sd", "percentiles" or numbers).

    Raises
    ------
    ModelError
        ``slope_of_categories`` for a categorical ``variable``; those of ``marginal_means``.
    """
    cells = _slope_cells(fit, variable, column_names(by), at)
    table = linear_table(fit, cells.rows)
    outer = {c: cells.frame()[c] for c in cells.columns}
    return with_notes(pd.DataFrame({**outer, **table}), cells.notes)


def slope_contrasts(
    fit: FittedModel,
    variable: str,
    by: Columns,
    at: At | None = None,
    adjust: str = "tukey",
) -> pd.DataFrame:
    """All pairwise differences of the slopes that ``slopes`` gives; columns as ``contrasts``."""
    cells = _slope_cells(fit, variable, column_names(by), at)
    frame = compare(fit, cells, families_of(cells, cells.columns), adjust)
    frame.attrs.update(of=f"the slope of {variable}", variable=variable)
    return frame


def simple_effects(
    fit: FittedModel,
    variable: str,
    moderator: str,
    values: Any = "sd",
    adjust: str = "none",
    at: At | None = None,
) -> pd.DataFrame:
    """The effect of ``variable`` at chosen points of ``moderator``.

    Columns: the moderator's, "at" (how the point was chosen), for a categorical ``variable``
    "contrast" (all pairs at each point, adjusted within it), then as ``slopes``.
    """
    points = moderator_values(fit, moderator, values)
    where = {**(at or {}), moderator: [value for _, value in points]}
    known = predictors(fit).get(variable)
    if known is not None and known.categorical:
        frame = contrasts(fit, variable, adjust, by=moderator, at=where)
    else:
        frame = slopes(fit, variable, moderator, where)
    notes = frame.attrs["notes"]
    each = len(frame) // len(points)
    frame.insert(1, "at", np.repeat([label for label, _ in points], each))
    numbers = [value for _, value in points if not isinstance(value, str)]
    return with_notes(frame, (*notes, *_outside(fit, moderator, numbers)))


def _outside(fit: FittedModel, moderator: str, numbers: Sequence[float]) -> tuple[str, ...]:
    if not numbers:
        return ()
    seen = fit.frame[moderator].to_numpy(dtype=float, na_value=np.nan)
    low, high = float(seen.min()), float(seen.max())
    beyond = [f"{v:.6g}" for v in numbers if not low <= v <= high]
    if not beyond:
        return ()
    return (
        f"{moderator} = {', '.join(beyond)} lies outside the observed range, {low:.6g} to "
        f"{high:.6g}: the model extrapolates there.",
    )


def _slope_cells(fit: FittedModel, variable: str, by: tuple[str, ...], at: At | None) -> Cells:
    known = predictors(fit)
    if variable in known and known[variable].categorical:
        raise ModelError(
            f"{variable} is categorical, so it has no slope.",
            "Compare its levels instead, or choose a numeric predictor.",
            code="slope_of_categories",
            column=variable,
        )
    where = dict(at or {})
    for column, values in where.items():
        if isinstance(values, str) and column in known and not known[column].categorical:
            where[column] = [value for _, value in moderator_values(fit, column, values)]
    for column in by:
        if column in known and not known[column].averaged and column not in where:
            where[column] = [value for _, value in moderator_values(fit, column)]
    return cells_of(fit, by, where, derivative=variable)


# -- Johnson and Neyman


@dataclass(frozen=True)
class Region:
    """A stretch of the moderator. ``sign``: 1 or -1 where the interval excludes 0 on that side, 0
    where it includes 0. ``share``: of the rows in use that lie in it.
    """

    low: float
    high: float
    sign: int
    share: float


@dataclass(frozen=True)
class JohnsonNeyman:
    """The effect of ``variable`` along ``moderator``.

    ``regions`` cover the observed range from low to high; ``curve`` has the columns moderator,
    estimate, std_error, df, conf_low, conf_high, sign. ``contrast`` names the two levels that a
    categorical variable's effect compares, else None.
    """

    variable: str
    moderator: str
    contrast: tuple[str, str] | None
    level: float
    regions: tuple[Region, ...]
    curve: pd.DataFrame
    interacts: bool
    notes: tuple[str, ...]

    @property
    def boundaries(self) -> tuple[float, ...]:
        """Where the interval starts or stops to exclude 0, within the observed range."""
        return tuple(region.high for region in self.regions[:-1])


def johnson_neyman(
    fit: FittedModel,
    variable: str,
    moderator: str,
    levels: tuple[str, str] | None = None,
    at: At | None = None,
) -> JohnsonNeyman:
    """Where along a numeric ``moderator`` the interval of the effect of ``variable`` excludes 0.

    The effect is the slope of a numeric ``variable``, or for a categorical one the difference of
    two ``levels``, first minus second (by default the second level minus the reference). Intervals
    are pointwise, with the df of each point.

    Raises
    ------
    ModelError
        ``moderator_not_numeric``, ``unknown_level``, and those of ``slopes``.
    """
    known = predictors(fit)
    if moderator in known and (known[moderator].categorical or moderator == variable):
        raise ModelError(
            f"{moderator} must be a numeric predictor other than {variable}.",
            "Choose another moderator, or look at the simple effects per level.",
            code="moderator_not_numeric",
            column=moderator,
        )
    categorical = variable in known and known[variable].categorical
    pair = None
    if categorical:
        names = known[variable].points
        pair = (str(names[1]), str(names[0])) if levels is None else (levels[0], levels[1])

    def rows_at(points: Array) -> Cells:
        if pair is None:
            return _slope_cells(fit, variable, (moderator,), {**(at or {}), moderator: points})
        where = {**(at or {}), moderator: points, variable: list(pair)}
        cells = cells_of(fit, (variable, moderator), where)
        return Cells((moderator,), (), cells.rows[::2] - cells.rows[1::2], cells.notes)

    cells_of(fit, moderator)
    seen = fit.frame[moderator].to_numpy(dtype=float, na_value=np.nan)
    grid = np.linspace(float(seen.min()), float(seen.max()), CURVE_POINTS)
    cells = rows_at(grid)
    table = linear_table(fit, cells.rows)
    low, high = table["conf_low"], table["conf_high"]
    sign = np.where(low > 0, 1, np.where(high < 0, -1, 0))
    shown = ("estimate", "std_error", "df", "conf_low", "conf_high")
    curve = pd.DataFrame({moderator: grid, **{n: table[n] for n in shown}, "sign": sign})

    def ends(points: Array) -> tuple[Array, Array]:
        found = linear_table(fit, rows_at(points).rows)
        return found["conf_low"], found["conf_high"]

    crossings = _crossings(grid, low, high, ends)
    regions = _regions(grid, crossings, seen, ends)
    interacts = moderator in crossed_with(fit, {variable})
    notes = [*cells.notes, "The interval holds for one value of the moderator at a time."]
    if not interacts:
        notes.append(f"The model has no interaction of {variable} and {moderator}.")
    return JohnsonNeyman(
        variable, moderator, pair, fit.spec.ci_level, regions, curve, interacts, tuple(notes)
    )


def _crossings(grid: Array, low: Array, high: Array, ends: Any) -> list[float]:
    """Zeros of the two interval ends: every bracket is divided by 32, six times."""
    found: list[float] = []
    for k, values in enumerate((low, high)):
        at = np.flatnonzero((values[:-1] > 0) != (values[1:] > 0))
        a, b = grid[at], grid[at + 1]
        for _ in range(6 if len(at) else 0):
            points = np.linspace(a, b, 33, axis=1)
            above = ends(points.ravel())[k].reshape(points.shape) > 0
            first = np.maximum(1, np.argmax(above != above[:, :1], axis=1))
            rows = np.arange(len(a))
            a, b = points[rows, first - 1], points[rows, first]
        found += [float(x) for x in 0.5 * (a + b)]
    return sorted(found)


def _regions(grid: Array, crossings: list[float], seen: Array, ends: Any) -> tuple[Region, ...]:
    edges = np.unique([float(grid[0]), *crossings, float(grid[-1])])
    if len(edges) < 2:
        return ()
    low, high = ends(0.5 * (edges[:-1] + edges[1:]))
    regions: list[Region] = []
    for k, (a, b) in enumerate(pairwise(edges)):
        sign = 1 if low[k] > 0 else -1 if high[k] < 0 else 0
        inside = (seen >= a) & ((seen < b) | (k == len(edges) - 2))
        share = float(inside.mean())
        if regions and regions[-1].sign == sign:
            last = regions.pop()
            a, share = last.low, last.share + share
        regions.append(Region(float(a), float(b), sign, share))
    return tuple(regions)
