"""Marginal means over the data, interactions, comparisons, and an effect along a moderator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.figures.effect_parts import (
    MOST_POINTS,
    Trace,
    error_bars,
    hover_texts,
    level_axis,
    mean_line,
    mean_points,
    named,
    raw_rows,
    rug,
)
from lmm_core.figures.parts import axis, band
from lmm_core.figures.theme import (
    FIXED,
    LEVELS,
    RESIDUAL,
    Picture,
    axis_title,
    figure,
    outcome_title,
    position,
    wrap,
    zero_line,
)
from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number, whole
from lmm_core.inference.marginal_means import marginal_means
from lmm_core.inference.reference_grid import At, predictors
from lmm_core.inference.slopes import JohnsonNeyman, moderator_values
from lmm_core.report.columns import outcome_name, outcome_unit

Array = np.ndarray
Units = Mapping[str, str] | None

CURVE = 41
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
DASHES = ("solid", "dash", "dot", "dashdot")


def effects_plot(
    fit: FittedModel, factor: str, at: At | None = None, units: Units = None, data: bool = True
) -> Picture:
    """The marginal means of a categorical predictor with intervals, over the jittered rows."""
    table = marginal_means(fit, factor, at)
    level = level_text(fit.spec.ci_level)
    place = np.arange(len(table), dtype=float)
    traces = raw_rows(fit, factor, table[factor].tolist()) if data else []
    names = [named(factor, value) for value in table[factor]]
    traces.append(mean_points(place, table, FIXED, "circle", "", hover_texts(names, table, level)))
    layout = {
        "showlegend": False,
        "xaxis": level_axis(factor, table[factor].tolist(), units),
        "yaxis": axis(outcome_title(fit.spec.outcome, units)),
    }
    return Picture(figure(traces, layout), _alt_means(fit, factor, table, level), table)


def interaction_plot(
    fit: FittedModel,
    x: str,
    by: str,
    values: Any = "sd",
    at: At | None = None,
    units: Units = None,
    data: bool = True,
) -> Picture:
    """The means along ``x``, one line with its interval per level (or value) of ``by``."""
    known = predictors(fit)
    for column in (x, by):
        if column not in known:
            marginal_means(fit, column)  # raises the error that names the columns there are
    if x == by:
        raise ModelError(
            "The two sides of an interaction must be different columns.",
            "Choose another column for the lines.",
            code="same_column",
        )
    points = moderator_values(fit, by, values)
    grid: Sequence[Any] = known[x].points
    if not known[x].averaged:
        seen = fit.frame[x].to_numpy(dtype=float, na_value=np.nan)
        grid = np.linspace(float(seen.min()), float(seen.max()), CURVE)
    table = marginal_means(fit, (x, by), {**(at or {}), x: grid, by: [v for _, v in points]})
    level, m = level_text(fit.spec.ci_level), len(grid)
    curve = not known[x].averaged
    rows = raw_rows(fit, x, None if curve else list(grid)) if data else []
    bands: list[Trace] = []
    lines: list[Trace] = []
    for k, (label, value) in enumerate(points):
        part = table.iloc[k * m : (k + 1) * m]
        colour = LEVELS[k % len(LEVELS)]
        name = named(by, value) if known[by].categorical else f"{named(by, value)} ({label})"
        names = [f"{name}, {named(x, v)}" for v in part[x]]
        texts = hover_texts(names, part, level)
        if curve:
            place = part[x].to_numpy(dtype=float)
            bands.append(band(place, part["conf_low"], part["conf_high"], colour))
            lines.append(mean_line(place, part, colour, DASHES[k // len(LEVELS) % 4], name, texts))
            continue
        place = np.arange(m) + 0.5 * (k - (len(points) - 1) / 2) / max(3, len(points))
        symbol = SYMBOLS[k // len(LEVELS) % 6] if len(points) > 6 else SYMBOLS[k % 6]
        lines.append(mean_points(place, part, colour, symbol, name, texts, joined=True))
    layout = {
        "showlegend": True,
        "xaxis": axis(axis_title(x, units)) if curve else level_axis(x, list(grid), units),
        "yaxis": axis(outcome_title(fit.spec.outcome, units)),
    }
    return Picture(
        figure([*rows, *bands, *lines], layout), _alt_lines(fit, x, by, table, m, points), table
    )


def effects_forest(
    table: pd.DataFrame,
    title: str,
    ci_level: float = 0.95,
    unit: str = "",
    labels: Sequence[str] | None = None,
) -> Picture:
    """Comparisons, slopes or one coefficient over models, each with its interval.

    ``table`` has estimate, conf_low and conf_high; the columns before say what each row is unless
    ``labels`` do. Intervals that exclude 0 have the colour of the fixed effects, the others grey.
    """
    texts = list(labels) if labels is not None else row_labels(table)
    estimate, low, high = (
        table[c].to_numpy(dtype=float) for c in ("estimate", "conf_low", "conf_high")
    )
    level = level_text(ci_level)
    place = np.arange(len(table))[::-1]
    clear = (low > 0) | (high < 0)
    traces = []
    for part, colour in ((clear, FIXED), (~clear & ~np.isnan(estimate), RESIDUAL)):
        if not part.any():
            continue
        own = np.flatnonzero(part)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": estimate[own],
                "y": place[own],
                "error_x": error_bars(estimate[own], low[own], high[own]),
                "marker": {"size": 10, "color": colour},
                "hovertext": hover_texts([texts[k] for k in own], table.iloc[own], level),
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    ticks = ["<br>".join(wrap(part, 26, 3) for part in label.split(", ")) for label in texts]
    tallest = max((tick.count("<br>") + 1 for tick in ticks), default=1)
    heading = f"{title} ({unit}), {level} CI" if unit else f"{title}, {level} CI"
    layout = {
        "height": 80 + len(table) * max(34, 12 + 17 * tallest),
        "showlegend": False,
        "xaxis": axis(wrap(heading, 44)),
        "yaxis": axis(
            tickvals=place, ticktext=ticks, showgrid=False, range=[-0.6, len(table) - 0.4]
        ),
        "shapes": [zero_line()],
    }
    return Picture(figure(traces, layout), _alt_forest(texts, table, clear, level), table)


def johnson_neyman_plot(fit: FittedModel, found: JohnsonNeyman, units: Units = None) -> Picture:
    """The effect along the moderator with its interval; where that excludes 0 in the colour of the
    fixed effects, elsewhere grey. Short strokes at the bottom show where the rows are.
    """
    curve, moderator = found.curve, found.moderator
    x = curve[moderator].to_numpy()
    columns = [curve[c].to_numpy() for c in ("estimate", "conf_low", "conf_high")]
    level, effect = level_text(found.level), effect_name(fit, found)
    unit = outcome_unit(fit, units or {})
    bands, lines = [], []
    for region in found.regions:
        inside = (x > region.low) & (x < region.high)
        # A region's ends lie between points of the curve.
        own = np.concatenate([[region.low], x[inside], [region.high]])
        mean, low, high = (np.interp(own, x, column) for column in columns)
        colour = FIXED if region.sign else RESIDUAL
        bands.append(band(own, low, high, colour))
        part = pd.DataFrame({"estimate": mean, "conf_low": low, "conf_high": high})
        texts = hover_texts([named(moderator, value) for value in own], part, level)
        lines.append(mean_line(own, part, colour, "solid", "", texts))
    strokes = rug(fit, moderator)
    title = f"{effect} ({unit})" if unit and found.contrast else effect
    edges = [
        {**zero_line(), "x0": edge, "x1": edge, "line": {"color": FIXED, "width": 1, "dash": "dot"}}
        for edge in found.boundaries
    ]
    layout = {
        "showlegend": False,
        "xaxis": axis(axis_title(moderator, units)),
        "yaxis": axis(wrap(title, 40)),
        "shapes": [zero_line("y"), *edges],
        "yaxis2": {"overlaying": "y", "visible": False, "range": [0, 1], "fixedrange": True},
    }
    return Picture(figure([*bands, *lines, strokes], layout), _alt_regions(fit, found), curve)


def effect_name(fit: FittedModel, found: JohnsonNeyman) -> str:
    """ "Slope of IQ on lang", "Male minus Female"."""
    if found.contrast is None:
        return f"Slope of {found.variable} on {outcome_name(fit)}"
    return f"{outcome_name(fit)}: {found.contrast[0]} minus {found.contrast[1]}"


def row_labels(table: pd.DataFrame) -> list[str]:
    """ "N0.2, A - B" of a table of comparisons or slopes, from its columns before the estimate."""
    columns = [c for c in table.columns[: list(table.columns).index("estimate")] if c != "at"]
    if not columns:
        return ["Average"] * len(table)
    outer = [c for c in columns if c != "contrast"]
    labels = []
    for row in table[columns].to_dict("records"):
        parts = [named(c, row[c]) for c in outer]
        parts += [str(row["contrast"]).replace(" - ", " − ")] if "contrast" in row else []
        labels.append(", ".join(parts))
    return labels


# -- sentences for a screen reader


def _alt_means(fit: FittedModel, factor: str, table: pd.DataFrame, level: str) -> str:
    known = table.dropna(subset=["estimate"])
    parts = [
        f"{value if isinstance(value, str) else position(value)} {number(e)} ({interval(a, b)})"
        for value, e, a, b in zip(
            known[factor], known["estimate"], known["conf_low"], known["conf_high"], strict=True
        )
    ]
    shown = "; ".join(parts[:6]) + ("; …" if len(parts) > 6 else "")
    drawn = min(fit.n_obs, MOST_POINTS)
    rows = f" over {whole(drawn)} of {whole(fit.n_obs)} rows" if drawn < fit.n_obs else ""
    return f"Mean {outcome_name(fit)} by {factor} with {level} CI{rows}: {shown}."


def _alt_lines(
    fit: FittedModel, x: str, by: str, table: pd.DataFrame, m: int, points: Sequence[Any]
) -> str:
    parts = []
    for k, (_, value) in enumerate(points[:6]):
        part = table["estimate"].iloc[k * m : (k + 1) * m].to_numpy()
        parts.append(f"{named(by, value)} runs from {number(part[0])} to {number(part[-1])}")
    rest = "; …" if len(points) > 6 else ""
    return f"Mean {outcome_name(fit)} along {x}: {'; '.join(parts)}{rest}."


def _alt_forest(labels: Sequence[str], table: pd.DataFrame, clear: Array, level: str) -> str:
    n = len(labels)
    if n == 1:
        row = table.iloc[0]
        bounds = interval(row["conf_low"], row["conf_high"])
        return f"{labels[0]}: {number(row['estimate'])} ({level} CI {bounds})."
    verb = "excludes" if clear.sum() == 1 else "exclude"
    return f"Of {whole(n)} {level} intervals, {whole(int(clear.sum()))} {verb} 0."


def _alt_regions(fit: FittedModel, found: JohnsonNeyman) -> str:
    parts = []
    for r in found.regions:
        what = {1: "above 0", -1: "below 0", 0: "includes 0"}[r.sign]
        verb = "" if r.sign == 0 else "lies "
        parts.append(f"from {position(r.low)} to {position(r.high)} it {verb}{what}")
    return (
        f"{effect_name(fit, found)} along {found.moderator} with its {level_text(found.level)} "
        f"interval: {'; '.join(parts)}."
    )
