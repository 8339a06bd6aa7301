"""Equal spread of the residuals: over fitted values, over time-like predictors, between groups."""

from __future__ import annotations

import numpy as np

from lmm_core.assess.assumptions.check import (
    NOTHING,
    Check,
    Scale,
    Verdict,
    counted,
    nothing_to_check,
    rank,
    times,
)
from lmm_core.assess.assumptions.material import Material, varying_parts
from lmm_core.assess.assumptions.normality import log_outcome_works
from lmm_core.assess.assumptions.spread import Trend, group_spread, spread_trend
from lmm_core.formatting import number

RATIO = Scale(look=1.5, act=2.0)
GROUP_RATIO = Scale(look=1.8, act=2.7)


def check_homoscedasticity_fitted(material: Material) -> Check:
    key, title = "homoscedasticity_fitted", "Equal spread over the fitted values"
    how = (
        "The curve shows the typical size of a residual; it should be level. A rise to the right "
        "means that high values scatter more than low ones."
    )
    fitted = material.fit.fitted
    flat = not np.ptp(fitted) > 1e-9 * max(float(np.abs(fitted).max()), 1e-300)
    trend = None if flat else spread_trend(fitted, material.residuals, material.shares)
    if trend is None:
        sentence = (
            "The model predicts the same value for every row, so there is no trend to check."
            if flat
            else "There are too few rows to compare the spread at high and low fitted values."
        )
        return nothing_to_check(key, title, sentence, how)
    verdict = RATIO.verdict(trend.size, trend.p_value)
    sentence = _trend_sentence(trend, verdict, "fitted values")
    advice, action = NOTHING, None
    outcome = material.design.spec.outcome_column
    if verdict != "fine":
        if trend.ratio > 1 and log_outcome_works(material):
            advice, action = (
                f"Try log({outcome}) as the outcome; effects then read as ratios.",
                "log_outcome",
            )
        elif trend.ratio > 1 and not material.design.outcome.factor.calls:
            advice = f"Try a transformation that pulls in high values of {outcome}, e.g. log1p."
        elif trend.ratio > 1:
            advice = "Estimates hold; read intervals of single predictions with caution."
        else:
            advice = (
                f"Is there an upper limit that many values of {outcome} reach? Read intervals of "
                "single predictions with caution."
            )
    text = RATIO.text(f"{times(trend.size)} the spread", trend.size, verdict)
    numbers = _trend_numbers(trend)
    return Check(key, title, verdict, trend.size, text, sentence, how, advice, numbers, action)


def _trend_numbers(trend: Trend) -> dict[str, float | int]:
    return {
        "ratio": trend.ratio,
        "low_sd": trend.low_sd,
        "high_sd": trend.high_sd,
        "low_rows": trend.low_rows,
        "high_rows": trend.high_rows,
        "p_value": trend.p_value,
    }


def _trend_sentence(trend: Trend, verdict: Verdict, of: str) -> str:
    more, less = ("high", "low") if trend.ratio >= 1 else ("low", "high")
    if trend.size < 1.05:
        return f"The residuals spread equally for low and high {of}."
    sentence = (
        f"The spread of the residuals is {times(trend.size)} as large for {more} {of} as for "
        f"{less} ones"
    )
    if verdict == "fine" and trend.size >= RATIO.look:
        return f"{sentence}, which chance alone can give in data of this size."
    return f"{sentence}; up to about {number(RATIO.look, 2)} changes little."


