"""Sentences about effects, written from the numbers. They hold for every sign and size.

No sentence claims that there is no effect: an interval that includes 0 is described by what it
leaves open.
"""

from __future__ import annotations

from collections.abc import Iterable

from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, level_text, number, p_phrase
from lmm_core.report.columns import (
    Coefficient,
    Part,
    Units,
    coefficients,
    key_coefficient,
    outcome_name,
    outcome_unit,
    plain,
)


def main_result(fit: FittedModel, units: Units) -> str:
    """The one sentence for the top of the overview."""
    return coefficient_sentence(fit, key_coefficient(fit), units)


def headline(fit: FittedModel, units: Units) -> str:
    """A heading that states the finding of the key coefficient."""
    c = key_coefficient(fit)
    outcome, unit = outcome_name(fit), outcome_unit(fit, units)
    amount = _with_unit(abs(c.estimate), unit)
    if c.is_intercept:
        return f"{outcome} is {_with_unit(c.estimate, unit)} on average"
    if not c.excludes_zero:
        return f"{outcome} and {_subject(c)}: the direction stays open"
    condition = f" when {' and '.join(c.conditions)}" if c.conditions else ""
    if len(c.parts) == 1 and c.parts[0].numeric:
        verb = "rises" if c.estimate > 0 else "falls"
        return f"{outcome} {verb} by {amount} per {_per(c.parts[0], units)}{condition}"
    if len(c.parts) == 1 and c.parts[0].reference is not None:
        more = "higher" if c.estimate > 0 else "lower"
        return f"{outcome} is {amount} {more} for {_pair(c.parts[0])}{condition}"
    return f"{c.label}: {_with_unit(c.estimate, unit)}"


def fixed_effects_sentences(fit: FittedModel, units: Units) -> list[str]:
    """One sentence per coefficient, in the order of the table."""
    return [coefficient_sentence(fit, c, units) for c in coefficients(fit)]


def coefficient_sentence(
    fit: FittedModel, c: Coefficient, units: Units, with_p: bool = True
) -> str:
    """What one coefficient says: estimate with unit, interval, what it is conditional on."""
    outcome, unit = outcome_name(fit), outcome_unit(fit, units)
    level = level_text(fit.spec.ci_level)
    if c.is_intercept:
        where = _intercept_condition(fit)
        return (
            f"{where} {outcome} is {_with_unit(c.estimate, unit)} on average "
            f"({level} CI {interval(c.low, c.high)})."
        )
    evidence = f"{level} CI {interval(c.low, c.high)}" + (f", {p_phrase(c.p)}" if with_p else "")
    condition = f", when {' and '.join(c.conditions)}" if c.conditions else ""
    if len(c.parts) > 1:
        return _interaction_sentence(c, outcome, unit, evidence, condition)
    part = c.parts[0]
    if not part.numeric and part.reference is None:
        return (
            f"With {part.name} = {part.level}{condition}, {outcome} is "
            f"{_with_unit(c.estimate, unit)} on average ({level} CI {interval(c.low, c.high)})."
        )
    if part.numeric:
        subject, up, down = f"For each {_per(part, units)} more", "a rise", "a fall"
        verb = "rises" if c.estimate > 0 else "falls"
        claim = f"{subject}, {outcome} {verb} by {_with_unit(abs(c.estimate), unit)} on average"
    else:
        up, down = "more", "less"
        more = "higher" if c.estimate > 0 else "lower"
        amount = _with_unit(abs(c.estimate), unit)
        claim = f"{outcome} is {amount} {more} on average for {_pair(part)}"
    if c.excludes_zero:
        return f"{claim}{condition} ({evidence})."
    return f"{claim}{condition}, but {_open(c, unit, up, down)} ({evidence})."


def _open(c: Coefficient, unit: str, up: str, down: str) -> str:
    """What an interval that includes 0 leaves open."""
    if up == "more":
        low, high = _with_unit(abs(c.low), unit), _with_unit(abs(c.high), unit)
        return f"the data leave open everything from {low} less to {high} more"
    low, high = _with_unit(abs(c.low), unit), _with_unit(abs(c.high), unit)
    return f"the data leave open everything from {down} of {low} to {up} of {high}"


def _interaction_sentence(
    c: Coefficient, outcome: str, unit: str, evidence: str, condition: str
) -> str:
    numeric = [part for part in c.parts if part.numeric]
    levels = [part for part in c.parts if not part.numeric]
    amount = _with_unit(abs(c.estimate), unit)
    if len(numeric) == 1 and levels and all(part.reference is not None for part in levels):
        more = "larger" if c.estimate > 0 else "smaller"
        claim = (
            f"The change of {outcome} per {numeric[0].name} is {amount} {more} for "
            f"{_and(_level(part) for part in levels)} than for {_and(map(_reference, levels))}"
        )
    elif not numeric and len(levels) == 2 and all(part.reference is not None for part in levels):
        first, second = levels
        more = "larger" if c.estimate > 0 else "smaller"
        claim = (
            f"The difference between {_level(first)} and {_reference(first)} is {amount} {more} "
            f"for {_level(second)} than for {_reference(second)}"
        )
    elif len(numeric) == 2 and not levels:
        more = "larger" if c.estimate > 0 else "smaller"
        claim = (
            f"For each 1 more of {numeric[1].name}, the change of {outcome} per "
            f"{numeric[0].name} is {amount} {more}"
        )
    else:
        claim = f"The coefficient of {c.label} is {_with_unit(c.estimate, unit)}"
    if c.excludes_zero:
        return f"{claim}{condition} ({evidence})."
    return f"{claim}{condition}, but the data leave the direction open ({evidence})."


def _with_unit(value: float, unit: str) -> str:
    return f"{number(value)}{f' {unit}' if unit else ''}"


def _per(part: Part, units: Units) -> str:
    """ "1 day", or the column's own name when its unit isn't known."""
    unit = units.get(part.name, "")
    if unit.endswith("s") and unit[:-1].isalpha() and len(unit) > 3:
        return unit[:-1]
    return f"{unit} of {part.name}" if unit else f"unit of {part.name}"


def _pair(part: Part) -> str:
    return f"{_level(part)} than for {_reference(part)}"


def _level(part: Part) -> str:
    return _named(part, str(part.level))


def _reference(part: Part) -> str:
    return _named(part, str(part.reference))


def _named(part: Part, level: str) -> str:
    """A level that is a word speaks for itself; "2" or "A" needs its column."""
    word = len(level) > 2 and level.replace(" ", "").isalpha()
    return level if word else f"{part.name} = {level}"


def _and(items: Iterable[str]) -> str:
    return " and ".join(items)


def _subject(c: Coefficient) -> str:
    return " × ".join(part.name for part in c.parts)


def _intercept_condition(fit: FittedModel) -> str:
    """Where every predictor has to stand for the intercept to be the mean."""
    from lmm_core.model.encoding import Categorical

    conditions = []
    for text in dict.fromkeys(t for term in fit.spec.fixed for t in term):
        encoder = fit.design.encoders[text]
        if isinstance(encoder, Categorical):
            conditions.append(f"{plain(text)} = {encoder.levels[0]}")
        else:
            calls = {call[0] for call in encoder.factor.calls}
            mean = calls & {"center", "scale", "poly"}
            conditions.append(f"{plain(text)} = {'its mean' if mean else '0'}")
    if not conditions:
        return "Over all groups,"
    shown = ", ".join(conditions[:4]) + (" …" if len(conditions) > 4 else "")
    return f"When {shown},"
