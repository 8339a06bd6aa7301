"""Every format, opened by a program that isn't ours, and compared with the fit's numbers."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from unittest import mock

import docx
import openpyxl
import pandas as pd
import pytest

from lmm_core.errors import LMMError
from lmm_core.formatting import number
from lmm_core.report.document import Document, TablePart, build_document
from lmm_core.report.formats import (
    ChromiumMissing,
    chromium,
    excel_bytes,
    figure_images,
    find_chromium,
    html_bytes,
    pdf_bytes,
    word_bytes,
)
from lmm_core.report.formats.excel import frames_bytes, sheet_names
from lmm_core.report.formats.word import IN_HTML, table_bytes
from tests.report.documents import HOSTILE, analyses, hostile

KEYS = ("sleep", "interaction", "noise", "huge", "no intercept", "many", "normal")


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    made = {key: build_document(analyses()[key]) for key in KEYS}
    return made | {"hostile": build_document(hostile())}


class Reader(HTMLParser):
    """Elements with attributes, and the text of every cell, list item and script."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open:
            self.texts[self.open[-1]][-1] += data


def read(data: bytes) -> Reader:
    reader = Reader()
    reader.feed(data.decode("utf-8"))
    return reader


# -- HTML


@pytest.mark.parametrize("key", [*KEYS, "hostile"])
def test_html_loads_nothing_and_runs_only_its_own_scripts(documents, key: str):
    document = documents[key]
    found = read(html_bytes(document))
    assert all("src" not in attributes for _, attributes in found.elements)
    assert all(not n.startswith("on") for _, attributes in found.elements for n in attributes)
    known = {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "ul", "li",
        "pre", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure",
        "figcaption", "script",
    }  # fmt: skip
    assert {tag for tag, _ in found.elements} <= known
    scripts = [a for tag, a in found.elements if tag == "script"]
    assert len(scripts) == len(document.figures) + 2
    policy = next(a["content"] for _, a in found.elements if "http-equiv" in a)
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("key", KEYS)
def test_html_tables_hold_the_numbers_of_the_fit(documents, key: str):
    fit = analyses()[key].fit
    text = html_bytes(documents[key]).decode()
    cells = read(text.encode()).texts["td"]
    for value in fit.fixed_effects["estimate"]:
        assert number(value) in cells
    assert len(re.findall(r"<table[^>]*><caption", text)) == len(documents[key].tables)


def test_html_figures_are_the_figures(documents):
    document = documents["sleep"]
    found = read(html_bytes(document))
    pieces = [t for t in found.texts["script"] if t.startswith("{")]
    assert len(pieces) == len(document.figures)
    for text, part in zip(pieces, document.figures, strict=True):
        assert len(json.loads(text)["data"]) == len(part.picture.figure.data)


# -- Word


@pytest.mark.parametrize("key", [*KEYS, "hostile"])
def test_word_has_real_tables_with_captions(documents, key: str):
    document = documents[key]
    book = docx.Document(io.BytesIO(word_bytes(document)))
    assert len(book.tables) == len(document.tables)
    captions = [p.text for p in book.paragraphs if p.style.name == "Caption"]
    wanted = [f"Table {k}. {t.title}" for k, t in enumerate(document.tables, 1)]
    assert [c for c in captions if c.startswith("Table")] == wanted
    for table, part in zip(book.tables, document.tables, strict=True):
        shown = [[cell.text for cell in row.cells] for row in table.rows]
        assert shown[0] == [c.heading for c in part.columns]
        assert len(shown) == 1 + len(part.frame)
    for figure in document.figures:
        assert any(c.endswith(IN_HTML) for c in captions) == bool(document.figures), figure.key


@pytest.mark.parametrize("key", KEYS)
def test_word_holds_the_numbers_of_the_fit(documents, key: str):
    book = docx.Document(io.BytesIO(word_bytes(documents[key])))
    cells = {cell.text for table in book.tables for row in table.rows for cell in row.cells}
    assert {number(v) for v in analyses()[key].fit.fixed_effects["estimate"]} <= cells


def test_word_has_no_field_link_or_macro_of_the_user(documents):
    with zipfile.ZipFile(io.BytesIO(word_bytes(documents["hostile"]))) as parts:
        body = parts.read("word/document.xml").decode()
        links = parts.read("word/_rels/document.xml.rels").decode()
    codes = re.findall(r"<w:instrText[^>]*>([^<]*)<", body)
    assert {c.strip() for c in codes} == {"SEQ Table \\* ARABIC", "SEQ Figure \\* ARABIC"}
    assert "External" not in links


def test_one_table_in_the_style_of_the_apa(documents):
    table = documents["sleep"].tables[1]
    book = docx.Document(io.BytesIO(table_bytes(table)))
    captions = [p.text for p in book.paragraphs if p.style.name == "Caption"]
    assert captions == ["Table 1", table.title]
    assert any(p.text.startswith("Note. ") for p in book.paragraphs)


# -- Excel


@pytest.mark.parametrize("key", [*KEYS, "hostile"])
def test_excel_has_numbers_as_numbers_and_nothing_alive(documents, key: str):
    document = documents[key]
    book = openpyxl.load_workbook(io.BytesIO(excel_bytes(document)))
    assert len(book.sheetnames) == 1 + len(document.tables)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("n", "s"), (sheet.title, cell.coordinate)
                assert cell.hyperlink is None
                if cell.data_type == "s" and cell.value is not None:
                    assert cell.quotePrefix