def check_homoscedasticity_time(material: Material) -> Check:
    key, grouping = "homoscedasticity_time", material.finest
    how = (
        "The curve shows the typical size of a residual along the predictor; it should be level. "
        "A rise or a fall means that some stretches are measured less precisely than others."
    )
    found: list[tuple[str, Trend]] = []
    varying = [p for p in material.predictors if varying_parts(p.values, grouping)[0]]
    for predictor in varying:
        trend = spread_trend(predictor.values, material.residuals, material.shares)
        if trend is not None:
            found.append((predictor.label, trend))
    if not found:
        names = f"over {varying[0].label}" if varying else "within groups"
        title = f"Equal spread {names}"
        sentence = (
            f"There are too few rows to compare the spread at high and low {varying[0].label}."
            if varying
            else f"No numeric predictor of the model varies within {grouping.name}, so there is "
            "no course over time to check."
        )
        return nothing_to_check(key, title, sentence, how)
    m = len(found)
    verdicts = {label: RATIO.verdict(t.size, m * t.p_value) for label, t in found}
    found.sort(key=lambda item: (rank(verdicts[item[0]]), item[1].size), reverse=True)
    label, trend = found[0]
    verdict = verdicts[label]
    sentence = _trend_sentence(trend, verdict, f"values of {label}")
    advice = NOTHING
    if verdict != "fine":
        advice = (
            "Estimates hold, but intervals are too narrow where the spread is larger. Does the "
            f"spread grow with the level? Then try log({material.design.spec.outcome_column}) as "
            "the outcome."
            if log_outcome_works(material)
            else "Estimates hold, but intervals are too narrow where the spread is larger; read "
            "predictions there with caution."
        )
    numbers = {
        "predictor": label,
        **_trend_numbers(trend),
        "candidates": tuple(
            {"predictor": name, "ratio": t.ratio, "p_value": t.p_value, "verdict": verdicts[name]}
            for name, t in found
        ),
    }
    text = RATIO.text(f"{times(trend.size)} the spread", trend.size, verdict)
    title = f"Equal spread over {label}"
    return Check(key, title, verdict, trend.size, text, sentence, how, advice, numbers)


def check_homoscedasticity_group(material: Material) -> Check:
    key = "homoscedasticity_group"
    how = (
        "Each point is a group's residual SD; about 95 of 100 should lie in the grey "
        "range that equal spread would give a group of that size."
    )
    groupings = list(material.fit.groups.values())
    names = " and ".join(g.name for g in groupings)
    title = f"Equal spread in each {names}"
    found = [group_spread(material, grouping) for grouping in groupings]
    found = [spread for spread in found if int(spread.usable.sum()) >= 2]
    if not found:
        sentence = f"The groups of {names} have too few rows to estimate a spread for each."
        return nothing_to_check(key, title, sentence, how)
    m = len(found)
    verdicts = [GROUP_RATIO.verdict(s.ratio, m * s.p_value) for s in found]
    order = sorted(range(m), key=lambda i: (rank(verdicts[i]), found[i].ratio), reverse=True)
    top, verdict = found[order[0]], verdicts[order[0]]
    sd, usable = top.sd, top.usable
    outside = int(((sd > top.high) | (sd < top.low))[usable].sum())
    smallest, largest = float(np.nanmin(sd)), float(np.nanmax(sd))
    group = top.grouping.name
    run = (
        f"The residual SDs of {counted(int(usable.sum()), 'group')} of {group} run from "
        f"{number(smallest, 2)} to {number(largest, 2)}"
    )
    if top.ratio < 1.05:
        sentence = f"{run}; chance alone gives as much."
    else:
        beyond = (
            f"beyond chance, a group with much spread (90th percentile) has {times(top.ratio)} the "
            "SD of one with little (10th)"
        )
        sentence = f"{run}; {beyond}, and up to about {number(GROUP_RATIO.look, 2)} changes little."
        if verdict == "fine" and top.ratio >= GROUP_RATIO.look:
            sentence = f"{run}; with groups of this size chance alone can give that much."
    advice = NOTHING
    if verdict != "fine":
        at = int(np.nanargmax(sd / top.high))
        advice = (
            f"Start with {group} {top.grouping.levels[at]}, whose spread stands out most: are "
            "there errors in its rows? Intervals for single groups are too narrow for such groups "
            "and too wide for calm ones."
        )
    numbers = {
        "group": group,
        "n_groups": int(usable.sum()),
        "smallest_sd": smallest,
        "largest_sd": largest,
        "expected_sd": top.expected,
        "n_outside": outside,
        "ratio": top.ratio,
        "p_value": top.p_value,
        "candidates": tuple(
            {
                "group": found[i].grouping.name,
                "ratio": found[i].ratio,
                "p_value": found[i].p_value,
                "verdict": verdicts[i],
            }
            for i in order
        ),
    }
    text = GROUP_RATIO.text(f"{times(top.ratio)} the spread", top.ratio, verdict)
    return Check(key, title, verdict, top.ratio, text, sentence, how, advice, numbers)
