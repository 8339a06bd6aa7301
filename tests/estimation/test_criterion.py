"""The criterion of one grouping factor: against the dense definition, and its derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from lmm_core.estimation.criterion import SingleFactorCriterion
from lmm_core.estimation.crossproducts import condition
from lmm_core.model.design import Design, build_design
from lmm_core.model.spec import ModelSpec
from tests.support import data

MODELS = {
    "intercept": ("sleepstudy", "Reaction ~ Days + (1 | Subject)"),
    "slope": ("sleepstudy", "Reaction ~ Days + (1 + Days | Subject)"),
    "uncorrelated": ("sleepstudy", "Reaction ~ Days + (1 + Days || Subject)"),
    "category": ("Machines", "score ~ Machine + (Machine | Worker)"),
    "two terms": ("Machines", "score ~ Machine + (1 | Worker) + (0 + Machine | Worker)"),
}


def _design(name: str, reml: bool = True) -> Design:
    source, formula = MODELS[name]
    return build_design(ModelSpec.from_formula(formula, reml=reml), data(source))


def _theta(criterion: SingleFactorCriterion) -> np.ndarray:
    return criterion.start(0.7) + 0.1 * np.sin(np.arange(1.0, criterion.size + 1))


def _dense_deviance(design: Design, criterion: SingleFactorCriterion, theta: np.ndarray) -> float:
    """-2 log-likelihood from the n × n covariance matrix, sigma profiled out."""
    factor = criterion.factor
    n, p = design.n, design.p
    reml = criterion.reml
    root = factor.transform @ criterion.Lambda(theta)
    Z = np.concatenate([block.matrix for block in factor.blocks], axis=1)
    same = factor.codes[:, None] == factor.codes[None]
    V = np.eye(n) + np.where(same, Z @ root @ root.T @ Z.T, 0.0)
    X, y = design.X, design.y
    inverse = np.linalg.inv(V)
    information = X.T @ inverse @ X
    beta = np.linalg.solve(information, X.T @ inverse @ y)
    squares = (y - X @ beta) @ inverse @ (y - X @ beta)
    degrees = n - p if reml else n
    result = np.linalg.slogdet(V)[1] + degrees * (1 + np.log(2 * np.pi * squares / degrees))
    return result + (np.linalg.slogdet(information)[1] if reml else 0.0)


@pytest.mark.parametrize("reml", [True, False], ids=["REML", "ML"])
@pytest.mark.parametrize("name", MODELS)
def test_value_is_the_definition(name: str, reml: bool):
    design = _design(name, reml)
    criterion = SingleFactorCriterion(condition(design), reml)
    theta = _theta(criterion)
    found = criterion.evaluate(theta).value + criterion.constant
    assert found == pytest.approx(_dense_deviance(design, criterion, theta), abs=1e-7)


@pytest.mark.parametrize("reml", [True, False], ids=["REML", "ML"])
@pytest.mark.parametrize("name", MODELS)
def test_derivatives_are_those_of_the_value(name: str, reml: bool):
    criterion = SingleFactorCriterion(condition(_design(name, reml)), reml)
    theta, step = _theta(criterion), 1e-5
    gradient, hessian = criterion.derivatives(criterion.evaluate(theta))
    for k in range(criterion.size):
        move = np.zeros(criterion.size)
        move[k] = step
        up, down = criterion.evaluate(theta + move), criterion.evaluate(theta - move)
        assert gradient[k] == pytest.approx(
            (up.value - down.value) / (2 * step), rel=1e-5, abs=1e-5
        )
        slope = (criterion.gradient_at(up) - criterion.gradient_at(down)) / (2 * step)
        np.testing.assert_allclose(hessian[k], slope, rtol=1e-5, atol=1e-4)
