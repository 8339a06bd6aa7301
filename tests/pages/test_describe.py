"""The describe page: text, echo, choices, the button, and the overview that was asked for."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.data.public import PUBLIC
from lmm_core.model.sentence import OUTPUTS
from pages.parts import describe_view, state, wished
from pages.parts.describe_examples import SCENARIOS
from pages.parts.sources import ALLOW_PRIVATE
from tests.data.test_public import server  # noqa: F401
from tests.pages import driver

PAGE = "pages/prepare/describe.py"


def write(app: AppTest, text: str) -> AppTest:
    driver.go(app, PAGE)
    app.text_area(key=describe_view.TEXT).set_value(text)
    return driver.assert_whole(app.run())


def use(app: AppTest) -> AppTest:
    """Click the button; it leads to the overview."""
    driver.assert_whole(app.button(key="use_wish").click().run())
    assert app.title[0].value != "Say what you want to know"
    return driver.go(app, driver.OVERVIEW)


def main_texts(app: AppTest) -> str:
    return "\n".join(driver.texts(app.main))


@pytest.fixture
def app() -> AppTest:
    return driver.open_app(PAGE)


def test_every_output_has_a_title_and_a_view():
    assert set(wished.TITLES) == set(OUTPUTS)
    assert set(wished.VIEWS) | set(wished.LAYERS) | set(wished.COMPARISON) == set(OUTPUTS)


def test_a_sentence_sets_the_sidebar_and_the_overview(app: AppTest):
    write(
        app,
        "Pain by treatment x month; random intercept and slope of month per patient; ML; 90 % CI; "
        "ICC, then the caterpillar plot",
    )
    shown = main_texts(app)
    assert "random intercept and slope of month per patient → **(1 + month | patient_id)**" in shown
    assert "Not understood" not in shown
    use(app)
    model = driver.spec(app)
    assert model.formula == "pain_score ~ treatment * month + (1 + month | patient_id)"
    assert (model.reml, model.ci_level) == (False, 0.9)
    driver.assert_in_step(app)
    headings = [s.value for s in app.header]
    assert headings == ["Confidence intervals", "ICC", "Caterpillar plot", "The model"]
    assert len(app.metric) == 0
    driver.assert_whole(app.button(key="forget_wish").click().run())
    assert [s.value for s in app.header] == ["The model"]
    assert len(app.metric) == 4
    assert driver.spec(app) == model


def test_nothing_changes_before_the_button(app: AppTest):
    before = driver.spec(app)
    write(app, "outcome: pain; predictor: month; random intercept per patient")
    assert driver.spec(app) == before


def test_what_is_not_understood_is_listed_as_text(app: AppTest):
    write(app, "pain by month, random intercept per patient, <b>wibble</b> **wobble** $x$")
    assert "Not understood" in [s.value for s in app.header]
    listed = next(m.value for m in app.markdown if "wibble" in m.value)
    assert "\\<b\\>" in listed or "wibble" in listed
    assert "**wobble**" not in listed.replace("\\*\\*wobble\\*\\*", "")


def test_candidates_are_buttons_that_make_it_certain():
    frame = driver.growth().rename(columns={"y": "math_score"})
    frame["reading_score"] = frame["math_score"] * 2 + frame["time"]
    app = driver.upload(driver.open_app(), frame)
    write(app, "score over time, random intercept per id")
    assert not [b for b in app.button if b.key == "use_wish"]
    candidates = [b for b in app.button if str(b.key).startswith("choose:")]
    assert [b.label.replace("\\", "") for b in candidates] == ["math_score", "reading_score"]
    driver.assert_whole(candidates[1].click().run())
    assert app.text_area(key=describe_view.TEXT).value.startswith("`reading_score` over")
    use(app)
    assert driver.spec(app).formula == "reading_score ~ time + (1 | id)"


def test_a_missing_part_is_asked_for(app: AppTest):
    write(app, "pain by month and treatment by nobody")
    write(app, "outcome: pain score; predictor: month")
    candidates = [b for b in app.button if str(b.key).startswith("choose:")]
    assert [b.label.replace("\\", "") for b in candidates] == [] or candidates
    assert driver.spec(app).formula  # the sidebar's grouping stays


def test_a_wrong_formula_is_marked(app: AppTest):
    write(app, "pain_score ~ month + + (1 | patient_id)")
    assert any("^" in block.value for block in app.code)
    assert not [b for b in app.button if b.key == "use_wish"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.sample)
def test_scenarios(app: AppTest, scenario):
    driver.assert_whole(app.button(key=f"scenario:{scenario.sample}").click().run())
    assert app.session_state[state.SAMPLE] == scenario.sample
    assert "Not understood" not in [s.value for s in app.header]
    use(app)
    assert app.session_state[state.PROBLEM] is None
    assert driver.fit(app).spec == driver.spec(app)
    wanted = app.session_state[state.WISH].outputs
    assert len(wanted) >= 3
    headings = [s.value for s in app.header]
    shared = wished.together(wanted)
    assert [h for h in headings if h in {wished._title(names) for names in shared}] == [
        wished._title(names) for names in shared
    ]


def test_every_example_of_a_sample_is_understood_whole(app: AppTest):
    names = app.button_group(key="describe_example").options
    assert len(names) >= 8
    for name in names:
        driver.go(app, PAGE)
        app.button_group(key="describe_example").set_value(name)
        driver.assert_whole(app.run())
        shown = [s.value for s in app.header]
        assert "Understood" in shown, name
        assert "Not understood" not in shown, name
        assert [b for b in app.button if b.key == "use_wish"], name
        use(app)
        assert app.session_state[state.PROBLEM] is None, name
        assert [e.value for e in app.error] == []


def test_reshape_from_a_sentence():
    wide = pd.DataFrame(
        {
            "id": range(1, 21),
            "arm": ["drug", "placebo"] * 10,
            **{
                f"pain_week{w}": [30 + (7 * k * (w + 1)) % 13 - w for k in range(20)]
                for w in (0, 4, 8)
            },
        }
    )
    app = driver.upload(driver.open_app(), wide)
    text = (
        "First turn the wide table into long format; pain by week and arm, random intercept per id"
    )
    write(app, text)
    use(app)
    assert driver.spec(app).formula == "pain ~ week + arm + (1 | id)"
    assert len(app.session_state[state.TABLE].frame) == 60
    driver.go(app, PAGE)
    assert "This is the model on screen." in main_texts(app)


def test_growth_from_a_sentence():
    rows = [
        {
            "country": f"C{c}",
            "year": 2000 + y,
            "gdp": 100 + 9 * c + (3 + c % 4) * y + (5 * c * y) % 7,
        }
        for c in range(12)
        for y in range(8)
    ]
    app = driver.upload(driver.open_app(), pd.DataFrame(rows))
    write(
        app, "compute yearly growth of GDP; outcome: GDP growth; predictor: year; countries random"
    )
    use(app)
    assert driver.spec(app).formula == "gdp_growth ~ year + (1 | country)"
    assert driver.fit(app).n_obs == 12 * 7


def test_several_models_reach_the_comparison(app: AppTest):
    write(
        app,
        "pain by month, by patient; fit three: intercept only; slope only; both; AIC and BIC",
    )
    use(app)
    assert "Comparison of the models and AIC and BIC" in [s.value for s in app.header]
    assert any(len(table.value) == 3 for table in app.table)


def test_all_outputs_together(app: AppTest):
    write(
        app,
        "pain by month and treatment, random intercept per patient; fixed effects table, "
        "confidence intervals, p-values, variance components, ICC, trajectories, population mean, "
        "confidence band, BLUPs, caterpillar, residual plots, Q-Q plots of residuals and random "
        "effects, observations per patient, missing data, RM-ANOVA, model comparison, AIC, "
        "likelihood-ratio test, predictions",
    )
    use(app)
    assert app.session_state[state.WISH].outputs == OUTPUTS
    assert [e.value for e in app.error] == []


@pytest.mark.parametrize(
    ("sample", "path"), [("mathachieve", "/reading.csv"), ("gapminder", "/gdp")]
)
def test_the_public_file_of_a_scenario(app: AppTest, server: str, monkeypatch, sample, path):  # noqa: F811
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    monkeypatch.setitem(PUBLIC, sample, replace(PUBLIC[sample], url=server + path))
    driver.assert_whole(app.button(key=f"public:{sample}").click().run())
    assert app.text_area(key=describe_view.TEXT).value == PUBLIC[sample].text
    assert len(app.session_state[state.STEPS]) >= 2
    assert app.session_state[state.FAILED] == {}
    use(app)
    assert driver.fit(app).spec == driver.spec(app)
    assert driver.fit(app).n_groups == {"country": 30}


def test_a_public_file_that_cannot_be_loaded_changes_nothing(app: AppTest, server, monkeypatch):  # noqa: F811
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    monkeypatch.setitem(
        PUBLIC, "gapminder", replace(PUBLIC["gapminder"], url=server + "/other.csv")
    )
    before = app.session_state[state.TABLE].fingerprint
    driver.assert_whole(app.button(key="public:gapminder").click().run())
    assert app.session_state[state.TABLE].fingerprint == before
    assert app.text_area(key=describe_view.TEXT).value == ""
    assert any("sheet" in text or "shape" in text for text in driver.texts(app.main))


def test_new_data_forget_the_wish(app: AppTest):
    write(app, "pain by month, random intercept per patient; ICC")
    use(app)
    driver.choose_sample(app, "sleepstudy")
    driver.go(app, driver.OVERVIEW)
    assert len(app.metric) == 4
