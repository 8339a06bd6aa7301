"""Do neighbouring residuals of a group still resemble each other?

Score statistic of a correlation phi between rows next to each other in time, at phi = 0: with A the
neighbours' adjacency, U = (r'Ar - tr(PA)) / 2 for r = Py in residual SDs, and its information after
the variance components and the residual variance are allowed for. U over the information is the
one-step estimate of phi.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from lmm_core.assess.assumptions.check import NOTHING, Check, Scale, counted, nothing_to_check
from lmm_core.assess.assumptions.material import Material, Predictor, varying_parts
from lmm_core.estimation.criterion import symmetric_units
from lmm_core.formatting import correlation
from lmm_core.model.design import Grouping

Array = np.ndarray

SIZE = Scale(look=0.2, act=0.4, look_chance=0.02)
LEAST_PAIRS = 20
# Groups beyond these, and rows of a group beyond these, add no more than time.
MOST_GROUPS = 400
MOST_ROWS = 150
# So much of a time's steps from row to row go forward, or its values recur from group to group.
FORWARD = 0.95
FEW_VALUES = 60


@dataclass(frozen=True)
class Neighbours:
    """One-step estimate of the correlation of neighbours, its p-value, and the pairs looked at."""

    phi: float
    p_value: float
    n_pairs: int


def check_autocorrelation(material: Material) -> Check:
    key = "autocorrelation"
    how = (
        "Each point is a row's residual over that of the row before it in the same group; the line "
        "should be nearly level. A rising line means that deviations last for a while."
    )
    grouping = material.finest
    title = f"Neighbours in {grouping.name} independent"
    time = time_of(material)
    if time is None:
        sentence = (
            f"No numeric predictor of the model looks like a time within {grouping.name}, so the "
            "rows have no neighbours."
        )
        return nothing_to_check(key, title, sentence, how)
    title = f"Neighbours in {time.label} independent"
    if len(material.fit.groups) > 1:
        sentence = "With several grouping columns this isn't checked."
        return nothing_to_check(key, title, sentence, how)
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
            f"Neighbouring residuals of a {grouping.name} correlate by {r} beyond what the model "
            f"expects, which chance alone can give with {pairs}."
        )
    elif verdict == "fine":
        sentence = (
            f"Neighbouring residuals of a {grouping.name} correlate by {r} beyond what the model "
            f"expects ({pairs}); up to about {correlation(SIZE.look)} changes little."
        )
    else:
        meaning = (
            "deviations last for a while, so a row holds less news than the model thinks"
            if phi > 0
            else "a high row tends to be followed by a low one"
        )
        sentence = (
            f"Neighbouring residuals of a {grouping.name} correlate by {r} beyond what the model "
            f"expects ({pairs}): {meaning}."
        )
    advice, action = NOTHING, None
    if verdict != "fine":
        has_slope = any(
            time.column in name
            for block in material.design.blocks
            for name in block.names
            if name != "(Intercept)"
        )
        if not has_slope and time.plain and phi > 0:
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
        "group": grouping.name,
        "phi": phi,
        "p_value": found.p_value,
        "n_pairs": found.n_pairs,
    }
    text = SIZE.text(f"correlation {r}", abs(phi), verdict)
    return Check(key, title, verdict, abs(phi), text, sentence, how, advice, numbers, action)


def time_of(material: Material) -> Predictor | None:
    """The predictor along which the rows of a group follow each other; random slopes first."""
    grouping = material.finest
    slopes = {name for block in material.design.blocks for name in block.names}
    found = [
        p
        for p in material.predictors
        if varying_parts(p.values, grouping)[0] and _looks_like_time(p.values, grouping)
    ]
    return min(found, key=lambda p: p.column not in slopes, default=None)


def _looks_like_time(x: Array, grouping: Grouping) -> bool:
    order = np.argsort(grouping.codes, kind="stable")
    codes, x = grouping.codes[order], x[order]
    same = codes[1:] == codes[:-1]
    steps = np.diff(x)[same]
    if not len(steps):
        return False
    values, place = np.unique(x, return_inverse=True)
    pairs = np.unique(codes.astype(np.int64) * len(values) + place)
    if len(pairs) < 0.95 * len(x):
        return False
    forward = float((steps > 0).mean())
    # A grid: few values, each of which many groups share.
    grid = len(values) <= FEW_VALUES and len(pairs) >= 0.3 * len(values) * grouping.n_levels
    return max(forward, 1 - forward) >= FORWARD or grid


def lagged(grouping: Grouping, time: Array) -> tuple[Array, Array]:
    """Positions of each row that has a row before it in its group, and of that row."""
    order = np.lexsort((time, grouping.codes))
    codes = grouping.codes[order]
    same = np.flatnonzero(codes[1:] == codes[:-1])
    return order[same + 1], order[same]


def neighbours(material: Material, grouping: Grouping, time: Array) -> Neighbours | None:
    """The score statistic over the groups of a model with one grouping factor."""
    order = np.lexsort((time, grouping.codes))
    starts = np.r_[0, np.flatnonzero(np.diff(grouping.codes[order])) + 1, len(order)]
    sizes = np.diff(starts)
    usable = np.flatnonzero(sizes >= 2)
    if len(usable) > MOST_GROUPS:
        usable = usable[np.linspace(0, len(usable) - 1, MOST_GROUPS).astype(np.intp)]
    n_pairs = int(np.minimum(sizes[usable] - 1, MOST_ROWS - 1).sum())
    if n_pairs < LEAST_PAIRS:
        return None
    design, estimates = material.design, material.estimates
    factor = estimates.conditioned.factors[0]
    root = np.ones(design.n) if design.weights is None else np.sqrt(design.weights)
    Z = np.concatenate([block.matrix for block in factor.blocks], axis=1) * root[:, None]
    X = design.basis.apply(design.X) * root[:, None]
    Lambda, H = estimates.lambdas[0], estimates.state.H
    units = symmetric_units(factor)
    width = len(units) + 2
    score, information = 0.0, np.zeros((width, width))
    r = material.pearson
    for k in usable:
        rows = order[starts[k] : starts[k + 1]][:MOST_ROWS]
        half = Z[rows] @ Lambda
        inverse = np.eye(len(rows)) - half @ np.linalg.solve(
            np.eye(half.shape[1]) + half.T @ half, half.T
        )
        own = inverse @ X[rows]
        P = inverse - own @ H @ own.T
        above = np.arange(len(rows) - 1)
        score += float(r[rows[:-1]] @ r[rows[1:]] - P[above, above + 1].sum())
        A = np.zeros_like(P)
        A[above, above + 1] = A[above + 1, above] = 1.0
        # Directions: neighbours, residual variance, the entries of G.
        directions = [A, np.linalg.inv(inverse), *(Z[rows] @ E @ Z[rows].T for E in units)]
        products = [P @ D for D in directions]
        for a in range(width):
            for b in range(a + 1):
                information[a, b] += 0.5 * float((products[a] * products[b].T).sum())
    information = np.tril(information) + np.tril(information, -1).T
    rest = information[1:, 1:]
    cross = information[1:, 0]
    left = float(information[0, 0] - cross @ np.linalg.pinv(rest, rcond=1e-10) @ cross)
    if not left > 1e-8 * information[0, 0]:
        return None
    z = score / sqrt(left)
    return Neighbours(score / left, float(2 * special.ndtr(-abs(z))), n_pairs)
