"""Equal spread of the residuals over predictors that differ between groups or are categories."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from lmm_core.assess.assumptions.check import (
    NOTHING,
    Check,
    Scale,
    nothing_to_check,
    rank,
    times,
)
from lmm_core.assess.assumptions.material import Material, varying_parts
from lmm_core.assess.assumptions.spread import LEAST_ROWS, spread_trend
from lmm_core.formatting import number
from lmm_core.model.encoding import Categorical

Array = np.ndarray

RATIO = Scale(look=1.5, act=2.0)


@dataclass(frozen=True)
class LevelSpread:
    """Residual SD (K,) in residual SDs per level of a column; ``ratio`` is largest to smallest.

    ``names`` are levels, or "low" and "high" quarter of a numeric predictor.
    """

    column: str
    names: tuple[str, ...]
    sd: Array
    df: Array
    ratio: float
    p_value: float

    @property
    def largest(self) -> str:
        return self.names[int(self.sd.argmax())]

    @property
    def smallest(self) -> str:
        return self.names[int(self.sd.argmin())]


def check_homoscedasticity_predictors(material: Material) -> Check:
    key, title = "homoscedasticity_predictors", "Equal spread over the predictors"
    how = (
        "Each point is the residual SD at a level of the predictor, with the range that equal "
        "spread would give; all should lie at the dashed line, within that range."
    )
    found = spreads(material)
    if not found:
        sentence = "The model has no predictor with levels or group values to compare."
        return nothing_to_check(key, title, sentence, how)
    m = len(found)
    verdicts = [RATIO.verdict(s.ratio, m * s.p_value) for s in found]
    order = sorted(range(m), key=lambda k: (rank(verdicts[k]), found[k].ratio), reverse=True)
    top, verdict = found[order[0]], verdicts[order[0]]
    if top.ratio < 1.05:
        sentence = f"The residuals spread equally over {top.column}."
    else:
        sentence = (
            f"The spread of the residuals is {times(top.ratio)} as large for {top.column} "
            f"{top.largest} as for {top.smallest}"
        )
        sentence += (
            ", which chance alone can give in data of this size."
            if verdict == "fine" and top.ratio >= RATIO.look
            else f"; up to about {number(RATIO.look, 2)} changes little."
        )
    advice = NOTHING
    if verdict != "fine":
        advice = (
            f"Estimates hold, but intervals are too narrow for {top.column} {top.largest} and too "
            f"wide for {top.smallest}. Look at a few rows there: measured otherwise, or wrong?"
        )
    numbers = {
        "predictor": top.column,
        "ratio": top.ratio,
        "p_value": top.p_value,
        "candidates": tuple(
            {
                "predictor": found[k].column,
                "ratio": found[k].ratio,
                "p_value": found[k].p_value,
                "verdict": verdicts[k],
            }
            for k in order
        ),
    }
    text = RATIO.text(f"{times(top.ratio)} the spread", top.ratio, verdict)
    title = f"Equal spread over {top.column}"
    return Check(key, title, verdict, top.ratio, text, sentence, how, advice, numbers)


def spreads(material: Material) -> list[LevelSpread]:
    """Categorical fixed effects by level; numeric ones that are constant within groups by
    quarter (those that vary within are another check's).
    """
    found = []
    texts = dict.fromkeys(f for term in material.design.spec.fixed for f in term)
    for text in texts:
        encoder = material.design.encoders[text]
        if isinstance(encoder, Categorical):
            codes = material.design.values[text]
            spread = level_spread(material, encoder.factor.column, codes, encoder.levels)
            if spread is not None:
                found.append(spread)
    for p in material.predictors:
        if varying_parts(p.values, material.finest)[0]:
            continue
        trend = spread_trend(p.values, material.residuals, material.shares)
        if trend is not None:
            sd = np.array([trend.low_sd, trend.high_sd])
            rows = np.array([trend.low_rows, trend.high_rows], dtype=float)
            names = ("low values", "high values")
            found.append(LevelSpread(p.label, names, sd, rows, trend.size, trend.p_value))
    return found


def level_spread(
    material: Material, column: str, codes: Array, levels: tuple[str, ...]
) -> LevelSpread | None:
    """SD per level with at least five degrees of freedom; None when fewer than two have them.

    Chance: the variance of log s is 1/(2 df) + k/(4 df) with k the excess kurtosis of all
    residuals about their level.
    """
    K = len(levels)
    r, shares = material.residuals, material.shares
    df = np.bincount(codes, shares, K)
    usable = np.flatnonzero(df >= LEAST_ROWS)
    if len(usable) < 2:
        return None
    squares = np.bincount(codes, r**2, K)
    n = np.bincount(codes, minlength=K)
    sd = np.sqrt(squares[usable] / n[usable])
    if not sd.min() > 0:
        return None
    # A level without any spread has nothing to say of the tails.
    z = r / np.sqrt(np.maximum(squares / np.maximum(n, 1), 1e-300))[codes]
    heavy = max(float((z**4).mean()) - 3.0, 0.0)
    variance = (0.5 + 0.25 * heavy) / np.maximum(df[usable] - 1, 1)
    logs, weights = np.log(sd), 1 / variance
    mean = float((weights * logs).sum() / weights.sum())
    q = float((weights * (logs - mean) ** 2).sum())
    p = float(special.chdtrc(len(usable) - 1, q))
    names = tuple(levels[k] for k in usable)
    return LevelSpread(column, names, sd, df[usable], float(sd.max() / sd.min()), p)


def chance_range(spread: LevelSpread, pooled: float, level: float = 0.95) -> tuple[Array, Array]:
    """Limits between which ``level`` of the SDs lie when all spread alike."""
    tail = 0.5 * (1 - level)
    df = np.maximum(spread.df, 1.0)
    low = pooled * np.sqrt(special.chdtri(df, 1 - tail) / df)
    high = pooled * np.sqrt(special.chdtri(df, tail) / df)
    return low, high


def pooled_sd(spread: LevelSpread) -> float:
    return sqrt(float((spread.df * spread.sd**2).sum() / spread.df.sum()))
