"""One coefficient without each group: sorted, beside the coefficient of all data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lmm_core.assess.influence import Influence
from lmm_core.figures.parts import axis, short
from lmm_core.figures.theme import (
    FIXED,
    RANDOM,
    RESIDUAL,
    Picture,
    escape,
    escape_all,
    figure,
    rgba,
    scatter,
    wrap,
)
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, number, p_phrase, whole
from lmm_core.report.columns import outcome_name, outcome_unit

Array = np.ndarray

MOST_NAMED = 40
MOST_DRAWN = 1_000
MOST_LABELS = 8
TALL = 620
TITLE_WIDTH = 44


def influence_figure(
    fit: FittedModel,
    found: Influence,
    term: str,
    highlight: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
) -> Picture:
    """A bar per group from the coefficient of all data to the coefficient without the group.

    The band is all data's interval. Groups without which p crosses the level of the fit, or the
    coefficient its sign, are coloured; highlighted ones are large and named. Of more than 1,000
    groups those with the largest changes are drawn. ``data`` is ``found.coefficient(term)``.
    """
    k = found.index(term)
    whole_estimate = float(found.full.estimate[0, k])
    known = np.flatnonzero(np.isfinite(found.without.estimate[:, k]))
    largest = known[np.argsort(-np.abs(found.change(term)[known]), kind="stable")][:MOST_DRAWN]
    order = largest[np.argsort(found.without.estimate[largest, k], kind="stable")]
    wanted = set(highlight)
    marked = np.array([found.levels[i] in wanted for i in order], dtype=bool)
    turning = found.turning(term, 1 - fit.spec.ci_level)[order]
    bars = _Bars(found, k, order)
    traces: list[dict[str, Any]] = []
    for mask, colour, name in (
        (~turning, RESIDUAL, "same conclusion"),
        (turning, RANDOM, "another conclusion"),
    ):
        traces += bars.draw(mask & ~marked, colour, name, faint=bool(marked.any()))
        traces += bars.draw(mask & marked, colour, "", large=True)
    n = len(order)
    named = n <= MOST_NAMED
    names = [short(found.levels[i], 22) for i in order]
    if named:
        texts = [f"<b>{t}</b>" if m else t for t, m in zip(names, marked, strict=True)]
        below = axis(tickvals=np.arange(n), ticktext=texts, showgrid=False, range=[-0.8, n - 0.2])
    else:
        what = f"{escape(found.group)}, sorted" if found.group else "Rows, sorted"
        below = axis(what, tickvals=[], showgrid=False, range=[-0.02 * n, 1.02 * n])
    low, high = _interval(fit, term)
    span = _span([low, high, whole_estimate, *found.without.estimate[order, k]])
    layout = {
        "height": 110 + 19 * max(n, 4) if named else TALL,
        "showlegend": bool(turning.any()),
        "xaxis": axis(_title(fit, found, k, units), range=span),
        "yaxis": below,
        "shapes": _marks(whole_estimate, low, high, span),
        "annotations": [] if named else _labels(found, k, order, marked, turning),
    }
    return Picture(figure(traces, layout), _alt(fit, found, term, n), found.coefficient(term))


class _Bars:
    """The sorted bars of one figure; draws a part of them."""

    def __init__(self, found: Influence, k: int, order: Array) -> None:
        self.start = float(found.full.estimate[0, k])
        self.end = found.without.estimate[order, k]
        self.n = len(order)
        names = escape_all([f"Without {found.called(found.levels[i])}" for i in order])
        self.hover = [
            f"<b>{name}</b><br>{number(e)} instead of {number(self.start)}<br>"
            f"{p_phrase(p)} instead of {p_phrase(found.full.p_value[0, k])}"
            for name, e, p in zip(names, self.end, found.without.p_value[order, k], strict=True)
        ]

    def draw(
        self, mask: Array, colour: str, name: str, faint: bool = False, large: bool = False
    ) -> list[dict[str, Any]]:
        if not mask.any():
            return []
        at = np.flatnonzero(mask)
        fade = 0.4 if faint else 1.0
        size, width = (12, 4) if large else (8, 3) if self.n <= MOST_NAMED else (4, 1)
        x = np.column_stack([np.full(len(at), self.start), self.end[at], np.full(len(at), np.nan)])
        common = {"type": scatter(3 * self.n), "legendgroup": name or "marked"}
        return [
            {
                **common,
                "mode": "lines",
                "x": x.ravel(),
                "y": np.repeat(at, 3),
                "line": {"color": rgba(colour, 0.6 * fade), "width": width},
                "hoverinfo": "skip",
                "showlegend": False,
            },
            {
                **common,
                "mode": "markers",
                "x": self.end[at],
                "y": at,
                "marker": {
                    "color": rgba(colour, fade),
                    "size": size,
                    "line": {"color": "#FFFFFF", "width": 1.5 if large else 0},
                },
                "name": f"{name} without it ({whole(len(at))})",
                "showlegend": bool(name),
                "hovertext": [self.hover[i] for i in at],
                "customdata": at,
                "hovertemplate": "%{hovertext}<extra></extra>",
            },
        ]


def drawn_levels(found: Influence, term: str) -> list[str]:
    """The groups of the figure from bottom to top: ``customdata`` of a point is a place in it."""
    k = found.index(term)
    known = np.flatnonzero(np.isfinite(found.without.estimate[:, k]))
    largest = known[np.argsort(-np.abs(found.change(term)[known]), kind="stable")][:MOST_DRAWN]
    order = largest[np.argsort(found.without.estimate[largest, k], kind="stable")]
    return [found.levels[i] for i in order]


def _interval(fit: FittedModel, term: str) -> tuple[float, float]:
    table = fit.fixed_effects
    k = fit.design.names.index(term)
    return float(table["conf_low"].iloc[k]), float(table["conf_high"].iloc[k])


def _span(values: Sequence[float]) -> list[float]:
    finite = [v for v in values if np.isfinite(v)]
    low, high = min(finite), max(finite)
    room = 0.06 * (high - low) or 1.0
    return [low - room, high + room]


def _marks(estimate: float, low: float, high: float, span: list[float]) -> list[dict[str, Any]]:
    """The band of all data's interval, its estimate, and 0 where it is in sight."""
    over = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    shapes: list[dict[str, Any]] = [
        {
            "type": "rect",
            "x0": low,
            "x1": high,
            "fillcolor": rgba(FIXED, 0.1),
            "line": {"width": 0},
            **over,
        },
        {
            "type": "line",
            "x0": estimate,
            "x1": estimate,
            "line": {"color": FIXED, "width": 2},
            **over,
        },
    ]
    if span[0] < 0 < span[1]:
        line = {"color": RESIDUAL, "width": 1.5, "dash": "dot"}
        shapes.append({"type": "line", "x0": 0, "x1": 0, "line": line, **over})
    return shapes


