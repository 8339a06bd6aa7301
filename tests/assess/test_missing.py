"""Patterns, dropout and what a missed occasion is related to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.assess.missing import (
    EMPTY,
    NO_PREDICTOR,
    NO_ROW,
    USED,
    dropout,
    missing_next,
    pattern,
    time_columns,
)
from lmm_core.assess.missing.logistic import logistic
from lmm_core.figures.missing import missing_map, rows_histogram, sorted_groups
from lmm_core.report import missing_words as words
from tests.support import data, fitted


def simulated(n_groups=300, effect=0.0, seed=0, arm_effect=0.0):
    """Four visits; the next is missed with odds that depend on the last value (MAR)."""
    rng = np.random.default_rng(seed)
    rows = []
    for g in range(n_groups):
        level, arm = rng.normal(), "b" if g % 2 else "a"
        seen, last = True, 0.0
        for t in range(4):
            y = level + 0.2 * t + rng.normal()
            if t:
                eta = -1.5 + effect * (last if seen else 0.0) + arm_effect * (arm == "b")
                seen = rng.random() > 1 / (1 + np.exp(-eta))
            if seen:
                last = y
            rows.append((f"s{g}", t, arm, y if seen else np.nan))
    return pd.DataFrame(rows, columns=["id", "t", "arm", "y"])


def hand_made():
    """a: complete; b: leaves after 1; c: gap at 1; d: starts at 1; e: nothing; f: no predictor."""
    cells = {
        "a": [1.0, 2.0, 3.0],
        "b": [2.0, 3.5, None],
        "c": [1.5, None, 4.0],
        "d": [None, 2.0, 2.5],
        "e": [None, None, None],
        "f": [0.5, 1.0, 2.6],
    }
    rows = [(g, t, v) for g, values in cells.items() for t, v in enumerate(values)]
    frame = pd.DataFrame(rows, columns=["id", "t", "y"]).assign(x=1.0)
    frame["x"] = np.arange(len(frame)) % 5 * 1.0
    frame.loc[(frame["id"] == "f") & (frame["t"] == 2), "x"] = np.nan
    # One missing value has no row at all.
    return frame.drop(index=frame.index[(frame["id"] == "b") & (frame["t"] == 2)])


def test_states_of_every_cell():
    fit = fit_model("y ~ t + x + (1 | id)", hand_made())
    found = pattern(fit, "id", "t")
    assert found.levels == ("a", "b", "c", "d", "e", "f")
    expected = [
        [USED, USED, USED],
        [USED, USED, NO_ROW],
        [USED, EMPTY, USED],
        [EMPTY, USED, USED],
        [EMPTY, EMPTY, EMPTY],
        [USED, USED, NO_PREDICTOR],
    ]
    assert found.status.tolist() == expected
    assert found.n_rows.tolist() == [3, 2, 2, 2, 0, 2]
    assert (found.n_missing, found.n_lost, found.lost) == (6, 1, (("x", 1),))
    assert "1 row has an outcome but can't be used" in words.lost_sentence(found)
    assert "1 of them has none" in words.rows_sentence(fit, found)


def test_timing():
    found = pattern(fit_model("y ~ t + x + (1 | id)", hand_made()), "id", "t")
    timing = dropout(found)
    assert (timing.n_complete, timing.n_left, timing.n_gap) == (2, 1, 1)
    assert (timing.n_late, timing.n_never) == (1, 1)
    assert timing.table["n_observed"].tolist() == [4, 4, 4]
    assert timing.table["n_left"].tolist() == [0, 1, 0]
    assert timing.table["n_gap"].tolist() == [0, 1, 0]
    assert timing.table["n_late"].tolist() == [1, 0, 0]
    text = words.dropout_sentence(found, timing)
    assert "1 ends before t 2, 1 misses a t in between, 1 starts after t 0" in text


@pytest.mark.parametrize(
    ("formula", "name", "factors", "group", "expected"),
    [
        ("Reaction ~ Days + (1 | Subject)", "sleepstudy", ("Subject",), "Subject", ("Days",)),
        ("weight ~ Time * Diet + (1 | Rat)", "BodyWeight", ("Rat", "Diet"), "Rat", ("Time",)),
        ("MathAch ~ SES + (1 | School)", "MathAchieve", ("School",), "School", ()),
        ("Yield ~ 1 + (1 | Batch)", "Dyestuff", ("Batch",), "Batch", ()),
        ("score ~ Machine + (1 | Worker)", "Machines", ("Worker",), "Worker", ("Machine",)),
        (
            "angle ~ recipe * temperature + (1 | rr)",
            "cake",
            ("rr",),
            "rr",
            ("temperature", "temp"),
        ),
    ],
)
def test_time_columns(formula, name, factors, group, expected):
    assert time_columns(fitted(formula, name, factors), group) == expected


def test_plain_logistic_equals_statsmodels():
    from statsmodels.discrete.discrete_model import Logit

    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(200), rng.normal(size=(200, 2))])
    y = (rng.random(200) < 1 / (1 + np.exp(-X @ [-0.5, 1.0, 0.3]))).astype(float)
    theirs = Logit(y, X).fit(disp=0)
    ours = logistic(X, y, firth=False)
    assert ours.converged
    assert ours.beta == pytest.approx(theirs.params, rel=1e-6)
    assert ours.std_error == pytest.approx(theirs.bse, rel=1e-6)


def test_firth_adds_a_half_to_every_cell_of_a_table():
    # 7 of 10 against 0 of 12: without a penalty the odds ratio is infinite.
    X = np.column_stack([np.ones(22), np.repeat([1.0, 0.0], [10, 12])])
    y = np.array([1.0] * 7 + [0.0] * 3 + [0.0] * 12)
    ours = logistic(X, y)
    expected = np.log(7.5 / 3.5) - np.log(0.5 / 12.5)
    assert ours.converged
    assert ours.beta[1] == pytest.approx(expected, rel=1e-6)


def relation(frame):
    fit = fit_model("y ~ t + arm + (1 | id)", frame)
    found = pattern(fit, "id", "t")
    return fit, found, missing_next(fit, found)


def test_a_true_relation_is_found_with_its_size():
    fit, found, related = relation(simulated(1500, effect=0.8))
    first = related.table.iloc[0]
    assert first["column"] == "y"
    assert np.log(first["odds_ratio"]) / first["sd"] == pytest.approx(0.8, abs=0.15)
    text = " ".join(words.relation_sentences(fit, found, related, {}))
    assert "missed more often after a high y" in text
    assert "don't seem to be missing completely at random" in text


def test_low_values_and_an_arm_are_said():
    fit, found, related = relation(simulated(1500, effect=-0.8, arm_effect=1.0))
    text = " ".join(words.relation_sentences(fit, found, related, {"y": "points"}))
    assert "after a low y: per SD (" in text
    assert "missed more often with arm b than a" in text


def test_missing_completely_at_random_stays_calm():
    alarms = 0
    for seed in range(40):
        _, _, related = relation(simulated(100, seed=seed))
        first = related.table.iloc[0]
        alarms += first["conf_low"] > 1 or first["conf_high"] < 1
    assert alarms <= 5


def test_few_events_are_not_related_to_anything():
    fit, found, related = relation(simulated(10, effect=0.0, seed=2).fillna(0.3))
    assert related.table is None
    assert words.relation_sentences(fit, found, related, {}) == []
    frame = simulated(30, seed=2).fillna(0.3)
    frame.loc[[5, 9], "y"] = np.nan
    fit, found, related = relation(frame)
    assert "can't be told: only 2 of" in words.relation_sentences(fit, found, related, {})[0]


def test_the_map_sorts_alike_groups_together():
    found = pattern(fit_model("y ~ t + x + (1 | id)", hand_made()), "id", "t")
    order = [found.levels[k] for k in sorted_groups(found)]
    assert order[0] == "e"
    assert set(order[-2:]) == {"a", "f"}
    picture = missing_map(found)
    heat = picture.figure.data[0]
    assert np.shape(heat.z) == (6, 3)
    assert len(picture.figure.data) == 5
    assert "2 groups are complete" in picture.alt
    assert picture.data["id"].tolist() == order


def test_thousands_of_groups_are_drawn_as_patterns():
    fit = fit_model("y ~ t + arm + (1 | id)", simulated(800))
    picture = missing_map(pattern(fit, "id", "t"))
    assert len(picture.figure.data[0].z) <= 8
    assert len(picture.data) == 800


def test_rows_per_group():
    found = pattern(fit_model("y ~ t + x + (1 | id)", hand_made()), "id")
    picture = rows_histogram(found)
    assert picture.data["groups"].tolist() == [1, 0, 4, 1]
    assert missing_map(found) is None


def test_nested_groups_have_names():
    frame = data("Pastes", ("batch",))
    fit = fit_model("strength ~ 1 + (1 | batch) + (1 | batch:cask)", frame)
    found = pattern(fit, "batch:cask")
    assert len(found.levels) == 30
    assert found.levels[0] == "A:a"
    assert found.n_rows.tolist() == [2] * 30
