"""Pieces of the effects' figures: jittered rows, means with intervals, lines, axes of levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.figures.parts import axis, short
from lmm_core.figures.theme import (
    RESIDUAL,
    axis_title,
    escape,
    escape_all,
    position,
    rgba,
    value_format,
    wrap,
)
from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, number
from lmm_core.inference.reference_grid import predictors
from lmm_core.report.columns import outcome_name

Array = np.ndarray
Trace = dict[str, Any]
Units = Mapping[str, str] | None

MOST_POINTS = 4_000
JITTER = 0.16


def raw_rows(fit: FittedModel, x: str, levels: list[Any] | None) -> list[Trace]:
    """The data in grey: jittered over ``levels``, or at their own x; an even choice of many."""
    n = fit.n_obs
    rows = np.arange(n)
    if n > MOST_POINTS:
        rows = np.linspace(0, n - 1, MOST_POINTS).astype(np.intp)
    place = _places(fit, x, levels)[rows]
    if levels is not None:
        # Spread evenly and the same at every draw: multiples of the golden ratio.
        place = place + JITTER * (2 * ((np.arange(len(rows)) * 0.6180339887) % 1.0) - 1)
    y = fit.y[rows]
    grouping = next(iter(fit.groups.values()))
    names = np.array(escape_all(f"{grouping.name} {v}" for v in grouping.levels), dtype=str)
    opacity = 0.5 if len(rows) <= 500 else 0.3 if len(rows) <= 2000 else 0.18
    what = f"{escape(outcome_name(fit))} %{{y:{value_format(y)}}}"
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": place,
            "y": y,
            "marker": {"color": rgba(RESIDUAL, opacity), "size": 5},
            "customdata": names[grouping.codes[rows]],
            "hovertemplate": f"%{{customdata}}<br>{what}<extra></extra>",
            "showlegend": False,
            "name": "data",
        }
    ]


def _places(fit: FittedModel, x: str, levels: list[Any] | None) -> Array:
    """(n,) horizontal positions of the rows; NaN for levels that aren't shown."""
    predictor = predictors(fit)[x]
    if not predictor.categorical:
        values = fit.frame[x].to_numpy(dtype=float, na_value=np.nan)
        if levels is None:
            return values
        return sum(
            (np.where(values == level, k, 0.0) for k, level in enumerate(levels)),
            np.where(np.isin(values, levels), 0.0, np.nan),
        )
    text = next(t for t in predictor.texts if fit.design.values[t].ndim == 1)
    index = {name: float(k) for k, name in enumerate(levels or [])}
    lookup = np.array([index.get(name, np.nan) for name in fit.design.encoders[text].levels])
    return lookup[fit.design.values[text]]


def error_bars(middle: Array, low: Array, high: Array) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": high - middle,
        "arrayminus": middle - low,
        "thickness": 2.5,
        "width": 0,
    }


def mean_points(
    place: Array,
    table: pd.DataFrame,
    colour: str,
    symbol: str,
    name: str,
    texts: Sequence[str],
    joined: bool = False,
) -> Trace:
    middle, low, high = (table[c].to_numpy() for c in ("estimate", "conf_low", "conf_high"))
    return {
        "type": "scatter",
        "mode": "lines+markers" if joined else "markers",
        "x": place,
        "y": middle,
        "error_y": error_bars(middle, low, high),
        "marker": {"size": 11, "color": colour, "symbol": symbol},
        "line": {"color": rgba(colour, 0.6), "width": 1.5},
        "hovertext": texts,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "name": escape(name),
    }


def mean_line(
    x: Array, table: pd.DataFrame, colour: str, dash: str, name: str, texts: Sequence[str]
) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": table["estimate"].to_numpy(),
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "hovertext": texts,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "name": escape(name),
    }


def rug(fit: FittedModel, moderator: str) -> Trace:
    seen = np.unique(fit.frame[moderator].to_numpy(dtype=float, na_value=np.nan))
    if len(seen) > 400:
        seen = np.percentile(seen, np.linspace(0, 100, 400))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": seen,
        "y": np.full(len(seen), 0.015),
        "yaxis": "y2",
        "marker": {"symbol": "line-ns-open", "size": 8, "color": rgba(RESIDUAL, 0.7)},
        "hoverinfo": "skip",
        "name": "rows",
    }


def level_axis(column: str, levels: list[Any], units: Units) -> dict[str, Any]:
    texts = [level if isinstance(level, str) else position(level) for level in levels]
    room = 18 if len(levels) <= 4 else 12
    return axis(
        axis_title(column, units),
        tickvals=list(range(len(levels))),
        ticktext=[wrap(t, room, 2) if len(levels) <= 6 else short(t, room) for t in texts],
        range=[-0.5, len(levels) - 0.5],
        showgrid=False,
    )


def named(column: str, value: Any) -> str:
    return f"{column} = {value if isinstance(value, str) else position(float(value))}"


def hover_texts(names: Sequence[str], table: pd.DataFrame, level: str) -> list[str]:
    values = zip(names, table["estimate"], table["conf_low"], table["conf_high"], strict=True)
    return [
        f"<b>{escape(n)}</b><br>{number(e)} ({level} CI {interval(a, b)})" for n, e, a, b in values
    ]
