"""Workbooks: sheets, titles, merged cells, formulas, dates."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from lmm_core.data import read_table

FILES = Path(__file__).with_name("files")


def _save(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _book(rows: list[list], merge: tuple[str, ...] = (), title: str = "scores") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for area in merge:
        book.active.merge_cells(area)
    return _save(book)


HEAD = ["id", "month", "y"]
BODY = [[1, 0, 2.5], [1, 1, 3.5], [2, 0, None]]
FRAME = {"id": [1, 1, 2], "month": [0, 1, 0], "y": [2.5, 3.5, None]}

# id: (rows, merged areas, expected columns, expected notes)
CASES: dict[str, tuple[list[list], tuple[str, ...], dict[str, list], tuple[str, ...]]] = {
    "plain": ([HEAD, *BODY], (), FRAME, ("Read from a workbook.",)),
    "titles": (
        [["Pain study, second wave"], [], HEAD, *BODY],
        ("A1:C1",),
        FRAME,
        ("Skipped 2 rows before the column names.",),
    ),
    "not in the corner": (
        [[], [None, None, *HEAD], *([None, None, *row] for row in BODY)],
        (),
        FRAME,
        ("Skipped 1 row before the column names.",),
    ),
    "merged ids": (
        [HEAD, [1, 0, 2.5], [None, 1, 3.5], [2, 0, 1.5]],
        ("A2:A3",),
        {"id": [1, 1, 2], "month": [0, 1, 0], "y": [2.5, 3.5, 1.5]},
        ('Merged cells were filled downwards in "id".',),
    ),
    "merged headings": (
        [
            [None, "before", None, "after", None],
            ["id", "y", "z", "y", "z"],
            [1, 2, 3, 4, 5],
            [2] * 5,
        ],
        ("B1:C1", "D1:E1"),
        {
            "id": [1, 2],
            "before y": [2, 2],
            "before z": [3, 2],
            "after y": [4, 2],
            "after z": [5, 2],
        },
        ("Skipped 1 row before the column names.",),
    ),
    "units": (
        [HEAD, [None, "(months)", "(ms)"], *BODY],
        (),
        FRAME,
        ("Row 2 holds units, not values, and was skipped.",),
    ),
    "notes below": (
        [HEAD, *BODY, [], ["Source: hospital files"]],
        (),
        FRAME,
        ("Left out the notes below the table.",),
    ),
    "numbers as text": (
        [HEAD, ["1", 0, "2,5"], ["1", 1, "3,5"], ["2", 0, "NA"]],
        (),
        FRAME,
        ("Read from a workbook.", 'Column "y": decimal commas were recognised.'),
    ),
    "mixed cells": (
        [HEAD, [1, 0, 2.5], [1, 1, "n/d"], [2, 0, 3]],
        (),
        {"id": [1, 1, 2], "month": [0, 1, 0], "y": ["2.5", "n/d", "3"]},
        ("Read from a workbook.",),
    ),
    "years as names": (
        [["id", 2001, 2002], [1, 2, 3], [2, 3, 4]],
        (),
        {"id": [1, 2], "2001": [2, 3], "2002": [3, 4]},
        ("Read from a workbook.",),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_workbook_gives_frame_and_notes(case: str) -> None:
    rows, merge, columns, notes = CASES[case]
    table = read_table(_book(rows, merge))
    expected = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
    pd.testing.assert_frame_equal(table.frame, expected, check_column_type=False)
    assert table.notes == notes
    assert (table.sheet, table.sheets) == ("scores", ("scores",))


def test_dates_times_and_truth_values() -> None:
    rows = [
        ["id", "seen", "at", "done", "y"],
        [1, dt.date(2020, 1, 2), dt.time(8, 30), True, 2],
        [2, dt.datetime(2020, 1, 3, 12), dt.time(9, 0), False, 3],
        [3, None, None, None, 4],
    ]
    frame = read_table(_book(rows)).frame
    assert frame["seen"].dtype.kind == "M"
    assert frame["seen"].iloc[1] == pd.Timestamp(2020, 1, 3, 12)
    assert frame["seen"].isna().tolist() == [False, False, True]
    assert frame["at"].tolist()[:2] == ["08:30:00", "09:00:00"]
    assert frame["done"].tolist()[:2] == ["True", "False"]


def test_sheets() -> None:
    book = openpyxl.Workbook()
    book.active.title = "read me"
    book.active.append(["This file holds the scores."])
    hidden = book.create_sheet("old")
    hidden.sheet_state = "hidden"
    shown = book.create_sheet("scores")
    for row in [HEAD, *BODY]:
        hidden.append(row)
        shown.append(row)
    data = _save(book)
    table = read_table(data)
    assert table.sheets == ("read me", "old", "scores")
    assert table.sheet == "scores"
    assert table.notes[0] == 'Read sheet "scores" of 3 sheets.'
    other = read_table(data, sheet="old")
    assert other.sheet == "old"
    assert other.fingerprint != table.fingerprint


def test_formulas_without_results_are_said() -> None:
    rows = [HEAD, [1, 0, "=B2+1"], [1, 1, "=B3+1"], [2, 0, 3.5]]
    table = read_table(_book(rows))
    assert table.frame["y"].isna().tolist() == [True, True, False]
    assert table.notes[-1].startswith("2 cells hold formulas without a saved result")


def test_row_numbers_of_a_workbook() -> None:
    table = read_table(_book([["Title"], [], HEAD, *BODY]))
    assert table.frame.attrs["first_row"] == 4


def test_xls() -> None:
    table = read_table(FILES / "scores.xls")
    assert table.frame["patient"].tolist() == [1, 1, 2]
    assert table.frame["seen"].dtype.kind == "M"
    assert table.frame["score"].isna().tolist() == [False, False, True]


def test_ods() -> None:
    def row(*cells: object) -> str:
        made = "".join(
            f'<table:table-cell office:value-type="float" office:value="{c}"/>'
            if isinstance(c, float)
            else '<table:table-cell office:value-type="string">'
            f"<text:p>{c}</text:p></table:table-cell>"
            for c in cells
        )
        return f"<table:table-row>{made}</table:table-row>"

    space = "urn:oasis:names:tc:opendocument:xmlns"
    body = "".join([row("id", "y"), row(1.0, 2.5), row(1.0, 3.5)])
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{space}:office:1.0"'
        f' xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="a">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{space}:manifest:1.0"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    frame = read_table(out.getvalue()).frame
    assert frame.to_dict("list") == {"id": [1, 1], "y": [2.5, 3.5]}
