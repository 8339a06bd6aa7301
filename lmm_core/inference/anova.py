"""Omnibus F tests of the terms, type III and II, independent of the coding the user chose.

Type III: each term's coefficients under sum-to-zero coding. Type II: each term after all terms that
don't contain it. Denominator df by Satterthwaite (Fai & Cornelius as in lmerTest, JSS 82(13), sec.
2.3) or Kenward–Roger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.inference.distributions import f_p_value
from lmm_core.inference.kenward_roger import KenwardRoger
from lmm_core.inference.tables import DfMethod
from lmm_core.model.design import Design
from lmm_core.model.encoding import Categorical, Encoder, level_sort_key
from lmm_core.model.factors import term_text

Array = np.ndarray
ROWS_FOR_CODING = 20_000


def anova_table(
    design: Design, beta: Array, sigma: float, method: DfMethod, kind: Literal[2, 3]
) -> pd.DataFrame:
    """term, sum_sq, mean_sq, num_df, den_df, f_value, p_value; one row per term."""
    if kind not in (2, 3):
        raise ModelError("F tests are of type 2 or 3.", "Use type=3 or type=2.", code="anova_type")
    contrasts = type_3_contrasts(design) if kind == 3 else type_2_contrasts(design)
    rows = []
    change = _coding_change(design, kind)
    for term, L in zip(design.layout.terms, contrasts, strict=True):
        test = f_test(_orthonormal(L, change), beta, method)
        # As lmerTest: the sums of squares belong to the F before Kenward and Roger's scaling.
        mean_sq = test.unscaled * sigma**2
        sums = (mean_sq * test.num_df, mean_sq)
        rows.append((term_text(term), *sums, test.num_df, test.den_df, test.f_value, test.p_value))
    columns = ["term", "sum_sq", "mean_sq", "num_df", "den_df", "f_value", "p_value"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class FTest:
    """F statistic with its df; ``unscaled`` is it before Kenward and Roger's scaling."""

    f_value: float
    num_df: int
    den_df: float
    unscaled: float

    @property
    def p_value(self) -> float:
        return f_p_value(self.f_value, self.num_df, self.den_df) if self.num_df else np.nan


def _orthonormal(L: Array, change: Array | None) -> Array:
    """Rows that span those of ``L`` and are orthonormal in the coding that ``change`` leads to.

    The F statistic doesn't depend on the choice of rows, Satterthwaite's df for several rows do:
    lmerTest's are reproduced by its own codings.
    """
    if not len(L):
        return L
    if change is None:
        return _span(L)
    # L beta = (L change^-1)(change beta)
    try:
        inner = np.linalg.solve(change.T, L.T).T
    except np.linalg.LinAlgError:
        # Near copies among the predictors: the codings can't be told apart in these rows.
        return _span(L)
    return _span(inner) @ change


def _coding_change(design: Design, kind: Literal[2, 3]) -> Array | None:
    """(p, p): the user's coefficients to sum-to-zero ones (type II) or to those with the first
    levels as reference (type III); None when nothing changes or columns are redundant.
    """
    if design.aliased or (kind == 3 and not design.spec.reference):
        return None
    rows = np.unique(np.linspace(0, design.n - 1, min(design.n, ROWS_FOR_CODING)).astype(int))
    change, _, rank, _ = np.linalg.lstsq(_recoded(design, rows, kind), design.X[rows], rcond=None)
    if rank < design.p:
        # The relation between codings is the same in every row, but these rows don't show it.
        rows = np.arange(design.n)
        change = np.linalg.lstsq(_recoded(design, rows, kind), design.X, rcond=None)[0]
    return change


def _recoded(design: Design, rows: Array, kind: Literal[2, 3]) -> Array:
    layout = design.layout
    columns: list[Array] = [np.ones(len(rows))] if layout.intercept else []
    for term, coding in zip(layout.terms, layout.codings, strict=True):
        products: list[Array] | None = None
        for factor, full in zip(term, coding, strict=True):
            encoder = design.encoders[factor]
            part = _level_columns(encoder, design.values[factor][rows])
            if isinstance(encoder, Categorical) and not full:
                order = sorted(range(len(part)), key=lambda k: level_sort_key(encoder.levels[k]))
                part = [part[k] for k in order]
                part = [c - part[-1] for c in part[:-1]] if kind == 2 else part[1:]
            products = part if products is None else [a * b for b in part for a in products]
        columns += products or []
    return np.column_stack(columns)


def f_test(L: Array, beta: Array, method: DfMethod) -> FTest:
    """F test of L beta = 0; ``L`` (m, p) of any rank."""
    L = _independent_rows(L)
    q = len(L)
    if q == 0:
        return FTest(np.nan, 0, np.nan, np.nan)
    if isinstance(method, KenwardRoger):
        f_value, df, scale = method.f_test(L, beta)
        return FTest(f_value, q, df, f_value / scale)
    roots, axes = np.linalg.eigh(L @ method.vcov @ L.T)
    directions = axes.T @ L
    squares = (directions @ beta) ** 2 / roots
    f_value = float(squares.sum() / q)
    df = method.df(directions)
    return FTest(f_value, q, _combined_df(df), f_value)


