"""Leave one group or one row out, refit, and put the results beside those of all data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lmm_core.assess.influence import products
from lmm_core.assess.influence.changes import Influence, Results, stacked
from lmm_core.assess.influence.refit import (
    Progress,
    held_results,
    in_turn,
    refit_all,
    refit_from,
    refit_rows,
    results_of,
)
from lmm_core.errors import ModelError
from lmm_core.estimation.fit import Estimates
from lmm_core.estimation.threads import one_thread
from lmm_core.model.design import Design, Grouping

if TYPE_CHECKING:
    from lmm_core.fitted import FittedModel

Array = np.ndarray

# Up to this many groups or rows all are refitted; of more, only the most influential.
ALL_GROUPS = 1_000
ALL_ROWS = 1_000
MOST = 60
# Several grouping factors: rows times refits, at about twelve seconds per million.
MOST_CELLS = 1_000_000


def leave_out_groups(
    fit: FittedModel, group: str | None = None, progress: Progress | None = None
) -> Influence | None:
    """The results without each level of a grouping column (the first by default).

    With more than 1,000 levels those of one grouping factor are held at all data's variance
    components, and the 60 most influential are refitted exactly; with several grouping factors
    as many of the levels with the most unusual data are refitted as take a few seconds, and the
    others are left out. ``progress(done, total)`` may stop the work by returning False; the result
    is then None.

    Raises
    ------
    ModelError
        ``unknown_group``; ``too_few_groups`` with fewer than three.
    """
    names = list(fit.groups)
    name = group or names[0]
    if name not in fit.groups:
        raise ModelError(
            f"{name} isn't a grouping column of the model.",
            f"Grouping columns: {', '.join(names)}.",
            code="unknown_group",
        )
    grouping = fit.groups[name]
    if grouping.n_levels < 3:
        raise ModelError(
            f"{name} has only {grouping.n_levels} groups; without one of them there is nothing "
            "left to compare.",
            "Choose a grouping column with at least 3 groups.",
            code="too_few_groups",
        )
    levels = np.arange(grouping.n_levels)
    with one_thread(fit.design.n):
        if len(fit.groups) == 1:
            return _groups_of_one_factor(fit, grouping, levels, progress)
        most = max(10, MOST_CELLS // fit.design.n)
        if len(levels) > most:
            levels = np.sort(np.argsort(-_unusual(fit, grouping), kind="stable")[:most])
        keeps = (np.flatnonzero(grouping.codes != level) for level in levels)
        refits = refit_all(fit, keeps, len(levels), progress)
        if refits is None:
            return None
        sizes = grouping.sizes[levels]
        names_of = tuple(grouping.levels[k] for k in levels)
        return _influence(fit, name, names_of, sizes, refits, np.ones(len(levels), dtype=bool))


def leave_out_rows(fit: FittedModel, progress: Progress | None = None) -> Influence | None:
    """The results without each row in use; levels are 1-based rows of the source table.

    Up to 1,000 rows all are refitted. Of more, one grouping factor: all at all data's variance
    components, and the 60 most influential exactly; several: the 60 (fewer in large data) with
    the largest residuals.
    """
    n = fit.design.n
    names = np.array([str(k + 1) for k in fit.rows], dtype=object)
    with one_thread(n):
        if len(fit.groups) == 1 and not _serial(fit):
            return _rows_of_one_factor(fit, names, progress)
        chosen = np.arange(n)
        most = min(MOST, max(10, MOST_CELLS // n))
        if n > ALL_ROWS:
            chosen = np.sort(np.argsort(-np.abs(fit.pearson_residuals), kind="stable")[:most])
        everyone = np.arange(n)
        keeps = (np.delete(everyone, i) for i in chosen)
        refits = refit_all(fit, keeps, len(chosen), progress)
        if refits is None:
            return None
        ones = np.ones(len(chosen), dtype=np.int64)
        return _influence(fit, None, tuple(names[chosen]), ones, refits, ones.astype(bool))


def leave_out_together(fit: FittedModel, group: str | None, levels: Sequence[str]) -> Influence:
    """The results without several groups (or rows, ``group`` None) at once; one entry.

    Raises
    ------
    EstimationError
        ``too_little`` when what stays can't carry the model.
    """
    if group is None:
        gone = np.isin(fit.rows, np.array(levels, dtype=np.int64) - 1)
    else:
        grouping = fit.groups[group]
        gone = np.isin(grouping.codes, [grouping.levels.index(level) for level in levels])
    with one_thread(fit.design.n):
        refit = refit_rows(fit, np.flatnonzero(~gone))
    sizes, exact = np.array([gone.sum()]), np.ones(1, dtype=bool)
    results, singular = refit
    name = ", ".join(levels)
    flags = np.array([singular])
    return _assembled(fit, group or "", (name,), sizes, results, exact, flags)


def work(fit: FittedModel, group: str | None) -> float:
    """About how many seconds the refits take, so that a page may ask before it starts."""
    units = fit.groups[group].n_levels if group else fit.design.n
    if len(fit.groups) > 1:
        most = max(10, MOST_CELLS // fit.design.n)
        count = min(units, most if group else min(MOST, most) if units > ALL_ROWS else units)
        return count * (0.006 + 1.2e-5 * fit.design.n)
    levels = next(iter(fit.groups.values())).n_levels
    count = min(units, ALL_GROUPS) if units <= ALL_GROUPS else MOST
    per_row = 4e-6 if group else 1.2e-5
    return count * (0.001 + 1e-6 * levels) + per_row * fit.design.n


# -- one grouping factor


def _groups_of_one_factor(
    fit: FittedModel, grouping: Grouping, levels: Array, progress: Progress | None
) -> Influence | None:
    estimates, sizes = fit.estimates, grouping.sizes
    rows = products.conditioned_rows(_estimated_from(fit), estimates)
    grams = products.group_grams(rows, grouping.codes, grouping.n_levels)
    held = None
    chosen = levels
    if len(levels) > ALL_GROUPS:
        held = products.at_fixed_theta(
            estimates, products.shares_of_groups(estimates, grams), sizes
        )
        pull = products.theta_pull(estimates)
        chosen = _worth_a_refit(_cooks(fit, held.beta), pull)

    def refit(level: int) -> tuple[Results, bool]:
        less = products.without_group(estimates, grams[level], level, int(sizes[level]))
        keep = lambda: np.flatnonzero(grouping.codes != level)  # noqa: E731
        return refit_from(fit, less, keep)

    done = in_turn(refit, chosen, progress)
    if done is None:
        return None
    return _combined(fit, grouping.name, grouping.levels, sizes, held, chosen, done)


def _rows_of_one_factor(
    fit: FittedModel, names: Array, progress: Progress | None
) -> Influence | None:
    estimates, n = fit.estimates, fit.design.n
    codes = next(iter(fit.groups.values())).codes
    rows = products.conditioned_rows(_estimated_from(fit), estimates)
    ones = np.ones(n, dtype=np.int64)
    held, chosen = None, np.arange(n)
    if n > ALL_ROWS:
        held = _rows_at_fixed_theta(estimates, rows, codes)
        chosen = _worth_a_refit(_cooks(fit, held.beta), np.zeros(n))

    def refit(i: int) -> tuple[Results, bool]:
        less = products.without_row(estimates, rows, i, int(codes[i]))
        return refit_from(fit, less, lambda: np.delete(np.arange(n), i))

    done = in_turn(refit, chosen, progress)
    if done is None:
        return None
    return _combined(fit, None, tuple(names), ones, held, chosen, done)


def _rows_at_fixed_theta(estimates: Estimates, rows: products.Rows, codes: Array) -> products.Held:
    """In slices: a row's share of the cross-products has (p + 1)^2 cells."""
    parts = []
    for start in range(0, len(codes), 50_000):
        part = slice(start, start + 50_000)
        own = products.Rows(rows.M[part], rows.Z[part])
        shares = products.shares_of_rows(estimates, own, codes[part])
        parts.append(products.at_fixed_theta(estimates, shares, np.ones(len(shares))))
    return products.Held(
        np.concatenate([p.beta for p in parts]), np.concatenate([p.std_error for p in parts])
    )


