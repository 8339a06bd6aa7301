"""The compare page: the ladder and its changes, refusals, one coefficient, other programs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lmm_core import cache, compare_models, sample_names
from pages.parts import ladder, state
from tests.pages import driver
from tests.pages.test_effects import choose, labels, opened, table, text, title

PAGE = "pages/checks/compare.py"
USUAL = [
    "Null model",
    "Random intercept",
    "Random slope",
    "Uncorrelated intercept and slope",
    "Intercept and slope",
]


def names(app) -> list[str]:
    return [cell.split("\n")[0].strip() for cell in table(app)["Model"]]


def press(app, key: str):
    return driver.assert_whole(app.button(key=key).click().run())


@pytest.mark.parametrize("sample", sample_names())
def test_the_usual_models_are_there_at_once(sample):
    app = opened(sample, PAGE)
    assert names(app) == USUAL
    assert "All models are fitted by ML" in text(app)
    assert "lowest AIC" in text(app)
    assert "Add the usual models" not in [b.label for b in app.button]


def test_numbers_are_those_of_the_comparison():
    app = opened("sleepstudy", PAGE)
    frame = app.session_state[state.TABLE].frame
    formulas = [
        "Reaction ~ 1 + (1 | Subject)",
        "Reaction ~ Days + (1 | Subject)",
        "Reaction ~ Days + (0 + Days | Subject)",
        "Reaction ~ Days + (1 + Days || Subject)",
        "Reaction ~ Days + (1 + Days | Subject)",
    ]
    expected = compare_models(formulas, frame)
    for column, name in (("AIC", "aic"), ("BIC", "bic"), ("p", "p_value")):
        assert table(app)[column].to_numpy() == pytest.approx(
            expected[name].to_numpy(), nan_ok=True
        )
    choose(app, "Test each model against", "Random intercept")
    expected = compare_models(formulas, frame, base=1)
    assert table(app)["p"].to_numpy() == pytest.approx(expected["p_value"].to_numpy(), nan_ok=True)


def test_the_usual_ladder_follows_the_current_model():
    app = opened("pain", PAGE)
    driver.type_formula(app, "pain_score ~ treatment * month + (1 | patient_id)")
    assert names(app) == USUAL
    assert any("treatment * month" in cell.replace("\u00a0", " ") for cell in table(app)["Model"])


def keys(app) -> list[str]:
    return [b.key for b in app.button]


def opened_editor(sample: str, formula: str | None = None):
    app = opened(sample, PAGE, formula)
    app.session_state["ladder_edit"] = True
    return driver.assert_whole(app.run())


def test_remove_and_start_over():
    app = opened_editor("sleepstudy")
    press(app, "ladder_remove:2")
    assert names(app) == [n for n in USUAL if n != "Random slope"]
    assert "ladder_usual" in keys(app)
    press(app, "ladder_usual")
    assert sorted(names(app)) == sorted(USUAL)
    press(app, "ladder_remove:0")
    assert "ladder_usual" not in keys(app)
    press(app, "ladder_null")
    assert names(app)[-1] == "Null model"
    press(app, "ladder_reset")
    assert names(app) == USUAL


def test_rename():
    app = opened_editor("sleepstudy")
    field = next(f for f in app.main.text_input if f.value == "Random slope")
    field.set_value("  Only   slopes ").run()
    assert "Only slopes" in names(app)
    field = next(f for f in app.main.text_input if f.value == "Only slopes")
    field.set_value("Null model").run()
    assert "Null model 2" in names(app)
    assert driver.assert_whole(app)


def test_a_changed_ladder_keeps_its_models_and_takes_the_current_one():
    app = opened_editor("sleepstudy")
    press(app, "ladder_remove:0")
    driver.type_formula(app, "Reaction ~ I(Days^2) + Days + (1 | Subject)")
    assert names(app) == USUAL[1:]
    press(app, "ladder_add")
    assert names(app) == [*USUAL[1:], "My model"]
    # It is there already.
    assert app.button(key="ladder_add").disabled


def test_a_rung_becomes_the_current_model():
    app = opened_editor("sleepstudy")
    press(app, "ladder_use:1")
    assert driver.spec(app).formula == "Reaction ~ Days + (1 | Subject)"
    assert driver.fit(app).spec == driver.spec(app)
    driver.assert_in_step(app)


def test_models_that_cannot_be_fitted_say_why():
    app = opened("orthodont", PAGE, "distance ~ factor(age) * Sex + (1 | Subject)")
    assert "Random slope is left out:" in text(app).replace("**", "")
    assert "Random intercept" in names(app)


def test_different_rows_are_refused_and_mended():
    app = opened_editor("pain")
    before = app.session_state[state.TABLE]
    frame = before.frame.assign(extra=[None] * 9 + list(range(9, len(before.frame))))
    frame["extra"] = frame["extra"].astype(float)
    app.session_state[state.TABLE] = replace(before, frame=frame, fingerprint="pain:extra")
    driver.assert_whole(app.run())
    press(app, "ladder_remove:0")
    driver.type_formula(app, "pain_score ~ treatment + month + extra + (1 | patient_id)")
    press(app, "ladder_add")
    assert title(app) == "These models can't be compared"
    assert "different rows" in text(app)
    press(app, "common")
    assert "My model" in names(app)
    assert "Only rows that are complete for all models are used." in text(app)


def test_another_outcome_is_refused():
    app = opened_editor("orthodont")
    press(app, "ladder_remove:0")
    driver.type_formula(app, "log(distance) ~ age + (1 | Subject)")
    press(app, "ladder_add")
    assert title(app) == "These models can't be compared"
    assert "different outcomes" in text(app)


def test_one_model_alone():
    app = opened("sleepstudy", PAGE, "Reaction ~ 1 + (1 | Subject)")
    assert title(app) == "A comparison needs two models"


def test_one_coefficient():
    app = opened("orthodont", PAGE)
    choose(app, "View", "One coefficient")
    assert title(app) == "age lies above 0 in every model"
    assert "doesn't hang on the choice of the model" in text(app)
    assert len(app.get("plotly_chart")) == 1
    assert "Coefficient" in labels(app)
    assert table(app)["Estimate"].isna().tolist() == [True, False, False, False, False]


@pytest.mark.parametrize("sample", sample_names())
@pytest.mark.parametrize("program", ["lmer", "spss", "jasp", "gamlj", "normal", "ols"])
def test_other_programs(sample, program):
    app = opened(sample, PAGE)
    choose(app, "View", "Why do my numbers differ?")
    choose(app, "The other program", program)
    cells = table(app).to_string()
    changed = cells.count("here ")
    if program == "lmer":
        assert "shows the same numbers" in title(app)
        assert changed == 0
    elif program == "ols":
        assert "another model" in title(app)
    elif changed:
        assert f"{changed} of" in title(app) or "estimates" in title(app)
        assert "There" in text(app) or "there" in text(app)
    else:
        assert "shows the same numbers" in title(app)
    assert ":gray[" in cells


def test_repeated_measures_anova():
    app = opened("orthodont", PAGE)
    choose(app, "View", "Why do my numbers differ?")
    choose(app, "The other program", "rm_anova")
    assert "RM-ANOVA F" in table(app).columns
    app = opened("mathachieve", PAGE)
    choose(app, "View", "Why do my numbers differ?")
    choose(app, "The other program", "rm_anova")
    # It doesn't apply there, and says so.
    assert not len(app.main.table)
    assert len(text(app)) > 80


def test_kenward_roger_does_not_stop_the_comparison():
    app = opened("sleepstudy", PAGE, df_method="kenward-roger")
    assert names(app) == USUAL
    choose(app, "View", "One coefficient")
    assert table(app)["df"].notna().sum() == 4


def test_a_new_data_set_starts_a_new_ladder():
    app = opened_editor("sleepstudy")
    press(app, "ladder_remove:0")
    driver.choose_sample(app, "orthodont")
    driver.go(app, PAGE)
    assert names(app) == USUAL


def test_long_comparisons_show_progress_and_can_be_stopped(monkeypatch):
    monkeypatch.setattr(ladder, "PATIENCE", -1.0)  # every fit is too long for one run
    app = opened("pain", PAGE)
    assert names(app) == USUAL
    app.session_state[ladder.STOPPED] = app.session_state[state.TABLE].fingerprint
    monkeypatch.setattr(cache, "_fits", type(cache._fits)(10**9))
    driver.assert_whole(app.run())
    assert title(app) == "The models are being fitted"
    assert "Not fitted: Null model, Random intercept" in text(app)
    press(app, "ladder_go_on")
    assert names(app) == USUAL
    assert "ladder_stop" not in keys(app)
