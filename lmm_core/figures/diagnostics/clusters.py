"""How many groups there are, and how many rows they have."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.assess.assumptions import Material
from lmm_core.assess.assumptions.check import counted
from lmm_core.assess.assumptions.clusters import check_clusters
from lmm_core.figures.diagnostics.parts import axis, draw, faded
from lmm_core.figures.theme import RESIDUAL, Picture, escape
from lmm_core.fitted import FittedModel

MOST_BARS = 25
STEPS = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def clusters(
    fit: FittedModel, group: str | None = None, units: Mapping[str, str] | None = None
) -> Picture:
    """Bars: number of groups by their number of rows."""
    name = group or check_clusters(Material(fit)).numbers["group"]
    grouping = fit.groups[name]
    sizes = grouping.sizes
    low, high, counts = binned(sizes)
    single = bool((low == high).all())
    labels = [f"{a:,}" if a == b else f"{a:,}–{b:,}" for a, b in zip(low, high, strict=True)]
    bar = {
        "type": "bar",
        "x": 0.5 * (low + high),
        "y": counts,
        "width": 0.8 * (high - low + 1),
        "marker": {"color": faded(RESIDUAL, 0.75)},
        "customdata": labels,
        "hovertemplate": "%{customdata} rows: %{y} groups<extra></extra>",
    }
    if len(counts) <= 12:
        bar |= {"text": [f"{c:,}" if c else "" for c in counts], "textposition": "outside"}
    ticks = {"tickvals": low, "ticktext": labels} if single and len(low) <= 10 else {}
    span = {"range": [low[0] - 2.5, high[-1] + 2.5]} if len(low) < 4 and single else {}
    layout = {
        "height": 320,
        "xaxis": axis(f"rows per {escape(name)}", showgrid=False, **ticks, **span),
        "yaxis": axis("groups", rangemode="tozero", **_whole_ticks(int(counts.max()))),
    }
    least, most = int(sizes.min()), int(sizes.max())
    rows = counted(least, "row") if least == most else f"{least:,} to {most:,} rows"
    alt = f"{name} has {counted(grouping.n_levels, 'group')} with {rows} each."
    data = pd.DataFrame({name: grouping.levels, "rows": sizes})
    return Picture(draw([bar], layout), alt, data)


def binned(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last size of each bar, and its number of groups. Few sizes get a bar each."""
    least, most = int(sizes.min()), int(sizes.max())
    step = 1
    if most - least >= MOST_BARS:
        step = next((s for s in STEPS if (most - least) / s < MOST_BARS), STEPS[-1])
    start = least - least % step if step > 1 else least
    at = (sizes - start) // step
    counts = np.bincount(at)
    low = start + step * np.arange(len(counts))
    return low, low + step - 1, counts


def _whole_ticks(largest: int) -> dict:
    return {"dtick": 1} if largest <= 5 else {}
