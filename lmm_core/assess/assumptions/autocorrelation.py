"""Do neighbouring residuals of a group still resemble each other?"""

from __future__ import annotations

import numpy as np

from lmm_core.assess.assumptions.check import NOTHING, Check, Scale, counted, nothing_to_check
from lmm_core.assess.assumptions.material import Material
from lmm_core.assess.assumptions.serial import neighbours
from lmm_core.assess.assumptions.time_order import time_order
from lmm_core.formatting import correlation

SIZE = Scale(look=0.2, act=0.4, look_chance=0.02)


def check_autocorrelation(material: Material) -> Check:
    key = "autocorrelation"
    how = (
        "Each point is a row's residual over that of the row before it in the same group; the line "
        "should be nearly level. A rising line means that deviations last for a while."
    )
    order = time_order(material)
    if order is None:
        name = material.finest.name
        title = f"Neighbours in {name} independent"
        where = f"within {name}" if len(material.fit.groups) == 1 else "within a grouping column"
        sentence = (
            f"No numeric predictor of the model looks like a time {where}, so the rows have no "
            "neighbours."
        )
        return nothing_to_check(key, title, sentence, how)
    grouping, time, whose = order.grouping, order.time, order.whose
    title = f"Neighbours in {time.label} independent"
    found = neighbours(material, grouping, time.values)
    if found is None:
        sentence = "Too few rows follow each other within a group to compare neighbours."
        return nothing_to_check(key, title, sentence, how)
    phi = float(np.clip(found.phi, -0.99, 0.99))
    verdict = SIZE.verdict(abs(phi), found.p_value)
    pairs = counted(found.n_pairs, "pair")
    r = correlation(phi)
    if verdict == "fine" and abs(phi) >= SIZE.look:
        sentence = (
            f"Neighbouring residuals of a {whose} correlate by {r} beyond what the model "
            f"expects, which chance alone can give with {pairs}."
        )
    elif verdict == "fine":
        sentence = (
            f"Neighbouring residuals of a {whose} correlate by {r} beyond what the model "
            f"expects ({pairs}); up to about {correlation(SIZE.look)} changes little."
        )
    else:
        meaning = (
            "deviations last for a while, so a row holds less news than the model thinks"
            if phi > 0
            else "a high row tends to be followed by a low one"
        )
        sentence = (
            f"Neighbouring residuals of a {whose} correlate by {r} beyond what the model "
            f"expects ({pairs}): {meaning}."
        )
    advice, action = NOTHING, None
    if verdict != "fine":
        # A combination of columns isn't a grouping column of the model.
        own_column = grouping.name in material.fit.groups
        has_slope = any(
            time.column in name
            for block in material.design.blocks
            for name in block.names
            if name != "(Intercept)" and block.grouping.name == grouping.name
        )
        if not has_slope and time.plain and phi > 0 and own_column:
            advice = (
                f"Let every {grouping.name} have a slope of {time.column} of its own; that often "
                "takes it up."
            )
            action = f"add_slope:{time.column}"
        else:
            advice = (
                f"Estimates hold; standard errors of effects of {time.label} may be too small. A "
                "curve that the model misses can look the same: see the straight lines."
            )
    numbers = {
        "predictor": time.column,
        "group": whose,
        "phi": phi,
        "p_value": found.p_value,
        "n_pairs": found.n_pairs,
    }
    text = SIZE.text(f"correlation {r}", abs(phi), verdict)
    return Check(key, title, verdict, abs(phi), text, sentence, how, advice, numbers, action)
