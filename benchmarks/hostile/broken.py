"""Compressed files, and files that can't be a table: each must end in one sentence."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

from benchmarks.hostile.books import book
from benchmarks.hostile.case import Case

_CSV = b"id,t,y\n1,0,2.5\n1,1,3.5\n2,0,1.5\n"
_LONG = {"id": [1, 1, 2], "t": [0, 1, 0], "y": [2.5, 3.5, 1.5]}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def pack(members: dict[str, bytes]) -> bytes:
    """Write a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def broken_cases() -> list[Case]:
    """Return the cases, one file each."""
    return [*_packed(), *_not_tables(), *_damaged()]


def _packed() -> list[Case]:
    zipped = pack({"a.csv": _CSV})
    locked = bytearray(zipped)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(magic) + at] |= 1
    nested = zipped
    for k in range(4):
        nested = pack({f"{k}.zip": nested})
    return [
        Case("a.csv.gz", gzip.compress(_CSV, mtime=0), _LONG, note="gzip"),
        Case("a.zip", zipped, _LONG, note='"a.csv"'),
        Case(
            "from_a_mac.zip",
            pack({"d/a.csv": _CSV, "__MACOSX/d/._a.csv": bytes(40), ".DS_Store": bytes(9)}),
            _LONG,
        ),
        Case("two.zip", pack({"a.csv": b"id,y\n1,2\n", "b.csv": _CSV * 1}), _LONG, note='"b.csv"'),
        Case(
            "one_of_two.zip",
            pack({"a.csv": b"id,y\n1,2\n", "b.csv": _CSV}),
            {"id": [1], "y": [2]},
            options={"sheet": "a.csv"},
        ),
        Case("book_inside.zip", pack({"a.xlsx": book({"a": [["id", "y"], [1, 2.5], [2, 3.5]]})}), {
            "id": [1, 2], "y": [2.5, 3.5],
        }),
        Case("cut.csv.gz", gzip.compress(_CSV * 50, mtime=0)[:-12], code="archive_damaged"),
        Case("cut.zip", zipped[:-30], code="archive_damaged"),
        Case("locked.zip", bytes(locked), code="archive_password"),
        Case("nested.zip", nested, code="not_a_table"),
        Case("empty.zip", pack({}), code="not_a_table"),
        Case("bomb.csv.gz", gzip.compress(bytes(10_000_000), 9, mtime=0) * 60, code="zip_bomb"),
    ]  # fmt: skip


def _not_tables() -> list[Case]:
    return [
        Case("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), code="not_a_table"),
        Case("document.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", code="not_a_table"),
        Case("page.xls", b"<html><table><tr><td>1</td></tr></table></html>", code="not_a_table"),
        Case("data.json", b'[{"id": 1, "y": 2}]', code="not_a_table"),
        Case("markup.xml", b'<?xml version="1.0"?><rows><row/></rows>', code="not_a_table"),
        Case("letter.docx", pack({"word/document.xml": b"<x/>"}), code="not_a_table"),
        Case("old_letter.doc", _OLE + "WordDocument".encode("utf-16-le"), code="not_a_table"),
        Case("session.RData", gzip.compress(b"RDX3\nX\n" + bytes(90), mtime=0), code="not_a_table"),
        Case("database.csv", b"SQLite format 3\x00" + bytes(200), code="not_a_table"),
        Case("program.csv", bytes(range(1, 32)) * 60, code="not_a_table"),
        Case("empty.csv", b"", code="empty_file"),
        Case("blank.csv", b"\xef\xbb\xbf \r\n\t\r\n", code="empty_file"),
        Case("prose.txt", b"Dear all,\nthe meeting is at noon.\nBest\n", code="one_column"),
        Case("one_column.csv", b"y\n1\n2\n3\n", code="one_column"),
        Case("names_only.csv", b"id,t,y\n", code="header_only"),
        Case("words_only.csv", b"a,b\nx,y\nz,w\n", code="no_numeric_column"),
    ]


def _damaged() -> list[Case]:
    good = book({"a": [["id", "y"], [1, 2], [2, 3]]})
    bomb = bytearray(good)
    struct.pack_into("<I", bomb, bomb.index(b"PK\x01\x02") + 24, 3_000_000_000)
    far = book({"a": [["id", "y"], [1, 2]]}, lambda made: made["a"].cell(1_048_576, 16_384, 1))
    columns = 16_384
    wide = ",".join(f"c{k}" for k in range(columns)) + "\n" + ",".join("1" * columns) + "\n"
    return [
        Case("zero_bytes.csv", b"id,y\n1,2\n2,\x003\n", code="nul_bytes"),
        Case("ragged.csv", b"id,t,y\n1,0,2.5\n1,1,3.5,extra,7\n2,0,1.5\n", code="ragged_rows"),
        Case("open_quote.csv", b'id,word,y\n1,"a,2\n2,b,3\n', code="unclosed_quote"),
        Case("all_columns.csv", wide.encode(), code="too_many_columns"),
        Case("truncated.xlsx", good[: len(good) // 2], code="workbook_damaged"),
        Case("bomb.xlsx", bytes(bomb), code="zip_bomb"),
        Case("stray_cell.xlsx", far, code="stray_cell"),
        Case(
            "locked.xlsx", _OLE + "EncryptedPackage".encode("utf-16-le"), code="workbook_password"
        ),
        Case("broken.xls", _OLE, code="workbook_damaged"),
        Case("empty_sheet.xlsx", book({"a": []}), code="empty_workbook"),
        Case("names_only.xlsx", book({"a": [["id", "t", "y"]]}), code="header_only"),
    ]
