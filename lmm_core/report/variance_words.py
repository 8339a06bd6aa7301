"""Sentences about variance: components, ICC, groups that stand out, boundary fits, lost rows."""

from __future__ import annotations

import numpy as np

from lmm_core.fitted import FittedModel
from lmm_core.formatting import correlation, number, percent, whole
from lmm_core.inference.tables import Component
from lmm_core.model.matrices import INTERCEPT
from lmm_core.report.columns import Units, outcome_unit
from lmm_core.report.residual_words import residual_sentences


def icc_sentence(fit: FittedModel) -> str:
    """What the ICC means here."""
    icc = fit.icc()
    predictors = bool(fit.spec.fixed)
    of = "variance that the predictors leave" if predictors else "variance"
    if len(icc.by_group) == 1:
        group = icc.by_group[0][0]
        share = percent(icc.adjusted)
        if icc.adjusted < 5e-9:
            return f"None of the {of} is estimated to lie between {group} groups: the ICC is 0."
        meaning = (
            f"two rows of the same {group} correlate by about {correlation(icc.adjusted)}"
            if not icc.with_slopes
            else "this share changes along the random slope; it is averaged over the rows here"
        )
        structure = fit.spec.residual
        if structure is not None and not icc.with_slopes:
            meaning = (
                "the residual variance is averaged over the rows here"
                if structure.correlation is None
                else f"two rows of the same {group} that are far apart in "
                f"{structure.correlation.time} correlate by about {correlation(icc.adjusted)}"
            )
        return f"{share} of the {of} lies between {group} groups: {meaning}."
    (first, share), *others = icc.by_group
    parts = [f"{percent(share)} lies between {first} groups"]
    parts += [f"{percent(value)} between {name} groups" for name, value in others]
    rest = percent(1 - icc.adjusted)
    return f"Of the {of}, {', '.join(parts)}, and {rest} is residual."


def variance_sentences(fit: FittedModel, units: Units) -> list[str]:
    """The spread of groups and rows in outcome units, and what a correlation means."""
    unit = outcome_unit(fit, units)
    sentences = []
    for row in fit.components:
        if row.group == "Residual":
            sentences += residual_sentences(fit, units)
        elif row.term_2 is not None:
            sentences.append(_correlation_sentence(row))
        elif row.term_1 == "(Intercept)":
            low, high = number(2 * row.sdcor), f" {unit}" if unit else ""
            sentences.append(
                f"The levels of {row.group} groups have an SD of {number(row.sdcor)}{high}: about "
                f"95 % lie within ±{low}{high} of the average."
            )
        else:
            sentences.append(
                f"The effects of {row.term_1} have an SD of {number(row.sdcor)} between "
                f"{row.group} groups."
            )
    return sentences


def _correlation_sentence(row: Component) -> str:
    first, second = _effect(row.term_1), _effect(row.term_2)
    if np.isnan(row.sdcor):
        return (
            f"The correlation of {first} and {second} can't be given, because one of the variances "
            "is 0."
        )
    if abs(row.sdcor) > 0.9999:
        sign = "perfectly together" if row.sdcor > 0 else "exactly against each other"
        return (
            f"The {first} and the {second} of {row.group} groups run {sign}: the fit is at its "
            "boundary."
        )
    if abs(row.sdcor) < 0.1:
        return (
            f"The {first} and the {second} of {row.group} groups are hardly related "
            f"(correlation {correlation(row.sdcor)})."
        )
    more = "larger" if row.sdcor > 0 else "smaller"
    return (
        f"Groups with a higher {first} tend to have a {more} {second} "
        f"(correlation {correlation(row.sdcor)})."
    )


def _effect(term: str | None) -> str:
    return "level" if term == INTERCEPT else f"effect of {term}"


def caterpillar_sentence(fit: FittedModel, group: str, term: str) -> str:
    """How many groups stand out in one random effect, and which lead."""
    table = fit.conditional_modes(group)
    table = table[table["term"] == term]
    name = _effect(term)
    if not (table["std_error"] > 0).any() and not table["estimate"].abs().max() > 0:
        return f"All {group} groups have the same {name}: its variance is estimated as 0."
    marked = table[(table["conf_low"] > 0) | (table["conf_high"] < 0)]
    total = len(table)
    if marked.empty:
        return (
            f"None of the {whole(total)} {group} groups stands out from the average in its {name}."
        )
    ordered = marked.sort_values("estimate")
    texts = []
    low, high = ordered[ordered["estimate"] < 0], ordered[ordered["estimate"] > 0]
    if len(high):
        texts.append(f"highest {high['level'].iat[-1]} ({_signed(high['estimate'].iat[-1])})")
    if len(low):
        texts.append(f"lowest {low['level'].iat[0]} ({_signed(low['estimate'].iat[0])})")
    stand = "stands" if len(marked) == 1 else "stand"
    return (
        f"{whole(len(marked))} of {whole(total)} {group} groups {stand} out from the average in "
        f"{name}: {', '.join(texts)}."
    )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number(value)}"


def dropped_sentence(fit: FittedModel) -> str:
    """Which rows were left out and why; empty when none were."""
    dropped = fit.dropped
    if not dropped.n_dropped:
        return ""
    columns = ", ".join(f"{name} ({whole(count)})" for name, count in dropped.by_column)
    rows = "1 row is" if dropped.n_dropped == 1 else f"{whole(dropped.n_dropped)} rows are"
    text = f"{rows} left out of {whole(dropped.n_total)} because a value is missing: {columns}."
    for group, lost in dropped.groups_lost:
        shown = ", ".join(lost[:5]) + (" …" if len(lost) > 5 else "")
        text += f" {whole(len(lost))} {group} groups have no complete row: {shown}."
    return text


def singular_sentence(fit: FittedModel) -> str:
    """What a boundary fit means; empty when the fit isn't at the boundary."""
    singular = fit.convergence.singular
    if not singular:
        return ""
    what = "; ".join(s.text for s in singular)
    return (
        f"The fit is at its boundary: {what}. The data don't support this part of the random "
        "effects; the fixed effects can still be read."
    )


def sample_size(fit: FittedModel) -> str:
    """ "180 rows, 18 Subject groups"."""
    groups = ", ".join(f"{whole(n)} {name} groups" for name, n in fit.n_groups.items())
    return f"{whole(fit.n_obs)} rows, {groups}"
