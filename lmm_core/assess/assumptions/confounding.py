"""One slope for two: does a predictor act alike within groups and between them?

The predictor's group means are added to the fixed effects (Mundlak 1978, Econometrica 46); their
coefficient is the slope between groups minus the slope within.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lmm_core.assess.assumptions.check import NOTHING, Check, Scale, nothing_to_check, rank
from lmm_core.assess.assumptions.material import Material, Predictor, group_means, varying_parts
from lmm_core.errors import LMMError
from lmm_core.estimation.crossproducts import condition
from lmm_core.estimation.fit import criterion_of, estimate
from lmm_core.formatting import interval, level_text, number
from lmm_core.inference.satterthwaite import satterthwaite
from lmm_core.inference.tables import DfMethod, contrast_table
from lmm_core.model.design import Design, Grouping
from lmm_core.model.factors import quote
from lmm_core.model.rank import Dense, find_basis

Array = np.ndarray

SIZE = Scale(look=0.1, act=0.2, look_chance=0.02)
LEAST_GROUPS = 8
MOST_ROWS = 20_000
# A predictor of the group that is so close to the group means says that the model is split already.
ALREADY = 0.9


@dataclass(frozen=True)
class TwoSlopes:
    """Slopes per unit of the predictor; ``difference`` is between minus within with its interval.

    ``size``: what one SD of the group means changes by the difference, in SDs of the outcome that
    the predictors leave.
    """

    predictor: Predictor
    grouping: Grouping
    within: float
    between: float
    difference: float
    low: float
    high: float
    p_value: float
    size: float


def check_confounding(material: Material) -> Check:
    key, grouping = "confounding", material.finest
    title = f"Same slope within and between {grouping.name}"
    how = (
        "Grey points are rows, coloured points the groups' means. Both lines should have the same "
        "slope; when they differ, the model's one coefficient mixes two questions."
    )
    both = [p for p in material.predictors if all(varying_parts(p.values, grouping))]
    if not both:
        sentence = (
            f"No numeric predictor of the model varies both within {grouping.name} and between "
            "them, so no slope mixes the two."
        )
        return nothing_to_check(key, title, sentence, how)
    found = [two_slopes(material, p, grouping) for p in both]
    slopes = [s for s in found if s is not None]
    if not slopes:
        sentence = (
            "The slopes within and between can't be told apart here: the model has them already, "
            "or there are too few groups."
        )
        return nothing_to_check(key, title, sentence, how)
    m = len(slopes)
    verdicts = {s.predictor.column: SIZE.verdict(s.size, m * s.p_value) for s in slopes}
    slopes.sort(key=lambda s: (rank(verdicts[s.predictor.column]), s.size), reverse=True)
    top = slopes[0]
    verdict = verdicts[top.predictor.column]
    name = top.predictor.label
    level = level_text(material.design.spec.ci_level)
    sentence = (
        f"The slope of {name} is {number(top.within)} within {grouping.name} and "
        f"{number(top.between)} between; the difference is {number(top.difference)} ({level} CI "
        f"{interval(top.low, top.high)})"
    )
    if verdict != "fine":
        sentence += ", so one coefficient mixes two questions."
    elif top.size >= SIZE.look:
        sentence += ", which chance alone can give in data of this size."
    else:
        sentence += f", little beside how much {material.design.spec.outcome_column} varies."
    advice, action = NOTHING, None
    if verdict != "fine":
        advice = (
            f"Split {name} into its mean in each {grouping.name} and the deviation from it; each "
            "gets a slope of its own."
        )
        if top.predictor.plain and not top.predictor.curved and len(grouping.columns) == 1:
            action = f"split:{top.predictor.column}"
    numbers = {
        "predictor": top.predictor.column,
        "group": grouping.name,
        "within": top.within,
        "between": top.between,
        "difference": top.difference,
        "conf_low": top.low,
        "conf_high": top.high,
        "p_value": top.p_value,
        "candidates": tuple(
            {
                "predictor": s.predictor.column,
                "difference": s.difference,
                "p_value": s.p_value,
                "verdict": verdicts[s.predictor.column],
            }
            for s in slopes
        ),
    }
    text = SIZE.text(f"difference {number(top.difference)}", top.size, verdict)
    title = f"Same slope of {name} within and between {grouping.name}"
    return Check(key, title, verdict, top.size, text, sentence, how, advice, numbers, action)


def two_slopes(material: Material, predictor: Predictor, grouping: Grouping) -> TwoSlopes | None:
    """The two slopes of a predictor; None when they can't be told apart."""
    design, p = material.design, material.design.p
    if grouping.n_levels < LEAST_GROUPS + p:
        return None
    means = group_means(predictor.values, grouping)[grouping.codes]
    if _is_split(design.X, means):
        return None
    at = own_column(material, predictor)
    if at is None:
        return None
    scale = float(means.std())
    centred = (means - means.mean()) / scale
    X = np.asfortranarray(np.column_stack([design.X, centred]))
    basis = find_basis(X, design.weights)
    if len(basis.kept) < p + 1:
        return None
    wider = replace(design, model_matrix=Dense(X), basis=basis)  # type: ignore[arg-type]
    residual = material.estimates.residual
    if residual is not None:
        wider = replace(wider, residual=residual.held())
    try:
        beta, method = _fit(wider, material, grouping)
    except (LMMError, np.linalg.LinAlgError):
        return None
    contrast = np.zeros((1, p + 1))
    contrast[0, -1] = 1.0 / scale
    level = design.spec.ci_level
    table = contrast_table(contrast, beta, method, level)
    difference = float(table["estimate"][0])
    # On the scale of the values that the model has: a scaled predictor's slope is per SD.
    values = design.X[:, at]
    unit = float(np.std(values) / np.std(predictor.values))
    within = float(beta[at]) * unit
    spread = float(np.sqrt((material.fit.y - material.fit.fitted_marginal).var()))
    return TwoSlopes(
        predictor,
        grouping,
        within,
        within + difference,
        difference,
        float(table["conf_low"][0]),
        float(table["conf_high"][0]),
        float(table["p_value"][0]),
        abs(difference) * scale / spread if spread > 0 else 0.0,
    )


