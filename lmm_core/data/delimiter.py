"""Which character separates the columns of a text file."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lmm_core.data.layout import usual_width

NAMES: dict[str, str] = {
    ",": "comma-separated",
    ";": "semicolon-separated",
    "\t": "tab-separated",
    "|": "bar-separated",
    " ": "space-separated",
}
_CANDIDATES = ("\t", ";", ",", "|")
_UNCLEAN = {
    # Another delimiter in a cell; a comma between digits may be a decimal mark.
    d: re.compile(
        "[" + "".join(c for c in ";\t|" if c != d) + "]" + r"|,(?!\d)|(?<!\d)," * (d != ",")
    )
    for d in _CANDIDATES
}
_SPACES = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Rows:
    """The rows of the start of a file and the 0-based line on which each starts."""

    cells: list[list[str]]
    lines: list[int]


def split_rows(lines: Sequence[str], delimiter: str) -> Rows:
    """Split lines (with their ends) into rows of cells; a quoted cell may span lines."""
    if delimiter == " ":
        lines = [_SPACES.sub(" ", line.strip()) + "\n" for line in lines]
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    cells: list[list[str]] = []
    starts: list[int] = []
    start = 0
    try:
        for row in reader:
            cells.append(row)
            starts.append(start)
            start = reader.line_num
    except csv.Error:  # one cell longer than the reader's limit: judge by what came before
        pass
    return Rows(cells, starts)


def choose_delimiter(lines: Sequence[str]) -> str | None:
    """Return the delimiter with the most consistent number of cells; None for a single column.

    The share of rows with the usual width counts, times the share of cells that hold no other
    delimiter: "1;2,5" has as many commas as semicolons per line, but only one split is clean.
    """
    best, best_score = None, 0.0
    for delimiter in (*_CANDIDATES, " "):
        if delimiter == " " and best is not None:
            break
        rows = [row for row in split_rows(lines, delimiter).cells if any(c.strip() for c in row)]
        score = _score(rows, delimiter)
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    return best


def space_width(lines: Sequence[str]) -> int:
    """Return the usual number of cells when lines are split at blanks."""
    return usual_width(split_rows(lines, " ").cells)


def _score(rows: list[list[str]], delimiter: str) -> float:
    lengths = [len(row) for row in rows]
    many = [n for n in lengths if n >= 2]
    if not many:
        return 0.0
    width = max(set(many), key=lambda n: (many.count(n), n))
    at_width = sum(1 for n in lengths if n == width)
    # Titles above and notes below have one cell, so a few rows off the width are normal.
    share = at_width / len(lengths)
    if delimiter == " ":
        share += (lengths[0] == width - 1) / len(lengths)  # row names have no name in R's files
        return share if share >= 0.9 and width >= 2 else 0.0
    if usual_width(rows) < 2 or (at_width < 2 and len(rows) > 2):
        return 0.0
    cells = [cell for row in rows if len(row) == width for cell in row]
    unclean = sum(1 for cell in cells if _UNCLEAN[delimiter].search(cell))
    return share * (1.0 - unclean / len(cells))
