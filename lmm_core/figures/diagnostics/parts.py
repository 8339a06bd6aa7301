"""What the diagnostic pictures share: clouds of points, curves with a band, reference lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lmm_core.assess.smooth import Smooth
from lmm_core.figures.theme import FIXED, RANDOM, RESIDUAL, WEBGL_POINTS, escape, figure
from lmm_core.fitted import FittedModel
from lmm_core.model.design import Grouping

Array = np.ndarray
Trace = dict[str, Any]

MOST_POINTS = 20_000
FAR_OUT = 3.0


def draw(traces: list[Trace], layout: dict[str, Any]) -> go.Figure:
    """The figure without a legend: what a line is stands below it in words."""
    return figure(traces, {"showlegend": False, **layout})


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis whose title is escaped already."""
    return {
        "title": {"text": title, "standoff": 8},
        "automargin": True,
        "zeroline": False,
        "gridcolor": faded(RESIDUAL, 0.18),
        **more,
    }


def faded(colour: str, opacity: float) -> str:
    """A hex colour as rgba."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def short(text: object, at_most: int) -> str:
    """Escaped and cut in the middle, for tick labels."""
    raw = str(text)
    if len(raw) > at_most:
        half = at_most // 2
        raw = f"{raw[:half]}…{raw[len(raw) - (at_most - half - 1) :]}"
    return escape(raw)


def band(x: Array, low: Array, high: Array, colour: str) -> Trace:
    """A filled band without outline."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([high, low[::-1]]),
        "fill": "toself",
        "fillcolor": faded(colour, 0.2),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def drawn_rows(n: int, marked: Array) -> Array:
    """Positions of the rows to draw: all, or an even 20,000 of them and every marked one."""
    if n <= MOST_POINTS:
        return np.arange(n)
    even = np.zeros(n, dtype=bool)
    even[np.linspace(0, n - 1, MOST_POINTS).astype(np.intp)] = True
    return np.flatnonzero(even | marked)


def left_out_note(n: int, drawn: int) -> str:
    """A sentence for ``alt`` when not all rows are drawn."""
    return "" if drawn == n else f" {drawn:,} of {n:,} rows are drawn; the curve uses all."


def cloud(
    x: Array, y: Array, marked: Array, hover: tuple[Array, str], marked_name: str = "marked"
) -> list[Trace]:
    """Grey points and, on top, the marked ones (n,) in the second colour.

    ``hover`` holds one text per point and a template that uses it as ``%{customdata}``.
    """
    n = len(x)
    kind = "scattergl" if n > WEBGL_POINTS else "scatter"
    opacity = 0.65 if n <= 300 else 0.45 if n <= 2000 else 0.25
    size = 6 if n <= 300 else 5 if n <= 2000 else 4
    texts, template = hover
    traces: list[Trace] = []
    for part, colour, strength, scale, name in (
        (~marked, RESIDUAL, opacity, size, ""),
        (marked, RANDOM, 0.9, max(size, 6), marked_name),
    ):
        if part.any():
            traces.append(
                {
                    "type": kind,
                    "mode": "markers",
                    "x": x[part],
                    "y": y[part],
                    "marker": {"color": faded(colour, strength), "size": scale},
                    "customdata": texts[part],
                    "hovertemplate": f"{template}<extra></extra>",
                    "name": name,
                }
            )
    return traces


def curve(smooth: Smooth | None, what: str) -> list[Trace]:
    """The smooth curve with its band; ``what`` says on hover what it is."""
    if smooth is None:
        return []
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": smooth.x,
        "y": smooth.fit,
        "line": {"color": FIXED, "width": 2.5},
        "hovertemplate": f"{what}: %{{y:.3~g}}<extra></extra>",
        "name": "smooth curve",
    }
    return [band(smooth.x, smooth.low, smooth.high, FIXED), line]


def straight(x: Array, y: Array, name: str) -> Trace:
    """A dashed grey reference line."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": RESIDUAL, "width": 1.5, "dash": "dash"},
        "hoverinfo": "skip",
        "name": name,
    }


def level_line(y: float) -> dict[str, Any]:
    """A dashed grey horizontal line over the whole width, as a layout shape."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": y,
        "y1": y,
        "line": {"color": RESIDUAL, "width": 1.5, "dash": "dash"},
    }


def who(grouping: Grouping, rows: Array) -> Array:
    """Hover text of rows: "Subject 308"."""
    return level_names(grouping.name, grouping.levels)[grouping.codes[rows]]


def level_names(group: str, levels: Sequence[str] | Array) -> Array:
    """Escaped hover texts of groups; fixed-width text, which Plotly copies fast."""
    return np.array([escape(f"{group} {level}") for level in levels], dtype=str)


def named(label: str, axis: str, unit: str = "") -> str:
    """A line of a hover template with 3 significant digits: "<br>Days %{x:.3~g}"."""
    return f"<br>{escape(label)} %{{{axis}:.3~g}}{f' {escape(unit)}' if unit else ''}"


def outcome_unit(fit: FittedModel, units: Mapping[str, str] | None) -> str:
    """The outcome's unit, unless a function changes it."""
    calls = fit.design.outcome.factor.calls
    return "" if calls else (units or {}).get(fit.spec.outcome_column, "")


def fitted_title(fit: FittedModel, unit: str) -> str:
    return with_unit(f"fitted {fit.spec.outcome.replace('`', '')}", unit)


def with_unit(title: str, unit: str) -> str:
    """An escaped axis title."""
    return escape(f"{title} ({unit})" if unit else title)
