import numpy as np
import pytest

from lmm_core import fit_model
from lmm_core.figures.multiples import n_pages, nice_ticks, small_multiples, tick_text
from lmm_core.figures.theme import FIXED, RANDOM
from tests.support import data, reference_fit


def trace(picture, name):
    (found,) = [t for t in picture.figure.data if t.name == name]
    return found


def titles(picture):
    (found,) = [t for t in picture.figure.data if t.mode == "text"]
    return list(found.text)


@pytest.mark.parametrize(
    ("key", "per_page", "pages"),
    [("sleep_rs|REML", 12, 2), ("sleep_rs|REML", 6, 3), ("mathach_rs|REML", 12, 14)],
)
def test_pages(key, per_page, pages):
    fit = reference_fit(key)
    assert n_pages(fit, per_page) == pages
    levels = [
        level
        for k in range(pages)
        for level in titles(small_multiples(fit, None, None, k, per_page))
    ]
    assert levels == list(next(iter(fit.groups.values())).levels)


@pytest.mark.parametrize(
    ("groups", "page", "expected"),
    [
        (["372", "308"], 0, ["372", "308"]),
        (["372", "nobody", "372"], 5, ["372"]),
        (["nobody"], 0, ["308", "309", "310", "330"]),
        (None, 99, ["371", "372"]),
        (None, -1, ["308", "309", "310", "330"]),
    ],
)
def test_chosen_groups_or_a_page(groups, page, expected):
    picture = small_multiples(reference_fit("sleep_rs|REML"), None, groups, page, per_page=4)
    assert titles(picture) == expected


@pytest.mark.parametrize(("columns", "rows"), [(4, 3), (2, 6), (1, 12), (20, 1)])
def test_panels_lie_in_rows(columns, rows):
    picture = small_multiples(reference_fit("sleep_rs|REML"), columns=columns)
    corners = next(t for t in picture.figure.data if t.mode == "text")
    assert len(set(corners.y)) == rows
    assert len(set(corners.x)) == min(columns, 12)
    assert picture.figure.layout.height > 150 * rows


def test_lines_and_points_stand_for_the_fit():
    fit = reference_fit("orth_rs|REML")
    picture = small_multiples(fit, groups=["M13"])
    points, own, average = (trace(picture, name) for name in ("Data", "Own line", "Average"))
    rows = fit.frame["Subject"].to_numpy() == "M13"
    np.testing.assert_array_equal(points.customdata[:, 1], fit.y[rows])
    # Own line and data lie on one scale: map y back through two of the points.
    a, b = np.polyfit(points.y, points.customdata[:, 1].astype(float), 1)
    ends = [np.argmin(fit.frame["age"][rows]), np.argmax(fit.frame["age"][rows])]
    np.testing.assert_allclose(a * own.y[:2] + b, fit.fitted[rows][ends])
    np.testing.assert_allclose(a * average.y[:2] + b, fit.fitted_marginal[rows][ends])
    assert (own.line.color, own.line.dash) == (RANDOM, None)
    assert (average.line.color, average.line.dash) == (FIXED, "dot")
    assert np.isnan(own.y[2])


@pytest.mark.parametrize(
    ("key", "title"),
    [("cake|REML", "temperature"), ("dye|REML", "Row within Batch"), ("sleep_rs|REML", "Days")],
)
def test_the_axis_follows_the_model(key, title):
    layout = small_multiples(reference_fit(key)).figure.layout
    assert layout.xaxis.title.text == title
    assert layout.xaxis.fixedrange


def test_levels_of_a_category_are_named():
    fit = fit_model("score ~ Machine + (1 | Worker)", data("Machines"))
    picture = small_multiples(fit, columns=3)
    assert list(picture.figure.layout.xaxis.ticktext) == ["A", "B", "C"] * 3
    assert set(trace(picture, "Data").customdata[:, 0]) == {"A", "B", "C"}


def test_pages_share_their_scales():
    fit = reference_fit("sleep_rs|REML")
    first, last = (small_multiples(fit, page=k, per_page=9) for k in (0, 1))
    assert first.figure.layout.yaxis.tickvals == last.figure.layout.yaxis.tickvals


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 9, ["0", "5"]),
        (181, 479, ["200", "300", "400"]),
        (-0.05, 0.35, ["0.0", "0.1", "0.2", "0.3"]),
        (-13, 13, ["−10", "0", "10"]),
        (1949.5, 2009.5, ["1960", "1980", "2000"]),
        (5000, 25000, ["5,000", "10,000", "15,000", "20,000", "25,000"]),
        (0.0011, 0.0029, ["0.0015", "0.0020", "0.0025"]),
    ],
)
def test_ticks_are_round(low, high, expected):
    values = nice_ticks(low, high, 4)
    assert all(low <= v <= high for v in values)
    assert tick_text(values) == expected


def test_alt_says_how_much_the_own_lines_gain():
    assert small_multiples(reference_fit("sleep_rs|REML")).alt == (
        "Reaction over Days in one panel each for 12 of 18 Subject groups; "
        "the own lines account for 79 % of the scatter around the average."
    )
