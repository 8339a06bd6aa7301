"""Open a workbook: .xlsx and .ods here, after a check; .xls and .xlsb in a process of their own."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from lmm_core.data.content import ZIP_MAGIC, password_error
from lmm_core.data.workbook import check_archive, check_sheets, damaged, is_binary

T = TypeVar("T")
Cells = list[list[Any]]
Areas = list[Any]
"""Merged areas: ((first row, first column), (last row, last column)), 0-based."""

TIME_LIMIT = 120
"""Seconds that the separate process may take."""


@dataclass(frozen=True)
class Book:
    """The names of the sheets, those that are hidden, and how to load the cells of one."""

    names: tuple[str, ...]
    hidden: frozenset[str]
    load: Callable[[str], tuple[Cells, Areas]]


def open_book(data: bytes, sheet: str | None = None) -> Book:
    """Open a workbook; ``sheet`` limits what is read where all sheets are read at once.

    Raises
    ------
    DataError
        code ``workbook_damaged``, ``workbook_password``, ``zip_bomb`` or ``stray_cell``.
    """
    if data.startswith(ZIP_MAGIC):
        check_archive(data)
        if not is_binary(data):
            check_sheets(data)
            return guarded(lambda: _open_here(data))
    return _open_apart(data, sheet)


def guarded(action: Callable[[], T]) -> T:
    """Run the parser; whatever it raises becomes a DataError (it panics on some damaged files)."""
    from python_calamine import CalamineError, PasswordError

    try:
        return action()
    except PasswordError:
        raise password_error() from None
    except (CalamineError, OSError, ValueError):
        raise damaged() from None
    except BaseException as error:
        # A panic of the Rust code is a BaseException that can't be imported.
        if type(error).__name__ == "PanicException":
            raise damaged() from None
        raise


def _open_here(data: bytes) -> Book:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(BytesIO(data))
    sheets = [m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]

    def load(name: str) -> tuple[Cells, Areas]:
        def read() -> tuple[Cells, Areas]:
            loaded = book.get_sheet_by_name(name)
            cells = loaded.to_python(skip_empty_area=False)
            return cells, list(loaded.merged_cell_ranges or [])

        return guarded(read)

    hidden = frozenset(m.name for m in sheets if m.visible != SheetVisibleEnum.Visible)
    return Book(tuple(m.name for m in sheets), hidden, load)


def _open_apart(data: bytes, sheet: str | None) -> Book:
    script = Path(__file__).with_name("book_child.py")
    command = [sys.executable, "-I", str(script), *([sheet] if sheet is not None else [])]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=TIME_LIMIT)
        found = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        raise damaged() from None
    if not isinstance(found, dict):
        raise damaged()
    if "sheets" not in found:
        raise password_error()
    sheets = {one["name"]: one for one in found["sheets"]}

    def load(name: str) -> tuple[Cells, Areas]:
        one = sheets[name]
        return [[_real(cell) for cell in row] for row in one["cells"]], one["merged"]

    return Book(tuple(sheets), frozenset(n for n, one in sheets.items() if one["hidden"]), load)


def _real(cell: Any) -> Any:
    if isinstance(cell, dict):
        if "date" in cell:
            return dt.date.fromisoformat(cell["date"])
        return dt.datetime.fromisoformat(cell["moment"])
    return cell
