"""Headings and one-sentence summaries of effects; they state the finding, or that it stays open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number, percent, whole
from lmm_core.inference.slopes import JohnsonNeyman
from lmm_core.report.columns import Units, outcome_name, outcome_unit
from lmm_core.report.effect_words import slope_unit, step_name


def comparisons_headline(
    fit: FittedModel, table: pd.DataFrame, column: str, units: Units, what: str = ""
) -> str:
    """The finding of a table of comparisons between levels of ``column``.

    ``what`` is compared: the outcome unless it names a slope ("the slope of age").
    """
    subject = what or outcome_name(fit)
    known = table[table["estimate"].notna()]
    if known.empty:
        return f"{_capital(subject, fit)}: the data can't compare levels of {column}"
    clear = (known["conf_low"] > 0) | (known["conf_high"] < 0)
    sides = table.attrs.get("sides", ())
    if len(known) == 1 and sides and sides[0] is not None:
        row = known.iloc[0]
        if not clear.iloc[0]:
            return f"{_capital(subject, fit)} and {column}: the direction stays open"
        first, second = sides[0]
        way = "higher" if row["estimate"] > 0 else "lower"
        slope = table.attrs.get("variable")
        unit = slope_unit(fit, slope, units) if slope else outcome_unit(fit, units)
        size = _amount(abs(float(row["estimate"])), unit)
        return f"{_capital(subject, fit)} is {size} {way} for {first} than for {second}"
    if len(known) == 1 and sides and sides[0] is None:
        way = "above" if known["estimate"].iloc[0] > 0 else "below"
        found = f"clearly {way} 0" if clear.iloc[0] else "not clearly on one side of 0"
        return f"{_capital(subject, fit)} and {column}: {known['contrast'].iloc[0]} is {found}"
    if not clear.any():
        return f"{_capital(subject, fit)} and {column}: the directions stay open"
    count = f"{whole(int(clear.sum()))} of {whole(len(known))}"
    verb = "is" if clear.sum() == 1 else "are"
    return f"{_capital(subject, fit)} and {column}: {count} differences {verb} clear"


def slope_headline(fit: FittedModel, table: pd.DataFrame, variable: str, units: Units) -> str:
    """The finding of one slope, or the range of several."""
    outcome, unit = outcome_name(fit), outcome_unit(fit, units)
    known = table[table["estimate"].notna()]
    if known.empty:
        return f"{outcome}: the data can't determine the slope of {variable}"
    if len(known) > 1:
        low, high = float(known["estimate"].min()), float(known["estimate"].max())
        if np.isclose(low, high, rtol=1e-9, atol=0):
            return f"The slope of {variable} is {number(low)}"
        return f"The slope of {variable} runs from {interval(low, high)}"
    row = known.iloc[0]
    if not (row["conf_low"] > 0 or row["conf_high"] < 0):
        return f"{outcome} and {variable}: the direction stays open"
    verb = "rises" if row["estimate"] > 0 else "falls"
    step = step_name(variable, units)
    return f"{outcome} {verb} by {_amount(abs(float(row['estimate'])), unit)} per {step}"


def is_one_test(table: pd.DataFrame) -> bool:
    """Whether all comparisons have the same t: one coefficient in different sizes."""
    size = table["statistic"].abs()
    return bool(len(table) > 1 and size.notna().all() and np.ptp(size) < 1e-6 * size.max())


def moderation_headline(
    table: pd.DataFrame, points: Sequence[float], variable: str, moderator: str
) -> str:
    """How a slope changes with a number, from ``slope_contrasts`` at its ``points``."""
    row = table.iloc[0]
    if not (row["conf_low"] > 0 or row["conf_high"] < 0):
        return f"How the slope of {variable} changes with {moderator} stays open"
    change = -row["estimate"] / (points[1] - points[0])
    return f"The slope of {variable} {'rises' if change > 0 else 'falls'} with {moderator}"


def region_headline(found: JohnsonNeyman) -> str:
    """Whether the effect's interval excludes 0 everywhere, nowhere, or in part of the range."""
    if found.contrast is None:
        effect = f"The slope of {found.variable}"
    else:
        effect = f"The difference {found.contrast[0]} minus {found.contrast[1]}"
    signs = [region.sign for region in found.regions]
    along = f"at every {found.moderator} observed"
    if not signs:
        return f"{effect} along {found.moderator}"
    if set(signs) == {0}:
        return f"{effect}: the direction stays open {along}"
    if len(signs) == 1:
        return f"{effect} is clearly {'above' if signs[0] > 0 else 'below'} 0 {along}"
    share = sum(region.share for region in found.regions if region.sign)
    sides = set(signs) - {0}
    where = "on both sides of" if len(sides) == 2 else "above" if sides == {1} else "below"
    return f"{effect} is clearly {where} 0 for {percent(share)} of the rows"


def means_summary(fit: FittedModel, table: pd.DataFrame, units: Units) -> str:
    """The highest and the lowest of several means, or the only one."""
    outcome, unit = outcome_name(fit), outcome_unit(fit, units)
    level = level_text(fit.spec.ci_level)
    columns = list(table.columns[: list(table.columns).index("estimate")])
    known = table[table["estimate"].notna()]
    if known.empty:
        return f"The data can't determine any of these means of {outcome}."

    def mean(row: pd.Series) -> str:
        bounds = interval(row["conf_low"], row["conf_high"])
        value = f"{_amount(float(row['estimate']), unit)} ({level} CI {bounds})"
        return f"{value} with {_cell(row, columns)}" if columns else value

    order = known["estimate"].to_numpy(dtype=float).argsort()
    low, high = known.iloc[order[0]], known.iloc[order[-1]]
    if len(known) == 1:
        return f"On average {outcome} is {mean(low)}."
    return f"The highest mean of {outcome} is {mean(high)}, the lowest {mean(low)}."


def _capital(subject: str, fit: FittedModel) -> str:
    """A heading starts with a capital, but a user's column keeps its letters."""
    return subject if subject == outcome_name(fit) else subject[0].upper() + subject[1:]


def _cell(row: pd.Series, columns: list[str]) -> str:
    values = [row[c] if isinstance(row[c], str) else number(float(row[c])) for c in columns]
    return " and ".join(f"{c} = {v}" for c, v in zip(columns, values, strict=True))


def _amount(value: float, unit: str) -> str:
    return f"{number(value)}{f' {unit}' if unit else ''}"
