"""Variance inflation against its definition by regression."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.assess.collinearity import variance_inflation
from tests.support import data


def _by_regression(X: np.ndarray, k: int) -> float:
    others = np.column_stack([np.ones(len(X)), np.delete(X, k, axis=1)])
    rest = X[:, k] - others @ np.linalg.lstsq(others, X[:, k], rcond=None)[0]
    return float(((X[:, k] - X[:, k].mean()) ** 2).sum() / (rest**2).sum())


def test_single_coefficients_have_the_usual_vif():
    fit = fit_model("MathAch ~ SES + MEANSES + (1 | School)", data("MathAchieve"))
    table = variance_inflation(fit.design)
    expected = [_by_regression(fit.design.X[:, 1:], k) for k in range(2)]
    assert list(table["term"]) == ["SES", "MEANSES"]
    np.testing.assert_allclose(table["vif"], expected, rtol=1e-8)


def test_a_categorical_term_does_not_depend_on_its_reference_level():
    frame = data("Machines")
    random = np.random.default_rng(4)
    frame["load"] = frame["Machine"].map({"A": 0.0, "B": 2.0, "C": 5.0}).astype(float)
    frame["load"] += random.normal(size=len(frame))
    formula = "score ~ Machine + load + (1 | Worker)"
    one = variance_inflation(fit_model(formula, frame).design)
    other = variance_inflation(fit_model(formula, frame, reference=(("Machine", "C"),)).design)
    np.testing.assert_allclose(one["vif"], other["vif"], rtol=1e-8)
    assert (one["vif"] > 1.5).all()


@pytest.mark.parametrize(("mix", "low", "high"), [(0.0, 1.0, 1.2), (3.0, 9.0, 12.0)])
def test_it_grows_with_the_shared_part(mix: float, low: float, high: float):
    random = np.random.default_rng(2)
    a, b = random.normal(size=(2, 400))
    frame = pd.DataFrame({"a": a, "b": mix * a + b, "g": np.arange(400) % 20})
    frame["y"] = a + b + random.normal(size=400)
    table = variance_inflation(fit_model("y ~ a + b + (1 | g)", frame).design)
    assert table["vif"].between(low, high).all()


def test_one_predictor_has_no_table():
    fit = fit_model("Reaction ~ Days + (1 | Subject)", data("sleepstudy"))
    assert variance_inflation(fit.design).empty
