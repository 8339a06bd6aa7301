"""What can't be fitted is refused with the way out; matrices are R's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.errors import ModelError
from lmm_core.model.design import build_design
from lmm_core.model.spec import ModelSpec
from tests.support import data


def _table(**columns) -> pd.DataFrame:
    base = {
        "y": [1.0, 2.5, 3.1, 4.9, 5.2, 6.8, 7.1, 9.0, 8.2, 11.0, 12.5, 10.1],
        "x": [0.0, 1, 2, 3] * 3,
        "z": [1.0, 1, 1, 1, 2, 2, 2, 2, 5, 5, 5, 5],
        "g": list("aaaabbbbcccc"),
        "k": list("uvuvuvuvuvuv"),
    }
    return pd.DataFrame({**base, **columns})


N = 12
REFUSED = {
    "no grouping column": ("y ~ x", {}, "no_group"),
    "unknown column": ("y ~ q + (1 | g)", {}, "unknown_column"),
    "text in the outcome": ("k ~ x + (1 | g)", {}, "outcome_text"),
    "constant outcome": ("y ~ x + (1 | g)", {"y": [2.0] * N}, "constant_outcome"),
    "all rows missing": ("y ~ x + (1 | g)", {"x": [np.nan] * N}, "no_complete_rows"),
    "one group": ("y ~ x + (1 | g)", {"g": ["a"] * N}, "one_group"),
    "a group per row": ("y ~ x + (1 | g)", {"g": [f"s{k}" for k in range(N)]}, "group_per_row"),
    "infinite": ("y ~ x + (1 | g)", {"x": [np.inf, *range(N - 1)]}, "infinite"),
    "logarithm of zero": ("y ~ log(x) + (1 | g)", {}, "domain"),
    "constant slope": ("y ~ z + (1 + z | g)", {}, "slope_constant_within"),
    "too many effects": ("y ~ x + (1 + x + I(x^2) + k | g)", {}, "too_many_random_effects"),
    "constant category": ("y ~ k + (1 | g)", {"k": ["u"] * N}, "constant_column"),
    "outcome as predictor": ("y ~ y + (1 | g)", {}, "outcome_is_predictor"),
    "outcome as group": ("y ~ x + (1 | y)", {}, "outcome_is_group"),
    "nothing fixed": ("y ~ 0 + (1 | g)", {}, "no_fixed"),
    "overlapping slopes": ("y ~ x + (1 + x + w | g)", {"w": [0.0, 2, 4, 6] * 3}, "random_aliased"),
    "copy of the outcome": ("y ~ w + (1 | g)", {"w": [3.0 * v for v in range(N)]}, "perfect_fit"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_have_a_reason_and_a_next_step(name: str):
    formula, columns, code = REFUSED[name]
    frame = _table(**columns)
    if code == "perfect_fit":
        frame["y"] = 1.0 + 2.0 * frame["w"]
    with pytest.raises((ModelError, Exception)) as caught:
        fit_model(formula, frame)
    assert caught.value.code == code
    assert caught.value.message
    assert caught.value.next_step


def test_five_hundred_levels_are_refused():
    frame = pd.concat([_table()] * 50, ignore_index=True)
    frame["k"] = [f"c{i}" for i in range(len(frame))]
    with pytest.raises(ModelError, match="600"):
        fit_model("y ~ k + (1 | g)", frame)


def test_columns_and_names_are_those_of_r():
    frame = data("Orthodont")
    design = build_design(ModelSpec.from_formula("distance ~ age * Sex + (1 | Subject)"), frame)
    assert design.names[:2] == ("(Intercept)", "age")
    male = design.names[2]
    assert design.names[3] == f"age:{male}"
    np.testing.assert_array_equal(design.X[:, 3], design.X[:, 1] * design.X[:, 2])


def test_reference_level_is_chosen_and_changes_the_sign_only():
    frame = _table()
    plain = fit_model("y ~ k + (1 | g)", frame)
    turned = fit_model("y ~ k + (1 | g)", frame, reference=(("k", "v"),))
    assert turned.design.names == ("(Intercept)", "ku")
    assert turned.estimates.beta[1] == pytest.approx(-plain.estimates.beta[1])
    assert turned.loglik == pytest.approx(plain.loglik, abs=1e-9)


def test_dropped_rows_and_groups_are_reported():
    frame = _table(x=[np.nan, 1, 2, 3, 0, 1, 2, 3, *[np.nan] * 4])
    fit = fit_model("y ~ x + (1 | g)", frame)
    assert (fit.dropped.n_total, fit.dropped.n_used) == (12, 7)
    assert fit.dropped.by_column == (("x", 5),)
    assert fit.dropped.groups_lost == (("g", ("c",)),)
    np.testing.assert_array_equal(fit.rows, range(1, 8))


def test_aliased_columns_are_dropped_and_named_and_nothing_else_changes():
    frame = _table()
    frame["twice"] = 2.0 * frame["x"] + 1.0
    fit = fit_model("y ~ x + twice + (1 | g)", frame)
    assert fit.design.aliased == ("twice",)
    alone = fit_model("y ~ x + (1 | g)", frame)
    np.testing.assert_allclose(fit.estimates.beta, alone.estimates.beta, rtol=1e-8)


def test_an_empty_cell_of_an_interaction_is_dropped():
    frame = data("Machines")
    frame["half"] = np.where(frame["Machine"] == "A", "low", "high")
    fit = fit_model("score ~ Machine * half + (1 | Worker)", frame)
    assert fit.design.aliased
    assert fit.design.p == 3


@pytest.mark.parametrize("kind", ["category", "str", "object", "bool", "Int64"])
def test_kinds_of_columns(kind: str):
    frame = _table()
    binary = frame["k"] == "v"
    values = binary.astype("Int64") if kind == "Int64" else binary if kind == "bool" else frame["k"]
    frame["k"] = values if kind == "Int64" else values.astype(kind)
    fit = fit_model("y ~ k + (1 | g)", frame)
    plain = fit_model("y ~ k + (1 | g)", _table())
    assert fit.estimates.beta[1] == pytest.approx(plain.estimates.beta[1])


FULL = "y ~ x * k + z + (1 + x | g)"
LIKE = {
    "other random part": ("y ~ x * k + z + (0 + x | g)", FULL, True),
    "fewer fixed effects": ("y ~ x + (1 | g)", FULL, True),
    "no predictors": ("y ~ 1 + (1 | g)", FULL, True),
    "a transformation that wasn't there": ("y ~ center(x) + k + (1 | g)", FULL, True),
    "a column that wasn't there": ("y ~ x + w + (1 | g)", FULL, False),
    "other outcome": ("log(y) ~ x + (1 | g)", FULL, False),
    "other groups": ("y ~ x + (1 | k)", FULL, False),
    "a column with missing values left out": ("y ~ x + (1 | g)", "y ~ x + w + (1 | g)", False),
    "and kept": ("y ~ w + (1 | g)", "y ~ x + w + (1 | g)", True),
}


@pytest.mark.parametrize("name", LIKE)
@pytest.mark.parametrize("reference", [(), (("k", "v"),)])
def test_a_design_is_the_same_when_it_takes_what_another_one_has(name: str, reference):
    formula, other, shared = LIKE[name]
    frame = _table(w=[0.3, np.nan, 0.1, 0.9, 0.4, 0.2, np.nan, 0.8, 0.5, 0.7, 0.6, 0.0])
    columns = tuple(frame.columns)
    spec = ModelSpec.from_formula(formula, columns, reml=False)
    spec = spec.with_options(reference=reference)
    like = build_design(ModelSpec.from_formula(other, columns), frame)
    alone, found = build_design(spec, frame), build_design(spec, frame, like)
    assert (found.y is like.y) == (shared and not reference)
    assert found.dropped == alone.dropped
    assert found.names == alone.names
    assert found.encoders.keys() == alone.encoders.keys()
    for mine, right in ((found.y, alone.y), (found.X, alone.X), (found.rows, alone.rows)):
        np.testing.assert_array_equal(mine, right)
    for mine, right in zip(found.blocks, alone.blocks, strict=True):
        np.testing.assert_array_equal(mine.matrix, right.matrix)
        np.testing.assert_array_equal(mine.grouping.codes, right.grouping.codes)
        assert mine.grouping.levels == right.grouping.levels