class _AtGivenVariances:
    """The covariance of coefficients at given variance components, with df by the groups."""

    def __init__(self, vcov: Array, df: int) -> None:
        self.vcov, self._df = vcov, float(df)

    def df(self, contrasts: Array) -> Array:
        return np.full(len(np.atleast_2d(contrasts)), self._df)


def _fit(wider: Design, material: Material, grouping: Grouping) -> tuple[Array, DfMethod]:
    """Coefficients and their tests; in large models of several grouping columns, where a refit
    takes seconds, at the variance components of the model without the means.
    """
    theta = material.estimates.theta
    if len(material.fit.groups) == 1 or wider.n <= MOST_ROWS or wider.residual is not None:
        estimates = estimate(wider, start=theta)
        return estimates.beta, satterthwaite(estimates)
    conditioned = condition(wider)
    criterion = criterion_of(conditioned, material.estimates.reml, wider.weights)
    state = criterion.evaluate(theta)
    scale, transform = conditioned.scale, conditioned.transform
    beta = conditioned.beta_ols + scale * (transform @ state.beta)
    variance = scale**2 * state.squares / criterion.degrees
    vcov = variance * transform @ state.H @ transform.T
    return beta, _AtGivenVariances(vcov, grouping.n_levels - wider.model_matrix.width)


def own_column(material: Material, predictor: Predictor) -> int | None:
    """The column of X that holds the predictor by itself, up to centring and scaling."""
    for k, parts in enumerate(material.design.parts):
        if len(parts) != 1 or parts[0][1] is not None:
            continue
        text = parts[0][0]
        encoder = material.design.encoders[text]
        if encoder.factor.column == predictor.column and encoder.factor.calls[:1] != (("I", 2),):
            column = material.design.X[:, k]
            x = predictor.values
            if column.std() > 0 and abs(np.corrcoef(column, x)[0, 1]) > 1 - 1e-9:
                return k
    return None


def _is_split(X: Array, means: Array) -> bool:
    spread = X.std(axis=0) > 0
    if not spread.any() or not means.std() > 0:
        return True
    r = np.corrcoef(np.column_stack([X[:, spread], means]), rowvar=False)[-1, :-1]
    return bool((np.abs(r) > ALREADY).any())


def split_names(column: str) -> tuple[str, str]:
    """Names that the preparation step gives to the two parts, as factors of a formula."""
    return quote(f"{column}_within"), quote(f"{column}_between")
