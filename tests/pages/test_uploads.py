"""Files of every kind: what is proposed, what is asked, what is said when something is wrong."""

from __future__ import annotations

import keyword
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lmm_core.model.factors import FUNCTIONS
from pages.parts import state
from tests.pages import driver

GROWTH = driver.growth()
PROPOSED = "y ~ time + arm + (1 | id)"


@pytest.mark.parametrize("kind", ["csv", "semicolons", "tab", "xlsx"])
def test_roles_are_proposed_and_the_model_is_fitted(kind: str):
    content = {
        "csv": driver.csv(GROWTH),
        "semicolons": GROWTH.to_csv(index=False, sep=";", decimal=",").encode("cp1252"),
        "tab": b"\xef\xbb\xbf" + GROWTH.to_csv(index=False, sep="\t").encode(),
        "xlsx": driver.workbook({"Sheet1": GROWTH}),
    }[kind]
    app = driver.upload(driver.open_app(), content, f"study.{'xlsx' if kind == 'xlsx' else 'csv'}")
    driver.assert_in_step(app)
    assert driver.shown_formula(app) == PROPOSED
    assert driver.fit(app).n_obs == len(GROWTH)
    assert any("study" in words for words in driver.texts(app.sidebar))
    driver.go(app, driver.OVERVIEW)
    assert "y rises" in app.title[0].value


def test_sheet_of_a_workbook_can_be_chosen():
    other = GROWTH.rename(columns={"y": "weight", "id": "animal"})
    content = driver.workbook({"first": GROWTH, "second": other})
    app = driver.upload(driver.open_app(), content, "study.xlsx")
    assert driver.shown_formula(app) == PROPOSED
    (sheet,) = [box for box in app.main.selectbox if box.label == "Sheet"]
    assert list(sheet.options) == ["first", "second"]
    driver.assert_in_step(driver.assert_whole(sheet.set_value("second").run()))
    assert driver.shown_formula(app) == "weight ~ time + arm + (1 | animal)"


def test_each_upload_starts_anew():
    app = driver.upload(driver.open_app(), GROWTH)
    driver.put(app, REML=False, FIXED=["age"])
    driver.upload(app, GROWTH.rename(columns={"y": "weight"}), "next.csv")
    driver.assert_in_step(app)
    assert driver.shown_formula(app) == "weight ~ time + arm + (1 | id)"
    assert driver.spec(app).reml


def test_rows_with_missing_cells_are_told_by_column():
    frame = GROWTH.copy()
    frame.loc[[2, 11], "y"] = np.nan
    frame.loc[3, "time"] = np.nan
    app = driver.upload(driver.open_app(), frame)
    assert driver.fit(app).dropped.n_dropped == 3
    driver.go(app, driver.DATA)
    words = " ".join(driver.texts(app.main))
    assert "uses 45 rows" in words
    assert "y" in words


@pytest.mark.parametrize(
    ("frame", "asked", "answer"),
    [
        (GROWTH.assign(id=[f"p{i}" for i in range(len(GROWTH))]), "group", {"GROUP": "arm"}),
        (GROWTH.drop(columns=["id", "arm"]), "group", {"GROUP": "age"}),
        (GROWTH[["id", "time", "arm"]], "outcome", {"OUTCOME": "time"}),
    ],
)
def test_one_question_is_asked_when_something_is_missing(
    frame: pd.DataFrame, asked: str, answer: dict[str, Any]
):
    app = driver.upload(driver.open_app(), frame)
    assert app.session_state[state.QUESTION] == asked
    for page in driver.PAGES:
        driver.go(app, page)
        if page != driver.DATA:
            assert len(app.title) == 1
    driver.go(app, driver.OVERVIEW)
    assert "?" in app.title[0].value
    driver.assert_in_step(driver.put(app, **answer))
    driver.fit(app)


# -- odd names

NAMES = [
    "body weight",
    " y",
    'the "best" score',
    "it's",
    "a`b",
    "``",
    "*",
    "a*b",
    "$x$ and $y$",
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "\N{GRINNING FACE}",
    "größe",
    "Subject.1",
    "1st",
    "1",
    "x|y",
    "a:b",
    "a~b + c",
    "(1 | id)",
    "[link](http://example.org)",
    ":red[warning]",
    "__import__('os').system('true')",
    "{y}",
    "%s %d",
    "back\\slash",
    "Intercept",
    "(Intercept)",
    "TRUE",
    "NA",
    "w" * 200,
    *FUNCTIONS,
    *("lambda", "None", "class", "import"),
]
assert set(NAMES) & set(keyword.kwlist)
ROLES = ("y", "time", "arm", "id")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("role", ROLES)
def test_odd_column_names(name: str, role: str):
    frame = GROWTH[["age", *ROLES]].rename(columns={role: name})
    app = driver.upload(driver.open_app(), frame)
    columns = list(app.session_state[state.TABLE].frame.columns)
    names = dict(zip(["age", *ROLES], columns, strict=True))
    quoted = {old: state.quote(new) for old, new in names.items()}
    driver.put(app, OUTCOME=quoted["y"], GROUP=names["id"])
    driver.put(app, FIXED=[quoted["time"], quoted["arm"]], SLOPES=[quoted["time"]])
    driver.put(app, INTERACTIONS=[f"{quoted['time']}:{quoted['arm']}"])
    driver.assert_in_step(app)
    assert driver.fit(app).n_obs == len(GROWTH)
    # The formula in the box can be typed back.
    text = driver.shown_formula(app)
    driver.type_formula(app, f"{text} ")
    driver.assert_in_step(app)
    assert driver.shown_formula(app) == text


@pytest.mark.parametrize("name", ["body weight", "a`b", "<b>$x$</b>", ":red[*b*]", "log", "a:b"])
def test_odd_column_names_on_every_page(name: str):
    frame = GROWTH[["age", *ROLES]]
    frame = frame.rename(columns={"y": name, "id": f"{name} id", "arm": f"{name} arm"})
    app = driver.upload(driver.open_app(), frame)
    quoted = {c: state.quote(c) for c in frame.columns}
    driver.put(app, OUTCOME=quoted[name], GROUP=f"{name} id", FIXED=["time", quoted[f"{name} arm"]])
    driver.put(app, SLOPES=["time"], INTERACTIONS=[f"time:{quoted[f'{name} arm']}"])
    driver.assert_in_step(app)
    for page in driver.PAGES:
        driver.go(app, page)
        assert not app.error


@pytest.mark.parametrize(
    "level",
    ["a b", "<b>", "`x`", "$1$ $2$", "*", ":smile:", "=1+1", "x" * 300, "a:b", "\N{SNOWMAN}"],
)
def test_odd_levels_on_every_page(level: str):
    frame = GROWTH.assign(
        id=[f"{level}{k}" for k in GROWTH["id"]],
        arm=[level if arm == "new" else arm for arm in GROWTH["arm"]],
    )
    app = driver.put(driver.upload(driver.open_app(), frame), FIXED=["time", "arm"])
    driver.widget(app, f"{state.REFERENCE}arm").set_value(level)
    driver.assert_in_step(driver.assert_whole(app.run()))
    for page in driver.PAGES:
        driver.go(app, page)
        assert not app.error
