"""The assumptions page: every check with its picture, the buttons, the line-up, the overlays."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.assess.assumptions import CHECKS
from lmm_core.data.samples import sample_names
from tests.pages import driver

PAGE = "pages/checks/assumptions.py"


def look_at(app: AppTest, key: str) -> AppTest:
    box = app.selectbox(key="assumption")
    return driver.assert_whole(box.set_value(key).run())


def opened(app: AppTest, box: str) -> AppTest:
    app.session_state[box] = True
    return driver.assert_whole(app.run())


def said(app: AppTest) -> str:
    return " ".join(driver.texts(app.main))


@pytest.mark.parametrize("sample", sample_names())
def test_every_check_on_every_sample(sample: str):
    app = driver.open_app(PAGE, sample)
    assert len(app.table[0].value) == len(CHECKS)
    for key in CHECKS:
        look_at(app, key)
        assert "How to read it" in said(app)


def test_a_square_or_a_logarithm():
    app = look_at(driver.open_app(PAGE, "gapminder"), "linearity_within")
    driver.assert_whole(app.button(key="act:linearity_within").click().run())
    assert "I(years^2)" in driver.shown_formula(app)
    driver.assert_in_step(app)
    app = look_at(driver.open_app(PAGE, "gapminder"), "linearity_within")
    driver.assert_whole(app.button(key="log:linearity_within").click().run())
    assert driver.shown_formula(app) == "growth ~ log(years) + region + (1 | country)"


def test_a_slope_of_their_own():
    app = driver.open_app(PAGE, "sleepstudy")
    driver.type_formula(app, "Reaction ~ Days + (1 | Subject)")
    look_at(app, "autocorrelation")
    driver.assert_whole(app.button(key="act:autocorrelation").click().run())
    assert driver.shown_formula(app) == "Reaction ~ Days + (1 + Days | Subject)"


def test_a_predictor_is_split_by_a_preparation_step():
    app = driver.open_app(PAGE, "mathachieve")
    driver.type_formula(app, "MathAch ~ SES * Sex + (1 + SES | School)")
    look_at(app, "confounding")
    assert "one coefficient mixes two questions" in said(app)
    driver.assert_whole(app.button(key="act:confounding").click().run())
    assert driver.shown_formula(app) == (
        "MathAch ~ SES_within + SES_between + Sex + SES_within:Sex + (1 + SES_within | School)"
    )
    assert driver.fit(app).spec == driver.spec(app)
    look_at(app, "confounding")
    assert "no slope mixes the two" in said(app)


def test_the_line_up_tells_after_a_guess():
    app = opened(driver.open_app(PAGE, "sleepstudy"), "lineup")
    before = app.get("plotly_chart")[-1].proto.alt
    assert before.endswith("seven are simulated from the model.")
    guess = next(g for g in app.button_group if g.key == "lineup_guess")
    driver.assert_whole(guess.set_value(1).run())
    after = app.get("plotly_chart")[-1].proto.alt
    assert "is observed." in after
    assert "1 is yours" in said(app) or "1 was made by the model" in said(app)
    driver.assert_whole(app.button(key="lineup_again").click().run())
    assert "is observed." not in app.get("plotly_chart")[-1].proto.alt


@pytest.mark.parametrize("what", ["distribution", "spread", "trend"])
def test_overlays(what: str):
    app = opened(driver.open_app(PAGE, "pain"), "overlays")
    choice = next(g for g in app.button_group if g.key == "overlay")
    driver.assert_whole(choice.set_value(what).run())
    assert "Observed and simulated data" in app.get("plotly_chart")[-1].proto.alt
    assert "in 20 simulated data sets it runs from" in said(app)


def test_residual_structures_beside_the_model():
    app = opened(driver.open_app(PAGE, "orthodont"), "structures")
    pills = next(g for g in app.button_group if str(g.key).startswith("structure:"))
    driver.assert_whole(pills.set_value(["spread by Sex", "AR(1) over age"]).run())
    table = app.table[-1].value
    assert list(table["Residuals"].str.replace("\\", "")) == [
        "independent, equal spread",
        "spread by Sex",
        "AR(1) over age",
    ]
    text = said(app)
    assert "Female 0.666, Male 1.63" in text
    assert "it fits better" in text
    assert "instead of 0.480" in text


def test_only_structures_that_suit_are_offered():
    app = opened(driver.open_app(PAGE, "sleepstudy"), "structures")
    pills = next(g for g in app.button_group if str(g.key).startswith("structure:"))
    assert [option.replace("\\", "") for option in pills.options] == [
        "spread as a power of the fitted values",
        "AR(1) over Days",
    ]
