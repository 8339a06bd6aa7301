"""Reading a file into ``data`` with R."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from lmm_core.data.table import Table
from lmm_core.model.encoding import is_numeric
from lmm_core.report.scripts import repairs
from lmm_core.report.scripts.prepared import Language
from lmm_core.report.scripts.quoting import r, r_strings, wrapped
from lmm_core.report.scripts.r_dialect import R
from lmm_core.report.scripts.r_dialect.words import category, column, numbers
from lmm_core.report.scripts.reading import OTHER_BOOK, PlainReading

_UTF8 = 'encoding = "UTF-8"'
_CODECS = {"utf-16": "UTF-16", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}


def read_lines(
    file: str, how: PlainReading, base: Table, data: bytes | None = None
) -> list[str] | None:
    """The call that reads the file, and the repairs; None when R would read it otherwise."""
    read = _book(file, how, base) if how.format == "workbook" else _text(file, how, base, data)
    if read is None:
        return None
    made = list(read)
    if how.drop_blank:
        made += ["data <- data[rowSums(!is.na(data)) > 0, , drop = FALSE]",
                 "rownames(data) <- NULL"]  # fmt: skip
    return [*made, *_repaired(how, base)]


def _dated(values: pd.Series) -> bool:
    return values.dtype.kind == "M"


def _names(base: Table) -> list[str]:
    return [str(c) for c in base.frame.columns]


def _classes(how: PlainReading, base: Table, number: str, text: str, date: str) -> list[str]:
    written = {repair.column for repair in how.repairs if repair.kind == repairs.NUMBER}
    found = []
    for name in _names(base):
        values = base.frame[name]
        if _dated(values):
            found.append(date)
        else:
            found.append(number if is_numeric(values) and name not in written else text)
    return found


def _text(file: str, how: PlainReading, base: Table, data: bytes | None) -> list[str] | None:
    found = _encoding(how, base, data)
    if found is None:
        return None
    how, encoding = found
    names = _names(base)
    options = [r("./" + file)]
    if how.delimiter != ",":
        options.append(f"sep = {r('' if how.delimiter == ' ' else how.delimiter)}")
    if how.decimal != ".":
        options.append(f"dec = {r(how.decimal)}")
    if how.skip:
        options.append(f"skip = {how.skip}")
    options.append("header = FALSE" if how.named else "check.names = FALSE")
    if how.rows is not None:
        options.append(f"nrows = {how.rows}")
    options += [encoding, f"na.strings = {r_strings(how.missing)}"]
    classes = _classes(how, base, "numeric", "character", "character")
    options.append(f"colClasses = {_vector([r(c) for c in classes])}")
    lines = ["data <- read.csv(", *(f"  {o}," for o in options[:-1]), f"  {options[-1]}", ")"]
    # Names in an encoding that the locale hasn't would be lost.
    written = how.named or (encoding != _UTF8 and not all(map(str.isascii, names)))
    return [*lines, f"names(data) <- {r_strings(names)}"] if written else lines


def _vector(items: list[str]) -> str:
    return wrapped(items, "c(", ")", "    ").replace("\n)", "\n  )")


def _encoding(
    how: PlainReading, base: Table, data: bytes | None
) -> tuple[PlainReading, str] | None:
    """The option that reads the letters in every locale; None when there is none.

    Texts are marked with their encoding, not converted, because not every locale has all letters.
    """
    try:
        text = (data or b"").decode(how.encoding)
    except UnicodeError:
        return None
    plain = text.isascii()
    if _stray_quote(text, how.delimiter):
        return None
    if how.encoding == "utf-8":
        return how, _UTF8
    if how.encoding in _CODECS:
        return (how, f"fileEncoding = {r(_CODECS[how.encoding])}") if plain else None
    if how.encoding == "utf-8-sig":
        # The mark stands before the first name, which is written out instead.
        first = int(base.reading["first_row"])
        return replace(how, named=True, skip=first - 1), _UTF8
    if how.encoding in ("cp1252", "latin-1", "latin1", "iso-8859-1") or plain:
        return how, 'encoding = "latin1"'
    return None


def _stray_quote(text: str, delimiter: str) -> bool:
    """Whether a quotation mark stands inside a cell without quotation marks, which R drops."""
    edge = re.escape(delimiter) + "\\r\\n"
    quoted = rf'(?:\A|(?<=[{edge}]))"(?:[^"]|"")*"(?=[{edge}]|\Z)'
    return '"' in re.sub(quoted, "", text)


def _book(file: str, how: PlainReading, base: Table) -> list[str] | None:
    """A workbook by readxl, cell by cell as it was recognised."""
    frame, reading = base.frame, base.reading
    if how.book == OTHER_BOOK or "rows" not in reading:
        return None
    texts = [c for c in frame if not is_numeric(frame[c]) and not _dated(frame[c])]
    if any(frame[c].isin(["True", "False"]).any() for c in texts):
        return None  # readxl writes TRUE and FALSE
    top, left = int(reading["first_row"]), int(reading["first_column"])
    bottom, right = top + int(reading["rows"]) - 1, left + frame.shape[1] - 1
    kinds = [r(k) for k in _classes(how, base, "numeric", "text", "date")]
    return [
        '# It needs the package readxl: install.packages("readxl")',
        "data <- as.data.frame(readxl::read_excel(",
        f"  {r('./' + file)},",
        f"  sheet = {r(str(how.sheet))},",
        f"  range = readxl::cell_limits(c({top}, {left}), c({bottom}, {right})),",
        "  col_names = FALSE,",
        f"  col_types = {_vector(kinds)},",
        f"  na = {r_strings(how.missing)},",
        '  .name_repair = "minimal"',
        "))",
        f"names(data) <- {r_strings(_names(base))}",
    ]


def _repaired(how: PlainReading, base: Table) -> list[str]:
    lines: list[str] = []
    for repair in how.repairs:
        x = column(repair.column)
        if repair.kind == repairs.NUMBER and repair.how is not None:
            lines += numbers(x, x, repair.how)
        elif repair.kind == repairs.STRIP:
            lines.append(f"{x} <- trimws({x})")
        elif repair.kind == repairs.UNQUOTE:
            lines.append(f'{x} <- sub("^\'", "", {x})  # it kept spreadsheets from running it')
        elif repair.kind == repairs.DATE:
            lines.append(f'{x} <- as.POSIXct({x}, format = "%Y-%m-%d %H:%M:%OS", tz = "UTC")')
        elif repair.kind == repairs.CATEGORY:
            lines.append(f"{x} <- {category(x, base.frame[repair.column])}")
    return lines


R_LANGUAGE = Language(R, read_lines, lambda name: f"{name} <- data")
