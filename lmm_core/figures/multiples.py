"""Small multiples: one panel per group, observed points against its own line and the average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np

from lmm_core.figures import curves
from lmm_core.figures.parts import axis, short
from lmm_core.figures.theme import FIXED, RANDOM, RESIDUAL, Picture, axis_title, escape, figure
from lmm_core.fitted import FittedModel

Array = np.ndarray


def n_pages(fit: FittedModel, per_page: int = 12) -> int:
    return max(1, ceil(fit.groups[curves.main_group(fit)].n_levels / per_page))


def small_multiples(
    fit: FittedModel,
    x: str | None = None,
    groups: Sequence[str] | None = None,
    page: int = 0,
    per_page: int = 12,
    columns: int = 4,
    units: Mapping[str, str] | None = None,
) -> Picture:
    """Panels with shared axes; ``groups`` or the page's groups in the order of their levels."""
    grouping = fit.groups[curves.main_group(fit)]
    index = {level: k for k, level in enumerate(grouping.levels)}
    if groups:
        codes = np.array([index[g] for g in groups if g in index], dtype=np.intp)
    else:
        first = page * per_page
        codes = np.arange(first, min(first + per_page, grouping.n_levels))
    offered = curves.x_choices(fit)
    x = x if x in offered else (offered[0] if offered else None)
    values = curves.numeric_column(fit, x) if x else np.arange(fit.n_obs, dtype=float)
    columns = min(columns, max(1, len(codes)))
    rows = max(1, ceil(len(codes) / columns))
    traces: list[dict] = []
    layout: dict = {"height": 60 + 165 * rows, "annotations": []}
    low, high = fit.y.min(), fit.y.max()
    pad = 0.05 * (high - low)
    for k, code in enumerate(codes):
        tag = "" if k == 0 else str(k + 1)
        left, bottom = k % columns, rows - 1 - k // columns
        x_span = [left / columns + 0.008, (left + 1) / columns - 0.008]
        y_span = [bottom / rows + 0.02, (bottom + 1) / rows - 0.32 / max(rows, 2)]
        inner = axis(domain=x_span, anchor=f"y{tag}", nticks=4)
        side = axis(domain=y_span, anchor=f"x{tag}", range=[low - pad, high + pad], nticks=4)
        inner["showticklabels"] = bottom == 0 or k + columns >= len(codes)
        side["showticklabels"] = left == 0
        if k:
            inner["matches"] = "x"
        layout[f"xaxis{tag}"], layout[f"yaxis{tag}"] = inner, side
        traces += _panel(fit, int(code), x, values, tag)
        layout["annotations"].append(
            {
                "text": short(grouping.levels[code], 18),
                "xref": "paper",
                "yref": "paper",
                "x": x_span[0],
                "y": y_span[1],
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
            }
        )
    title = axis_title(x, units) if x else f"row within {escape(grouping.name)}"
    outcome = axis_title(fit.spec.outcome.replace("`", ""), units)
    alt = f"{len(codes)} panels of {outcome} over {title}: data, own line and average."
    return Picture(figure(traces, layout), alt)


def _panel(fit: FittedModel, code: int, x: str | None, values: Array, tag: str) -> list[dict]:
    grouping = fit.groups[curves.main_group(fit)]
    rows = np.flatnonzero(grouping.codes == code)
    rows = rows[np.argsort(values[rows], kind="stable")]
    xs = values[rows] if x else np.arange(1.0, len(rows) + 1)
    where = {"xaxis": f"x{tag}", "yaxis": f"y{tag}", "type": "scatter"}
    level = escape(grouping.levels[code])
    if x is None:
        own_x, own_y = xs, fit.fitted[rows]
    else:
        own_x, own_y = (a[0] for a in curves.own_lines(fit, x, np.array([code])))
    return [
        {
            **where,
            "mode": "lines",
            "x": xs,
            "y": fit.fitted_marginal[rows],
            "line": {"color": FIXED, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
        },
        {
            **where,
            "mode": "lines",
            "x": own_x,
            "y": own_y,
            "line": {"color": RANDOM, "width": 2},
            "hoverinfo": "skip",
        },
        {
            **where,
            "mode": "markers",
            "x": xs,
            "y": fit.y[rows],
            "marker": {"color": RESIDUAL, "size": 5},
            "hovertemplate": f"<b>{level}</b><br>%{{x:.3~g}}, %{{y:.3~f}}<extra></extra>",
        },
    ]
