"""Names and values that look like markup, formulas or code go through every form as they are."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.forms import FORMS
from tests.pages import driver
from tests.pages.test_prepare_steps import COLUMNS, done, form, steps, table

WHO, TIME, ARM, SCORE = "who <b>b</b>", ":red[time]", "arm `$x$`", "a*b_[c](d)"


def hostile() -> pd.DataFrame:
    frame = driver.growth(8, 4).rename(columns={"id": WHO, "time": TIME, "arm": ARM, "y": SCORE})
    frame[ARM] = frame[ARM].map({"old": "=1+1", "new": "**x** $y$ :blue[z]"})
    frame["__import__('os')"] = [k % 5 for k in range(len(frame))]
    frame["dåtum ☃"] = [f"2024-0{1 + k % 4}-1{k % 8}" for k in range(len(frame))]
    frame["grip"] = ["<i>n/e</i>" if k == 3 else f"{k}.5" for k in range(len(frame))]
    return frame


@pytest.fixture
def app() -> AppTest:
    return driver.go(driver.upload(driver.open_app(), hostile()), COLUMNS)


FILLED = {
    "combine": {"left": SCORE, "operator": "/", "other": "age"},
    "recode": {"column": ARM, f"{ARM}:=1+1": "*_*"},
    "merge_levels": {"column": ARM, "levels": ["=1+1", "**x** $y$ :blue[z]"], "name": "[a](b)"},
    "na_value": {"columns": [ARM], "values": "=1+1"},
    "unite": {"columns": [WHO, ARM], "into": "$a$"},
    "filter": {"column": ARM, "comparison": "in", "list": ["=1+1"]},
    "rename": {"old": SCORE, "new": "# heading"},
    "drop": {"columns": [TIME]},
    "set_kind": {"column": ARM, "kind": "ordered"},
    "split": {"column": "age"},
    "transform": {"column": SCORE, "function": "exp", "into": "`e`"},
}
#: Markup that would come alive: an unescaped piece of a user's name.
ALIVE = re.compile(r"(?<!\\)(<b>|<i>|:red\[t|:blue\[|\*\*x|\$y|\$x|\[c\]\()")


@pytest.mark.parametrize("kind", FORMS)
def test_form_takes_the_names_as_they_are(app: AppTest, kind: str):
    form(app, kind, **FILLED.get(kind, {}))
    done(app)
    assert [step.kind for step in steps(app)] == [kind]
    assert len(table(app).steps) == 1
    for page in (COLUMNS, driver.DATA, "pages/prepare/reshape.py"):
        driver.go(app, page)
        kinds = ("title", "header", "markdown", "caption", "error")
        shown = [str(e.value) for name in kinds for e in getattr(app.main, name)]
        assert [text for text in shown if ALIVE.search(text)] == []
    driver.assert_whole(app.button(key="undo:0").click().run())
    assert steps(app) == ()
