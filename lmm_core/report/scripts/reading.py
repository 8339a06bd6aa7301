"""Whether a plain reader gets the same table from the user's own file, and with which settings."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lmm_core.data.numbers import NA_SPELLINGS
from lmm_core.data.table import Table
from lmm_core.model.encoding import is_numeric

LARGEST = 20_000_000
"""Bytes up to which the plain reader is tried out."""


@dataclass(frozen=True)
class PlainReading:
    """Settings with which a plain reader gives the same table.

    ``format`` is "text" or "workbook"; ``skip`` counts the lines above the column names;
    ``missing`` lists the ways in which the file writes a missing value.
    """

    format: str
    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    skip: int = 0
    missing: tuple[str, ...] = ("",)
    sheet: str | None = None


def plain_reading(data: bytes | None, base: Table) -> PlainReading | None:
    """The settings, or None when only ``lmm_core`` reads this file (it is tried out, once)."""
    from lmm_core.cache import remembered

    return remembered(("plain_reading", base.fingerprint), lambda: _tried(data, base))


def _tried(data: bytes | None, base: Table) -> PlainReading | None:
    if data is None or len(data) > LARGEST or base.reading.get("member"):
        return None
    kind = base.reading.get("format")
    try:
        if kind == "text":
            found = _text(data, base)
        elif kind == "workbook":
            found = _workbook(base)
        else:
            return None
        if found is None or not same_table(read_plainly(data, found), base.frame):
            return None
    except Exception:  # pandas' readers raise errors of many kinds: any means "not plainly"
        return None
    return found


def _text(data: bytes, base: Table) -> PlainReading | None:
    reading = base.reading
    header = reading.get("header_row") or 0
    unusual = reading.get("fixed_starts") or reading.get("footer_lines")
    if unusual or header < 1 or reading.get("first_row") != header + 1:
        return None
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else str(reading["encoding"])
    found = PlainReading(
        "text", reading["delimiter"], reading["decimal"], encoding, header - 1, missing=()
    )
    texts = read_plainly(data, found, as_text=True)
    cells = {str(v) for name in texts for v in pd.unique(texts[name])}
    missing = tuple(s for s in NA_SPELLINGS if s in cells) or ("",)
    return PlainReading(
        "text", found.delimiter, found.decimal, encoding, found.skip, missing=missing
    )


def _workbook(base: Table) -> PlainReading | None:
    header = base.reading.get("header_row") or 0
    sheet = base.reading.get("sheet")
    if header < 1 or not isinstance(sheet, str):
        return None
    return PlainReading("workbook", skip=header - 1, sheet=sheet)


def read_plainly(data: bytes, how: PlainReading, as_text: bool = False) -> pd.DataFrame:
    """The table as the script's one call of pandas gives it."""
    if how.format == "workbook":
        return pd.read_excel(
            io.BytesIO(data), sheet_name=how.sheet, skiprows=how.skip, engine="calamine"
        )
    return pd.read_csv(
        io.BytesIO(data),
        sep=how.delimiter,
        decimal=how.decimal,
        encoding=how.encoding,
        skiprows=how.skip,
        keep_default_na=False,
        na_values=list(how.missing),
        **({"dtype": str} if as_text else {}),
    )


def same_table(found: pd.DataFrame, wanted: pd.DataFrame) -> bool:
    """Whether two frames hold the same columns, values and missing cells."""
    if [str(c) for c in found.columns] != [str(c) for c in wanted.columns]:
        return False
    if len(found) != len(wanted):
        return False
    for k in range(found.shape[1]):
        a, b = found.iloc[:, k], wanted.iloc[:, k]
        if is_numeric(a) != is_numeric(b):
            return False
        if is_numeric(a):
            x, y = (s.to_numpy(dtype=float, na_value=np.nan) for s in (a, b))
            if not np.allclose(x, y, rtol=1e-12, atol=0, equal_nan=True):
                return False
        elif a.dtype.kind in "Mm" or b.dtype.kind in "Mm":
            return False
        else:
            x, y = a.astype(object), b.astype(object)
            if not (x.isna() == y.isna()).all() or not (x.dropna() == y.dropna()).all():
                return False
    return True
