"""Workbooks and statistics files."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.hostile.case import Case

_HEAD = ["id", "t", "y"]
_BODY = [[1, 0, 2.5], [1, 1, 3.5], [2, 0, 1.5]]
_LONG = {"id": [1, 1, 2], "t": [0, 1, 0], "y": [2.5, 3.5, 1.5]}


def book(sheets: dict[str, list[list[Any]]], change: Callable[[Any], None] | None = None) -> bytes:
    """Write a workbook; ``change`` may do more to it."""
    import openpyxl

    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def book_cases() -> list[Case]:
    """Return the cases, one file each."""
    return [*_workbooks(), *_statistics()]


def _workbooks() -> list[Case]:
    def merge(*areas: str) -> Callable[[Any], None]:
        return lambda made: [made.worksheets[0].merge_cells(a) for a in areas]

    def hide(made: Any) -> None:
        made["old"].sheet_state = "hidden"

    bank = [
        ["Data Source", "World Development Indicators"],
        ["Last Updated Date", dt.datetime(2020, 5, 1)],
        [],
        ["Country Name", "Country Code", 1990, 1991],
        ["Aruba", "ABW", 1.5, None],
        ["Chad", "TCD", 2.5, 3.5],
    ]
    countries = [["Country Code", "Region"], ["ABW", "Americas"], ["TCD", "Africa"]]
    return [
        Case("plain.xlsx", book({"a": [_HEAD, *_BODY]}), _LONG),
        Case(
            "data_bank.xlsx",
            book({"Data": bank, "Metadata - Countries": countries}),
            {
                "Country Name": ["Aruba", "Chad"],
                "Country Code": ["ABW", "TCD"],
                "1990": [1.5, 2.5],
                "1991": [None, 3.5],
            },
            note="Skipped 3 rows",
        ),
        Case(
            "cover_sheet.xlsx",
            book({"read me": [["Scores of the pain study"]], "scores": [_HEAD, *_BODY]}),
            _LONG,
            note='Read sheet "scores" of 2 sheets.',
        ),
        Case(
            "hidden_sheet.xlsx",
            book({"old": [_HEAD, [9, 9, 9], [8, 8, 8]], "new": [_HEAD, *_BODY]}, hide),
            _LONG,
        ),
        Case(
            "merged_title.xlsx",
            book({"a": [["Pain study"], [], _HEAD, *_BODY]}, merge("A1:C1")),
            _LONG,
        ),
        Case(
            "merged_ids.xlsx",
            book({"a": [_HEAD, [1, 0, 2.5], [None, 1, 3.5], [2, 0, 1.5]]}, merge("A2:A3")),
            _LONG,
            note="filled downwards",
        ),
        Case(
            "two_rows_of_names.xlsx",
            book(
                {"a": [["", "before", "", "after", ""], ["id", "x", "y", "x", "y"], [1, 2, 3, 4, 5],
                       [2, 3, 4, 5, 6]]},
                merge("B1:C1", "D1:E1"),
            ),
            {
                "id": [1, 2], "before x": [2, 3], "before y": [3, 4], "after x": [4, 5],
                "after y": [5, 6],
            },
        ),
        Case(
            "dates.xlsx",
            book({"a": [["id", "seen", "y"], [1, dt.date(2020, 1, 2), 2.5],
                        [1, dt.datetime(2020, 1, 3, 12), 3.5], [2, None, 1.5]]}),
            {
                "id": [1, 1, 2],
                "seen": ["2020-01-02", "2020-01-03 12:00:00", None],
                "y": [2.5, 3.5, 1.5],
            },
        ),
        Case(
            "formulas.xlsx",
            book({"a": [_HEAD, [1, 0, "=B2+1"], [1, 1, 3.5], [2, 0, 1.5]]}),
            {"id": [1, 1, 2], "t": [0, 1, 0], "y": [None, 3.5, 1.5]},
            note="formulas without a saved result",
        ),
        Case(
            "text_numbers.xlsx",
            book({"a": [_HEAD, ["1", "0", "2,5"], ["1", "1", "3,5"], ["2", "0", "1,5"]]}),
            _LONG,
        ),
        Case(
            "errors.xlsx",
            book({"a": [_HEAD, [1, 0, "#N/A"], [1, 1, "#DIV/0!"], [2, 0, 1.5]]}),
            {"id": [1, 1, 2], "t": [0, 1, 0], "y": [None, None, 1.5]},
        ),
        Case(
            "footnotes.xlsx",
            book({"a": [_HEAD, *_BODY, [], ["* measured twice"], ["Source: clinic"]]}),
            _LONG,
            note="notes below the table",
        ),
        Case(
            "away_from_the_corner.xlsx",
            book({"a": [[], [None, None, *_HEAD], *([None, None, *row] for row in _BODY)]}),
            _LONG,
        ),
        Case(
            "units.xlsx",
            book({"a": [_HEAD, [None, "(months)", "(ms)"], *_BODY]}),
            _LONG,
            units={"t": "months", "y": "ms"},
        ),
    ]  # fmt: skip


def _statistics() -> list[Case]:
    import pyreadstat

    frame = pd.DataFrame(
        {
            "id": [1.0, 1.0, 2.0],
            "sex": [1.0, 1.0, 2.0],
            "y": [2.5, None, 1.5],
            "seen": pd.to_datetime(["2020-01-02", "2020-01-03", None]),
        }
    )
    labels = {"sex": {1: "male", 2: "female"}}
    columns = {
        "id": [1, 1, 2],
        "sex": ["male", "male", "female"],
        "y": [2.5, None, 1.5],
        "seen": ["2020-01-02", "2020-01-03", None],
    }
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        pyreadstat.write_sav(frame, str(at / "a.sav"), variable_value_labels=labels)
        pyreadstat.write_sav(frame, str(at / "a.zsav"), variable_value_labels=labels, compress=True)
        pyreadstat.write_dta(frame, str(at / "a.dta"), variable_value_labels=labels)
        pyreadstat.write_xport(frame.drop(columns="seen"), str(at / "a.xpt"))
        frame.assign(sex=["male", "male", "female"]).to_parquet(at / "a.parquet")
        files = {path.name: path.read_bytes() for path in at.iterdir()}
    plain = {"id": [1, 1, 2], "sex": [1, 1, 2], "y": [2.5, None, 1.5]}
    return [
        Case("labels.sav", files["a.sav"], columns, note="an SPSS file"),
        Case("compressed.zsav", files["a.zsav"], columns, note="an SPSS file"),
        Case("labels.dta", files["a.dta"], columns, note="a Stata file"),
        Case("numbers.xpt", files["a.xpt"], plain, note="a SAS transport file"),
        Case("table.parquet", files["a.parquet"], columns, note="a Parquet file"),
        Case("named_wrongly.csv", files["a.dta"], columns, note="a Stata file"),
        Case("truncated.sav", files["a.sav"][:400], code="file_damaged"),
        Case("truncated.parquet", files["a.parquet"][:-40], code="file_damaged"),
    ]
