"""Pictures of simulated beside observed data: the line-up, and overlays of three summaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from lmm_core.assess.simulation import Lineup, Simulated
from lmm_core.figures.parts import axis
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
from lmm_core.figures.trajectories.horizontal import horizontal
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number, percent, whole

Array = np.ndarray
Overlay = Literal["distribution", "spread", "trend"]

COLUMNS = 4
BINS = 12
GRID = 160


def lineup_figure(found: Lineup, reveal: bool = False) -> Picture:
    """Eight numbered panels; the observed one is coloured when revealed."""
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": 460, "showlegend": False, "annotations": []}
    rows = -(-len(found.panels) // COLUMNS)
    x_low = min(float(p.x.min()) for p in found.panels)
    x_high = max(float(p.x.max()) for p in found.panels)
    y_low = min(float(p.y.min()) for p in found.panels)
    y_high = max(float(p.y.max()) for p in found.panels)
    room_x, room_y = 0.05 * (x_high - x_low) or 1.0, 0.06 * (y_high - y_low) or 1.0
    n = max(len(p.x) for p in found.panels)
    size, opacity = (4, 0.6) if n <= 300 else (3, 0.35)
    for k, panel in enumerate(found.panels):
        end = "" if k == 0 else str(k + 1)
        row, column = divmod(k, COLUMNS)
        left, top = column / COLUMNS, 1 - row / rows
        colour = RANDOM if reveal and k == found.place else RESIDUAL
        traces.append(
            {
                "type": "scattergl" if n > 1000 else "scatter",
                "mode": "markers",
                "x": panel.x,
                "y": panel.y,
                "xaxis": f"x{end}",
                "yaxis": f"y{end}",
                "marker": {"color": rgba(colour, min(1.0, opacity + 0.2)), "size": size},
                "hoverinfo": "skip",
            }
        )
        layout[f"xaxis{end}"] = axis(
            domain=[left + 0.01, left + 1 / COLUMNS - 0.01],
            range=[x_low - room_x, x_high + room_x],
            anchor=f"y{end}",
            showticklabels=False,
            fixedrange=True,
        )
        layout[f"yaxis{end}"] = axis(
            domain=[top - 1 / rows + 0.02, top - 0.07],
            range=[y_low - room_y, y_high + room_y],
            anchor=f"x{end}",
            showticklabels=False,
            fixedrange=True,
        )
        name = f"<b>{k + 1}</b>"
        if reveal and k == found.place:
            name += " observed"
        layout["annotations"].append(
            {
                "text": name,
                "xref": "paper",
                "yref": "paper",
                "x": left + 0.012,
                "y": top,
                "xanchor": "left",
                "yanchor": "top",
                "showarrow": False,
            }
        )
    alt = f"Eight numbered panels of {found.y_title} over {found.x_title}; one is observed, seven "
    alt += "are simulated from the model."
    if reveal:
        alt += f" Panel {found.place + 1} is observed."
    return Picture(figure(traces, layout), alt)


def overlay_figure(
    fit: FittedModel, found: Simulated, what: Overlay, units: Mapping[str, str] | None = None
) -> Picture:
    """Observed (coloured) over simulated (grey): the outcome's distribution, the SD within each
    group, or the average along the horizontal axis.
    """
    if what == "distribution":
        x, observed, drawn = _densities(found.observed, found.drawn)
        titles = (outcome_title(fit.spec.outcome, units), "density")
        said = "the outcome's distribution"
    elif what == "spread":
        grouping = max(fit.groups.values(), key=lambda g: g.n_levels)
        sds = [_group_sd(y, grouping.codes, grouping.n_levels) for y in found.drawn]
        x, observed, drawn = _densities(
            _group_sd(found.observed, grouping.codes, grouping.n_levels),
            np.array(sds),
            at_zero=True,
        )
        titles = (f"SD within each {escape(grouping.name)}", "density")
        said = f"the SDs within each {grouping.name}"
    else:
        along = horizontal(fit)
        place, x = _bins(along.values)
        observed = _means(found.observed, place, len(x))
        drawn = np.array([_means(y, place, len(x)) for y in found.drawn])
        name = axis_title(along.column, units) if along.column else "row"
        titles = (name, f"mean of {outcome_title(fit.spec.outcome, units)}")
        said = f"the average of {fit.spec.outcome_column} along {along.label}"
    inside = _inside(observed, drawn)
    gap = np.full((len(drawn), 1), np.nan)
    grey = {
        "type": "scatter",
        "mode": "lines",
        "x": np.tile(np.append(x, np.nan), len(drawn)),
        "y": np.concatenate([drawn, gap], axis=1).ravel(),
        "line": {"color": rgba(RESIDUAL, 0.35), "width": 1},
        "name": f"simulated ({whole(len(drawn))} times)",
        "hoverinfo": "skip",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers" if what == "trend" else "lines",
        "x": x,
        "y": observed,
        "line": {"color": FIXED, "width": 3},
        "name": "observed",
        "hovertemplate": "%{x:.3~g}: %{y:.3~g}<extra></extra>",
    }
    layout = {
        "height": 360,
        "showlegend": True,
        "xaxis": axis(titles[0]),
        "yaxis": axis(titles[1], showticklabels=what == "trend"),
    }
    alt = (
        f"Observed and simulated data: {said}. The observed line lies within the simulated ones "
        f"over {percent(inside)} of its length."
    )
    data = pd.DataFrame({"x": x, "observed": observed, "lowest": drawn.min(0)})
    data["highest"] = drawn.max(axis=0)
    return Picture(figure([grey, line], layout), alt, data)


def overlay_sentence(fit: FittedModel, found: Simulated, what: Overlay) -> str:
    """Whether the observed line leaves the simulated ones, in words."""
    if what == "distribution":
        pairs = [(found.observed.std(), found.drawn.std(axis=1), "SD of the outcome")]
    elif what == "spread":
        grouping = max(fit.groups.values(), key=lambda g: g.n_levels)
        sd = _group_sd(found.observed, grouping.codes, grouping.n_levels)
        drawn = [_group_sd(y, grouping.codes, grouping.n_levels) for y in found.drawn]
        largest = np.array([np.nanmax(d) for d in drawn])
        pairs = [(np.nanmax(sd), largest, f"largest SD within a {grouping.name}")]
    else:
        along = horizontal(fit)
        place, x = _bins(along.values)
        observed = _means(found.observed, place, len(x))
        drawn = np.array([_means(y, place, len(x)) for y in found.drawn])
        pairs = [(np.nanstd(observed), np.nanstd(drawn, axis=1), "spread of the averages")]
    observed, simulated, name = pairs[0]
    low, high = float(simulated.min()), float(simulated.max())
    text = (
        f"The {name} is {number(float(observed))}; in {whole(len(simulated))} simulated data sets "
        f"it runs from {number(low)} to {number(high)}"
    )
    return f"{text}." if low <= observed <= high else f"{text}, so the model doesn't reproduce it."


def _densities(observed: Array, drawn: Array, at_zero: bool = False) -> tuple[Array, Array, Array]:
    """Smoothed histograms on a common grid (Gaussian kernel, Silverman's width)."""
    known = observed[np.isfinite(observed)]
    everything = np.concatenate([known, drawn[np.isfinite(drawn)].ravel()])
    low, high = np.quantile(everything, [0.0005, 0.9995])
    low, high = min(low, known.min()), max(high, known.max())
    room = 0.08 * (high - low) or 1.0
    low = max(0.0, low - room) if at_zero else low - room
    edges = np.linspace(low, high + room, GRID + 1)
    x = 0.5 * (edges[1:] + edges[:-1])
    iqr = float(np.subtract(*np.quantile(known, [0.75, 0.25]))) / 1.349
    sd = min(float(known.std()), iqr) if iqr > 0 else float(known.std())
    width = max(0.9 * sd * len(known) ** -0.2, 1e-12 + (x[1] - x[0]))
    kernel = np.exp(-0.5 * ((x[:, None] - x[None]) / width) ** 2)
    kernel /= kernel.sum(axis=0)
    step = x[1] - x[0]

    def density(values: Array) -> Array:
        values = values[np.isfinite(values)]
        return kernel @ (np.histogram(values, edges)[0] / (len(values) * step))

    return x, density(observed), np.array([density(values) for values in drawn])


def _group_sd(y: Array, codes: Array, G: int) -> Array:
    n = np.bincount(codes, minlength=G)
    centred = y - (np.bincount(codes, y, G) / np.maximum(n, 1))[codes]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 1, np.sqrt(np.bincount(codes, centred**2, G) / (n - 1)), np.nan)


def _bins(values: Array) -> tuple[Array, Array]:
    """Bin of each row and the bins' mean positions."""
    unique, place = np.unique(values, return_inverse=True)
    if len(unique) > BINS:
        edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)))
        place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
        unique, place = np.unique(place, return_inverse=True)
    count = np.bincount(place, minlength=len(unique))
    return place, np.bincount(place, values, len(unique)) / count


def _means(y: Array, place: Array, n: int) -> Array:
    return np.bincount(place, y, n) / np.bincount(place, minlength=n)


def _inside(observed: Array, drawn: Array) -> float:
    known = np.isfinite(observed)
    low, high = drawn[:, known].min(axis=0), drawn[:, known].max(axis=0)
    return float(((observed[known] >= low) & (observed[known] <= high)).mean())
