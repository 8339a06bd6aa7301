"""The what-if picture and the mean along one number: what is drawn, named and marked."""

import numpy as np
import pytest

from lmm_core import ModelError, fit_model, load_sample
from lmm_core.figures.effect_line import line_plot
from lmm_core.figures.predictions import prediction_plot
from lmm_core.figures.theme import FIXED, RANDOM, RESIDUAL, rgba
from lmm_core.inference.what_if import bands, inputs, rows_of
from lmm_core.report.prediction_words import band_names
from tests.inference.effects import model

ORTH = "distance ~ age * Sex + (1 + age | Subject)"
UNITS = {"age": "years", "distance": "mm"}


def orth():
    return fit_model(ORTH, load_sample("orthodont").frame)


def drawn(fit, column, values, target="new", groups=None, mark=0, at=None):
    known = {item.column: item for item in inputs(fit)}
    x = known.get(column)
    fixed = {c: i.levels[0] if i.levels else i.middle for c, i in known.items()} | (at or {})
    along = (column, values) if column else None
    found = bands(fit, rows_of(fit, fixed, groups, along), target, 0.95)
    names = band_names(fit, target, groups or {})
    return found, prediction_plot(fit, x, values, found, names, mark, 0.95, UNITS)


def traces(picture, name):
    return [t for t in picture.figure.data if t.name and t.name.startswith(name)]


def test_three_named_bands_along_a_number():
    fit, ages = orth(), list(np.linspace(7, 15, 9))
    found, picture = drawn(fit, "age", ages, mark=4)
    shown = [t for t in picture.figure.data if t.showlegend]
    assert [t.name for t in shown] == [
        "One row of a new Subject, 95 %",
        "Mean of a new Subject, 95 %",
        "The average, 95 %",
    ]
    assert [t.fillcolor for t in shown] == [rgba(c, 0.18) for c in (RESIDUAL, RANDOM, FIXED)]
    # From the widest to the narrowest, so that none hides another.
    spans = [np.ptp(np.asarray(t.y, float)[[0, -1]]) for t in shown]
    assert spans[0] > spans[1] > spans[2]
    (mark,) = traces(picture, "chosen")
    assert (mark.x[0], mark.y[0]) == (11.0, pytest.approx(found.own["fit"].iloc[4]))


def test_a_known_group_has_its_own_line():
    fit = orth()
    _, picture = drawn(fit, "age", [8.0, 14.0], "group", {"Subject": "M10"}, at={"Sex": "Male"})
    lines = [t for t in picture.figure.data if t.mode == "lines" and t.hovertext is not None]
    assert [t.line.color for t in lines] == [FIXED, RANDOM]
    _, alone = drawn(fit, "age", [8.0, 14.0])
    assert len([t for t in alone.figure.data if t.mode == "lines" and t.hovertext]) == 1


def test_where_there_are_no_data_is_shaded():
    _, picture = drawn(orth(), "age", [7.0, 8.0, 14.0, 15.0])
    assert [(s.x0, s.x1) for s in picture.figure.layout.shapes] == [(7, 8), (14, 15)]
    assert [a.text for a in picture.figure.layout.annotations] == ["no data", "no data"]
    _, inside = drawn(orth(), "age", [8.0, 14.0])
    assert not inside.figure.layout.shapes


def test_categories_have_bars():
    _, picture = drawn(orth(), "Sex", ["Female", "Male"])
    widths = [t.line.width for t in picture.figure.data if t.showlegend is None]
    assert widths == sorted(widths)
    assert len(widths) == 3
    assert list(picture.figure.layout.xaxis.ticktext) == ["Female", "Male"]


def test_without_predictors_there_is_one_place():
    fit = fit_model("Reaction ~ 1 + (1 | Subject)", load_sample("sleepstudy").frame)
    _, picture = drawn(fit, "", [""])
    assert picture.alt.startswith("Predicted Reaction: 299; 95 % bands: The average ")


@pytest.mark.parametrize("column", ["age", "Sex"])
def test_alt_text_names_place_and_bands(column):
    values = [8.0, 14.0] if column == "age" else ["Female", "Male"]
    _, picture = drawn(orth(), column, values, mark=1)
    place = "age = 14" if column == "age" else "Sex = Male"
    assert picture.alt.startswith(f"Predicted distance at {place}: ")
    assert picture.alt.count(" to ") == 3
    assert picture.alt.endswith(".")


def test_names_of_groups_are_text():
    frame = load_sample("orthodont").frame.rename(columns={"Subject": "<b>id</b>"})
    fit = fit_model("distance ~ age + (1 | `<b>id</b>`)", frame)
    _, picture = drawn(fit, "age", [8.0, 14.0])
    assert "<b>id" not in "".join(str(t.name) for t in picture.figure.data)


# -- the mean along one number


def test_line_follows_the_marginal_means():
    fit = orth()
    picture = line_plot(fit, "age", units=UNITS)
    table = picture.data
    ends = fit.marginal_means("age", {"age": [8, 14]})
    assert table["estimate"].iloc[[0, -1]].tolist() == pytest.approx(ends["estimate"].tolist())
    assert picture.figure.layout.xaxis.title.text == "age (years)"
    assert "along age with 95 % CI: from 21.9" in picture.alt
    assert len(line_plot(fit, "age", data=False).figure.data) == 2


def test_line_of_an_undetermined_slope_has_no_numbers():
    picture = line_plot(model("aliased"), "age")
    assert picture.data["estimate"].isna().sum() >= len(picture.data) - 1
    assert "nan" not in picture.alt


def test_line_of_an_unknown_column_is_refused():
    with pytest.raises(ModelError, match="has no fixed effect"):
        line_plot(orth(), "height")
