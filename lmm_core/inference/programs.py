"""Why the same model has other numbers in another program: its defaults, refitted here.

Sources of the defaults: lmerTest (Kuznetsova et al. 2017); IBM SPSS MIXED (REML, Satterthwaite, the
last level as reference); JASP's help (sum contrasts, Satterthwaite, type III); GAMLj's help (simple
contrasts, centred covariates); statsmodels' MixedLM (REML, z-tests).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lmm_core.estimation.fit import Estimates
from lmm_core.inference import prediction
from lmm_core.inference.distributions import t_p_value, t_quantile
from lmm_core.inference.program_words import Coding, cautions, column_name, meaning, method_reason
from lmm_core.inference.satterthwaite import satterthwaite
from lmm_core.inference.tables import Normal, contrast_table
from lmm_core.model.design import Design
from lmm_core.model.encoding import Categorical, Encoder, encode_levels
from lmm_core.model.factors import factor_of
from lmm_core.model.spec import ModelSpec, RandomTerm, Term

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray
COLUMNS = ("estimate", "std_error", "df", "statistic", "p_value")
Key = Literal["lmer", "spss", "jasp", "gamlj", "normal", "ols"]

NAMES: Mapping[Key, str] = {
    "lmer": "R: lme4 with lmerTest",
    "spss": "SPSS MIXED",
    "jasp": "JASP",
    "gamlj": "GAMLj (jamovi)",
    "normal": "z-tests (statsmodels)",
    "ols": "Regression without groups",
}
SETTINGS: Mapping[Key, str] = {
    "lmer": "REML, Satterthwaite; the first level of a category is its reference.",
    "spss": "REML, Satterthwaite; the last level of a category is its reference.",
    "jasp": "REML, Satterthwaite; each level of a category against the average of all levels.",
    "gamlj": "REML, Satterthwaite; numeric predictors minus their mean, other effects averaged "
    "over the levels of a category.",
    "normal": "REML; p from the normal distribution, as if the variances were known.",
    "ols": "Ordinary least squares; all rows as if they were independent.",
}
CODINGS: Mapping[Key, Coding] = {
    "lmer": "first",
    "spss": "last",
    "jasp": "sum",
    "gamlj": "simple",
    "normal": "first",
    "ols": "first",
}


@dataclass(frozen=True)
class Change:
    """A cell that differs from the user's table, and why, in one sentence."""

    row: int
    column: str
    why: str


@dataclass(frozen=True)
class ProgramResult:
    """One program's coefficients beside the user's.

    ``table``: term (as the program's coding names it), label, counterpart (row of the user's
    table), estimate, std_error, df, statistic, p_value, conf_low, conf_high. ``loglik`` is the
    log-likelihood at the estimates, which no coding changes; ``reml_loglik`` the restricted one,
    which programs print and which does change; ``fitted_gap`` the largest difference of a fitted
    value, in residual SDs.
    """

    key: Key
    name: str
    settings: str
    table: pd.DataFrame
    changes: tuple[Change, ...]
    loglik: float
    reml_loglik: float | None
    fitted_gap: float
    same_fit: bool
    cautions: tuple[str, ...]

    @property
    def changed(self) -> frozenset[tuple[int, str]]:
        """(row, column) of the cells that differ."""
        return frozenset((c.row, c.column) for c in self.changes)


@dataclass(frozen=True)
class _Fit:
    """What a program estimates: coefficients, how they're tested, fitted values."""

    design: Design
    kept: tuple[int, ...]
    table: dict[str, Array]
    loglik: float
    reml_loglik: float | None
    fitted: Array


def programs(fit: FittedModel, keys: tuple[Key, ...] = tuple(NAMES)) -> tuple[ProgramResult, ...]:
    """The user's model under other programs' defaults, in the order of ``keys``."""
    return tuple(_result(fit, key) for key in keys)