def _worth_a_refit(cooks: Array, pull: Array) -> Array:
    """The positions with the largest influence on the coefficients, or on the variances."""
    by_cooks = np.argsort(-np.nan_to_num(cooks, nan=np.inf), kind="stable")
    if not pull.any():
        return np.sort(by_cooks[:MOST])
    by_pull = np.argsort(-pull, kind="stable")
    return np.unique(np.concatenate([by_cooks[: MOST - MOST // 4], by_pull[: MOST // 4]]))


def _combined(
    fit: FittedModel,
    group: str | None,
    names: tuple[str, ...],
    sizes: Array,
    held: products.Held | None,
    chosen: Array,
    done: list[tuple[Results, bool]],
) -> Influence:
    exact = np.zeros(len(names), dtype=bool)
    exact[chosen] = True
    if held is None:
        return _influence(fit, group, names, sizes, done, exact)
    results = held_results(fit, held)
    singular = np.zeros(len(names), dtype=bool)
    refitted = stacked([r for r, _ in done])
    for field in vars(results):
        getattr(results, field)[chosen] = getattr(refitted, field)
    singular[chosen] = [flag for _, flag in done]
    return _assembled(fit, group, names, sizes, results, exact, singular)


def _estimated_from(fit: FittedModel) -> Design:
    """The rows behind the cross-products; with a residual structure the transformed ones."""
    residual = fit.estimates.residual
    return fit.design if residual is None else residual.whitened


def _serial(fit: FittedModel) -> bool:
    """Whether a row's neighbours change when it is left out."""
    residual = fit.spec.residual
    return residual is not None and residual.correlation is not None


def _unusual(fit: FittedModel, grouping: Grouping) -> Array:
    """(G,): sum of squared residuals around the average in a group, its random effects included."""
    marginal = fit.y - fit.fitted_marginal
    residual = fit.estimates.normalised(marginal, fit.design.weights)
    return np.bincount(grouping.codes, residual**2, grouping.n_levels)


def _cooks(fit: FittedModel, beta: Array) -> Array:
    change = beta - fit.estimates.beta
    root = np.linalg.cholesky(_correlation(fit.estimates.vcov))
    scaled = np.linalg.solve(root, (change / np.sqrt(np.diag(fit.estimates.vcov))).T)
    return (scaled**2).sum(axis=0) / fit.design.p


def _correlation(vcov: Array) -> Array:
    """Covariances of columns of very different size can't be factored as they are."""
    sd = np.sqrt(np.diag(vcov))
    return vcov / np.outer(sd, sd)


def _influence(
    fit: FittedModel,
    group: str | None,
    names: tuple[str, ...],
    sizes: Array,
    refits: list[tuple[Results, bool]],
    exact: Array,
) -> Influence:
    results = stacked([r for r, _ in refits])
    singular = np.array([flag for _, flag in refits], dtype=bool)
    return _assembled(fit, group, names, sizes, results, exact, singular)


def _assembled(
    fit: FittedModel,
    group: str | None,
    names: tuple[str, ...],
    sizes: Array,
    results: Results,
    exact: Array,
    singular: Array,
) -> Influence:
    design: Design = fit.design
    return Influence(
        group,
        tuple(str(name) for name in names),
        np.asarray(sizes),
        design.names,
        design.labels,
        tuple((c.group, c.term_1, c.term_2) for c in fit.components),
        results_of(fit.estimates, fit),
        results,
        _cooks(fit, results.estimate),
        exact,
        singular,
        fit.is_singular,
        () if group is not None else _owners(fit, names),
    )


def _owners(fit: FittedModel, names: tuple[str, ...]) -> tuple[str, ...]:
    """The finest group of each row; ``names`` are 1-based rows of the table."""
    finest = max(fit.groups.values(), key=lambda g: g.n_levels)
    at = np.searchsorted(fit.rows, np.array(names, dtype=np.int64) - 1)
    return tuple(f"{finest.name} {finest.levels[k]}" for k in finest.codes[at])
