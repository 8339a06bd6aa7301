"""Fixed effects as points with intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lmm_core.figures.parts import axis
from lmm_core.figures.theme import FIXED, Picture, escape, figure, wrap, zero_line
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, number, whole
from lmm_core.report.columns import outcome_name, outcome_unit

LABEL_WIDTH = 28
TIMES = " × "


def fixed_effects_forest(
    fit: FittedModel, units: Mapping[str, str] | None = None, include_intercept: bool = False
) -> Picture:
    """One row per coefficient in the table's order, all on one axis in outcome units.

    The intercept is left out unless it is asked for or the only coefficient: it is a level of the
    outcome, not an effect.
    """
    is_effect = np.array([k >= 0 for k in fit.design.assign])
    has_effects = bool(is_effect.any())
    table = fit.fixed_effects.assign(label=[_label(label) for label in fit.design.labels])
    if has_effects and not include_intercept:
        table = table[is_effect]
    level = level_text(fit.spec.ci_level)
    labels = [_wrapped(label) for label in table["label"]]
    position = np.arange(len(table))[::-1]
    low, high = table["conf_low"].to_numpy(), table["conf_high"].to_numpy()
    estimate = table["estimate"].to_numpy()
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": estimate,
        "y": position,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": high - estimate,
            "arrayminus": estimate - low,
            "thickness": 2.5,
            "width": 0,
        },
        "marker": {"size": 10, "color": FIXED},
        "hovertext": [
            f"<b>{escape(label)}</b><br>{number(e)} ({level} CI {number(a)} to {number(b)})"
            for label, e, a, b in zip(table["label"], estimate, low, high, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    tallest = max(label.count("<br>") + 1 for label in labels)
    layout = {
        "height": 80 + len(table) * max(36, 12 + 17 * tallest),
        "showlegend": False,
        "xaxis": axis(_title(fit, units, has_effects, level)),
        "yaxis": axis(
            tickvals=position, ticktext=labels, showgrid=False, range=[-0.6, len(table) - 0.4]
        ),
        # Without an effect there is nothing to compare with 0.
        "shapes": [zero_line()] if has_effects else [],
    }
    alt = _alt(table, level) if has_effects else _alt_average(fit, table, level)
    return Picture(figure([trace], layout), alt, table)


def _label(label: str) -> str:
    return "Intercept" if label == "(Intercept)" else label


def _wrapped(label: str) -> str:
    """The parts of an interaction below each other."""
    return f"{TIMES.rstrip()}<br>".join(wrap(p, LABEL_WIDTH, 2) for p in label.split(TIMES))


def _title(fit: FittedModel, units: Mapping[str, str] | None, has_effects: bool, level: str) -> str:
    what = f"{'Effect on' if has_effects else 'Average'} {outcome_name(fit)}"
    unit = outcome_unit(fit, units or {})
    return wrap(f"{what} ({unit}), {level} CI" if unit else f"{what}, {level} CI", 44)


def _alt(table: pd.DataFrame, level: str) -> str:
    clear = int(((table["conf_low"] > 0) | (table["conf_high"] < 0)).sum())
    n = len(table)
    if n == 1:
        row = table.iloc[0]
        bounds = f"{number(row.conf_low)} to {number(row.conf_high)}"
        return f"{row.label}: {number(row.estimate)} ({level} CI {bounds})."
    exclude = "excludes" if clear == 1 else "exclude"
    return f"Of {whole(n)} fixed effects with {level} intervals, {whole(clear)} {exclude} 0."


def _alt_average(fit: FittedModel, table: pd.DataFrame, level: str) -> str:
    row = table.iloc[0]
    bounds = f"{number(row.conf_low)} to {number(row.conf_high)}"
    return f"The average of {outcome_name(fit)} is {number(row.estimate)} ({level} CI {bounds})."
