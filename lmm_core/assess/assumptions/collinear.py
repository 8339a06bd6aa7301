"""Do predictors carry the same information? Variance inflation of each predictor's main effect.

Products and powers of a predictor are related to it by construction and harmless; so each column's
main effect is judged among the main effects only.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from lmm_core.assess.assumptions.check import NOTHING, Check, listed, nothing_to_check, times
from lmm_core.assess.assumptions.material import Material
from lmm_core.assess.collinearity import log_det
from lmm_core.model.design import Design

Array = np.ndarray

HIGH, VERY_HIGH = 5.0, 10.0
CLOSE = 0.5


@dataclass(frozen=True)
class Inflation:
    """Generalised VIF of one column per coefficient (Fox & Monette 1992, JASA 87), and the
    columns it is most related to.
    """

    column: str
    vif: float
    related: tuple[str, ...]


def check_collinearity(material: Material) -> Check:
    key, title = "collinearity", "Predictors not too alike"
    how = (
        "Each bar says how many times as wide a predictor's interval is because it resembles the "
        "others; 1 means not at all."
    )
    found = inflations(material.design)
    if len(found) < 2:
        sentence = "The model has fewer than two predictors, so none resembles another."
        return nothing_to_check(key, title, sentence, how)
    top = found[0]
    verdict = "act" if top.vif >= VERY_HIGH else "look" if top.vif >= HIGH else "fine"
    wider = times(sqrt(top.vif))
    vif = f"VIF {top.vif:.1f}" if top.vif < 1e4 else "VIF over 10,000"
    related = f" ({listed(list(top.related))})" if top.related else ""
    if verdict == "fine":
        sentence = (
            f"The interval of {top.column}, the most affected predictor, is {wider} as wide as if "
            f"it had nothing in common with the others ({vif})."
        )
        advice = NOTHING
    else:
        sentence = (
            f"{top.column} resembles the other predictors{related}: its interval is {wider} as "
            f"wide as if it had nothing in common with them ({vif})."
        )
        advice = (
            "Estimates are right but uncertain, each at fixed values of the others. Leave one of "
            "the predictors out if they measure the same, or combine them."
        )
    numbers = {
        "predictor": top.column,
        "vif": top.vif,
        "related": list(top.related),
        "candidates": tuple({"predictor": i.column, "vif": i.vif} for i in found),
    }
    text = vif
    return Check(key, title, verdict, top.vif, text, sentence, how, advice, numbers)


def inflations(design: Design) -> tuple[Inflation, ...]:
    """Every column with a main effect, the most inflated first."""
    owner, columns = [], []
    for k, parts in enumerate(design.parts):
        if len(parts) == 1:
            owner.append(design.encoders[parts[0][0]].factor.column)
            columns.append(k)
    X = design.X[:, columns]
    X = X - X.mean(axis=0)
    length = np.sqrt((X**2).sum(axis=0))
    # Without an intercept a constant column takes its place.
    varying = length > 0
    owners = np.array(owner)[varying] if owner else np.zeros(0, dtype=object)
    names = list(dict.fromkeys(owners.tolist()))
    if len(names) < 2:
        return ()
    X = X[:, varying] / length[varying]
    R = X.T @ X
    # Determinants of cross-products lose near copies; those of a triangle keep them.
    triangle = np.linalg.qr(X, mode="r")
    total = log_det(triangle)
    found = []
    for name in names:
        own = owners == name
        parts = log_det(triangle[:, own]) + log_det(triangle[:, ~own])
        vif = float(np.exp((parts - total) / own.sum()))
        close = [
            n for n in names if n != name and np.abs(R[np.ix_(own, owners == n)]).max() > CLOSE
        ]
        found.append(Inflation(name, vif, tuple(close)))
    return tuple(sorted(found, key=lambda i: -i.vif))
