"""Read a workbook in a process of its own, with bounded memory; run as a script, not imported.

A single wrong byte in an .xls file can send the parser into an endless chain of sectors that eats
all memory. Bytes come in on standard input, JSON goes out: sheets, and cells and merged areas of
each. Nothing of lmm_core is imported here, so that the start is fast.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from io import BytesIO
from typing import Any

MEMORY = 2 << 30
"""Bytes of address space that the parser may use."""


def _plain(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"date": cell.isoformat()}
    return cell if isinstance(cell, str | int | float | bool) else str(cell)


def main() -> None:
    """Read standard input, write one JSON object: the sheets, or ``{"error": "password"}``."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        pass  # not available on this system: the time limit of the parent remains
    from python_calamine import (
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    wanted = sys.argv[1] if len(sys.argv) > 1 else None
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
        sheets = []
        for about in book.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet: dict[str, Any] = {
                "name": about.name,
                "hidden": about.visible != SheetVisibleEnum.Visible,
            }
            if wanted is None or wanted == about.name:
                loaded = book.get_sheet_by_name(about.name)
                rows = loaded.to_python(skip_empty_area=False)
                sheet["cells"] = [[_plain(cell) for cell in row] for row in rows]
                sheet["merged"] = list(loaded.merged_cell_ranges or [])
            sheets.append(sheet)
    except PasswordError:
        json.dump({"error": "password"}, sys.stdout)
        return
    json.dump({"sheets": sheets}, sys.stdout)


if __name__ == "__main__":
    main()
