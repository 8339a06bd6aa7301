"""The predictions page: what if, a table of rows, everyone's line."""

from __future__ import annotations

import pandas as pd
import pytest

from lmm_core import sample_names
from pages.parts import what_if_controls
from tests.pages import driver
from tests.pages.test_effects import choose, labels, opened, table, text, title

PAGE = "pages/results/predictions.py"


@pytest.mark.parametrize("sample", sample_names())
def test_every_sample_has_figure_sentence_and_three_bands(sample):
    app = opened(sample, PAGE)
    assert title(app).startswith("Predicted ")
    assert len(app.get("plotly_chart")) == 1
    assert len(table(app)) == 3
    low, high = (table(app)[c].to_numpy() for c in ("95 % low", "high"))
    assert (high[1:] - low[1:] >= high[:-1] - low[:-1]).all()
    assert "CI" in text(app)


def test_sliders_move_the_prediction():
    app = opened("sleepstudy", PAGE)
    app.main.slider[0].set_value(9).run()
    fit = driver.fit(app)
    expected = fit.predict(pd.DataFrame({"Days": [9]}))["fit"].iloc[0]
    assert table(app)["Prediction"].iloc[0] == pytest.approx(expected)
    assert "With Days = 9" in text(app)
    assert "extrapolates" not in text(app)
    app.main.slider[0].set_value(11).run()
    assert "Days = 11 lies outside the observed range, 0 to 9" in text(app)


def test_a_known_group_brings_its_own_values():
    app = opened("pain", PAGE)
    choose(app, "Predict for", "group")
    fit = driver.fit(app)
    level = fit.groups["patient_id"].levels[0]
    arm = fit.frame.loc[fit.frame["patient_id"].astype(str) == level, "treatment"].iloc[0]
    assert f"treatment = {arm}" in text(app)
    other = "control" if arm == "treated" else "treated"
    choose(app, "treatment", other)
    assert f"In all of its own rows treatment = {arm}" in text(app)
    choose(app, "patient_id", fit.groups["patient_id"].levels[5])
    assert "In all of its own rows" not in text(app)


def test_three_targets():
    app = opened("sleepstudy", PAGE)
    average = table(app)
    choose(app, "Predict for", "new")
    assert table(app)["Prediction"].tolist() == pytest.approx(average["Prediction"].tolist())
    assert "the mean of a new Subject is" in text(app)
    choose(app, "Predict for", "group")
    assert table(app)["For"].tolist() == [
        "The average",
        "Mean of Subject 308",
        "One row of Subject 308",
    ]
    assert "above the average of all groups there" in text(app)


def test_nested_groups_are_offered_inside_each_other():
    app = opened("oats", PAGE, "yield ~ dose + (1 | Block/Variety)")
    choose(app, "Predict for", "group")
    assert {"Block", "Variety", "dose"} <= set(labels(app))
    assert "the mean of Variety" in text(app)


def test_along_a_category():
    app = opened("orthodont", PAGE)
    choose(app, "Draw along", "Sex")
    assert len(app.get("plotly_chart")) == 1


def test_without_predictors():
    app = opened("sleepstudy", PAGE, "Reaction ~ 1 + (1 | Subject)")
    assert title(app) == "Predicted Reaction: 299 ms"
    assert "Draw along" not in labels(app)


def test_a_singular_fit():
    app = opened("dyestuff2", PAGE, "Yield ~ 1 + (1 | Batch)")
    low, high = (table(app)[c].to_numpy() for c in ("95 % low", "high"))
    assert low[1] == pytest.approx(low[0])
    assert high[1] == pytest.approx(high[0])


def test_predictors_that_determine_each_other():
    app = opened("aliased", PAGE, "distance ~ age + months + Sex + (1 | Subject)")
    next(s for s in app.main.slider if s.label == "age").set_value(9).run()
    assert title(app) == "distance can't be predicted there"
    assert "the data don't determine distance" in text(app)


def test_typed_rows():
    app = opened("pain", PAGE)
    choose(app, "View", "A table of rows")
    assert "4 rows of 4 predicted." in text(app)
    assert "a patient_id that isn't in the data" in text(app)
    frame = app.main.dataframe[-1].value
    assert {"average", "own_low", "single_high", "note"} <= set(frame.columns)


def upload(app, content: bytes, name: str = "new.csv"):
    choose(app, "View", "A table of rows")
    choose(app, "Rows", "Upload a file")
    return driver.assert_whole(app.main.file_uploader[0].upload(name, content).run())


def test_an_uploaded_table():
    app = opened("pain", PAGE)
    content = b"treatment,month,patient_id\ntreated,3,1\ncontrol,99,new one\nother,1,2\n"
    upload(app, content)
    assert "2 rows of 3 predicted." in text(app)
    assert "doesn't know treatment = other" in text(app)
    assert "1 row lies outside the observed range of month, 0 to 6" in text(app)


def test_an_uploaded_table_without_a_column():
    app = opened("pain", PAGE)
    upload(app, b"month,patient_id\n1,1\n2,2\n")
    assert "The table lacks treatment." in text(app)


def test_an_unreadable_upload():
    app = opened("pain", PAGE)
    upload(app, b"", "empty.csv")
    assert app.exception == [] or not list(app.exception)
    assert text(app)


@pytest.mark.parametrize("sample", sample_names())
def test_everyones_line(sample):
    app = opened(sample, PAGE)
    choose(app, "View", "Everyone's line")
    assert len(app.get("plotly_chart")) == 1
    assert any("as CSV" in b.label for b in app.get("download_button"))


def test_values_stay_when_the_page_is_left():
    app = opened("sleepstudy", PAGE)
    app.main.slider[0].set_value(7).run()
    driver.go(app, driver.OVERVIEW)
    driver.go(app, PAGE)
    assert "With Days = 7" in text(app)


@pytest.mark.parametrize(
    ("lowest", "highest", "whole", "expected"),
    [
        (0.0, 7.0, True, (1.0, 0.0, 7.0, True)),
        (-5.37, 4.3045, False, (0.1, -5.3, 4.3, False)),
        (0.0, 100_000.0, True, (1000.0, 0.0, 100_000.0, True)),
        (0.00012, 0.00098, False, (1e-05, 0.00012, 0.00098, False)),
    ],
)
def test_steps_of_a_slider(lowest, highest, whole, expected):
    from lmm_core.inference.what_if import Input

    item = Input("x", whole=whole, lowest=lowest, highest=highest)
    assert what_if_controls.steps(item) == pytest.approx(expected)
