"""Residual SD at each level of a predictor, with the range that equal spread would give."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.assess.assumptions import Material
from lmm_core.assess.assumptions.predictor_spread import (
    chance_range,
    check_homoscedasticity_predictors,
    pooled_sd,
    spreads,
)
from lmm_core.figures.diagnostics.parts import axis, draw, faded, outcome_unit, with_unit
from lmm_core.figures.theme import FIXED, RANDOM, RESIDUAL, Picture, axis_title, escape, wrap
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number


def homoscedasticity_predictors(
    fit: FittedModel, units: Mapping[str, str] | None = None
) -> Picture | None:
    """The predictor that the check reports; None when there is none to compare."""
    material = Material(fit)
    check = check_homoscedasticity_predictors(material)
    if check.magnitude is None:
        return None
    chosen = next(s for s in spreads(material) if s.column == check.numbers["predictor"])
    sigma, pooled = material.typical_sd, pooled_sd(chosen)
    low, high = chance_range(chosen, pooled)
    sd, low, high = sigma * chosen.sd, sigma * low, sigma * high
    n, unit = len(sd), outcome_unit(fit, units)
    at = np.arange(float(n))
    out = (sd < low) | (sd > high)
    ranges = {
        "type": "scatter",
        "mode": "lines",
        "x": np.repeat(at, 3),
        "y": np.column_stack([low, high, np.full(n, np.nan)]).ravel(),
        "line": {"color": faded(RESIDUAL, 0.35), "width": 10},
        "hoverinfo": "skip",
    }
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": at,
        "y": sd,
        "marker": {"color": np.where(out, RANDOM, FIXED), "size": 10},
        "customdata": [escape(name) for name in chosen.names],
        "hovertemplate": f"%{{customdata}}: residual SD %{{y:.3~g}} {escape(unit)}<extra></extra>",
    }
    line = {"color": RESIDUAL, "width": 1.5, "dash": "dash"}
    level = sigma * pooled
    shape = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level}
    layout = {
        "xaxis": axis(
            axis_title(chosen.column, units),
            tickvals=at,
            ticktext=[wrap(name, 14, 2) for name in chosen.names],
            showgrid=False,
            range=[-0.6, n - 0.4],
        ),
        "yaxis": axis(with_unit("residual SD", unit), rangemode="tozero"),
        "shapes": [{**shape, "line": line}],
    }
    parts = ", ".join(f"{a} {number(s)}" for a, s in list(zip(chosen.names, sd, strict=True))[:8])
    alt = f"Residual SD over {chosen.column}: {parts}."
    data = pd.DataFrame({chosen.column: chosen.names, "residual SD": sd, "low": low, "high": high})
    return Picture(draw([ranges, points], layout), alt, data)