def _combined_df(df: Array) -> float:
    """One denominator df for a sum of squared t with ``df`` (q,); lmerTest's ``get_Fstat_ddf``."""
    if len(df) == 1:
        return float(df[0])
    if np.isinf(df).all():
        return np.inf
    if np.ptp(df) < 1e-8:
        return float(df.mean())
    if (df <= 2).any():
        return 2.0
    expected = float((df / (df - 2)).sum())
    return 2 * expected / (expected - len(df))


def _independent_rows(L: Array) -> Array:
    """The rows themselves when they are independent, else an orthonormal basis of their span."""
    if not len(L):
        return L
    _, values, right = np.linalg.svd(L, full_matrices=False)
    rank = int((values > 1e-8 * values[0]).sum()) if values[0] > 0 else 0
    return L if rank == len(L) else right[:rank]


def type_3_contrasts(design: Design) -> list[Array]:
    """Per term (m, p): the type III estimable functions (Goodnight 1976, SAS TR R-101).

    Among the estimable functions that are free of all effects not containing the term, those that
    are orthogonal to the ones free of the term itself. With all cells filled these are the
    sum-to-zero coefficients; they don't depend on the coding, and are defined with empty cells.
    """
    terms = design.layout.terms
    present = {a for a in design.assign if a >= 0}
    full, assign = _all_levels(design, present)
    gram = full.T @ full
    roots, axes = np.linalg.eigh(gram)
    usable = roots > 1e-9 * roots.max()
    estimable = axes[:, usable].T
    to_own = (axes[:, usable] / roots[usable]) @ axes[:, usable].T @ (full.T @ design.X)
    result = []
    for k in range(len(terms)):
        if k not in present:
            result.append(np.zeros((0, design.p)))
            continue
        inside = [j for j in present if j == k or _contains(design, terms[j], terms[k])]
        larger = [j for j in inside if j != k]
        wide = _free_of(estimable, ~np.isin(assign, inside))
        narrow = _free_of(estimable, ~np.isin(assign, larger))
        if len(narrow):
            basis = np.linalg.qr(narrow.T)[0]
            wide = wide - (wide @ basis) @ basis.T
        result.append(_span(wide) @ to_own)
    return result


def _free_of(estimable: Array, zero: Array) -> Array:
    """Orthonormal rows of the estimable functions whose entries ``zero`` vanish."""
    left, values, _ = np.linalg.svd(estimable[:, zero], full_matrices=True)
    rank = int((values > 1e-8).sum())
    return left[:, rank:].T @ estimable


def _span(rows: Array) -> Array:
    if not len(rows):
        return rows
    _, values, right = np.linalg.svd(rows, full_matrices=False)
    return right[values > 1e-6]


def _all_levels(design: Design, present: set[int]) -> tuple[Array, Array]:
    """The model matrix with a column for every level, and the term of each column (-1 first)."""
    columns: list[Array] = [np.ones(design.n)] if design.layout.intercept else []
    assign = [-1] * len(columns)
    for k, term in enumerate(design.layout.terms):
        if k not in present:
            continue
        products: list[Array] | None = None
        for factor in term:
            encoded = design.values[factor]
            if encoded.ndim == 2:
                # One scale per covariate: orthogonality is between its columns, not across units.
                encoded = encoded / np.sqrt((encoded**2).mean(axis=0))
            part = _level_columns(design.encoders[factor], encoded)
            products = part if products is None else [a * b for b in part for a in products]
        filled = [column for column in products or [] if column.any()]
        columns += filled
        assign += [k] * len(filled)
    return np.column_stack(columns), np.array(assign)


def _level_columns(encoder: Encoder, encoded: Array) -> list[Array]:
    if isinstance(encoder, Categorical):
        return [(encoded == k).astype(float) for k in range(len(encoder.levels))]
    return [encoded[:, k] for k in range(encoded.shape[1])]


def type_2_contrasts(design: Design) -> list[Array]:
    """Per term (m, p): rows of the Cholesky factor of X'X with the term placed after all terms that
    don't contain it and before those that do.
    """
    assign = np.array(design.assign)
    terms = design.layout.terms
    result = []
    for k, term in enumerate(terms):
        containing = [j for j, other in enumerate(terms) if _contains(design, other, term)]
        before = [i for i, a in enumerate(assign) if a != k and a not in containing]
        own = [i for i, a in enumerate(assign) if a == k]
        after = [i for i, a in enumerate(assign) if a in containing]
        order = [*before, *own, *after]
        upper = np.linalg.qr(design.X[:, order], mode="r")
        L = np.zeros((len(own), len(assign)))
        L[:, order] = upper[len(before) : len(before) + len(own)]
        result.append(L)
    return result


def _contains(design: Design, other: tuple[str, ...], term: tuple[str, ...]) -> bool:
    """Whether ``other`` contains ``term``: the same covariates, and more factors.

    As in lmerTest a polynomial counts as a factor.
    """
    if not set(term) < set(other):
        return False
    extra = [design.encoders[f] for f in set(other) - set(term)]
    return all(isinstance(e, Categorical) or e.width > 1 for e in extra)
