"""Small multiples: one panel per group, its data against its own line and the average.

All panels lie on one pair of axes, each shifted to its place: four traces in all, where subplots
would need three per panel and cost the browser a layout of dozens of axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.figures.parts import axis, short
from lmm_core.figures.theme import (
    FIXED,
    GRID,
    RANDOM,
    RESIDUAL,
    Picture,
    escape,
    escape_all,
    figure,
    outcome_title,
    value_format,
)
from lmm_core.figures.trajectories.horizontal import Horizontal, group_of, horizontal
from lmm_core.figures.trajectories.layers import names_of, own_lines, values_at
from lmm_core.figures.trajectories.lines import lines
from lmm_core.fitted import FittedModel
from lmm_core.formatting import percent, whole
from lmm_core.model.design import Grouping
from lmm_core.report.columns import outcome_name

Array = np.ndarray

ROW_HEIGHT = 150
TITLE_HEIGHT = 26


@dataclass(frozen=True)
class Sheet:
    """Panels of width and height 1 in rows of ``columns``, with the scales that they share."""

    n: int
    columns: int
    x: tuple[float, float]
    y: tuple[float, float]

    across: float = 1.08
    down: float = ROW_HEIGHT / (ROW_HEIGHT - TITLE_HEIGHT)

    @property
    def rows(self) -> int:
        return max(1, ceil(self.n / self.columns))

    def corner(self, panel: Array) -> tuple[Array, Array]:
        """Lower left corners of panels by number."""
        return panel % self.columns * self.across, -(panel // self.columns) * self.down

    def place(self, panel: Array, x: Array, y: Array) -> tuple[Array, Array]:
        """Where data of a panel lie on the sheet."""
        left, bottom = self.corner(panel)
        return left + _scaled(x, self.x), bottom + _scaled(y, self.y)

    def ticks(self, values: Sequence[float], along: str) -> list[float]:
        """The places of tick values below every column, or beside every row."""
        if along == "x":
            starts = [k * self.across for k in range(self.columns)]
            return [start + float(_scaled(v, self.x)) for start in starts for v in values]
        starts = [-k * self.down for k in range(self.rows)]
        return [start + float(_scaled(v, self.y)) for start in starts for v in values]


def n_pages(fit: FittedModel, per_page: int = 12, group: str | None = None) -> int:
    """How many pages all groups fill; at least 1."""
    return max(1, ceil(group_of(fit, group).n_levels / per_page))


def small_multiples(
    fit: FittedModel,
    x: str | None = None,
    groups: Sequence[str] | None = None,
    page: int = 0,
    per_page: int = 12,
    columns: int = 4,
    units: Mapping[str, str] | None = None,
    group: str | None = None,
) -> Picture:
    """Panels on the same scales: points observed, solid the own line, dotted the average.

    The average is that of groups with the same predictors. The scales span all data, so that pages
    compare. ``groups`` are levels (names that don't occur are ignored); without them page ``page``
    (from 0) of all levels in their order. For a narrow screen use two ``columns``.

    Raises
    ------
    ModelError
        ``unknown_x``, ``unknown_group``.
    """
    grouping = group_of(fit, group)
    codes = _chosen(grouping, groups, page, per_page)
    along = horizontal(fit, x, grouping.name)
    shared = lines(fit, grouping, along)
    average, own = shared.coefficients()
    own_x, own_y = own_lines(shared, codes, own)
    mean_y = values_at(shared, own_x, average[codes])
    heights = np.concatenate([fit.y[[fit.y.argmin(), fit.y.argmax()]], own_y.ravel()])
    sheet = Sheet(
        len(codes),
        max(1, min(columns, len(codes))),
        _span(along.values, 0.5 if along.kind == "category" else 0.0),
        _span(heights),
    )
    panel_of = np.full(grouping.n_levels, -1)
    panel_of[codes] = np.arange(len(codes))
    rows = np.flatnonzero(panel_of[grouping.codes] >= 0)
    panel = panel_of[grouping.codes[rows]]
    places = sheet.place(panel, along.values[rows], fit.y[rows])
    panels = np.arange(len(codes))[:, None]
    gap = np.full((len(codes), 1), np.nan)
    spread_x = np.hstack([own_x, gap])
    traces = [
        _grid(sheet, _x_ticks(along, sheet), nice_ticks(*sheet.y, 4)),
        {
            **_trace("Own line", *sheet.place(panels, spread_x, np.hstack([own_y, gap]))),
            "line": {"color": RANDOM, "width": 2.5},
            "hoverinfo": "skip",
        },
        {
            **_trace("Average", *sheet.place(panels, spread_x, np.hstack([mean_y, gap]))),
            "line": {"color": FIXED, "width": 2, "dash": "dot"},
            "hoverinfo": "skip",
        },
        {
            **_trace("Data", *places),
            "mode": "markers",
            "marker": {"color": RESIDUAL, "size": 5},
            "text": names_of(grouping, grouping.codes[rows]),
            "customdata": _hover_values(along, fit.y, rows),
            "hovertemplate": _hover(along, fit.y, outcome_name(fit)),
        },
        _titles(sheet, grouping, codes),
    ]
    layout = _layout(fit, grouping, along, sheet, units)
    data = _table(fit, grouping, along, rows)
    return Picture(figure(traces, layout), _alt(fit, grouping, along, codes, rows), data)


def _chosen(
    grouping: Grouping, groups: Sequence[str] | None, page: int, per_page: int
) -> np.ndarray:
    if groups:
        index = {level: k for k, level in enumerate(grouping.levels)}
        found = [index[level] for level in dict.fromkeys(groups) if level in index]
        if found:
            return np.array(found, dtype=np.intp)
    last = max(0, ceil(grouping.n_levels / per_page) - 1)
    first = min(max(page, 0), last) * per_page
    return np.arange(first, min(first + per_page, grouping.n_levels))


def _span(values: Array, more: float = 0.0) -> tuple[float, float]:
    """Lowest and highest value with some room around."""
    low, high = float(np.nanmin(values)) - more, float(np.nanmax(values)) + more
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


def _scaled(values: Array | float, span: tuple[float, float]) -> Array | float:
    return (values - span[0]) / (span[1] - span[0])


def nice_ticks(low: float, high: float, at_most: int) -> list[float]:
    """Round values within the bounds: multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / at_most
    size = 10.0 ** floor(log10(rough))
    step = next(m * size for m in (1, 2, 5, 10) if m * size >= rough)
    first, last = ceil(low / step), floor(high / step)
    # Dividing by a whole number gives 0.3 where 3 * 0.1 gives 0.30000000000000004.
    return [k / round(1 / step) if step < 1 else k * step for k in range(first, last + 1)]


def tick_text(values: list[float]) -> list[str]:
    """Tick values with the decimals that tell them apart; commas from 10,000 (1952 is a year)."""
    steps = np.diff(values)
    decimals = max(0, -floor(log10(steps.min()) + 1e-9)) if len(steps) else 0
    comma = "," if len(values) and max(map(abs, values)) >= 10_000 else ""
    return [f"{value:{comma}.{decimals}f}".replace("-", "−") for value in values]


def _x_ticks(along: Horizontal, sheet: Sheet) -> list[float]:
    if along.kind == "category":
        return [float(k) for k in range(len(along.levels))]
    return nice_ticks(*sheet.x, 4 if sheet.columns <= 4 else 3)


def _trace(name: str, x: Array, y: Array) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "name": name, "x": x.ravel(), "y": y.ravel()}


