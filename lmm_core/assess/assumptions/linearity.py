"""Straight lines: is there a curve left in the residuals, within groups and between them?

Within: residuals less their group's mean against the predictor less its group's mean. Between:
group means of y - X beta against group means of the predictor. In both a curve is added to a
straight line; the magnitude is the SD of what the curve adds, relative to the SD of what is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from lmm_core.assess.assumptions.check import (
    NOTHING,
    Check,
    Scale,
    listed,
    nothing_to_check,
    percent,
    rank,
)
from lmm_core.assess.assumptions.material import (
    Material,
    Predictor,
    group_means,
    split,
    varying_parts,
)
from lmm_core.model.design import Grouping

Array = np.ndarray

WITHIN = Scale(look=0.15, act=0.30, look_chance=0.02)
BETWEEN = Scale(look=0.20, act=0.40, look_chance=0.02)
LEAST_GROUPS = 8
LEAST_DF = 5.0
# With fewer values than this a parabola is all that can be seen.
VALUES_FOR_SPLINE = 60


@dataclass(frozen=True)
class Curve:
    """What a curve adds to the straight line of one predictor: ``share`` of the SD (corrected for
    what chance adds on average) and the p-value of the F test of "nothing".
    """

    predictor: Predictor
    grouping: Grouping
    share: float
    p_value: float


def check_linearity_within(material: Material) -> Check:
    grouping = material.finest
    how = (
        "The curve should run along the zero line: a bend or a wave that leaves it by more than "
        "the shaded band is a pattern the straight line misses."
    )
    key, title = "linearity_within", f"Straight lines within {grouping.name}"
    varying = [p for p in material.predictors if varying_parts(p.values, grouping)[0]]
    found = [curve_within(material, p, grouping) for p in varying if not p.two_valued]
    curves = [curve for curve in found if curve is not None]
    if curves:
        return _check(key, title, how, curves, WITHIN)
    reason = _no_curve(material, varying, f"varies within {grouping.name}", "rows")
    return nothing_to_check(key, title, reason, how)


def check_linearity_between(material: Material) -> Check:
    names = listed(list(material.fit.groups))
    how = (
        "Each point is a group; the curve should be straight. A bend that leaves the straight line "
        "by more than the shaded band is a pattern the model misses."
    )
    key, title = "linearity_between", f"Straight lines between {names}"
    pairs = [
        (predictor, grouping)
        for grouping in material.fit.groups.values()
        for predictor in material.predictors
        if varying_parts(predictor.values, grouping)[1]
    ]
    found = [curve_between(material, p, grouping) for p, grouping in pairs if not p.two_valued]
    curves = [curve for curve in found if curve is not None]
    if curves:
        return _check(key, title, how, curves, BETWEEN)
    varying = [predictor for predictor, _ in pairs]
    reason = _no_curve(material, varying, f"differs on average between {names}", "groups")
    return nothing_to_check(key, title, reason, how)


def _no_curve(material: Material, varying: list[Predictor], condition: str, units: str) -> str:
    """Why no curve could be looked for."""
    if not material.predictors:
        return "The model has no numeric predictor, so it assumes no straight line."
    if not varying:
        return f"No numeric predictor of the model {condition}, so there is no line to check here."
    if all(len(np.unique(p.values)) < 3 for p in varying):
        names = listed(list(dict.fromkeys(p.label for p in varying)))
        only = (
            "has only two values"
            if len({p.label for p in varying}) == 1
            else "have two values each"
        )
        return f"{names} {only}, and two points always lie on a line."
    return f"There are too few {units} to tell a curve from chance."


def _check(key: str, title: str, how: str, curves: list[Curve], scale: Scale) -> Check:
    """The worst predictor decides; with m predictors chance gets m tries."""
    m = len(curves)
    verdicts = [scale.verdict(c.share, m * c.p_value) for c in curves]
    order = sorted(range(m), key=lambda k: (rank(verdicts[k]), curves[k].share), reverse=True)
    top, verdict = curves[order[0]], verdicts[order[0]]
    name, group = top.predictor.label, top.grouping.name
    within = key == "linearity_within"
    of = "residuals' SD" if within else f"SD of the means of {group}"
    where = f"within {group}" if within else f"between {group}"
    share = percent(top.share)
    chance = top.share >= scale.look and verdict == "fine"
    if verdict != "fine":
        degree = "A clear curve" if verdict == "act" else "Some curve"
        sentence = (
            f"{degree} is left {where}: a bend in {name} accounts for {share} of the {of}; "
            f"up to about {percent(scale.look)} changes little."
        )
    elif top.share == 0:
        sentence = f"A bend in {name} adds nothing to the straight line {where} beyond chance."
    elif chance:
        sentence = (
            f"A bend in {name} would account for {share} of the {of} {where}, but in data of this "
            "size chance alone can give that much."
        )
    else:
        sentence = (
            f"The line of {name} {where} is straight enough: a bend would account for {share} of "
            f"the {of}; up to about {percent(scale.look)} changes little."
        )
    both = not within and varying_parts(top.predictor.values, top.grouping)[0]
    advice, action = _advice(top.predictor, verdict, both)
    numbers = {
        "predictor": top.predictor.column,
        "label": name,
        "positive": bool(top.predictor.values.min() > 0),
        "group": group,
        "share": top.share,
        "p_value": top.p_value,
        "candidates": tuple(
            {
                "predictor": curves[k].predictor.column,
                "group": curves[k].grouping.name,
                "share": curves[k].share,
                "p_value": curves[k].p_value,
                "verdict": verdicts[k],
            }
            for k in order
        ),
    }
    text = scale.text(f"{share} of the SD", top.share, verdict)
    return Check(key, title, verdict, top.share, text, sentence, how, advice, numbers, action)


def _advice(predictor: Predictor, verdict: str, both: bool) -> tuple[str, str | None]:
    name = predictor.column
    if verdict == "fine":
        return NOTHING, None
    if predictor.curved:
        return f"Give the polynomial of {name} one more power, e.g. poly({name}, 3).", None
    if not predictor.plain:
        return f"Try {name} without the transformation, or poly({name}, 2).", None
    where = " (it bends the line within groups, too)" if both else ""
    positive = predictor.values.min() > 0
    other = f" If the curve flattens out, try log({name}) in its place." if positive else ""
    return f"Add the square of {name} to the fixed effects{where}.{other}", f"add_square:{name}"


def curve_within(material: Material, predictor: Predictor, grouping: Grouping) -> Curve | None:
    """The curve in the residuals within groups; None where too little is left to see one."""
    _, x = split(predictor.values, grouping)
    _, e = split(material.pearson, grouping)
    n, G = len(x), grouping.n_levels
    columns = curve_columns(x, rich=min(material.df, n - G) >= 60)
    df = min(material.df, n - G) - len(columns)
    if not columns or df < LEAST_DF:
        return None
    line = [x]
    residual = material.estimates.residual
    if residual is not None:
        # What a bend does to the transformed residuals.
        line = [residual.whiten(column) for column in (x, np.ones(n))]
        columns = [residual.whiten(column) for column in columns]
    centred = [split(column, grouping)[1] for column in (*line, *columns)]
    added, rest = _added(e, np.stack(centred, axis=1), n_line=len(line))
    return _curve(predictor, grouping, added, rest, len(columns), df)


def curve_between(material: Material, predictor: Predictor, grouping: Grouping) -> Curve | None:
    """The curve in the group means; None with fewer than 8 groups."""
    x = group_means(predictor.values, grouping)
    G = grouping.n_levels
    columns = curve_columns(x, rich=G >= 60) if G >= LEAST_GROUPS else []
    df = G - 2.0 - len(columns)
    if not columns or df < LEAST_DF:
        return None
    m, variance = marginal_means(material, grouping)
    root = 1.0 / np.sqrt(variance)
    basis = np.stack([np.ones(G), x - x.mean(), *columns], axis=1) * root[:, None]
    added, rest = _added(m * root, basis, n_line=2)
    return _curve(predictor, grouping, added, rest, len(columns), df)


def marginal_means(material: Material, grouping: Grouping) -> tuple[Array, Array]:
    """Group means of y - X beta (G,) and their variances under the model, outcome units."""
    fit = material.fit
    m = group_means(fit.y - fit.fitted_marginal, grouping)
    variance = _noise_of_means(material, grouping)
    factors = zip(fit.estimates.conditioned.factors, fit.estimates.covariances, strict=True)
    for factor, G in factors:
        if factor.name == grouping.name:
            Z = fit.design.random_columns(factor.name)
            means = np.stack([group_means(z, grouping) for z in Z.T], axis=1)
            variance = variance + np.einsum("ga,ab,gb->g", means, G, means)
    return m, variance


def _noise_of_means(material: Material, grouping: Grouping) -> Array:
    """(G,): residual variance of each group's mean, correlated residuals included."""
    fit, residual = material.fit, material.estimates.residual
    if residual is None or residual.phi is None:
        return group_means(fit.residual_sd**2, grouping) / grouping.sizes
    order = np.argsort(grouping.codes, kind="stable")
    parts = np.split(order, np.cumsum(grouping.sizes)[:-1])
    sums = [float(residual.covariance(rows).sum()) for rows in parts]
    return fit.sigma**2 * np.array(sums) / grouping.sizes**2