def _result(fit: FittedModel, key: Key) -> ProgramResult:
    coding = CODINGS[key]
    found = _ols(fit) if key == "ols" else _mixed(fit, key)
    design = found.design
    names, labels = _names(design, found.kept, coding)
    own = fit.fixed_effects
    whole = not design.aliased and not fit.design.aliased
    aligned = whole or design.names == fit.design.names
    counterpart = np.arange(design.p) if aligned else np.full(design.p, -1)
    table = pd.DataFrame(
        {"term": names, "label": labels, "counterpart": counterpart, **found.table}
    )
    gap = float(np.max(np.abs(found.fitted - fit.fitted)) / fit.sigma)
    same = abs(found.loglik - full_loglik(fit.estimates)) < 1e-5 and gap < 1e-4
    changes = []
    se = own["std_error"].to_numpy()
    for row in range(design.p if aligned else 0):
        there, here = (
            meaning(design, found.kept[row], coding),
            meaning(fit.design, fit.design.kept[row], "first"),
        )
        for column in COLUMNS:
            ours, theirs = float(own[column].iloc[row]), float(found.table[column][row])
            if _equal(column, ours, theirs, float(se[row])):
                continue
            if there != here:
                why = f"There it is {there}; here it is {here}."
            else:
                why = method_reason(fit, column, key, theirs > ours)
            changes.append(Change(row, column, why))
    return ProgramResult(
        key,
        NAMES[key],
        SETTINGS[key],
        table,
        tuple(changes),
        found.loglik,
        found.reml_loglik,
        gap,
        same,
        cautions(fit.design, key),
    )


def _equal(column: str, ours: float, theirs: float, se: float) -> bool:
    """Equal in every digit that is shown."""
    if ours == theirs or not (np.isfinite(ours) and np.isfinite(theirs)):
        return ours == theirs
    if column == "df":
        return bool(abs(ours - theirs) <= 1e-3 * abs(theirs))
    if column == "p_value":
        return abs(ours - theirs) < 5e-5 or max(ours, theirs) < 0.001
    return abs(ours - theirs) <= 1e-4 * (se if column != "statistic" else 1.0)


def full_loglik(estimates: Estimates) -> float:
    """The log-likelihood at the estimates; for REML estimates without the restriction."""
    if not estimates.reml:
        return estimates.loglik
    p = len(estimates.beta)
    _, log_det = np.linalg.slogdet(estimates.vcov)
    return float(estimates.loglik - 0.5 * log_det - 0.5 * p * np.log(2 * np.pi))


# -- refits


def _mixed(fit: FittedModel, key: Key) -> _Fit:
    from lmm_core.fitted import fit_model

    # None of these programs has a residual structure by default.
    spec = fit.spec.with_options(reml=True, df_method="satterthwaite", reference=(), residual=None)
    if key == "spss":
        spec = spec.with_options(reference=_last_levels(fit))
    if key == "gamlj":
        spec = centred(spec, fit.design)
    # The user's own fit serves when only the df method differs.
    plain = fit.spec.with_options(df_method="satterthwaite")
    base = fit if plain == spec else fit_model(spec, fit.source)
    design, estimates = base.design, base.estimates
    method = Normal(estimates.vcov) if key == "normal" else satterthwaite(estimates)
    X, contrasts, kept = design.X, np.eye(design.p), design.kept
    if CODINGS[key] in ("sum", "simple"):
        coded = coded_matrix(design, CODINGS[key])
        if design.aliased:
            kept = independent(coded)
            coded = coded[:, list(kept)]
        # X beta = coded gamma for every beta: gamma = contrasts @ beta.
        contrasts = np.linalg.lstsq(coded, X, rcond=None)[0]
        X = coded
    table = contrast_table(contrasts, estimates.beta, method, spec.ci_level)
    blocks = [(block, block.matrix) for block in design.blocks]
    codes = {name: grouping.codes for name, grouping in design.groupings.items()}
    fitted = X @ table["estimate"] + prediction.random_part(estimates, blocks, codes)
    # Of the criterion only the determinant of X'V^-1 X changes with the coding.
    restricted = estimates.loglik + float(np.linalg.slogdet(contrasts)[1])
    return _Fit(design, kept, table, full_loglik(estimates), restricted, fitted)


def independent(columns: Array) -> tuple[int, ...]:
    """Positions of the columns that earlier ones don't determine."""
    basis = np.zeros((len(columns), 0))
    found = []
    for k, column in enumerate(columns.T):
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > 1e-7 * float(np.linalg.norm(column)):
            found.append(k)
            basis = np.column_stack([basis, rest / length])
    return tuple(found)


