"""Sentences about marginal means, comparisons and slopes, written from their numbers.

An interval that includes 0 is described by what it leaves open; no sentence claims that there is no
effect. The interval comes before the p-value.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isnan

import pandas as pd

from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number, p_phrase, percent, whole
from lmm_core.inference.slopes import JohnsonNeyman, Region
from lmm_core.model.factors import factor_of
from lmm_core.report.columns import Units, outcome_name, outcome_unit

AT_MOST = 6
_BASES = {"log": exp, "log2": lambda x: 2.0**x, "log10": lambda x: 10.0**x}


def means_sentences(fit: FittedModel, table: pd.DataFrame, units: Units) -> list[str]:
    """One sentence per mean, or the highest and the lowest of many; then what is held."""
    outcome, unit = outcome_name(fit), outcome_unit(fit, units)
    level = level_text(fit.spec.ci_level)
    columns = list(table.columns[: list(table.columns).index("estimate")])
    known = table[table["estimate"].notna()]
    rows = known.to_dict("records")

    def mean(row: dict) -> str:
        bounds = interval(row["conf_low"], row["conf_high"])
        return f"{_amount(row['estimate'], unit)} on average ({level} CI {bounds})"

    if not rows:
        return [f"The data can't determine any of these means of {outcome}."]
    if not columns:
        return [f"{outcome} is {mean(rows[0])}.", *table.attrs.get("notes", ())]
    if len(rows) <= AT_MOST:
        sentences = [f"With {_cell(row, columns)}, {outcome} is {mean(row)}." for row in rows]
    else:
        ordered = sorted(rows, key=lambda row: row["estimate"])
        first, last = ordered[0], ordered[-1]
        sentences = [
            f"Of {whole(len(rows))} means of {outcome}, the highest is that of "
            f"{_cell(last, columns)}: {mean(last)}; the lowest that of "
            f"{_cell(first, columns)}: {mean(first)}."
        ]
    if len(rows) > 1:
        sentences.append(
            "Two means whose intervals overlap may still differ clearly: compare them directly."
        )
    return [*sentences, *table.attrs.get("notes", ())]


def contrast_sentences(fit: FittedModel, table: pd.DataFrame, units: Units) -> list[str]:
    """One sentence per comparison, or a summary of many; then what is held and the family."""
    what = table.attrs.get("of")
    unit = slope_unit(fit, table.attrs["variable"], units) if what else outcome_unit(fit, units)
    columns = [c for c in table.columns[: list(table.columns).index("contrast")] if c != "at"]
    sides = table.attrs.get("sides", (None,) * len(table))
    rows = table.to_dict("records")
    known = [k for k, row in enumerate(rows) if not isnan(row["estimate"])]
    if len(known) <= AT_MOST:
        sentences = [_contrast(fit, rows[k], sides[k], columns, unit, what) for k in known]
    else:
        clear = [k for k in known if _clear(rows[k])]
        count = whole(len(known))
        if clear:
            largest = max(clear, key=lambda k: abs(rows[k]["estimate"]))
            verb = "excludes" if len(clear) == 1 else "exclude"
            sentences = [
                f"Of {count} comparisons, the intervals of {whole(len(clear))} {verb} 0.",
                "The largest of these: "
                + _contrast(fit, rows[largest], sides[largest], columns, unit, what),
            ]
            if len(clear) < len(known):
                sentences.append("The others leave their direction open.")
        else:
            sentences = [
                f"The intervals of all {count} comparisons include 0: the data leave their "
                "directions open."
            ]
    return [*sentences, *table.attrs.get("notes", ())]


def _contrast(
    fit: FittedModel,
    row: dict,
    sides: tuple[str, str] | None,
    columns: Sequence[str],
    unit: str,
    what: str | None,
) -> str:
    """``what`` is compared: the outcome, or a slope."""
    evidence = _evidence(fit, row)
    where = f"With {_cell(row, columns)}, " if columns else ""
    value = float(row["estimate"])
    ratio = "" if what else _ratio(fit, row)
    subject = what or outcome_name(fit)
    if what and not where:
        subject = what[0].upper() + what[1:]
    if sides is None:
        text = f"{where}{row['contrast']} is {_amount(value, unit)}"
        more, less = "higher", "lower"
    else:
        more, less = "more", "less"
        first, second = sides
        if value == 0:
            text = f"{where}{subject} is estimated as equal for {first} and {second}"
        else:
            size = _amount(abs(value), unit)
            way = "higher" if value > 0 else "lower"
            average = "" if what else " on average"
            text = f"{where}{subject} is {size} {way}{average} for {first} than for {second}"
    if _clear(row):
        return f"{text}{ratio} ({evidence})."
    if _split(fit, row):
        return (
            f"{text}{ratio} ({evidence}); Holm's p and the wider Bonferroni interval fall on "
            "different sides of the limit."
        )
    if sides is None:
        return f"{text}{ratio}, but the data leave the direction open ({evidence})."
    low, high = abs(float(row["conf_low"])), abs(float(row["conf_high"]))
    return (
        f"{text}{ratio}, but the data leave open everything from {_amount(low, unit)} {less} to "
        f"{_amount(high, unit)} {more} ({evidence})."
    )


def _ratio(fit: FittedModel, row: dict) -> str:
    """A difference of logarithms as a ratio of the outcome itself."""
    calls = factor_of(fit.spec.outcome).calls
    base = _BASES.get(calls[0][0]) if len(calls) == 1 else None
    if base is None or max(abs(row["conf_low"]), abs(row["conf_high"])) > 50:
        return ""
    column = factor_of(fit.spec.outcome).column
    bounds = interval(base(row["conf_low"]), base(row["conf_high"]))
    return f" (a ratio of {number(base(row['estimate']))} in {column}, {bounds})"


def slope_sentences(
    fit: FittedModel, table: pd.DataFrame, variable: str, units: Units
) -> list[str]:
    """One sentence per slope: rise or fall per unit, and what it leaves open."""
    outcome, unit = outcome_name(fit), outcome_unit(fit, units)
    columns = [c for c in table.columns[: list(table.columns).index("estimate")] if c != "at"]
    step = step_name(variable, units)
    sentences = []
    for row in table.to_dict("records"):
        where = f"With {_cell(row, columns)}, " if columns else ""
        value = float(row["estimate"])
        if isnan(value):
            text = f"{where}the data can't determine the slope of {variable}."
            sentences.append(text[0].upper() + text[1:])
            continue
        if value == 0:
            text = f"{where}{outcome} is estimated to stay the same per {step}"
        else:
            verb = "rises" if value > 0 else "falls"
            text = f"{where}{outcome} {verb} by {_amount(abs(value), unit)} per {step}"
        evidence = _evidence(fit, row)
        if _clear(row):
            sentences.append(f"{text} ({evidence}).")
        else:
            low, high = abs(float(row["conf_low"])), abs(float(row["conf_high"]))
            sentences.append(
                f"{text}, but the data leave open everything from a fall of {_amount(low, unit)} "
                f"to a rise of {_amount(high, unit)} ({evidence})."
            )
    return [*sentences, *table.attrs.get("notes", ())]


def region_sentences(fit: FittedModel, found: JohnsonNeyman) -> list[str]:
    """Where along the moderator the interval excludes 0, and on which side."""
    moderator, level = found.moderator, level_text(found.level)
    if found.contrast is None:
        effect = f"the slope of {found.variable}"
    else:
        effect = f"the difference {found.contrast[0]} minus {found.contrast[1]}"
    if not found.regions:
        return [f"{moderator} is the same in all rows, so there is no range to look at."]
    low, high = found.regions[0].low, found.regions[-1].high
    span = f"{number(low)} to {number(high)}"
    sentences = []
    if len(found.regions) == 1:
        sign = found.regions[0].sign
        if sign == 0:
            text = (
                f"At no observed {moderator} ({span}) does the {level} interval of {effect} "
                "exclude 0: the data leave its direction open throughout."
            )
        else:
            side = "above" if sign > 0 else "below"
            text = (
                f"Over the whole observed range of {moderator} ({span}) the {level} interval of "
                f"{effect} lies {side} 0."
            )
        sentences.append(text)
    else:
        parts = [
            _region(region, k, found.regions, moderator) for k, region in enumerate(found.regions)
        ]
        sentences.append(f"The {level} interval of {effect}: {'; '.join(parts)}.")
    if not found.interacts:
        sentences.append(
            f"The model has no interaction of {found.variable} and {moderator}, so it takes the "
            "effect as the same everywhere."
        )
    elif len(found.regions) > 1:
        sentences.append(
            "A boundary is where the interval touches 0, not where the effect starts or stops."
        )
    return sentences


def _region(region: Region, k: int, regions: Sequence[Region], moderator: str) -> str:
    if k == 0:
        where = f"for {moderator} below {number(region.high)}"
    elif k == len(regions) - 1:
        where = f"above {number(region.low)}"
    else:
        where = f"from {number(region.low)} to {number(region.high)}"
    what = {1: "lies above 0", -1: "lies below 0", 0: "includes 0"}[region.sign]
    return f"{where} it {what} ({percent(region.share)} of the rows)"


# -- pieces


def step_name(variable: str, units: Units) -> str:
    """ "year of age", "day" for Days; "unit of IQ" when its unit isn't known."""
    unit = units.get(variable, "unit")
    same = unit.casefold().rstrip("s") == variable.casefold().rstrip("s")
    return _singular(unit) if same else f"{_singular(unit)} of {variable}"


