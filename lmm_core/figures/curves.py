"""The lines behind the trajectories: population mean with band, and each group's own line."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from lmm_core.fitted import FittedModel
from lmm_core.inference.distributions import t_quantile
from lmm_core.model.checks import varies_within
from lmm_core.model.encoding import Categorical, Numeric
from lmm_core.model.factors import factor_of

Array = np.ndarray

GRID = 60
OWN_GRID = 25
MAX_COMBINATIONS = 120


def main_group(fit: FittedModel) -> str:
    return next(iter(fit.groups))


def x_choices(fit: FittedModel) -> tuple[str, ...]:
    """Numeric columns of the model that vary within the first grouping column, slopes first."""
    grouping = fit.groups[main_group(fit)]
    slopes = [f for block in fit.design.blocks for term in block.term.terms for f in term]
    fixed = [f for term in fit.spec.fixed for f in term]
    found: dict[str, None] = {}
    for text in (*slopes, *fixed):
        encoder = fit.design.encoders[text]
        column = encoder.factor.column
        if isinstance(encoder, Numeric) and column not in found:
            values = numeric_column(fit, column)
            if varies_within(values, grouping):
                found[column] = None
    return tuple(found)


def numeric_column(fit: FittedModel, column: str) -> Array:
    return fit.frame[column].to_numpy(dtype=float, na_value=np.nan)


def is_straight(fit: FittedModel, x: str) -> bool:
    """Whether the model is linear in ``x``."""
    linear = ((), (("center", None),), (("scale", None),))
    texts = [t for t in fit.design.encoders if factor_of(t).column == x]
    crossed = [
        term
        for term in (*fit.spec.fixed, *(t for r in fit.spec.random for t in r.terms))
        if sum(factor_of(f).column == x for f in term) > 1
    ]
    return not crossed and all(factor_of(t).calls in linear for t in texts)


@dataclass(frozen=True)
class Curve:
    """A population mean over ``x`` with its confidence band; ``level`` of the splitting column."""

    level: str | None
    x: Array
    mean: Array
    low: Array
    high: Array


def population(fit: FittedModel, x: str | None, by: str | None) -> list[Curve]:
    """The average over groups along ``x``, one curve per level of ``by``.

    Other numeric predictors stand at their mean; other categorical ones are averaged over their
    levels with the shares that they have in the rows.
    """
    numeric = {e.factor.column for e in fit.design.encoders.values() if isinstance(e, Numeric)}
    categorical = {
        e.factor.column: e for e in fit.design.encoders.values() if isinstance(e, Categorical)
    }
    at_mean = {c: float(np.nanmean(numeric_column(fit, c))) for c in numeric}
    grid = np.zeros(2)
    if x is not None:
        values = numeric_column(fit, x)
        grid = np.linspace(values.min(), values.max(), 2 if is_straight(fit, x) else GRID)
        if len(grid) == 2:
            grid = np.linspace(grid[0], grid[1], 25)
    others = [c for c in categorical if c != by]
    combinations, weights = _combinations(fit, others, categorical)
    levels: list[str | None] = list(categorical[by].levels) if by in categorical else [None]
    curves = []
    for level in levels:
        rows = {c: np.full(len(grid) * len(combinations), at_mean[c]) for c in numeric}
        if x is not None:
            rows[x] = np.tile(grid, len(combinations))
        for k, column in enumerate(others):
            rows[column] = np.repeat([c[k] for c in combinations], len(grid))
        if by in categorical:
            rows[by] = np.full(len(grid) * len(combinations), level, dtype=object)
        frame = pd.DataFrame(rows, index=range(len(grid) * len(combinations)))
        X = fit.design.fixed_matrix(frame).reshape(len(combinations), len(grid), -1)
        X = np.einsum("c,cgp->gp", weights, X)
        mean = X @ fit.estimates.beta
        source = fit.df_source
        se = np.sqrt(np.einsum("gi,ij,gj->g", X, source.vcov, X))
        half = t_quantile(fit.spec.ci_level, source.df(X)) * se
        curves.append(Curve(level, grid, mean, mean - half, mean + half))
    return curves


def _combinations(
    fit: FittedModel, columns: list[str], encoders: dict[str, Categorical]
) -> tuple[list[tuple[str, ...]], Array]:
    """Combinations of levels with their shares of the rows."""
    if not columns:
        return [()], np.ones(1)
    shares = []
    for column in columns:
        codes = encoders[column].codes(fit.frame[column])
        counts = np.bincount(codes, minlength=len(encoders[column].levels)).astype(float)
        shares.append(counts / counts.sum())
    combinations = list(product(*(encoders[c].levels for c in columns)))
    weights = np.array([np.prod(p) for p in product(*shares)])
    if len(combinations) > MAX_COMBINATIONS:
        kept = np.argsort(-weights)[:MAX_COMBINATIONS]
        combinations, weights = [combinations[k] for k in kept], weights[kept]
    return combinations, weights / weights.sum()


def own_lines(fit: FittedModel, x: str, codes: Array) -> tuple[Array, Array]:
    """Each chosen group's line: x and y, both (len(codes), points).

    The line spans the group's own range of ``x``; its other numeric predictors stand at the group's
    mean, its categorical ones at the group's first value.
    """
    grouping = fit.groups[main_group(fit)]
    G = grouping.n_levels
    counts = np.maximum(grouping.sizes, 1)
    values = numeric_column(fit, x)
    low, high = np.full(G, np.inf), np.full(G, -np.inf)
    np.minimum.at(low, grouping.codes, values)
    np.maximum.at(high, grouping.codes, values)
    points = 2 if is_straight(fit, x) else OWN_GRID
    steps = np.linspace(0.0, 1.0, points)
    xs = low[codes][:, None] + (high - low)[codes][:, None] * steps
    first = np.full(G, -1)
    first[grouping.codes[::-1]] = np.arange(fit.n_obs)[::-1]
    rows: dict[str, object] = {}
    used = [factor_of(t).column for t in fit.design.encoders]
    used += [column for g in fit.groups.values() for column in g.columns]
    for column in dict.fromkeys(used):
        series = fit.frame[column]
        if column == x:
            rows[column] = xs.ravel()
        elif any(
            isinstance(e, Numeric) and e.factor.column == column
            for e in fit.design.encoders.values()
        ):
            mean = np.bincount(grouping.codes, numeric_column(fit, column), G) / counts
            rows[column] = np.repeat(mean[codes], points)
        else:
            rows[column] = series.iloc[np.repeat(first[codes], points)].to_numpy()
    frame = pd.DataFrame(rows)
    fitted = fit.predict(frame, target="group")["fit"].to_numpy()
    return xs, fitted.reshape(len(codes), points)
