"""Observed lines, each group's own line, and the population mean with its band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from lmm_core.figures import curves
from lmm_core.figures.curves import x_choices
from lmm_core.figures.parts import axis, band, with_gaps
from lmm_core.figures.theme import (
    FIXED,
    LEVELS,
    RANDOM,
    RESIDUAL,
    WEBGL_POINTS,
    Picture,
    axis_title,
    escape,
    figure,
    rgba,
)
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, number, whole
from lmm_core.model.encoding import Categorical

__all__ = ["default_by", "trajectories", "x_choices"]

Array = np.ndarray
MAX_GROUPS = 300
LAYERS = ("observed", "groups", "population", "band")


def default_by(fit: FittedModel) -> str | None:
    """The categorical fixed effect that splits the average: the only one with up to 6 levels."""
    fixed = {f for term in fit.spec.fixed for f in term}
    small = [
        e.factor.column
        for text, e in fit.design.encoders.items()
        if text in fixed and isinstance(e, Categorical) and len(e.levels) <= len(LEVELS)
    ]
    return small[0] if len(small) == 1 else None


def trajectories(
    fit: FittedModel,
    x: str | None = None,
    by: str | None = None,
    highlight: Sequence[str] = (),
    show: Sequence[str] = LAYERS,
    max_groups: int = MAX_GROUPS,
    units: Mapping[str, str] | None = None,
) -> Picture:
    """Trajectories over ``x`` (a numeric column that varies within groups).

    Without such a column the rows of each group stand in their order. ``by`` splits the average by
    a categorical predictor. Above ``max_groups`` groups a seeded sample of them is drawn.
    """
    group = curves.main_group(fit)
    grouping = fit.groups[group]
    offered = x_choices(fit)
    x = x if x in offered else (offered[0] if offered else None)
    chosen = _sample(grouping.n_levels, max_groups)
    marked = [k for k, level in enumerate(grouping.levels) if level in set(highlight)]
    values = _horizontal(fit, x)
    traces: list[dict] = []
    if "observed" in show:
        traces.append(_observed(fit, values, chosen, x))
    if "groups" in show and x is not None:
        colour = rgba(RANDOM, 0.5 if len(chosen) <= 60 else 0.3)
        traces.append(_own(fit, x, chosen, colour, 1.2, f"each {group}"))
    for k, curve in enumerate(curves.population(fit, x, by)):
        traces += _average(fit, curve, k, x, values, show)
    for k in marked:
        traces += _marked(fit, k, values, x)
    outcome = fit.spec.outcome.replace("`", "")
    layout = {
        "height": 460,
        "showlegend": True,
        "xaxis": axis(axis_title(x, units) if x else f"row within {escape(group)}"),
        "yaxis": axis(axis_title(outcome, units)),
    }
    return Picture(figure(traces, layout), _alt(fit, x, len(chosen)), _data(fit, values, x))


def _sample(n: int, at_most: int) -> Array:
    if n <= at_most:
        return np.arange(n)
    return np.sort(np.random.default_rng(1).choice(n, at_most, replace=False))


def _horizontal(fit: FittedModel, x: str | None) -> Array:
    """(n,): the x of each row; without one its place within its group."""
    if x is not None:
        return curves.numeric_column(fit, x)
    codes = fit.groups[curves.main_group(fit)].codes
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    place = np.arange(len(codes)) - np.repeat(starts, np.diff([*starts, len(codes)]))
    result = np.empty(len(codes))
    result[order] = place + 1
    return result


def _observed(fit: FittedModel, values: Array, chosen: Array, x: str | None) -> dict:
    """All rows of the chosen groups in one grey trace: lines over time, else points."""
    grouping = fit.groups[curves.main_group(fit)]
    keep = np.zeros(grouping.n_levels, dtype=bool)
    keep[chosen] = True
    rows = np.flatnonzero(keep[grouping.codes])
    rows = rows[np.lexsort((values[rows], grouping.codes[rows]))]
    codes = grouping.codes[rows]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    as_lines = _over_time(codes, values[rows], starts)
    names = np.array([escape(level) for level in grouping.levels], dtype=object)[codes]
    xs, ys = values[rows], fit.y[rows]
    if as_lines:
        xs, ys = with_gaps(xs, starts), with_gaps(ys, starts)
        names = with_gaps(names, starts, None)
    return {
        "type": "scattergl" if len(rows) > WEBGL_POINTS else "scatter",
        "mode": "lines" if as_lines else "markers",
        "x": xs,
        "y": ys,
        "name": "data",
        "line": {"color": rgba(RESIDUAL, 0.45), "width": 1},
        "marker": {"color": rgba(RESIDUAL, 0.45), "size": 4},
        "text": names,
        "hovertemplate": "<b>%{text}</b><br>%{x:.3~g}, %{y:.3~f}<extra></extra>",
    }


def _over_time(codes: Array, values: Array, starts: Array) -> bool:
    """Lines make sense for few rows per group at different x."""
    sizes = np.diff([*starts, len(codes)])
    same = (np.diff(codes) == 0) & (np.diff(values) == 0)
    return bool(np.median(sizes) <= 20 and not same.any())


def _own(fit: FittedModel, x: str, codes: Array, colour: str, width: float, name: str) -> dict:
    xs, ys = curves.own_lines(fit, x, codes)
    points = xs.shape[1]
    starts = np.arange(0, xs.size, points)
    levels = fit.groups[curves.main_group(fit)].levels
    names = np.repeat(np.array([escape(levels[k]) for k in codes], dtype=object), points)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": with_gaps(xs.ravel(), starts),
        "y": with_gaps(ys.ravel(), starts),
        "text": with_gaps(names, starts, None),
        "line": {"color": colour, "width": width},
        "name": escape(name),
        "hovertemplate": "<b>%{text}</b>, own line<extra></extra>",
    }


def _average(
    fit: FittedModel,
    curve: curves.Curve,
    k: int,
    x: str | None,
    values: Array,
    show: Sequence[str],
) -> list[dict]:
    colour = LEVELS[k % len(LEVELS)] if curve.level is not None else FIXED
    name = escape(f"average, {curve.level}") if curve.level is not None else "average"
    xs = curve.x if x is not None else np.linspace(values.min(), values.max(), len(curve.x))
    traces = []
    if "band" in show:
        traces.append(band(xs, curve.low, curve.high, colour))
    if "population" in show:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": xs,
                "y": curve.mean,
                "line": {"color": colour, "width": 3.5},
                "name": name,
                "hovertext": [
                    f"<b>{name}</b><br>{number(m)} ({level_text(fit.spec.ci_level)} CI "
                    f"{number(a)} to {number(b)})"
                    for m, a, b in zip(curve.mean, curve.low, curve.high, strict=True)
                ],
                "hoverinfo": "text",
            }
        )
    return traces


def _marked(fit: FittedModel, code: int, values: Array, x: str | None) -> list[dict]:
    """One highlighted group: its rows and its own line, thick."""
    grouping = fit.groups[curves.main_group(fit)]
    level = grouping.levels[code]
    rows = np.flatnonzero(grouping.codes == code)
    rows = rows[np.argsort(values[rows], kind="stable")]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": values[rows],
        "y": fit.y[rows],
        "marker": {"color": RANDOM, "size": 8},
        "name": escape(level),
        "hovertemplate": f"<b>{escape(level)}</b><br>%{{x:.3~g}}, %{{y:.3~f}}<extra></extra>",
    }
    if x is None:
        return [points]
    line = _own(fit, x, np.array([code]), RANDOM, 3.0, level)
    return [{**line, "showlegend": False}, points]


def _alt(fit: FittedModel, x: str | None, drawn: int) -> str:
    group = curves.main_group(fit)
    n = fit.groups[group].n_levels
    outcome = fit.spec.outcome.replace("`", "")
    over = f"over {x}" if x else "in the order of the rows"
    text = f"{outcome} {over} for {whole(n)} {group} groups with the average and its band"
    return f"{text}; {whole(drawn)} groups are drawn." if drawn < n else f"{text}."


def _data(fit: FittedModel, values: Array, x: str | None) -> pd.DataFrame:
    grouping = fit.groups[curves.main_group(fit)]
    return pd.DataFrame(
        {
            grouping.name: np.array(grouping.levels, dtype=object)[grouping.codes],
            x or "row": values,
            "observed": fit.y,
            "fitted": fit.fitted,
            "average": fit.fitted_marginal,
        }
    )
