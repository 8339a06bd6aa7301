"""Text tables: CSV, TSV and their relatives, with whatever stands above and below the table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pandas as pd

from lmm_core.data.delimiter import NAMES, Rows, choose_delimiter, space_width, split_rows
from lmm_core.data.encoding import decode
from lmm_core.data.finish import Raw, check_width, header_only, no_header_row
from lmm_core.data.fixed import find_fixed, to_tabs
from lmm_core.data.layout import (
    column_names,
    filled,
    footnotes,
    is_units_row,
    last_filled,
    locate_table,
    usual_width,
)
from lmm_core.data.numbers import NA_SPELLINGS, decimal_evidence
from lmm_core.data.step import Step
from lmm_core.data.table import Question
from lmm_core.errors import DataError

_SAMPLE = 256 * 1024
_TAIL = 4096
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_SEP_LINE = re.compile(r"sep=(.)\s*", re.I)
_AS_TEXT = re.compile(r"0\d+|(?i:true|false)")
"""Cells that pandas would change: codes such as 007, and words that it takes for truth values."""


@dataclass(frozen=True)
class _Layout:
    names: list[str]
    name_notes: dict[str, str]
    first_line: int  # 0-based line of the first observation
    skipped: int  # lines before the header
    notes: list[str]
    header_row: int  # 1-based line of the header, 0 for none
    units_row: tuple[str, ...] = ()


def read_delimited(
    data: bytes,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header_row: int | None = None,
) -> Raw:
    """Parse the bytes of a text table.

    ``header_row`` is the 1-based line of the column names, 0 for none. Errors: DataError with code
    ``one_column``, ``header_only``, ``ragged_rows``, ``unclosed_quote``, ``header_row``, or those
    of ``decode``.
    """
    decoded = decode(data, encoding)
    text = decoded.text.rstrip("\x1a\x00")
    del data
    lines = _LINE.findall(text, 0, _sample_end(text))
    told = _SEP_LINE.fullmatch(lines[0]) if lines else None
    chosen = delimiter or (told.group(1) if told else None) or choose_delimiter(lines)
    fixed = None
    if chosen is None or (chosen == " " and delimiter is None):
        fixed = find_fixed(lines)
        if fixed is not None and chosen == " " and fixed.width >= space_width(lines):
            fixed = None
    if fixed is not None:
        text = to_tabs(_LINE.findall(text), fixed)
        lines, chosen = _LINE.findall(text, 0, _sample_end(text)), "\t"
    if chosen is None:
        raise _one_column(lines)
    rows = split_rows(lines, chosen)
    if told:  # an instruction to a spreadsheet program, not data
        rows.cells[0].clear()
    layout = _layout(rows, header_row)
    sample = [r for r, at in zip(rows.cells, rows.lines, strict=True) if at >= layout.first_line]
    if not any(filled(row) for row in sample):
        raise header_only()
    mark, mark_note = _decimal(sample, chosen, decimal)
    start = sum(len(line) for line in lines[: layout.first_line])
    body, cut = _without_footnotes(text, start, chosen, len(layout.names))
    frame = _parse(body, chosen, mark, layout, sample)
    how = _how("fixed" if fixed else chosen, mark, decoded.label, layout.skipped, cut)
    reading = {
        "format": "text",
        "delimiter": chosen,
        "decimal": mark,
        "encoding": decoded.codec,
        "header_row": layout.header_row,
        "first_row": layout.first_line + 1,
        "footer_lines": cut,
        "fixed_starts": list(fixed.starts) if fixed else [],
    }
    return Raw(
        frame, (how, *mark_note, *layout.notes), layout.name_notes, layout.first_line + 1, mark,
        layout.units_row, reading, questions=_unclear(mark_note, decimal),
    )  # fmt: skip


def _sample_end(text: str) -> int:
    if len(text) <= _SAMPLE:
        return len(text)
    end = max(text.rfind("\n", 0, _SAMPLE), text.rfind("\r", 0, _SAMPLE))
    return end + 1 if end > 0 else _SAMPLE


def _one_column(lines: list[str]) -> DataError:
    shown = next((line.strip() for line in lines if line.strip()), "")[:60]
    return DataError(
        f'No separator between columns was found; the first line reads "{shown}".',
        "A table needs at least two columns. Choose the separator by hand, or check the file.",
        "one_column",
    )


def _layout(rows: Rows, header_row: int | None) -> _Layout:
    cells, starts = rows.cells, rows.lines
    at, header = locate_table(cells[:1000])
    if header_row == 0:
        header = False
    elif header_row is not None:
        at, header = _asked_row(rows, header_row), True
    head = cells[at] if header else []
    first = at + 1 if header else at
    notes: list[str] = []
    units: tuple[str, ...] = ()
    if header and first < len(cells) and is_units_row(head, cells[first], cells[first + 1 :]):
        notes.append(f"Line {starts[first] + 1} holds units, not values, and was skipped.")
        units = tuple(cells[first])
        first += 1
    body = [row for row in cells[first:] if filled(row)]
    width = max(last_filled(head), usual_width(body))
    if header and 2 * sum(last_filled(row) == width for row in body) <= len(body):
        width = last_filled(head)  # a few long rows: an error in them, not a column without name
    if header and len(head) == width - 1 and body and all(len(row) == width for row in body):
        head = ["row", *head]  # R's write.table leaves out the name of the row names
        units = ("", *units)
        notes.append('The first column has no name (row names); it is called "row".')
    check_width(max(width, len(head)))
    names, name_notes = column_names(head, width)
    if not header:
        name_notes = {}
        notes.append("No line with column names was found; they are column_1, column_2, ...")
    end = starts[first] if first < len(starts) else (starts[-1] + 1 if starts else 0)
    skipped = starts[at] if header and any(map(filled, cells[:at])) else 0
    header_row = starts[at] + 1 if header else 0
    return _Layout(names, name_notes, end, skipped, notes, header_row, units)


def _asked_row(rows: Rows, header_row: int) -> int:
    for i, line in enumerate(rows.lines):
        if line == header_row - 1 and filled(rows.cells[i]):
            return i
    raise no_header_row(header_row)


def _decimal(
    body: list[list[str]], delimiter: str, decimal: str | None
) -> tuple[str, tuple[str, ...]]:
    if decimal is not None:
        return decimal, ()
    comma, point, unclear = decimal_evidence(cell for row in body for cell in row if cell)
    if comma != point:
        return ("," if comma > point else "."), ()
    if unclear and delimiter == ";":
        value = unclear.replace(",", ".")
        return ",", (f'Values such as "{unclear}" were read as {value}.',)
    return ".", ()


def _unclear(mark_note: tuple[str, ...], decimal: str | None) -> tuple[Question, ...]:
    if not mark_note or decimal is not None:
        return ()
    return (
        Question(
            "decimal",
            f"{mark_note[0]} Is the comma a decimal mark, not a separator of thousands?",
            (),
            None,
            otherwise=Step("read", {"decimal": "."}),
        ),
    )


def _without_footnotes(text: str, start: int, delimiter: str, width: int) -> tuple[str, int]:
    """Return the text of the rows, and the number of lines of notes cut from its end."""
    low = max(start, len(text) - _TAIL)
    if low > start:
        low = text.find("\n", low) + 1 or start
    tail = _LINE.findall(text, low)
    while tail and not tail[-1].strip():
        tail.pop()
    cells = [next(iter(split_rows([line], delimiter).cells), []) for line in tail]
    n = footnotes(cells, width)
    if not n:
        return text[start:], 0
    kept = low + sum(len(line) for line in tail[: len(tail) - n])
    if text.count('"', start, kept) % 2 and text.count('"', kept) % 2:
        return text[start:], 0  # lines of a quoted value, which ends in them
    return text[start:kept], sum(1 for row in cells[len(cells) - n :] if filled(row))


def _parse(
    body: str, delimiter: str, decimal: str, layout: _Layout, sample: list[list[str]]
) -> pd.DataFrame:
    # Without a name for each cell of the first line pandas would drop the rest without a word.
    first = next((row for row in sample if filled(row)), [])
    if last_filled(first) > len(layout.names):
        raise _ragged(layout.first_line + 1, last_filled(first), len(layout.names))
    extra = [f"\0{k}" for k in range(max((len(r) for r in sample), default=0) - len(layout.names))]
    codes = {
        name
        for j, name in enumerate(layout.names)
        if any(j < len(row) and _AS_TEXT.fullmatch(row[j].strip()) for row in sample)
    }
    try:
        frame = pd.read_csv(
            BytesIO(body.encode("utf-8", "replace")),
            encoding="utf-8",
            header=None,
            names=[*layout.names, *extra],
            index_col=False,
            sep=r"\s+" if delimiter == " " else delimiter,
            decimal=decimal,
            dtype=dict.fromkeys(codes, "str"),
            na_values=list(NA_SPELLINGS),
            keep_default_na=False,
            skipinitialspace=True,
            skip_blank_lines=False,
            low_memory=False,
        )
    except pd.errors.ParserError as error:
        raise _parser_error(str(error), layout) from None
    for name in extra:  # a separator at the end of a line is fine, a value there isn't
        long = np.flatnonzero(frame[name].notna())
        if long.size:
            line = layout.first_line + 1 + int(long[0])
            raise _ragged(line, len(layout.names) + 1, len(layout.names))
    return frame[layout.names]


def _ragged(line: int, saw: int, expected: int) -> DataError:
    return DataError(
        f"Line {line} has {saw} or more values, but there are {expected} columns.",
        "Check that line: a value may contain the separator, or a line end may be missing.",
        "ragged_rows",
        line=line,
    )


def _parser_error(text: str, layout: _Layout) -> DataError:
    ragged = re.search(r"fields in line (\d+), saw (\d+)", text)
    if ragged:
        line, saw = int(ragged.group(1)) + layout.first_line, int(ragged.group(2))
        return _ragged(line, saw, len(layout.names))
    quote = re.search(r"EOF inside string starting at row (\d+)", text)
    if quote:
        line = int(quote.group(1)) + layout.first_line + 1
        return DataError(
            f"A quotation mark that is opened in line {line} is never closed.",
            "Remove or close that quotation mark and read the file again.",
            "unclosed_quote",
            line=line,
        )
    return DataError(
        "The file can't be read as a table.",
        "Open it in a spreadsheet program and save it as .xlsx or CSV.",
        "not_a_table",
        kind="damaged text",
    )


def _how(delimiter: str, decimal: str, encoding: str, skipped: int, cut: int) -> str:
    kind = "fixed-width" if delimiter == "fixed" else NAMES.get(delimiter)
    said = [f"Read as {kind} text" if kind else f'Read as text separated by "{delimiter}"']
    if decimal == ",":
        said.append("decimal comma")
    if encoding != "UTF-8":
        said.append(encoding)
    sentence = ", ".join(said)
    if skipped:
        sentence += f"; skipped {_lines(skipped)} before the header"
    if cut:
        sentence += f"; left out {_lines(cut)} of notes at the end"
    return sentence + "."


def _lines(n: int) -> str:
    return "1 line" if n == 1 else f"{n} lines"
