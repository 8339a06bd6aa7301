"""The sidebar's widgets and the formula stay in step, both ways, after every change."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from random import Random
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import residual_kinds, sidebar_options, state
from tests.pages import driver

Click = tuple[dict[str, Any], str]


# Data, then clicks with the formula that must stand in the box after each.
CLICKS: dict[str, tuple[str, list[Click]]] = {
    "fixed effects": (
        "orthodont",
        [
            ({"FIXED": ["age"]}, "distance ~ age + (1 + age | Subject)"),
            ({"FIXED": []}, "distance ~ 1 + (1 + age | Subject)"),
            ({"FIXED": ["Sex"]}, "distance ~ Sex + (1 + age | Subject)"),
            ({"FIXED": ["Sex", "age"]}, "distance ~ Sex + age + (1 + age | Subject)"),
        ],
    ),
    "an interaction leaves with its factor": (
        "orthodont",
        [
            ({"INTERACTIONS": []}, "distance ~ age + Sex + (1 + age | Subject)"),
            ({"INTERACTIONS": ["age:Sex"]}, "distance ~ age * Sex + (1 + age | Subject)"),
            ({"FIXED": ["Sex"]}, "distance ~ Sex + (1 + age | Subject)"),
            ({"FIXED": ["Sex", "age"]}, "distance ~ Sex + age + (1 + age | Subject)"),
        ],
    ),
    "three-way interaction": (
        "npk",
        [
            (
                {"OUTCOME": "yield", "FIXED": ["N", "P", "K"], "GROUP": "block"},
                "yield ~ N + P + K + (1 | block)",
            ),
            ({"INTERACTIONS": ["N:P"]}, "yield ~ N * P + K + (1 | block)"),
            ({"INTERACTIONS": ["N:P", "N:P:K"]}, "yield ~ N * P * K + (1 | block)"),
            (
                {"INTERACTIONS": ["N:P", "P:K", "N:P:K"]},
                "yield ~ N * P + P * K + (1 | block)",
            ),
            ({"FIXED": ["N", "P"]}, "yield ~ N * P + (1 | block)"),
        ],
    ),
    "slopes": (
        "orthodont",
        [
            ({"CORRELATED": False}, "distance ~ age * Sex + (1 + age || Subject)"),
            ({"CORRELATED": True}, "distance ~ age * Sex + (1 + age | Subject)"),
            ({"INTERCEPT": False}, "distance ~ age * Sex + (0 + age | Subject)"),
            ({"INTERCEPT": True}, "distance ~ age * Sex + (1 + age | Subject)"),
            ({"SLOPES": []}, "distance ~ age * Sex + (1 | Subject)"),
            ({"SLOPES": ["age"]}, "distance ~ age * Sex + (1 + age | Subject)"),
        ],
    ),
    "the intercept comes back when no slope is left": (
        "sleepstudy",
        [
            ({"INTERCEPT": False}, "Reaction ~ Days + (0 + Days | Subject)"),
            ({"SLOPES": []}, "Reaction ~ Days + (1 | Subject)"),
        ],
    ),
    "categorical slope": (
        "Machines",
        [
            ({"SLOPES": ["Machine"]}, "score ~ Machine + (1 + Machine | Worker)"),
            ({"FIXED": []}, "score ~ 1 + (1 + Machine | Worker)"),
            ({"CORRELATED": False}, "score ~ 1 + (1 + Machine || Worker)"),
            ({"SLOPES": []}, "score ~ 1 + (1 | Worker)"),
        ],
    ),
    "several slopes": (
        "mathachieve",
        [
            (
                {"FIXED": ["SES"], "SLOPES": ["SES", "Minority"]},
                "MathAch ~ SES + (1 + SES + Minority | School)",
            ),
            ({"CORRELATED": False}, "MathAch ~ SES + (1 + SES + Minority || School)"),
            ({"SLOPES": ["Minority"]}, "MathAch ~ SES + (1 + Minority || School)"),
        ],
    ),
    "nested": (
        "Pastes",
        [
            ({"GROUP": "batch"}, "strength ~ 1 + (1 | batch)"),
            ({"MORE_GROUPS": ["sample"]}, "strength ~ 1 + (1 | batch) + (1 | sample)"),
            ({"MORE_GROUPS": ["cask"]}, "strength ~ 1 + (1 | batch) + (1 | cask)"),
            ({"WITHIN:cask": True}, "strength ~ 1 + (1 | batch) + (1 | cask:batch)"),
            ({"REML": False}, "strength ~ 1 + (1 | batch) + (1 | cask:batch)"),
            ({"WITHIN:cask": False}, "strength ~ 1 + (1 | batch) + (1 | cask)"),
            ({"WITHIN:cask": True}, "strength ~ 1 + (1 | batch) + (1 | cask:batch)"),
            ({"MORE_GROUPS": []}, "strength ~ 1 + (1 | batch)"),
        ],
    ),
    "crossed": (
        "Penicillin",
        [
            ({"MORE_GROUPS": ["sample"]}, "diameter ~ 1 + (1 | plate) + (1 | sample)"),
            (
                {"GROUP": "sample", "MORE_GROUPS": ["plate"]},
                "diameter ~ 1 + (1 | sample) + (1 | plate)",
            ),
            ({"MORE_GROUPS": []}, "diameter ~ 1 + (1 | sample)"),
        ],
    ),
    "three grouping columns": (
        "ratpup",
        [
            (
                {"OUTCOME": "weight", "FIXED": ["sex"], "GROUP": "Litter"},
                "weight ~ sex + (1 | Litter)",
            ),
            (
                {"MORE_GROUPS": ["Treatment"]},
                "weight ~ sex + (1 | Litter) + (1 | Treatment)",
            ),
        ],
    ),
    "group": (
        "Machines",
        [
            ({"GROUP": "wm"}, "score ~ Machine + (1 | wm)"),
            ({"GROUP": "Worker"}, "score ~ Machine + (1 | Worker)"),
            # A predictor that becomes the grouping column stops being a predictor.
            ({"GROUP": "Machine"}, "score ~ 1 + (1 | Machine)"),
        ],
    ),
    "outcome": (
        "ratpup",
        [
            ({"OUTCOME": "weight", "FIXED": ["sex"], "GROUP": "Litter"}, None),
            ({"OUTCOME": "Lsize"}, "Lsize ~ sex + (1 | Litter)"),
            ({"OUTCOME": "weight", "FIXED": ["Lsize"]}, "weight ~ Lsize + (1 | Litter)"),
            ({"OUTCOME": "Lsize"}, "Lsize ~ 1 + (1 | Litter)"),
        ],
    ),
    "centre and standardise": (
        "orthodont",
        [
            (
                {"CENTRED": ["age"]},
                "distance ~ center(age) * Sex + (1 + center(age) | Subject)",
            ),
            ({"SCALED": ["age"]}, "distance ~ scale(age) * Sex + (1 + scale(age) | Subject)"),
            (
                {"CENTRED": ["age"]},
                "distance ~ center(age) * Sex + (1 + center(age) | Subject)",
            ),
            ({"CENTRED": []}, "distance ~ age * Sex + (1 + age | Subject)"),
        ],
    ),
}


@pytest.mark.parametrize("case", CLICKS)
def test_formula_follows_the_clicks(case: str):
    data, clicks = CLICKS[case]
    app = driver.opened(data)
    for values, formula in clicks:
        driver.assert_in_step(driver.put_named(app, values))
        assert driver.shown_formula(app) == (formula or driver.shown_formula(app)), values


# Options that don't stand in the formula: data, values, and what of the model they set.
OPTIONS: dict[str, tuple[str, dict[str, Any], Callable[[AppTest], bool]]] = {
    "ML": ("sleepstudy", {"REML": False}, lambda app: not driver.fit(app).spec.reml),
    "Kenward–Roger": (
        "sleepstudy",
        {"DF_METHOD": "kenward-roger"},
        lambda app: driver.fit(app).spec.df_method == "kenward-roger",
    ),
    "normal": (
        "sleepstudy",
        {"DF_METHOD": "normal"},
        lambda app: not driver.fit(app).fixed_effects["df"].lt(1e6).any(),
    ),
    "confidence level": (
        "sleepstudy",
        {"CI_LEVEL": 0.9},
        lambda app: driver.fit(app).spec.ci_level == 0.9,
    ),
    "reference level": (
        "pain",
        {"REFERENCE:treatment": "treated"},
        lambda app: "treatment: control vs treated" in driver.fit(app).design.labels,
    ),
    "weights": (
        "sleepstudy_weights",
        {"WEIGHTS": "w"},
        lambda app: driver.fit(app).design.weights is not None,
    ),
    **{
        name: (
            "sleepstudy",
            {"OPTIMIZER": name},
            lambda app, name=name: driver.fit(app).spec.optimizer == name,
        )
        for name in ("newton", "l-bfgs-b", "nelder-mead", "powell")
    },
}


@pytest.mark.parametrize("case", OPTIONS)
def test_option_reaches_the_fit(case: str):
    data, values, holds = OPTIONS[case]
    app = driver.opened(data)
    formula = driver.shown_formula(app)
    assert not holds(app)
    driver.assert_in_step(driver.put_named(app, values))
    assert holds(app)
    assert driver.shown_formula(app) == formula


def test_changes_in_quick_succession_all_count():
    """Clicks that reach the server together are one change, whatever their number."""
    app = driver.put(
        driver.opened("orthodont"),
        FIXED=["age"],
        SLOPES=[],
        REML=False,
        CI_LEVEL=0.99,
        DF_METHOD="normal",
        OPTIMIZER="l-bfgs-b",
    )
    driver.assert_in_step(app)
    model = driver.spec(app)
    assert model.formula == "distance ~ age + (1 | Subject)"
    assert (model.reml, model.ci_level, model.df_method) == (False, 0.99, "normal")
    assert model.optimizer == "l-bfgs-b"


def test_kenward_roger_by_ml_offers_reml():
    app = driver.put(driver.opened("sleepstudy"), REML=False, DF_METHOD="kenward-roger")
    assert app.sidebar.error
    (button,) = [b for b in app.sidebar.button if "REML" in b.label]
    driver.assert_in_step(driver.assert_whole(button.click().run()))
    assert driver.spec(app).reml
    assert driver.spec(app).df_method == "kenward-roger"
    assert not app.error


def test_emptied_outcome_is_asked_for_and_breaks_nothing():
    app = driver.opened("sleepstudy")
    formula = driver.shown_formula(app)
    driver.put(app, OUTCOME=None)
    driver.put(app, FIXED=[], SLOPES=[])
    driver.put(app, OUTCOME="Reaction", FIXED=["Days"], SLOPES=["Days"])
    driver.assert_in_step(app)
    assert driver.shown_formula(app) == formula


def test_reference_level_of_one_data_set_stays_with_it():
    """Two files with the same column: the second starts from its own first level."""
    frame = driver.growth()
    app = driver.upload(driver.open_app(), frame)
    driver.put(app, FIXED=["arm"])
    driver.put_named(app, {"REFERENCE:arm": "old"})
    driver.assert_in_step(app)
    driver.upload(app, frame.assign(y=frame["y"] + frame["time"]), "second.csv")
    driver.put(app, FIXED=["time", "arm"])
    driver.assert_in_step(app)
    assert driver.spec(app).reference == ()


def test_a_predictor_that_is_constant_within_groups_is_no_slope():
    app = driver.put(driver.upload(driver.open_app(), driver.growth()), FIXED=["time", "arm"])
    assert "arm" not in driver.widget(app, state.SLOPES).options
    assert any("arm" in words and "slope" in words for words in driver.texts(app.sidebar))


def test_model_survives_a_round_through_the_pages():
    app = driver.put(
        driver.opened("orthodont"), FIXED=["Sex"], REML=False, CI_LEVEL=0.9, DF_METHOD="normal"
    )
    model = driver.spec(app)
    for page in driver.PAGES:
        driver.assert_in_step(driver.go(app, page))
    assert driver.spec(app) == model


def test_sessions_do_not_see_each_other():
    first, second = driver.opened("sleepstudy"), driver.opened("sleepstudy")
    driver.put(first, FIXED=[], SLOPES=[])
    second.run()
    driver.assert_in_step(second)
    assert driver.shown_formula(second) == "Reaction ~ Days + (1 + Days | Subject)"


def test_order_of_clicks_does_not_matter():
    clicks = {"FIXED": ["Sex", "age"], "SLOPES": [], "REML": False}
    models = set()
    app = driver.opened("orthodont")
    start = driver.spec(app)
    for order in permutations(clicks):
        driver.put(driver.type_formula(app, start.formula), REML=True)
        for name in order:
            driver.assert_in_step(driver.put(app, **{name: clicks[name]}))
        models.add(driver.spec(app))
    assert len(models) == 1


# What a widget shows for its values, where that isn't the value's text.
SHOWN = {
    **{shown: value for value, shown in sidebar_options.DF_LABELS.items()},
    **{shown: value for value, shown in sidebar_options.OPTIMIZER_LABELS.items()},
    **{shown: value for value, shown in residual_kinds.LABELS.items()},
    **{"None": None, "REML": True, "ML": False, "90 %": 0.9, "95 %": 0.95, "99 %": 0.99},
}


def random_click(app: AppTest, random: Random) -> tuple[str, Any]:
    """Any of the sidebar's widgets with any value that it offers."""
    kinds = ("selectbox", "multiselect", "toggle", "radio")
    found = random.choice([w for kind in kinds for w in getattr(app.sidebar, kind)])
    if found.type == "toggle":
        return found.key, not found.value
    offered = [SHOWN.get(text, text.replace(" × ", ":")) for text in found.options]
    if found.type == "multiselect":
        return found.key, random.sample(offered, random.randint(0, min(3, len(offered))))
    return found.key, random.choice(offered)


