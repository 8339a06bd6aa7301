"""Never a wrong optimum, never a false alarm, on 224 seeded sets."""

import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelSpec, fit_model
from lmm_core.estimation.block_derivatives import BlockSolver
from lmm_core.estimation.crossproducts import condition
from lmm_core.estimation.dense import DenseCriterion
from lmm_core.estimation.fit import criterion_of, estimates_from
from lmm_core.estimation.optimise import run
from lmm_core.model.design import build_design
from tests.estimation.designs import KINDS, PER_KIND, StressSet, stress_set

SETS = [(kind, seed) for kind in KINDS for seed in range(PER_KIND)]


def best_of_many_starts(case: StressSet) -> float:
    """The highest log-likelihood on the conditioned data from eight starts, two optimisers."""
    spec = ModelSpec.from_formula(case.formula, reml=case.reml)
    criterion = criterion_of(condition(build_design(spec, case.conditioned)), case.reml, None)
    random = np.random.default_rng(11)
    lowest = np.inf
    for k in range(8):
        start = criterion.start(float(10.0 ** random.uniform(-1.5, 1.0)))
        start = start + 0.3 * random.standard_normal(len(start))
        _, attempt = run(criterion, "newton" if k % 2 else "l-bfgs-b", start, 200)
        lowest = min(lowest, attempt.end)
    return -0.5 * lowest


def on_conditioned_scale(fit, case: StressSet) -> float:
    """The fit's log-likelihood as it would read on the conditioned data."""
    n, p = fit.n_obs, fit.design.p
    rows = n - (p if case.reml else 0)
    loglik = fit.loglik + rows * np.log(case.outcome_scale)
    if case.reml:
        ratio = fit.frame["x"].std() / case.conditioned["x"].std()
        loglik += np.log(ratio)
    return loglik


@pytest.mark.parametrize(("kind", "seed"), SETS)
def test_the_optimum_is_found(kind, seed):
    case = stress_set(kind, seed)
    fit = fit_model(case.formula, case.frame, reml=case.reml)
    assert fit.convergence.converged
    assert on_conditioned_scale(fit, case) == pytest.approx(best_of_many_starts(case), abs=1e-6)


@pytest.mark.parametrize(("kind", "seed"), [(kind, seed) for kind in KINDS for seed in range(3)])
def test_the_loglik_is_that_of_the_marginal_normal_distribution(kind, seed):
    """An independent computation with the full n x n covariance matrix."""
    case = stress_set(kind, seed)
    fit = fit_model(case.formula, case.frame, reml=case.reml)
    assert fit.loglik == pytest.approx(dense_loglik(fit), abs=1e-6)


def dense_loglik(fit) -> float:
    n, X = fit.n_obs, fit.design.X
    V = fit.sigma**2 * np.eye(n)
    for factor, covariance in zip(
        fit.estimates.conditioned.factors, fit.estimates.covariances, strict=True
    ):
        Z = np.concatenate([block.matrix for block in factor.blocks], axis=1)
        same = factor.codes[:, None] == factor.codes[None]
        V += same * (Z @ covariance @ Z.T)
    inverse = np.linalg.inv(V)
    residual = fit.y - X @ fit.estimates.beta
    value = n * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + residual @ inverse @ residual
    if fit.spec.reml:
        value += np.linalg.slogdet(X.T @ inverse @ X)[1] - X.shape[1] * np.log(2 * np.pi)
    return -0.5 * value


SHIFTS = [
    ("x", 2010.0, 1.0),
    ("x", -1e4, 1e3),
    ("x", 0.0, 1e-3),
    ("y", 0.0, 1e6),
    ("y", 500.0, 1e-6),
]


@pytest.mark.parametrize(("column", "shift", "scale"), SHIFTS)
@pytest.mark.parametrize("formula", ["y ~ x + (1 + x | g)", "y ~ x + (1 + x | g) + (1 | h)"])
def test_units_change_nothing_but_the_units(formula, column, shift, scale):
    frame = stress_set("two_factors", 1).frame
    moved = frame.assign(**{column: (frame[column] + shift) * scale})
    one, other = fit_model(formula, frame), fit_model(formula, moved)
    slope = scale if column == "y" else 1 / scale
    beta = one.estimates.beta[1] * slope
    assert other.estimates.beta[1] == pytest.approx(beta, rel=1e-6)
    a, b = one.fixed_effects.iloc[1], other.fixed_effects.iloc[1]
    assert b["statistic"] == pytest.approx(a["statistic"], rel=1e-6)
    assert b["df"] == pytest.approx(a["df"], rel=1e-4)
    assert b["p_value"] == pytest.approx(a["p_value"], rel=1e-4)
    unit = scale if column == "y" else 1.0
    assert other.sigma == pytest.approx(one.sigma * unit, rel=1e-6)
    expected = one.fitted * unit + (shift * scale if column == "y" else 0.0)
    assert other.fitted == pytest.approx(expected, rel=1e-6, abs=1e-6 * abs(unit))


def test_row_order_and_level_names_change_nothing():
    frame = stress_set("two_factors", 3).frame
    mixed = frame.sample(frac=1, random_state=4).reset_index(drop=True)
    named = frame.assign(g=frame["g"].map(lambda k: f"g{(k * 7) % 31:02d} <b>"))
    formula = "y ~ x + (1 + x | g) + (1 | h)"
    one = fit_model(formula, frame)
    for other in (fit_model(formula, mixed), fit_model(formula, named)):
        assert other.loglik == pytest.approx(one.loglik, abs=1e-8)
        assert other.estimates.beta == pytest.approx(one.estimates.beta, rel=1e-8)
        assert np.sort(other.conditional_modes("g")["estimate"]) == pytest.approx(
            np.sort(one.conditional_modes("g")["estimate"]), abs=1e-5
        )


def test_the_known_failure_of_the_reference_software():
    """sleepstudy with Days as calendar years: lme4 stops at -893.2 and says singular."""
    from tests.support import data

    frame = data("sleepstudy").assign(Year=lambda d: 2010 + d["Days"])
    fit = fit_model("Reaction ~ Year + (1 + Year | Subject)", frame)
    assert fit.loglik == pytest.approx(-871.814135979, abs=1e-6)
    assert not pd.isna(fit.fixed_effects["p_value"]).any()


@pytest.mark.parametrize(("kind", "seed"), SETS)
def test_the_blocked_criterion_finds_the_same_optimum(kind, seed):
    """So few random effects go through the dense criterion; the blocked one is for the large
    models. Sets with one grouping column get a second, crossed one.
    """
    case = stress_set(kind, seed)
    formula, frame = case.formula, case.frame
    if kind != "two_factors":
        formula, frame = f"{formula} + (1 | h)", frame.assign(h=np.arange(len(frame)) % 7)
    design = build_design(ModelSpec.from_formula(formula, reml=case.reml), frame)
    conditioned = condition(design)
    dense = estimates_from(DenseCriterion(conditioned, case.reml, None))
    blocked = estimates_from(BlockSolver(conditioned, case.reml, None))
    assert blocked.convergence.converged
    assert blocked.deviance == pytest.approx(dense.deviance, abs=1e-6)
    error = np.sqrt(np.diag(dense.vcov))
    assert blocked.beta / error == pytest.approx(dense.beta / error, abs=1e-4)
    assert np.sqrt(np.diag(blocked.vcov)) == pytest.approx(error, rel=1e-4)
    assert blocked.sigma == pytest.approx(dense.sigma, rel=1e-4)
