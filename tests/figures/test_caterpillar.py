import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelError, fit_model
from lmm_core.figures.caterpillar import caterpillar, excluded
from lmm_core.figures.theme import RANDOM, RESIDUAL, rgba
from tests.support import fitted, reference_fit

UNITS = {"Reaction": "ms", "Days": "days", "distance": "mm", "age": "years since 1952"}


def points(picture):
    return [t for t in picture.figure.data if t.mode == "markers"]


@pytest.mark.parametrize(
    ("key", "term", "n", "out"),
    [
        ("sleep_rs|REML", None, 18, 6),
        ("sleep_rs|REML", "Days", 18, 8),
        ("cake|REML", None, 45, 22),
        ("mathach_rs|REML", "SES", 160, 0),
        ("dye2_sing|REML", None, 6, 0),
    ],
)
def test_groups_are_sorted_and_those_that_exclude_zero_marked(key, term, n, out):
    picture = caterpillar(reference_fit(key), term=term)
    found = {t.marker.color: t for t in points(picture)}
    grey, marked = rgba(RESIDUAL, 1), rgba(RANDOM, 1)
    assert len(found[grey].x) == n - out
    assert (marked in found) == (out > 0)
    if out:
        trace = found[marked]
        assert len(trace.x) == out
        assert ((trace.customdata[:, 0] > 0) | (trace.customdata[:, 1] < 0)).all()
        assert trace.name == f"95 % CI excludes 0 ({out})"
    y = np.concatenate([t.y for t in points(picture)])
    x = np.concatenate([t.x for t in points(picture)])
    assert sorted(y) == list(range(n))
    assert (np.diff(x[np.argsort(y)]) >= 0).all()
    assert (np.diff(picture.data["estimate"]) <= 0).all()


@pytest.mark.parametrize(
    ("key", "named"), [("sleep_rs|REML", True), ("orth_rs|REML", True), ("cake|REML", False)]
)
def test_names_stand_on_the_axis_up_to_40_groups(key, named):
    fit = reference_fit(key)
    axis = caterpillar(fit).figure.layout.yaxis
    assert bool(axis.ticktext) == named
    if named:
        ordered = fit.conditional_modes()
        ordered = ordered[ordered["term"] == "(Intercept)"].sort_values("estimate")["level"]
        assert list(axis.ticktext) == list(ordered)


@pytest.mark.parametrize(("key", "labels"), [("sleep_rs|REML", 0), ("mathach_rs|REML", 1)])
def test_a_highlighted_group_is_large_and_named(key, labels):
    fit = reference_fit(key)
    level = next(iter(fit.groups.values())).levels[3]
    picture = caterpillar(fit, highlight=(level, "not there"))
    large = [t for t in points(picture) if not t.showlegend]
    assert [len(t.x) for t in large] == [1]
    assert large[0].text[0].endswith(f" {level}")
    assert len(picture.figure.layout.annotations) == labels
    ticks = picture.figure.layout.yaxis.ticktext
    assert labels or f"<b>{level}</b>" in ticks


@pytest.mark.parametrize(
    ("key", "term", "title"),
    [
        ("sleep_rs|REML", None, "Difference from average Reaction (ms)"),
        (
            "sleep_rs|REML",
            "Days",
            "Difference from average effect of Days<br>(ms per day)",
        ),
        (
            "orth_rs|REML",
            "age",
            "Difference from average effect of age<br>(mm per unit of age)",
        ),
        ("cake|REML", None, "Difference from average angle"),
    ],
)
def test_the_axis_says_what_is_compared(key, term, title):
    picture = caterpillar(reference_fit(key), term=term, units=UNITS)
    assert picture.figure.layout.xaxis.title.text == title


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"group": "Days"}, "Days isn't a grouping column"),
        ({"term": "days"}, "days isn't a random effect of Subject"),
    ],
)
def test_unknown_names_are_refused(options, match):
    with pytest.raises(ModelError, match=match):
        caterpillar(reference_fit("sleep_rs|REML"), **options)


def test_excluded_counts_per_random_effect():
    table = excluded(reference_fit("sleep_rs|REML"))
    expected = pd.DataFrame(
        {
            "term": ["(Intercept)", "Days"],
            "n": [18, 18],
            "n_excluding_zero": [6, 8],
            "highest": ["337", "308"],
            "lowest": ["309", "335"],
        }
    )
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)


def test_nobody_stands_out_at_variance_zero():
    fit = reference_fit("dye2_sing|REML")
    row = excluded(fit).iloc[0]
    assert (row["n_excluding_zero"], row["highest"], row["lowest"]) == (0, None, None)
    assert caterpillar(fit).alt == "All 6 Batch groups have the same level: its variance is 0."


@pytest.mark.parametrize(
    ("key", "term", "end"),
    [
        ("sleep_rs|REML", "Days", "to 308 (9.20); 8 of the 95 % intervals exclude 0."),
        ("orth_rs|REML", "age", "1 of the 95 % intervals excludes 0."),
        ("mathach_rs|REML", "SES", "none of the 95 % intervals excludes 0."),
    ],
)
def test_alt(key, term, end):
    assert caterpillar(reference_fit(key), term=term).alt.endswith(end)


def test_independent_terms_of_one_group_have_their_own_figures():
    fit = fitted("Reaction ~ Days + (1 + Days || Subject)", "sleepstudy", ("Subject",))
    modes = fit.conditional_modes()
    for term in ("(Intercept)", "Days"):
        drawn = caterpillar(fit, term=term).data.sort_values("level")["estimate"].to_numpy()
        own = modes[modes["term"] == term].sort_values("level")["estimate"].to_numpy()
        np.testing.assert_array_equal(drawn, own)


def test_thousands_of_groups_are_drawn_by_webgl():
    rng = np.random.default_rng(1)
    g = np.repeat(np.arange(4000), 3)
    frame = pd.DataFrame({"y": rng.normal(size=4000)[g] + rng.normal(size=len(g)), "g": g})
    picture = caterpillar(fit_model("y ~ 1 + (1 | g)", frame), highlight=("17",))
    assert {t.type for t in picture.figure.data} == {"scattergl"}
    assert sum(len(t.x) for t in points(picture)) == 4000