def slope_unit(fit: FittedModel, variable: str, units: Units) -> str:
    """ "mm per year"; nothing when one of the two units isn't known."""
    outcome, own = outcome_unit(fit, units), units.get(variable, "")
    return f"{outcome} per {_singular(own)}" if outcome and own else ""


def _singular(unit: str) -> str:
    return unit[:-1] if unit.endswith("s") and unit[:-1].isalpha() and len(unit) > 3 else unit


def _evidence(fit: FittedModel, row: dict) -> str:
    level = level_text(fit.spec.ci_level)
    return f"{level} CI {interval(row['conf_low'], row['conf_high'])}, {p_phrase(row['p_value'])}"


def _clear(row: dict) -> bool:
    return bool(row["conf_low"] > 0 or row["conf_high"] < 0)


def _split(fit: FittedModel, row: dict) -> bool:
    """Holm's p says clear where the interval doesn't."""
    return bool(row["p_value"] < 1 - fit.spec.ci_level and not _clear(row))


def _cell(row: dict, columns: Sequence[str]) -> str:
    values = [
        f"{c} = {row[c] if isinstance(row[c], str) else number(float(row[c]))}" for c in columns
    ]
    return " and ".join(values)


def _amount(value: float, unit: str) -> str:
    return f"{number(value)}{f' {unit}' if unit else ''}"
