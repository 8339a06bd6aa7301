"""Is a workbook safe to open? Sizes are checked before a parser sees the file."""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO

from lmm_core.errors import DataError

MAX_UNCOMPRESSED = 1 << 30
"""Bytes a workbook may take when unpacked."""
MAX_CELLS = 60_000_000
"""Cells of the rectangle that a sheet spans: the parser keeps all of them in memory."""

_CHUNK = 1 << 20
_DEFLATE_RATIO = 1032  # the most that deflate can expand a byte
_ROW = re.compile(rb'<row\b[^>]*?\br="(\d{1,9})"')
_COLUMN = re.compile(rb'\br="([A-Z]{2,3})\d')
_FORMULA = re.compile(rb"<f[ >/](?:(?!</c>|<v>).)*?(?:<v></v>|<v ?/>)?</c>", re.S)
_REPEAT = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')


def damaged() -> DataError:
    """Return the error for a workbook that is cut off or damaged."""
    return DataError(
        "The workbook is damaged or was cut off on the way.",
        "Open it in your spreadsheet program, save it again, and read the new file.",
        "workbook_damaged",
    )


def check_archive(data: bytes) -> None:
    """Check the sizes of a zipped workbook (.xlsx, .xlsb, .ods).

    Raises
    ------
    DataError
        code ``workbook_damaged`` or ``zip_bomb``.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MAX_UNCOMPRESSED:
                raise _bomb()
            if len(data) * _DEFLATE_RATIO > MAX_UNCOMPRESSED:
                for entry in entries:
                    _check_entry(data, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError):
        raise damaged() from None


def _check_entry(data: bytes, entry: zipfile.ZipInfo) -> None:
    """Unpack one member without keeping it, to see that it isn't larger than it says."""
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        return
    at = entry.header_offset
    start = at + 30 + sum(int.from_bytes(data[at + k : at + k + 2], "little") for k in (26, 28))
    source = memoryview(data)[start : start + entry.compress_size]
    inflate, size, tail = zlib.decompressobj(-15), 0, b""
    for k in range(0, len(source), _CHUNK):
        tail = bytes(source[k : k + _CHUNK])
        while tail:
            size += len(inflate.decompress(tail, _CHUNK))
            tail = inflate.unconsumed_tail
            if size > entry.file_size:
                raise _bomb()


def is_binary(data: bytes) -> bool:
    """Say whether a zipped workbook keeps its sheets in binary form (.xlsb)."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return "xl/workbook.bin" in archive.namelist()


def check_sheets(data: bytes) -> None:
    """Refuse a sheet whose used rectangle wouldn't fit into memory (a stray cell far away).

    Raises
    ------
    DataError
        code ``stray_cell`` or ``workbook_damaged``.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for entry in archive.infolist():
            if re.fullmatch(r"(?i)/?xl/.*\.xml", entry.filename) and "sheet" in entry.filename:
                rows, columns = _extent(_member(archive, entry))
            elif entry.filename == "content.xml":
                rows, columns = _repeats(_member(archive, entry))
            else:
                continue
            if rows * columns > MAX_CELLS:
                raise DataError(
                    f"A sheet of the workbook spans {rows:,} rows and {columns:,} columns.",
                    "Delete what stands far outside the table, save, and read the file again.",
                    "stray_cell",
                )


def _member(archive: zipfile.ZipFile, name: zipfile.ZipInfo | str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError):
        raise damaged() from None  # RuntimeError: the member is encrypted


def _extent(xml: bytes) -> tuple[int, int]:
    rows = max((int(n) for n in _ROW.findall(xml)), default=xml.count(b"<row"))
    columns = 26
    for name in set(_COLUMN.findall(xml)):
        number = 0
        for letter in name:
            number = number * 26 + letter - 64
        columns = max(columns, number)
    return rows, columns


def _repeats(xml: bytes) -> tuple[int, int]:
    """Bound the extent of an .ods sheet by its repeated cells that hold a value."""
    rows = columns = 1
    for row in re.finditer(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", xml, re.S):
        if b"office:value" not in row.group(2) and b"<text:p" not in row.group(2):
            continue
        repeat = _REPEAT.search(row.group(1))
        rows += int(repeat.group(1)) if repeat else 1
        width = 0
        for cell in re.findall(rb"<table:table-cell\b[^>]*>", row.group(2)):
            again = _REPEAT.search(cell)
            width += int(again.group(1)) if again and b"office:value" in cell else 1
        columns = max(columns, width)
    return rows, columns


def unsaved_formulas(data: bytes, position: int) -> int:
    """Count the formula cells without a saved result in the sheet file ``position`` (0-based).

    Such cells come from programs that write formulas and never compute them; they read as empty.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        try:
            xml = _member(archive, f"xl/worksheets/sheet{position + 1}.xml")
        except KeyError:
            return 0
    return len(_FORMULA.findall(xml)) if b"<f" in xml else 0


def _bomb() -> DataError:
    return DataError(
        "The workbook would take far too much memory when unpacked.",
        "Save only the sheet that is needed, for example as CSV, and read that file.",
        "zip_bomb",
    )
