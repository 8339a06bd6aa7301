"""Are the random effects bell-shaped? Judged on the conditional modes in units of their own SD."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmm_core.assess.assumptions.check import (
    NOTHING,
    Check,
    Scale,
    Verdict,
    counted,
    fixed,
    listed,
    nothing_to_check,
    percent,
    rank,
    worst,
)
from lmm_core.assess.assumptions.humps import Humps, two_humps
from lmm_core.assess.assumptions.material import Material
from lmm_core.assess.assumptions.mode_spread import mode_spreads
from lmm_core.assess.assumptions.shape import (
    LEAST,
    Shape,
    magnitude_of,
    opening,
    seems_large,
    shape,
)
from lmm_core.inference.tables import term_label
from lmm_core.model.encoding import Numeric

Array = np.ndarray

# Random effects: fixed effects bear more of it, the more groups there are.
SKEW_FEW = Scale(look=0.6, act=1.2, look_chance=0.01, act_chance=0.0025)
SKEW_MANY = Scale(look=0.7, act=1.5, look_chance=0.01, act_chance=0.0025)
TAILS_RANDOM = Scale(look=1.5, act=3.5, look_chance=0.01, act_chance=0.0025)
# SDs between the centres of two clumps; a lump of a few groups is a matter of outliers.
HUMPS = Scale(look=2.5, act=5.5, look_chance=0.005, act_chance=0.001)
LEAST_SHARE = 0.15
MANY_GROUPS = 50
# Below this reliability the modes say more about the model than about the groups.
LEAST_RELIABILITY = 0.3


@dataclass(frozen=True)
class RandomShape:
    """One random-effects term: modes in units of their own SD (G,), their shape and humps, and how
    much of a group's true deviation they keep on average (``reliability``; the rest is shrinkage).
    ``df`` are the degrees of freedom of the SD.
    """

    group: str
    term: str
    values: Array
    reliability: float
    shape: Shape
    humps: Humps
    df: float


def random_shapes(material: Material) -> tuple[RandomShape, ...]:
    """Every random effect whose variance isn't 0, in the order of the model."""
    estimates, found = material.estimates, []
    parts = zip(
        estimates.conditioned.factors,
        estimates.covariances,
        estimates.modes,
        mode_spreads(material),
        strict=True,
    )
    for factor, covariance, modes, spread in parts:
        names = [name for block in factor.blocks for name in block.names]
        for k, name in enumerate(names):
            left = spread.variances[:, k]
            if not covariance[k, k] > 0 or not left.mean() > 1e-6 * covariance[k, k]:
                continue
            usable = left > 1e-3 * covariance[k, k]
            values = np.where(usable, modes[:, k] / np.sqrt(np.where(usable, left, 1.0)), np.nan)
            known = values[usable]
            if len(known) < 2 or not known.std() > 0:
                continue
            reliability = float(left.mean() / covariance[k, k])
            humps = two_humps(known, spread.taken[k][usable])
            shown, df = shape(known), float(spread.df[k])
            found.append(RandomShape(factor.name, name, values, reliability, shown, humps, df))
    return tuple(found)


def check_normality_random(material: Material) -> Check:
    key, title = "normality_random", "Random effects bell-shaped"
    how = (
        "Each point is a group; the points should follow the line, within what chance allows (the "
        "shaded band). Points above it at the right end or below it at the left are unusual "
        "groups; two separate clumps hint at a subgroup the model doesn't know."
    )
    shapes = random_shapes(material)
    if not shapes:
        sentence = (
            "The variance of every random effect is estimated as 0 or nearly so: all groups get "
            "the same values, and there is nothing to check."
        )
        return nothing_to_check(key, title, sentence, how)
    judged = [s for s in shapes if s.shape.n >= LEAST and s.reliability >= LEAST_RELIABILITY]
    if not judged:
        top = max(shapes, key=lambda s: s.reliability)
        few = top.shape.n < LEAST
        sentence = (
            f"{top.group} has {counted(int(top.shape.n), 'group')}, too few to judge a shape; it "
            f"takes {LEAST}, better {MANY_GROUPS}."
            if few
            else f"The random effects of {top.group} keep only {percent(top.reliability)} of their "
            "variance (the rest is shrunk away for want of rows), so their shape can't be judged."
        )
        return nothing_to_check(key, title, sentence, how)
    m = len(judged)
    ranked = sorted(judged, key=lambda s: _severity(s, m), reverse=True)
    return _random_check(material, key, title, how, ranked)


