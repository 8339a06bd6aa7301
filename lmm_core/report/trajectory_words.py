"""What the lines of the groups show."""

from __future__ import annotations

import numpy as np

from lmm_core.fitted import FittedModel
from lmm_core.formatting import interval, number, whole


def trajectory_sentence(fit: FittedModel) -> str:
    """How much the groups' slopes differ, or that they share one."""
    block = fit.design.blocks[0]
    group = block.grouping.name
    n = whole(block.grouping.n_levels)
    slopes = [name for name in block.names if name != "(Intercept)"]
    if not slopes and not fit.spec.fixed:
        return f"The model has no predictor: each of the {n} {group} groups has a level of its own."
    if not slopes:
        return (
            f"The model gives all {n} {group} groups the same slopes; their lines are parallel and "
            "differ in level only."
        )
    name = slopes[0]
    modes = fit.conditional_modes(group)
    deviation = modes.loc[modes["term"] == name, "estimate"].to_numpy()
    average = 0.0
    if name in fit.design.names:
        average = float(fit.estimates.beta[fit.design.names.index(name)])
    if any(len(term) > 1 and name in term for term in fit.spec.fixed):
        # With an interaction there isn't one average effect to add the deviations to.
        low, high = float(deviation.min()), float(deviation.max())
        return (
            f"The {n} {group} groups' own effects of {name} deviate from the average of their kind "
            f"by {interval(low, high)}."
        )
    own = average + deviation
    if np.ptp(own) < 1e-9 * max(1.0, abs(average)):
        return f"All {n} {group} groups have the same estimated effect of {name}."
    low, high = float(own.min()), float(own.max())
    against = int((np.sign(own) != np.sign(average)).sum())
    text = (
        f"The {n} {group} groups' own effects of {name} range from {interval(low, high)}, around "
        f"an average of {number(average)}."
    )
    if average and against:
        verb = "runs" if against == 1 else "run"
        text += f" {whole(against)} of them {verb} against the average direction."
    return text
