"""The formula box: the widgets follow it, and a wrong formula changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from pages.parts import state
from tests.pages import driver

# Data, a typed formula, and what the widgets then say.
TYPED: list[tuple[str, str, dict[str, Any]]] = [
    ("sleepstudy", "Reaction ~ Days + (1 | Subject)", {"FIXED": ["Days"], "SLOPES": []}),
    ("sleepstudy", "Reaction~Days+(Days||Subject)", {"SLOPES": ["Days"], "CORRELATED": False}),
    ("sleepstudy", "Reaction ~ 1 + (0 + Days | Subject)", {"FIXED": [], "INTERCEPT": False}),
    ("sleepstudy", "log(Reaction) ~ poly(Days, 2) + (1 | Subject)", {"OUTCOME": "log(Reaction)"}),
    ("sleepstudy", "Reaction ~ center(Days) + (1 | Subject)", {"CENTRED": ["Days"]}),
    ("sleepstudy", "Reaction ~ scale(Days) + (1 | Subject)", {"SCALED": ["Days"]}),
    (
        "sleepstudy",
        "Reaction ~ Days + I(Days^2) + (1 + Days + I(Days^2) || Subject)",
        {"SLOPES": ["Days", "I(Days^2)"]},
    ),
    ("sleepstudy", "Reaction ~ factor(Days) + (1 | Subject)", {"FIXED": ["factor(Days)"]}),
    # Two terms on one column: the second has no widget, and must not get lost.
    (
        "sleepstudy",
        "Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)",
        {"GROUP": "Subject", "SLOPES": []},
    ),
    ("orthodont", "distance ~ 0 + Sex + age:Sex + (1 | Subject)", {"INTERACTIONS": ["Sex:age"]}),
    ("orthodont", "distance ~ (age + Sex)^2 + (1 | Subject)", {"INTERACTIONS": ["age:Sex"]}),
    (
        "mathachieve",
        "MathAch ~ SES * MEANSES * Sex + (1 + SES | School)",
        {"INTERACTIONS": ["SES:MEANSES", "SES:Sex", "MEANSES:Sex", "SES:MEANSES:Sex"]},
    ),
    ("Pastes", "strength ~ 1 + (1 | batch/cask)", {"MORE_GROUPS": ["batch"]}),
    ("Pastes", "strength ~ 1 + (1 | batch) + (1 | sample)", {"MORE_GROUPS": ["sample"]}),
    ("Pastes", "strength ~ 1 + (1 | batch) + (1 | batch:cask)", {"GROUP": "batch"}),
    ("Pastes", "strength ~ 1 + (1 | batch:cask)", {"GROUP": "batch", "MORE_GROUPS": []}),
    (
        "Machines",
        "score ~ Machine + (1 | Worker) + (0 + Machine | Worker)",
        {"GROUP": "Worker", "SLOPES": []},
    ),
    ("Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", {"GROUP": "plate"}),
    (
        "mathachieve",
        "MathAch ~ SES + (1 | School) + (1 + SES || Minority)",
        {"MORE_GROUPS": ["Minority"], "MORE_SLOPES:Minority": ["SES"]},
    ),
    ("npk", "yield ~ N + P + K + N:P:K + (1 | block)", {"INTERACTIONS": ["N:P:K"]}),
]


@pytest.mark.parametrize(("data", "text", "widgets"), TYPED)
def test_widgets_follow_the_formula(data: str, text: str, widgets: dict[str, Any]):
    app = driver.assert_in_step(driver.type_formula(driver.opened(data), text))
    assert app.session_state[state.PROBLEM] is None
    for name, value in widgets.items():
        found = driver.named(app, name).value
        assert (sorted(found) if isinstance(found, list) else found) == (
            sorted(value) if isinstance(value, list) else value
        )
    # What no widget shows must survive a click elsewhere.
    model = driver.spec(app)
    driver.assert_in_step(driver.put(app, REML=False))
    assert driver.spec(app) == model.with_options(reml=False)


WRONG = [
    ("Reaction ~ Dais + (1 | Subject)", "Days"),
    ("Reaction ~ Days + (1 | Subject", ")"),
    ("Reaction ~ Days + (1 | Subject))", ")"),
    ("Reaction ~ foo(Days) + (1 | Subject)", "foo"),
    ("Reaction ~ __import__('os') + (1 | Subject)", ""),
    ("Reaction = Days", ""),
    ("", ""),
    ("~", ""),
    ("Reaction", ""),
    ("Reaction ~ Days + (1 | )", ""),
    ("Reaction ~ 2 + (1 | Subject)", "2"),
    ("(" * 200, ""),
    ("Reaction ~ Days + (1 | Subject) \N{PILE OF POO} <b>", ""),
]


@pytest.mark.parametrize(("text", "named"), WRONG)
def test_wrong_formula_keeps_the_last_good_fit(text: str, named: str):
    app = driver.opened("sleepstudy")
    before = driver.fit(app)
    driver.type_formula(app, text)
    # The text stays for mending; the model and its numbers stay as they were.
    assert driver.shown_formula(app) == text
    assert driver.fit(app) is before
    errors = [error.value.replace("\\", "") for error in app.sidebar.error]
    assert len(errors) == 1
    assert named in errors[0]
    assert len(errors[0]) > 20
    assert len(app.metric) == 4 or app.table
    driver.type_formula(app, "Reaction ~ Days + (1 | Subject)")
    driver.assert_in_step(app)
    assert not app.sidebar.error


UNFITTABLE = [
    ("Reaction ~ Days", "no grouping column"),
    ("Reaction ~ Reaction + (1 | Subject)", "outcome"),
    ("Subject ~ Days + (1 | Subject)", "Subject"),
    ("Reaction ~ log(Days) + (1 | Subject)", "log"),
]


@pytest.mark.parametrize(("text", "named"), UNFITTABLE)
def test_model_that_cannot_be_fitted_keeps_the_last_one(text: str, named: str):
    app = driver.opened("sleepstudy")
    before = driver.fit(app)
    driver.type_formula(app, text)
    assert driver.fit(app) is before
    assert named in " ".join(error.value.replace("\\", "") for error in app.sidebar.error)
    for page in (driver.OVERVIEW, driver.FIXED_EFFECTS):
        driver.go(app, page)
        assert any(before.spec.formula in words for words in driver.texts(app.main))


def test_name_in_a_wrong_formula_can_be_replaced_by_a_click():
    app = driver.type_formula(driver.opened("sleepstudy"), "Reaction ~ Dais + (1 | Subject)")
    (button,) = driver.buttons(app, "Days")
    driver.assert_in_step(driver.assert_whole(button.click().run()))
    assert driver.shown_formula(app) == "Reaction ~ Days + (1 | Subject)"
