"""The list of steps on the pages: added, changed, undone, replayed; and what the model does."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.data import Step, apply_steps, describe, read_table, replay, step_kinds
from pages.parts import state
from pages.parts.forms import FORMS
from tests.pages import driver

COLUMNS = "pages/prepare/columns.py"


def table(app: AppTest):
    return app.session_state[state.TABLE]


def steps(app: AppTest) -> tuple[Step, ...]:
    return app.session_state[state.STEPS]


def form(app: AppTest, kind: str, /, **fields) -> AppTest:
    """Open a form and fill its fields by the names of the step's settings."""
    if app.selectbox(key="form_kind").value != kind:
        app.selectbox(key="form_kind").set_value(kind).run()
    for name, value in fields.items():
        field(app, f"form:{kind}:{name}").set_value(value).run()
    return driver.assert_whole(app)


def field(app: AppTest, key: str):
    kinds = ("selectbox", "multiselect", "text_input", "number_input", "toggle")
    return next(w for kind in kinds for w in getattr(app.main, kind) if w.key == key)


def done(app: AppTest) -> AppTest:
    return driver.assert_whole(app.button(key="form_done").click().run())


def visits() -> pd.DataFrame:
    """Twelve patients, four visits: dates, codes, a stray word, a code for missing."""
    frame = driver.growth(12, 4).rename(columns={"id": "patient", "time": "visit"})
    start = pd.Timestamp("2024-01-01")
    days = 30 * frame["visit"] + frame["patient"].str[1:].astype(int)
    frame["date"] = (start + pd.to_timedelta(days, unit="D")).dt.strftime("%d.%m.%Y")
    frame["region"] = [1 + k // 4 % 3 for k in range(len(frame))]
    frame["weight"] = [70 + k % 9 if k != 5 else -99 for k in range(len(frame))]
    frame["grip"] = [f"{20 + k % 7}.5" if k != 7 else "n/e" for k in range(len(frame))]
    return frame


@pytest.fixture
def app() -> AppTest:
    return driver.upload(driver.open_app(), visits())


# id: (kind, fields, columns that are new, words of the sentence)
FORM_CASES = {
    "log": ("transform", {"column": "y", "function": "log"}, ["log_y"], "natural logarithm"),
    "square": ("transform", {"column": "y", "function": "square"}, ["y_squared"], "square"),
    "own name": ("transform", {"column": "y", "into": "a*b"}, ["a*b"], "a*b"),
    "centre": ("center", {"column": "age", "place": "median"}, ["age_centred"], "median"),
    "centre at": (
        "center",
        {"column": "age", "place": "at", "number": 30.0},
        ["age_centred"],
        "30",
    ),
    "standardise": ("standardise", {"column": "age"}, ["age_standardised"], "SD"),
    "combine": ("combine", {"left": "y", "operator": "/", "other": "age"}, ["y_per_age"], "y"),
    "times two": (
        "combine",
        {"left": "y", "operator": "*", "other": "", "number": 2.0},
        ["y_times_2"],
        "× 2",
    ),
    "growth": (
        "change",
        {"column": "y", "group": "patient", "time": "visit", "measure": "percent"},
        ["y_growth"],
        "percent change",
    ),
    "baseline": ("baseline", {"column": "y", "group": "patient"}, ["y_baseline"], "first"),
    "split": ("split", {"column": "age"}, ["age_within", "age_between"], "deviation"),
    "elapsed": ("elapsed", {"column": "date", "unit": "weeks"}, ["weeks"], "first date of each"),
    "calendar": ("elapsed", {"origin": "calendar", "unit": "years"}, ["year"], "calendar year"),
    "bins": ("bins", {"column": "age", "n": 3}, ["age_class"], "3 classes"),
    "cuts": (
        "bins", {"column": "age", "method": "points", "points": "40; 50"}, ["age_class"], "<40"
    ),
    "recode": ("recode", {"column": "arm", "arm:old": "control"}, [], "old → control"),
    "merge": (
        "merge_levels", {"column": "region", "levels": ["1", "2"], "name": "west"}, [], "west"
    ),
    "type": ("set_kind", {"column": "region", "kind": "category"}, [], "a category"),
    "order": (
        "set_kind", {"column": "arm", "kind": "ordered", "levels": ["old", "new"]}, [], "ordered"
    ),
    "numbers": ("to_number", {"column": "grip"}, [], "1 cell"),
    "missing": ("na_value", {"columns": ["weight"], "values": "-99"}, [], "became missing"),
    "label": ("unite", {"columns": ["region", "patient"]}, ["region_patient"], "one label"),
    "filter": ("filter", {"column": "age", "comparison": ">=", "number": 40.0}, [], "left out"),
    "levels": ("filter", {"column": "arm", "comparison": "in", "list": ["new"]}, [], "left out"),
    "filled": ("filter", {"column": "weight", "comparison": "not missing"}, [], "left out 0"),
    "copies": ("drop_duplicates", {"columns": ["patient"]}, [], "kept the first"),
    "rename": ("rename", {"old": "y", "new": "pain score"}, ["pain score"], "pain score"),
    "drop": ("drop", {"columns": ["grip"]}, [], "Left out"),
}  # fmt: skip


def test_every_form_has_a_case_and_a_kind():
    assert {case[0] for case in FORM_CASES.values()} == set(FORMS)
    other = {"read", "reshape_long", "reshape_wide", "join"}
    assert set(FORMS) == set(step_kinds()) - other


@pytest.mark.parametrize("case", FORM_CASES)
def test_form_adds_a_step_that_is_replayed_and_undone(app: AppTest, case: str):
    kind, fields, new, words = FORM_CASES[case]
    before = table(app)
    form(driver.go(app, COLUMNS), kind, **fields)
    shown = " ".join(driver.texts(app.main))
    assert words in shown
    done(app)
    after = table(app)
    assert [c for c in after.frame.columns if c not in before.frame.columns] == new
    assert [step.kind for step in steps(app)] == [kind] == [step.kind for step in after.steps]
    assert words in after.notes[-1]
    # The recorded list, on the bytes of the file, gives the same table.
    again = replay(driver.csv(visits()), list(steps(app)), name="study.csv")
    pd.testing.assert_frame_equal(again.frame, after.frame)
    assert again.fingerprint == after.fingerprint
    # Undo brings back what was there.
    driver.assert_whole(app.button(key="undo:0").click().run())
    assert table(app).fingerprint == before.fingerprint
    assert steps(app) == ()
    driver.assert_in_step(app)


@pytest.mark.parametrize("case", FORM_CASES)
def test_step_is_opened_with_its_settings(app: AppTest, case: str):
    kind, fields, _, _ = FORM_CASES[case]
    done(form(driver.go(app, COLUMNS), kind, **fields))
    first = steps(app)
    driver.assert_whole(app.button(key="change:0").click().run())
    assert app.button(key="form_done").label == "Change the step"
    done(app)
    assert steps(app) == first


def test_a_step_in_the_middle_is_changed(app: AppTest):
    driver.go(app, COLUMNS)
    done(form(app, "center", column="age", place="mean", into="c"))
    done(form(app, "transform", column="c", function="square", into="c2"))
    app.button(key="change:0").click().run()
    form(app, "center", place="min")
    done(app)
    made = table(app).frame
    assert made["c"].min() == 0
    assert (made["c2"] == made["c"] ** 2).all()
    assert [step.kind for step in steps(app)] == ["center", "transform"]


def test_cancelling_a_change_leaves_the_list(app: AppTest):
    driver.go(app, COLUMNS)
    done(form(app, "standardise", column="age"))
    first = steps(app)
    app.button(key="change:0").click().run()
    driver.assert_whole(app.button(key="form_cancel").click().run())
    assert steps(app) == first
    assert app.button(key="form_done").label == "Add column"


def test_a_step_that_lost_its_column_is_told_and_the_rest_stays(app: AppTest):
    driver.go(app, COLUMNS)
    done(form(app, "center", column="age", into="c"))
    done(form(app, "transform", column="c", function="square", into="c2"))
    done(form(app, "standardise", column="weight", into="w"))
    driver.assert_whole(app.button(key="undo:0").click().run())
    assert [step.kind for step in steps(app)] == ["transform", "standardise"]
    assert [step.kind for step in table(app).steps] == ["standardise"]
    assert any("Not applied" in t and '"c"' in t for t in driver.texts(app.main))
    # A column of that name lets it apply again.
    done(form(app, "center", column="weight", place="at", number=0.0, into="c"))
    assert "c2" not in table(app).frame  # it stands before the column that it needs
    driver.assert_whole(app.button(key="undo_all").click().run())
    assert steps(app) == () == table(app).steps


def test_a_step_that_cant_be_done_says_why(app: AppTest):
    form(driver.go(app, COLUMNS), "transform", column="weight", function="log")
    assert any("have no natural logarithm" in text for text in driver.texts(app.main))
    assert app.button(key="form_done").disabled


# id: (kind, fields, formula with the switch on)
MODEL_CASES = {
    "both parts": (
        "split", {"column": "age", "group": "patient"},
        "y ~ visit + age_within + age_between + (1 | patient)",
    ),
    "outcome": (
        "transform", {"column": "y", "function": "log"},
        "log_y ~ visit + age + (1 | patient)",
    ),
    "instead": ("center", {"column": "age"}, "y ~ visit + age_centred + (1 | patient)"),
    "one more": ("bins", {"column": "weight"}, "y ~ visit + age + weight_class + (1 | patient)"),
}  # fmt: skip


@pytest.mark.parametrize("case", MODEL_CASES)
def test_the_model_uses_the_new_column_when_asked(app: AppTest, case: str):
    kind, fields, formula = MODEL_CASES[case]
    driver.type_formula(app, "y ~ visit + age + (1 | patient)")
    form(driver.go(app, COLUMNS), kind, **fields)
    app.toggle(key=f"form_use:{kind}").set_value(True).run()
    done(app)
    assert driver.spec(app).formula == formula
    driver.assert_in_step(app)
    # Its columns are gone after undo: a model is proposed anew, and nothing breaks.
    driver.assert_whole(app.button(key="undo:0").click().run())
    driver.assert_in_step(app)
    assert set(driver.spec(app).columns()) <= set(table(app).frame.columns)


def test_the_model_stays_without_the_switch_and_follows_a_new_name(app: AppTest):
    driver.type_formula(app, "log(y) ~ visit + arm + (1 + visit | patient)")
    driver.go(app, COLUMNS)
    form(app, "split", column="age")
    app.toggle(key="form_use:split").set_value(False).run()
    done(app)
    assert driver.spec(app).formula == "log(y) ~ visit + arm + (1 + visit | patient)"
    done(form(app, "rename", old="visit", new="visit no."))
    assert driver.spec(app).formula == "log(y) ~ `visit no.` + arm + (1 + `visit no.` | patient)"
    driver.assert_in_step(app)
    driver.assert_whole(app.button(key="undo:1").click().run())
    assert driver.spec(app).formula == "log(y) ~ visit + arm + (1 + visit | patient)"
    driver.assert_in_step(app)


def test_sentences_describe_the_steps_as_the_core_does(app: AppTest):
    driver.go(app, COLUMNS)
    done(form(app, "standardise", column="age"))
    read = read_table(driver.csv(visits()), name="study.csv")
    assert apply_steps(read, steps(app)).notes[-1] == table(app).notes[-1]
    assert describe(steps(app)[0]).startswith("Standardise")
