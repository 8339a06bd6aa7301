"""What is missing: groups by times as a map, and the number of rows per group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.assess.missing import EMPTY, NO_PREDICTOR, NO_ROW, USED, Pattern
from lmm_core.figures.parts import axis, short
from lmm_core.figures.theme import (
    FIXED,
    RANDOM,
    Picture,
    axis_title,
    escape,
    escape_all,
    figure,
    rgba,
)
from lmm_core.formatting import percent, whole

Array = np.ndarray

MOST_NAMED = 40
MOST_DRAWN = 600
STATES = {
    USED: ("in use", rgba(FIXED, 0.75)),
    NO_PREDICTOR: ("a predictor is missing", rgba(RANDOM, 0.9)),
    EMPTY: ("no value", rgba("#8A8F98", 0.35)),
    NO_ROW: ("no row", rgba("#8A8F98", 0.15)),
}


def missing_map(found: Pattern, units: Mapping[str, str] | None = None) -> Picture | None:
    """Groups (sorted so that alike patterns lie together) by times; None without a time column.

    Of more than 600 groups each pattern is one row with its number of groups.
    """
    if found.status is None:
        return None
    order = sorted_groups(found)
    z = found.status[order]
    names = [found.levels[i] for i in order]
    data = pd.DataFrame(z, columns=list(found.times))
    data.insert(0, found.group, names)
    data = data.replace({state: words for state, (words, _) in STATES.items()})
    if len(z) > MOST_DRAWN:
        patterns, first, counts = np.unique(z, axis=0, return_index=True, return_counts=True)
        by = np.argsort(first, kind="stable")
        z, counts = patterns[by], counts[by]
        texts = [f"{whole(c)} {found.group} groups" for c in counts]
    else:
        texts = [f"{found.group} {name}" for name in names]
    n, T = z.shape
    states = [state for state in STATES if (z == state).any()]
    place = {state: k for k, state in enumerate(states)}
    colours = [STATES[state][1] for state in states]
    steps = np.linspace(0, 1, len(states) + 1)
    scale: list[list[Any]] = []
    for k, colour in enumerate(colours):
        scale += [[steps[k], colour], [steps[k + 1], colour]]
    said = np.array([STATES[state][0] for state in range(4)], dtype=object)
    heat = {
        "type": "heatmap",
        "z": np.vectorize(place.get)(z),
        "x": np.arange(T),
        "y": np.arange(n),
        "zmin": -0.5,
        "zmax": len(states) - 0.5,
        "colorscale": scale,
        "showscale": False,
        "xgap": 2 if T <= 30 else 0,
        "ygap": 1 if n <= 150 else 0,
        "text": said[z],
        "customdata": np.repeat(np.array(escape_all(texts), dtype=object)[:, None], T, axis=1),
        "hovertemplate": f"<b>%{{customdata}}</b><br>{escape(found.time)} %{{x}}: %{{text}}"
        "<extra></extra>",
    }
    # A heat map has no legend of its own.
    keys = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [None],
            "y": [None],
            "marker": {"symbol": "square", "size": 12, "color": STATES[state][1]},
            "name": f"{STATES[state][0]} ({whole(int((found.status == state).sum()))})",
        }
        for state in states
    ]
    named = n <= MOST_NAMED and len(found.levels) == n
    ticks = np.arange(T) if T <= 24 else np.linspace(0, T - 1, 12).astype(int)
    layout = {
        "height": 130 + 16 * max(n, 6) if named else 480,
        "showlegend": True,
        "xaxis": axis(
            axis_title(found.time, units),
            tickvals=ticks,
            ticktext=[short(found.times[t], 12) for t in ticks],
            showgrid=False,
            range=[-0.5, T - 0.5],
        ),
        "yaxis": axis(
            "" if named else f"{escape(found.group)}, alike together",
            tickvals=np.arange(n) if named else [],
            ticktext=[short(name, 22) for name in names] if named else [],
            showgrid=False,
            range=[-0.5, n - 0.5],
        ),
    }
    return Picture(figure([heat, *keys], layout), _alt(found), data)


def sorted_groups(found: Pattern) -> Array:
    """(G,): complete groups last (on top), then by their last time and their pattern."""
    assert found.status is not None
    seen = found.observed
    T = seen.shape[1]
    last = np.where(seen.any(axis=1), T - 1 - seen[:, ::-1].argmax(axis=1), -1)
    keys = [*(seen[:, t] for t in range(T)), seen.sum(axis=1), last]
    return np.lexsort(keys)


def rows_histogram(found: Pattern) -> Picture:
    """How many groups have how many rows in use."""
    low, high = int(found.n_rows.min()), int(found.n_rows.max())
    width = max(1, int(np.ceil((high - low + 1) / 30)))
    edges = np.arange(low, high + width + 1, width)
    counts, _ = np.histogram(found.n_rows, edges)
    starts = edges[:-1]
    ends = starts + width - 1
    names = [f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in zip(starts, ends, strict=True)]
    bars = {
        "type": "bar",
        "x": (starts + ends) / 2,
        "y": counts,
        "width": 0.85 * width,
        "marker": {"color": rgba(FIXED, 0.75)},
        "customdata": names,
        "hovertemplate": f"%{{y:,}} {escape(found.group)} groups with %{{customdata}} rows"
        "<extra></extra>",
    }
    few = len(starts) <= 12 and width == 1
    layout = {
        "height": 300,
        "showlegend": False,
        "bargap": 0.1,
        "xaxis": axis(
            f"Rows in use per {escape(found.group)}",
            **({"tickvals": starts} if few else {}),
            showgrid=False,
        ),
        "yaxis": axis(f"Number of {escape(found.group)} groups", rangemode="tozero"),
    }
    data = pd.DataFrame({"rows": names, "groups": counts})
    same = f"all {whole(low)}" if low == high else f"from {whole(low)} to {whole(high)}"
    alt = f"Rows in use per {found.group}: {same}, for {whole(len(found.levels))} groups."
    return Picture(figure([bars], layout), alt, data)


def _alt(found: Pattern) -> str:
    G, T = found.observed.shape
    text = f"{whole(G)} {found.group} groups by {whole(T)} values of {found.time}: "
    if not found.n_missing and not found.n_lost:
        return text + "every one is in use."
    complete = int(found.observed.all(axis=1).sum())
    return text + (
        f"{percent(found.share_missing)} have no value; {whole(complete)} groups are complete."
    )
