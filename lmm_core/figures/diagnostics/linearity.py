"""Straight lines within and between groups: residuals over a predictor with a smooth curve."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.assess.assumptions import Material
from lmm_core.assess.assumptions.check import percent
from lmm_core.assess.assumptions.linearity import (
    check_linearity_between,
    check_linearity_within,
    curve_between,
    curve_within,
    marginal_means,
)
from lmm_core.assess.assumptions.material import (
    Predictor,
    group_means,
    split,
    varying_parts,
)
from lmm_core.assess.smooth import smooth
from lmm_core.figures.diagnostics.parts import (
    axis,
    cloud,
    curve,
    draw,
    drawn_rows,
    left_out_note,
    level_line,
    level_names,
    named,
    outcome_unit,
    straight,
    who,
    with_unit,
)
from lmm_core.figures.theme import Picture, axis_title, escape
from lmm_core.fitted import FittedModel
from lmm_core.model.design import Grouping

Units = Mapping[str, str]


def linearity_within(
    fit: FittedModel, predictor: str | None = None, units: Units | None = None
) -> Picture | None:
    """Residuals less their group's mean over a predictor less its group's mean (over the predictor
    itself where the groups hardly differ in it).

    ``predictor`` is a column; by default the one with the largest bend. None when no numeric
    predictor varies within groups.
    """
    material = Material(fit)
    grouping = material.finest
    found = _chosen(material, grouping, predictor, within=True)
    if found is None:
        return None
    _, x = split(found.values, grouping)
    _, y = split(fit.residuals, grouping)
    same = not varying_parts(found.values, grouping)[1]
    if same:
        # The groups' means are (nearly) one: the predictor itself reads more easily.
        x = found.values
    rows = drawn_rows(len(x), np.zeros(len(x), dtype=bool))
    unit = outcome_unit(fit, units)
    label = found.label if same else f"{found.label} minus {grouping.name} mean"
    hover = named(label, "x") + named("residual", "y", unit)
    traces = cloud(
        x[rows], y[rows], np.zeros(len(rows), bool), (who(grouping, rows), "%{customdata}" + hover)
    )
    traces += curve(smooth(x, y), "smooth curve")
    title = axis_title(found.label, units) if same else _deviation(found, grouping, units)
    layout = {
        "xaxis": axis(title),
        "yaxis": axis(with_unit("residual", unit)),
        "shapes": [level_line(0.0)],
    }
    bend = curve_within(material, found, grouping)
    alt = f"Residuals within {grouping.name} over {found.label} with a smooth curve"
    alt += f"; a bend accounts for {percent(bend.share)} of their SD." if bend else "."
    data = pd.DataFrame({grouping.name: _levels(grouping), found.label: x, "residual": y})
    return Picture(draw(traces, layout), alt + left_out_note(len(x), len(rows)), data)


def linearity_between(
    fit: FittedModel,
    predictor: str | None = None,
    group: str | None = None,
    units: Units | None = None,
) -> Picture | None:
    """Group means of y - X beta over group means of a predictor; the dashed line is straight.

    None when no numeric predictor differs between groups.
    """
    material = Material(fit)
    if group is None and len(fit.groups) > 1:
        group = check_linearity_between(material).numbers.get("group")
    grouping = fit.groups[group or material.finest.name]
    found = _chosen(material, grouping, predictor, within=False)
    if found is None:
        return None
    x = group_means(found.values, grouping)
    y, variance = marginal_means(material, grouping)
    unit = outcome_unit(fit, units)
    levels = level_names(grouping.name, grouping.levels)
    hover = named(f"mean {found.label}", "x") + named("off the fixed effects by", "y", unit)
    traces = cloud(x, y, np.zeros(len(x), dtype=bool), (levels, "%{customdata}" + hover))
    traces += curve(smooth(x, y), "smooth curve")
    slope, level = np.polyfit(x - x.mean(), y, 1, w=1 / np.sqrt(variance))
    ends = np.array([x.min(), x.max()])
    traces.append(straight(ends, level + slope * (ends - x.mean()), "straight line"))
    layout = {
        "xaxis": axis(f"mean {axis_title(found.label, units)} per {escape(grouping.name)}"),
        "yaxis": axis(with_unit("mean off the fixed effects", unit)),
    }
    bend = curve_between(material, found, grouping)
    alt = f"Each {grouping.name}'s mean deviation over its mean {found.label} with a smooth curve"
    alt += f"; a bend accounts for {percent(bend.share)} of their SD." if bend else "."
    data = pd.DataFrame(
        {grouping.name: grouping.levels, f"mean {found.label}": x, "mean deviation": y}
    )
    return Picture(draw(traces, layout), alt, data)


def _chosen(
    material: Material, grouping: Grouping, column: str | None, within: bool
) -> Predictor | None:
    """The predictor of that column, or the one the check reports, or any that varies."""
    varying = {
        p.column: p
        for p in material.predictors
        if varying_parts(p.values, grouping)[0 if within else 1] and not p.two_valued
    }
    if column is None and len(varying) > 1:
        check = (check_linearity_within if within else check_linearity_between)(material)
        column = check.numbers.get("predictor")
    return varying.get(column or "") or next(iter(varying.values()), None)


def _deviation(found: Predictor, grouping: Grouping, units: Units | None) -> str:
    unit = (units or {}).get(found.label, "")
    return with_unit(f"{found.label} minus {grouping.name} mean", unit)


def _levels(grouping: Grouping) -> pd.Categorical:
    return pd.Categorical.from_codes(grouping.codes, list(grouping.levels))
