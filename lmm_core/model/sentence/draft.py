"""What has been gathered from a description so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lmm_core.model.residual import PowerVariance, SerialCorrelation, VarianceByLevel
from lmm_core.model.sentence.stream import Found, Stream
from lmm_core.model.sentence.symbol import Symbol
from lmm_core.model.sentence.vocabulary import Vocabulary
from lmm_core.model.sentence.wish import Note, Question


@dataclass
class Piece:
    """One statement about random effects; ``groups`` None: of the group named elsewhere.

    A group is a chain from the outer to the inner column: ("school", "class").
    """

    intercept: bool
    slopes: list[str] = field(default_factory=list)
    groups: list[tuple[str, ...]] | None = None
    wants_slope: bool = False
    only: bool = False
    place: tuple[int, int] = (0, 0)
    sentence: int = 0
    correlated: bool = True


@dataclass
class Draft:
    """Roles, options and wishes found in the stream; places are characters of the text."""

    source: str
    vocabulary: Vocabulary
    stream: Stream
    outcome: Symbol | None = None
    fixed: list[tuple[int, str]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    calls: dict[str, list[str]] = field(default_factory=dict)
    prepared: list[tuple[int, str]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    outputs: list[tuple[int, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)
    owners: list[Symbol] = field(default_factory=list)
    variants: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    optional_but: list[str] = field(default_factory=list)
    means: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)
    served: set[str] = field(default_factory=set)
    crossing: tuple[int, int] | None = None
    crossing_with: str = ""
    outcome_call: str = ""
    squares: bool = False
    uncorrelated: bool = False
    correlated: bool = False
    no_interaction: bool = False
    no_predictors: bool = False
    no_slopes: bool = False
    no_intercept: bool = False
    adds: bool = False
    names_outcome: bool = False
    on_screen: frozenset[str] = frozenset()
    """Columns of the model that the text only changes, but for its outcome; see ``keeps``."""
    of_series: bool = False
    compared_at: tuple[int, ...] = ()
    optional_group: tuple[str, ...] = ()
    no_slopes_of: list[tuple[str, ...]] = field(default_factory=list)
    dropped_groups: list[tuple[str, ...]] = field(default_factory=list)
    no_intercept_of: list[tuple[str, ...]] = field(default_factory=list)
    uncorrelated_at: set[int] = field(default_factory=set)
    other_outcome: Symbol | None = None
    residual_variance: VarianceByLevel | PowerVariance | None = None
    residual_correlation: SerialCorrelation | None = None

    def symbols(self, start: int, stop: int) -> list[Symbol]:
        return self.stream.symbols[start:stop]

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Characters from the first to the last symbol."""
        symbols = [s for s in self.stream.symbols[start:stop] if s.code != ";"]
        return (symbols[0].start, symbols[-1].end) if symbols else (0, 0)

    @property
    def compares(self) -> bool:
        """Whether a word for a comparison is still in the text."""
        return bool({"COMPARE", "O.compare_models"} & set(self.stream.line.split()))

    def said(self, start: int, stop: int) -> str:
        """The words of symbols ``start:stop`` as they stand in the text, in small letters."""
        return self.source[slice(*self.span(start, stop))].lower()

    def word(self, symbol: Symbol) -> str:
        """The words of one symbol, in small letters."""
        return self.source[symbol.start : symbol.end].lower()

    def note(self, start: int, stop: int, meaning: str) -> None:
        """Say what symbols ``start:stop`` became."""
        first, last = self.span(start, stop)
        if last > first:
            self.notes.append(Note(self.source[first:last], meaning, first, last))

    def take(self, found: Found, meaning: str = "") -> None:
        """Use up what was found, and say what it became."""
        if meaning:
            self.note(found.start, found.stop, meaning)
        self.stream.use(found.start, found.stop)

    def sentence_of(self, k: int) -> int:
        """The number of the sentence in which symbol ``k`` stands."""
        return sum(s.code == ";" for s in self.stream.symbols[:k])

    def keeps(self, symbol: Symbol) -> bool:
        """Whether a column keeps its part in the model on screen: it doesn't become the outcome."""
        return bool(self.on_screen & set(symbol.columns))

    def set_outcome(self, symbol: Symbol) -> None:
        if symbol.code == "@i":
            self.lost.append((symbol.start, symbol.end))  # a product is no outcome
        elif self.outcome is None:
            self.outcome = symbol
        elif self.outcome.columns != symbol.columns:
            self.add_fixed([symbol])

    def add_fixed(self, symbols: list[Symbol]) -> None:
        self.fixed.extend((s.start, s.text) for s in symbols)

    def add_call(self, column: str, call: str, start: int) -> None:
        """A function that the column gets wherever it enters the model."""
        calls = self.calls.setdefault(column, [])
        if call not in calls:
            calls.append(call)
            if call != "factor":
                self.prepared.append((start, f"{call}({column})"))

    def want(self, name: str, start: int) -> None:
        if name not in [known for _, known in self.outputs]:
            self.outputs.append((start, name))

    def want_early(self, name: str, places: list[int]) -> None:
        """An output at the first of some places, or where it was wanted before that."""
        known = [start for start, wanted in self.outputs if wanted == name]
        self.outputs = [(start, wanted) for start, wanted in self.outputs if wanted != name]
        self.outputs.append((min([*known, *places], default=len(self.source)), name))

    def is_group(self, symbol: Symbol) -> bool:
        return symbol.code in ("@g", "@h")
