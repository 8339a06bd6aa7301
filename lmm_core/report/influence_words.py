"""What single groups or rows do to the result, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lmm_core.assess.influence import Influence
from lmm_core.fitted import FittedModel
from lmm_core.formatting import number, p_value, whole

AT_MOST = 5


def influence_headline(fit: FittedModel, found: Influence, term: str) -> str:
    """Whether one group alone decides what is concluded about a coefficient."""
    turning = _turning(fit, found, term)
    name = effect_name(found, term)
    if not turning:
        return f"No single {_one(found)} decides the {name}"
    if len(turning) == 1:
        return f"The conclusion on the {name} hangs on {found.called(turning[0])}"
    return f"The conclusion on the {name} hangs on any of {whole(len(turning))} {_many(found)}"


def largest_sentence(found: Influence, term: str) -> str:
    """The group that moves the coefficient most."""
    change = np.abs(found.change(term))
    lost = [found.levels[i] for i in np.flatnonzero(~np.isfinite(change))]
    text = ""
    if lost:
        text = (
            f"Without {found.called(lost[0])} the {effect_name(found, term)} can't be estimated "
            "at all. "
        )
        if len(lost) == found.n:
            return text.strip()
    worst = found.levels[int(np.nanargmax(change))]
    size = float(np.nanmax(np.abs(found.change_in_se(term))))
    return (
        f"{text}{without_sentence(found, term, worst)} No other {_one(found)} moves it "
        f"more: {number(size, 2)} of its standard error."
    )


def without_sentence(found: Influence, term: str, level: str) -> str:
    """ "Without school 7 the effect of x would be 1.2 instead of 1.5 (p from .01 to .04)."""
    i, k = found.levels.index(level), found.index(term)
    estimate = float(found.without.estimate[i, k])
    name = effect_name(found, term)
    if not np.isfinite(estimate):
        return f"Without {found.called(level)} the {name} can't be estimated."
    before = float(found.full.estimate[0, k])
    p = _from_to(float(found.full.p_value[0, k]), float(found.without.p_value[i, k]))
    if number(estimate) == number(before):
        return f"Without {found.called(level)} the {name} would stay {number(before)} ({p})."
    return (
        f"Without {found.called(level)} the {name} would be {number(estimate)} instead of "
        f"{number(before)} ({p})."
    )


def turning_sentence(fit: FittedModel, found: Influence, term: str) -> str:
    """Which groups alone would turn the conclusion."""
    turning = _turning(fit, found, term)
    alpha = p_value(1 - fit.spec.ci_level)
    if not turning:
        return (
            f"Whichever {_one(found)} is left out, the sign of the {effect_name(found, term)} "
            f"stays and p stays on the same side of {_alpha(alpha)}."
        )
    names = _listed(turning)
    verb = "it" if len(turning) == 1 else "any of them"
    return (
        f"The sign changes or p crosses {_alpha(alpha)} without {verb}: {names}. Report the result "
        "with and without, and look whether the values are right; being influential isn't a reason "
        "to leave data out."
    )


def cooks_sentence(fit: FittedModel, found: Influence) -> str:
    """Who moves all coefficients together, by Cook's distance."""
    total = fit.groups[found.group].n_levels if found.group else fit.n_obs
    limit = 4 / total
    over = [found.levels[i] for i in found.order() if found.cooks[i] > limit]
    rule = f"Cook's distance above 4 / {whole(total)} = {number(limit, 2)}"
    if not over:
        return f"No {_one(found)} has a {rule}, the usual mark for a closer look."
    names = _listed(over)
    who = f"{whole(len(over))} of {whole(found.n)} {_many(found)}"
    verb = "has" if len(over) == 1 else "have"
    return f"{who} {verb} a {rule}, the usual mark for a closer look: {names}."


def variance_sentence(found: Influence) -> str:
    """The largest relative change of a standard deviation; empty when none is known."""
    full, without = found.full.components[0], found.without.components
    sds = [k for k, name in enumerate(found.component_names) if name[2] is None]
    best, where = 0.0, None
    for k in sds:
        if not full[k] > 0:
            continue
        relative = np.abs(without[:, k] / full[k] - 1)
        if np.isfinite(relative).any() and np.nanmax(relative) > best:
            best, where = float(np.nanmax(relative)), (int(np.nanargmax(relative)), k)
    if where is None:
        return ""
    i, k = where
    return (
        f"Of the standard deviations, the {found.component_labels[k]} changes most: without "
        f"{found.called(found.levels[i])} it would be {number(float(without[i, k]))} instead of "
        f"{number(float(full[k]))}."
    )


def exactness_sentence(fit: FittedModel, found: Influence) -> str:
    """How the results without each group were found."""
    if fit.spec.residual is not None:
        return f"{_exactness(fit, found)} The residual structure is held at its estimate."
    return _exactness(fit, found)


def _exactness(fit: FittedModel, found: Influence) -> str:
    total = fit.groups[found.group].n_levels if found.group else fit.n_obs
    kind = _many(found)
    if found.n < total:
        unusual = "the most unusual data" if found.group else "the largest residuals"
        return (
            f"Refitted without each of the {whole(found.n)} {kind} with {unusual}, of "
            f"{whole(total)}."
        )
    if found.is_exact:
        return (
            f"The model was refitted {whole(found.n)} times, each time without one {_one(found)}."
        )
    exact = int(found.exact.sum())
    return (
        f"The {whole(exact)} most influential of {whole(total)} {kind} were refitted; for the "
        "others the variance components are held at those of all data."
    )


def together_sentence(found: Influence, levels: Sequence[str]) -> str:
    """What a comparison with and without several groups is of."""
    names = _listed(levels)
    return f"With all data, and without {_one(found)} {names}."


def effect_name(found: Influence, term: str) -> str:
    label = found.labels[found.index(term)]
    return "intercept" if label == "(Intercept)" else f"effect of {label}"


def _turning(fit: FittedModel, found: Influence, term: str) -> list[str]:
    flags = found.turning(term, 1 - fit.spec.ci_level)
    change = np.nan_to_num(np.abs(found.change(term)))
    order = np.argsort(-change, kind="stable")
    return [found.levels[i] for i in order if flags[i]]


def _alpha(text: str) -> str:
    return text.rstrip("0") or text


def _from_to(before: float, after: float) -> str:
    first, second = p_value(before), p_value(after)
    return f"p stays {first}" if first == second else f"p from {first} to {second}"


def _listed(names: Sequence[str]) -> str:
    """The first few; apart by semicolons where a name holds a comma."""
    by = "; " if any("," in name for name in names[:AT_MOST]) else ", "
    return by.join(names[:AT_MOST]) + (" …" if len(names) > AT_MOST else "")


def _one(found: Influence) -> str:
    return found.group or "row"


def _many(found: Influence) -> str:
    return f"{found.group} groups" if found.group else "rows"
