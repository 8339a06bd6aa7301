"""Autocorrelation with several grouping columns, and with several rows at the same time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.assess.assumptions import CHECKS, Material
from lmm_core.assess.assumptions.serial import neighbours
from lmm_core.assess.assumptions.time_order import next_in_time, time_order
from lmm_core.figures.diagnostics import autocorrelation
from lmm_core.model.design import Grouping

NESTED = "y ~ t + (1 | school) + (1 | pupil)"
CROSSED = "y ~ t + (1 | person) + (1 | item)"
CLINIC = "y ~ t + (1 | person) + (1 | lab)"


def lasting(rng, phi, units, times):
    e = rng.normal(size=(units, times))
    for t in range(1, times):
        e[:, t] = phi * e[:, t - 1] + np.sqrt(1 - phi**2) * e[:, t]
    return e.ravel()


def nested(phi, seed):
    """48 pupils in 8 schools, 6 times each."""
    rng = np.random.default_rng([seed, 1])
    pupil, t = np.repeat(np.arange(48), 6), np.tile(np.arange(6.0), 48)
    y = 0.2 * t + rng.normal(size=8)[pupil // 6] + rng.normal(size=48)[pupil]
    frame = {"y": y + lasting(rng, phi, 48, 6), "t": t, "school": pupil // 6, "pupil": pupil}
    return shuffled(frame, seed)


def crossed(phi, seed):
    """20 persons who see 24 items, each in an order of their own."""
    rng = np.random.default_rng([seed, 2])
    person, t = np.repeat(np.arange(20), 24), np.tile(np.arange(24.0), 20)
    item = np.concatenate([rng.permutation(24) for _ in range(20)])
    y = rng.normal(size=20)[person] + rng.normal(size=24)[item] + lasting(rng, phi, 20, 24)
    return shuffled({"y": y, "t": t, "person": person, "item": item}, seed)


def repeated(phi, seed):
    """15 persons, 6 items, each combination at 6 times."""
    rng = np.random.default_rng([seed, 3])
    both, t = np.repeat(np.arange(90), 6), np.tile(np.arange(6.0), 90)
    person, item = both // 6, both % 6
    y = rng.normal(size=15)[person] + rng.normal(size=6)[item] + lasting(rng, phi, 90, 6)
    return shuffled({"y": y, "t": t, "person": person, "item": item}, seed)


def replicates(phi, seed, shared=1.0):
    """25 persons at 8 times, 3 samples each time, in 10 labs; the day's deviation is shared."""
    rng = np.random.default_rng([seed, 4])
    person, t = np.repeat(np.arange(25), 24), np.tile(np.repeat(np.arange(8.0), 3), 25)
    lab = rng.integers(10, size=600)
    day = np.repeat(lasting(rng, phi, 25, 8), 3)
    y = rng.normal(size=25)[person] + rng.normal(size=10)[lab] + shared * day
    return shuffled({"y": y + rng.normal(size=600), "t": t, "person": person, "lab": lab}, seed)


def shuffled(columns, seed):
    """The order of the rows in the table doesn't matter; grouping columns are text."""
    frame = pd.DataFrame(columns).sample(frac=1, random_state=seed)
    return frame.astype(dict.fromkeys(frame.columns[2:], str))


def check(formula, frame):
    return CHECKS["autocorrelation"](Material(fit_model(formula, frame)))


@pytest.mark.parametrize(
    ("formula", "make", "whose"),
    [
        (NESTED, nested, "pupil"),
        (CROSSED, crossed, "person"),
        (CROSSED, repeated, "combination of person and item"),
        (CLINIC, replicates, "person"),
    ],
)
def test_judged_within_the_finest_group_that_time_orders(formula, make, whose):
    found = check(formula, make(0.5, 1))
    assert found.numbers["group"] == whose
    assert f"of a {whose} correlate" in found.sentence
    assert f"the same {whose}" in autocorrelation(fit_model(formula, make(0.5, 1))).alt


@pytest.mark.parametrize(
    ("formula", "make"), [(NESTED, nested), (CROSSED, crossed), (CROSSED, repeated)]
)
@pytest.mark.parametrize(
    ("phi", "verdicts", "low", "high"),
    [
        (0.0, ("fine",), -0.05, 0.05),
        (0.3, ("look", "act"), 0.24, 0.36),
        (0.5, ("look", "act"), 0.4, 0.56),
        (0.7, ("act",), 0.55, 0.78),
    ],
)
def test_verdicts_turn_with_the_correlation(formula, make, phi, verdicts, low, high):
    found = [check(formula, make(phi, seed)) for seed in range(10)]
    assert sum(c.verdict in verdicts for c in found) >= 9
    assert low < np.mean([c.numbers["phi"] for c in found]) < high


