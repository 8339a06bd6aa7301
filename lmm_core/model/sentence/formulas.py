"""Formulas inside a description: found, read with the safe grammar, their names matched."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lmm_core.data.words import name_words
from lmm_core.errors import FormulaError, LMMError
from lmm_core.model.factors import FUNCTIONS, quote
from lmm_core.model.formula import parse_formula
from lmm_core.model.matching import Names, find, words_of
from lmm_core.model.spec import ModelSpec

_OPERAND = r"`(?:[^`\n]|``)+`|{names}(?:[^\W\d]|\.(?!\d))[\w.]*\w|[^\W\d]|\d+"
_PIECE = (
    rf"\s*(?:(?P<operand>{_OPERAND})"
    r"|(?P<operator>\|\||\*\*|[-+*:^/|,])|(?P<open>\()|(?P<close>\)))"
)
_LEFT = r"(`(?:[^`\n]|``)+`|(?:[\w.]+\s*\(\s*)*(?:{names}[\w.]+)(?:\s*\))*)\s*$"
_NAME = r"`((?:[^`\n]|``)+)`|({names}(?:[^\W\d]|\.(?!\d))[\w.]*)(\s*\()?"
MAX_FORMULAS = 20
MAX_NAMES = 300
_NLME = re.compile(r"\brandom(?:\s+effects?)?\s*[=:]?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class _Patterns:
    """What formulas are made of, with the columns' names of several words among the names."""

    piece: re.Pattern[str]
    left: re.Pattern[str]
    name: re.Pattern[str]

    @classmethod
    def of(cls, names: Names) -> _Patterns:
        spaced = [name_words(c) for c in names.columns[:MAX_NAMES]]
        phrases = sorted((w for w in spaced if len(w) > 1), key=len, reverse=True)
        texts = [r"\s+".join(map(re.escape, words)) + r"s?(?!\w)" for words in phrases]
        joined = "".join(f"(?i:{text})|" for text in texts)
        made = (p.replace("{names}", joined) for p in (_PIECE, _LEFT, _NAME))
        return cls(*map(re.compile, made))


@dataclass(frozen=True)
class Inside:
    """A formula in the text at ``start:end``: its spec, or why it can't be read."""

    start: int
    end: int
    spec: ModelSpec | None = None
    error: FormulaError | None = None
    renamed: tuple[tuple[str, str], ...] = ()
    partial: bool = False


def formulas(text: str, names: Names) -> tuple[Inside, ...]:
    """Every formula in a text, the first ``MAX_FORMULAS``."""
    if "~" not in text:
        return ()
    patterns = _Patterns.of(names)
    found: list[Inside] = []
    last = 0
    for match in re.finditer("~", text):
        if match.start() < last or len(found) == MAX_FORMULAS:
            continue
        nlme = _NLME.search(text, 0, match.start())
        if nlme is not None and nlme.start() >= last:
            end = _end(text, match.end(), patterns.piece)
            found.append(_random_part(text, nlme.start(), match.end(), end, names))
            last = end
            continue
        left = patterns.left.search(text[max(0, match.start() - 200) : match.start()])
        if left is None:
            continue
        start = max(0, match.start() - 200) + left.start(1)
        end = _end(text, match.end(), patterns.piece)
        found.append(_read(text, max(start, last), end, names, patterns.name))
        last = end
    return tuple(found)


def _random_part(text: str, start: int, inner: int, end: int, names: Names) -> Inside:
    """ "random = ~ 1 + week | child", as nlme has it."""
    said = f"y ~ ({text[inner:end].strip()})"
    try:
        spec = parse_formula(said)
        known = all(c in names.words for c in spec.columns() if c != "y")
    except LMMError:
        known = False
    if known:
        return Inside(start, end, spec, partial=True)
    error = FormulaError("This random part can't be read.", "Write (1 | group).", text=said)
    return Inside(start, end, None, error)


def _end(text: str, at: int, pattern: re.Pattern[str]) -> int:
    """Where the right-hand side stops: at a word that no operator joins to the one before."""
    depth, operand, end = 0, False, at
    while piece := pattern.match(text, at):
        if piece.lastgroup == "operand":
            if operand:
                break
            operand = True
        elif piece.lastgroup == "open":
            if operand and piece.start("open") > end:
                break  # "x (see below)" is no call
            depth, operand = depth + 1, False
        elif piece.lastgroup == "close":
            if depth == 0:
                break
            depth, operand = depth - 1, True
        else:
            sign = piece.group("operator")
            if sign == "," and (depth == 0 or not operand):
                break
            operand = False
        at = piece.end()
        end = at
    said = text[:end].rstrip()
    return len(said.rstrip("+-*:^/|,")) if said.endswith((",", "-", ":")) else len(said)


def _read(text: str, start: int, end: int, names: Names, name: re.Pattern[str]) -> Inside:
    said = text[start:end]
    mended, renamed = _with_columns(said, names, name)
    try:
        return Inside(start, end, parse_formula(mended, names.columns), None, renamed)
    except FormulaError as error:
        return Inside(start, end, None, error)
    except (LMMError, RecursionError):
        error = FormulaError("This formula can't be read.", "Simplify it.", text=said, position=0)
        return Inside(start, end, None, error)


def _with_columns(
    said: str, names: Names, pattern: re.Pattern[str]
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Names that differ from a column in case, plural or the like are written as the column."""
    renamed: list[tuple[str, str]] = []

    def write(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        if match.group(3) and name in FUNCTIONS:
            return match.group()
        if name in names.words:
            return match.group()
        found = find(words_of(name), names, name)
        if not found.certain or match.group(3):
            return match.group()
        renamed.append((name, found.columns[0]))
        return quote(found.columns[0])

    return pattern.sub(write, said), tuple(renamed)
