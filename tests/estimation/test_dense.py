"""The dense criterion against the blocked one: every quantity, on small models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core.estimation.block_derivatives import BlockSolver
from lmm_core.estimation.crossproducts import condition
from lmm_core.estimation.dense import DenseCriterion, fits_dense
from lmm_core.estimation.fit import criterion_of
from lmm_core.estimation.scoring import scored_start
from lmm_core.model.design import build_design
from lmm_core.model.spec import ModelSpec
from tests.support import data

MODELS = {
    "crossed": ("Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", {}),
    "nested": ("Pastes", "strength ~ 1 + (1 | batch/cask)", {}),
    "crossed slope": ("crossed", "y ~ x + (1 + x | a) + (1 + x || b)", {}),
    "weights": ("crossed", "y ~ x + (1 + x | a) + (1 | b)", {"weights": "w"}),
    "three": ("crossed", "y ~ x + (1 | a) + (1 | b) + (1 | c)", {}),
    "pieces": ("crossed", "y ~ x + (1 | a) + (1 | a:b)", {"weights": "w"}),
    "pieces of two": ("crossed", "y ~ x + (1 | a) + (1 | a:b) + (1 | a:c)", {}),
}


def _crossed() -> pd.DataFrame:
    random = np.random.default_rng(3)
    n = 160
    frame = pd.DataFrame({name: random.integers(0, 8, n).astype(str) for name in "abc"})
    frame["x"] = random.normal(5.0, 2.0, n)
    frame["w"] = random.uniform(0.5, 2.0, n)
    levels = {name: random.normal(0.0, 1.0, 8) for name in "abc"}
    effects = sum(levels[name][frame[name].astype(int)] for name in "abc")
    frame["y"] = 1.0 + 0.4 * frame["x"] + effects + random.normal(0.0, 1.0, n)
    return frame


def _pair(name: str, reml: bool) -> tuple[DenseCriterion, BlockSolver]:
    source, formula, options = MODELS[name]
    frame = _crossed() if source == "crossed" else data(source)
    design = build_design(ModelSpec.from_formula(formula, reml=reml, **options), frame)
    conditioned = condition(design)
    return (
        DenseCriterion(conditioned, reml, design.weights),
        BlockSolver(conditioned, reml, design.weights),
    )


@pytest.mark.parametrize("name", ["nested", "pieces", "pieces of two"])
def test_single_effects_are_summed_by_one_sparse_matrix(name: str):
    assert _pair(name, True)[1].coupling.scalar is not None


def _theta(criterion: DenseCriterion) -> np.ndarray:
    bend = np.where(criterion.is_diagonal, 0.0, 0.2)
    return criterion.start(0.8) + bend + 0.05 * np.arange(criterion.size)


@pytest.mark.parametrize("reml", [True, False], ids=["REML", "ML"])
@pytest.mark.parametrize("name", MODELS)
def test_same_as_the_blocked_criterion(name: str, reml: bool):
    dense, blocked = _pair(name, reml)
    theta = _theta(dense)
    left, right = dense.evaluate(theta), blocked.evaluate(theta)
    assert left.value == pytest.approx(right.value, abs=1e-9)
    np.testing.assert_allclose(left.beta, right.beta, atol=1e-10)
    np.testing.assert_allclose(left.H, right.H, rtol=1e-9)
    gradient = blocked.gradient_at(right)
    np.testing.assert_allclose(dense.gradient_at(left), gradient, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(
        dense.derivatives(left)[1], blocked.exact_hessian(right), rtol=1e-5, atol=1e-5
    )
    for ours, theirs in zip(dense.information(left), blocked.information(right), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    for method in ("modes", "mode_variances"):
        found = zip(getattr(dense, method)(left), getattr(blocked, method)(right), strict=True)
        for ours, theirs in found:
            np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)
    for ours, theirs in zip(dense.all_B(), blocked.all_B(), strict=True):
        np.testing.assert_allclose(ours, theirs)
    for ours, theirs in zip(
        dense.shrunken(left, dense.all_B()), blocked.shrunken(right, blocked.all_B()), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)
    value, slope = dense.unprofiled(left, 0.3)
    other_value, other_slope = blocked.unprofiled(right, 0.3)
    assert value == pytest.approx(other_value, abs=1e-9)
    np.testing.assert_allclose(slope, other_slope, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_kenward_roger_parts(name: str):
    dense, blocked = _pair(name, True)
    theta = _theta(dense)
    ours = dense.kenward_roger_parts(dense.evaluate(theta))
    theirs = blocked.kenward_roger_parts(blocked.evaluate(theta))
    # The blocked criterion lists the factor with most effects first.
    factors = dense.conditioned.factors
    first = np.cumsum([0, *(len(f.free) for f in factors)])
    order = np.concatenate([np.arange(first[k], first[k + 1]) for k in blocked.order])
    np.testing.assert_allclose(ours.S[order], theirs.S, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(ours.trace_1[order], theirs.trace_1, rtol=1e-8)
    np.testing.assert_allclose(ours.trace_2[np.ix_(order, order)], theirs.trace_2, rtol=1e-8)
    np.testing.assert_allclose(ours.Q[np.ix_(order, order)], theirs.Q, rtol=1e-7, atol=1e-9)


def test_other_columns():
    dense, blocked = _pair("crossed slope", True)
    width = dense.conditioned.p
    keep = [*range(width - 1), width]
    gram = dense.conditioned.gram[np.ix_(keep, keep)]
    left = dense.with_products([B[:, keep] for B in dense.all_B()], gram)
    right = blocked.with_products([B[:, keep] for B in blocked.all_B()], gram)
    theta = _theta(dense)
    assert left.evaluate(theta).value == pytest.approx(right.evaluate(theta).value, abs=1e-9)


@pytest.mark.parametrize(
    ("source", "formula"),
    [
        ("sleepstudy", "Reaction ~ Days + (1 + Days | Subject)"),
        ("Dyestuff", "Yield ~ 1 + (1 | Batch)"),
        ("Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)"),
        ("Pastes", "strength ~ 1 + (1 | batch/cask)"),
    ],
)
def test_scoring_reaches_the_optimum_of_a_balanced_design_in_one_step(source: str, formula: str):
    design = build_design(ModelSpec.from_formula(formula), data(source))
    criterion = criterion_of(condition(design), True, None)
    for guess in (0.2, 1.0, 4.0):
        theta = scored_start(criterion, criterion.evaluate(criterion.start(guess)))
        gradient = criterion.gradient_at(criterion.evaluate(theta))
        np.testing.assert_allclose(gradient, 0.0, atol=1e-8)


def test_many_effects_are_kept_as_blocks():
    frame = pd.concat([_crossed().assign(a=lambda f, k=k: f["a"] + str(k)) for k in range(20)])
    design = build_design(ModelSpec.from_formula("y ~ x + (1 | a) + (1 | b)"), frame)
    conditioned = condition(design)
    assert not fits_dense(conditioned)
    assert isinstance(criterion_of(conditioned, True, None), BlockSolver)
