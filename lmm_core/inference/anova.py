"""Omnibus F tests of the terms, type III and II, independent of the coding the user chose.

Type III: each term's coefficients under sum-to-zero coding. Type II: each term after all terms that
don't contain it. Denominator df by Satterthwaite (Fai & Cornelius as in lmerTest, JSS 82(13), sec.
2.3) or Kenward–Roger.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from lmm_core.errors import ModelError
from lmm_core.inference.distributions import f_p_value
from lmm_core.inference.kenward_roger import KenwardRoger
from lmm_core.inference.tables import DfMethod
from lmm_core.model.design import Design
from lmm_core.model.encoding import Categorical
from lmm_core.model.factors import term_text
from lmm_core.model.matrices import Layout
from lmm_core.model.rank import find_basis

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
    for term, L in zip(design.layout.terms, contrasts, strict=True):
        f_value, num_df, den_df = f_test(L, beta, method)
        mean_sq = f_value * sigma**2
        p = f_p_value(f_value, num_df, den_df) if num_df else np.nan
        rows.append((term_text(term), mean_sq * num_df, mean_sq, num_df, den_df, f_value, p))
    columns = ["term", "sum_sq", "mean_sq", "num_df", "den_df", "f_value", "p_value"]
    return pd.DataFrame(rows, columns=columns)


def f_test(L: Array, beta: Array, method: DfMethod) -> tuple[float, int, float]:
    """F statistic, numerator and denominator df of L beta = 0; ``L`` (m, p) of any rank."""
    L = _independent_rows(L)
    q = len(L)
    if q == 0:
        return np.nan, 0, np.nan
    if isinstance(method, KenwardRoger):
        f_value, df = method.f_test(L, beta)
        return f_value, q, df
    roots, axes = np.linalg.eigh(L @ method.vcov @ L.T)
    directions = axes.T @ L
    squares = (directions @ beta) ** 2 / roots
    f_value = float(squares.sum() / q)
    df = method.df(directions)
    return f_value, q, _combined_df(df)


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
    """Orthonormal rows that span those of ``L``; for a single row the row itself."""
    if len(L) == 1:
        return L if np.any(L) else L[:0]
    _, values, right = np.linalg.svd(L, full_matrices=False)
    return right[values > 1e-8 * max(values.max(), 1e-300)]


def type_3_contrasts(design: Design) -> list[Array]:
    """Per term (m, p): its sum-coded coefficients in terms of the model's own."""
    values = design.values
    if len(design.y) > ROWS_FOR_CODING:
        # The relation between codings is the same in every row; a spread of rows shows it.
        rows = np.unique(np.linspace(0, len(design.y) - 1, ROWS_FOR_CODING).astype(int))
    else:
        rows = np.arange(len(design.y))
    coded = sum_coded(design.layout, values, rows, design)
    own = design.X[rows]
    basis = find_basis(coded)
    kept = list(basis.kept)
    change, *_ = np.linalg.lstsq(coded[:, kept], own, rcond=None)
    assign = np.array(design.layout.assign)[kept]
    return [change[assign == k] for k in range(len(design.layout.terms))]


def sum_coded(layout: Layout, values, rows: Array, design: Design) -> Array:
    """The model matrix with sum-to-zero contrasts instead of reference levels."""
    columns: list[Array] = [np.ones(len(rows))] if layout.intercept else []
    for term, coding in zip(layout.terms, layout.codings, strict=True):
        products: list[Array] | None = None
        for factor, full in zip(term, coding, strict=True):
            part = _coded_columns(design.encoders[factor], values[factor][rows], full)
            products = part if products is None else [a * b for b in part for a in products]
        columns += products or []
    return np.column_stack(columns)


def _coded_columns(encoder, encoded: Array, full: bool) -> list[Array]:
    if not isinstance(encoder, Categorical):
        return [encoded[:, k] for k in range(encoded.shape[1])]
    count = len(encoder.levels)
    if full:
        return [(encoded == k).astype(float) for k in range(count)]
    last = (encoded == count - 1).astype(float)
    return [(encoded == k).astype(float) - last for k in range(count - 1)]


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
    """Whether ``other`` contains ``term``: same numeric part, and more categorical factors."""
    if not set(term) < set(other):
        return False
    extra = set(other) - set(term)
    return all(isinstance(design.encoders[f], Categorical) for f in extra)
