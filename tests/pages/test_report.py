"""The page Report: every format from a click, code, recipe there and back."""

from __future__ import annotations

import ast
import io
import json
import zipfile
from unittest import mock

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.data.samples import sample_names
from lmm_core.data.step import Step
from lmm_core.formatting import number
from lmm_core.report.document import SECTIONS
from lmm_core.report.formats import find_chromium
from pages.parts import analysis, preparation, report_files, report_view, state
from tests.pages import driver

PAGE = "pages/share/report.py"
MODES = ("report", "text", "code", "recipe")


def at(app: AppTest, mode: str) -> AppTest:
    return driver.assert_whole(app.segmented_control(key="hand_on").set_value(mode).run())


def downloads(app: AppTest) -> list[str]:
    return [b.proto.label.replace("\\", "") for b in app.get("download_button")]


@pytest.fixture(scope="module")
def opened() -> dict[str, AppTest]:
    return {name: driver.open_app(PAGE, sample=name) for name in sample_names()}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sample", sample_names())
def test_every_way_on_every_sample(opened: dict[str, AppTest], sample: str, mode: str):
    app = at(opened[sample], mode)
    assert len(app.title) == 1
    assert [error.value for error in app.error] == []


def test_formats_have_one_button_each(opened: dict[str, AppTest]):
    app = at(opened["sleepstudy"], "report")
    wanted = ["HTML", "Word", "PDF", "Excel"] + (["Figures"] if find_chromium() else [])
    assert downloads(app) == wanted
    assert "data, model, results" in driver.texts(app.main)[1].lower()


def test_parts_are_chosen_one_click_away(opened: dict[str, AppTest]):
    app = at(opened["sleepstudy"], "report")
    app.session_state[report_view.SECTION + "comparison"] = False
    driver.assert_whole(app.run())
    assert "comparison" not in driver.texts(app.main)[1]
    for key in SECTIONS:
        app.session_state[report_view.SECTION + key] = False
    driver.assert_whole(app.run())
    assert "Choose at least one part." in driver.texts(app.main)
    assert downloads(app) == []
    for key in SECTIONS:
        app.session_state[report_view.SECTION + key] = True
    driver.assert_whole(app.run())


def analysis_of(app: AppTest):
    """What the page would hand to its buttons."""
    with mock.patch.object(analysis.st, "session_state", app.session_state):
        return analysis.of(driver.fit(app))


def test_files_hold_the_numbers_on_screen(opened: dict[str, AppTest]):
    given = analysis_of(at(opened["orthodont"], "report"))
    sections = tuple(SECTIONS)
    estimates = [number(v) for v in given.fit.fixed_effects["estimate"]]
    page = report_files.make("html", given, sections, True).decode()
    assert all(text in page for text in estimates)
    book = openpyxl.load_workbook(io.BytesIO(report_files.make("xlsx", given, sections, True)))
    column = [row[1].value for row in book["fixed_effects"].iter_rows(min_row=2)]
    assert column == pytest.approx(given.fit.fixed_effects["estimate"].tolist(), rel=1e-14)
    with mock.patch.object(report_files, "find_chromium", return_value=None):
        word = report_files.make("docx", given, sections, True)
    assert zipfile.is_zipfile(io.BytesIO(word))


def test_a_browser_that_fails_leaves_word_without_pictures(opened: dict[str, AppTest]):
    from lmm_core.errors import LMMError

    given = analysis_of(at(opened["sleepstudy"], "report"))
    broken = mock.patch.object(report_files, "figure_images", side_effect=LMMError("no"))
    with broken, mock.patch.object(report_files, "find_chromium", return_value="browser"):
        assert report_files.make("docx", given, ("results",), True)


def test_code_is_shown_in_each_language(opened: dict[str, AppTest]):
    app = at(opened["sleepstudy"], "code")
    assert "library(lme4)" in app.code[0].value
    assert downloads(app) == ["Download analysis.R", "Download sleepstudy.csv"]
    for language in ("lmm_core", "statsmodels", "pymer4"):
        app.segmented_control(key="code_language").set_value(language).run()
        ast.parse(driver.assert_whole(app).code[0].value)


