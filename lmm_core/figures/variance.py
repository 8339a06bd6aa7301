"""Where the variance is, and how the ICC changes along a random slope."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.assess import shares
from lmm_core.estimation.fit import Estimates
from lmm_core.figures.parts import axis
from lmm_core.figures.theme import (
    FIXED,
    RANDOM,
    RESIDUAL,
    Picture,
    axis_title,
    escape,
    figure,
    position,
)
from lmm_core.figures.trajectories.horizontal import group_of
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number, percent, whole
from lmm_core.model.encoding import Numeric

LABEL_ABOVE = 0.06
# Tints and a shade of the random effects' colour for further grouping columns.
GROUP_COLOURS = (RANDOM, "#F0A26B", "#8F3F00", "#F7CDB0")
DARK_TEXT, LIGHT_TEXT = "#111111", "#FFFFFF"
POINTS = 60


def variance_bar(fit: FittedModel) -> Picture:
    """One stacked bar: the fixed effects, each grouping column, the residual.

    A grouping column is one part: with random slopes the variances of level and slope don't add up.
    """
    found = shares.variance_shares(fit.design, fit.estimates)
    total = found.fixed + found.random + found.residual
    parts = [("Fixed effects", found.fixed, FIXED)] if fit.spec.fixed else []
    for k, (name, value) in enumerate(found.by_group):
        parts.append((f"Between {name} groups", value, GROUP_COLOURS[k % len(GROUP_COLOURS)]))
    parts.append(("Residual", found.residual, RESIDUAL))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [value / total],
            "y": [0],
            "width": [0.9],
            "name": f"{escape(name)}, {percent(value / total)}",
            "marker": {"color": colour, "line": {"width": 0}},
            "text": [percent(value / total) if value / total > LABEL_ABOVE else ""],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "constraintext": "none",
            "textfont": {"color": _text_colour(colour), "size": 15},
            "hovertext": [f"<b>{escape(name)}</b><br>{_hover(value, total)}"],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        for name, value, colour in parts
    ]
    layout = {
        "barmode": "stack",
        # A narrow screen gives every entry of the legend a line of its own.
        "height": 80 + 24 * len(parts),
        "showlegend": True,
        "legend": {"traceorder": "normal", "maxheight": 0.7},
        "xaxis": axis(visible=False, range=[0, 1], fixedrange=True),
        "yaxis": axis(visible=False, range=[-0.5, 0.5], fixedrange=True),
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


def _hover(value: float, total: float) -> str:
    return f"variance {number(value)}, {percent(value / total)} of {number(total)}"


def _text_colour(colour: str) -> str:
    """Black or white, whichever has the higher contrast (WCAG 2) on ``colour``."""
    channels = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    return LIGHT_TEXT if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.056 else DARK_TEXT


def icc_curve(
    fit: FittedModel, group: str | None = None, units: Mapping[str, str] | None = None
) -> Picture | None:
    """The ICC of one grouping column along its random slope's column.

    None unless the random effects of the grouping column are those of one numeric column (with or
    without an intercept). With several grouping columns the others stay in the denominator with
    their average variance.

    Raises
    ------
    ModelError
        ``unknown_group``.
    """
    name = group_of(fit, group).name
    column = _slope_column(fit, name)
    if column is None:
        return None
    observed = fit.frame[column].to_numpy(dtype=float, na_value=np.nan)
    x = np.linspace(observed.min(), observed.max(), POINTS)
    share = _icc_at(fit, name, column, x)
    average = dict(fit.icc().by_group)[name]
    label = escape(column)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x[[0, -1]],
            "y": np.array([average, average]),
            "line": {"color": RESIDUAL, "width": 1.5, "dash": "dot"},
            "name": f"Average over the rows, {percent(average)}",
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": share,
            "line": {"color": RANDOM, "width": 3},
            "name": f"ICC of {escape(name)}",
            "hovertext": [
                f"<b>{label} {position(a)}</b><br>ICC {percent(b)}"
                for a, b in zip(x, share, strict=True)
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]
    layout = {
        "height": 300,
        "showlegend": True,
        "xaxis": axis(axis_title(column, units)),
        "yaxis": axis(f"ICC of {escape(name)}", range=[0, 1.02], tickformat=".0%"),
    }
    at = int(share.argmin())
    lowest = f"{percent(share[at])} at {column} = {position(float(x[at]))}"
    top = int(share.argmax())
    highest = f"{percent(share[top])} at {column} = {position(float(x[top]))}"
    alt = f"The ICC of {name} lies between {lowest} and {highest}; its average is "
    alt += f"{percent(average)} over {whole(fit.n_obs)} rows."
    return Picture(figure(traces, layout), alt, pd.DataFrame({column: x, "icc": share}))


def _slope_column(fit: FittedModel, group: str) -> str | None:
    """The one numeric column behind all random slopes of a grouping column."""
    blocks = [block for block in fit.design.blocks if block.grouping.name == group]
    texts = {f for block in blocks for term in block.term.terms for f in term}
    encoders = [fit.design.encoders[text] for text in texts]
    columns = {encoder.factor.column for encoder in encoders}
    if len(columns) != 1 or not all(isinstance(encoder, Numeric) for encoder in encoders):
        return None
    return columns.pop()


def _icc_at(fit: FittedModel, group: str, column: str, x: np.ndarray) -> np.ndarray:
    """(m,): the group's share of the variance that the predictors leave, at ``x``."""
    estimates: Estimates = fit.estimates
    names = [factor.name for factor in estimates.conditioned.factors]
    k = names.index(group)
    frame = pd.DataFrame({column: x})
    blocks = estimates.conditioned.factors[k].blocks
    rows = np.concatenate([fit.design.random_matrix(b, frame) for b in blocks], axis=1)
    share = shares.icc_curve(estimates, k, rows)
    by_group = shares.variance_shares(fit.design, estimates).by_group
    others = sum(value for name, value in by_group if name != group)
    if not others:
        return share
    # From own / (own + residual) to own / (own + others + residual).
    own = np.einsum("ma,ab,mb->m", rows, estimates.covariances[k], rows)
    return own / (own + others + fit.estimates.residual_variance)