def _grid(sheet: Sheet, x: list[float], y: list[float]) -> dict[str, Any]:
    """Faint lines at the ticks inside every panel, in one trace."""
    strokes = [(a, a, 0.0, 1.0) for a in (float(_scaled(v, sheet.x)) for v in x)]
    strokes += [(0.0, 1.0, b, b) for b in (float(_scaled(v, sheet.y)) for v in y)]
    ends = np.array(strokes)
    left, bottom = sheet.corner(np.arange(sheet.n)[:, None])
    gap = np.full((sheet.n, len(ends)), np.nan)
    xs = np.stack([left + ends[:, 0], left + ends[:, 1], gap], axis=-1)
    ys = np.stack([bottom + ends[:, 2], bottom + ends[:, 3], gap], axis=-1)
    more = {"line": {"color": GRID, "width": 1}, "hoverinfo": "skip", "showlegend": False}
    return {**_trace("", xs, ys), **more}


def _titles(sheet: Sheet, grouping: Grouping, codes: Array) -> dict[str, Any]:
    """The group's name above the left corner of its panel."""
    left, bottom = sheet.corner(np.arange(sheet.n))
    return {
        **_trace("", left, bottom + 1.0),
        "mode": "text",
        "text": [short(grouping.levels[code], 16) for code in codes],
        "textposition": "top right",
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }


