import json
import time

import numpy as np
import pandas as pd
import pytest

from lmm_core import ModelError, fit_model, load_sample
from lmm_core.data.samples import sample_info
from lmm_core.figures.effect_parts import MOST_POINTS
from lmm_core.figures.effects import (
    effects_forest,
    effects_plot,
    interaction_plot,
    johnson_neyman_plot,
    row_labels,
)
from lmm_core.figures.theme import FIXED, LEVELS, RESIDUAL, Picture
from lmm_core.inference.ladder import coefficient_ladder
from lmm_core.inference.marginal_means import contrasts, marginal_means
from lmm_core.inference.slopes import johnson_neyman, simple_effects, slopes
from tests.inference.effects import model

ORTH = "distance ~ age * Sex + (1 + age | Subject)"


def orth():
    return fit_model(ORTH, load_sample("orthodont").frame)


def many(n_groups=1000, size=10, seed=0):
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(n_groups), size)
    x = rng.normal(size=len(g))
    a = rng.integers(0, 4, len(g))
    y = x + a + rng.normal(size=n_groups)[g] + rng.normal(size=len(g))
    return pd.DataFrame({"y": y, "x": x, "a": [f"a{k}" for k in a], "g": [f"g{k}" for k in g]})


def pictures():
    fit, oats, schools = orth(), model("oats"), model("schools")
    return {
        "means": effects_plot(fit, "Sex"),
        "two numbers": effects_plot(model("npk"), "N"),
        "levels": interaction_plot(oats, "dose", "Variety"),
        "lines": interaction_plot(fit, "age", "Sex"),
        "moderator": interaction_plot(schools, "IQ", "SES", "percentiles"),
        "forest": effects_forest(contrasts(oats, "dose"), "Difference in yield"),
        "slopes": effects_forest(slopes(fit, "age", "Sex"), "Slope of age", unit="mm"),
        "regions": johnson_neyman_plot(fit, johnson_neyman(fit, "Sex", "age")),
        "slope regions": johnson_neyman_plot(schools, johnson_neyman(schools, "SES", "IQ")),
    }


