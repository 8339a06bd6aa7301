"""Leave-one-out results against brute-force refits of the reduced table."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.assess import influence
from lmm_core.assess.influence import leave_out_groups, leave_out_rows, products
from lmm_core.errors import ModelError
from tests.support import data, fitted

CASES = {
    "sleepstudy": ("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy", ("Subject",), {}),
    "sleepstudy ML": (
        "Reaction ~ Days + (1 + Days || Subject)",
        "sleepstudy",
        ("Subject",),
        {"reml": False},
    ),
    "orthodont": (
        "distance ~ age * Sex + (1 + age | Subject)",
        "Orthodont",
        ("Subject", "Sex"),
        {},
    ),
    "orthodont KR": (
        "distance ~ age * Sex + (1 | Subject)",
        "Orthodont",
        ("Subject", "Sex"),
        {"df_method": "kenward-roger"},
    ),
    "singular": ("Yield ~ 1 + (1 | Batch)", "Dyestuff2", ("Batch",), {}),
    "machines": (
        "score ~ Machine + (1 + Machine | Worker)",
        "Machines",
        ("Worker", "Machine"),
        {},
    ),
    "nested": ("strength ~ 1 + (1 | batch) + (1 | sample)", "Pastes", ("batch", "sample"), {}),
    "crossed": (
        "diameter ~ 1 + (1 | plate) + (1 | sample)",
        "Penicillin",
        ("plate", "sample"),
        {},
    ),
}


def check_against_brute_force(formula, frame, found, k, options):
    """One line of ``found`` against ``fit_model`` on the rows that stay."""
    brute = fit_model(formula, frame, **options)
    table = brute.fixed_effects
    scale = table["std_error"].to_numpy()
    without = found.without
    assert without.estimate[k] == pytest.approx(
        table["estimate"].to_numpy(), abs=1e-6 * scale.min()
    )
    assert without.std_error[k] == pytest.approx(scale, rel=1e-6)
    assert without.df[k] == pytest.approx(table["df"].to_numpy(), rel=1e-5)
    assert without.statistic[k] == pytest.approx(table["statistic"].to_numpy(), rel=1e-5)
    assert without.p_value[k] == pytest.approx(table["p_value"].to_numpy(), rel=1e-4, abs=1e-12)
    expected = np.array([c.sdcor for c in brute.components])
    size = np.array([1.0 if c.term_2 else brute.sigma for c in brute.components])
    # With several factors the optimiser itself stops at 1e-6 to 1e-5 of a component.
    near = (1e-6 if len(brute.groups) == 1 else 1e-5) * size.max()
    assert without.components[k] == pytest.approx(expected, abs=near, nan_ok=True)
    assert bool(found.singular[k]) == brute.is_singular


@pytest.mark.parametrize("case", CASES)
def test_groups_equal_brute_force(case):
    formula, name, factors, options = CASES[case]
    fit = fitted(formula, name, factors, **options)
    for group in fit.groups:
        found = leave_out_groups(fit, group)
        assert found is not None
        assert found.is_exact
        grouping = fit.groups[group]
        assert found.levels == grouping.levels
        for k in range(0, grouping.n_levels, max(1, grouping.n_levels // 8)):
            kept = fit.frame[grouping.codes != k]
            check_against_brute_force(formula, kept, found, k, options)
            assert found.n_rows[k] == grouping.sizes[k]


@pytest.mark.parametrize("case", CASES)
def test_rows_equal_brute_force(case):
    formula, name, factors, options = CASES[case]
    fit = fitted(formula, name, factors, **options)
    found = leave_out_rows(fit)
    assert found is not None
    assert found.is_exact
    assert found.levels == tuple(str(k + 1) for k in range(fit.n_obs))
    for i in range(0, fit.n_obs, fit.n_obs // 6):
        kept = fit.frame.drop(index=fit.frame.index[i])
        check_against_brute_force(formula, kept, found, i, options)


def test_prior_weights():
    frame = data("sleepstudy", ("Subject",)).assign(w=lambda f: 1.0 + (f.index % 3))
    formula, options = "Reaction ~ Days + (1 + Days | Subject)", {"weights": "w"}
    fit = fit_model(formula, frame, **options)
    groups, rows = leave_out_groups(fit), leave_out_rows(fit)
    codes = fit.groups["Subject"].codes
    for k in (0, 7):
        check_against_brute_force(formula, frame[codes != k], groups, k, options)
        check_against_brute_force(formula, frame.drop(index=k), rows, k, options)


def test_cooks_distance_by_definition():
    fit = fitted(*CASES["orthodont"][:3])
    found = leave_out_groups(fit)
    change = found.without.estimate - fit.estimates.beta
    expected = [d @ np.linalg.solve(fit.estimates.vcov, d) / len(d) for d in change]
    assert found.cooks == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("unit", ["groups", "rows"])
def test_held_components_are_exact_at_the_given_theta(unit):
    """The closed forms equal generalised least squares with the whole data's V."""
    fit = fitted(*CASES["sleepstudy"][:3])
    estimates, codes = fit.estimates, fit.groups["Subject"].codes
    rows = products.conditioned_rows(fit.design, estimates)
    if unit == "groups":
        grams = products.group_grams(rows, codes, 18)
        shares, sizes = products.shares_of_groups(estimates, grams), np.full(18, 10)
        keep = codes != 3
    else:
        shares, sizes = products.shares_of_rows(estimates, rows, codes), np.ones(180)
        keep = np.arange(180) != 3
    held = products.at_fixed_theta(estimates, shares, sizes)
    ZL = np.column_stack([np.ones(180), fit.frame["Days"]]) @ estimates.lambdas[0]
    V = np.eye(180) + (codes[:, None] == codes) * (ZL @ ZL.T)
    X, y, V = fit.design.X[keep], fit.y[keep], V[np.ix_(keep, keep)]
    A = X.T @ np.linalg.solve(V, X)
    beta = np.linalg.solve(A, X.T @ np.linalg.solve(V, y))
    rest = y - X @ beta
    variance = rest @ np.linalg.solve(V, rest) / (keep.sum() - 2)
    assert held.beta[3] == pytest.approx(beta, rel=1e-9)
    expected = np.sqrt(variance * np.diag(np.linalg.inv(A)))
    assert held.std_error[3] == pytest.approx(expected, rel=1e-9)