def _hover_values(along: Horizontal, y: Array, rows: Array) -> Array:
    if along.kind != "category":
        return np.column_stack([along.values[rows], y[rows]])
    names = np.array(escape_all(along.levels), dtype=object)[along.values[rows].astype(np.intp)]
    return np.column_stack([names, y[rows].astype(object)])


def _hover(along: Horizontal, y: Array, outcome: str) -> str:
    """Customdata holds x (the name of the level over a categorical column) and y."""
    style = "" if along.kind == "category" else f":{value_format(along.unique)}"
    x = f"<br>{escape(along.column or 'Row')} %{{customdata[0]{style}}}"
    what = f"<br>{escape(outcome)} %{{customdata[1]:{value_format(y)}}}"
    return f"<b>%{{text}}</b>{x}{what}<extra></extra>"


def _layout(
    fit: FittedModel,
    grouping: Grouping,
    along: Horizontal,
    sheet: Sheet,
    units: Mapping[str, str] | None,
) -> dict[str, Any]:
    x, y = _x_ticks(along, sheet), nice_ticks(*sheet.y, 4)
    own = along.axis(grouping.name, units)
    x_names = own["ticktext"] if along.kind == "category" else tick_text(x)
    # Zooming into a sheet of panels has no meaning; a phone scrolls past it instead.
    still = {"showgrid": False, "fixedrange": True}
    right, top = (sheet.columns - 1) * sheet.across + 1, sheet.down
    return {
        "height": 96 + ROW_HEIGHT * sheet.rows,
        "showlegend": True,
        "legend": {"traceorder": "reversed"},
        "xaxis": axis(
            own["title"]["text"],
            tickvals=sheet.ticks(x, "x"),
            ticktext=x_names * sheet.columns,
            range=[-0.01, right + 0.01],
            **still,
        ),
        "yaxis": axis(
            outcome_title(fit.spec.outcome, units),
            tickvals=sheet.ticks(y, "y"),
            ticktext=tick_text(y) * sheet.rows,
            range=[-(sheet.rows - 1) * sheet.down - 0.01, top],
            **still,
        ),
    }


def _table(fit: FittedModel, grouping: Grouping, along: Horizontal, rows: Array) -> pd.DataFrame:
    """The rows drawn, with what the model fits to each."""
    x = along.values[rows]
    if along.kind == "category":
        x = np.array(along.levels, dtype=object)[x.astype(np.intp)]
    levels = np.array(grouping.levels, dtype=object)
    columns = {grouping.name: levels[grouping.codes[rows]], along.label: x}
    fits = {"fitted": fit.fitted[rows], "average": fit.fitted_marginal[rows]}
    return pd.DataFrame({**columns, "observed": fit.y[rows], **fits})


def _alt(fit: FittedModel, grouping: Grouping, along: Horizontal, codes: Array, rows: Array) -> str:
    shown = f"{whole(len(codes))} of {whole(grouping.n_levels)} {grouping.name} groups"
    over = f"over {along.column}" if along.column else "in the order of the rows"
    text = f"{outcome_name(fit)} {over} in one panel each for {shown}"
    spread = float(((fit.y - fit.fitted_marginal)[rows] ** 2).sum())
    if not spread > 0:
        return f"{text}: data, own line and average."
    gain = max(0.0, 1 - float((fit.residuals[rows] ** 2).sum()) / spread)
    return f"{text}; the own lines account for {percent(gain)} of the scatter around the average."
