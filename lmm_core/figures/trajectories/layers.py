"""The traces of the trajectories: data, own lines, means with bands, highlighted groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lmm_core.figures.parts import band, short
from lmm_core.figures.theme import (
    FIXED,
    LEVELS,
    RANDOM,
    RESIDUAL,
    escape,
    escape_all,
    rgba,
    scatter,
    value_format,
)
from lmm_core.figures.trajectories.horizontal import Horizontal
from lmm_core.figures.trajectories.lines import Lines, Mean
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text
from lmm_core.model.design import Grouping

Array = np.ndarray
Trace = dict[str, Any]

MOST_POINTS = 10_000
OWN_GRID = 25
DODGE = 0.08
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star")
# The groups' lines have the colour of the random effects; no level of a predictor shares it.
LEVEL_COLOURS = tuple(colour for colour in LEVELS if colour != RANDOM)
DASHES = ("solid", "dash", "dashdot", "dot")


def names_of(grouping: Grouping, codes: Array | None = None) -> Array:
    """Hover names such as "Subject 308" of all levels, or of ``codes``; as fixed-width text.

    Plotly copies fixed-width text faster than objects.
    """
    if codes is None:
        codes = np.arange(grouping.n_levels)
    used, at = np.unique(codes, return_inverse=True)
    names = escape_all(f"{grouping.name} {grouping.levels[k]}" for k in used)
    return np.array(names, dtype=str)[at]


def hover(lines: Lines, outcome: str, y: Array, who: str, after: str = "") -> str:
    """A hover template: who, x and y with their names; levels come from ``level_names``."""
    label = escape(lines.along.column or "Row")
    if lines.along.kind == "category":
        x = f"<br>{label} %{{text}}"
    else:
        x = f"<br>{label} %{{x:{value_format(lines.along.unique)}}}"
    what = f"<br>{escape(outcome)} %{{y:{value_format(y)}}}"
    return f"<b>{who}</b>{x}{what}{after}<extra></extra>"


def level_names(along: Horizontal, x: Array) -> dict[str, Array]:
    """The hover text of positions over a categorical column, as a part of a trace."""
    if along.kind != "category":
        return {}
    names = np.array([*escape_all(along.levels), ""], dtype=str)
    return {"text": names[np.where(np.isnan(x), -1, x).astype(np.intp).ravel()]}


def is_series(along: Horizontal, grouping: Grouping, order: Array) -> bool:
    """Whether a group's rows are a course that a line may join.

    So when x hardly repeats within a group and either goes up with the rows of the table or is
    shared between the groups. Pupils of a school over their social status are no course.
    ``order`` sorts the rows by group and x.
    """
    if along.kind == "order":
        return True
    codes, values = grouping.codes[order], along.values[order]
    same_group = codes[1:] == codes[:-1]
    pairs = max(1, int(np.count_nonzero(same_group)))
    ties = np.count_nonzero(same_group & (values[1:] == values[:-1]))
    if ties > 0.02 * pairs:
        return False
    rows = np.argsort(grouping.codes, kind="stable")
    rising = np.diff(along.values[rows])[same_group] > 0
    return len(along.unique) <= 50 or np.count_nonzero(rising) >= 0.9 * pairs


def observed(
    fit: FittedModel, lines: Lines, drawn: Array, names: Array, outcome: str, faint: bool
) -> tuple[list[Trace], Array]:
    """The data in one grey trace, and the positions of the rows that it shows.

    Lines for the groups ``drawn`` (codes) when all are drawn and their rows are series; else points
    of all groups, a seeded sample above ``MOST_POINTS`` rows.
    """
    grouping, along = lines.grouping, lines.along
    order = np.lexsort((along.values, grouping.codes))
    opacity = 0.35 if faint else 0.6
    joined = len(drawn) == grouping.n_levels and is_series(along, grouping, order)
    if joined:
        starts = np.flatnonzero(np.diff(grouping.codes[order], prepend=-1))
        at = np.insert(order, starts[1:], -1)
        opacity = opacity if len(starts) <= 60 else 0.6 * opacity
        look: Trace = {"mode": "lines", "line": {"width": 1, "color": rgba(RESIDUAL, opacity)}}
        if grouping.sizes.max() == 1:
            look = {"mode": "markers", "marker": {"color": rgba(RESIDUAL, opacity), "size": 5}}
    else:
        rows = np.arange(len(order))
        if len(rows) > MOST_POINTS:
            rows = np.sort(np.random.default_rng(1).choice(rows, MOST_POINTS, replace=False))
        at = rows
        size, opacity = (5, opacity) if len(rows) <= 2000 else (4, 0.5 * opacity)
        look = {"mode": "markers", "marker": {"color": rgba(RESIDUAL, opacity), "size": size}}
    # Position -1 stands for a gap.
    x = np.append(along.values, np.nan)[at]
    words = level_names(along, x)
    if along.kind == "category" and not joined:
        x = x + np.random.default_rng(1).uniform(-0.12, 0.12, len(x))
    trace = {
        "type": scatter(len(at)) if len(drawn) == grouping.n_levels else "scattergl",
        "x": x,
        "y": np.append(fit.y, np.nan)[at],
        "customdata": np.append(names, "")[np.append(grouping.codes, -1)[at]],
        "hovertemplate": hover(lines, outcome, fit.y, "%{customdata}"),
        "name": "Data",
        **look,
        **words,
    }
    return [trace], at[at >= 0]


def own_lines(lines: Lines, codes: Array, own: Array | None = None) -> tuple[Array, Array]:
    """x and y of the groups' own lines, both (len(codes), points); over each group's range of x.

    ``own`` are the weights from ``lines.coefficients()`` where they are at hand.
    """
    own = lines.coefficients()[1] if own is None else own
    if lines.is_discrete:
        at = lines.along.unique
        x = np.tile(at, (len(codes), 1))
        seen = np.zeros((lines.grouping.n_levels, len(at)), dtype=bool)
        seen[lines.grouping.codes, np.searchsorted(at, lines.along.values)] = True
        x[~seen[codes]] = np.nan
    else:
        low, high = (end[codes] for end in lines.ranges())
        steps = lines.steps(2 if lines.is_straight else OWN_GRID)
        x = low[:, None] + (high - low)[:, None] * steps
    return x, values_at(lines, x, own[codes])


def values_at(lines: Lines, x: Array, weights: Array) -> Array:
    """(groups, points): the functions of x times each group's weights; NaN where x is NaN."""
    known = np.where(np.isnan(x), lines.along.values[0], x)
    functions = lines.functions(known.ravel())
    y = np.einsum("gmk,gk->gm", functions.reshape(*x.shape, -1), weights)
    return np.where(np.isnan(x), np.nan, y)


