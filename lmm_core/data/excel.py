"""Workbooks (.xlsx, .xls, .xlsb, .ods) through python-calamine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.data.book import Areas, Book, Cells, open_book
from lmm_core.data.content import ZIP_MAGIC
from lmm_core.data.finish import Raw, check_width, header_only, no_header_row
from lmm_core.data.layout import (
    column_names,
    filled,
    footnotes,
    is_units_row,
    last_filled,
    locate_table,
    usual_width,
)
from lmm_core.data.numbers import is_missing
from lmm_core.data.workbook import unsaved_formulas
from lmm_core.errors import DataError


@dataclass(frozen=True)
class Workbook:
    """The sheet that was read, the names of all sheets, and the parsed table."""

    sheet: str
    sheets: tuple[str, ...]
    raw: Raw


def read_workbook(data: bytes, sheet: str | None = None, header_row: int | None = None) -> Workbook:
    """Parse one sheet of a workbook; without ``sheet`` the first one that looks like a table.

    ``header_row`` is the 1-based row of the column names, 0 for none. Errors: DataError with code
    ``workbook_damaged``, ``workbook_password``, ``zip_bomb``, ``stray_cell``, ``sheet_not_found``,
    ``empty_workbook``, ``header_only``, ``header_row``.
    """
    book = open_book(data, sheet)
    names = book.names
    chosen, cells, merged = _choose(book, sheet)
    notes = []
    if len(names) > 1:
        notes.append(f'Read sheet "{chosen}" of {len(names)} sheets.')
    raw = _table(cells, merged, header_row, notes)
    if data.startswith(ZIP_MAGIC) and raw.frame.isna().any(axis=None):
        unsaved = unsaved_formulas(data, names.index(chosen))
        if unsaved:
            note = (
                f"{unsaved} cells hold formulas without a saved result and were read as missing;"
                " open the workbook in a spreadsheet program and save it to keep the results."
            )
            raw = replace(raw, notes=(*raw.notes, note))
    return Workbook(chosen, names, raw)


def _choose(book: Book, sheet: str | None) -> tuple[str, Cells, Areas]:
    names = book.names
    if sheet is not None:
        if sheet not in names:
            listed = ", ".join(f'"{n}"' for n in names)
            raise DataError(
                f'The workbook has no sheet "{sheet}".',
                f"Its sheets are {listed}.",
                "sheet_not_found",
                sheets=list(names),
            )
        return sheet, *book.load(sheet)
    best: tuple[int, tuple[str, Cells, Areas]] | None = None
    for name in [
        *(n for n in names if n not in book.hidden),
        *(n for n in names if n in book.hidden),
    ]:
        candidate = name, *book.load(name)
        score = _table_score(candidate[1])
        if score >= 2:
            return candidate
        if score and (best is None or score > best[0]):
            best = score, candidate
    if best is None:
        raise DataError(
            "The workbook holds no table: all its sheets are empty.",
            "Choose a workbook with a table in it.",
            "empty_workbook",
        )
    return best[1]


def _table_score(cells: Cells) -> int:
    """Return 2 for a header with two rows and columns or more, 1 for any cell, 0 for none."""
    grid = [[_text(c) for c in row] for row in cells[:200]]
    if not any(filled(row) for row in grid):
        return 0
    at, header = locate_table(grid)
    width = usual_width(grid[at:])
    body = [row for row in grid[at + header :] if 2 * filled(row) >= width]
    return 2 if width >= 2 and len(body) >= 2 else 1


def _table(cells: Cells, merged: Areas, header_row: int | None, notes: list[str]) -> Raw:
    top = [[_text(c) for c in row] for row in cells[:300]]
    if not any(filled(row) for row in top) and not any(_text(c) for row in cells for c in row):
        raise DataError(
            "The sheet is empty.", "Choose another sheet of the workbook.", "empty_workbook"
        )
    at, header = locate_table(top)
    if header_row == 0:
        header = False
    elif header_row is not None:
        if not 1 <= header_row <= len(cells) or not any(_text(c) for c in cells[header_row - 1]):
            raise no_header_row(header_row)
        at, header = header_row - 1, True
    first = at + 1 if header else at
    head = _head(cells, at, merged) if header else []
    grid = [[_text(c) for c in row] for row in cells[first : first + 200]]
    units: tuple[str, ...] = ()
    if header and grid and is_units_row(head, grid[0], grid[1:]):
        notes.append(f"Row {first + 1} holds units, not values, and was skipped.")
        units = tuple(grid[0])
        first, grid = first + 1, grid[1:]
    if header and at:
        rows = "1 row" if at == 1 else f"{at} rows"
        notes.append(f"Skipped {rows} before the column names.")
    width = max(last_filled(head), usual_width(grid))
    check_width(width)
    body = cells[first:]
    tail = [[_text(c) for c in row] for row in body[-50:]]
    while tail and not filled(tail[-1]):
        tail.pop()
        body = body[:-1]
    cut = footnotes(tail, width)
    if cut:
        body = body[: len(body) - cut]
        notes.append("Left out the notes below the table.")
    if not any(_text(c) for row in body for c in row):
        raise header_only()
    left = min((i for row in [head, *grid] for i, c in enumerate(row) if c), default=0)
    names, name_notes = column_names(head[left:], width - left)
    if not header:
        name_notes = {}
        notes.append("No row with column names was found; they are column_1, column_2, ...")
    filled_down = _fill_merged(body, merged, first, left, names)
    if filled_down:
        told = ", ".join(f'"{n}"' for n in filled_down)
        notes.append(f"Merged cells were filled downwards in {told}.")
    frame = pd.DataFrame(
        {
            name: _column([row[left + j] if left + j < len(row) else "" for row in body])
            for j, name in enumerate(names)
        }
    )
    told = tuple(notes) or ("Read from a workbook.",)
    reading = {
        "format": "workbook", "header_row": at + 1 if header else 0, "first_row": first + 1,
        "rows": len(body), "first_column": left + 1,
    }  # fmt: skip
    return Raw(frame, told, name_notes, first + 1, units_row=units[left:], reading=reading)


def _head(cells: Cells, at: int, merged: Areas) -> list[str]:
    """Return the header; names that repeat below merged headings get the heading in front."""
    head = [_text(c) for c in cells[at]]
    given = [name for name in head if name]
    if at == 0 or len(set(given)) == len(given):
        return head
    above = [_text(c) for c in cells[at - 1]]
    for (row0, col0), (row1, col1) in merged:
        if row0 <= at - 1 <= row1 and col1 > col0 and col0 < len(above):
            heading = _text(cells[row0][col0])
            above[col0 : col1 + 1] = [heading] * (col1 - col0 + 1)
    return [f"{a} {name}" if a and name else name for a, name in zip(above, head, strict=False)]


def _fill_merged(body: Cells, merged: Areas, first: int, left: int, names: list[str]) -> list[str]:
    """Write the value of vertically merged cells into each row; return the columns concerned."""
    done: list[str] = []
    for (row0, col0), (row1, col1) in merged:
        j = col0 - left
        if col0 != col1 or row1 == row0 or row0 < first or not 0 <= j < len(names):
            continue
        if row0 - first >= len(body) or col0 >= len(body[row0 - first]):
            continue
        value = body[row0 - first][col0]
        for i in range(row0 - first + 1, min(row1 - first + 1, len(body))):
            if col0 < len(body[i]):
                body[i][col0] = value
        if names[j] not in done:
            done.append(names[j])
    return done


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)


def _column(cells: list[Any]) -> pd.Series:
    """Give a column of cells its type: float64, int64, datetime64, or text with missing values."""
    kinds = {type(c) for c in cells if not (isinstance(c, str) and is_missing(c))}
    if kinds <= {float, int}:
        values = [np.nan if isinstance(c, str) else float(c) for c in cells]
        array = np.array(values, dtype=float)
        if np.isfinite(array).all() and (array % 1 == 0).all() and (np.abs(array) < 2**53).all():
            return pd.Series(array.astype(np.int64))
        return pd.Series(array)
    if kinds <= {dt.date, dt.datetime}:
        return pd.Series(pd.to_datetime([None if isinstance(c, str) else c for c in cells]))
    text = [None if isinstance(c, str) and is_missing(c) else _text(c) for c in cells]
    return pd.Series(text, dtype="str")
