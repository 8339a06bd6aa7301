"""Symbols as a line of codes that patterns can be looked for in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from lmm_core.model.sentence.symbol import Symbol

USED = "_"
_NAMED = ("@g", "@n", "@c", "@i")
_ITEM = r"(?:@[gnci] )"
_LIST = rf"{_ITEM}(?:, {_ITEM})*(?:(?:, and |and |or ){_ITEM})*"
"""An "and" ends a list: "age and dose, pressure …" goes on with something else."""


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern over codes: "OUT is|:? <y>" is OUT, perhaps "is" or ":", then an item named y.

    ``<y>`` is one item, ``<y+>`` a list of items, ``<g!>`` a column of any kind or nested groups,
    ``[ … ]?`` an optional part, a single ``|`` between spaces separates alternatives.
    """
    parts = []
    for word in text.split():
        if word in ("[", "]", "]?", "]*", "]+", "|"):
            parts.append("(?:" if word == "[" else word.replace("]", ")"))
            continue
        named = re.fullmatch(r"<(\w+)([+!]?)>(\??)", word)
        if named:
            inner = {"": _ITEM, "+": _LIST, "!": r"(?:@[gnch] )"}[named.group(2)]
            parts.append(f"(?P<{named.group(1)}>{inner}){named.group(3)}")
            continue
        suffix = word[-1] if word[-1] in "?*" and len(word) > 1 else ""
        codes = "|".join(re.escape(code) + " " for code in word.removesuffix(suffix).split("|"))
        parts.append(f"(?:{codes}){suffix}")
    return re.compile(r"(?<!\S)" + "".join(parts))


@cache
def _needed(text: str) -> tuple[frozenset[str], ...]:
    """Sets of codes of which a line must hold one each for a pattern to fit anywhere."""
    needed, depth = [], 0
    for word in text.split():
        if word == "|" and not depth:
            return ()
        if word[0] in "[]":
            depth += 1 if word == "[" else -1
        elif depth or word == "|":
            continue
        elif named := re.fullmatch(r"<\w+([+!]?)>(\??)", word):
            if not named.group(2):
                needed.append(frozenset(_NAMED if named.group(1) != "!" else ("@h", *_NAMED[:3])))
        elif len(word) == 1 or word[-1] not in "?*":
            needed.append(frozenset(word.split("|")))
    return tuple(needed)


@dataclass
class Found:
    """A place where a pattern fits: symbol positions ``start:stop``, and those of its names."""

    start: int
    stop: int
    groups: dict[str, tuple[int, int]]


@dataclass
class Stream:
    """Symbols of a description. Used ones become "_", so that positions stay as they are."""

    symbols: list[Symbol]
    line: str = ""
    offsets: dict[int, int] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._rebuild()

    def _rebuild(self) -> None:
        self.offsets, self.starts, at = {}, [], 0
        for k, symbol in enumerate(self.symbols):
            self.offsets[at] = k
            self.starts.append(at)
            at += len(symbol.code) + 1
        self.offsets[at] = len(self.symbols)
        self.line = "".join(symbol.code + " " for symbol in self.symbols)
        self.codes = {symbol.code for symbol in self.symbols}

    def first(self, text: str, start: int = 0) -> Found | None:
        """The first place from symbol ``start`` on where a pattern fits."""
        if any(self.codes.isdisjoint(some) for some in _needed(text)):
            return None  # most patterns: the search itself takes far longer
        offset = self.starts[start] if start < len(self.starts) else len(self.line)
        match = pattern(text).search(self.line, offset)
        if match is None or match.start() == match.end():
            return None
        groups = {
            name: (self.offsets[match.start(name)], self.offsets[match.end(name)])
            for name, said in match.groupdict().items()
            if said is not None
        }
        return Found(self.offsets[match.start()], self.offsets[match.end()], groups)

    def each(self, text: str) -> Iterator[Found]:
        """Every place where a pattern fits, looked for again after each one was handled."""
        start = 0
        while found := self.first(text, start):
            start = found.start + 1
            yield found

    def items(self, found: Found, name: str) -> list[Symbol]:
        """The columns and items of a named part."""
        span = found.groups.get(name)
        return [] if span is None else [s for s in self.symbols[slice(*span)] if s.code[0] == "@"]

    def replace(self, start: int, stop: int, new: list[Symbol]) -> None:
        self.symbols[start:stop] = new
        self._rebuild()

    def use(self, start: int, stop: int) -> None:
        """Mark symbols as used; a sentence's end stays an end."""
        for k in range(start, stop):
            symbol = self.symbols[k]
            if symbol.code != ";":
                self.symbols[k] = Symbol(USED, symbol.start, symbol.end)
        self._rebuild()

    def code(self, k: int) -> str:
        return self.symbols[k].code if 0 <= k < len(self.symbols) else ";"
