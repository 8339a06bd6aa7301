"""Conditional modes sorted, with intervals; those that exclude 0 are marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lmm_core.figures.parts import axis, short
from lmm_core.figures.theme import (
    FIXED,
    RANDOM,
    RESIDUAL,
    WEBGL_POINTS,
    Picture,
    escape,
    figure,
    rgba,
)
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, number
from lmm_core.model.matrices import INTERCEPT

NAMED = 40


def caterpillar(
    fit: FittedModel,
    group: str | None = None,
    term: str | None = None,
    highlight: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
) -> Picture:
    """One random effect of one grouping column; groups from lowest (bottom) to highest."""
    group = group or next(iter(fit.groups))
    table = fit.conditional_modes(group)
    term = term or str(table["term"].iat[0])
    table = table[table["term"] == term].sort_values("estimate", kind="stable")
    n = len(table)
    position = np.arange(n)
    out = ((table["conf_low"] > 0) | (table["conf_high"] < 0)).to_numpy()
    found = table["level"].isin(list(highlight)).to_numpy()
    name = "level" if term == INTERCEPT else f"effect of {term}"
    traces = []
    for mask, colour, size, title in (
        (~out & ~found, RESIDUAL, 5, "includes 0"),
        (out & ~found, RANDOM, 6, "excludes 0"),
        (found, FIXED, 9, "searched"),
    ):
        if mask.any():
            traces += _points(table[mask], position[mask], colour, size, title, n)
    title = f"Deviation in {name} from the average"
    unit = (units or {}).get(fit.spec.outcome_column, "") if term == INTERCEPT else ""
    named = n <= NAMED
    layout = {
        "height": int(np.clip(60 + 17 * n, 220, 720)) if named else 620,
        "showlegend": True,
        "xaxis": axis(escape(f"{title} ({unit})" if unit else title)),
        "yaxis": axis(
            "" if named else escape(f"{group}, sorted"),
            tickvals=position if named else [],
            ticktext=[short(level, 20) for level in table["level"]] if named else [],
            showgrid=False,
            range=[-1, n],
        ),
        "shapes": [
            {
                "type": "line",
                "x0": 0,
                "x1": 0,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": RESIDUAL, "width": 1, "dash": "dot"},
            }
        ],
    }
    level = level_text(fit.spec.ci_level)
    alt = (
        f"{n} {group} groups sorted by their deviation in {name}; the {level} interval of "
        f"{int(out.sum())} excludes 0."
    )
    return Picture(figure(traces, layout), alt, table)


def _points(table, position, colour: str, size: int, title: str, n: int) -> list[dict]:
    """Intervals as one line trace with gaps, and points on top."""
    k = len(table)
    kind = "scattergl" if n > WEBGL_POINTS else "scatter"
    x = np.full((k, 3), np.nan)
    x[:, 0], x[:, 1] = table["conf_low"], table["conf_high"]
    y = np.repeat(position, 3)
    hover = [
        f"<b>{escape(row.level)}</b><br>{number(row.estimate)} "
        f"({number(row.conf_low)} to {number(row.conf_high)})"
        for row in table.itertuples()
    ]
    lines = {
        "type": kind,
        "mode": "lines",
        "x": x.ravel(),
        "y": y,
        "line": {"color": rgba(colour, 0.55), "width": 2 if n <= 200 else 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    points = {
        "type": kind,
        "mode": "markers",
        "x": table["estimate"].to_numpy(),
        "y": position,
        "marker": {"color": colour, "size": size},
        "name": title,
        "hovertext": hover,
        "hoverinfo": "text",
    }
    return [lines, points]
