"""Newton, the named optimisers, and the certificate."""

from __future__ import annotations

import numpy as np
import pytest

from lmm_core import fit_model
from lmm_core.errors import EstimationError
from lmm_core.estimation.certify import certificate
from lmm_core.estimation.crossproducts import condition
from lmm_core.estimation.fit import criterion_of
from lmm_core.estimation.newton import minimise
from lmm_core.estimation.optimise import optimise
from lmm_core.model.design import build_design
from lmm_core.model.spec import OPTIMIZERS, ModelSpec
from tests.support import data

SLEEP = "Reaction ~ Days + (1 + Days | Subject)"


def _criterion(formula: str, source: str):
    design = build_design(ModelSpec.from_formula(formula), data(source))
    return criterion_of(condition(design), True, design.weights)


def _rosenbrock(x):
    return float((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2)


def _rosenbrock_derivatives(x):
    slope = -2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2)
    gradient = np.array([slope, 200 * (x[1] - x[0] ** 2)])
    bend = 2 - 400 * x[1] + 1200 * x[0] ** 2
    return gradient, np.array([[bend, -400 * x[0]], [-400 * x[0], 200.0]])


def _saddle(x):
    return float(x[0] ** 4 - x[0] ** 2 + x[1] ** 2)


def _saddle_derivatives(x):
    gradient = np.array([4 * x[0] ** 3 - 2 * x[0], 2 * x[1]])
    return gradient, np.diag([12 * x[0] ** 2 - 2, 2.0])


@pytest.mark.parametrize(
    ("value", "derivatives", "start", "least"),
    [
        (_rosenbrock, _rosenbrock_derivatives, (-1.2, 1.0), 0.0),
        (_saddle, _saddle_derivatives, (1e-3, 1.0), -0.25),
    ],
)
def test_newton_finds_the_minimum(value, derivatives, start, least):
    found = minimise(
        lambda x: (value(x), None), lambda x, _: derivatives(x), np.array(start), 1e-12
    )
    assert found.finished
    assert found.value == pytest.approx(least, abs=1e-12)


def test_newton_stays_where_the_value_exists():
    found = minimise(
        lambda x: (float(x[0] - np.log(x[0])) if x[0] > 0 else np.inf, None),
        lambda x, _: (np.array([1 - 1 / x[0]]), np.array([[1 / x[0] ** 2]])),
        np.array([30.0]),
        1e-12,
    )
    assert found.theta[0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    ("source", "formula"),
    [("sleepstudy", SLEEP), ("Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)")],
)
def test_every_optimiser_reaches_the_same_optimum(optimizer: str, source: str, formula: str):
    best = fit_model(formula, data(source))
    fit = fit_model(formula, data(source), optimizer=optimizer)
    assert fit.convergence.converged
    assert fit.loglik == pytest.approx(best.loglik, abs=1e-6)
    assert fit.convergence.attempts


def test_a_point_that_is_no_optimum_gets_no_certificate():
    criterion = _criterion(SLEEP, "sleepstudy")
    theta = criterion.start(0.3)
    gradient, hessian = criterion.derivatives(criterion.evaluate(theta))
    assert not certificate(criterion, theta, gradient, hessian, 0.0, ()).converged
    point, record = optimise(criterion)
    assert record.converged
    gradient, hessian = criterion.derivatives(point.state)
    assert not certificate(criterion, point.theta, gradient, hessian, 0.5, ()).converged


def test_too_few_iterations_are_rescued_and_every_attempt_is_listed():
    criterion = _criterion("MathAch ~ SES + MEANSES + (1 + SES | School)", "MathAchieve")
    _, record = optimise(criterion, max_iterations=1)
    assert record.converged
    assert len(record.attempts) > 1
    assert record.attempts[-1].end <= record.attempts[0].end


def test_singular_matrices_become_our_error(monkeypatch: pytest.MonkeyPatch):
    def singular(*_):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr("lmm_core.estimation.fit._estimate", singular)
    with pytest.raises(EstimationError, match="can't be computed"):
        fit_model(SLEEP, data("sleepstudy"))