def test_every_picture_has_its_words_and_table():
    for picture in pictures().values():
        assert isinstance(picture, Picture)
        assert picture.alt.endswith(".")
        assert "nan" not in picture.alt
        assert len(picture.data)
        drawn = json.loads(picture.figure.to_json())
        assert drawn["layout"]["xaxis"]["automargin"]
        assert drawn["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
        assert "text" not in drawn["layout"].get("title", {})


def test_means_lie_over_the_jittered_rows():
    fit = orth()
    data, means = effects_plot(fit, "Sex").figure.data
    table = marginal_means(fit, "Sex")
    assert means.y == pytest.approx(table["estimate"].to_numpy())
    assert means.error_y.array == pytest.approx(table["conf_high"] - table["estimate"])
    assert means.marker.color == FIXED
    assert sorted(data.y) == pytest.approx(sorted(fit.y))
    spread = np.abs(data.x - np.round(data.x))
    assert 0.1 < spread.max() < 0.2
    female = fit.frame["Sex"].to_numpy() == "Female"
    assert (np.round(data.x) == np.where(female, 0, 1)).all()
    assert len(effects_plot(fit, "Sex", data=False).figure.data) == 1


def test_levels_that_arent_shown_have_no_points():
    fit = model("oats")
    data = effects_plot(fit, "dose", {"dose": ["N0.6", "N0"]}).figure.data[0]
    shown = data.x[~np.isnan(data.x)]
    assert len(shown) == 36
    first = fit.frame["dose"].to_numpy() == "N0.6"
    assert (np.round(data.x[first]) == 0).all()


def test_rows_of_a_number_with_two_values():
    fit = model("npk")
    data = effects_plot(fit, "N").figure.data[0]
    assert (np.round(data.x) == fit.frame["N"].to_numpy()).all()


def test_lines_of_an_interaction():
    fit = orth()
    picture = interaction_plot(fit, "age", "Sex", units={"age": "years", "distance": "mm"})
    lines = [t for t in picture.figure.data if t.mode == "lines" and t.fill is None]
    assert [t.name for t in lines] == ["Sex = Female", "Sex = Male"]
    assert [t.line.color for t in lines] == list(LEVELS[:2])
    assert lines[0].y[0] == pytest.approx(
        marginal_means(fit, "Sex", {"age": 8})["estimate"].iloc[0]
    )
    assert picture.figure.layout.xaxis.title.text == "age (years)"
    assert picture.figure.layout.yaxis.title.text == "distance (mm)"
    assert "Sex = Male runs from 22.6 to 27.3" in picture.alt


def test_lines_at_values_of_a_moderator():
    lines = interaction_plot(model("schools"), "IQ", "SES", [20, 40]).figure.data
    assert [t.name for t in lines if t.mode == "lines" and t.fill is None] == [
        "SES = 20 (20)",
        "SES = 40 (40)",
    ]


def test_colours_of_a_forest_say_what_excludes_0():
    table = contrasts(model("oats"), "dose")
    picture = effects_forest(table, "Difference in yield")
    clear = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    colours = {t.marker.color: len(t.x) for t in picture.figure.data}
    assert colours == {FIXED: int(clear.sum()), RESIDUAL: int((~clear).sum())}
    assert picture.alt == "Of 6 95 % intervals, 5 exclude 0."
    assert "N0 − N0.2" in picture.figure.layout.yaxis.ticktext


def test_labels_of_rows():
    oats = model("oats")
    assert row_labels(contrasts(oats, "Variety", by="dose"))[0] == (
        "dose = N0, Golden Rain − Marvellous"
    )
    assert row_labels(slopes(orth(), "age", "Sex")) == ["Sex = Female", "Sex = Male"]
    assert row_labels(slopes(orth(), "age")) == ["Average"]
    assert row_labels(simple_effects(orth(), "age", "Sex"))[0] == "Sex = Female"


def test_a_coefficient_over_models_may_be_missing_in_one():
    frame = load_sample("sleepstudy").frame
    fits = [
        fit_model(m, frame)
        for m in ("Reaction ~ Days + (1 | Subject)", "Reaction ~ 1 + (1 | Subject)")
    ]
    table = coefficient_ladder(fits, "Days")
    picture = effects_forest(table, "Days", labels=["One", "Two"])
    assert sum(len(t.x) for t in picture.figure.data) == 1
    assert list(picture.figure.layout.yaxis.ticktext) == ["One", "Two"]


def test_the_clear_region_has_the_accent():
    fit = orth()
    found = johnson_neyman(fit, "Sex", "age")
    picture = johnson_neyman_plot(fit, found, {"distance": "mm"})
    lines = [t for t in picture.figure.data if t.mode == "lines" and t.fill is None]
    assert [t.line.color for t in lines] == [RESIDUAL, FIXED]
    assert lines[0].x[-1] == lines[1].x[0] == pytest.approx(found.boundaries[0])
    assert [s.x0 for s in picture.figure.layout.shapes[1:]] == list(found.boundaries)
    assert picture.figure.layout.yaxis.title.text == "distance: Male minus Female (mm)"
    assert picture.alt == (
        "distance: Male minus Female along age with its 95 % interval: from 8 to 8.73 it includes "
        "0; from 8.73 to 14 it lies above 0."
    )


def test_names_of_the_user_are_shown_as_text():
    frame = load_sample("orthodont").frame.rename(
        columns={"distance": "<b>y</b>", "age": "a & <i>x</i>", "Sex": "<s>", "Subject": "<g>"}
    )
    frame["<s>"] = frame["<s>"].map(lambda name: f'<a href="x">{name}</a>')
    frame["<g>"] = frame["<g>"].map(lambda name: f"<u>{name}</u>")
    fit = fit_model("`<b>y</b>` ~ `a & <i>x</i>` * `<s>` + (1 | `<g>`)", frame)
    made = [
        effects_plot(fit, "<s>"),
        interaction_plot(fit, "a & <i>x</i>", "<s>", units={"<b>y</b>": "<q>"}),
        effects_forest(contrasts(fit, "<s>", by="a & <i>x</i>"), "<h>", unit="<q>"),
        johnson_neyman_plot(fit, johnson_neyman(fit, "<s>", "a & <i>x</i>")),
    ]
    for picture in made:
        text = picture.figure.to_json().replace("\\u003c", "<").replace("\\u003e", ">")
        for tag in ("<i>", "<s>", "<g>", "<a ", "<u>", "<q>", "<h>", "<b>y"):
            assert tag not in text


def test_many_rows_are_thinned_and_fast():
    fit = fit_model("y ~ x * a + (1 | g)", many())
    for make in (
        lambda: effects_plot(fit, "a"),
        lambda: interaction_plot(fit, "x", "a"),
        lambda: interaction_plot(fit, "a", "x"),
    ):
        picture = make()
        assert len(picture.figure.data[0].x) == MOST_POINTS
        times = []
        for _ in range(5):
            start = time.perf_counter()
            make()
            times.append(time.perf_counter() - start)
        # 15 ms on a free core; the machine may be busy.
        assert min(times) < 0.06
    assert "over 4,000 of 10,000 rows" in effects_plot(fit, "a").alt


@pytest.mark.parametrize("name", ["pain", "sleepstudy", "orthodont", "mathachieve"])
def test_samples(name):
    info = sample_info(name)
    fit = fit_model(info.formula, load_sample(name).frame)
    for text in dict.fromkeys(t for term in fit.spec.fixed for t in term):
        if fit.design.values[text].ndim == 1:
            assert effects_plot(fit, text, units=info.units).alt


def test_refusals():
    with pytest.raises(ModelError) as error:
        interaction_plot(orth(), "age", "age")
    assert error.value.code == "same_column"
    with pytest.raises(ModelError) as error:
        interaction_plot(orth(), "age", "Days")
    assert error.value.code == "unknown_predictor"
