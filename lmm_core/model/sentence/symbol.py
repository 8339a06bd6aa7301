"""One unit of a description."""

from __future__ import annotations

from dataclasses import dataclass

COLUMN, UNKNOWN, PERSON, STOP = "@", "U", "P", ";"


@dataclass(frozen=True)
class Symbol:
    """One unit of a description.

    ``code`` is a keyword of the lexicon, a connector, or: "@g", "@n", "@c" a column (or a
    transformed one) by its kind, "@i" an item of several terms, "@h" nested groups, "!" a level,
    "#" a number, "P" a word for a person without a column, "U" unknown, ";" an end of a sentence,
    "F" a formula, "FR" a random term of one, "_" used up.

    ``text`` is the formula text of a column or item; ``columns`` are the columns behind it.
    """

    code: str
    start: int
    end: int
    text: str = ""
    columns: tuple[str, ...] = ()
    value: float = 0.0
    how: int = 0
    pairs: tuple[tuple[str, str], ...] = ()
