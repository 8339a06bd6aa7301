"""The mean along one numeric predictor with its band, over the data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lmm_core.figures.effect_parts import hover_texts, mean_line, named, raw_rows
from lmm_core.figures.parts import axis, band
from lmm_core.figures.theme import FIXED, Picture, axis_title, figure, outcome_title, position
from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number
from lmm_core.inference.marginal_means import marginal_means
from lmm_core.inference.reference_grid import At
from lmm_core.report.columns import outcome_name

CURVE = 41


def line_plot(
    fit: FittedModel,
    x: str,
    at: At | None = None,
    units: Mapping[str, str] | None = None,
    data: bool = True,
) -> Picture:
    """The marginal mean along ``x`` over its observed range, the other predictors held.

    Raises
    ------
    ModelError
        ``unknown_predictor``, and those of ``marginal_means``.
    """
    marginal_means(fit, x, at)  # raises the error that names the columns there are
    seen = fit.frame[x].to_numpy(dtype=float, na_value=np.nan)
    grid = np.linspace(float(seen.min()), float(seen.max()), CURVE)
    table = marginal_means(fit, x, {**(at or {}), x: grid})
    level = level_text(fit.spec.ci_level)
    texts = hover_texts([named(x, value) for value in grid], table, level)
    traces = raw_rows(fit, x, None) if data else []
    traces.append(band(grid, table["conf_low"], table["conf_high"], FIXED))
    traces.append(mean_line(grid, table, FIXED, "solid", "", texts))
    layout = {
        "showlegend": False,
        "xaxis": axis(axis_title(x, units)),
        "yaxis": axis(outcome_title(fit.spec.outcome, units)),
    }
    ends = [
        f"{number(row.estimate)} ({interval(row.conf_low, row.conf_high)}) at {position(value)}"
        for value, row in zip(grid[[0, -1]], table.iloc[[0, -1]].itertuples(), strict=True)
    ]
    alt = f"Mean {outcome_name(fit)} along {x} with {level} CI: from {' to '.join(ends)}."
    return Picture(figure(traces, layout), alt, table)