def _ols(fit: FittedModel) -> _Fit:
    design = fit.design
    if fit.spec.reference:
        from lmm_core.model.design import build_design

        design = build_design(fit.spec.with_options(reference=()), fit.source)
    weights = np.ones(design.n) if design.weights is None else design.weights
    X = design.X
    basis = design.basis.apply(X)
    beta = design.basis.transform @ (basis.T @ (weights * design.y))
    residual = design.y - X @ beta
    squares = float(weights @ residual**2)
    df = design.n - design.p
    vcov = squares / df * design.basis.transform @ design.basis.transform.T
    se = np.sqrt(np.diag(vcov))
    half = t_quantile(fit.spec.ci_level, np.full(design.p, float(df))) * se
    table = {
        "estimate": beta,
        "std_error": se,
        "df": np.full(design.p, float(df)),
        "statistic": beta / se,
        "p_value": t_p_value(beta / se, np.full(design.p, float(df))),
        "conf_low": beta - half,
        "conf_high": beta + half,
    }
    n = design.n
    loglik = -0.5 * n * (np.log(2 * np.pi * squares / n) + 1) + 0.5 * float(np.log(weights).sum())
    return _Fit(design, design.kept, table, float(loglik), None, X @ beta)


def _last_levels(fit: FittedModel) -> tuple[tuple[str, str], ...]:
    """Per categorical column its last level in the data's order."""
    columns = [e.factor.column for e in fit.design.encoders.values() if isinstance(e, Categorical)]
    return tuple((c, encode_levels(fit.frame[c])[1][-1]) for c in dict.fromkeys(columns))


def centred(spec: ModelSpec, design: Design) -> ModelSpec:
    """The spec with every numeric predictor minus its mean, in the random slopes too."""

    def text(old: str) -> str:
        factor = factor_of(old)
        calls = {call[0] for call in factor.calls}
        if isinstance(design.encoders[old], Categorical) or calls & {"center", "scale", "poly"}:
            return old
        return replace(factor, calls=(*factor.calls, ("center", None))).text

    def term(old: Term) -> Term:
        return tuple(text(t) for t in old)

    def random(old: RandomTerm) -> RandomTerm:
        return replace(old, terms=tuple(term(t) for t in old.terms))

    return replace(
        spec,
        fixed=tuple(term(t) for t in spec.fixed),
        random=tuple(random(r) for r in spec.random),
    )


def coded_matrix(design: Design, coding: Coding) -> Array:
    """The fixed-effects matrix of the rows in use under sum or simple coding."""
    layout = design.layout
    columns: list[Array] = [np.ones(design.n)] if layout.intercept else []
    for term, fulls in zip(layout.terms, layout.codings, strict=True):
        products: list[Array] = [np.ones(design.n)]
        for text, full in zip(term, fulls, strict=True):
            part = _columns(design.encoders[text], design.values[text], full, coding)
            products = [a * b for b in part for a in products]
        columns += products
    return np.asfortranarray(np.column_stack(columns))


def _columns(encoder: Encoder, values: Array, full: bool, coding: Coding) -> list[Array]:
    if not isinstance(encoder, Categorical):
        return [values[:, k] for k in range(values.shape[1])]
    count = len(encoder.levels)
    each = [(values == k).astype(float) for k in range(count)]
    if full:
        return each
    if coding == "sum":
        return [column - each[-1] for column in each[:-1]]
    return [column - 1.0 / count for column in each[1:]]


def _names(design: Design, kept: tuple[int, ...], coding: Coding) -> tuple[list[str], list[str]]:
    """Terms as R names them under the coding, and labels for people."""
    names, labels = [], []
    for k in kept:
        term = design.layout.assign[k]
        if coding in ("first", "last") or term < 0:
            names.append(design.layout.names[k])
            labels.append(design.layout.labels[k])
            continue
        coded = dict(zip(design.layout.terms[term], design.layout.codings[term], strict=True))
        own_names, own_labels = [], []
        for text, level in design.layout.parts[k]:
            encoder = design.encoders[text]
            if level is None or coded[text] or not isinstance(encoder, Categorical):
                # Centred columns keep their names, as GAMLj shows them.
                own_names.append(column_name(text) if level is None else f"{text}{level}")
                own_labels.append(own_names[-1] if level is None else f"{text}: {level}")
                continue
            place = encoder.levels.index(level)
            column = encoder.factor.column
            if coding == "sum":
                own_names.append(f"{text}{place}")
                own_labels.append(f"{column}: {encoder.levels[place - 1]} vs average")
            else:
                own_names.append(f"{text}{place + 1}")
                own_labels.append(f"{column}: {level} vs {encoder.levels[0]}")
        names.append(":".join(own_names))
        labels.append(" × ".join(own_labels))
    return names, labels