def _labels(
    found: Influence, k: int, order: Array, marked: Array, turning: Array
) -> list[dict[str, Any]]:
    """Names beside marked groups; without any beside those that turn the conclusion, else beside
    the two ends.
    """
    if marked.any():
        chosen = np.flatnonzero(marked)
    elif turning.any():
        chosen = np.flatnonzero(turning)
    else:
        chosen = np.array([0, len(order) - 1])
    start = float(found.full.estimate[0, k])
    labels = []
    for at in chosen[:MOST_LABELS]:
        end = float(found.without.estimate[order[at], k])
        right = end >= start
        labels.append(
            {
                "x": end,
                "y": int(at),
                "text": f"<b>{short(found.levels[order[at]], 22)}</b>",
                "xanchor": "left" if right else "right",
                "xshift": 8 if right else -8,
                "showarrow": False,
            }
        )
    return labels


def _title(fit: FittedModel, found: Influence, k: int, units: Mapping[str, str] | None) -> str:
    label = found.labels[k]
    name = "Intercept" if label == "(Intercept)" else f"Effect of {label}"
    unit = outcome_unit(fit, units or {})
    on = f" on {outcome_name(fit)}{f' ({unit})' if unit else ''}"
    without = f"without each {found.group}" if found.group else "without each row"
    return f"{wrap(name + on, TITLE_WIDTH)}<br>{wrap(without, TITLE_WIDTH)}"


def _alt(fit: FittedModel, found: Influence, term: str, n: int) -> str:
    k = found.index(term)
    values = found.without.estimate[:, k]
    name = "intercept" if found.labels[k] == "(Intercept)" else f"effect of {found.labels[k]}"
    unit = f"{found.group} groups" if found.group else "rows"
    if not np.isfinite(values).any():
        return f"The {name} can't be estimated without any single one of {whole(found.n)} {unit}."
    low, high = np.nanmin(values), np.nanmax(values)
    turning = int(found.turning(term, 1 - fit.spec.ci_level).sum())
    text = (
        f"The {name} without each of {whole(found.n)} {unit} lies between {number(low)} and "
        f"{number(high)}; with all data it is {number(found.full.estimate[0, k])} "
        f"({level_text(fit.spec.ci_level)} interval as a band). "
    )
    judged = f"{whole(turning)} of them alone would turn the conclusion."
    text += judged if turning else "None of them alone would turn the conclusion."
    return text if n == found.n else f"{text} {whole(n)} of them are drawn."
