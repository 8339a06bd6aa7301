"""The residual structure in the sidebar, on every page, and taken over from the comparison."""

from __future__ import annotations

import pytest

from lmm_core.model.residual import ResidualStructure
from pages.parts import frame, state
from pages.parts.residual_kinds import LABELS, kind_of, needs, structure_of
from tests.pages import driver
from tests.support import data

ASSUMPTIONS = "pages/checks/assumptions.py"
#: sample, clicks in the order made, the structure's texts
CHOICES = {
    "by": ("orthodont", [{"RESIDUAL": "by"}], ("by:Sex", "")),
    "by and time": ("orthodont", [{"RESIDUAL": "by+ar1"}], ("by:Sex", "ar1:age")),
    "another column": ("orthodont", [{"RESIDUAL": "by"}, {"SPREAD": "age"}], ("by:age", "")),
    "power": ("orthodont", [{"RESIDUAL": "power"}], ("power:age", "")),
    "fitted": ("orthodont", [{"RESIDUAL": "fitted"}], ("power", "")),
    "ar1": ("sleepstudy", [{"SLOPES": []}, {"RESIDUAL": "ar1"}], ("", "ar1:Days")),
    "car1": ("pain", [{"RESIDUAL": "car1"}], ("", "car1:month")),
}


@pytest.mark.parametrize("case", CHOICES)
def test_the_choice_reaches_the_fit(case: str):
    sample, clicks, texts = CHOICES[case]
    app = driver.opened(sample)
    formula = driver.shown_formula(app)
    for click in clicks:
        driver.assert_in_step(driver.put_named(app, click))
    assert driver.spec(app).residual == ResidualStructure.from_texts(*texts)
    assert driver.fit(app).estimates.residual is not None
    if len(clicks) == 1:
        assert driver.shown_formula(app) == formula
    # Another option leaves it; constant residuals take it out.
    driver.assert_in_step(driver.put(app, REML=False))
    assert driver.fit(app).spec.residual is not None
    driver.assert_in_step(driver.put(app, RESIDUAL=""))
    assert driver.fit(app).estimates.residual is None


def test_only_kinds_with_columns_are_offered():
    app = driver.opened("sleepstudy")
    options = driver.widget(app, state.RESIDUAL).options
    assert options == [LABELS[kind] for kind in ("", "by", "fitted", "ar1", "car1", "by+ar1")] or (
        options
        == [LABELS[kind] for kind in ("", "by", "fitted", "ar1", "car1", "by+ar1", "by+car1")]
    )
    crossed = driver.upload(driver.open_app(), data("Penicillin"), "Penicillin.csv")
    driver.type_formula(crossed, "diameter ~ 1 + (1 | plate) + (1 | sample)")
    options = driver.widget(crossed, state.RESIDUAL).options
    assert not any("AR(1)" in option for option in options)


def test_a_typed_formula_keeps_the_structure():
    app = driver.put(driver.opened("orthodont"), RESIDUAL="by")
    driver.type_formula(app, "distance ~ age + (1 | Subject)")
    assert driver.spec(app).residual == ResidualStructure.from_texts("by:Sex")
    driver.assert_in_step(app)


def test_another_data_set_starts_without():
    app = driver.put(driver.opened("orthodont"), RESIDUAL="by")
    driver.choose_sample(app, "sleepstudy")
    assert driver.spec(app).residual is None
    driver.assert_in_step(app)


def test_a_structure_that_cant_be_fitted_says_why_and_how_to_go_on():
    app = driver.opened("orthodont")
    app.session_state[state.SPEC] = driver.spec(app).with_options(
        residual=ResidualStructure.from_texts("by:Subject")
    )
    driver.assert_whole(app.run())
    assert "has 27 levels" in str(app.session_state[state.PROBLEM])
    driver.buttons(app, "Use constant, independent residuals")[0].click()
    driver.assert_whole(app.run())
    assert app.session_state[state.PROBLEM] is None
    assert driver.fit(app).spec.residual is None


def test_kenward_roger_is_refused_with_a_button():
    app = driver.put(driver.opened("orthodont"), RESIDUAL="by")
    driver.put(app, DF_METHOD="kenward-roger")
    assert "Kenward–Roger" in str(app.session_state[state.PROBLEM])
    driver.buttons(app, "Use Satterthwaite")[0].click()
    driver.assert_whole(app.run())
    assert app.session_state[state.PROBLEM] is None
    assert driver.spec(app).residual is not None


def all_pages() -> list[str]:
    from pathlib import Path

    home = Path(frame.__file__).parents[1]
    found = sorted(
        p for p in home.glob("*/*.py") if p.parent.name in ("results", "checks", "share")
    )
    return [str(p.relative_to(home.parent)) for p in found]