def test_what_a_language_cannot_express_is_said(opened: dict[str, AppTest]):
    app = driver.open_app(PAGE, sample="sleepstudy")
    driver.type_formula(app, "Reaction ~ Days + (1 | Subject) + (1 | Days)")
    at(app, "code").segmented_control(key="code_language").set_value("statsmodels").run()
    assert any("one grouping column" in text for text in driver.texts(app.main))
    assert len(app.code) == 0


def test_paragraphs_name_only_the_authors_own_models(opened: dict[str, AppTest]):
    app = at(opened["sleepstudy"], "text")
    assert "REML" in app.code[0].value
    assert "Models were compared" not in app.code[0].value
    assert any("reporting list" in sub.value for sub in app.header)


def test_a_model_that_cannot_be_fitted_is_not_reported():
    app = driver.open_app(PAGE, sample="sleepstudy")
    at(app, "report")
    driver.type_formula(app, "log(Days) ~ 1 + (1 | Subject)")
    assert downloads(app) == []
    assert any("can't be fitted" in text for text in driver.texts(app.main))


# -- recipes


def saved(app: AppTest) -> bytes:
    from lmm_core.report.recipe import recipe_json, recipe_of

    with mock.patch.object(analysis.st, "session_state", app.session_state):
        return recipe_json(recipe_of(analysis.of(driver.fit(app), own_ladder_only=True)))


def open_recipe(app: AppTest, data: bytes) -> AppTest:
    app = at(app if app.title[0].value else driver.go(app, PAGE), "recipe")
    uploader = next(u for u in app.file_uploader if u.key == "recipe_upload")
    return driver.assert_whole(uploader.upload("recipe.json", data, "application/json").run())


FORMULA = "Reaction ~ log1p(Days) + (1 | Subject)"


def test_a_recipe_of_a_sample_opens_in_a_new_session():
    app = driver.open_app(PAGE, sample="sleepstudy")
    driver.type_formula(app, FORMULA)
    driver.put(app, REML=False)
    data = saved(app)
    other = open_recipe(driver.open_app(PAGE), data)
    assert driver.spec(other) == driver.spec(app)
    assert other.session_state[state.SAMPLE] == "sleepstudy"
    assert "The recipe is open." in driver.texts(other.main)
    driver.assert_in_step(other)


def with_steps() -> AppTest:
    app = driver.upload(driver.open_app(), driver.growth(), "growth.csv")
    step = Step("transform", {"column": "y", "function": "log"})
    app.session_state[preparation.PENDING] = (preparation.add, (step,))
    driver.assert_whole(app.run())
    return driver.type_formula(driver.go(app, PAGE), "log_y ~ time + (1 | id)")


def test_a_recipe_of_a_file_does_the_preparation_again():
    app = with_steps()
    data = saved(app)
    newer = driver.growth(n_groups=10)
    other = driver.go(driver.upload(driver.open_app(), newer, "newer.csv"), PAGE)
    open_recipe(other, data)
    assert driver.spec(other).formula == "log_y ~ time + (1 | id)"
    assert driver.fit(other).n_obs == len(newer)
    assert [s.kind for s in other.session_state[state.STEPS]] == ["transform"]
    assert any("60 rows now; they had 48" in text for text in driver.texts(other.main))
    driver.assert_in_step(other)


BROKEN = {
    "other columns": (None, "columns that these data don't have"),
    "not a recipe": (b"{}", "can't be opened as a recipe"),
    "newer": (b'{"kind": "lmm_core recipe", "version": 99}', "newer program"),
}


@pytest.mark.parametrize("key", BROKEN)
def test_a_recipe_that_cannot_be_opened_leaves_everything(key: str):
    data, why = BROKEN[key]
    app = driver.open_app(PAGE, sample="orthodont")
    before = driver.spec(app)
    open_recipe(app, data or saved(with_steps()))
    assert why in app.error[0].value.replace("\\", "")
    assert driver.spec(app) == before
    driver.assert_in_step(app)


def test_a_step_that_no_longer_applies_is_told():
    content = json.loads(saved(with_steps()))
    content["steps"].append({"kind": "center", "params": {"column": "gone"}})
    app = driver.go(driver.upload(driver.open_app(), driver.growth(), "growth.csv"), PAGE)
    open_recipe(app, json.dumps(content).encode())
    assert any("1 of 2 steps of the preparation" in text for text in driver.texts(app.main))
    assert driver.fit(app).n_obs == 48
