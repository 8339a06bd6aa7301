"""Where the variance is, and how the ICC changes along a random slope."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmm_core.assess.shares import icc_curve as curve_values
from lmm_core.assess.shares import variance_shares
from lmm_core.figures.parts import axis
from lmm_core.figures.theme import (
    FIXED,
    RANDOM,
    RESIDUAL,
    Picture,
    axis_title,
    escape,
    figure,
    rgba,
)
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number, percent
from lmm_core.model.encoding import Numeric

LABEL_FROM = 0.08


def variance_bar(fit: FittedModel) -> Picture:
    """One stacked bar: fixed effects, each grouping column, residual."""
    shares = variance_shares(fit.design, fit.estimates)
    parts = [("Fixed effects", shares.fixed, FIXED)]
    fade = 1.0
    for name, value in shares.by_group:
        parts.append((f"Between {name} groups", value, rgba(RANDOM, fade)))
        fade *= 0.6
    parts.append(("Residual", shares.residual, RESIDUAL))
    total = sum(value for _, value, _ in parts)
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [value / total],
            "y": [""],
            "name": escape(f"{name} {percent(value / total)}"),
            "marker": {"color": colour, "line": {"width": 0}},
            "text": [percent(value / total) if value / total > LABEL_FROM else ""],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "textfont": {"color": "white", "size": 14},
            "hovertext": [f"<b>{escape(name)}</b><br>variance {number(value)}"],
            "hoverinfo": "text",
        }
        for name, value, colour in parts
    ]
    layout = {
        "barmode": "stack",
        "height": 150,
        "showlegend": True,
        "legend": {"orientation": "h", "traceorder": "normal", "y": -0.1, "yanchor": "top", "x": 0},
        "xaxis": axis(visible=False, range=[0, 1]),
        "yaxis": axis(visible=False),
    }
    data = pd.DataFrame(
        {
            "part": [name for name, _, _ in parts],
            "variance": [value for _, value, _ in parts],
            "share": [value / total for _, value, _ in parts],
        }
    )
    listed = ", ".join(f"{name} {percent(value / total)}" for name, value, _ in parts)
    return Picture(figure(traces, layout), f"Shares of the variance: {listed}.", data)


def icc_curve(fit: FittedModel) -> Picture | None:
    """The ICC against the slope's variable; None unless one term has one numeric slope."""
    if len(fit.design.blocks) != 1:
        return None
    block = fit.design.blocks[0]
    if len(block.names) != 2 or not block.term.intercept:
        return None
    text = block.term.terms[0]
    if len(text) != 1 or not isinstance(fit.design.encoders[text[0]], Numeric):
        return None
    observed = block.matrix[:, 1]
    x = np.linspace(observed.min(), observed.max(), 60)
    share = curve_values(fit.estimates, 0, np.column_stack([np.ones_like(x), x]))
    name = text[0].replace("`", "")
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": share,
        "line": {"color": RANDOM, "width": 3},
        "hovertext": [
            f"{escape(name)} {number(a)}: {percent(b)}" for a, b in zip(x, share, strict=True)
        ],
        "hoverinfo": "text",
    }
    layout = {
        "height": 280,
        "xaxis": axis(axis_title(name)),
        "yaxis": axis("ICC", range=[0, max(1.0, share.max())], tickformat=".0%"),
    }
    alt = f"The ICC runs from {percent(share.min())} to {percent(share.max())} along {name}."
    return Picture(figure([trace], layout), alt, pd.DataFrame({name: x, "icc": share}))
