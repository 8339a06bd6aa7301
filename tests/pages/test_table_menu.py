"""Copy and download of tables: same numbers in every form, nothing comes alive."""

from __future__ import annotations

import io

import docx
import openpyxl
import pandas as pd
import pytest

from lmm_core.formatting import number, p_value
from lmm_core.report.document.parts import Column, TablePart
from lmm_core.report.formats.markdown import markdown_table
from pages.parts import table_menu, tables
from tests.pages import driver

FRAME = pd.DataFrame(
    {"term": ["Days", "=1+1|<b>", "-x\n*y*"], "estimate": [10.4673, -0.5, float("nan")],
     "p_value": [1e-9, 0.5, float("nan")]}
)  # fmt: skip
COLUMNS = (
    Column("term", "Term | =A1"),
    Column("estimate", "Estimate", number),
    Column("p_value", "p", p_value),
)


def test_markdown_is_a_table_whose_text_is_text():
    lines = markdown_table(TablePart("t", "Fixed <i>", FRAME, COLUMNS, "A note_")).split("\n")
    assert lines == [
        r"**Fixed \<i\>**",
        "",
        r"| Term \| =A1 | Estimate | p |",
        "| :--- | ---: | ---: |",
        r"| Days | 10.5 | \< .001 |",
        r"| =1+1\|\<b\> | −0.500 | .500 |",
        r"| -x \*y\* | – | – |",
        "",
        r"A note\_",
    ]


def test_markdown_of_many_rows_stops():
    part = TablePart("t", "T", pd.concat([FRAME] * 10), COLUMNS)
    assert len(markdown_table(part, 5).split("\n")) == 2 + 2 + 5


def test_csv_keeps_digits_and_marks_what_would_run():
    text = table_menu.csv_bytes(FRAME).decode("utf-8-sig")
    found = pd.read_csv(io.StringIO(text))
    assert found["term"].tolist() == ["Days", "'=1+1|<b>", "'-x\n*y*"]
    assert found["estimate"].tolist()[:2] == [10.4673, -0.5]


RISKY = ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "a=1", "1-1", ""]


@pytest.mark.parametrize("text", RISKY)
def test_only_what_a_spreadsheet_would_run_is_marked(text: str):
    found = table_menu.harmless(pd.DataFrame({"a": [text]})).iloc[0, 0]
    alive = text.lstrip()[:1] in ("=", "+", "-", "@") and text[:1] != "a"
    assert found == (f"'{text}" if alive else text)


def test_a_table_on_a_page_is_taken_along_in_every_form():
    app = driver.open_app(driver.FIXED_EFFECTS, sample="sleepstudy")
    app.session_state["take:fixed_effects"] = True
    driver.assert_whole(app.run())
    labels = [b.proto.label for b in app.get("download_button")]
    assert labels == ["CSV", "Excel", "Word (APA)"]
    assert "Days" in app.code[0].value
    app.segmented_control(key="copy:fixed_effects").set_value("Markdown").run()
    estimate = number(driver.fit(driver.assert_whole(app)).fixed_effects["estimate"].iloc[1])
    assert f"| {estimate} |" in app.code[0].value


def test_excel_and_word_of_one_table():
    book = openpyxl.load_workbook(io.BytesIO(table_menu.frames_bytes({"a:b": FRAME})))
    cells = [[c.value for c in row] for row in book["a_b"].iter_rows(min_row=2)]
    assert cells[0] == ["Days", 10.4673, 1e-9]
    assert cells[1] == ["=1+1|<b>", -0.5, 0.5]
    word = table_menu.table_bytes(TablePart("t", "T", FRAME, COLUMNS))
    table = docx.Document(io.BytesIO(word)).tables[0]
    assert [c.text for c in table.rows[2].cells] == ["=1+1|<b>", "−0.500", ".500"]


def test_a_share_above_99_percent_is_no_quotation():
    write = tables._literal(tables.PERCENT)
    assert write(0.999) == "\\>\u00a099\u00a0%"
    assert write(0.5).replace("\u00a0", " ") == tables.PERCENT(0.5).replace("\u00a0", " ")
    # In one line, also on a phone.
    assert tables._literal(tables.P_VALUE)(1e-9) == tables.P_VALUE(1e-9).replace(" ", "\u00a0")
