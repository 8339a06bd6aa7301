"""The what-if picture: along one predictor, three nested bands around the chosen prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.figures.effect_parts import level_axis, named
from lmm_core.figures.parts import axis, band
from lmm_core.figures.theme import (
    FIXED,
    RANDOM,
    RESIDUAL,
    Picture,
    axis_title,
    escape,
    figure,
    outcome_title,
    rgba,
)
from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number
from lmm_core.inference.what_if import Bands, Input
from lmm_core.report.columns import outcome_name

Array = np.ndarray
Trace = dict[str, Any]
LAYERS = (("single", RESIDUAL, 3.0), ("own", RANDOM, 7.0), ("average", FIXED, 11.0))
"""From the widest to the narrowest: key, colour, and width of its bar over a category."""


def prediction_plot(
    fit: FittedModel,
    x: Input | None,
    values: Sequence[Any],
    found: Bands,
    names: Mapping[str, str],
    mark: int,
    level: float,
    units: Mapping[str, str] | None = None,
) -> Picture:
    """Three bands along ``x`` at ``values`` (without ``x`` one place), the row ``mark`` marked.

    ``names`` say what the bands are: keys "average", "own", "single".
    """
    parts = {"average": found.average, "own": found.own, "single": found.single}
    curve = x is not None and x.numeric and not x.values
    place = np.array(values, dtype=float) if curve else np.arange(len(values), dtype=float)
    traces: list[Trace] = []
    for key, colour, width in LAYERS:
        part, name = parts[key], f"{names[key]}, {level_text(level)}"
        if curve:
            traces.append(_band(place, part, colour, name))
        else:
            traces.append(_bars(place, part, colour, width, name))
    label = x.column if x is not None else ""
    texts = [named(label, v) if label else "" for v in values]
    apart = not np.allclose(found.own["fit"], found.average["fit"], equal_nan=True)
    for key, colour, _ in reversed(LAYERS):
        if key == "average" or (key == "own" and apart):
            traces.append(_middle(place, parts[key], colour, names[key], texts, level, curve))
    traces.append(_mark(place, parts["own"], mark, RANDOM if apart else FIXED))
    layout: dict[str, Any] = {
        "height": 400,
        "showlegend": True,
        "yaxis": axis(outcome_title(fit.spec.outcome, units)),
        "xaxis": _x_axis(x, values, curve, units),
    }
    if curve and x is not None:
        shades = _beyond(x, place)
        layout["shapes"] = shades
        layout["annotations"] = _no_data(shades, place)
    return Picture(figure(traces, layout), _alt(fit, x, values, found, names, mark, level))


def _band(place: Array, part: pd.DataFrame, colour: str, name: str) -> Trace:
    trace = band(place, part["conf_low"].to_numpy(), part["conf_high"].to_numpy(), colour)
    return {**trace, "showlegend": True, "name": escape(name), "fillcolor": rgba(colour, 0.18)}


def _bars(place: Array, part: pd.DataFrame, colour: str, width: float, name: str) -> Trace:
    low, high = part["conf_low"].to_numpy(), part["conf_high"].to_numpy()
    gap = np.full(len(place), np.nan)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.column_stack([place, place, place]).ravel(),
        "y": np.column_stack([low, high, gap]).ravel(),
        "line": {"color": rgba(colour, 0.75), "width": width},
        "hoverinfo": "skip",
        "name": escape(name),
    }


def _middle(
    place: Array,
    part: pd.DataFrame,
    colour: str,
    name: str,
    texts: Sequence[str],
    level: float,
    curve: bool,
) -> Trace:
    bounds = zip(texts, part["fit"], part["conf_low"], part["conf_high"], strict=True)
    return {
        "type": "scatter",
        "mode": "lines" if curve else "markers",
        "x": place,
        "y": part["fit"].to_numpy(),
        "line": {"color": colour, "width": 2.5},
        "marker": {"color": colour, "size": 7},
        "hovertext": [
            f"<b>{escape(text or name)}</b><br>{escape(name)} {number(m)} "
            f"({level_text(level)}: {interval(a, b)})"
            for text, m, a, b in bounds
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
        "name": escape(name),
    }


def _mark(place: Array, part: pd.DataFrame, mark: int, colour: str) -> Trace:
    """An open circle that shows on light and dark pages."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": place[[mark]],
        "y": part["fit"].to_numpy()[[mark]],
        "marker": {"size": 15, "color": colour, "symbol": "circle-open", "line": {"width": 3}},
        "hoverinfo": "skip",
        "showlegend": False,
        "name": "chosen",
    }


def _x_axis(
    x: Input | None, values: Sequence[Any], curve: bool, units: Mapping[str, str] | None
) -> dict[str, Any]:
    if x is None:
        return axis("", showticklabels=False, range=[-1, 1], showgrid=False)
    if curve:
        return axis(axis_title(x.column, units), range=[float(values[0]), float(values[-1])])
    return level_axis(x.column, list(values), units)


def _beyond(x: Input, place: Array) -> list[dict[str, Any]]:
    """A shade where the model extrapolates."""
    ends = [(float(place[0]), x.low), (x.high, float(place[-1]))]
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": a,
            "x1": b,
            "y0": 0,
            "y1": 1,
            "fillcolor": rgba(RESIDUAL, 0.12),
            "line": {"width": 0},
            "layer": "below",
        }
        for a, b in ends
        if b > a
    ]


def _no_data(shades: Sequence[Mapping[str, Any]], place: Array) -> list[dict[str, Any]]:
    """What the shade means, where it is wide enough for the words."""
    span = float(place[-1] - place[0])
    return [
        {
            "text": "no data",
            "x": 0.5 * (shade["x0"] + shade["x1"]),
            "y": 1,
            "yref": "paper",
            "yanchor": "top",
            "showarrow": False,
            "font": {"size": 12},
        }
        for shade in shades
        if shade["x1"] - shade["x0"] > 0.1 * span
    ]


def _alt(
    fit: FittedModel,
    x: Input | None,
    values: Sequence[Any],
    found: Bands,
    names: Mapping[str, str],
    mark: int,
    level: float,
) -> str:
    where = f" at {named(x.column, values[mark])}" if x is not None else ""
    parts = []
    for key, frame in (("average", found.average), ("own", found.own), ("single", found.single)):
        row = frame.iloc[mark]
        parts.append(f"{names[key]} {interval(row['conf_low'], row['conf_high'])}")
    middle = number(float(found.own["fit"].iloc[mark]))
    return (
        f"Predicted {outcome_name(fit)}{where}: {middle}; {level_text(level)} bands: "
        f"{'; '.join(parts)}."
    )
