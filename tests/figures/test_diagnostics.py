import json

import numpy as np
import pandas as pd
import pytest

from lmm_core import fit_model, load_sample, sample_names
from lmm_core.assess.assumptions import CHECKS, check_assumptions
from lmm_core.data.samples import sample_info
from lmm_core.figures.diagnostics import PICTURES, residuals_fitted
from lmm_core.figures.diagnostics.clusters import binned
from lmm_core.figures.diagnostics.parts import MOST_POINTS, short
from lmm_core.figures.diagnostics.quantiles import _thinned
from lmm_core.figures.theme import FIXED, RANDOM, Picture

ALL = {**PICTURES, "residuals_fitted": residuals_fitted}


def sample_fit(name):
    return fit_model(sample_info(name).formula, load_sample(name).frame)


def frame_of(n_groups, size, seed=0):
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(n_groups), size)
    x = rng.normal(size=len(g)) + rng.normal(size=n_groups)[g]
    y = x + rng.normal(size=n_groups)[g] + rng.normal(size=len(g))
    return pd.DataFrame({"y": y, "x": x, "g": [f"g{k:04d}" for k in g]})


def test_every_check_has_its_picture():
    assert tuple(PICTURES) == tuple(CHECKS)


@pytest.mark.parametrize("name", sample_names())
def test_pictures_of_every_sample(name):
    fit, units = sample_fit(name), sample_info(name).units
    checks = {check.key: check for check in check_assumptions(fit)}
    for key, picture_of in ALL.items():
        picture = picture_of(fit, units=units)
        if key in checks and checks[key].magnitude is None:
            assert picture is None
            continue
        assert isinstance(picture, Picture)
        assert picture.alt.endswith(".")
        assert "nan" not in picture.alt
        assert len(picture.data)
        drawn = json.loads(picture.figure.to_json())
        assert drawn["layout"]["xaxis"]["automargin"]
        assert drawn["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
        assert "text" not in drawn["layout"].get("title", {})


@pytest.mark.parametrize("key", ["linearity_within", "homoscedasticity_fitted", "residuals_fitted"])
def test_the_curve_is_the_accent_and_far_rows_are_marked(key):
    traces = ALL[key](sample_fit("sleepstudy")).figure.data
    assert [t.line.color for t in traces if t.name == "smooth curve"] == [FIXED]
    marked = [len(t.x) for t in traces if t.name == "marked"]
    assert marked == ([] if key == "linearity_within" else [3])


def test_marks_use_the_second_colour():
    picture = PICTURES["homoscedasticity_group"](sample_fit("sleepstudy"))
    marked = next(t for t in picture.figure.data if t.name == "marked")
    assert marked.marker.color == RANDOM
    assert len(marked.x) == 6
    assert "6 lie outside" in picture.alt


@pytest.mark.parametrize("key", list(ALL))
def test_names_of_the_user_are_shown_as_text(key):
    frame = frame_of(12, 10).rename(columns={"y": "<b>y</b>", "x": "a & <i>x</i>", "g": "<g>"})
    frame["<g>"] = frame["<g>"].map(lambda name: f'<a href="x">{name}</a>')
    frame["<u>t</u>"] = np.tile(np.arange(10.0), 12)
    frame["<b>c</b>"] = np.repeat(["<i>1</i>", "<i>2</i>"], 60)
    terms = "`a & <i>x</i>` + `<u>t</u>` + `<b>c</b>`"
    fit = fit_model(f"`<b>y</b>` ~ {terms} + (1 | `<g>`)", frame)
    picture = ALL[key](fit, units={"<b>y</b>": "<u>"})
    text = picture.figure.to_json().replace("\\u003c", "<").replace("\\u003e", ">")
    for tag in ("<b>", "<i>", "<g>", "<a ", "<u>"):
        assert tag not in text


@pytest.mark.parametrize(
    ("size", "kind", "at_most"), [(50, "scatter", 2000), (300, "scattergl", 12_000)]
)
def test_many_rows_are_drawn_with_webgl(size, kind, at_most):
    picture = residuals_fitted(fit_model("y ~ x + (1 | g)", frame_of(40, size)))
    points = [t for t in picture.figure.data if t.mode == "markers"]
    assert {t.type for t in points} == {kind}
    assert sum(len(t.x) for t in points) == at_most
    assert "are drawn" not in picture.alt


def test_a_million_rows_are_thinned_but_never_the_marked_ones():
    frame = frame_of(200, 150)
    frame.loc[7, "y"] += 30
    picture = residuals_fitted(fit_model("y ~ x + (1 | g)", frame))
    points = [t for t in picture.figure.data if t.mode == "markers"]
    assert MOST_POINTS <= sum(len(t.x) for t in points) < MOST_POINTS + 200
    assert max(t.y.max() for t in points) == pytest.approx(picture.data["residual"].max())
    assert "of 30,000 rows are drawn; the curve uses all." in picture.alt
    assert len(picture.data) == 30_000


@pytest.mark.parametrize(
    ("key", "choice", "title"),
    [
        ("linearity_within", {"predictor": "x"}, "x minus g mean"),
        ("linearity_within", {"predictor": "t"}, "t"),
        ("linearity_between", {"predictor": "x"}, "mean x per g"),
        ("homoscedasticity_time", {"predictor": "t"}, "t"),
        ("homoscedasticity_time", {"predictor": "x"}, "x"),
    ],
)
def test_the_predictor_can_be_chosen(key, choice, title):
    frame = frame_of(20, 6).assign(t=np.tile(np.arange(6.0), 20))
    fit = fit_model("y ~ x + t + (1 | g)", frame)
    assert ALL[key](fit, **choice).figure.layout.xaxis.title.text == title


def test_the_random_term_can_be_chosen():
    fit = sample_fit("sleepstudy")
    words = {
        term: PICTURES["normality_random"](fit, term=term).alt for term in ("(Intercept)", "Days")
    }
    assert "random intercepts of Subject" in words["(Intercept)"]
    assert "random slopes of Days across Subject" in words["Days"]
    assert PICTURES["normality_random"](fit, term="nothing") is None


def test_nothing_to_draw():
    frame = frame_of(8, 5)
    frame["y"] = np.tile([1.0, -1, 2, -2, 0.5], 8)
    fit = fit_model("y ~ 1 + (1 | g)", frame)
    assert fit.is_singular
    for key in (
        "linearity_within",
        "linearity_between",
        "normality_random",
        "homoscedasticity_fitted",
        "homoscedasticity_time",
    ):
        assert PICTURES[key](fit) is None


def test_the_reference_line_of_residuals_has_the_slope_of_shrinkage():
    slopes = []
    for seed in range(30):
        fit = fit_model("y ~ 1 + (1 | g)", frame_of(60, 3, seed).assign(x=0.0))
        picture = residuals_fitted(fit)
        line = next(t for t in picture.figure.data if t.name == "expected")
        expected = (line.y[1] - line.y[0]) / (line.x[1] - line.x[0])
        found = np.polyfit(fit.fitted, fit.residuals, 1)[0]
        slopes.append((expected, found))
    expected, found = np.mean(slopes, axis=0)
    assert expected == pytest.approx(found, rel=0.05)
    assert expected > 0.05


@pytest.mark.parametrize(
    ("sizes", "low", "counts"),
    [
        ([10, 10, 10], [10], [3]),
        ([2, 3, 3, 5], [2, 3, 4, 5], [1, 2, 0, 1]),
        ([14, 67, 41], [10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65], None),
    ],
)
def test_bars_of_group_sizes(sizes, low, counts):
    starts, ends, found = binned(np.array(sizes))
    assert starts.tolist() == low
    assert found.sum() == len(sizes)
    assert (ends >= starts).all()
    assert counts is None or found.tolist() == counts


@pytest.mark.parametrize("n", [5, 2000, 2001, 50_000])
def test_thinning_keeps_both_ends(n):
    at = _thinned(n)
    assert (np.diff(at) > 0).all()
    assert at[0] == 0
    assert at[-1] == n - 1
    assert len(at) <= 2000


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Subject", "Subject"), ("Equatorial Guinea", "Equato…uinea"), ("<b>", "&lt;b&gt;")],
)
def test_long_labels_are_cut_in_the_middle(text, shown):
    assert short(text, 12) == shown