def test_a_deviation_shared_by_rows_of_one_time_is_no_autocorrelation():
    calm = [check(CLINIC, replicates(0.0, seed, shared=2.0)) for seed in range(30)]
    assert sum(c.verdict != "fine" for c in calm) <= 1
    assert np.mean([c.numbers["p_value"] < 0.05 for c in calm]) < 0.15
    lasting_ones = [check(CLINIC, replicates(0.7, seed, shared=2.0)) for seed in range(10)]
    assert sum(c.verdict != "fine" for c in lasting_ones) >= 9


@pytest.mark.parametrize(
    ("formula", "make"), [(NESTED, nested), (CLINIC, replicates), (CROSSED, repeated)]
)
def test_the_score_statistic_has_its_dense_definition(formula, make):
    frame = make(0.4, 2)
    unit = frame.columns[2] if formula != NESTED else "school"
    frame = frame[frame[unit].isin(sorted(set(frame[unit]))[:6])].sample(frac=0.9, random_state=1)
    frame["w"] = np.random.default_rng(1).uniform(0.5, 2.0, len(frame))
    fit = fit_model(formula, frame, weights="w")
    order = time_order(Material(fit))
    found = neighbours(Material(fit), order.grouping, order.time.values)
    n, codes, t = fit.n_obs, order.grouping.codes, order.time.values
    # Adjacency by definition: same group, no other time of the group in between.
    near, same = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i != j and codes[i] == codes[j]:
                low, high = min(t[i], t[j]), max(t[i], t[j])
                between = (codes == codes[i]) & (t > low) & (t < high)
                near[i, j] = low < high and not between.any()
                same[i, j] = low == high
    root = np.sqrt(frame["w"].to_numpy())
    grams = [
        np.outer(root, root) * (g.codes[:, None] == g.codes[None]) for g in fit.groups.values()
    ]
    lambdas = [L[0, 0] for L in fit.estimates.lambdas]
    V = np.eye(n) + sum(L**2 * J for L, J in zip(lambdas, grams, strict=True))
    # Only groups with neighbours are looked at.
    keep = np.isin(codes, codes[near.any(axis=1)])
    part = np.ix_(keep, keep)
    V, X, y = V[part], (fit.design.X * root[:, None])[keep], (fit.y * root)[keep] / fit.sigma
    W = np.linalg.inv(V)
    P = W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W)
    r = P @ y
    scored = [near[part], same[part]] if same.any() else [near[part]]
    D = [*scored, V, *(J[part] for J in grams)]
    information = np.array([[0.5 * np.trace(P @ a @ P @ b) for a in D] for b in D])
    scores = np.array([0.5 * (r @ A @ r - np.trace(P @ A)) for A in scored])
    phi = np.linalg.solve(information, np.r_[scores, np.zeros(len(D) - len(scored))])
    assert found.phi == pytest.approx(phi[0], abs=1e-6)
    assert found.n_pairs == near[part].sum() / 2


def test_pairs_follow_each_other_in_time():
    codes = np.array([0, 0, 0, 0, 1, 1, 2, 0], dtype=np.int32)
    time = np.array([1.0, 2.0, 2.0, 5.0, 3.0, 3.0, 1.0, 1.0])
    grouping = Grouping("g", ("g",), codes, ("a", "b", "c"))
    now, before = next_in_time(grouping, time)
    assert sorted(zip(now.tolist(), before.tolist(), strict=True)) == [
        (1, 0), (1, 7), (2, 0), (2, 7), (3, 1), (3, 2),
    ]  # fmt: skip


def test_many_rows_are_judged_on_a_part_of_the_groups():
    rng = np.random.default_rng(3)
    pupil, t = np.repeat(np.arange(1500), 6), np.tile(np.arange(6.0), 1500)
    y = rng.normal(size=50)[pupil % 50] + rng.normal(size=1500)[pupil]
    columns = {"y": y + lasting(rng, 0.4, 1500, 6), "t": t, "s": pupil % 50, "p": pupil}
    found = check("y ~ t + (1 | s) + (1 | p)", shuffled(columns, 1))
    assert 800 <= found.numbers["n_pairs"] <= 1000
    assert found.numbers["phi"] == pytest.approx(0.4, abs=0.12)


def test_a_covariate_of_any_number_of_rows_is_no_time():
    rng = np.random.default_rng(5)
    school, age = np.repeat(np.arange(20), 30), rng.integers(10, 16, 600).astype(float)
    columns = {"y": rng.normal(size=600), "age": age, "s": school, "c": rng.integers(5, size=600)}
    found = check("y ~ age + (1 | s) + (1 | c)", shuffled(columns, 1))
    assert found.magnitude is None
    assert "No numeric predictor of the model looks like a time" in found.sentence
