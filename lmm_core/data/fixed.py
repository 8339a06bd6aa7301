"""Columns aligned by spaces: where each one starts and ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lmm_core.data.numbers import is_missing, number_of

_GAP = re.compile(r" {2,}")
_MAX_PREAMBLE = 8
_SAMPLE = 400


@dataclass(frozen=True)
class Fixed:
    """Columns of a fixed-width table.

    ``starts`` (0-based) are the first characters of the columns, the first one 0; ``names`` is the
    header and ``header`` the line (0-based) where it stands.
    """

    starts: tuple[int, ...]
    names: tuple[str, ...]
    header: int

    @property
    def width(self) -> int:
        return len(self.starts)


def find_fixed(lines: Sequence[str]) -> Fixed | None:
    """Find columns that are separated by blanks in every line below the header.

    The gaps must be two blanks wide, or stand beside a column of numbers; one column at least
    holds numbers. Lines above the header may be titles. None when there is no such table.
    """
    rows = [line.rstrip("\r\n").expandtabs(8).rstrip() for line in lines[:_SAMPLE]]
    while rows and not rows[-1]:
        rows.pop()
    for at in range(min(_MAX_PREAMBLE, len(rows) - 3)):
        body = [row for row in rows[at + 1 :] if row]
        if not rows[at] or len(body) < 3:
            continue
        starts = _starts(body)
        if len(starts) < 2:
            continue
        names = _names(rows[at], starts)
        if names is not None:
            return Fixed(tuple(starts), tuple(names), at)
    return None


def to_tabs(text_lines: Sequence[str], fixed: Fixed) -> str:
    """Return the lines with tabs between the columns, quoted where needed."""
    out = []
    for k, line in enumerate(text_lines):
        row = line.rstrip("\r\n").expandtabs(8)
        if k < fixed.header or not row.strip():
            out.append(_quoted(row.strip()))
            continue
        cells = list(fixed.names) if k == fixed.header else cut(row, fixed.starts)
        out.append("\t".join(_quoted(cell) for cell in cells))
    return "\n".join(out) + "\n"


def cut(row: str, starts: Sequence[int]) -> list[str]:
    """Cut a line into cells."""
    ends = [*starts[1:], None]
    return [row[a:b].strip() for a, b in zip(starts, ends, strict=True)]


def _starts(body: list[str]) -> list[int]:
    """Return where the columns start: after each run of characters that is blank in all rows."""
    length = max(map(len, body))
    blank = [all(i >= len(row) or row[i] == " " for row in body) for i in range(length)]
    starts, gaps = [0], [2]
    i = next((k for k in range(length) if not blank[k]), length)
    while i < length:
        gap = i
        while gap < length and not blank[gap]:
            gap += 1
        end = gap
        while end < length and blank[end]:
            end += 1
        if end < length:
            starts.append(end)
            gaps.append(end - gap)
        i = end
    numeric = [_numeric([row[a:b] for row in body]) for a, b in _spans(starts)]
    if not any(numeric):
        return []
    # One blank between two words of a column isn't a gap.
    return [
        start
        for k, start in enumerate(starts)
        if k == 0 or gaps[k] >= 2 or numeric[k] or numeric[k - 1]
    ]


def _spans(starts: Sequence[int]) -> list[tuple[int, int | None]]:
    return list(zip(starts, [*starts[1:], None], strict=True))


def _numeric(cells: list[str]) -> bool:
    filled = [c.strip() for c in cells if not is_missing(c)]
    return bool(filled) and all(number_of(c) is not None for c in filled)


def _names(header: str, starts: Sequence[int]) -> list[str] | None:
    """Return the column names: split by wide gaps, by words, or cut like the rows."""
    for names in (_GAP.split(header.strip()), header.split()):
        if len(names) == len(starts):
            return names
    cells = cut(header, starts)
    if not all(cells):
        return None
    broken = any(0 < s < len(header) and " " not in header[s - 1 : s + 1] for s in starts)
    return None if broken else cells


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if '"' in cell or "\t" in cell else cell
