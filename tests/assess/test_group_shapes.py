"""Groups against the others, and two kinds of groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.assess.assumptions import CHECKS, Material
from lmm_core.assess.assumptions.humps import two_humps
from lmm_core.assess.assumptions.mode_spread import mode_spreads
from lmm_core.assess.assumptions.outliers import against_others, levels_of


def table(effects, size, seed, arms=False):
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(len(effects)), size)
    y = effects[g] + rng.normal(size=len(g))
    columns = {"y": y, "x": rng.normal(size=len(g)), "g": [f"g{k:03d}" for k in g]}
    if arms:
        columns["arm"] = np.where(g % 2, "b", "a")
        columns["y"] = y + 0.5 * (g % 2)
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("formula", "weights"),
    [
        ("y ~ x + arm + (1 + x | g)", None),
        ("y ~ x + arm + (1 | g)", "w"),
        ("y ~ x + (1 | g) + (1 | h)", None),
        ("y ~ x + arm + (1 + x || g) + (1 | h)", "w"),
    ],
)
def test_variance_of_the_modes_matches_the_dense_projection(formula, weights):
    rng = np.random.default_rng(1)
    frame = table(rng.normal(size=9), 7, 1, arms=True)
    frame["y"] += frame["x"] * np.repeat(rng.normal(size=9), 7)
    frame["h"] = rng.integers(5, size=len(frame)).astype(str)
    frame["w"] = rng.uniform(0.5, 2.0, len(frame))
    fit = fit_model(formula, frame, **({"weights": weights} if weights else {}))
    root = np.sqrt(frame["w"].to_numpy()) if weights else np.ones(len(frame))
    X = fit.design.X * root[:, None]
    V, parts = np.eye(len(frame)), []
    for factor, L in zip(fit.estimates.conditioned.factors, fit.estimates.lambdas, strict=True):
        Z = np.concatenate([b.matrix for b in factor.blocks], axis=1) * root[:, None]
        wide = np.zeros((len(frame), factor.n_levels, Z.shape[1]))
        wide[np.arange(len(frame)), factor.codes] = Z
        G = L @ L.T
        V += np.einsum("iga,ab,jgb->ij", wide, G, wide)
        parts.append((wide, G))
    W = np.linalg.inv(V)
    P = W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W)
    for (wide, G), found in zip(parts, mode_spreads(Material(fit)), strict=True):
        inner = np.einsum("iga,ij,jgb->gab", wide, P, wide)
        expected = fit.sigma**2 * np.einsum("ab,gbc,dc->gad", G, inner, G)
        diagonal = np.diagonal(expected, axis1=1, axis2=2)
        assert found.variances == pytest.approx(diagonal, rel=1e-6, abs=1e-9)


def test_degrees_and_patterns_of_a_balanced_design():
    frame = table(np.random.default_rng(2).normal(size=12), 8, 2, arms=True)
    frame["x"] = np.tile(np.arange(8.0), 12)
    (spread,) = mode_spreads(Material(fit_model("y ~ x + arm + (1 | g)", frame)))
    # The mean and the arms are taken up, the time within groups isn't.
    assert spread.df == pytest.approx([10.0])
    assert spread.taken[0].shape == (12, 2)
    modes = fit_model("y ~ x + arm + (1 | g)", frame).estimates.modes[0][:, 0]
    assert spread.taken[0].T @ modes == pytest.approx(np.zeros(2), abs=1e-9)


def test_against_others_is_the_studentised_deviation_from_the_other_groups():
    """One row per value: (x - mean of the others) over its SE by the others' SD."""
    x = np.random.default_rng(3).normal(size=12)
    x[4] += 6
    m = len(x)
    r = (x - x.mean()) / (x.std(ddof=1) * np.sqrt(1 - 1 / m))
    expected = [
        (x[k] - np.delete(x, k).mean()) / (np.delete(x, k).std(ddof=1) * np.sqrt(1 + 1 / (m - 1)))
        for k in range(m)
    ]
    assert against_others(r, m - 1.0) == pytest.approx(expected)


def test_the_chance_of_the_farthest_group_is_right():
    """With few groups as with many: 5 % of right models have a smaller one than 5 %."""
    chances = []
    for seed in range(200):
        effects = np.random.default_rng([seed, 7]).normal(size=10)
        fit = fit_model("y ~ x + (1 | g)", table(effects, 8, seed))
        chances += [far.chance for far in levels_of(Material(fit))[1:]]
    chances = np.array(chances)
    assert (chances < 0.05).mean() == pytest.approx(0.05, abs=0.04)
    assert (chances < 0.5).mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("shift", "least"), [(0.0, 0), (5.5, 12), (8.0, 19)])
def test_a_wild_group_among_twenty(shift, least):
    alarms = 0
    for seed in range(20):
        effects = np.random.default_rng([seed, 8]).normal(size=20)
        effects[7] = shift or effects[7]
        check = CHECKS["outliers"](Material(fit_model("y ~ x + (1 | g)", table(effects, 6, seed))))
        if check.verdict != "fine":
            alarms += 1
            assert not shift or check.numbers["who"] == "g g007"
    assert alarms >= least if shift else alarms <= 1


@pytest.mark.parametrize(("n", "taken"), [(12, 0), (20, 1), (60, 0), (60, 2), (150, 1)])
def test_one_hump_seldom_looks_like_two(n, taken):
    rng = np.random.default_rng([n, taken])
    B = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, taken))]))[0]
    p = []
    for _ in range(600):
        z = rng.normal(size=n)
        p.append(two_humps(z - B @ (B.T @ z), B).p_value)
    assert (np.array(p) < 0.05).mean() < 0.09
    assert (np.array(p) < 0.005).mean() < 0.015


def test_two_humps_are_found_with_their_sizes_whatever_the_unit():
    z = np.r_[
        np.random.default_rng(4).normal(size=40), 6 + np.random.default_rng(5).normal(size=20)
    ]
    found, moved = two_humps(z), two_humps(3 - 1000 * z)
    assert found.apart == pytest.approx(6, abs=1.2)
    assert found.upper_share == pytest.approx(1 / 3, abs=0.02)
    assert found.p_value < 1e-6
    assert moved.apart == pytest.approx(found.apart, rel=1e-4)
    assert moved.upper_share == pytest.approx(1 - found.upper_share, abs=1e-4)


@pytest.mark.parametrize(
    "values", [np.zeros(20), np.arange(5.0), np.r_[np.zeros(30), 1.0], np.repeat([0.0, 1.0], 20)]
)
def test_odd_values_have_an_answer(values):
    found = two_humps(values)
    assert np.isfinite([found.apart, found.upper_share, found.p_value]).all()


@pytest.mark.parametrize(
    ("gap", "verdict", "text"),
    [(5.0, "act", "fall into two clumps (about 10 and 10 groups"), (0.5, "fine", "no marked")],
)
def test_two_kinds_of_groups_beside_a_predictor_of_groups(gap, verdict, text):
    """The kinds aren't balanced over the arms, whose difference the model takes out."""
    rng = np.random.default_rng(6)
    kind = np.r_[np.ones(10), np.zeros(10)][rng.permutation(20)]
    effects = gap * (kind - 0.5) + 0.5 * rng.normal(size=20)
    fit = fit_model("y ~ x + arm + (1 | g)", table(effects, 6, 6, arms=True))
    check = CHECKS["normality_random"](Material(fit))
    assert check.verdict == verdict
    assert text in check.sentence
    assert ("SDs apart" in check.magnitude_text) == (verdict == "act")
