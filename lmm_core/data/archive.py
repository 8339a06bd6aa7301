"""Compressed files: the table inside a gzip file or a zip archive."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from lmm_core.data.content import content_of, not_a_table
from lmm_core.data.words import word_set
from lmm_core.errors import DataError

MAX_UNPACKED = 500_000_000
"""Bytes that a compressed table may have when unpacked."""

_CHUNK = 1 << 20
_TABLES = word_set(
    "csv tsv tab txt dat data asc xlsx xlsm xls xlsb ods sav zsav dta sas7bdat xpt parquet"
)


@dataclass(frozen=True)
class Unpacked:
    """The bytes of a table, what they are, and where they came from.

    ``name`` is the file inside the archive (None without one); ``members`` are the tables of an
    archive with several, of which ``name`` was taken.
    """

    data: bytes
    content: str
    name: str | None = None
    members: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def unpack(data: bytes, member: str | None = None) -> Unpacked:
    """Return the table inside gzip and zip files, or the bytes as they are.

    ``member`` chooses among several tables of a zip archive; without it the largest one that isn't
    called "metadata" is taken. Errors: DataError ``archive_damaged``, ``archive_password``,
    ``zip_bomb``, ``sheet_not_found``, ``not_a_table``, and those of ``content_of``.
    """
    content = content_of(data)
    name: str | None = None
    members: tuple[str, ...] = ()
    notes: list[str] = []
    for _ in range(3):
        if content == "gzip":
            data = _gunzip(data)
            notes.append("Unpacked the gzip file.")
        elif content == "zip":
            data, name, found = _unzip(data, member if not members else None)
            members = members or found
            notes.append(f'Unpacked "{name}" from the zip archive.')
        else:
            return Unpacked(data, content, name, members, tuple(notes))
        content = content_of(data)
    raise not_a_table("an archive inside an archive", "Unpack it and read the table inside.")


def _gunzip(data: bytes) -> bytes:
    parts: list[bytes] = []
    size, rest = 0, data
    try:
        while rest.startswith(b"\x1f\x8b"):
            inflate = zlib.decompressobj(31)
            at = 0
            while not inflate.eof:
                piece = inflate.unconsumed_tail
                if not piece:
                    piece, at = rest[at : at + _CHUNK], at + _CHUNK
                if not piece:
                    raise _damaged()
                parts.append(inflate.decompress(piece, _CHUNK))
                size += len(parts[-1])
                if size > MAX_UNPACKED:
                    raise _bomb()
            rest = inflate.unused_data + rest[at:]
    except zlib.error:
        if not parts:
            raise not_a_table("a compressed file that can't be unpacked") from None
        raise _damaged() from None
    return b"".join(parts)


def _unzip(data: bytes, member: str | None) -> tuple[bytes, str, tuple[str, ...]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = {e.filename: e for e in archive.infolist() if _is_file(e)}
            tables = {n: e for n, e in entries.items() if _suffix(n) in _TABLES} or entries
            if not tables:
                raise not_a_table("an empty zip archive")
            if member is not None and len(tables) > 1:
                if member not in tables:
                    listed = ", ".join(f'"{n}"' for n in list(tables)[:12])
                    raise DataError(
                        f'The archive has no file "{member}".',
                        f"Its tables are {listed}.",
                        "sheet_not_found",
                        sheets=list(tables),
                    )
                name = member
            else:
                name = max(tables, key=lambda n: (not _is_side_file(n), tables[n].file_size))
            found = tuple(tables) if len(tables) > 1 else ()
            return _extract(archive, tables[name]), name, found
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
        raise _damaged() from None


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.flag_bits & 1:
        raise DataError(
            "The zip archive is protected by a password.",
            "Unpack it with the password and read the table inside.",
            "archive_password",
        )
    if entry.file_size > MAX_UNPACKED:
        raise _bomb()
    parts, size = [], 0
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            parts.append(piece)
            size += len(piece)
            if size > MAX_UNPACKED:
                raise _bomb()
    return b"".join(parts)


def _is_file(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not entry.is_dir() and not hidden and entry.file_size > 0


def _suffix(name: str) -> str:
    path = PurePosixPath(name.lower().removesuffix(".gz"))
    return path.suffix.lstrip(".")


def _is_side_file(name: str) -> bool:
    stem = PurePosixPath(name).name.lower()
    return stem.startswith(("metadata", "readme", "license", "codebook", "data_dictionary"))


def _damaged() -> DataError:
    return DataError(
        "The compressed file is damaged or was cut off on the way.",
        "Download or copy it again, or unpack it and read the table inside.",
        "archive_damaged",
    )


def _bomb() -> DataError:
    return DataError(
        f"The compressed file holds more than {MAX_UNPACKED / 1e6:,.0f} MB.",
        "Keep the rows and columns that the analysis needs, and read that file.",
        "zip_bomb",
    )