def groups(
    lines: Lines, codes: Array, x: Array, y: Array, names: Array, outcome: str, faint: bool
) -> Trace:
    """All own lines in one thin trace, with a gap after each."""
    gap = np.full((len(codes), 1), np.nan)
    opacity = 0.6 if len(codes) <= 40 else 0.4 if len(codes) <= 120 else 0.28
    # A group with all its rows at one x has a point for a line.
    points = bool(np.nanmax(np.ptp(np.nan_to_num(x, nan=np.inf), axis=1), initial=0.0) == 0)
    colour = rgba(RANDOM, 0.5 * opacity if faint else opacity)
    return {
        "type": scatter(x.size + len(codes)),
        "mode": "markers" if points else "lines",
        "x": np.hstack([x, gap]).ravel(),
        "y": np.hstack([y, gap]).ravel(),
        "customdata": np.repeat(names[codes], x.shape[1] + 1),
        "hovertemplate": hover(lines, outcome, y, "%{customdata}, own line"),
        "name": f"Each {short(lines.grouping.name, 24)}",
        "line": {"width": 1.2, "color": colour},
        "marker": {"size": 5, "color": colour},
        **level_names(lines.along, np.hstack([x, gap])),
    }


def population(
    lines: Lines, means: Sequence[Mean], show: Sequence[str], outcome: str, by: str | None
) -> tuple[list[Trace], list[Trace]]:
    """The bands and the means; over a categorical column the means carry error bars instead."""
    bands: list[Trace] = []
    curves: list[Trace] = []
    for k, mean in enumerate(means):
        colour = FIXED if mean.level is None else LEVEL_COLOURS[k % len(LEVEL_COLOURS)]
        dash = DASHES[(k // len(LEVEL_COLOURS)) % len(DASHES)]
        name = _mean_name(mean.level, by)
        x = mean.x
        discrete = lines.along.kind == "category"
        if discrete:
            x = x + DODGE * (k - (len(means) - 1) / 2)
        elif "band" in show:
            bands.append(
                {
                    **band(x, mean.low, mean.high, colour),
                    "legendgroup": name,
                    "name": f"{level_text(lines.fit.spec.ci_level)} band",
                    "showlegend": "population" not in show and k == 0,
                }
            )
        if "population" in show:
            curves.append(_curve(lines, mean, x, (name, colour, dash), outcome, by))
            if discrete and "band" in show:
                curves[-1]["error_y"] = {
                    "type": "data",
                    "array": mean.high - mean.fit,
                    "thickness": 2,
                    "width": 0,
                }
    return bands, curves


def _mean_name(level: str | None, by: str | None) -> str:
    """ "Average, treated"; a number as level says little without its column: "Average, Diet 1"."""
    if level is None:
        return "Average"
    is_number = level.replace(".", "").isdigit()
    return f"Average, {short(f'{by} {level}' if is_number else level, 24)}"


def _curve(
    lines: Lines, mean: Mean, x: Array, look: tuple[str, str, str], outcome: str, by: str | None
) -> Trace:
    name, colour, dash = look
    style = value_format(mean.fit)
    bounds = f" (%{{customdata[0]:{style}}} to %{{customdata[1]:{style}}})"
    who = "Average" if mean.level is None else f"Average, {escape(by)} {escape(mean.level)}"
    marked = lines.along.kind == "category" or len(x) == 1
    return {
        "type": "scatter",
        "mode": "lines+markers" if marked else "lines",
        "x": x,
        "y": mean.fit,
        "customdata": np.column_stack([mean.low, mean.high]),
        "hovertemplate": hover(lines, outcome, mean.fit, who, bounds),
        "name": name,
        "legendgroup": name,
        "line": {"width": 3.5, "color": colour, "dash": dash},
        "marker": {"size": 9, "color": colour},
        **level_names(lines.along, mean.x),
    }


def highlighted(
    fit: FittedModel, lines: Lines, codes: Array, names: Array, outcome: str
) -> list[Trace]:
    """Each highlighted group's data as markers and its own line, thick, with one legend entry."""
    x, y = own_lines(lines, codes)
    traces: list[Trace] = []
    for k, code in enumerate(codes):
        rows = np.flatnonzero(lines.grouping.codes == code)
        rows = rows[np.argsort(lines.along.values[rows], kind="stable")]
        name = str(names[code])
        line = {
            "type": "scatter",
            "mode": "lines",
            "x": x[k],
            "y": y[k],
            "line": {"width": 3, "color": RANDOM},
            "hovertemplate": hover(lines, outcome, y, f"{name}, own line"),
            "legendgroup": name,
            "showlegend": False,
            **level_names(lines.along, x[k]),
        }
        points = {
            "type": scatter(len(rows)),
            "mode": "markers",
            "x": lines.along.values[rows],
            "y": fit.y[rows],
            "marker": {"size": 8, "color": RANDOM, "symbol": SYMBOLS[k % len(SYMBOLS)]},
            "hovertemplate": hover(lines, outcome, fit.y, name),
            "name": short(f"{lines.grouping.name} {lines.grouping.levels[code]}", 32),
            "legendgroup": name,
            **level_names(lines.along, lines.along.values[rows]),
        }
        traces += [line, points]
    return traces
