"""What can't be read ends in a DataError with a message, a next step and a stable code."""

from __future__ import annotations

import io
import struct
import zipfile

import openpyxl
import pytest

from lmm_core.data import read_table
from lmm_core.errors import DataError


def _workbook(*rows: list) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def _bomb() -> bytes:
    """A workbook whose directory declares 3 GB for one member."""
    data = bytearray(_workbook(["id", "y"], [1, 2]))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 3_000_000_000)
    return bytes(data)


def _stray_cell() -> bytes:
    book = openpyxl.Workbook()
    for row in (["id", "y"], [1, 2], [2, 3]):
        book.active.append(row)
    book.active["XFD1048576"] = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _stray_ods() -> bytes:
    cell = '<table:table-cell office:value="1" table:number-columns-repeated="16384"/>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    return _zip(mimetype=mime, **{"content.xml": row.encode()})


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
GOOD = _workbook(["id", "y"], [1, 2], [2, 3])

# id: (bytes, options, code, a part of the message)
CASES: dict[str, tuple[bytes, dict, str, str]] = {
    "empty": (b"", {}, "empty_file", "empty"),
    "blank": (b" \r\n\n \t", {}, "empty_file", "empty"),
    "only a mark": (b"\xef\xbb\xbf", {}, "empty_file", "empty"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), {}, "not_a_table", "an image"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(range(256)), {}, "not_a_table", "an image"),
    "pdf": (b"%PDF-1.7\n1 0 obj", {}, "not_a_table", "a PDF document"),
    "html": (b"<!DOCTYPE html>\n<html><body>1,2", {}, "not_a_table", "a web page"),
    "html named xls": (b"  <table><tr><td>1</td></tr></table>", {}, "not_a_table", "a web page"),
    "html with an open table": (
        b"<html>\n<table>\n<tr><td>1</td></tr>\n</table>",
        {},
        "not_a_table",
        "a web page",
    ),
    "html with text": (
        b"<div>\nNot found, sorry.\nAsk, please, <a>here</a>.\n",
        {},
        "not_a_table",
        "a web page",
    ),
    "xml": (b'<?xml version="1.0"?><a/>', {}, "not_a_table", "XML"),
    "json": (b'[{"a": 1, "b": 2}]', {}, "not_a_table", "JSON"),
    "gzip": (b"\x1f\x8b\x08\x00" + b"x" * 50, {}, "not_a_table", "a compressed file"),
    "zip of an image": (_zip(**{"a.png": b"\x89PNG\r\n"}), {}, "not_a_table", "an image"),
    "docx": (_zip(**{"word__document.xml": b"x"}), {}, "not_a_table", "a text document"),
    "doc": (OLE + "WordDocument".encode("utf-16-le"), {}, "not_a_table", "a text document"),
    "binary": (bytes(range(1, 32)) * 40, {}, "not_a_table", "a binary file"),
    "zero byte": (b"id,y\n1,2\n2,\x003\n", {}, "nul_bytes", "Line 3"),
    "header only": (b"id,y,z\n", {}, "header_only", "no rows"),
    "header and blank lines": (b"id,y,z\n\n,,\n", {}, "header_only", "no rows"),
    "one column": (b"y\n1\n2\n", {}, "one_column", "separator"),
    "prose": (b"hello\nworld\n", {}, "one_column", "hello"),
    "one column left": (b"y,\n1,\n2,\n", {"delimiter": ","}, "one_column", '"y"'),
    "no numbers": (b"a,b\nx,y\nz,w\n", {}, "no_numeric_column", "No column"),
    "long row": (b"a,b\n1,2\n3,4,5\n6,7\n", {}, "ragged_rows", "Line 3"),
    "long first row": (b"a,b\n1,2,9\n3,4\n6,7\n", {}, "ragged_rows", "Line 2"),
    "open quote": (b'a,b\n1,"2\n3,4\n', {}, "unclosed_quote", "line 2"),
    "too many columns": (
        b",".join(b"c%d" % i for i in range(5001)) + b"\n" + b",".join([b"1"] * 5001) + b"\n",
        {},
        "too_many_columns",
        "5,001",
    ),
    "no such encoding": (b"a,b\n1,2\n", {"encoding": "klingon"}, "encoding", "klingon"),
    "wrong encoding": (b"a,b\n1,\xff\n", {"encoding": "utf-8"}, "encoding", "utf-8"),
    "not a text encoding": (b"a,b\n1,2\n", {"encoding": "hex"}, "encoding", "hex"),
    "header row missing": (b"a,b\n1,2\n", {"header_row": 9}, "header_row", "Row 9"),
    "delimiter option": (b"a,b\n1,2\n", {"delimiter": "ab"}, "option", "separator"),
    "decimal option": (b"a,b\n1,2\n", {"decimal": ";"}, "option", "decimal"),
    "negative header": (b"a,b\n1,2\n", {"header_row": -1}, "option", "negative"),
    "password": (
        OLE + "EncryptedPackage".encode("utf-16-le"),
        {},
        "workbook_password",
        "password",
    ),
    "broken xls": (OLE, {}, "workbook_damaged", "damaged"),
    "truncated xlsx": (GOOD[: len(GOOD) // 2], {}, "workbook_damaged", "damaged"),
    "xlsx without parts": (_zip(xl__nothing=b"x"), {}, "workbook_damaged", "damaged"),
    "bomb": (_bomb(), {}, "zip_bomb", "memory"),
    "stray cell": (_stray_cell(), {}, "stray_cell", "16,384 columns"),
    "stray cells, ods": (_stray_ods(), {}, "stray_cell", "16,384 columns"),
    "no such sheet": (GOOD, {"sheet": "nope"}, "sheet_not_found", "nope"),
    "empty workbook": (_workbook(), {}, "empty_workbook", "empty"),
    "workbook header only": (_workbook(["id", "y", "z"]), {}, "header_only", "no rows"),
    "workbook one column": (_workbook(["y"], [1], [2]), {}, "one_column", "one column"),
    "workbook header row": (GOOD, {"header_row": 40}, "header_row", "Row 40"),
}


@pytest.mark.parametrize("case", CASES)
def test_error_has_code_message_and_next_step(case: str) -> None:
    data, options, code, part = CASES[case]
    with pytest.raises(DataError) as caught:
        read_table(data, **options)
    assert caught.value.code == code
    assert part in caught.value.message
    assert caught.value.next_step


@pytest.mark.parametrize("path", ["no/such/file.csv", "bad\0name.csv"])
def test_missing_file(path: str) -> None:
    with pytest.raises(DataError, match="can't be opened") as caught:
        read_table(path)
    assert caught.value.code == "file_not_found"


@pytest.mark.parametrize("cut", [4, 30, 200, 1000, 3000])
def test_truncated_workbooks_never_raise_anything_else(cut: int) -> None:
    with pytest.raises(DataError):
        read_table(GOOD[:cut])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (b"<div>id</div>,y\n1,2\n2,3\n3,5\n", "<div>id</div>"),
        (b"<table>;y\n<b>1</b>;2\n<b>2</b>;3\n<b>3</b>;5\n", "<table>"),
        (b"<b>id</b>\ty\n1\t2\n2\t3\n3\t5\n", "<b>id</b>"),
        (b"<html>,y,<script>alert(1)</script>\n1,2,a\n2,3,<i>b</i>\n3,5,c\n", "<html>"),
    ],
)
def test_a_header_that_begins_with_a_tag_is_a_name(text, first):
    frame = read_table(text, name="a.csv").frame
    assert str(frame.columns[0]) == first
    assert frame["y"].tolist() == [2, 3, 5]
