"""The influence page: what it says, what a choice does here and on other pages."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lmm_core import fit_model
from lmm_core.data.samples import sample_names
from pages.parts import state
from tests.pages import driver

PAGE = "pages/checks/influence.py"


@pytest.fixture(scope="module")
def app() -> AppTest:
    return driver.open_app(PAGE, "sleepstudy")


def marks(app: AppTest, key: str = "influence_marked:Subject"):
    return app.multiselect(key=key)


@pytest.mark.parametrize("sample", sample_names())
def test_every_sample(sample: str):
    app = driver.open_app(PAGE, sample)
    assert "No single" in app.title[0].value.replace("\\", "")
    assert len(app.get("plotly_chart")) == 1
    assert len(app.get("plotly_chart")[0].proto.alt) > 40
    assert len(app.table) == 1
    assert any("instead of" in text for text in driver.texts(app.main))


def test_the_sentence_and_the_table_agree_with_the_fit(app: AppTest):
    app = driver.go(app, PAGE)
    texts = " ".join(driver.texts(app.main))
    assert "Without Subject 335 the effect of Days would be 11.3 instead of 10.5" in texts
    assert app.table[0].value.iloc[0, 0] == "335"


def test_choosing_a_group_marks_it_on_other_pages(app: AppTest):
    app = driver.go(app, PAGE)
    driver.assert_whole(marks(app).set_value(["335"]).run())
    assert any(t.startswith("Without Subject 335") for t in driver.texts(app.main))
    assert [len(t.value) for t in app.table] == [2, 8]
    app.session_state["influence_residuals"] = True
    driver.assert_whole(app.run())
    assert "10 of 180 are marked" in app.get("plotly_chart")[-1].proto.alt
    driver.go(app, "pages/results/trajectories.py")
    assert app.multiselect(key="highlight:Subject").value == ["335"]
    driver.go(app, "pages/results/caterpillar.py")
    assert app.multiselect(key="find:Subject").value == ["335"]
    driver.go(app, PAGE)
    assert marks(app).value == ["335"]
    driver.assert_whole(marks(app).set_value([]).run())


def test_another_coefficient_and_rows(app: AppTest):
    app = driver.go(app, PAGE)
    box = next(b for b in app.selectbox if b.label == "Coefficient")
    driver.assert_whole(box.set_value("(Intercept)").run())
    assert app.title[0].value == "No single Subject decides the intercept"
    unit = next(g for g in app.button_group if str(g.key).startswith("influence_unit"))
    driver.assert_whole(unit.set_value("single rows").run())
    assert app.title[0].value == "No single row decides the intercept"
    assert "row" in " ".join(driver.texts(app.main))
    driver.assert_whole(unit.set_value("Subject").run())


def test_variance_components_open(app: AppTest):
    app = driver.go(app, PAGE)
    app.session_state["influence_variances"] = True
    driver.assert_whole(app.run())
    assert any("SD of level between Subject" in map(str, t.value.columns) for t in app.table)


def test_leaving_a_group_out_is_a_preparation_step():
    app = driver.open_app(PAGE, "sleepstudy")
    driver.assert_whole(marks(app).set_value(["309", "335"]).run())
    assert driver.fit(app).n_obs == 180
    driver.assert_whole(app.button(key="influence_filter").click().run())
    assert driver.fit(app).n_obs == 160
    assert {"309", "335"}.isdisjoint(driver.fit(app).groups["Subject"].levels)
    driver.assert_in_step(app)


def test_two_groups_are_told_calmly():
    app = driver.open_app(PAGE, "orthodont")
    driver.type_formula(app, "distance ~ age + (1 | Sex)")
    assert "nothing left to compare" in " ".join(driver.texts(app.main))


def test_marks_of_other_data_are_forgotten():
    app = driver.open_app(PAGE, "sleepstudy")
    driver.assert_whole(marks(app).set_value(["335"]).run())
    # The jaw's subjects are named otherwise, in a column of the same name.
    driver.choose_sample(app, "orthodont")
    driver.go(app, PAGE)
    assert marks(app).value == []
    for page in ("trajectories", "caterpillar"):
        driver.go(app, f"pages/results/{page}.py")


@pytest.mark.parametrize("sample", ["sleepstudy", "mathachieve"])
def test_a_model_without_chosen_groups_becomes_a_rung(sample: str):
    """Its coefficient stands beside the others'; its likelihood, of fewer rows, doesn't."""
    app = driver.open_app(PAGE, sample)
    fit = driver.fit(app)
    (group,) = fit.groups
    level = marks(app, f"influence_marked:{group}").options[0]
    driver.assert_whole(marks(app, f"influence_marked:{group}").set_value([level]).run())
    driver.assert_whole(app.button(key="influence_rung").click().run())
    assert "influence_rung" not in [b.key for b in app.button]
    driver.go(app, "pages/checks/compare.py")
    term = app.main.selectbox[0].value
    shown = driver.behind(app.main.table[0]).set_index("Model")
    frame = app.session_state[state.TABLE].frame
    rest = frame[frame[group].astype(str) != level]
    expected = fit_model(fit.spec, rest)
    name = f"Without {group} {level}"
    names = [str(model).replace("\\", "") for model in shown.index]
    row = shown.iloc[names.index(name)]
    table = expected.fixed_effects.set_index("term").loc[term]
    assert row["Estimate"] == pytest.approx(table["estimate"], rel=1e-6)
    assert row["p"] == pytest.approx(table["p_value"], rel=1e-4)
    texts = " ".join(driver.texts(app.main))
    assert f"{name}: {expected.n_obs:,} rows" in texts
    (view,) = [b for b in app.main.button_group if b.label == "View"]
    driver.assert_whole(view.set_value("All models").run())
    texts = " ".join(driver.texts(app.main))
    assert "with fewer rows a likelihood is another quantity" in texts
    listed = [str(model).replace("\\", "") for model in app.main.table[0].value["Model"]]
    assert len(listed) == 5
    assert not any(name in model for model in listed)
