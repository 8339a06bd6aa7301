"""Headings and summaries of effects are true on null, reversed, huge, tiny and singular fits."""

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model
from lmm_core.inference.marginal_means import contrasts, marginal_means
from lmm_core.inference.slopes import johnson_neyman, slope_contrasts, slopes
from lmm_core.report.effect_headlines import (
    comparisons_headline,
    is_one_test,
    means_summary,
    moderation_headline,
    region_headline,
    slope_headline,
)
from tests.inference.effects import model
from tests.report.test_effect_words import CASES, UNITS, case, frame_of
from tests.support import reference_fit


def headlines(fit):
    pairs, differences = contrasts(fit, "t"), slope_contrasts(fit, "x", "t")
    return {
        "pairs": (comparisons_headline(fit, pairs, "t", UNITS), pairs),
        "slopes": (slope_headline(fit, slopes(fit, "x"), "x", UNITS), slopes(fit, "x")),
        "differences": (
            comparisons_headline(fit, differences, "t", UNITS, differences.attrs["of"]),
            differences,
        ),
    }


@pytest.mark.parametrize("name", list(CASES))
def test_headline_states_a_direction_only_where_the_interval_does(name):
    for text, table in headlines(case(name)).values():
        row = table.iloc[0]
        assert "nan" not in text
        is_clear = row["conf_low"] > 0 or row["conf_high"] < 0
        assert ("stays open" in text) == (not is_clear)
        assert any(w in text for w in ("higher", "rises")) == (is_clear and row["estimate"] > 0)
        assert any(w in text for w in ("lower", "falls")) == (is_clear and row["estimate"] < 0)


@pytest.mark.parametrize("name", list(CASES))
def test_region_headline_follows_the_signs(name):
    found = johnson_neyman(case(name), "t", "x")
    text, signs = region_headline(found), {r.sign for r in found.regions}
    assert ("above 0" in text) == (1 in signs and -1 not in signs)
    assert ("below 0" in text) == (-1 in signs and 1 not in signs)
    assert ("stays open" in text) == (signs == {0})


@pytest.mark.parametrize("name", list(CASES))
def test_the_highest_mean_is_the_highest(name):
    fit = case(name)
    table = marginal_means(fit, "t")
    text = means_summary(fit, table, UNITS)
    highest = table["t"][table["estimate"].idxmax()]
    assert f"t = {highest}, the lowest" in text
    assert text.startswith("The highest mean of y is ")


def test_exact_words():
    orth = reference_fit("orth_rs|REML")
    table = contrasts(orth, "Sex", at={"Sex": ["Male", "Female"]})
    assert comparisons_headline(orth, table, "Sex", UNITS) == (
        "distance is 2.32 mm higher for Male than for Female"
    )
    table = slope_contrasts(orth, "age", "Sex", {"Sex": ["Male", "Female"]})
    assert comparisons_headline(orth, table, "Sex", UNITS, table.attrs["of"]) == (
        "The slope of age is 0.305 mm per year higher for Male than for Female"
    )
    assert slope_headline(orth, slopes(orth, "age", "Sex"), "age", UNITS) == (
        "The slope of age runs from 0.480 to 0.784"
    )
    assert slope_headline(orth, slopes(orth, "age"), "age", UNITS) == (
        "distance rises by 0.632 mm per year of age"
    )
    assert region_headline(johnson_neyman(orth, "Sex", "age")) == (
        "The difference Male minus Female is clearly above 0 for 75 % of the rows"
    )


def test_several_comparisons_are_counted():
    oats = model("oats")
    table = contrasts(oats, "dose")
    assert comparisons_headline(oats, table, "dose", {}) == (
        "yield and dose: 5 of 6 differences are clear"
    )
    table = contrasts(oats, "Variety", by="dose")
    assert comparisons_headline(oats, table, "Variety", {}).endswith("the directions stay open")
    one = contrasts(oats, "dose", custom={"a": [-1, 0, 0, 1], "b": [0, 0, -0.5, 0.5]})
    assert "1 of 2 differences is clear" in comparisons_headline(oats, one, "dose", {})


def test_slopes_without_an_interaction_are_one():
    fit = fit_model("y ~ t + x + (1 | g)", frame_of(2.0))
    text = slope_headline(fit, slopes(fit, "x", "t"), "x", UNITS)
    assert text.startswith("The slope of x is ")


@pytest.mark.parametrize(
    ("points", "word"), [([0.0, 5.0], "rises"), ([5.0, 0.0], "rises"), ([-1.0, 0.0, 1.0], "rises")]
)
def test_how_a_slope_changes_with_a_number(points, word):
    frame = frame_of(0.0)
    frame["w"] = np.random.default_rng(1).normal(size=len(frame))
    for sign, found in ((1, word), (-1, "falls"), (0, "stays open")):
        made = frame.assign(y=frame["y"] + sign * frame["x"] * frame["w"])
        fit = fit_model("y ~ x * w + (1 | g)", made)
        table = slope_contrasts(fit, "x", "w", {"w": points}, "none")
        assert is_one_test(table) == (len(points) > 2)
        assert found in moderation_headline(table, points, "x", "w")


def test_a_bent_change_is_several_tests():
    frame = frame_of(0.0)
    frame["w"] = np.random.default_rng(1).normal(size=len(frame))
    fit = fit_model("y ~ x * w + x * I(w^2) + (1 | g)", frame)
    assert not is_one_test(slope_contrasts(fit, "x", "w", {"w": [-1, 0, 1]}, "none"))


def test_what_the_data_cannot_determine():
    empty, aliased = model("empty"), model("aliased")
    table = contrasts(empty, "recipe", at={"recipe": ["A", "C"]})
    assert comparisons_headline(empty, table, "recipe", {}) == (
        "angle: the data can't compare levels of recipe"
    )
    table = marginal_means(empty, "recipe", {"recipe": "C"})
    assert means_summary(empty, table, {}).startswith("The data can't determine any of these")
    assert "can't determine the slope of age" in slope_headline(
        aliased, slopes(aliased, "age"), "age", {}
    )


def test_one_mean():
    fit = fit_model("y ~ 1 + (1 | g)", frame_of(0.0))
    assert means_summary(fit, marginal_means(fit), UNITS).startswith("On average y is 49.8 ms")


def test_an_interval_on_both_sides_is_said():
    found = johnson_neyman(case("null"), "t", "x")
    curve = pd.DataFrame(found.curve)
    region = type(found.regions[0])
    both = type(found)(
        "t",
        "x",
        ("b", "a"),
        0.95,
        (region(0, 2, -1, 0.2), region(2, 8, 0, 0.6), region(8, 10, 1, 0.2)),
        curve,
        True,
        (),
    )
    assert region_headline(both) == (
        "The difference b minus a is clearly on both sides of 0 for 40 % of the rows"
    )
