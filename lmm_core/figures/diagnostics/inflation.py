"""How much wider each predictor's interval is because it resembles the others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.assess.assumptions.collinear import HIGH, inflations
from lmm_core.figures.diagnostics.parts import axis, draw, faded, short
from lmm_core.figures.theme import RANDOM, RESIDUAL, Picture, escape
from lmm_core.fitted import FittedModel


def collinearity(fit: FittedModel, units: Mapping[str, str] | None = None) -> Picture | None:
    """A bar of the root of the VIF per predictor; None with fewer than two."""
    found = inflations(fit.design)[::-1]
    if len(found) < 2:
        return None
    roots = np.sqrt([i.vif for i in found])
    n = len(found)
    high = float(np.sqrt(HIGH))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": roots,
        "y": np.arange(n),
        "marker": {"color": [RANDOM if r >= high else faded(RESIDUAL, 0.7) for r in roots]},
        "customdata": [[escape(i.column), i.vif] for i in found],
        "hovertemplate": "%{customdata[0]}: %{x:.2f} times (VIF %{customdata[1]:.2f})"
        "<extra></extra>",
    }
    line = {"color": RESIDUAL, "width": 1.5, "dash": "dash"}
    at_high = {"type": "line", "yref": "paper", "x0": high, "x1": high, "y0": 0, "y1": 1}
    layout = {
        "height": 110 + 34 * max(n, 2),
        "xaxis": axis("interval is so many times as wide", range=[0, 1.06 * max(*roots, high)]),
        "yaxis": axis(
            "", tickvals=np.arange(n), ticktext=[short(i.column, 24) for i in found], showgrid=False
        ),
        "shapes": [{**at_high, "line": line}],
    }
    top = found[-1]
    alt = (
        f"Root of the VIF of {n} predictors; the largest is that of {top.column}: its interval is "
        f"{np.sqrt(top.vif):.1f} times as wide."
    )
    data = pd.DataFrame([(i.column, i.vif) for i in found[::-1]], columns=["predictor", "vif"])
    return Picture(draw([bars], layout), alt, data)