def _verdicts(s: RandomShape, m: int) -> tuple[Verdict, Verdict, Verdict]:
    """Of skewness, of heavy tails and of two clumps, when m terms are looked at."""
    found, humps = s.shape, s.humps
    both = min(humps.upper_share, 1 - humps.upper_share) >= LEAST_SHARE
    skew = SKEW_MANY if found.n >= MANY_GROUPS else SKEW_FEW
    return (
        skew.verdict(abs(found.skewness), m * found.skewness_p),
        TAILS_RANDOM.verdict(found.kurtosis, m * found.kurtosis_p),
        HUMPS.verdict(humps.apart, m * humps.p_value) if both else "fine",
    )


def _severity(s: RandomShape, m: int) -> tuple[int, float]:
    return rank(worst(list(_verdicts(s, m)))), abs(s.shape.skewness)


def _random_check(
    material: Material, key: str, title: str, how: str, ranked: list[RandomShape]
) -> Check:
    m, top = len(ranked), ranked[0]
    skew, tails, clumps = _verdicts(top, m)
    verdict = worst([skew, tails, clumps])
    two = clumps != "fine" and rank(clumps) > rank(worst([skew, tails]))
    name = f"The {random_words(material, top.group, top.term)}"
    groups = counted(int(top.shape.n), "group")
    apart = f"{fixed(top.humps.apart)} SDs apart"
    if two:
        upper = round(top.humps.upper_share * top.shape.n)
        sizes = f"about {int(top.shape.n) - upper:,} and {upper:,}"
        sentence = (
            f"{name} fall into two clumps ({sizes} groups, {apart}): there seem to be two kinds "
            "of groups."
            if clumps == "act"
            else f"{name} look flat or two-humped ({sizes} groups, {apart}): perhaps there are "
            "two kinds of groups."
        )
    else:
        sentence = f"{opening(name, top.shape, skew, tails)}, judged on {groups}."
    if verdict == "fine" and seems_large(top.shape, SKEW_FEW, TAILS_RANDOM):
        sentence += " With this number of groups chance alone can give that much."
    elif verdict == "look" and not two and top.shape.n >= MANY_GROUPS:
        sentence += " With 50 or more groups that matters little for the fixed effects."
    if top.reliability < 0.8:
        sentence += (
            f" They are shrunk to {percent(top.reliability)} of their variance on average, which "
            "makes them look more bell-shaped than they are."
        )
    left_out = [
        random_words(material, factor.name, name)
        for factor in material.estimates.conditioned.factors
        for block in factor.blocks
        for name in block.names
        if (factor.name, name) not in {(s.group, s.term) for s in ranked}
    ]
    if left_out:
        sentence += f" Not judged, for want of variance or rows: the {listed(left_out)}."
    numbers = {
        "group": top.group,
        "term": top.term,
        "n": int(top.shape.n),
        "skewness": top.shape.skewness,
        "kurtosis": top.shape.kurtosis,
        "skewness_p": top.shape.skewness_p,
        "kurtosis_p": top.shape.kurtosis_p,
        "apart": top.humps.apart,
        "apart_p": top.humps.p_value,
        "reliability": top.reliability,
        "candidates": tuple(
            {
                "group": s.group,
                "term": s.term,
                "skewness": s.shape.skewness,
                "kurtosis": s.shape.kurtosis,
                "verdict": worst(list(_verdicts(s, m))),
            }
            for s in ranked
        ),
    }
    advice = NOTHING
    if verdict != "fine":
        advice = (
            f"Look at the groups of {top.group} at the ends of the picture: is there a predictor "
            "that tells them apart? Add it as a fixed effect."
        )
    magnitude, text = (top.humps.apart, apart) if two else magnitude_of(top.shape, skew, tails)
    return Check(key, title, verdict, magnitude, text, sentence, how, advice, numbers)


def random_words(material: Material, group: str, term: str) -> str:
    """ "random intercepts of Subject", "random slopes of Days across Subject"."""
    if term_label(term) == "intercept":
        return f"random intercepts of {group}"
    encoder = material.design.encoders.get(term)
    kind = "slopes" if isinstance(encoder, Numeric) else "effects"
    return f"random {kind} of {term} across {group}"