@pytest.mark.parametrize("kind", ["by", "fitted", "by+ar1"])
def test_every_page_shows_the_structured_model(kind: str):
    app = driver.put(driver.opened("orthodont"), RESIDUAL=kind)
    for page in all_pages():
        driver.go(app, page)
        assert driver.fit(app).spec.residual is not None
        assert app.session_state[state.PROBLEM] is None, page


def test_the_overview_names_it():
    app = driver.put(driver.opened("orthodont"), RESIDUAL="by+ar1")
    driver.go(app, driver.OVERVIEW)
    said = " ".join(driver.texts(app.main))
    assert "The residuals spread differently for each Sex" in said
    assert "neighbours correlate by" in said


def test_the_variance_page_has_a_row_per_level():
    app = driver.put(driver.opened("orthodont"), RESIDUAL="by+ar1")
    driver.go(app, "pages/results/variance.py")
    table = next(t.value for t in app.table if "Random effect" in t.value.columns)
    effects = [str(v).replace("\\", "") for v in table["Random effect"]]
    assert effects[-3:] == ["Sex = Female", "Sex = Male", "neighbours in age"]


def test_the_comparisons_button_puts_it_into_the_sidebar():
    app = driver.go(driver.opened("orthodont"), ASSUMPTIONS)
    app.session_state["structures"] = True
    driver.assert_whole(app.run())
    pills = next(g for g in app.button_group if str(g.key).startswith("structure:"))
    driver.assert_whole(pills.set_value(["spread by Sex"]).run())
    driver.buttons(app, "Use this structure")[0].click()
    driver.assert_in_step(driver.assert_whole(app.run()))
    assert driver.fit(app).spec.residual == ResidualStructure.from_texts("by:Sex")
    said = " ".join(driver.texts(app.main))
    assert "This is the structure in use" in said
    # The comparison stays one with constant residuals.
    assert "instead of 0.480" in said
    driver.buttons(app, "Use constant, independent residuals")[0].click()
    driver.assert_whole(app.run())
    assert driver.fit(app).spec.residual is None


@pytest.mark.parametrize("kind", LABELS)
def test_kinds_and_structures_translate_both_ways(kind: str):
    spread, serial = needs(kind)
    found = structure_of(kind, "a" if spread else None, "t" if serial else None)
    assert kind_of(found) == kind
    if spread:
        assert structure_of(kind, None, "t") is None
    if serial:
        assert structure_of(kind, "a", None) is None


@pytest.mark.parametrize(
    ("sample", "check", "label", "texts"),
    [
        ("orthodont", "homoscedasticity_predictors", "Give each Sex", ("by:Sex", "")),
        ("sleepstudy", "homoscedasticity_fitted", "follow the fitted values", ("power", "")),
    ],
)
def test_a_checks_own_button(sample: str, check: str, label: str, texts: tuple[str, str]):
    app = driver.go(driver.opened(sample), ASSUMPTIONS)
    box = next(b for b in app.main.selectbox if b.key == "assumption")
    driver.assert_whole(box.set_value(check).run())
    driver.buttons(app, label)[0].click()
    driver.assert_in_step(driver.assert_whole(app.run()))
    assert driver.fit(app).spec.residual == ResidualStructure.from_texts(*texts)
    assert not driver.buttons(app, label)


def test_closed_options_keep_it():
    app = driver.put(driver.opened("orthodont"), RESIDUAL="by+ar1")
    driver.put(app, SPREAD="Sex")
    app.session_state[state.OPTIONS] = False
    driver.assert_whole(app.run())
    assert not driver.has_widget(app, state.RESIDUAL)
    driver.put(app, SLOPES=[])
    driver.put(app, INTERACTIONS=[])
    assert driver.spec(app).residual == ResidualStructure.from_texts("by:Sex", "ar1:age")
    said = " ".join(driver.texts(app.sidebar))
    assert "residuals: spread by Sex, AR(1) over age" in said


def test_intervals_of_the_structures_parameters():
    app = driver.put(driver.opened("orthodont"), SLOPES=[])
    driver.put(app, RESIDUAL="by+ar1")
    driver.go(app, "pages/results/variance.py")
    choice = next(g for g in app.button_group if g.key == "interval_method")
    driver.assert_whole(choice.set_value("Profile").run())
    names = [str(v).replace("\\", "") for v in app.table[-1].value["Parameter"]]
    assert names[1:4] == [
        "residual SD of Sex = Female",
        "residual SD of Sex = Male, relative to the first level",
        "residual correlation of neighbours in age",
    ]
