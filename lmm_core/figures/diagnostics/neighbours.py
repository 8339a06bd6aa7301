"""Each residual over the one before it in its group."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.assess.assumptions import Material
from lmm_core.assess.assumptions.autocorrelation import check_autocorrelation
from lmm_core.assess.assumptions.time_order import next_in_time, time_order
from lmm_core.assess.smooth import smooth
from lmm_core.figures.diagnostics.parts import (
    axis,
    cloud,
    curve,
    draw,
    drawn_rows,
    left_out_note,
    level_line,
    named,
    outcome_unit,
    who,
    with_unit,
)
from lmm_core.figures.theme import Picture
from lmm_core.fitted import FittedModel
from lmm_core.formatting import correlation


def autocorrelation(fit: FittedModel, units: Mapping[str, str] | None = None) -> Picture | None:
    """Residuals over those of the row before, with a smooth curve; None without a time."""
    material = Material(fit)
    check = check_autocorrelation(material)
    order = time_order(material)
    if check.magnitude is None or order is None:
        return None
    time = order.time
    now, before = next_in_time(order.grouping, time.values)
    x, y = material.levelled[before], material.levelled[now]
    rows = drawn_rows(len(x), np.zeros(len(x), dtype=bool))
    unit = outcome_unit(fit, units)
    hover = named("before", "x", unit) + named("residual", "y", unit)
    none = np.zeros(len(rows), dtype=bool)
    traces = cloud(
        x[rows], y[rows], none, (who(order.grouping, now[rows]), "%{customdata}" + hover)
    )
    traces += curve(smooth(x, y), "smooth curve")
    layout = {
        "xaxis": axis(with_unit("residual of the row before", unit)),
        "yaxis": axis(with_unit("residual", unit)),
        "shapes": [level_line(0.0)],
    }
    alt = (
        f"Residuals over those of the row before in the same {order.whose}, in order of "
        f"{time.label}; beyond what the model expects they correlate by "
        f"{correlation(check.numbers['phi'])}."
    )
    data = pd.DataFrame({"residual before": x, "residual": y})
    return Picture(draw(traces, layout), alt + left_out_note(len(x), len(rows)), data)
