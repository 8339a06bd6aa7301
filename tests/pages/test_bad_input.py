"""Input that gives no model gets a sentence and a next step; the last good state stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import state
from tests.pages import driver

GROWTH = driver.growth()
PROPOSED = "y ~ time + arm + (1 | id)"


def errors(app: AppTest) -> str:
    """All errors on screen as a person reads them."""
    return " ".join(element.value.replace("\\", "") for element in app.error)


def press(app: AppTest, label: str) -> AppTest:
    """Click the button of the sidebar whose label holds ``label``."""
    found = [b for b in app.sidebar.button if label in b.label.replace("\\", "")]
    assert len(found) == 1, [b.label for b in app.sidebar.button]
    return driver.assert_whole(found[0].click().run())


# -- files that hold no table

UNREADABLE: dict[str, bytes] = {
    "a letter": b"Dear all,\nthis is a letter. It has commas, and sentences, and so on.\nBest\n",
    "binary": bytes(range(256)) * 20,
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "web page": b"<html><body><p>Not found</p></body></html>",
    "empty": b"",
    "spaces": b" \n \n",
    "header only": b"id,time,y\n",
    "one column": b"y\n1\n2\n3\n4\n",
    "no numeric column": b"id,arm\na,x\na,y\nb,x\nb,y\n",
    "damaged workbook": b"PK\x03\x04" + b"x" * 500,
    "broken workbook": driver.workbook({"a": GROWTH})[:3000],
    "empty workbook": driver.workbook({"a": pd.DataFrame()}),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable_file_is_explained_and_changes_nothing(kind: str):
    app = driver.open_app(sample="sleepstudy")
    table, fit = app.session_state[state.TABLE], driver.fit(app)
    name = "study.xlsx" if "workbook" in kind else "study.csv"
    driver.upload(app, UNREADABLE[kind], name)
    words = errors(app)
    # What is wrong, and what to do: two sentences.
    assert words.count(". ") >= 1
    assert words.endswith(".")
    assert app.session_state[state.TABLE] is table
    driver.assert_in_step(app)
    assert driver.fit(app) is fit
    # The next good file is read as if nothing had been.
    driver.upload(app, GROWTH, "good.csv")
    assert not app.error
    assert driver.shown_formula(app) == PROPOSED


# -- tables and models that don't go together

LONG = pd.concat([GROWTH.assign(id=GROWTH["id"] + f"_{k}") for k in range(12)], ignore_index=True)
TEXT = GROWTH.assign(y=["n/m!" if i == 7 else v for i, v in enumerate(GROWTH["y"])])
BASELINE = GROWTH.assign(base=[f"{k % 3}.5" for k in range(8) for _ in range(6)])
FEW = GROWTH[GROWTH["time"] < 2]

# Frame, what is clicked or typed, words of the explanation, label of the button that mends it.
UNFITTABLE: dict[str, tuple[pd.DataFrame, dict[str, Any], list[str], str | None]] = {
    "constant outcome": (
        GROWTH.assign(y=5.0),
        {"FORMULA": "y ~ time + (1 | id)"},
        ["y is 5", "Choose"],
        None,
    ),
    "every row its own group": (
        GROWTH.assign(id=[f"p{i}" for i in range(len(GROWTH))]),
        {"FORMULA": "y ~ time + (1 | id)"},
        ["id", "own group", "Choose"],
        None,
    ),
    "one group": (
        GROWTH.assign(id="only"),
        {"FORMULA": "y ~ time + (1 | id)"},
        ["id", "one group", "Choose"],
        None,
    ),
    "outcome missing in all rows": (
        GROWTH.assign(y=np.nan),
        {"FORMULA": "y ~ time + (1 | id)"},
        ["y", "missing in 48 of 48", "Choose another outcome"],
        None,
    ),
    "predictor missing in all rows": (
        GROWTH.assign(z=np.nan),
        {"FORMULA": "y ~ time + z + (1 | id)"},
        ["z", "missing in 48 of 48", "Take z out"],
        "Take z out",
    ),
    "text in the outcome": (
        TEXT,
        {"OUTCOME": "y", "GROUP": "id"},
        ["y", "n/m!", "convert"],
        "Convert y",
    ),
    "outcome that doesn't vary within groups": (
        BASELINE.assign(base=BASELINE["base"].astype(float)),
        {"FORMULA": "base ~ time + (1 | id)"},
        ["base", "never changes within id", "Choose"],
        None,
    ),
    "500 levels": (
        LONG.assign(code=[f"c{i % 500}" for i in range(len(LONG))]),
        {"FIXED": ["time", "code"]},
        ["code", "500", "grouping column"],
        "Take code out",
    ),
    "slope that doesn't vary": (
        BASELINE,
        {"FORMULA": "y ~ time + base + (1 + base | id)"},
        ["base", "never changes within id"],
        "Take base out of the random slopes",
    ),
    "more random effects than rows": (
        FEW,
        {"FORMULA": "y ~ time + (1 + time | id)"},
        ["16", "id", "Leave out random slopes"],
        "random intercept only",
    ),
    "infinite values by a function": (
        GROWTH.assign(big=GROWTH["age"] * 1000),
        {"FORMULA": "y ~ exp(big) + (1 | id)"},
        ["exp(big)", "infinite"],
        "Take big out",
    ),
    "logarithm of zero": (
        GROWTH,
        {"FORMULA": "y ~ log(time) + (1 | id)"},
        ["log", "time", "8 rows"],
        "Take time out",
    ),
}


@pytest.mark.parametrize("case", UNFITTABLE)
def test_model_that_cannot_be_fitted_is_explained(case: str):
    frame, values, words, mend = UNFITTABLE[case]
    app = driver.upload(driver.open_app(), frame)
    before = app.session_state[state.FIT]
    driver.put(app, **values)
    said = errors(app)
    for word in words:
        assert word in said
    assert app.session_state[state.FIT] is before
    for page in (driver.OVERVIEW, driver.FIXED_EFFECTS, driver.DATA):
        driver.go(app, page)
        assert len(app.title) == 1
    if mend is not None:
        driver.assert_in_step(press(app, mend))
        assert not app.error
        assert driver.fit(app).spec == driver.spec(app)
    # Another data set gets out of every trouble.
    driver.choose_sample(app, "sleepstudy")
    assert not app.error
    driver.assert_in_step(app)


AFTER: dict[str, Callable[[AppTest], bool]] = {
    "predictor missing in all rows": lambda app: driver.shown_formula(app) == "y ~ time + (1 | id)",
    "text in the outcome": lambda app: driver.fit(app).n_obs == 47,
    "500 levels": lambda app: driver.shown_formula(app) == "y ~ time + (1 | id)",
    "slope that doesn't vary": lambda app: (
        driver.shown_formula(app) == "y ~ time + base + (1 | id)"
    ),
    "more random effects than rows": (
        lambda app: driver.shown_formula(app) == "y ~ time + (1 | id)"
    ),
}


@pytest.mark.parametrize("case", AFTER)
def test_button_does_what_it_says(case: str):
    frame, values, _, mend = UNFITTABLE[case]
    app = driver.put(driver.upload(driver.open_app(), frame), **values)
    press(app, str(mend))
    assert AFTER[case](app)
    # The same button stands on the page, beside the last good model.
    app = driver.put(driver.upload(driver.open_app(), frame), **values)
    driver.go(app, driver.OVERVIEW)
    (button,) = [b for b in app.main.button if str(mend) in b.label.replace("\\", "")]
    driver.assert_whole(button.click().run())
    assert AFTER[case](app)


def test_text_in_the_outcome_shows_the_cells_and_offers_to_convert():
    app = driver.put(driver.upload(driver.open_app(), TEXT), OUTCOME="y")
    driver.go(app, driver.OVERVIEW)
    # Row 9 of the file: the header is row 1.
    assert any("row 9" in words and "n/m!" in words for words in driver.texts(app.main))


def test_infinite_cell_is_told_and_left_out():
    frame = GROWTH.assign(y=["inf" if i == 7 else v for i, v in enumerate(GROWTH["y"])])
    app = driver.upload(driver.open_app(), frame)
    assert any("infinite" in words for words in driver.texts(app.main))
    assert driver.fit(app).n_obs == len(GROWTH) - 1


def test_wide_numbers_do_not_break_a_page():
    app = driver.upload(
        driver.open_app(), GROWTH.assign(y=GROWTH["y"] * 1e60, time=GROWTH["time"] * 1e-60)
    )
    for page in driver.PAGES:
        driver.go(app, page)


def test_a_fault_of_ours_is_a_sentence_and_the_last_model_stays(monkeypatch):
    app = driver.open_app()
    before = driver.fit(app).spec

    def broken(*args, **kwargs):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(state, "cached_fit", broken)
    driver.put(app, REML=False)
    assert driver.fit(app).spec == before
    words = " ".join(driver.texts(app.main)) + errors(app)
    assert "through a fault of this program" in words
    assert "secret detail" not in words
    assert not app.exception


def test_a_correlation_that_no_group_tells_is_refused_with_a_button():
    app = driver.upload(driver.open_app(), GROWTH)
    before = driver.fit(app).spec
    driver.type_formula(app, "y ~ time + arm + (0 + arm + time | id)")
    assert driver.fit(app).spec == before
    assert "are correlated" in errors(app) + " ".join(driver.texts(app.sidebar))
    press(app, "Take arm out of the random slopes")
    assert driver.fit(app).spec.formula == "y ~ time + arm + (0 + time | id)"
