"""One click per format in the browser; what is saved opens and holds the numbers on screen."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
import pytest

from lmm_core import fit_model, load_sample
from lmm_core.data.samples import sample_info
from lmm_core.formatting import number
from tests.browser.conftest import OpenPage, Visit


@pytest.fixture(scope="module")
def shown() -> list[str]:
    """The estimates of the model that the app opens with, as they stand on screen."""
    fit = fit_model(sample_info("pain").formula, load_sample("pain").frame)
    return [number(v) for v in fit.fixed_effects["estimate"]]


def open_report(page: OpenPage) -> Visit:
    visit = page("/")
    visit.wait_idle()
    menu = visit.page.locator(".stMarkdownEllipsis")
    menu.get_by_text("Share", exact=True).first.click()
    menu.get_by_text("Report", exact=True).last.click()
    visit.page.get_by_role("heading", name="The whole analysis").wait_for()
    visit.wait_idle()
    return visit


def save(visit: Visit, label: str) -> Path:
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name=label, exact=True).click()
    return Path(download.value.path())


def test_report_in_every_format(page: OpenPage, shown: list[str]):
    visit = open_report(page)
    html = save(visit, "HTML").read_text(encoding="utf-8")
    assert all(f">{text}</td>" in html for text in shown)
    book = openpyxl.load_workbook(save(visit, "Excel").open("rb"))
    assert book["fixed_effects"].max_row == 1 + len(shown)
    with save(visit, "Word").open("rb") as file:
        document = docx.Document(file)
    cells = {c.text for table in document.tables for row in table.rows for c in row.cells}
    assert set(shown) <= cells
    # The browser that runs this test also draws the figures.
    assert len(document.inline_shapes) >= 4
    assert save(visit, "PDF").read_bytes().startswith(b"%PDF-")
    visit.assert_clean()


def test_a_saved_report_works_without_the_app(page: OpenPage, tmp_path: Path):
    visit = open_report(page)
    saved = tmp_path / "report.html"
    saved.write_bytes(save(visit, "HTML").read_bytes())
    browser = visit.page.context.browser
    assert browser is not None
    alone = browser.new_context(offline=True).new_page()
    wrong: list[str] = []
    alone.on("console", lambda message: wrong.append(message.text))
    alone.on("pageerror", lambda problem: wrong.append(str(problem)))
    alone.goto(saved.as_uri())
    alone.locator("figure .main-svg").first.wait_for()
    assert alone.locator("figure").count() >= 4
    assert alone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wrong == []
    alone.context.close()


def test_the_page_says_how_far_a_report_is_and_stays_alive(page: OpenPage):
    visit = open_report(page)
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="PDF", exact=True).click()
        line = visit.page.locator(".stProgress")
        line.wait_for()
        assert line.inner_text().startswith("PDF: ")
        # Another part of the page answers meanwhile.
        visit.page.get_by_text("Text for a paper", exact=True).click()
        visit.page.get_by_role("heading", name="Paragraphs that say").wait_for()
        assert not download.is_done()
        visit.page.get_by_text("Report", exact=True).last.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    visit.page.locator(".stProgress").wait_for(state="detached")
    visit.wait_idle()
    visit.assert_clean()
