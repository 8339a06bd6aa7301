"""What is missing, what it is related to, and what that means for the results, in sentences."""

from __future__ import annotations

from lmm_core.assess.missing import Dropout, Pattern, Relation
from lmm_core.fitted import FittedModel
from lmm_core.formatting import level_text, number, p_phrase, percent, whole
from lmm_core.report.columns import Units

MNAR = (
    "Whether values are missing because of what they would have been (missing not at random) can't "
    "be tested with these data: think about why they are missing."
)


def missing_headline(fit: FittedModel, found: Pattern) -> str:
    """How much is missing, as a title."""
    if found.status is not None:
        where = f"by {found.group} and {found.time}"
        if found.n_missing:
            return f"{percent(found.share_missing)} of the values {where} are missing"
        if found.n_lost:
            return f"{_rows(found.n_lost)} can't be used for lack of a predictor"
        return f"No value {where} is missing"
    unused = fit.dropped.n_dropped
    if unused:
        return f"{whole(unused)} of {whole(fit.dropped.n_total)} rows can't be used"
    return "No value is missing"


def rows_sentence(fit: FittedModel, found: Pattern) -> str:
    """How many rows each group has."""
    low, high = int(found.n_rows.min()), int(found.n_rows.max())
    G = whole(len(found.levels))
    if low == high:
        return f"Each of the {G} {found.group} groups has {_rows(low)} in use."
    zero = int((found.n_rows == 0).sum())
    text = f"The {G} {found.group} groups have {whole(low)} to {whole(high)} rows in use."
    if zero:
        has = "has" if zero == 1 else "have"
        text += f" {whole(zero)} of them {has} none and can't contribute."
    return text


def lost_sentence(found: Pattern) -> str:
    """Rows with an outcome that lack a predictor; empty when there are none."""
    if not found.n_lost:
        return ""
    columns = ", ".join(f"{name} ({whole(count)})" for name, count in found.lost)
    verb = "has" if found.n_lost == 1 else "have"
    text = f"{_rows(found.n_lost)} {verb} an outcome but can't be used"
    return (
        f"{text}, because a predictor, group or weight is missing: {columns}."
        if columns
        else (f"{text}, because a value is missing.")
    )


def no_time_sentence(found: Pattern) -> str:
    """Why there is no picture over time."""
    return (
        f"No column gives the {found.group} groups a common time or condition, so there is no "
        "pattern over time to show; that is fine where rows are simply members of a group."
    )


def dropout_sentence(found: Pattern, timing: Dropout) -> str:
    """Who leaves early, who misses an occasion in between."""
    G, group, time = whole(timing.n_groups), found.group, found.time
    if timing.n_complete == timing.n_groups:
        return f"All {G} {group} groups have an outcome at every value of {time}."
    parts = []
    if timing.n_left:
        end = f"before {time} {found.times[-1]}"
        parts.append(f"{whole(timing.n_left)} {_verb(timing.n_left, 'ends', 'end')} {end}")
    if timing.n_gap:
        parts.append(
            f"{whole(timing.n_gap)} {_verb(timing.n_gap, 'misses', 'miss')} a {time} in between"
        )
    if timing.n_late:
        parts.append(
            f"{whole(timing.n_late)} {_verb(timing.n_late, 'starts', 'start')} after {time} "
            f"{found.times[0]}"
        )
    if timing.n_never:
        parts.append(f"{whole(timing.n_never)} {_verb(timing.n_never, 'has', 'have')} none at all")
    return (
        f"Of {G} {group} groups, {whole(timing.n_complete)} have an outcome at every value of "
        f"{time}; "
        f"{', '.join(parts)}."
    )


def relation_sentences(
    fit: FittedModel, found: Pattern, relation: Relation, units: Units
) -> list[str]:
    """Whether a missed occasion is related to the value before it and to the predictors, and what
    that says about "missing at random".
    """
    if relation.table is None:
        if relation.n_missed == 0:
            return []
        return [f"What missing values are related to can't be told: {relation.reason}.", MNAR]
    rows = list(relation.table.itertuples())
    first, others = rows[0], rows[1:]
    names = list(dict.fromkeys(row.column for row in others))
    given = f", at the same {_listed(names)}" if names else ""
    outcome = first.column
    unit = units.get(outcome, "")
    step = f"per SD ({number(first.sd)}{f' {unit}' if unit else ''})"
    level = level_text(relation.level)
    ratio, low, high = first.odds_ratio, first.conf_low, first.conf_high
    clear = low > 1 or high < 1
    if clear:
        side, per = ("high", step) if ratio > 1 else ("low", f"{step} lower")
        if ratio < 1:
            ratio, low, high = 1 / ratio, 1 / high, 1 / low
        sentences = [
            f"The next {found.time} is missed more often after a {side} {outcome}: {per} the odds "
            f"are {number(ratio, 2)} times as large ({level} CI {_bounds(low, high)}, "
            f"{p_phrase(first.p_value)}){given}."
        ]
    else:
        sentences = [
            f"Missing the next {found.time} isn't clearly related to the {outcome} before it: "
            f"{step} the odds are {number(ratio, 2)} times as large ({level} CI "
            f"{_bounds(low, high)}, {p_phrase(first.p_value)}){given}."
        ]
    related = [row for row in others if row.conf_low > 1 or row.conf_high < 1]
    sentences += [_other(row, level) for row in related]
    if clear or related:
        sentences.append(
            "The values don't seem to be missing completely at random, so an analysis of the "
            f"complete {found.group} groups alone may mislead. The mixed model needs less: it "
            "stays valid if, given the values that were seen, nothing else drives what is missing "
            "(missing at random)."
        )
    else:
        sentences.append(
            "Nothing here speaks against missing at random, which is what the mixed model needs; "
            "with few missing values little could be seen."
            if relation.n_missed < 30
            else "Nothing here speaks against missing at random, which is what the mixed model "
            "needs."
        )
    return [*sentences, MNAR]


def what_of(kind: str, column: str, sd: float | None, level: str | None, ref: str | None) -> str:
    """A row of the relation's table in words."""
    if kind == "level":
        return f"{column}: {level} vs {ref}"
    per = f"per SD ({number(sd)})"
    return f"{column} before it, {per}" if kind == "previous" else f"{column}, {per}"


def _other(row, level: str) -> str:
    what = (
        f"with {row.column} {row.level} than {row.reference}"
        if row.kind == "level"
        else f"at higher {row.column}"
    )
    more = "more" if row.odds_ratio > 1 else "less"
    return (
        f"Occasions are missed {more} often {what} (odds ratio {number(row.odds_ratio, 2)}, "
        f"{level} CI {_bounds(row.conf_low, row.conf_high)}, {p_phrase(row.p_value)})."
    )


def _bounds(low: float, high: float) -> str:
    return f"{number(low, 2)} to {number(high, 2)}"


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{whole(n)} rows"


def _verb(n: int, one: str, many: str) -> str:
    return one if n == 1 else many


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
