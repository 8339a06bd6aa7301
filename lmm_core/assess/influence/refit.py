"""Fits without some rows, and their results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lmm_core.assess.influence import products
from lmm_core.assess.influence.changes import Results
from lmm_core.assess.influence.subset import subset
from lmm_core.errors import EstimationError, LMMError
from lmm_core.estimation.fit import Estimates, criterion_of, estimate, estimates_from
from lmm_core.estimation.residual_structures.uncertainty import Uncertainty, uncertainty
from lmm_core.inference.distributions import t_p_value
from lmm_core.inference.kenward_roger import kenward_roger
from lmm_core.inference.satterthwaite import Satterthwaite, joined, satterthwaite
from lmm_core.inference.tables import Normal, contrast_table, variance_components

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray
Progress = Callable[[int, int], bool]


def refit_from(fit: FittedModel, less, keep: Callable[[], Array]) -> tuple[Results, bool]:
    """Results from the cross-products ``less``, from the rows when these don't determine all."""
    try:
        if less is None:
            return refit_rows(fit, keep())
        if less.n <= less.p:
            return nothing_left(fit), False
        criterion = criterion_of(less, fit.estimates.reml, None)
        estimates = estimates_from(criterion, start=fit.estimates.theta)
        return results_of(estimates, fit), bool(estimates.convergence.singular)
    except (LMMError, np.linalg.LinAlgError):
        return nothing_left(fit), False


def refit_all(fit: FittedModel, keeps, total: int, progress: Progress | None):
    def refit(keep: Array) -> tuple[Results, bool]:
        try:
            return refit_rows(fit, keep)
        except (LMMError, np.linalg.LinAlgError):
            return nothing_left(fit), False

    return in_turn(refit, keeps, progress, total)


def in_turn(refit, units, progress: Progress | None, total: int | None = None):
    """Every refit in turn; None when ``progress`` stops it."""
    total = len(units) if total is None else total
    done = []
    for unit in units:
        done.append(refit(unit))
        if progress is not None and not progress(len(done), total):
            return None
    return done


def refit_rows(fit: FittedModel, keep: Array) -> tuple[Results, bool]:
    residual = fit.estimates.residual
    design = fit.design if residual is None else replace(fit.design, residual=residual.held())
    part, kept = subset(design, keep)
    few = any(g.n_levels < 2 or g.n_levels >= part.n for g in part.groupings.values())
    if few or part.n <= len(kept):
        raise EstimationError(
            "Too few groups or rows are left to fit the model.",
            "Leave fewer of them out.",
            code="too_little",
        )
    estimates = estimate(part, start=fit.estimates.theta)
    return results_of(estimates, fit, kept), bool(estimates.convergence.singular)


def held_results(fit: FittedModel, held: products.Held) -> Results:
    table = fit.fixed_effects
    df = np.tile(table["df"].to_numpy(dtype=float), (len(held.beta), 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = held.beta / held.std_error
    components = np.full((len(held.beta), len(fit.components)), np.nan)
    p_value = t_p_value(statistic, df)
    return Results(held.beta.copy(), held.std_error.copy(), df, statistic, p_value, components)


def results_of(estimates: Estimates, fit: FittedModel, kept: Array | None = None) -> Results:
    method = {
        "normal": lambda e: Normal(e.vcov),
        "kenward-roger": kenward_roger,
        "satterthwaite": lambda e: _satterthwaite(e, fit, kept),
    }[fit.spec.df_method](estimates)
    found = contrast_table(np.eye(len(estimates.beta)), estimates.beta, method, fit.spec.ci_level)
    fields = ("estimate", "std_error", "df", "statistic", "p_value")
    # Ordered by number of levels, which may change when a level is left out.
    by_name = {(c.group, c.term_1, c.term_2): c.sdcor for c in variance_components(estimates)}
    components = np.array([by_name[c.group, c.term_1, c.term_2] for c in fit.components])
    if kept is None or len(kept) == fit.design.p:
        return Results(*(found[f][None] for f in fields), components[None])
    whole = []
    for field in fields:
        values = np.full((1, fit.design.p), np.nan)
        values[0, kept] = found[field]
        whole.append(values)
    return Results(*whole, components[None])


def _satterthwaite(estimates: Estimates, fit: FittedModel, kept: Array | None) -> Satterthwaite:
    """With a residual structure, which the refits hold, its uncertainty is that of all data."""
    if fit.estimates.residual is None or estimates is fit.estimates:
        return satterthwaite(estimates)
    extra = uncertainty(fit.estimates)
    if extra is not None and kept is not None:
        extra = Uncertainty(extra.covariance, extra.gradient[:, kept][:, :, kept])
    return joined(satterthwaite(estimates), extra)


def nothing_left(fit: FittedModel) -> Results:
    """What a refit that can't be made gives."""
    empty = [np.full((1, fit.design.p), np.nan) for _ in range(5)]
    return Results(*empty, np.full((1, len(fit.components)), np.nan))
