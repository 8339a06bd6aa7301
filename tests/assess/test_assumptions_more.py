"""Autocorrelation, confounding, collinearity, outliers, spread over predictors; simulated data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.assess.assumptions import Material, check_assumptions, confounding
from lmm_core.assess.assumptions.collinear import inflations
from lmm_core.assess.assumptions.confounding import two_slopes
from lmm_core.assess.assumptions.outliers import Far
from lmm_core.assess.assumptions.predictor_spread import spreads
from lmm_core.assess.assumptions.serial import neighbours
from lmm_core.assess.assumptions.time_order import time_of
from lmm_core.assess.simulation import lineup, simulated_outcomes, views
from lmm_core.figures.simulation import lineup_figure, overlay_figure, overlay_sentence
from tests.support import data, fitted


def series(phi: float, seed: int, n_groups: int = 60, size: int = 10) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    e = rng.normal(size=(n_groups, size))
    for t in range(1, size):
        e[:, t] = phi * e[:, t - 1] + np.sqrt(1 - phi**2) * e[:, t]
    g = np.repeat(np.arange(n_groups), size)
    t = np.tile(np.arange(float(size)), n_groups)
    y = 3 + 0.3 * t + rng.normal(size=n_groups)[g] + e.ravel()
    frame = pd.DataFrame({"y": y, "t": t, "g": g.astype(str)})
    # The order of the rows in the table doesn't matter.
    return frame.sample(frac=1, random_state=seed)


def phi_of(phi: float, seed: int, formula: str = "y ~ t + (1 | g)"):
    material = Material(fit_model(formula, series(phi, seed)))
    return neighbours(material, material.finest, time_of(material).values)


@pytest.mark.parametrize(("phi", "low", "high"), [(0.0, -0.05, 0.05), (0.3, 0.25, 0.40)])
def test_one_step_estimate_of_the_autocorrelation(phi, low, high):
    found = [phi_of(phi, seed).phi for seed in range(12)]
    assert low < np.mean(found) < high


@pytest.mark.parametrize("formula", ["y ~ t + (1 | g)", "y ~ t + (1 + t | g)"])
def test_independent_residuals_give_uniform_p(formula):
    p = np.array([phi_of(0.0, seed, formula).p_value for seed in range(60)])
    assert (p < 0.05).mean() <= 0.15
    assert 0.35 < p.mean() < 0.65


def test_the_score_statistic_has_its_dense_definition():
    """Against matrices of all rows: U and its information after the other parameters."""
    frame = series(0.4, 1, n_groups=8, size=6).sort_values(["g", "t"]).reset_index(drop=True)
    fit = fit_model("y ~ t + (1 | g)", frame)
    material = Material(fit)
    found = neighbours(material, material.finest, frame["t"].to_numpy())
    codes, n = fit.groups["g"].codes, fit.n_obs
    J = (codes[:, None] == codes).astype(float)
    V = np.eye(n) + fit.estimates.lambdas[0][0, 0] ** 2 * J
    W = np.linalg.inv(V)
    X = fit.design.X
    P = W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W)
    A = np.zeros((n, n))
    for i in range(n - 1):
        if codes[i] == codes[i + 1]:
            A[i, i + 1] = A[i + 1, i] = 1.0
    r = P @ fit.y / fit.sigma
    U = 0.5 * (r @ A @ r - np.trace(P @ A))
    D = [A, V, J]
    # The fixed effects' part of P couples groups; the check leaves that small part out.
    information = np.array([[0.5 * np.trace(P @ a @ P @ b) for a in D] for b in D])
    left = information[0, 0] - information[0, 1:] @ np.linalg.solve(
        information[1:, 1:], information[1:, 0]
    )
    assert found.phi == pytest.approx(U / left, rel=0.05)


@pytest.mark.parametrize(
    ("formula", "name", "factors", "expected"),
    [
        ("Reaction ~ Days + (1 | Subject)", "sleepstudy", ("Subject",), "Days"),
        ("weight ~ Time + (1 | Rat)", "BodyWeight", ("Rat",), "Time"),
        ("MathAch ~ SES + (1 | School)", "MathAchieve", ("School",), None),
    ],
)
def test_what_is_a_time(formula, name, factors, expected):
    found = time_of(Material(fitted(formula, name, factors)))
    assert (found and found.column) == expected


def test_two_slopes_equal_the_split_model():
    frame = data("MathAchieve", ("School",))
    means = frame.groupby("School")["SES"].transform("mean")
    split = fit_model(
        "MathAch ~ within + between + (1 | School)",
        frame.assign(within=frame["SES"] - means, between=means),
    )
    material = Material(fitted("MathAch ~ SES + (1 | School)", "MathAchieve", ("School",)))
    found = two_slopes(material, material.predictors[0], material.finest)
    table = split.fixed_effects.set_index("term")["estimate"]
    assert found.within == pytest.approx(table["within"], rel=1e-6)
    assert found.between == pytest.approx(table["between"], rel=1e-6)


def test_large_models_hold_the_variance_components(monkeypatch):
    rng = np.random.default_rng(6)
    g, h = np.repeat(np.arange(60), 10), np.tile(np.arange(20), 30)
    x = rng.normal(size=600) + rng.normal(size=60)[g]
    y = 0.3 * x + rng.normal(size=60)[g] + rng.normal(size=20)[h] + rng.normal(size=600)
    frame = pd.DataFrame({"y": y, "x": x, "g": g.astype(str), "h": h.astype(str)})
    material = Material(fit_model("y ~ x + (1 | g) + (1 | h)", frame))
    grouping = material.fit.groups["g"]
    exact = two_slopes(material, material.predictors[0], grouping)
    monkeypatch.setattr(confounding, "MOST_ROWS", 100)
    held = two_slopes(material, material.predictors[0], grouping)
    assert held.difference != exact.difference
    assert held.difference == pytest.approx(exact.difference, abs=0.1 * (exact.high - exact.low))
    assert held.low == pytest.approx(exact.low, abs=0.1 * (exact.high - exact.low))


def test_a_scaled_predictor_keeps_its_units():
    plain = Material(fitted("MathAch ~ SES + (1 | School)", "MathAchieve", ("School",)))
    scaled = Material(fitted("MathAch ~ scale(SES) + (1 | School)", "MathAchieve", ("School",)))
    a, b = (two_slopes(m, m.predictors[0], m.finest) for m in (plain, scaled))
    assert (a.within, a.difference) == pytest.approx((b.within, b.difference), rel=1e-6)


def test_inflation_is_the_textbooks():
    rng = np.random.default_rng(0)
    a = rng.normal(size=200)
    b = 0.9 * a + np.sqrt(1 - 0.81) * rng.normal(size=200)
    frame = pd.DataFrame({"a": a, "b": b, "g": np.repeat(range(20), 10).astype(str)})
    frame["y"] = a + rng.normal(size=200)
    fit = fit_model("y ~ a * b + (1 | g)", frame)
    found = {i.column: i for i in inflations(fit.design)}
    r2 = np.corrcoef(a, b)[0, 1] ** 2
    assert found["a"].vif == pytest.approx(1 / (1 - r2), rel=1e-9)
    assert found["a"].related == ("b",)
    checks = {c.key: c for c in check_assumptions(fit)}
    assert checks["collinearity"].verdict == ("look" if 1 / (1 - r2) >= 5 else "fine")


def test_products_and_powers_are_no_collinearity():
    fit = fitted("distance ~ age * Sex + I(age^2) + (1 | Subject)", "Orthodont", ("Subject",))
    checks = {c.key: c for c in check_assumptions(fit)}
    assert checks["collinearity"].verdict == "fine"


def test_the_farthest_of_many_normal_values():
    rng = np.random.default_rng(2)
    largest = np.abs(rng.normal(size=(4000, 50))).max(axis=1)
    far = Far("rows", ("",) * 50, rng.normal(size=50))
    assert far.expected == pytest.approx(np.median(largest), abs=0.03)
    assert far.chance == pytest.approx((largest > far.largest).mean(), abs=0.03)


@pytest.mark.parametrize(("shift", "verdict"), [(0.0, "fine"), (9.0, "act")])
def test_a_wild_row_is_named(shift, verdict):
    frame = series(0.0, 3)
    frame.iloc[17, 0] += shift
    checks = {c.key: c for c in check_assumptions(fit_model("y ~ t + (1 | g)", frame))}
    found = checks["outliers"]
    assert found.verdict == verdict
    if shift:
        assert "row 18 (g " in found.sentence
        assert "row 18" in found.what_to_do


def test_spread_by_level():
    rng = np.random.default_rng(4)
    frame = series(0.0, 5).assign(arm=lambda f: np.where(f["g"].astype(int) % 2, "b", "a"))
    frame["y"] += np.where(frame["arm"] == "b", 2.0, 0.0) * rng.normal(size=len(frame))
    material = Material(fit_model("y ~ t + arm + (1 | g)", frame))
    found = next(s for s in spreads(material) if s.column == "arm")
    assert found.ratio == pytest.approx(np.sqrt(5), rel=0.2)
    assert (found.largest, found.smallest) == ("b", "a")
    assert found.p_value < 1e-6


def test_simulated_outcomes_have_the_models_moments():
    fit = fitted("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy", ("Subject",))
    drawn = simulated_outcomes(fit, 400, seed=1).drawn
    assert drawn.mean(axis=0) == pytest.approx(fit.fitted_marginal, abs=12)
    G, Z = fit.estimates.covariances[0], fit.design.blocks[0].matrix
    expected = np.einsum("na,ab,nb->n", Z, G, Z) + fit.sigma**2
    assert drawn.var(axis=0).mean() == pytest.approx(expected.mean(), rel=0.1)


def test_the_line_up_hides_one_observed_panel():
    fit = fitted("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy", ("Subject",))
    places = set()
    for seed in range(12):
        found = lineup(fit, "fitted", seed)
        places.add(found.place)
        assert found.panels[found.place].y == pytest.approx(fit.pearson_residuals)
    assert len(places) > 3
    assert views(fit) == ("fitted", "residuals", "groups")
    for view in views(fit):
        found = lineup(fit, view, 1)
        hidden, shown = lineup_figure(found), lineup_figure(found, reveal=True)
        assert len(hidden.figure.data) == 8
        assert "observed" not in " ".join(a.text for a in hidden.figure.layout.annotations)
        assert f"Panel {found.place + 1} is observed" in shown.alt


def test_overlays_notice_what_the_model_misses():
    frame = series(0.0, 7)
    fit = fit_model("y ~ t + (1 | g)", frame.assign(y=np.exp(frame["y"] / 2)))
    found = simulated_outcomes(fit)
    picture = overlay_figure(fit, found, "spread")
    assert picture.data["observed"].max() > 0
    assert "doesn't reproduce it" in overlay_sentence(fit, found, "spread")
    right = fit_model("y ~ t + (1 | g)", frame)
    for what in ("distribution", "spread", "trend"):
        made = simulated_outcomes(right)
        assert "doesn't reproduce" not in overlay_sentence(right, made, what)
        assert "within the simulated ones over" in overlay_figure(right, made, what).alt
