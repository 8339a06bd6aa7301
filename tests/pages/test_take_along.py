"""Every table and every figure of every page can be taken along, with hostile text in it, too."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from lmm_core.data.samples import sample_names
from lmm_core.figures.forest import fixed_effects_forest
from lmm_core.report.document.parts import FigurePart
from lmm_core.report.formats import find_chromium
from pages.parts import figure_menu
from tests.pages import driver
from tests.report.documents import HOSTILE, hostile

#: Tables that only show what would come of a step, or who is who in a form.
PREVIEWS = {"pages/prepare/reshape.py", "pages/prepare/columns.py", "pages/prepare/describe.py"}


@pytest.fixture(scope="module")
def app() -> AppTest:
    return driver.open_app(sample="pain")


def menus(app: AppTest, label: str) -> list[str]:
    """Labels of popovers of one kind."""
    return [p.proto.popover.label for p in app.get("popover") if p.proto.popover.label == label]


@pytest.mark.parametrize("page", driver.PAGES)
def test_every_table_and_figure_of_a_page_has_its_menu(app: AppTest, page: str):
    driver.go(app, page)
    assert len(menus(app, "Save picture")) == len(app.get("plotly_chart"))
    if page not in PREVIEWS:
        assert len(menus(app, "Copy or download")) >= len(app.table)


def test_a_figure_is_saved_in_three_ways():
    app = driver.open_app(driver.FIXED_EFFECTS, sample=sample_names()[0])
    app.session_state["picture:forest"] = True
    driver.assert_whole(app.run())
    wanted = ["PNG", "SVG", "HTML"] if find_chromium() else ["HTML"]
    assert [b.proto.label for b in app.get("download_button")] == wanted


def test_hostile_text_in_a_saved_figure_is_text():
    picture = fixed_effects_forest(hostile().fit)
    made = figure_menu.page(picture).decode()
    assert not re.search(r"<script>alert|<img src=x|<b>'", made)
    if find_chromium() is None:
        return
    part = FigurePart("forest", picture.alt, picture)
    drawn = figure_menu.image(part, "svg")
    tree = ElementTree.fromstring(drawn)
    names = {node.tag.rsplit("}", 1)[-1] for node in tree.iter()}
    assert not names & {"script", "image", "foreignObject", "a"}
    assert any(HOSTILE["column"][8:13] in (node.text or "") for node in tree.iter())
    assert figure_menu.image(part, "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("key", ["a", "diagnostic:x", "wished:../../b c", ""])
def test_names_of_files_are_plain(key: str):
    assert re.fullmatch(r"\w*", figure_menu.plain(key))
