"""Estimation page, F tests, intervals of all parameters, tests of random effects: on request."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import precision, state
from tests import support
from tests.pages import driver

ESTIMATION = "pages/checks/estimation.py"
VARIANCE = "pages/results/variance.py"


def headings(app: AppTest) -> list[list[str]]:
    return [list(table.value.columns) for table in app.table]


def table(app: AppTest, *columns: str) -> Any:
    """The one table whose headings hold these words; headings as they are read."""
    found = [
        driver.behind(t).rename(columns=lambda name: str(name).replace("\\", ""))
        for t in app.table
        if all(any(word in str(c) for c in t.value.columns) for word in columns)
    ]
    assert len(found) == 1, headings(app)
    return found[0]


def choose(app: AppTest, key: str, value: Any) -> AppTest:
    """Set a segmented control of the page."""
    (found,) = [group for group in app.main.button_group if group.key == key]
    return driver.assert_whole(found.set_value(value).run())


# -- estimation page


@pytest.mark.parametrize("optimizer", ["auto", "newton", "l-bfgs-b", "nelder-mead", "powell"])
def test_attempts_and_certificate_are_shown(optimizer: str):
    app = driver.put(driver.open_app(sample="sleepstudy"), OPTIMIZER=optimizer)
    driver.go(app, ESTIMATION)
    shown = table(app, "Optimiser", "Evaluations", "Criterion")
    attempts = driver.fit(app).convergence.attempts
    assert list(shown["Evaluations"]) == [a.evaluations for a in attempts]
    certified = driver.fit(app).convergence.converged
    assert ("isn't" in app.title[0].value) != certified
    assert driver.fit(app).loglik == pytest.approx(-871.8141, abs=1e-3)


def test_advice_applies_the_model_of_its_button():
    app = driver.go(driver.open_app(sample="sleepstudy"), ESTIMATION)
    steps = [b for b in app.main.button if str(b.key).startswith("advice:")]
    assert len(steps) >= 3
    expected = {
        "Simplify": "Reaction ~ Days + (1 | Subject)",
        "Standardise": "Reaction ~ scale(Days) + (1 + scale(Days) | Subject)",
    }
    for label, formula in expected.items():
        driver.type_formula(app, "Reaction ~ Days + (1 + Days | Subject)")
        (button,) = [b for b in app.main.button if b.label == label]
        driver.assert_in_step(driver.assert_whole(button.click().run()))
        assert driver.shown_formula(app) == formula
    driver.type_formula(app, "Reaction ~ Days + (1 + Days | Subject)")
    (button,) = [b for b in app.main.button if b.label == "L-BFGS-B"]
    driver.assert_in_step(driver.assert_whole(button.click().run()))
    assert driver.spec(app).optimizer == "l-bfgs-b"


def test_collinearity_is_shown_with_the_term():
    frame = driver.growth().assign(near=lambda t: t["time"] + 0.01 * t["age"])
    app = driver.upload(driver.open_app(), frame)
    driver.go(driver.type_formula(app, "y ~ time + near + (1 | id)"), ESTIMATION)
    shown = table(app, "VIF")
    assert (shown["VIF"] > 10).all()
    assert any("near" in text and "VIF" in text for text in driver.texts(app.main))


def test_cross_check_shows_both_estimates():
    app = driver.go(driver.open_app(sample="sleepstudy"), ESTIMATION)
    assert not [t for t in app.table if "statsmodels" in t.value.columns]
    (button,) = [b for b in app.main.button if b.key == "cross_check"]
    driver.assert_whole(button.click().run())
    shown = table(app, "This program", "statsmodels")
    assert shown["statsmodels"].to_list() == pytest.approx(
        shown["This program"].to_list(), rel=1e-2
    )
    # Another model has no second opinion yet.
    driver.put(app, SLOPES=[])
    assert not [t for t in app.table if "statsmodels" in t.value.columns]


def test_cross_check_says_why_it_is_not_possible():
    app = driver.upload(driver.open_app(), support.data("Penicillin"), "Penicillin.csv")
    driver.put(app, MORE_GROUPS=["sample"])
    driver.go(app, ESTIMATION)
    assert not [b for b in app.main.button if b.key == "cross_check"]
    assert any("statsmodels" in text for text in driver.texts(app.main))


# -- F tests


def test_f_tests_of_type_3_and_2():
    app = driver.go(driver.open_app(sample="orthodont"), driver.FIXED_EFFECTS)
    for kind in (3, 2):
        choose(app, "anova_type", kind)
        shown = table(app, "F", "denominator")
        expected = driver.fit(app).anova(kind)
        assert shown["F"].to_list() == pytest.approx(expected["f_value"].to_list())
        assert len(shown) == 3
    # The type stays while the model changes, and the df method counts.
    driver.put(app, DF_METHOD="kenward-roger")
    expected = driver.fit(app).anova(2)
    shown = table(app, "F", "denominator")
    assert shown["denominator df"].to_list() == pytest.approx(expected["den_df"].to_list())


def test_standardised_coefficients_are_labelled():
    app = driver.go(driver.open_app(sample="orthodont"), driver.FIXED_EFFECTS)
    assert "Standardised" not in headings(app)[0]
    (toggle,) = [t for t in app.main.toggle if t.key == "standardised"]
    driver.assert_whole(toggle.set_value(True).run())
    assert "Standardised" in headings(app)[0]
    assert "Estimate" in headings(app)[0]


# -- variance page


def test_profile_intervals_of_all_parameters():
    app = driver.go(driver.open_app(sample="sleepstudy"), VARIANCE)
    assert not [h for h in headings(app) if "Parameter" in h]
    choose(app, "interval_method", "Profile")
    shown = table(app, "Parameter", "CI low", "high")
    # SD of levels, correlation, SD of slopes, residual SD, two coefficients, as lme4 has them.
    assert shown.iloc[:, 1].to_list() == pytest.approx(
        [14.3815, -0.4815, 3.8012, 22.8983, 237.6812, 7.3588], rel=2e-3
    )
    assert shown.iloc[:, 2].to_list() == pytest.approx(
        [37.716, 0.685, 8.7534, 28.858, 265.129, 13.5758], rel=2e-3
    )
    driver.put(app, CI_LEVEL=0.9)
    narrower = table(app, "Parameter", "90 % CI low", "high")
    assert (narrower["high"] <= shown["high"]).all()


def test_bootstrap_runs_in_chunks_also_after_a_change_elsewhere(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(precision, "REPLICATES", 75)
    app = driver.go(driver.open_app(sample="sleepstudy"), VARIANCE)
    choose(app, "interval_method", "Bootstrap")
    first = table(app, "Parameter", "CI low", "high")
    assert len(first) == 6
    assert (first.iloc[:, 1] <= first["high"]).all()
    run = app.session_state[precision.RUN]
    assert sum(len(part) for part in run["draws"]) == 75
    # A change in the sidebar, and leaving the page and coming back, start and keep it going.
    driver.put(app, SLOPES=[])
    assert len(table(app, "Parameter", "CI low", "high")) == 4
    driver.go(app, driver.OVERVIEW)
    driver.go(app, VARIANCE)
    assert len(table(app, "Parameter", "CI low", "high")) == 4


def test_bootstrap_can_be_stopped_and_goes_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(precision, "REPLICATES", 75)
    app = driver.go(driver.open_app(sample="sleepstudy"), VARIANCE)
    # As left by a click on Stop after the first chunk.
    choose(app, "interval_method", "Bootstrap")
    run = app.session_state[precision.RUN]
    run["draws"], run["stopped"] = run["draws"][:1], True
    driver.assert_whole(app.run())
    assert len(run["draws"]) == 1
    (button,) = driver.buttons(app, "Go on")
    driver.assert_whole(button.click().run())
    run = app.session_state[precision.RUN]
    assert sum(len(part) for part in run["draws"]) == 75


def test_random_effects_are_tested_when_asked():
    app = driver.go(driver.open_app(sample="sleepstudy"), VARIANCE)
    assert not [h for h in headings(app) if any("mixture" in str(c) for c in h)]
    app.session_state["random_tests"] = True
    driver.assert_whole(app.run())
    shown = table(app, "Left out", "mixture", "plain")
    assert len(shown) == 1
    assert shown["χ²"].iloc[0] == pytest.approx(42.8368, abs=1e-3)
    # The last two columns: p of the mixture, p of the plain χ².
    mixture, plain = shown.iloc[0, -2:]
    assert mixture < plain < 1e-8


def test_variance_page_with_two_grouping_columns_names_both():
    app = driver.upload(driver.open_app(), support.data("Penicillin"), "Penicillin.csv")
    driver.put(app, GROUP="plate", MORE_GROUPS=["sample"])
    driver.go(app, VARIANCE)
    shown = table(app, "Group", "Variance")
    assert set(shown["Group"]) == {"plate", "sample", "Residual"}
    assert any("plate" in text and "sample" in text for text in driver.texts(app.main))
    # Pages of groups ask which grouping column.
    for page in ("pages/results/trajectories.py", "pages/results/caterpillar.py"):
        driver.go(app, page)
        (chooser,) = [g for g in app.main.button_group if "sample" in g.options]
        driver.assert_whole(chooser.set_value("sample").run())
        assert len(app.get("plotly_chart")) >= 1
    assert app.session_state[state.PROBLEM] is None
