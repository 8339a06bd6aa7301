"""Sentences about a comparison of models, one coefficient over them, and other programs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lmm_core.formatting import interval, level_text, number, p_phrase, percent, whole
from lmm_core.inference.comparison import Comparison, LikelihoodRatio
from lmm_core.inference.programs import ProgramResult

CLOSE = 2.0


def comparison_headline(found: Comparison, names: Sequence[str]) -> str:
    """The model that AIC prefers, or those that it hardly tells apart."""
    aic = found.table["aic"].to_numpy()
    order = np.argsort(aic, kind="stable")
    close = [names[k] for k in order if aic[k] - aic[order[0]] < CLOSE]
    if len(close) == 1:
        return f"{close[0]} is preferred by AIC"
    if len(close) > 3:
        return f"AIC hardly tells {whole(len(close))} of the models apart"
    return f"AIC hardly tells {', '.join(close[:-1])} and {close[-1]} apart"


def program_headline(result: ProgramResult) -> str:
    """How much of another program's table is the same as here."""
    if result.key == "ols":
        return "Without the grouping it is another model"
    if (result.table["counterpart"] < 0).any():
        return f"{result.name} names its coefficients otherwise"
    if not result.same_fit:
        return f"The estimates of {result.name} differ"
    count = len(result.changes)
    if not count:
        return f"{result.name} shows the same numbers"
    cells = whole(len(result.table) * 5)
    return f"The same fit, yet {whole(count)} of {cells} cells differ in {result.name}"


def comparison_sentences(found: Comparison, names: Sequence[str] | None = None) -> list[str]:
    """Which model AIC and BIC prefer and how clearly, then each test."""
    called = list(names) if names else [f"Model {k + 1}" for k in range(len(found.table))]
    aic, bic = found.table["aic"].to_numpy(), found.table["bic"].to_numpy()
    best = found.best
    behind = aic - aic[best]
    close = [k for k in range(len(aic)) if k != best and behind[k] < CLOSE]
    weight = percent(float(found.table["weight"].iloc[best]))
    text = f"{called[best]} has the lowest AIC ({number(float(aic[best]), 5)})"
    if close:
        listed = ", ".join(f"{called[k]} ({_ahead(behind[k])})" for k in close)
        sentences = [
            f"{text}, but the data hardly tell it from {listed}; its Akaike weight is {weight}."
        ]
    else:
        nearest = float(np.delete(behind, best).min())
        sentences = [f"{text}, {number(nearest)} below the next; its Akaike weight is {weight}."]
    by_bic = int(bic.argmin())
    if by_bic != best:
        sentences.append(
            f"BIC, which counts a parameter as {number(float(np.log(found.n_obs)))} instead of 2, "
            f"prefers {called[by_bic]}."
        )
    sentences += [_test(test, called) for test in found.tests if test is not None]
    return sentences


def _ahead(gap: float) -> str:
    return "equal AIC" if gap < 0.005 else f"{number(float(gap))} above"


def _test(test: LikelihoodRatio, called: Sequence[str]) -> str:
    smaller, larger = called[test.smaller], called[test.larger]
    if test.reason:
        first, second = sorted((test.smaller, test.larger))
        return (
            f"{called[first]} and {called[second]} can't be tested against each other, because "
            f"{test.reason}."
        )
    evidence = f"χ² = {number(test.chi_sq)} against {test.distribution}, {p_phrase(test.p_value)}"
    if test.p_value < 0.05:
        return f"{larger} fits clearly better than {smaller} ({evidence})."
    return (
        f"{larger} doesn't fit clearly better than {smaller} ({evidence}), which doesn't show that "
        "what it adds is absent."
    )


def coefficient_ladder_sentence(
    table: pd.DataFrame, label: str, ci_level: float = 0.95, names: Sequence[str] | None = None
) -> str:
    """Whether the conclusion about one coefficient hangs on the choice of the model.

    ``table`` is that of ``coefficient_ladder``.
    """
    called = list(names) if names else [f"model {k + 1}" for k in range(len(table))]
    known = np.flatnonzero(table["estimate"].notna().to_numpy())
    level = level_text(ci_level)
    if not len(known):
        return f"None of the models has the coefficient {label}."
    low, high = table["conf_low"].to_numpy(), table["conf_high"].to_numpy()
    estimate = table["estimate"].to_numpy()
    side = np.where(low > 0, 1, np.where(high < 0, -1, 0))[known]
    spread = interval(float(estimate[known].min()), float(estimate[known].max()))
    if len(known) == 1:
        what = label if label.startswith("the ") else f"the coefficient {label}"
        return f"Only {called[known[0]]} has {what}."
    text = f"Over {whole(len(known))} models the estimate of {label} runs from {spread}"
    value = number(float(estimate[known[0]]))
    if number(float(estimate[known].min())) == number(float(estimate[known].max())):
        text = f"All {whole(len(known))} models estimate {label} as {value}"
    if (side == side[0]).all():
        if side[0] == 0:
            return (
                f"{text}, and every {level} interval includes 0: the direction stays open in each."
            )
        where = "above" if side[0] > 0 else "below"
        return (
            f"{text}, and every {level} interval lies {where} 0: this conclusion doesn't hang on "
            "the choice of the model."
        )
    clear = [called[k] for k, s in zip(known, side, strict=True) if s != 0]
    if {1, -1} <= set(side.tolist()):
        return f"{text}, with intervals on both sides of 0: the conclusion hangs on the choice."
    return (
        f"{text}; the {level} interval excludes 0 in {', '.join(clear)} but not in the others: the "
        "conclusion hangs on the choice."
    )


def coefficient_ladder_headline(table: pd.DataFrame, label: str) -> str:
    """The finding about one coefficient over the models of ``coefficient_ladder``."""
    known = table[table["estimate"].notna()]
    if known.empty:
        return f"No model has {label}"
    side = np.where(known["conf_low"] > 0, 1, np.where(known["conf_high"] < 0, -1, 0))
    where = "in the only model that has it" if len(known) == 1 else "in every model"
    if (side == side[0]).all():
        word = {1: "lies above 0", -1: "lies below 0", 0: "stays open"}[int(side[0])]
        return f"{label} {word} {where}"
    return f"What {label} says hangs on the model"


def program_sentence(result: ProgramResult) -> str:
    """What a program's table shows beside the user's, with the proof that the model is the same."""
    cells = len(result.table) * 5
    loglik = number(result.loglik, 6)
    if result.key == "ols" and result.fitted_gap < 1e-6:
        return (
            "Without the grouping it is another model, but its fitted values are the same here, "
            "because the estimated differences between groups are 0."
        )
    if result.key == "ols":
        return (
            "Without the grouping it is another model: its log-likelihood at the estimates is "
            f"{loglik}, and its fitted values differ by up to {number(result.fitted_gap)} residual "
            "SDs."
        )
    changed = len(result.changes)
    if result.same_fit:
        proof = f"The same fit: the log-likelihood ({loglik}) and every fitted value are equal"
        if (result.table["counterpart"] < 0).any():
            return (
                f"{proof}. Which coefficient is left out depends on the coding, so that the rows "
                "can't be laid beside those here."
            )
        if not changed:
            return f"{proof}, and so is every cell."
        return (
            f"{proof}; {whole(changed)} of {whole(cells)} cells differ, each for the reason given."
        )
    return (
        f"The estimates differ: the log-likelihood is {loglik} there, and fitted values differ by "
        f"up to {number(result.fitted_gap)} residual SDs."
    )
