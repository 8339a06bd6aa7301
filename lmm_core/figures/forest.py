"""Fixed effects as points with intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lmm_core.figures.parts import axis, short
from lmm_core.figures.theme import FIXED, RESIDUAL, Picture, escape, figure
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, number


def fixed_effects_forest(
    fit: FittedModel, units: Mapping[str, str] | None = None, include_intercept: bool = False
) -> Picture:
    """One row per coefficient, in the table's order; all on one axis, in outcome units."""
    table = fit.fixed_effects.assign(label=list(fit.design.labels))
    has_others = any(k >= 0 for k in fit.design.assign)
    if has_others and not include_intercept:
        table = table[[k >= 0 for k in fit.design.assign]]
    level = level_text(fit.spec.ci_level)
    position = np.arange(len(table))[::-1]
    hover = [
        f"<b>{escape(row.label)}</b><br>{number(row.estimate)} ({level} CI "
        f"{number(row.conf_low)} to {number(row.conf_high)})"
        for row in table.itertuples()
    ]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": table["estimate"].to_numpy(),
        "y": position,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (table["conf_high"] - table["estimate"]).to_numpy(),
            "arrayminus": (table["estimate"] - table["conf_low"]).to_numpy(),
            "thickness": 2,
            "width": 0,
        },
        "marker": {"size": 9, "color": FIXED},
        "hovertext": hover,
        "hoverinfo": "text",
    }
    unit = (units or {}).get(fit.spec.outcome_column, "")
    what = "Effect" if has_others else "Average"
    title = f"{what} on {fit.spec.outcome}" if has_others else f"Average of {fit.spec.outcome}"
    layout = {
        "height": 90 + 34 * len(table),
        "xaxis": axis(escape(f"{title}, {unit}" if unit else title), zeroline=has_others),
        "yaxis": axis(
            tickvals=position,
            ticktext=[short(label) for label in table["label"]],
            showgrid=False,
            range=[-0.6, len(table) - 0.4],
        ),
    }
    if has_others:
        layout["shapes"] = [
            {
                "type": "line",
                "x0": 0,
                "x1": 0,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": RESIDUAL, "width": 1, "dash": "dot"},
            }
        ]
    clear = int(((table["conf_low"] > 0) | (table["conf_high"] < 0)).sum())
    alt = (
        f"{len(table)} fixed effects with {level} intervals; {clear} of the intervals exclude 0."
        if has_others
        else f"The average with its {level} interval."
    )
    return Picture(figure([trace], layout), alt, table.drop(columns="label"))
