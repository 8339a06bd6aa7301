"""Are the residuals bell-shaped? Judged by skewness and excess kurtosis."""

from __future__ import annotations

import numpy as np
from scipy import special

from lmm_core.assess.assumptions.check import (
    NOTHING,
    Check,
    Scale,
    Verdict,
    counted,
    nothing_to_check,
    percent,
    worst,
)
from lmm_core.assess.assumptions.material import Material
from lmm_core.assess.assumptions.shape import (
    LEAST,
    Shape,
    magnitude_of,
    opening,
    seems_large,
    shape,
)

SKEW = Scale(look=0.5, act=1.0, look_chance=0.015, act_chance=0.0025)
TAILS = Scale(look=1.0, act=2.5, look_chance=0.015, act_chance=0.0025)


def check_normality_residuals(material: Material) -> Check:
    key, title = "normality_residuals", "Residuals bell-shaped"
    how = (
        "The points should follow the line; an arc means skewness, ends that swing away on both "
        "sides mean outlying rows. The shaded band is what chance allows: little with many rows."
    )
    r, n = material.residuals, material.fit.n_obs
    if material.df < LEAST:
        sentence = (
            f"{counted(n, 'row')} less what the model uses up leave too little to judge a shape."
        )
        return nothing_to_check(key, title, sentence, how)
    found = shape(r, material.df)
    skew, tails = (
        SKEW.verdict(abs(found.skewness), found.skewness_p),
        TAILS.verdict(found.kurtosis, found.kurtosis_p),
    )
    verdict = worst([skew, tails])
    beyond = int((np.abs(r) > 3).sum())
    expected = float(2 * special.ndtr(-3.0))
    numbers = {
        "skewness": found.skewness,
        "kurtosis": found.kurtosis,
        "skewness_p": found.skewness_p,
        "kurtosis_p": found.kurtosis_p,
        "n": n,
        "n_beyond_3": beyond,
        "share_beyond_3": beyond / n,
        "expected_share_beyond_3": expected,
    }
    far = (
        f"{counted(beyond, 'row')} of {n:,} {'lies' if beyond == 1 else 'lie'} more than 3 SDs "
        f"out ({percent(beyond / n)}; {percent(expected)} expected)"
    )
    sentence = f"{opening('The residuals', found, skew, tails)}; {far}."
    if verdict == "fine" and seems_large(found, SKEW, TAILS):
        sentence += " In data of this size chance alone can give that much."
    elif verdict != "fine":
        sentence += (
            " The fixed effects bear this well with so many rows; predictions of single rows don't."
            if material.df >= 200
            else " With this number of rows it can shift p-values and intervals somewhat."
        )
    advice, action = _residual_advice(material, found, skew, tails, beyond)
    magnitude, text = magnitude_of(found, skew, tails)
    return Check(key, title, verdict, magnitude, text, sentence, how, advice, numbers, action)


def log_outcome_works(material: Material) -> bool:
    """Whether the outcome is a plain column of positive numbers."""
    return not material.design.outcome.factor.calls and bool(material.fit.y.min() > 0)


def _residual_advice(
    material: Material, found: Shape, skew: Verdict, tails: Verdict, beyond: int
) -> tuple[str, str | None]:
    outcome = material.design.spec.outcome_column
    if worst([skew, tails]) == "fine":
        return NOTHING, None
    # A few far-out rows on both sides aren't cured by a logarithm.
    leaning = skew != "fine" and (tails == "fine" or abs(found.skewness) >= SKEW.act)
    if leaning and found.skewness > 0 and log_outcome_works(material):
        return f"Try log({outcome}) as the outcome; effects then read as ratios.", "log_outcome"
    rows = (
        f"Look at the {counted(beyond, 'marked row')} for errors, and see whether the results hold "
        "without them."
        if beyond
        else "See whether the results hold without the outermost rows."
    )
    if leaning and found.skewness < 0:
        return f"Is there an upper limit that many values of {outcome} reach? {rows}", None
    return rows, None
