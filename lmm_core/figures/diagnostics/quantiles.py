"""Normal quantile-quantile plots of residuals and random effects with a 95 % band."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtr

from lmm_core.assess.assumptions import Material
from lmm_core.assess.assumptions.random_effects import (
    RandomShape,
    check_normality_random,
    random_shapes,
    random_words,
)
from lmm_core.assess.qq import QQ, normal_qq
from lmm_core.figures.diagnostics.parts import (
    FAR_OUT,
    Trace,
    axis,
    band,
    cloud,
    draw,
    level_names,
    named,
    short,
    straight,
    who,
)
from lmm_core.figures.theme import RANDOM, RESIDUAL, Picture
from lmm_core.fitted import FittedModel

Array = np.ndarray

# Of the middle, where thousands of points lie on top of each other, this many are drawn.
MIDDLE_POINTS = 1200
END_POINTS = 400
MOST_LABELS = 4
# Of the figure's height.
LABEL_HEIGHT = 0.06
# A group is unusual from so many SDs.
FAR_GROUP = 1.5
FAR_OUT_SHARE = 2 * float(ndtr(-FAR_OUT))


def normality_residuals(fit: FittedModel, units: Mapping[str, str] | None = None) -> Picture | None:
    """Studentised residuals against normal quantiles; rows beyond 3 SDs are marked."""
    residuals = Material(fit).residuals
    if len(residuals) < 3 or not residuals.std() > 0:
        return None
    qq = normal_qq(residuals)
    at = _thinned(len(residuals))
    rows = qq.order[at]
    marked = np.abs(qq.sample[at]) > FAR_OUT
    grouping = next(iter(fit.groups.values()))
    template = "%{customdata}" + named("residual", "y", "SDs") + named("expected", "x", "SDs")
    traces = _frame_of(qq, at)
    traces += cloud(qq.expected[at], qq.sample[at], marked, (who(grouping, rows), template))
    layout = {"xaxis": axis("expected if normal (SDs)"), "yaxis": axis("residual (SDs)")}
    beyond = int((np.abs(residuals) > FAR_OUT).sum())
    alt = (
        f"Residuals against normal quantiles; {beyond:,} of {len(residuals):,} lie beyond 3 SDs, "
        f"where {len(residuals) * FAR_OUT_SHARE:.1f} are expected."
    )
    data = pd.DataFrame({"expected": qq.expected, "residual": qq.sample})
    return Picture(draw(traces, layout), alt, data.assign(low=qq.low, high=qq.high))


def normality_random(
    fit: FittedModel,
    group: str | None = None,
    term: str | None = None,
    units: Mapping[str, str] | None = None,
) -> Picture | None:
    """Conditional modes of one random effect against normal quantiles, one point per group.

    By default the term with the most marked shape. Groups further out than a bell curve allows are
    marked and, if they are few, named. None when the random effects are all 0.
    """
    material = Material(fit)
    found = _chosen(material, group, term)
    if found is None:
        return None
    known = np.flatnonzero(np.isfinite(found.values))
    qq = normal_qq(found.values[known])
    levels = np.array(fit.groups[found.group].levels, dtype=object)[known][qq.order]
    names = level_names(found.group, levels)
    out = _unusual(qq)
    template = "%{customdata}" + named("deviation", "y", "SDs") + named("expected", "x", "SDs")
    traces = _frame_of(qq, np.arange(len(known)))
    traces += cloud(qq.expected, qq.sample, out, (names, template))
    layout = {
        "xaxis": axis("expected if normal (SDs)"),
        "yaxis": axis("group's deviation (SDs)"),
        "annotations": _labels(qq, levels, out),
    }
    words = random_words(material, found.group, found.term)
    alt = (
        f"The {words} against normal quantiles; {int(out.sum()):,} of {len(known):,} groups "
        "lie further out than a bell curve allows."
    )
    data = pd.DataFrame({found.group: levels, "expected": qq.expected, "deviation": qq.sample})
    return Picture(draw(traces, layout), alt, data.assign(low=qq.low, high=qq.high))


def _chosen(material: Material, group: str | None, term: str | None) -> RandomShape | None:
    shapes = [s for s in random_shapes(material) if np.isfinite(s.values).sum() >= 3]
    if group is None and term is None:
        numbers = check_normality_random(material).numbers
        group, term = numbers.get("group"), numbers.get("term")
    for s in shapes:
        if group in (None, s.group) and term in (None, s.term):
            return s
    return None


def _frame_of(qq: QQ, at: Array) -> list[Trace]:
    """The band and the line on which a normal sample would lie."""
    x = qq.expected[at]
    ends = x[[0, -1]]
    return [
        band(x, qq.low[at], qq.high[at], RESIDUAL),
        straight(ends, qq.mean + qq.sd * ends, "normal"),
    ]


def _thinned(n: int) -> Array:
    """Positions to draw of n sorted points: all of a few thousand, else both ends whole."""
    if n <= MIDDLE_POINTS + 2 * END_POINTS:
        return np.arange(n)
    middle = np.linspace(END_POINTS, n - END_POINTS - 1, MIDDLE_POINTS).astype(np.intp)
    return np.r_[np.arange(END_POINTS), np.unique(middle), np.arange(n - END_POINTS, n)]


def _unusual(qq: QQ) -> Array:
    """(n,): outside the band on its outer side, and not in the middle of the pack."""
    outer = np.where(qq.expected > 0, qq.sample > qq.high, qq.sample < qq.low)
    return outer & (np.abs(qq.sample - qq.mean) > FAR_GROUP * qq.sd)


def _labels(qq: QQ, levels: Array, unusual: Array) -> list[dict]:
    """Names beside the outermost unusual groups, where they don't overlap."""
    out = np.flatnonzero(unusual)
    order = out[np.argsort(-np.abs(qq.sample[out] - qq.mean), kind="stable")]
    height = LABEL_HEIGHT * float(np.ptp(qq.sample))
    chosen: list[int] = []
    for k in order:
        if len(chosen) == MOST_LABELS:
            break
        if all(abs(qq.sample[k] - qq.sample[j]) > height for j in chosen):
            chosen.append(int(k))
    return [
        {
            "x": qq.expected[k],
            "y": qq.sample[k],
            "text": short(levels[k], 16),
            "showarrow": False,
            "xanchor": "right" if qq.expected[k] > 0 else "left",
            "xshift": -6 if qq.expected[k] > 0 else 6,
            "yshift": 9 if qq.expected[k] > 0 else -9,
            "font": {"color": RANDOM, "size": 12},
        }
        for k in chosen
    ]
