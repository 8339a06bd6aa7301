"""A predictor's slope within groups and between their means, in one picture."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.assess.assumptions import Material
from lmm_core.assess.assumptions.confounding import check_confounding, own_column, two_slopes
from lmm_core.assess.assumptions.material import group_means
from lmm_core.figures.diagnostics.parts import (
    axis,
    cloud,
    drawn_rows,
    left_out_note,
    level_names,
    named,
    outcome_unit,
    who,
    with_unit,
)
from lmm_core.figures.theme import FIXED, RANDOM, Picture, axis_title, figure, rgba, scatter
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number


def confounding(fit: FittedModel, units: Mapping[str, str] | None = None) -> Picture | None:
    """Rows and group means of the outcome, less what the other predictors explain, over the
    predictor, with both slopes; None where they can't be told apart.
    """
    material = Material(fit)
    check = check_confounding(material)
    if check.magnitude is None:
        return None
    grouping = material.finest
    predictor = next(p for p in material.predictors if p.column == check.numbers["predictor"])
    slopes = two_slopes(material, predictor, grouping)
    at = own_column(material, predictor)
    if slopes is None or at is None:
        return None
    x = predictor.values
    # The outcome less the other predictors, at their average.
    X, beta = fit.design.X, fit.estimates.beta
    others = np.delete(np.arange(fit.design.p), at)
    rest = (X[:, others] - X[:, others].mean(axis=0)) @ beta[others]
    y = fit.y - rest
    means_x, means_y = group_means(x, grouping), group_means(y, grouping)
    unit = outcome_unit(fit, units)
    rows = drawn_rows(len(x), np.zeros(len(x), dtype=bool))
    label = predictor.label
    hover = "%{customdata}" + named(label, "x") + named("outcome", "y", unit)
    none = np.zeros(len(rows), dtype=bool)
    traces = cloud(x[rows], y[rows], none, (who(grouping, rows), hover))
    for trace in traces:
        trace["showlegend"] = False
    centre = (float(means_x.mean()), float(means_y.mean()))
    names = level_names(f"Mean of {grouping.name}", grouping.levels)
    traces.append(
        {
            "type": scatter(len(means_x)),
            "mode": "markers",
            "x": means_x,
            "y": means_y,
            "marker": {"color": rgba(RANDOM, 0.8), "size": 7 if len(means_x) <= 200 else 5},
            "customdata": names,
            "hovertemplate": f"{hover}<extra></extra>",
            "showlegend": False,
        }
    )
    for name, slope, colour, span in (
        (f"within {grouping.name}: {number(slopes.within)}", slopes.within, FIXED, x),
        (f"between: {number(slopes.between)}", slopes.between, RANDOM, means_x),
    ):
        ends = np.array([span.min(), span.max()])
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": ends,
                "y": centre[1] + slope * (ends - centre[0]),
                "line": {"color": colour, "width": 3},
                "name": with_unit(name, ""),
                "hoverinfo": "skip",
            }
        )
    layout = {
        "showlegend": True,
        "xaxis": axis(axis_title(label, units)),
        "yaxis": axis(with_unit(fit.spec.outcome.replace("`", ""), unit)),
    }
    alt = (
        f"{fit.spec.outcome_column} over {label}: the slope is {number(slopes.within)} within "
        f"{grouping.name} and {number(slopes.between)} between their means."
    )
    data = pd.DataFrame({grouping.name: grouping.levels, f"mean {label}": means_x, "mean": means_y})
    return Picture(figure(traces, layout), alt + left_out_note(len(x), len(rows)), data)
