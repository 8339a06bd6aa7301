"""What a description may refer to in a table: columns, their kinds, time, and levels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from lmm_core.data.columns import describe_columns
from lmm_core.data.within import varies_within
from lmm_core.data.words import AMOUNT_WORDS, has_word, looks_like_id, name_words, time_rank
from lmm_core.model.encoding import encode_levels
from lmm_core.model.matching import SYNONYMS, Names, is_person, words_of

MAX_ROWS = 20_000
MAX_LEVELS = 30
GROUP, NUMBER, CATEGORY = "g", "n", "c"
_SEXES = {
    "boy": "male", "man": "male", "male": "male", "girl": "female", "woman": "female",
    "female": "female", "mann": "male", "frau": "female",
}  # fmt: skip


@dataclass
class Vocabulary:
    """The columns of one table. ``kinds`` says "g" (labels of units), "n" (numbers) or "c"."""

    frame: pd.DataFrame
    names: Names = field(init=False)
    kinds: dict[str, str] = field(init=False)
    unique: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        head = self.frame.head(MAX_ROWS)
        infos = describe_columns(head.iloc[:, :500])
        self.names = Names.of(head.columns)
        self.unique = {info.name: info.n_unique for info in infos}
        kinds = {"id": GROUP, "text": GROUP, "number": NUMBER, "date": NUMBER, "empty": NUMBER}
        self.kinds = {info.name: kinds.get(info.kind, CATEGORY) for info in infos}
        for name, kind in self.kinds.items():
            if kind != GROUP and looks_like_id(name) and time_rank(name) is None:
                self.kinds[name] = GROUP

    def kind(self, column: str) -> str:
        return self.kinds.get(column, NUMBER)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of a column's name, and each name as one word."""
        own = {w for words in self.names.words.values() for w in words}
        return frozenset(own | set(self.names.folded))

    @cached_property
    def synonyms(self) -> frozenset[str]:
        """Other words for the words of the columns: "gender" where a column is named sex."""
        own = {w for words in self.names.words.values() for w in words}
        return frozenset(w for words in SYNONYMS if words & own for w in words)

    @cached_property
    def persons(self) -> tuple[str, ...]:
        """Columns that tell persons apart: "patient_id", "Subject", a plain "id"."""
        found = []
        for name, kind in self.kinds.items():
            words = words_of(name)
            if kind == GROUP and (any(map(is_person, words)) or words == ("id",)):
                found.append(name)
        return tuple(found)

    @cached_property
    def times(self) -> tuple[str, ...]:
        """Columns that count time and change within a group; ages only when nothing else does."""
        found = [
            name
            for name, kind in self.kinds.items()
            if kind == NUMBER
            and time_rank(name) is not None
            and (not has_word(name, AMOUNT_WORDS) or "age" in name_words(name))
        ]
        groups = [n for n, kind in self.kinds.items() if kind == GROUP]
        if groups and len(found) > 1:
            head = self.frame.head(MAX_ROWS)
            varying = {n for g in groups for n, varies in varies_within(head, g).items() if varies}
            found = [n for n in found if n in varying] or found
        clear = [n for n in found if "age" not in name_words(n)]
        return tuple(clear or found)

    @cached_property
    def levels(self) -> dict[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Levels of the categories by their words: (column, level) pairs."""
        found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for name, kind in self.kinds.items():
            if kind != CATEGORY or self.unique[name] > MAX_LEVELS:
                continue
            for level in self.levels_of(name):
                words = words_of(level)
                if not words or len("".join(words)) < 2:
                    continue
                found.setdefault(words, []).append((name, level))
                sex = _SEXES.get(words[0]) if len(words) == 1 else None
                for other in (w for w, s in _SEXES.items() if s == sex and w != words[0]):
                    found.setdefault((other,), []).append((name, level))
        return {words: tuple(pairs) for words, pairs in found.items()}

    def levels_of(self, column: str) -> tuple[str, ...]:
        """The levels in the order in which a model has them; the first one is the reference."""
        return encode_levels(self.frame[column].head(MAX_ROWS))[1]

    def rows_of_own(self, column: str) -> bool:
        """Whether each row has another value: a name for the rows, not a group."""
        return self.unique.get(column, 0) >= min(len(self.frame), MAX_ROWS)
