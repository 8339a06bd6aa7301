"""Whether a plain reader gets the same table from the user's own file, and with which settings."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from lmm_core.data.numbers import NA_SPELLINGS
from lmm_core.data.table import Table
from lmm_core.report.scripts.repairs import Repair, apply_repairs, repairs_of, same_table

LARGEST = 20_000_000
"""Bytes up to which the plain reader is tried out."""

XLSX, XLS, OTHER_BOOK = "xlsx", "xls", "other"


@dataclass(frozen=True)
class PlainReading:
    """Settings with which a plain reader gives the same table.

    Attributes
    ----------
    format:
        "text" or "workbook".
    skip:
        Lines above the column names; when ``named``, lines above the first row of values.
    named:
        Whether the names are written out, because the file has them otherwise.
    missing:
        The ways in which the file writes a missing value.
    rows:
        How many rows are read, where something stands below the table.
    first_column:
        Where the table of a workbook starts (1-based), and ``book`` its kind.
    drop_blank:
        Whether rows without any value are left out.
    repairs:
        What is done to columns after reading.
    """

    format: str
    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    skip: int = 0
    named: bool = False
    missing: tuple[str, ...] = ("",)
    rows: int | None = None
    sheet: str | None = None
    first_column: int = 1
    book: str = XLSX
    drop_blank: bool = False
    repairs: tuple[Repair, ...] = ()


def plain_reading(data: bytes | None, base: Table) -> PlainReading | None:
    """The settings, or None when only ``lmm_core`` reads this file (it is tried out, once)."""
    from lmm_core.cache import remembered

    if data is None:
        return None
    return remembered(("plain_reading", base.fingerprint), lambda: _tried(data, base))


def _tried(data: bytes, base: Table) -> PlainReading | None:
    if len(data) > LARGEST or base.reading.get("member"):
        return None
    kind = base.reading.get("format")
    if kind not in ("text", "workbook") or base.reading.get("fixed_starts"):
        return None
    for candidate in _candidates(data, base):
        try:
            found = _fitting(data, candidate, base)
        except Exception:  # pandas' readers raise errors of many kinds: any means "not plainly"
            continue
        if found is not None:
            return found
    return None


def _candidates(data: bytes, base: Table) -> Iterator[PlainReading]:
    reading = base.reading
    header, first = int(reading.get("header_row") or 0), int(reading.get("first_row") or 1)
    if reading["format"] == "workbook":
        made = PlainReading("workbook", sheet=str(reading["sheet"]), book=_book(data))
    else:
        encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else str(reading["encoding"])
        made = PlainReading("text", reading["delimiter"], reading["decimal"], encoding)
    if header >= 1 and first == header + 1 and not reading.get("footer_lines"):
        yield replace(made, skip=header - 1)
    named = replace(
        made,
        skip=first - 1,
        named=True,
        first_column=int(reading.get("first_column") or 1),
        rows=reading.get("rows"),
    )
    if not reading.get("footer_lines"):
        yield named
    n = len(base.frame)
    for rows in (n, n + len(base.frame.attrs.get("blank_rows", ()))):
        yield replace(named, rows=rows)


def _book(data: bytes) -> str:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return XLS
    return XLSX if b"xl/worksheets/sheet" in data and b"xl/workbook.bin" not in data else OTHER_BOOK


def _fitting(data: bytes, how: PlainReading, base: Table) -> PlainReading | None:
    """The settings with missing values and repairs added, when they give the same table."""
    how = replace(how, missing=_missing(data, how, base))
    found = read_plainly(data, how, base)
    if len(found) > len(base.frame):
        how = replace(how, drop_blank=True)
        found = found.dropna(how="all").reset_index(drop=True)
    repairs = repairs_of(found, base.frame)
    if repairs is None:
        return None
    how = replace(how, repairs=repairs)
    return how if same_table(apply_repairs(found, repairs), base.frame) else None


def _missing(data: bytes, how: PlainReading, base: Table) -> tuple[str, ...]:
    """The ways to write a missing value that occur, looked up in columns that have gaps."""
    frame = base.frame
    gaps = [k for k in range(frame.shape[1]) if frame.iloc[:, k].isna().any()]
    if frame.attrs.get("blank_rows"):
        gaps = list(range(frame.shape[1]))
    if not gaps:
        return ("",)
    cells = read_plainly(data, replace(how, missing=()), base, as_text=gaps)
    there = {
        v.strip()
        for k in range(cells.shape[1])
        for v in pd.unique(cells.iloc[:, k])
        if isinstance(v, str)
    }
    return tuple(s for s in NA_SPELLINGS if s in there) or ("",)


def texts_of(base: Table) -> list[str]:
    """Columns that a reader must leave as text."""
    return [str(c) for c in base.frame.columns if base.frame[c].dtype.kind not in "iufmM"]


def read_plainly(
    data: bytes, how: PlainReading, base: Table, as_text: list[int] | None = None
) -> pd.DataFrame:
    """The table as the script's one call of pandas gives it, before repairs.

    ``as_text``: only the columns at these positions (of a text file), as text.
    """
    names = [str(c) for c in base.frame.columns]
    own = {"header": None, "names": names} if how.named else {}
    if how.format == "workbook":
        if how.named:
            own["usecols"] = range(how.first_column - 1, how.first_column - 1 + len(names))
        return pd.read_excel(
            io.BytesIO(data), sheet_name=how.sheet, skiprows=how.skip, nrows=how.rows,
            keep_default_na=False, na_values=list(how.missing), engine="calamine", **own,
        )  # fmt: skip
    return pd.read_csv(
        io.BytesIO(data),
        sep=r"\s+" if how.delimiter == " " else how.delimiter,
        decimal=how.decimal,
        encoding=how.encoding,
        skiprows=how.skip,
        nrows=how.rows,
        keep_default_na=False,
        na_values=list(how.missing),
        dtype=str if as_text else dict.fromkeys(texts_of(base), str),
        usecols=as_text,
        **own,
    )
