"""Variance inflation of the fixed effects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmm_core.model.design import Design
from lmm_core.model.factors import term_text

HIGH, VERY_HIGH = 5.0, 10.0


def variance_inflation(design: Design) -> pd.DataFrame:
    """term, vif: generalised VIF of each term, on the scale of a single coefficient.

    GVIF = det(R_term) det(R_rest) / det(R) of the columns' correlation matrix R, raised to 1/df
    (Fox & Monette 1992, JASA 87). Empty with fewer than two terms.
    """
    assign = np.array(design.assign)
    columns = np.flatnonzero(assign >= 0)
    terms = [k for k in range(len(design.layout.terms)) if (assign == k).any()]
    if len(terms) < 2:
        return pd.DataFrame({"term": [], "vif": []})
    X = design.X[:, columns]
    X = X - X.mean(axis=0)
    spread = np.sqrt((X**2).sum(axis=0))
    usable = spread > 0
    triangle = np.linalg.qr(X[:, usable] / spread[usable], mode="r")
    owner = assign[columns][usable]
    total = log_det(triangle)
    rows = []
    for k in terms:
        own = owner == k
        parts = log_det(triangle[:, own]) + log_det(triangle[:, ~own])
        rows.append((term_text(design.layout.terms[k]), float(np.exp((parts - total) / own.sum()))))
    return pd.DataFrame(rows, columns=["term", "vif"])


def log_det(columns: np.ndarray) -> float:
    """log |C'C|, also of near copies, which the determinant of the cross-products loses."""
    diagonal = np.abs(np.linalg.qr(columns, mode="r").diagonal())
    return 2.0 * float(np.log(np.maximum(diagonal, 1e-150)).sum())
