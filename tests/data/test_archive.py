from __future__ import annotations

import gzip
import io
import struct
import zipfile

import pytest

from lmm_core.data import read_table
from lmm_core.errors import DataError

CSV = b"id,y\n1,2\n2,3\n"
BIG = b"id,x,y\n" + b"".join(b"%d,%d,%d\n" % (k, k, k) for k in range(40))


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


# id: (bytes, names of the columns, tables to choose from, part of the notes)
CASES = {
    "gzip": (gzip.compress(CSV), ["id", "y"], (), "Unpacked the gzip file."),
    "gzip in two parts": (gzip.compress(CSV[:8]) + gzip.compress(CSV[8:]), ["id", "y"], (), "gzip"),
    "zip": (_zip({"a.csv": CSV}), ["id", "y"], (), 'Unpacked "a.csv" from the zip archive.'),
    "zip with folders": (_zip({"data/": b"", "data/a.csv": CSV}), ["id", "y"], (), "data/a.csv"),
    "zip of a Mac": (
        _zip({"a.csv": CSV, "__MACOSX/._a.csv": b"\0\5\x16\7" * 9, ".DS_Store": b"\0\0\0\1Bud1"}),
        ["id", "y"],
        (),
        "a.csv",
    ),
    "with a letter": (_zip({"readme.pdf": b"%PDF-1", "a.csv": CSV}), ["id", "y"], (), "a.csv"),
    "gzip in zip": (_zip({"a.csv.gz": gzip.compress(CSV)}), ["id", "y"], (), "gzip"),
    "unusual ending": (_zip({"a.export": CSV}), ["id", "y"], (), "a.export"),
    "several": (
        _zip({"a.csv": CSV, "b.csv": BIG}),
        ["id", "x", "y"],
        ("a.csv", "b.csv"),
        'Unpacked "b.csv"',
    ),
    "data bank": (
        _zip({"API_data.csv": CSV, "Metadata_Country.csv": BIG}),
        ["id", "y"],
        ("API_data.csv", "Metadata_Country.csv"),
        "API_data.csv",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_unpacked(case: str) -> None:
    data, columns, sheets, part = CASES[case]
    table = read_table(data)
    assert list(table.frame.columns) == columns
    assert table.sheets == sheets
    assert part in " ".join(table.notes)


def test_choose_among_several() -> None:
    data = _zip({"a.csv": CSV, "b.csv": BIG})
    table = read_table(data, sheet="a.csv")
    assert (table.sheet, len(table.frame)) == ("a.csv", 2)
    assert table.fingerprint != read_table(data).fingerprint
    with pytest.raises(DataError, match=r'has no file "c\.csv"') as caught:
        read_table(data, sheet="c.csv")
    assert caught.value.details["sheets"] == ["a.csv", "b.csv"]


def test_the_name_is_that_of_the_file_inside() -> None:
    assert read_table(_zip({"scores.csv": CSV})).name == "scores.csv"


def _encrypted() -> bytes:
    data = bytearray(_zip({"a.csv": CSV}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + at] |= 1
    return bytes(data)


def _lying() -> bytes:
    """A zip archive whose directory declares 3 GB."""
    data = bytearray(_zip({"a.csv": CSV}))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 3_000_000_000)
    return bytes(data)


# id: (bytes, code, part of the message)
ERRORS = {
    "truncated gzip": (gzip.compress(BIG)[:-20], "archive_damaged", "cut off"),
    "damaged gzip": (gzip.compress(BIG)[:40] + b"\xff" * 40, "archive_damaged", "damaged"),
    "no gzip": (b"\x1f\x8b\x08\x00" + b"x" * 50, "not_a_table", "compressed"),
    "truncated zip": (_zip({"a.csv": BIG})[:-30], "archive_damaged", "damaged"),
    "password": (_encrypted(), "archive_password", "password"),
    "3 GB inside": (_lying(), "zip_bomb", "more than"),
    "empty zip": (_zip({}), "not_a_table", "empty"),
    "only folders": (_zip({"a/": b""}), "not_a_table", "empty"),
    "zips in zips": (
        _zip({"a.zip": _zip({"b.zip": _zip({"c.zip": _zip({"d.csv": CSV})})})}),
        "not_a_table",
        "inside an archive",
    ),
    "R data": (gzip.compress(b"RDX3\nX\n" + bytes(50)), "not_a_table", "R data"),
    "an image inside": (gzip.compress(b"\x89PNG\r\n\x1a\n"), "not_a_table", "image"),
    "an empty file inside": (gzip.compress(b""), "empty_file", "empty"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors(case: str) -> None:
    data, code, part = ERRORS[case]
    with pytest.raises(DataError) as caught:
        read_table(data)
    assert caught.value.code == code
    assert part in caught.value.message
    assert caught.value.next_step


def test_a_gzip_bomb_is_stopped_while_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmm_core.data.archive.MAX_UNPACKED", 4_000_000)
    with pytest.raises(DataError) as caught:
        read_table(gzip.compress(bytes(40_000_000)))
    assert caught.value.code == "zip_bomb"