def test_many_groups_find_the_odd_one_and_refit_it(monkeypatch):
    monkeypatch.setattr(influence.leave_out, "ALL_GROUPS", 50)
    monkeypatch.setattr(influence.leave_out, "MOST", 12)
    rng = np.random.default_rng(4)
    g = np.repeat(np.arange(120), 5)
    x = rng.normal(size=600)
    y = 1 + 0.3 * x + rng.normal(size=120)[g] + rng.normal(size=600)
    y[g == 17] += 6 * x[g == 17] + 4
    frame = pd.DataFrame({"y": y, "x": x, "g": g.astype(str)})
    fit = fit_model("y ~ x + (1 | g)", frame)
    found = leave_out_groups(fit)
    assert 9 <= found.exact.sum() <= 12
    worst = found.coefficient("x").iloc[0]
    assert worst["level"] == "17"
    assert worst["exact"]
    check_against_brute_force(
        "y ~ x + (1 | g)", frame[g != 17], found, found.levels.index("17"), {}
    )
    # The others are near their exact refits, too.
    k = int(np.flatnonzero(~found.exact)[0])
    brute = fit_model("y ~ x + (1 | g)", frame[frame["g"] != found.levels[k]])
    se = brute.fixed_effects["std_error"].to_numpy()
    assert np.abs(found.without.estimate[k] - brute.estimates.beta).max() < 0.02 * se.min()


def test_a_coefficient_that_hangs_on_one_group():
    frame = data("sleepstudy", ("Subject",))
    odd = frame["Subject"] == "308"
    frame = frame.assign(arm=np.where(odd, "b", "a"))
    fit = fit_model("Reaction ~ Days + arm + (1 | Subject)", frame)
    found = leave_out_groups(fit)
    k = found.levels.index("308")
    assert np.isnan(found.without.estimate[k, 2])
    assert np.isfinite(found.without.estimate[k, 1])
    assert np.isfinite(np.delete(found.without.estimate, k, axis=0)).all()
    assert found.coefficient("armb")["level"].iloc[0] == "308"


def test_turning_says_where_the_conclusion_hangs_on_one_group():
    rng = np.random.default_rng(1)
    g = np.repeat(np.arange(12), 6)
    x = np.tile(np.arange(6.0), 12)
    y = rng.normal(size=12)[g] + rng.normal(size=72)
    y[g == 5] += 3.0 * (x[g == 5] - 2.5)
    fit = fit_model("y ~ x + (1 | g)", pd.DataFrame({"y": y, "x": x, "g": g.astype(str)}))
    found = leave_out_groups(fit)
    assert found.full.p_value[0, 1] < 0.05
    assert found.levels.index("5") in np.flatnonzero(found.turning("x"))
    assert not leave_out_groups(fitted(*CASES["sleepstudy"][:3])).turning("Days").any()


def test_refusals_and_stopping():
    frame = data("sleepstudy", ("Subject",))
    two = frame[frame["Subject"].isin(["308", "309"])]
    with pytest.raises(ModelError, match="only 2 groups"):
        leave_out_groups(fit_model("Reaction ~ Days + (1 | Subject)", two))
    fit = fitted(*CASES["sleepstudy"][:3])
    with pytest.raises(ModelError, match="isn't a grouping column"):
        leave_out_groups(fit, "Days")
    calls = []
    assert leave_out_groups(fit, progress=lambda k, n: calls.append((k, n)) or k < 3) is None
    assert calls == [(1, 18), (2, 18), (3, 18)]


def test_all_schools_in_under_a_second():
    fit = fitted("MathAch ~ SES + (1 + SES | School)", "MathAchieve", ("School",))
    start = time.perf_counter()
    found = leave_out_groups(fit)
    assert time.perf_counter() - start < 1.0
    assert found.n == 160
    assert found.is_exact
    kept = fit.frame[fit.groups["School"].codes != 42]
    check_against_brute_force("MathAch ~ SES + (1 + SES | School)", kept, found, 42, {})
