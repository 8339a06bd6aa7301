"""Random tables written in random dialects and read back equal, without being told the dialect."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from dataclasses import dataclass
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lmm_core.data import read_table, replay
from lmm_core.data.steps import read_step


@dataclass(frozen=True)
class Dialect:
    delimiter: str
    decimal: str
    encoding: str
    line_end: str
    quote_all: bool
    missing: str
    title: int
    footer: bool
    packed: str


_DIALECTS = st.builds(
    Dialect,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([".", ","]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.sampled_from(["", "NA", ".", "N/A"]),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from(["", "gzip", "zip"]),
)
_WORDS = st.sampled_from(["für", "größe", "x,y", "p;q", "a|b", 'say "no"', "neu\nzeile"]) | st.text(
    alphabet="abcäéß ,;|\t\"'\n.0-", max_size=8
).map(lambda text: f"w{text.strip()}w")
_NUMBERS = st.integers(-99_999, 99_999).map(lambda k: k + 0.25)
_WHOLE = st.integers(0, 10**6)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[Any]]]:
    """Column names and rows: two ids, a word, a number with decimals, perhaps more numbers."""
    extra = draw(st.integers(0, 3))
    names = ["id", "Wörter", "wert", *(f"x{k} [cm]" for k in range(extra))]
    n = draw(st.integers(3, 12))
    rows = []
    for k in range(n):
        more = [draw(st.one_of(st.none(), _NUMBERS)) for _ in range(extra)]
        rows.append([draw(_WHOLE), draw(_WORDS), k + 0.5 if k == 0 else draw(_NUMBERS), *more])
    return names, rows


def write(names: list[str], rows: list[list[Any]], dialect: Dialect) -> bytes:
    def cell(value: Any) -> str:
        if value is None:
            return dialect.missing
        if isinstance(value, float):
            return str(value).replace(".", dialect.decimal)
        return str(value)

    out = io.StringIO()
    # With "\r" as line end Python's writer leaves a cell with "\n" unquoted.
    always = dialect.quote_all or dialect.line_end == "\r"
    quoting = csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL
    writer = csv.writer(
        out, delimiter=dialect.delimiter, quoting=quoting, lineterminator=dialect.line_end
    )
    for k in range(dialect.title):
        out.write(["Studie zur Größe", "", "Stand Mai"][k] + dialect.line_end)
    writer.writerow(names)
    for row in rows:
        writer.writerow([cell(v) for v in row])
    if dialect.footer:
        out.write(dialect.line_end + "Quelle: Klinik für Schmerzen" + dialect.line_end)
    data = out.getvalue().encode(dialect.encoding)
    if dialect.packed == "gzip":
        return gzip.compress(data)
    if dialect.packed == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("daten.csv", data)
        return packed.getvalue()
    return data


def _plain(values: pd.Series) -> list[Any]:
    return [None if pd.isna(v) else v for v in values]


@settings(max_examples=120, deadline=None)
@given(tables(), _DIALECTS)
def test_round_trip(made: tuple[list[str], list[list[Any]]], dialect: Dialect) -> None:
    names, rows = made
    data = write(names, rows, dialect)
    table = read_table(data)
    assert list(table.frame.columns) == names
    for j, name in enumerate(names):
        expected = [row[j] for row in rows]
        if name == "Wörter":  # a line end inside a cell is written as it is
            expected = [str(v) for v in expected]
        assert _plain(table.frame[name]) == expected
    assert table.units == {name: "cm" for name in names if "[cm]" in name}
    # What was recognised, asked for, reads the same table; and so does the recorded step.
    asked = {k: table.reading[k] for k in ("delimiter", "decimal", "encoding", "header_row")}
    pd.testing.assert_frame_equal(read_table(data, **asked).frame, table.frame)
    again = replay(data, [read_step(table)])
    pd.testing.assert_frame_equal(again.frame, table.frame)
    assert again.fingerprint == table.fingerprint
