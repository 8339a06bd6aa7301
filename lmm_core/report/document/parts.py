"""The parts of a report. All texts are plain text; a format escapes them in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from lmm_core.figures.theme import Picture

Writer = Callable[[float], str]


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a section."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text. ``quiet``: a remark, set smaller."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Formula:
    """Text in a fixed-width font: a model formula, an equation."""

    text: str


@dataclass(frozen=True)
class Column:
    """A column of a table: where it comes from, its heading, how its numbers are written.

    Without ``write`` the cells are text.
    """

    source: str
    heading: str
    write: Writer | None = None


Cell = tuple[str, bool]
"""The text of a cell, and whether it is a number (set to the right)."""


@dataclass(frozen=True)
class TablePart:
    """A table with its title and a note. ``frame`` keeps all digits."""

    key: str
    title: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    note: str = ""

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The written cells, row by row."""
        values = [self.frame[c.source].tolist() for c in self.columns]
        for row in zip(*values, strict=True):
            yield tuple(
                (c.write(v), True) if c.write else (_text(v), False)
                for c, v in zip(self.columns, row, strict=True)
            )


@dataclass(frozen=True)
class FigurePart:
    """A figure with its caption."""

    key: str
    title: str
    picture: Picture


Part = Heading | Paragraph | Bullets | Formula | TablePart | FigurePart


@dataclass(frozen=True)
class Document:
    """A report: its title, a line below it, and its parts in order."""

    title: str
    subtitle: str
    parts: tuple[Part, ...]

    @property
    def tables(self) -> tuple[TablePart, ...]:
        return tuple(part for part in self.parts if isinstance(part, TablePart))

    @property
    def figures(self) -> tuple[FigurePart, ...]:
        return tuple(part for part in self.parts if isinstance(part, FigurePart))


def _text(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    return str(value)
