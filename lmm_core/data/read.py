"""Read a table from a file: the content decides what it is, every decision is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from lmm_core.data.archive import unpack
from lmm_core.data.delimited import read_delimited
from lmm_core.data.excel import read_workbook
from lmm_core.data.finish import finish
from lmm_core.data.questions import find_questions
from lmm_core.data.statfile import read_statfile
from lmm_core.data.table import Table, fingerprint_of
from lmm_core.data.units import units_of
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
    """Read a table from a text file, a workbook, a statistics file, or a compressed one of these.

    Text: any separator or aligned columns. Workbooks: .xlsx, .xls, .xlsb, .ods. Statistics files:
    SPSS (.sav, .zsav), Stata (.dta), SAS (.sas7bdat, .xpt) and Parquet. Gzip and zip are unpacked.

    Parameters
    ----------
    source:
        The bytes of the file, its path, or an open binary file.
    name:
        What to call the data; by default the file's name.
    sheet:
        Sheet of a workbook, or file in a zip archive with several tables; by default the first
        sheet that looks like a table, or the largest file.
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
        ``workbook_damaged``, ``zip_bomb``, ``stray_cell``, ``sheet_not_found``, ``empty_workbook``,
        ``archive_damaged``, ``archive_password``, ``file_damaged``, ``package_missing``,
        ``too_large``.
    """
    _check_options(delimiter, decimal, header_row)
    data, found = _bytes(source)
    asked = (sheet, delimiter, decimal, encoding, header_row)
    names = ("sheet", "delimiter", "decimal", "encoding", "header_row")
    options = {name: value for name, value in zip(names, asked, strict=True) if value is not None}
    fingerprint = fingerprint_of(data, *asked)
    unpacked = unpack(data, sheet)
    del data
    sheets, chosen = unpacked.members, unpacked.name if unpacked.members else None
    if unpacked.content == "workbook":
        inner = None if unpacked.members else sheet
        book = read_workbook(unpacked.data, inner, header_row)
        raw = book.raw
        raw.reading["sheet"] = book.sheet
        if not unpacked.members:
            sheets, chosen = book.sheets, book.sheet
    elif unpacked.content == "text":
        raw = read_delimited(unpacked.data, delimiter, decimal, encoding, header_row)
    else:
        raw = read_statfile(unpacked.data, unpacked.content)
    if unpacked.name:
        raw.reading["member"] = unpacked.name
    frame, notes = finish(raw)
    units = units_of(raw.frame.columns, raw.units_row)
    return Table(
        frame,
        name or found or unpacked.name or "data",
        (*unpacked.notes, *notes),
        fingerprint,
        sheets,
        chosen,
        {column: unit for column, unit in units.items() if column in frame.columns},
        {column: text for column, text in raw.labels.items() if column in frame.columns},
        (*raw.questions, *find_questions(frame)),
        options,
        raw.reading,
    )


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
