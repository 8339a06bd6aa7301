"""The missing data page on every sample, and on data with every kind of gap."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.data.samples import sample_names
from tests.pages import driver

PAGE = "pages/checks/missing_data.py"
TITLES = {
    "pain": "10 % of the values by patient_id and month are missing",
    "sleepstudy": "No value by Subject and Days is missing",
    "orthodont": "No value by Subject and age is missing",
    "mathachieve": "No value is missing",
    "gapminder": "No value by country and years is missing",
}


def opened(app: AppTest, box: str) -> AppTest:
    app.session_state[box] = True
    return driver.assert_whole(app.run())


def said(app: AppTest) -> str:
    return " ".join(driver.texts(app.main))


@pytest.mark.parametrize("sample", sample_names())
def test_every_sample(sample: str):
    app = driver.open_app(PAGE, sample)
    assert app.title[0].value.replace("\\", "") == TITLES[sample]
    assert len(app.get("plotly_chart")) == 1
    assert len(app.get("plotly_chart")[0].proto.alt) > 40
    app = opened(app, "rm_anova")
    if sample == "mathachieve":
        assert "no pattern over time" in said(app)
        assert "the same few occasions for everyone" in said(app)
    else:
        assert len(app.table) == 1


def test_the_pain_trial_in_words():
    app = driver.open_app(PAGE, "pain")
    text = said(app)
    assert "53 have an outcome at every value of month; 9 end before month 6" in text
    assert "missed more often after a high pain_score" in text
    assert "can't be tested with these data" in text
    app = opened(app, "missing_numbers")
    assert [len(t.value) for t in app.table] == [4, 3]
    app = opened(app, "rm_anova")
    text = said(app)
    assert "it drops 27 of 80 groups (34 %) and with them 75 of 287 rows" in text
    assert "complete groups only" in text
    app = opened(app, "rows_per_group")
    assert len(app.get("plotly_chart")) == 2


def test_balanced_data_agree():
    app = opened(driver.open_app(PAGE, "orthodont"), "rm_anova")
    table = driver.behind(app.table[0]).rename(columns=lambda name: name.replace("\\", ""))
    assert list(table["Mixed model F"].round(2)) == list(table["RM-ANOVA F"].round(2))
    assert "Both give the same F" in said(app)


def test_lost_predictors_and_hostile_names():
    frame = driver.growth(10, 4).rename(columns={"time": "<b>t</b>", "id": "$i$"})
    frame.loc[[2, 9], "age"] = None
    frame.loc[[5, 6, 7, 20], "y"] = None
    app = driver.upload(driver.open_app(), frame)
    driver.type_formula(app, "y ~ `<b>t</b>` + age + (1 | `$i$`)")
    driver.go(app, PAGE)
    text = said(app)
    assert "2 rows have an outcome but can't be used" in text
    assert "age (2)" in text
    assert app.title[0].value.startswith("10 % of the values by ")
    assert pd.notna(app.get("plotly_chart")[0].proto.alt)