def curve_columns(x: Array, rich: bool) -> list[Array]:
    """Columns that bend a line in ``x`` (n,): a parabola, or a natural cubic spline with 4 knots.

    The spline (two columns) is straight beyond the outer knots, so that a few far-out rows don't
    decide; ``rich`` says there are enough rows for it.
    """
    spread = float(x.std())
    if not spread > 0:
        return []
    z = (x - x.mean()) / spread
    distinct = len(np.unique(np.round(z, 9)))
    if distinct < 3:
        return []
    if rich and distinct > VALUES_FOR_SPLINE:
        knots = np.quantile(z, [0.05, 0.35, 0.65, 0.95])
        if (np.diff(knots) > 1e-6).all():
            return _natural_spline(z, knots)
    return [z**2, z**3] if rich and distinct >= 5 else [z**2]


def _natural_spline(z: Array, knots: Array) -> list[Array]:
    """Restricted cubic spline without its straight part (Harrell 2015, sec. 2.4.5)."""
    last, before = knots[-1], knots[-2]
    powers = [np.clip(z - knot, 0.0, None) ** 3 for knot in knots]
    return [
        powers[j]
        - powers[-2] * (last - knots[j]) / (last - before)
        + powers[-1] * (before - knots[j]) / (last - before)
        for j in range(len(knots) - 2)
    ]


def _added(y: Array, basis: Array, n_line: int) -> tuple[float, float]:
    """Sum of squares that the columns after the first ``n_line`` add, and what is then left."""
    size = np.sqrt((basis**2).sum(axis=0))
    Q, R = np.linalg.qr(basis / np.where(size > 0, size, 1.0))
    usable = np.abs(np.diag(R)) > 1e-9
    projected = np.where(usable, Q.T @ y, 0.0)
    added = float((projected[n_line:] ** 2).sum())
    return added, max(float(y @ y) - float((projected**2).sum()), 0.0)


def _curve(
    predictor: Predictor, grouping: Grouping, added: float, rest: float, k: int, df: float
) -> Curve:
    noise = rest / df
    total = added + rest
    if not noise > 0:
        return Curve(predictor, grouping, 0.0, 1.0)
    share = float(np.sqrt(max(added - k * noise, 0.0) / total))
    return Curve(predictor, grouping, share, float(special.fdtrc(k, df, added / k / noise)))
