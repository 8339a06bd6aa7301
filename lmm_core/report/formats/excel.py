"""Excel: each table a sheet, numbers as numbers with all digits, texts as texts."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lmm_core.formatting import p_value
from lmm_core.report.document.parts import Column, Document
from lmm_core.report.document.software import software
from lmm_core.report.formats.clean import clean

_LIMIT = 32_000


def excel_bytes(document: Document) -> bytes:
    """The tables of a report; the first sheet says what they are."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment

    book = Workbook()
    first = book.active
    first.title = "Contents"
    _put(first, 1, 1, document.title, bold=True)
    _put(first, 2, 1, f"{document.subtitle}. Made with {software()}.")
    tables = document.tables
    names = sheet_names([part.key for part in tables])
    for k, (part, name) in enumerate(zip(tables, names, strict=True)):
        _put(first, 4 + k, 1, name)
        _put(first, 4 + k, 2, part.title)
        _put(first, 4 + k, 3, part.note)
        _sheet(book.create_sheet(name), part.frame, part.columns)
        first.cell(4 + k, 3).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in (("A", 24), ("B", 50), ("C", 70)):
        first.column_dimensions[letter].width = width
    _printed(first)
    return _saved(book)


def frames_bytes(frames: Mapping[str, pd.DataFrame]) -> bytes:
    """Frames as they are, one per sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, frame in zip(sheet_names(list(frames)), frames.values(), strict=True):
        columns = tuple(Column(c, str(c)) for c in frame.columns)
        _sheet(book.create_sheet(name), frame, columns)
    return _saved(book)


def sheet_names(keys: list[str]) -> list[str]:
    """Names that Excel takes: at most 31 letters, none of []:*?/\\, each once."""
    found: list[str] = []
    for key in keys:
        plain = "".join("_" if a in "[]:*?/\\'" or not a.isprintable() else a for a in key)[:28]
        name, k = plain or "table", 2
        while name.casefold() in {n.casefold() for n in found}:
            name, k = f"{plain[:26]} {k}", k + 1
        found.append(name)
    return found


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(sheet: Any, frame: pd.DataFrame, columns: tuple[Column, ...]) -> None:
    from openpyxl.styles import Alignment, Border, Side
    from openpyxl.utils import get_column_letter

    line = Border(bottom=Side(style="thin"))
    for j, column in enumerate(columns, 1):
        _put(sheet, 1, j, column.heading, bold=True)
        values = frame[column.source].tolist()
        shown = P_VALUES if column.write is p_value else number_format(values)
        for i, value in enumerate(values, 2):
            _put(sheet, i, j, value, shown=shown)
        head = sheet.cell(1, j)
        head.border = line
        head.alignment = Alignment(horizontal="right" if shown else "left", wrap_text=True)
        longest = max([len(column.heading) * 1.1, *(len(_shown(v)) for v in values[:200])])
        sheet.column_dimensions[get_column_letter(j)].width = min(60, max(9, longest + 2))
    sheet.freeze_panes = "A2"
    _printed(sheet)


def _printed(sheet: Any) -> None:
    """On paper a table is as wide as the page at most, its heading on every page."""
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def number_format(values: Sequence[object]) -> str:
    """How a column of numbers is shown, "" for texts: three digits of the usual size.

    The cells hold all digits.
    """
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if not numbers:
        return ""
    if all(v == v and v.is_integer() for v in numbers):
        return "0" if max(map(abs, numbers)) < 1e15 else "General"
    sizes = sorted(abs(v) for v in numbers if v == v and v and abs(v) != float("inf"))
    if not sizes or not 1e-4 <= sizes[len(sizes) // 2] < 1e9:
        return "0.00E+00"
    usual = sizes[len(sizes) // 2]
    decimals = min(6, max(2, 2 - math.floor(math.log10(usual))))
    return "0." + "0" * decimals


P_VALUES = '[<0.001]"< .001";0.000'
"""How a p-value is shown."""


def _shown(value: object) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _put(
    sheet: Any, row: int, column: int, value: object, bold: bool = False, shown: str = ""
) -> None:
    """A number as a number; everything else as text that no program takes for a formula."""
    from openpyxl.styles import Font

    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return
    cell = sheet.cell(row, column)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value == value and abs(value) != float("inf"):
            cell.value = value
            if shown:
                cell.number_format = shown
            return
        if value != value:
            return
        value = "∞" if value > 0 else "−∞"
    text = clean(value)[:_LIMIT]
    if not text:
        return
    cell.value = text
    cell.data_type = "s"
    # As if typed with an apostrophe: it stays text when somebody edits the cell.
    cell.quotePrefix = True
    if bold:
        cell.font = Font(name="Calibri", size=11, bold=True)
