"""Read a table from a file: the content decides what it is, every decision is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from lmm_core.data.content import content_of
from lmm_core.data.delimited import read_delimited
from lmm_core.data.excel import read_workbook
from lmm_core.data.finish import finish
from lmm_core.data.table import Table, fingerprint_of
from lmm_core.errors import DataError

Source = bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryIO


def read_table(
    source: Source,
    name: str | None = None,
    sheet: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header_row: int | None = None,
) -> Table:
    """Read a table from a delimited text file or a workbook.

    Parameters
    ----------
    source:
        The bytes of the file, its path, or an open binary file.
    name:
        What to call the data; by default the file's name.
    sheet:
        Sheet of a workbook; by default the first one that looks like a table.
    delimiter, decimal, encoding:
        Override what is recognised in a text file. ``decimal`` is "." or ",".
    header_row:
        1-based row of the file with the column names; 0 when there are none.

    Raises
    ------
    DataError
        ``code`` is one of ``file_not_found``, ``empty_file``, ``not_a_table``, ``nul_bytes``,
        ``encoding``, ``option``, ``one_column``, ``header_only``, ``header_row``, ``ragged_rows``,
        ``unclosed_quote``, ``no_numeric_column``, ``too_many_columns``, ``workbook_password``,
        ``workbook_damaged``, ``zip_bomb``, ``stray_cell``, ``sheet_not_found``, ``empty_workbook``.
    """
    _check_options(delimiter, decimal, header_row)
    data, found = _bytes(source)
    title = name or found or "data"
    options = (sheet, delimiter, decimal, encoding, header_row)
    fingerprint = fingerprint_of(data, *options)
    if content_of(data) == "workbook":
        book = read_workbook(data, sheet, header_row)
        frame, notes = finish(book.raw)
        return Table(frame, title, notes, fingerprint, book.sheets, book.sheet)
    frame, notes = finish(read_delimited(data, delimiter, decimal, encoding, header_row))
    return Table(frame, title, notes, fingerprint)


def _bytes(source: Source) -> tuple[bytes, str | None]:
    if isinstance(source, bytes):
        return source, None
    if isinstance(source, bytearray | memoryview):
        return bytes(source), None
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        try:
            return path.read_bytes(), path.name
        except (OSError, ValueError):
            raise DataError(
                f'The file "{path.name}" can\'t be opened.',
                "Check its name and place, and that it isn't open in another program.",
                "file_not_found",
            ) from None
    if hasattr(source, "seek"):
        source.seek(0)
    data = source.read()
    given = getattr(source, "name", None)
    label = Path(given).name if isinstance(given, str) else None
    return (data.encode("utf-8") if isinstance(data, str) else bytes(data)), label


def _check_options(delimiter: str | None, decimal: str | None, header_row: int | None) -> None:
    if delimiter is not None and (
        len(delimiter) != 1 or delimiter.isalnum() or delimiter in "\"'\r\n\0\\"
    ):
        raise DataError(
            "The separator must be one character such as , ; | or a tab.",
            "Choose one of these, or leave the choice to the program.",
            "option",
        )
    if decimal is not None and decimal not in (".", ","):
        raise DataError("The decimal mark must be . or ,", "Choose one of the two.", "option")
    if header_row is not None and header_row < 0:
        raise DataError(
            "The row of the column names can't be negative.", "Use 1 for the first row.", "option"
        )