@pytest.mark.parametrize("data", ["orthodont", "mathachieve", "Pastes", "Machines", "cake", "npk"])
def test_any_walk_through_the_widgets_stays_in_step(data: str):
    app, random, done = driver.opened(data), Random(data), []
    for _ in range(25):
        key, value = random_click(app, random)
        done.append((key, value))
        driver.widget(app, key).set_value(value)
        app.run()
        assert not app.exception, done
        driver.assert_in_step(app)
        # Whatever was clicked, the pages stand.
        driver.go(app, random.choice(driver.PAGES))


@pytest.mark.parametrize("opened", [(), (state.OPTIONS,)], ids=["all closed", "the first open"])
def test_closed_options_keep_their_values(opened: tuple[str, ...]):
    app = driver.put(driver.open_app(sample="orthodont"), CENTRED=["age"])
    driver.put(app, REML=False, OPTIMIZER="powell")
    for key in (state.OPTIONS, state.MORE_OPTIONS):
        app.session_state[key] = key in opened
    driver.assert_whole(app.run())
    assert not driver.has_widget(app, state.OPTIMIZER)
    assert driver.has_widget(app, state.REML) == bool(opened)
    driver.put(app, CORRELATED=False)
    model = driver.spec(app)
    assert (model.reml, model.optimizer, model.random[0].correlated) == (False, "powell", False)
    assert model.formula == "distance ~ center(age) * Sex + (1 + center(age) || Subject)"
