"""What a file is, from its first bytes rather than from its name."""

from __future__ import annotations

import re

from lmm_core.errors import DataError

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_EXPORT = "Save or export the table as CSV or as an Excel workbook (.xlsx) and read that file."
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"SQLite format 3", "a database"),
    (b"\x28\xb5\x2f\xfd", "a compressed file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"CDF\x01", "a NetCDF file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"OggS", "a media file"),
    (b"ID3", "a media file"),
    (b"ARROW1", "an Arrow file"),
    (b"RDA", "an R data file"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"RDX", "an R data file"),
)
_FORMATS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"$FL2@(#)", "spss"),
    (b"$FL3@(#)", "spss"),
    (b"<stata_dta>", "stata"),
    (b"\x00" * 12 + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00", "sas"),
    (b"HEADER RECORD*******LIB", "xport"),
    (b"PAR1", "parquet"),
)
_OLD_STATA = re.compile(rb"[\x69-\x73][\x01\x02]\x01\x00.[\x00-\x7f]", re.S)
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|table|div)\b", re.I | re.S
)
_XML = re.compile(rb"\s*<(\?xml|[A-Za-z][\w:.-]*[\s>/])")
_JSON = re.compile(rb"\s*[\[{]\s*[\[{\"]")


def content_of(data: bytes) -> str:
    """Return the kind of file: "text", "workbook", "zip", "gzip", or a statistics file.

    Statistics files are "spss", "stata", "sas", "xport" and "parquet".

    Raises
    ------
    DataError
        code ``empty_file`` or ``not_a_table`` (``details["kind"]`` says what the file is).
    """
    head = data[:4096]
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
            raise DataError("The file is empty.", "Choose a file with a table in it.", "empty_file")
        head = data.lstrip()[:4096]
    if head.startswith(ZIP_MAGIC):
        return _zip_content(data)
    if head.startswith(OLE_MAGIC):
        return _ole_content(data)
    for magic, kind in _FORMATS:
        if head.startswith(magic):
            return kind
    if _OLD_STATA.match(head) and b"\x00" in head[10:]:
        return "stata"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            raise not_a_table(kind)
    body = head.removeprefix(b"\xef\xbb\xbf")
    if body[:4] == b"RIFF" or body[4:8] == b"ftyp":
        raise not_a_table("a media file")
    if _MARKUP.match(body) and not _is_delimited(body):
        raise not_a_table(
            "a web page (HTML)", "Open it in a spreadsheet program and save it as .xlsx."
        )
    if _XML.match(body) and not _is_delimited(body):
        raise not_a_table(
            "an XML document", "Open it in a spreadsheet program and save it as .xlsx."
        )
    if _JSON.match(body):
        raise not_a_table("a JSON document")
    return "text"


def _is_delimited(head: bytes) -> bool:
    """Whether text that begins with a tag is a table all the same, whose first header is one:
    every line has as many of a delimiter, or no line after the first has a tag.
    """
    whole = head.rstrip().splitlines()
    lines = [line for line in (whole[:-1] if len(head) >= 4000 else whole) if line.strip()][:20]
    if len(lines) < 2:
        return False
    counts = ({line.count(mark) for line in lines} for mark in (b",", b";", b"\t", b"|"))
    same = any(len(found) == 1 and 0 not in found for found in counts)
    return same or not any(b"<" in line for line in lines[1:])


def not_a_table(kind: str, next_step: str = _EXPORT) -> DataError:
    """Return the error for a file that is ``kind`` ("an image", "a PDF document", ...)."""
    return DataError(f"This file is {kind}, not a table.", next_step, "not_a_table", kind=kind)


def _zip_content(data: bytes) -> str:
    # The names of the members stand in clear at both ends of the archive.
    names = data[:65536] + data[-65536:]
    if b"xl/" in names or b"opendocument.spreadsheet" in names:
        return "workbook"
    if b"word/" in names or b"opendocument.text" in names:
        raise not_a_table("a text document")
    if b"ppt/" in names or b"opendocument.presentation" in names:
        raise not_a_table("a presentation")
    if b"[Content_Types].xml" in names or b"content.xml" in names:
        return "workbook"
    return "zip"


def _ole_content(data: bytes) -> str:
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise password_error()
    if has("WordDocument"):
        raise not_a_table("a text document")
    if has("PowerPoint Document"):
        raise not_a_table("a presentation")
    return "workbook"


def password_error() -> DataError:
    """Return the error for a workbook that is protected by a password."""
    return DataError(
        "The workbook is protected by a password.",
        "Open it in your spreadsheet program, save a copy without a password, and read the copy.",
        "workbook_password",
    )
