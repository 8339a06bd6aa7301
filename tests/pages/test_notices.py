"""What the app says about a model that deserves a remark, and how grouping columns lie."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import state
from tests import support
from tests.pages import driver

ESTIMATION = "pages/checks/estimation.py"
VARIANCE = "pages/results/variance.py"


def uploaded(data: str, formula: str | None = None) -> AppTest:
    app = driver.upload(driver.open_app(), support.data(data), f"{data}.csv")
    return app if formula is None else driver.type_formula(app, formula)


def said(app: AppTest, *words: str) -> bool:
    """Whether one text on the page or in the sidebar holds all the words."""
    texts = [*driver.texts(app.main), *driver.texts(app.sidebar)]
    return any(all(word in text for word in words) for text in texts)


# Data, a singular model, what must be named, and the simpler model (None: there is none).
SINGULAR = {
    "correlation": (
        "cake",
        "angle ~ temp * recipe + (1 + temp | replicate)",
        ["replicate", "temp", "correlated"],
        "angle ~ temp * recipe + (1 + temp || replicate)",
    ),
    "variance of a slope": (
        "cake",
        "angle ~ temp + (1 + recipe || replicate) + (1 | rr)",
        ["replicate", "recipeB", "0"],
        "angle ~ temp + (1 | replicate) + (1 | rr)",
    ),
    "only term": ("Dyestuff2", "Yield ~ 1 + (1 | Batch)", ["Batch", "0"], None),
}


@pytest.mark.parametrize("case", SINGULAR)
def test_singular_fit_is_named_with_the_simpler_model_as_a_button(case: str):
    data, formula, words, simpler = SINGULAR[case]
    app = uploaded(data, formula)
    assert driver.fit(app).is_singular
    for page in (driver.OVERVIEW, VARIANCE, ESTIMATION):
        driver.go(app, page)
        assert said(app, *words), page
    # A boundary is an optimum, not a failure.
    assert said(app, "converged")
    assert not said(app, "not converged")
    found = driver.buttons(app, "Use the simpler model")
    if simpler is None:
        assert found == []
        return
    assert said(app, simpler)
    criterion = driver.fit(app).criterion
    driver.assert_in_step(driver.assert_whole(found[0].click().run()))
    assert driver.shown_formula(app) == simpler
    assert driver.fit(app).criterion == pytest.approx(criterion, abs=5)


@pytest.mark.parametrize("sample", ["pain", "sleepstudy"])
def test_a_model_without_problems_has_no_remarks(sample: str):
    app = driver.open_app(sample=sample)
    driver.go(app, ESTIMATION)
    assert not driver.buttons(app, "simpler")
    assert not said(app, "boundary:")
    assert "isn't" not in app.title[0].value


# Data, main and second grouping column, words of the statement, whether counting anew is offered.
RELATIONS = [
    ("Pastes", "batch", "sample", ["sample", "one batch", "nested"], False),
    ("Pastes", "sample", "batch", ["sample", "one batch", "nested"], False),
    ("Penicillin", "plate", "sample", ["same", "sample", "plate"], None),
    ("Machines", "Worker", "wm", ["wm", "one Worker", "nested"], False),
    ("Machines", "Worker", "Machine", ["Machine", "Worker"], None),
    ("Pastes", "batch", "cask", ["same cask IDs", "batch"], True),
    ("Pastes", "cask", "batch", ["same cask IDs", "batch"], True),
    ("cake", "replicate", "rr", ["rr", "one replicate", "nested"], False),
]


@pytest.mark.parametrize(("data", "main", "second", "words", "offered"), RELATIONS)
def test_sidebar_says_how_grouping_columns_lie(
    data: str, main: str, second: str, words: list[str], offered: bool | None
):
    app = driver.put(driver.put(uploaded(data), GROUP=main), MORE_GROUPS=[second])
    driver.assert_in_step(app)
    captions = [caption.value.replace("\\", "") for caption in app.sidebar.caption]
    assert any(all(word in text for word in words) for text in captions), captions
    if offered is not None:
        toggles = [t for t in app.sidebar.toggle if str(t.key).startswith(state.WITHIN)]
        assert bool(toggles) == offered


def test_reused_ids_counted_separately_are_the_nested_model():
    app = driver.put(driver.put(uploaded("Pastes"), GROUP="batch"), MORE_GROUPS=["cask"])
    assert driver.fit(app).n_groups == {"batch": 10, "cask": 3}
    driver.widget(app, f"{state.WITHIN}cask").set_value(True)
    driver.assert_in_step(driver.assert_whole(app.run()))
    assert list(driver.fit(app).n_groups.values()) == [10, 30]
    nested = uploaded("Pastes", "strength ~ 1 + (1 | batch) + (1 | sample)")
    assert driver.fit(app).loglik == pytest.approx(driver.fit(nested).loglik, abs=1e-8)


@pytest.mark.parametrize(
    ("data", "formula"),
    [
        ("Pastes", "strength ~ 1 + (1 | batch/cask)"),
        ("Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)"),
        ("Machines", "score ~ Machine + (1 | Worker) + (1 | wm)"),
        ("Machines", "score ~ Machine + (1 + Machine | Worker)"),
        ("sleepstudy", "Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)"),
        ("sleepstudy", "Reaction ~ 0 + Days + (0 + Days | Subject)"),
        ("Dyestuff2", "Yield ~ 1 + (1 | Batch)"),
        ("Orthodont", "distance ~ poly(age, 2) * Sex + (1 + log(age) || Subject)"),
    ],
)
@pytest.mark.parametrize("method", ["satterthwaite", "kenward-roger", "normal"])
def test_every_page_shows_models_of_every_kind(data: str, formula: str, method: str):
    app = driver.put(uploaded(data, formula), DF_METHOD=method)
    driver.assert_in_step(app)
    assert app.session_state[state.PROBLEM] is None
    for page in driver.PAGES:
        driver.go(app, page)
        assert len(app.title) == 1
        assert not app.error


def test_aliased_predictor_is_left_out_and_told():
    frame = driver.growth().assign(twice=lambda t: 2 * t["time"] + 1)
    app = driver.upload(driver.open_app(), frame)
    driver.type_formula(app, "y ~ time + twice + (1 | id)")
    driver.assert_in_step(app)
    driver.go(app, driver.OVERVIEW)
    assert said(app, "Left out", "twice")


@pytest.mark.parametrize(("n_groups", "word"), [(4, "Only 4"), (8, "Only 8"), (40, None)])
def test_few_groups_are_warned_of(n_groups: int, word: str | None):
    app = driver.upload(driver.open_app(), driver.growth(n_groups, 6))
    driver.type_formula(app, "y ~ time + (1 | id)")
    driver.go(app, driver.OVERVIEW)
    assert said(app, word) if word else not said(app, "Only")


def test_lost_rows_are_told_on_the_overview():
    frame = driver.growth()
    frame.loc[:4, "y"] = pd.NA
    app = driver.go(driver.upload(driver.open_app(), frame), driver.OVERVIEW)
    assert said(app, "5 rows", "48")


def test_last_good_model_is_named_while_another_cannot_be_fitted():
    app = driver.open_app(sample="sleepstudy")
    good = driver.shown_formula(app)
    driver.type_formula(app, "Reaction ~ log(Days) + (1 | Subject)")
    for page in driver.PAGES:
        driver.go(app, page)
        assert app.sidebar.error, page
    driver.go(app, driver.OVERVIEW)
    assert said(app, "last model", good)
    assert len(app.metric) == 4
