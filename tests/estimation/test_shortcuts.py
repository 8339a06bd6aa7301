"""What is written out for speed equals the general computation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelSpec, fit_model
from lmm_core.estimation.block_derivatives import BlockSolver
from lmm_core.estimation.blocks import sparse
from lmm_core.estimation.crossproducts import condition
from lmm_core.estimation.lambdas import lower_root
from lmm_core.estimation.shrinkage import PairLevels, shrinkage
from lmm_core.model.design import build_design


@pytest.mark.parametrize(
    "Lambda",
    [
        [[0.8, 0.0], [0.3, 0.5]],
        [[0.8, 0.0], [0.3, 0.0]],
        [[0.0, 0.0], [0.0, 0.7]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[300.0, 0.0], [-250.0, 1e-3]],
    ],
)
def test_levels_with_two_effects(Lambda):
    rng = np.random.default_rng(1)
    Lambda = np.array(Lambda)
    Z = rng.normal(size=(40, 6, 2))
    # Among them levels of a single row and of constant columns.
    Z[:5, 1:] = 0.0
    Z[5:9, :, 1] = Z[5:9, :1, 1]
    A = np.einsum("gna,gnb->abg", Z, Z)
    pair = PairLevels(A)
    K, det_S = pair.shrinkage(Lambda)
    expected, log_det = shrinkage(Lambda, A)
    np.testing.assert_allclose(K, expected, rtol=1e-8, atol=1e-12)
    assert np.log(det_S).sum() == pytest.approx(log_det, rel=1e-10)
    for level in range(A.shape[2]):
        own = A[:, :, level]
        Q = own - own @ expected[:, :, level] @ own
        assert pair.Q(Lambda, det_S)[:, :, level] == pytest.approx(Q, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_root_of_two_rows(seed):
    root = np.random.default_rng(seed).normal(size=(2, 2))
    found = lower_root(root)
    assert found @ found.T == pytest.approx(root @ root.T)
    assert found == pytest.approx(lower_root(np.column_stack([root, np.zeros(2)])))
    assert np.triu(found, 1).sum() == 0
    empty_row = np.array([[0.0, 0.0], [3.0, 4.0]])
    again = lower_root(empty_row)
    assert again @ again.T == pytest.approx(empty_row @ empty_row.T)


@pytest.mark.parametrize("formula", ["y ~ x + (1 + x | g)", "y ~ x + (1 | g) + (1 | h)"])
@pytest.mark.parametrize("weights", [None, "w"])
def test_rows_that_lie_together_are_summed_as_any(formula, weights):
    rng = np.random.default_rng(2)
    g = np.repeat(np.arange(12), 20)
    frame = pd.DataFrame({"g": g, "h": rng.integers(6, size=240), "x": rng.normal(size=240)})
    frame["y"] = frame["x"] + rng.normal(size=12)[g] + rng.normal(size=240)
    frame["w"] = rng.uniform(0.5, 2.0, 240)
    spec = ModelSpec.from_formula(formula, weights=weights)
    mixed = frame.sample(frac=1, random_state=1)
    for one, other in zip(
        condition(build_design(spec, frame)).products,
        condition(build_design(spec, mixed)).products,
        strict=True,
    ):
        np.testing.assert_allclose(one.A, other.A, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(one.B, other.B, rtol=1e-9, atol=1e-9)


def test_many_right_hand_sides_as_one_at_a_time(monkeypatch):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"g": rng.integers(40, size=400), "h": rng.integers(9, size=400)})
    frame["x"] = rng.normal(size=400)
    frame["y"] = frame["x"] + rng.normal(size=40)[frame["g"]] + rng.normal(size=400)
    for formula in ("y ~ x + (1 + x | g) + (1 | h)", "y ~ x + (1 | g) + (1 + x || h)"):
        design = build_design(ModelSpec.from_formula(formula), frame)
        solver = BlockSolver(condition(design), True, None)
        state = solver.evaluate(solver.start(0.6))
        many = solver.kenward_roger_parts(state)
        for module in ("blocks", "block_derivatives"):
            monkeypatch.setattr(f"lmm_core.estimation.{module}.SPARSE_FROM", 10**9)
        single = solver.kenward_roger_parts(state)
        monkeypatch.undo()
        for name in ("S", "Q", "trace_1", "trace_2"):
            assert getattr(many, name) == pytest.approx(getattr(single, name), rel=1e-9, abs=1e-9)


def test_a_sparse_matrix_from_entries():
    found = sparse(np.array([2.0, 3.0]), np.array([0, 1]), np.array([1, 0]), (2, 2)).toarray()
    assert found.tolist() == [[0.0, 2.0], [3.0, 0.0]]


def test_changing_the_table_later_leaves_the_fit_alone():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"g": np.repeat(np.arange(8), 5), "x": rng.normal(size=40)})
    frame["y"] = frame["x"] + rng.normal(size=40)
    fit = fit_model("y ~ x + (1 | g)", frame)
    before = fit.y.copy(), fit.fitted_marginal.copy()
    frame.loc[:, ["x", "y"]] = 0.0
    frame.iloc[3, 1] = frame.iloc[4, 2] = 5.0
    frame["x"] *= 2.0
    assert (fit.y == before[0]).all()
    assert (fit.design.X @ fit.estimates.beta == before[1]).all()
