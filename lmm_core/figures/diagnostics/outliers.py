"""Rows and groups by how many SDs they lie off, with where the farthest is expected."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.assess.assumptions import Material
from lmm_core.assess.assumptions.outliers import SIZE, check_outliers, levels_of
from lmm_core.figures.diagnostics.parts import Trace, axis, draw, faded
from lmm_core.figures.theme import RANDOM, RESIDUAL, Picture, escape, escape_all, wrap
from lmm_core.fitted import FittedModel

MOST_EACH = 4_000
MOST_NAMED = 6


def outliers(fit: FittedModel, units: Mapping[str, str] | None = None) -> Picture | None:
    """One strip per level: rows, then each random effect."""
    material = Material(fit)
    check = check_outliers(material)
    if check.magnitude is None:
        return None
    found = levels_of(material)
    traces: list[Trace] = []
    shapes, labels, table = [], [], []
    rng = np.random.default_rng(0)
    for k, far in enumerate(found):
        order = np.argsort(-np.abs(far.values), kind="stable")
        drawn = order
        if len(order) > MOST_EACH:
            rest = order[200:]
            drawn = np.r_[order[:200], rest[:: len(rest) // (MOST_EACH - 200) + 1]]
        out = np.abs(far.values[drawn]) > SIZE.look
        height = k + rng.uniform(-0.28, 0.28, len(drawn))
        for part, colour in ((~out, faded(RESIDUAL, 0.4)), (out, RANDOM)):
            if part.any():
                at = drawn[part]
                names = [far.names[i] or "row" for i in at]
                traces.append(
                    {
                        "type": "scattergl" if len(drawn) > 2000 else "scatter",
                        "mode": "markers",
                        "x": far.values[at],
                        "y": height[part],
                        "marker": {"color": colour, "size": 7 if colour == RANDOM else 4},
                        "customdata": escape_all(names),
                        "hovertemplate": "%{customdata}: %{x:.2f} SDs<extra></extra>",
                    }
                )
        for i in far.beyond(SIZE.look)[:MOST_NAMED]:
            where = np.flatnonzero(drawn == i)
            labels.append(
                {
                    "x": far.values[i],
                    "y": height[where[0]],
                    "text": escape(_short(far.names[i])),
                    "showarrow": False,
                    "yshift": 11,
                    "xanchor": "right" if far.values[i] > 0 else "left",
                }
            )
        for side in (-1, 1):
            line = {"color": RESIDUAL, "width": 1.5, "dash": "dash"}
            ends = {"x0": side * far.expected, "x1": side * far.expected}
            shapes.append({"type": "line", **ends, "y0": k - 0.4, "y1": k + 0.4, "line": line})
        table += [(far.what, far.names[i], far.values[i]) for i in order[:20]]
    n = len(found)
    layout = {
        "height": 120 + 110 * n,
        "xaxis": axis("SDs off"),
        "yaxis": axis(
            "",
            tickvals=np.arange(n),
            ticktext=[wrap(far.what, 16, 3) for far in found],
            showgrid=False,
            range=[-0.6, n - 0.4],
        ),
        "shapes": shapes,
        "annotations": labels,
    }
    alt = f"Distances of rows and groups in SDs. {check.sentence}"
    data = pd.DataFrame(table, columns=["level", "who", "SDs off"])
    return Picture(draw(traces, layout), alt, data)


def _short(name: str) -> str:
    """ "row 57 (Subject 332)" as "row 57"."""
    return name.partition(" (")[0] if name.startswith("row ") else name
