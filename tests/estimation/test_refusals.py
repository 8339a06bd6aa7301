"""What can't be estimated is refused in words, with the next step."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from lmm_core import EstimationError, LMMError, ModelError, fit_model
from lmm_core.estimation.criterion import SingleFactorCriterion
from lmm_core.estimation.crossproducts import condition
from tests.support import data


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def table(n_groups=12, size=6, seed=1):
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(n_groups), size)
    h = np.tile(np.arange(size), n_groups)
    x = rng.normal(size=len(g))
    u, v = rng.normal(size=(2, n_groups))
    frame = pd.DataFrame({"g": g.astype(str), "h": h.astype(str), "x": x, "u": u[g]})
    frame["sex"] = np.where(g % 2, "m", "f")
    frame["age"] = h.astype(float)
    frame["y"] = x + u[g] + rng.normal(size=len(g))
    frame["by groups"] = 2 * x + u[g]
    frame["by slopes"] = 2 * x + u[g] + v[g] * x
    frame["by both"] = x + u[g] + rng.normal(size=size)[h]
    return frame


@pytest.mark.parametrize(
    "formula",
    [
        "`by groups` ~ x + (1 | g)",
        "`by groups` ~ x + (1 + x | g)",
        "`by slopes` ~ x + (1 + x | g)",
        "`by slopes` ~ x + (1 + x || g)",
        "`by both` ~ x + (1 | g) + (1 | h)",
    ],
)
@pytest.mark.parametrize("options", [{}, {"reml": False}], ids=["REML", "ML"])
@pytest.mark.parametrize("unit", [1.0, 1e6, 1e-6])
def test_an_outcome_made_of_predictors_and_groups(formula, options, unit):
    frame = table()
    columns = ["by groups", "by slopes", "by both"]
    frame[columns] *= unit
    with pytest.raises(EstimationError, match=r"reproduce by .* exactly") as caught:
        fit_model(formula, frame, **options)
    assert caught.value.code == "perfect_fit"
    assert "Choose an outcome" in caught.value.next_step


def test_a_little_noise_is_no_exact_outcome():
    frame = table(20, 8)
    frame["y"] = frame["by groups"] + 1e-4 * np.random.default_rng(2).normal(size=len(frame))
    assert fit_model("y ~ x + (1 | g)", frame).sigma == pytest.approx(1e-4, rel=0.2)


@pytest.mark.parametrize(
    ("formula", "first", "second", "way_out"),
    [
        ("y ~ sex + age + (0 + sex + age | g)", "sexf", "sexm", "Take sex out"),
        ("y ~ sex + (0 + sex | g)", "sexf", "sexm", "Take sex out"),
        ("y ~ sex + (1 | h) + (0 + sex | g)", "sexf", "sexm", "Take sex out"),
        ("y ~ a + b + (0 + a + b | g)", "a", "b", "independent"),
    ],
)
def test_a_correlation_of_effects_that_no_group_has_both_of(formula, first, second, way_out):
    frame = table()
    odd = frame["g"].astype(int) % 2
    frame["a"], frame["b"] = frame["x"] * odd, frame["x"] * (1 - odd)
    with pytest.raises(ModelError, match=f"effects {first} and {second} of g") as caught:
        fit_model(formula, frame)
    assert caught.value.code == "correlation_unidentified"
    assert way_out in caught.value.next_step
    if way_out == "independent":
        fit_model(formula.replace("|", "||"), frame)


@pytest.mark.parametrize(
    ("formula", "name", "factors"),
    [
        ("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy", ("Subject",)),
        ("score ~ Machine + (0 + Machine | Worker)", "Machines", ("Worker", "Machine")),
        ("distance ~ age * Sex + (1 + age | Subject)", "Orthodont", ("Subject", "Sex")),
    ],
)
def test_usual_correlations_are_determined(formula, name, factors):
    assert fit_model(formula, data(name, factors)).convergence.converged


def test_a_slope_that_varies_in_one_group_only():
    """Between groups of different x the spread says the rest."""
    frame = table(20, 6)
    frame["z"] = frame["g"].astype(float)
    frame.loc[frame["g"] == "3", "z"] += frame["x"]
    assert fit_model("y ~ z + (1 + z | g)", frame).n_obs == 120


@pytest.mark.parametrize("size", [1e120, 1e200, 1e300, 1e-120, 1e-200, 1e-300])
@pytest.mark.parametrize(
    ("column", "formula", "options"),
    [
        ("y", "y ~ x + (1 | g)", {}),
        ("y", "y ~ x + (1 | g) + (1 | h)", {}),
        ("x", "y ~ x + (1 + x | g)", {}),
        ("x", "y ~ age + (1 | g) + (0 + x | h)", {}),
        ("age", "y ~ x + (1 | g)", {"weights": "age"}),
    ],
)
def test_values_of_impossible_size(size, column, formula, options):
    frame = table()
    frame["age"] += 1
    frame[column] *= size
    with pytest.raises(ModelError, match=f"{column} (holds values|differ)|values of {column}"):
        fit_model(formula, frame, **options)


@pytest.mark.parametrize("size", [1e60, 1e-60])
def test_values_of_astonishing_size(size):
    frame = table()
    plain = fit_model("y ~ x + (1 + x | g)", frame)
    for name in ("y", "x"):
        moved = fit_model("y ~ x + (1 + x | g)", frame.assign(**{name: frame[name] * size}))
        t = moved.fixed_effects["statistic"]
        assert t.to_numpy() == pytest.approx(plain.fixed_effects["statistic"].to_numpy(), rel=1e-5)


def test_a_product_beyond_the_range_of_numbers():
    frame = table()
    frame["a"], frame["b"] = frame["x"] * 1e99, frame["age"] * 1e99
    with pytest.raises(LMMError):
        fit_model("y ~ a * b + (1 | g)", frame)


@pytest.mark.parametrize("reml", [True, False])
def test_as_many_rows_as_coefficients(reml):
    from lmm_core.model.design import build_design
    from lmm_core.model.spec import ModelSpec

    design = build_design(ModelSpec.from_formula("y ~ x + (1 | g)", tuple(table())), table())
    conditioned = condition(design)
    short = conditioned.with_gram(np.eye(conditioned.n + 1))
    with pytest.raises(EstimationError, match="72 rows for 72 coefficients"):
        SingleFactorCriterion(short, reml)
