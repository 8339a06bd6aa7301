import numpy as np
import pytest

from lmm_core import fit_model
from lmm_core.figures.forest import fixed_effects_forest
from lmm_core.figures.theme import FIXED
from tests.support import data, reference_fit


@pytest.mark.parametrize(
    ("key", "include_intercept", "first", "last", "n"),
    [
        ("sleep_rs|REML", False, "Days", "Days", 1),
        ("sleep_rs|REML", True, "Intercept", "Days", 2),
        ("orth_rs|REML", False, "age", "age ×<br>Sex: Male vs Female", 3),
        ("dye|REML", False, "Intercept", "Intercept", 1),
    ],
)
def test_rows_follow_the_table_from_top_to_bottom(key, include_intercept, first, last, n):
    fit = reference_fit(key)
    picture = fixed_effects_forest(fit, include_intercept=include_intercept)
    (trace,) = picture.figure.data
    axis = picture.figure.layout.yaxis
    assert (axis.ticktext[0], axis.ticktext[-1], len(axis.ticktext)) == (first, last, n)
    assert list(axis.tickvals) == list(range(n))[::-1]
    assert trace.marker.color == FIXED
    table = fit.fixed_effects.tail(n)
    np.testing.assert_array_equal(trace.x, table["estimate"])
    np.testing.assert_allclose(trace.x + trace.error_x.array, table["conf_high"])
    np.testing.assert_allclose(trace.x - trace.error_x.arrayminus, table["conf_low"])


def test_height_grows_with_the_rows():
    heights = [
        fixed_effects_forest(reference_fit(key)).figure.layout.height
        for key in ("sleep_rs|REML", "orth_rs|REML", "cake|REML")
    ]
    assert heights == sorted(set(heights))


@pytest.mark.parametrize(("key", "lines"), [("orth_rs|REML", 1), ("dye|REML", 0)])
def test_a_zero_line_where_there_are_effects(key, lines):
    assert len(fixed_effects_forest(reference_fit(key)).figure.layout.shapes) == lines


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("Reaction", "Effect on Reaction (ms), 95 % CI"),
        ("log(Reaction)", "Effect on log(Reaction), 95 % CI"),
    ],
)
def test_the_axis_names_outcome_unit_and_level(outcome, expected):
    fit = fit_model(f"{outcome} ~ Days + (1 | Subject)", data("sleepstudy", ("Subject",)))
    picture = fixed_effects_forest(fit, {"Reaction": "ms"})
    assert picture.figure.layout.xaxis.title.text == expected


@pytest.mark.parametrize(
    ("key", "alt"),
    [
        ("sleep_rs|REML", "Days: 10.5 (95 % CI 7.21 to 13.7)."),
        ("orth_rs|REML", "Of 3 fixed effects with 95 % intervals, 2 exclude 0."),
        ("dye|REML", "The average of Yield is 1,528 (95 % CI 1,478 to 1,577)."),
    ],
)
def test_alt(key, alt):
    assert fixed_effects_forest(reference_fit(key)).alt == alt
