"""Equal spread: residuals and their size over fitted values and time, and per group."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.assess.assumptions import Material
from lmm_core.assess.assumptions.check import times
from lmm_core.assess.assumptions.homoscedasticity import (
    check_homoscedasticity_group,
    check_homoscedasticity_time,
)
from lmm_core.assess.assumptions.material import varying_parts
from lmm_core.assess.assumptions.spread import GroupSpread, Trend, group_spread, spread_trend
from lmm_core.assess.smooth import smooth
from lmm_core.figures.diagnostics.parts import (
    FAR_OUT,
    Array,
    axis,
    band,
    cloud,
    curve,
    draw,
    drawn_rows,
    faded,
    fitted_title,
    left_out_note,
    level_line,
    level_names,
    named,
    outcome_unit,
    short,
    straight,
    who,
    with_unit,
)
from lmm_core.figures.theme import RANDOM, RESIDUAL, Picture, axis_title, escape
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number, whole

Units = Mapping[str, str]

MOST_NAMED = 60
# The mean of |z| of a standard normal z.
TYPICAL = float(np.sqrt(2 / np.pi))


def residuals_fitted(
    fit: FittedModel, units: Units | None = None, marked: Array | None = None
) -> Picture:
    """Residuals over fitted values with a smooth curve; the rows ``marked`` (n,), or else those
    beyond 3 SDs, are marked.

    Shrinkage tilts such a cloud even when the model is right, the more the fewer rows a group has.
    The dashed line has the slope to expect: residuals Py and fitted values y - Py have an average
    covariance of sigma^2 (n - p - tr P) / n. With a residual structure the residuals are those with
    its spread and correlation taken out, for which there is no such line.
    """
    material = Material(fit)
    x, y = fit.fitted, material.levelled
    far = np.abs(material.residuals) > FAR_OUT if marked is None else marked
    rows = drawn_rows(len(x), far)
    unit = outcome_unit(fit, units)
    hover = "%{customdata}" + named("fitted", "x", unit) + named("residual", "y", unit)
    traces = cloud(x[rows], y[rows], far[rows], (who(material.finest, rows), hover))
    traces += curve(smooth(x, y), "smooth curve")
    structure = fit.spec.residual
    if structure is None:
        covariance = fit.sigma**2 * max(len(x) - fit.design.p - material.df, 0.0) / len(x)
        slope = covariance / float(x.var()) if np.ptp(x) > 0 else 0.0
        ends = np.array([x.min(), x.max()])
        traces.append(straight(ends, slope * (ends - x.mean()), "expected"))
    layout = {
        "xaxis": axis(fitted_title(fit, unit)),
        "yaxis": axis(with_unit("residual" if structure is None else "levelled residual", unit)),
    }
    which = "lie beyond 3 SDs" if marked is None else "are marked"
    taken = f" (the {structure.words} taken out)" if structure is not None else ""
    alt = f"Residuals{taken} over fitted values; {far.sum():,} of {len(x):,} {which}."
    data = pd.DataFrame({"fitted": x, "residual": y})
    return Picture(draw(traces, layout), alt + left_out_note(len(x), len(rows)), data)


def homoscedasticity_fitted(fit: FittedModel, units: Units | None = None) -> Picture | None:
    """Size of the residuals (in SDs) over the fitted values."""
    if not np.ptp(fit.fitted) > 0:
        return None
    unit = outcome_unit(fit, units)
    title = fitted_title(fit, unit)
    return _sizes(Material(fit), fit.fitted, "fitted values", title, "fitted")


def homoscedasticity_time(
    fit: FittedModel, predictor: str | None = None, units: Units | None = None
) -> Picture | None:
    """Size of the residuals (in SDs) over a numeric predictor that varies within groups."""
    material = Material(fit)
    varying = {
        p.label: p for p in material.predictors if varying_parts(p.values, material.finest)[0]
    }
    if not varying:
        return None
    chosen = predictor or check_homoscedasticity_time(material).numbers.get("predictor")
    found = varying.get(chosen or "") or next(iter(varying.values()))
    title = axis_title(found.label, units)
    return _sizes(material, found.values, f"values of {found.label}", title, found.label)


def _sizes(material: Material, x: Array, of: str, title: str, label: str) -> Picture:
    size = np.abs(material.residuals)
    far = size > FAR_OUT
    rows = drawn_rows(len(x), far)
    hover = "%{customdata}" + named(label, "x") + named("residual", "y", "SDs")
    traces = cloud(x[rows], size[rows], far[rows], (who(material.finest, rows), hover))
    traces += curve(smooth(x, size), "typical size")
    layout = {
        "xaxis": axis(title),
        "yaxis": axis("size of residual (SDs)", rangemode="tozero"),
        "shapes": [level_line(TYPICAL)],
    }
    trend = spread_trend(x, material.residuals, material.shares)
    alt = f"Size of the residuals over {label} with a smooth curve; {_words(trend, of)}."
    data = pd.DataFrame({label: x, "size of residual": size})
    return Picture(draw(traces, layout), alt + left_out_note(len(x), len(rows)), data)


def _words(trend: Trend | None, of: str) -> str:
    if trend is None:
        return "there are too few rows to compare low and high values"
    more, less = ("high", "low") if trend.ratio >= 1 else ("low", "high")
    return f"the spread is {times(trend.size)} as large for {more} {of} as for {less} ones"


def homoscedasticity_group(
    fit: FittedModel, group: str | None = None, units: Units | None = None
) -> Picture | None:
    """Residual SD of each group, sorted; the grey bar is where 95 % lie with equal spread.

    None when no two groups have rows enough for an SD.
    """
    material = Material(fit)
    name = group or check_homoscedasticity_group(material).numbers.get("group")
    grouping = fit.groups[name or next(iter(fit.groups))]
    spread = group_spread(material, grouping)
    order = np.flatnonzero(spread.usable)
    if len(order) < 2:
        return None
    order = order[np.argsort(spread.sd[order], kind="stable")]
    return _group_picture(spread, order, outcome_unit(fit, units))


def _group_picture(spread: GroupSpread, order: Array, unit: str) -> Picture:
    n, grouping = len(order), spread.grouping
    sd, low, high = spread.sd[order], spread.low[order], spread.high[order]
    levels = [grouping.levels[k] for k in order]
    position = np.arange(float(n))
    out = (sd < low) | (sd > high)
    named_groups = n <= MOST_NAMED
    names = level_names(grouping.name, levels)
    template = "%{customdata}" + named("residual SD", "x" if named_groups else "y", unit)
    if named_groups:
        bars = np.column_stack([low, high, np.full(n, np.nan)]).ravel()
        expected = {
            "type": "scatter",
            "mode": "lines",
            "x": bars,
            "y": np.repeat(position, 3),
            "line": {"color": faded(RESIDUAL, 0.3), "width": 9},
            "hoverinfo": "skip",
        }
    else:
        edges = np.column_stack([position - 0.5, position + 0.5]).ravel()
        expected = band(edges, np.repeat(low, 2), np.repeat(high, 2), RESIDUAL)
    traces = [expected]
    points = cloud(sd, position, out, (names, template))
    if not named_groups:
        for trace in points:
            trace["x"], trace["y"] = trace["y"], trace["x"]
    for trace in points:
        trace["marker"]["color"] = RANDOM if trace["name"] else RESIDUAL
    traces += points
    sd_title = with_unit("residual SD", unit)
    if named_groups:
        ticks = {"tickvals": position, "ticktext": [short(level, 16) for level in levels]}
        layout = {
            "height": int(max(260, 18 * n + 80)),
            "xaxis": axis(sd_title, rangemode="tozero"),
            "yaxis": axis(escape(grouping.name), showgrid=False, **ticks),
            "shapes": [_upright(spread.expected)],
        }
    else:
        layout = {
            "xaxis": axis(
                f"{n:,} groups of {escape(grouping.name)}, sorted",
                showticklabels=False,
                showgrid=False,
            ),
            "yaxis": axis(sd_title, rangemode="tozero"),
            "shapes": [level_line(spread.expected)],
        }
    alt = (
        f"Residual SD of {n:,} groups of {grouping.name}, from {number(float(sd[0]))} to "
        f"{number(float(sd[-1]))}; {whole(int(out.sum()))} lie outside the range expected with "
        "equal spread."
    )
    data = pd.DataFrame(
        {grouping.name: levels, "residual SD": sd, "expected low": low, "expected high": high}
    )
    return Picture(draw(traces, layout), alt, data)


def _upright(x: float) -> dict:
    line = level_line(x)
    return {
        **line,
        "xref": "x",
        "x0": x,
        "x1": x,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
    }