@pytest.mark.parametrize("key", KEYS)
def test_excel_keeps_all_digits(documents, key: str):
    sheet = pd.read_excel(
        io.BytesIO(excel_bytes(documents[key])), sheet_name="fixed_effects", engine="calamine"
    )
    wanted = analyses()[key].fit.fixed_effects["estimate"]
    assert sheet["Estimate"].tolist() == pytest.approx(wanted.tolist(), rel=1e-14)


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        (["a", "a", "A"], ["a", "a 2", "A 3"]),
        (["x" * 40], ["x" * 28]),
        (["[a]:b/c\\d*e?'"], ["_a__b_c_d_e__"]),
        ([""], ["table"]),
    ],
)
def test_sheet_names(keys: list[str], names: list[str]):
    assert sheet_names(keys) == names


def test_frames_with_odd_cells():
    frame = pd.DataFrame({"=a": ["=1+1", None, "\x00\x01ok\nnext"], "b": [1.5, None, float("inf")]})
    book = openpyxl.load_workbook(io.BytesIO(frames_bytes({"odd": frame})))
    rows = [[c.value for c in row] for row in book["odd"].iter_rows()]
    assert rows == [["=a", "b"], ["=1+1", 1.5], [None, None], ["ok next", "∞"]]


# -- through a browser


def test_pdf_and_pictures_or_the_reason(documents):
    document = documents["interaction"]
    if find_chromium() is None:
        with pytest.raises(ChromiumMissing, match="no Chromium"):
            pdf_bytes(document)
        return
    made = pdf_bytes(document)
    assert made.startswith(b"%PDF-")
    assert len(made) > 30_000
    images = figure_images(document.figures[:2])
    assert all(image.startswith(b"\x89PNG") for image in images)
    drawn = figure_images(document.figures[:2], "svg")
    assert all(b"<svg" in image[:200] and len(image) > 3_000 for image in drawn)
    pictures = {f.key: i for f, i in zip(document.figures, images, strict=False)}
    book = docx.Document(io.BytesIO(word_bytes(document, pictures)))
    assert len(book.inline_shapes) == 2


@pytest.mark.parametrize(
    ("found", "run", "error"),
    [
        (None, None, ChromiumMissing),
        ("/no/such/browser", None, LMMError),
        ("/bin/true", subprocess.TimeoutExpired("x", 1), LMMError),
    ],
)
def test_without_a_working_browser_the_reason_is_given(documents, found, run, error):
    with mock.patch.object(chromium, "find_chromium", return_value=found):
        effect = mock.patch.object(chromium.subprocess, "run", side_effect=run) if run else None
        with effect or mock.MagicMock(), pytest.raises(error) as caught:
            pdf_bytes(documents["noise"])
    assert "print it to PDF" in caught.value.next_step


def test_hostile_pdf_has_no_action(documents):
    if find_chromium() is None:
        return
    made = pdf_bytes(documents["hostile"])
    assert made.startswith(b"%PDF-")
    for action in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/SubmitForm", b"/EmbeddedFile"):
        assert action not in made


def test_hostile_report_runs_nothing_in_a_browser(documents):
    """The page's own text is what a browser shows; no dialog, no element of the user's."""
    data = html_bytes(documents["hostile"])
    found = read(data)
    shown = " ".join(text for texts in found.texts.values() for text in texts)
    assert HOSTILE["column"] in shown
    assert " ".join(HOSTILE["levels"][0].split()) in shown
    if find_chromium() is None:
        return
    # In a thread of its own: the browser tests' session keeps an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        alive, elements = pool.submit(_came_alive, data.decode()).result()
    assert alive == []
    assert elements == 0


def _came_alive(page_text: str) -> tuple[list[str], int]:
    """Dialogs, requests and errors of a page, and how many elements a user's text made."""
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import LAUNCH_ARGUMENTS

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=list(LAUNCH_ARGUMENTS))
        page = browser.new_page()
        alive: list[str] = []
        page.on("dialog", lambda dialog: (alive.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: alive.append(request.url[:100]))
        page.on("pageerror", lambda problem: alive.append(str(problem)))
        page.set_content(page_text)
        page.wait_for_selector("figure .main-svg")
        page.wait_for_timeout(300)
        elements = page.locator("main img, main b, main i, main a[href*=javascript]").count()
        browser.close()
    return alive, elements


@pytest.mark.parametrize("key", ["interaction", "many", "hostile"])
def test_a_browser_shows_every_cell_of_every_table(documents, key: str):
    document = documents[key]
    wanted = [
        [[c.heading for c in t.columns], *([text for text, _ in row] for row in t.rows())]
        for t in document.tables
    ]
    plain = [[[" ".join(text.split()) for text in row] for row in table] for table in wanted]
    if find_chromium() is None:
        return
    with ThreadPoolExecutor(1) as pool:
        shown = pool.submit(_tables_shown, html_bytes(document).decode()).result()
    assert shown == plain
    if key != "hostile":
        estimates = [number(v) for v in analyses()[key].fit.fixed_effects["estimate"]]
        assert [row[1] for row in shown[1][1:]] == estimates


def _tables_shown(page_text: str) -> list[list[list[str]]]:
    """The cells of the tables as a browser shows them."""
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import LAUNCH_ARGUMENTS

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=list(LAUNCH_ARGUMENTS))
        page = browser.new_page()
        page.set_content(page_text)
        found = page.evaluate("""() => [...document.querySelectorAll("table")].map(table =>
            [...table.rows].map(row => [...row.cells].map(
                cell => cell.innerText.replace(/\\s+/g, " ").trim())))""")
        browser.close()
    return found


def test_table_part_writes_missing_cells_as_nothing():
    from lmm_core.report.document import Column

    frame = pd.DataFrame({"a": ["x", None], "b": [1.0, float("nan")]})
    part = TablePart("t", "T", frame, (Column("a", "A"), Column("b", "B", number)))
    assert list(part.rows()) == [(("x", False), ("1.00", True)), (("", False), ("–", True))]
