"""Where the table starts in a grid of cells: header, units line, footnotes, column names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lmm_core.data.numbers import is_missing, number_of

_NOTE = re.compile(r"[*†]|[^:]{2,40}:(?:\s|$)")
Grid = Sequence[Sequence[str]]


def filled(row: Sequence[str]) -> int:
    """Return the number of cells that aren't blank."""
    return sum(1 for cell in row if cell.strip())


def last_filled(row: Sequence[str]) -> int:
    """Return the 1-based position of the last cell that isn't blank, 0 for a blank row."""
    return max((i + 1 for i, cell in enumerate(row) if cell.strip()), default=0)


def usual_width(rows: Grid) -> int:
    """Return the most common position of the last filled cell, in rows of two cells or more."""
    counts: Counter[int] = Counter()
    for row in rows:
        last = last_filled(row)
        if last >= 2:
            counts[last] += 1
    if not counts:
        return max((filled(row) for row in rows), default=0)
    most = max(counts.values())
    # Missing values at the end of a row make it look shorter: the widest common width wins.
    return max(width for width, count in counts.items() if count >= 0.5 * most)


def locate_table(rows: Grid) -> tuple[int, bool]:
    """Return the row in which the table starts, and whether that row holds the column names.

    Title lines above have few filled cells. A first row that holds nothing but numbers isn't a
    header. Returns (0, False) when nothing looks like a table.
    """
    width = usual_width(rows)
    needed = max(2, -(-6 * width // 10)) if width > 1 else 1
    for i, row in enumerate(rows):
        if filled(row) >= needed or _lacks_first_name(row, width):
            at = _fuller_header(rows, i, width)
            return at, not all(_numeric(cell) for cell in rows[at] if cell.strip())
    return 0, False


def _lacks_first_name(row: Sequence[str], width: int) -> bool:
    """Recognise a header as R's write.csv makes it: no name above the row names."""
    return (
        filled(row) == last_filled(row) - 1 == width - 1
        and not row[0].strip()
        and not any(_numeric(cell) for cell in row)
    )


def _fuller_header(rows: Grid, at: int, width: int) -> int:
    """Go on from a row with gaps to the first full one, when that one holds names, not values."""
    for i in range(at, min(at + 20, len(rows))):
        if filled(rows[i]) >= width:
            below = any(_numeric(cell) for row in rows[i + 1 : i + 20] for cell in row)
            return i if below and not any(_numeric(cell) for cell in rows[i]) else at
    return at


def is_units_row(header: Sequence[str], row: Sequence[str], following: Grid) -> bool:
    """Say whether the row below the header holds units such as "(kg)" rather than values.

    True when every column that is numeric below has text or nothing here, at least one has text,
    and the columns of text are blank here.
    """
    below = [r for r in following if filled(r)][:50]
    if len(below) < 2 or not filled(row):
        return False
    texts = numerics = 0
    for j in range(len(header)):
        cell = row[j].strip() if j < len(row) else ""
        column = [r[j] for r in below if j < len(r) and not is_missing(r[j])]
        if column and all(_numeric(value) for value in column):
            numerics += 1
            if cell and (_numeric(cell) or is_missing(cell)):
                return False
            texts += bool(cell)
        elif cell and not (cell[0] in "([" and cell[-1] in ")]"):
            return False
    return texts >= 1 and 2 * texts >= numerics


def footnotes(tail: Grid, width: int) -> int:
    """Return how many rows at the end of a table are notes.

    Notes are either a blank row and rows of text below it, or rows without a blank one that have
    one cell only. A note starts with text, doesn't fill the row, and holds no number in the other
    cells (unless it has more cells than the table). ``width`` is the number of columns; with one
    or two columns only rows such as "Source: ..." can be told from values.
    """
    single = 0
    for count, row in enumerate(reversed(tail)):
        n = filled(row)
        if n == 0:
            return count + 1 if count and width >= 3 else single
        if single == count and n == 1 and _is_note(row, width):
            single += 1
        if n == width or not row[0].strip() or _numeric(row[0]):
            return single
        if n < width and any(_numeric(c) for c in row[1:]) and not _NOTE.match(row[0].strip()):
            return single
    return single


def _is_note(row: Sequence[str], width: int) -> bool:
    """Recognise a note without a blank row above: one cell of words where a row has several."""
    text = row[0].strip()
    if not text or _numeric(text) or is_missing(text):
        return False
    told = bool(_NOTE.match(text)) and len(text.split()) >= 2
    return told or (width >= 3 and len(row) == 1 and len(text.split()) >= 3)


def column_names(header: Sequence[str], width: int) -> tuple[list[str], dict[str, str]]:
    """Make ``width`` unique, non-empty column names.

    Returns the names, and for each name that was made up or changed a note that says so.
    """
    raw = [" ".join(header[j].split()) if j < len(header) else "" for j in range(width)]
    taken = {name for name in raw if name}
    names: list[str] = []
    notes: dict[str, str] = {}
    used: set[str] = set()
    last: dict[str, int] = {}
    for j, name in enumerate(raw):
        new = name
        if not name:
            new = _free(f"column_{j + 1}", taken, last)
            notes[new] = f'Column {j + 1} has no name; it is called "{new}".'
        elif name in used:
            new = _free(f"{name}_2", taken, last)
            notes[new] = f'The name "{name}" occurs more than once; column {j + 1} is "{new}".'
        used.add(new)
        taken.add(new)
        names.append(new)
    return names, notes


def _free(name: str, taken: set[str], last: dict[str, int]) -> str:
    """Return a name that isn't taken; ``last`` holds the last number that was tried per stem."""
    stem, k = (name[:-2], 2) if name.endswith("_2") else (name, 1)
    k = last.get(stem, k)
    while name in taken:
        k += 1
        name = f"{stem}_{k}"
    last[stem] = k
    return name


def _numeric(cell: str) -> bool:
    return number_of(cell) is not None
