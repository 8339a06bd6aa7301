"""The basis of a model matrix: orthonormal, and which columns are dropped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.model.rank import find_basis

RANDOM = np.random.default_rng(11)
N = 60
ONE = np.ones(N)
X1, X2, X3 = RANDOM.normal(size=(3, N))

CASES = {
    "independent": ((ONE, X1, X2), (0, 1, 2)),
    "a copy": ((ONE, X1, X1, X2), (0, 1, 3)),
    "a sum": ((ONE, X1, X2, X1 + X2, X3), (0, 1, 2, 4)),
    "a constant": ((ONE, X1, 3.0 * ONE), (0, 1)),
    "zeros": ((ONE, 0.0 * X1, X2), (0, 2)),
    "far from zero": ((ONE, 1e6 + X1, X2), (0, 1, 2)),
    "tiny and huge": ((ONE, 1e-9 * X1, 1e9 * X2), (0, 1, 2)),
    "nearly the same": ((ONE, X1, X1 + 1e-5 * X2), (0, 1, 2)),
    "no intercept": ((X1, X2, X1 - X2), (0, 1)),
}


@pytest.mark.parametrize("name", CASES)
def test_kept_columns_and_orthonormal_basis(name: str):
    columns, kept = CASES[name]
    M = np.column_stack(columns)
    basis = find_basis(M)
    assert basis.kept == kept
    Q = basis.apply(M[:, list(kept)])
    np.testing.assert_allclose(Q.T @ Q, np.eye(len(kept)), atol=1e-8)
    if columns[0] is ONE:
        # The transform leads from the columns themselves to the basis.
        np.testing.assert_allclose(M[:, list(kept)] @ basis.transform, Q, atol=1e-5)


def test_weights():
    M, w = np.column_stack([ONE, X1, X2]), RANDOM.uniform(0.5, 2.0, N)
    Q = find_basis(M, w).apply(M)
    np.testing.assert_allclose(Q.T @ (Q * w[:, None]), np.eye(3), atol=1e-10)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(0, 3))
def test_rank_is_numpys(seed: int, width: int, copies: int):
    random = np.random.default_rng(seed)
    base = random.normal(size=(30, width))
    mixed = base @ random.normal(size=(width, copies))
    M = np.column_stack([np.ones(30), base, mixed])
    assert find_basis(M).kept == tuple(range(width + 1))
