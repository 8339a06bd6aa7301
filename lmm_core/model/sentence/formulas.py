"""Formulas inside a description: found, read with the safe grammar, their names matched."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

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
MADE = "_growth"
"""How the name of a column ends that "compute the growth of x" makes."""
MAX_NAMES = 300
_CALL = re.compile(
    r"(?:\w+::)?\b(?:lmer|lme|lmm|mixedlm|mixed|fit_model)\s*\(\s*(?:(?:formula|fixed|model)\s*=\s*)?$",
    re.IGNORECASE,
)
_DATA = re.compile(r"\s*,\s*data\s*=\s*[\w.]+")
_TERM = r"\([^()~|]*\|{1,2}[^()~|]*\)"
_TERMS = re.compile(rf"{_TERM}(?:\s*\+\s*{_TERM})*")
_BARE = re.compile(
    r"\brandom(?:\s+effects?|\s+part)?\s*[=:]\s*(?P<term>[^;,.~()|\n]{1,80}\|{1,2}[^;,.~()|\n]{1,80})",
    re.IGNORECASE,
)
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
    lead: int = -1

    @property
    def first(self) -> int:
        """Where the words begin that belong to it: a call such as ``lmer(`` stands before it."""
        return self.start if self.lead < 0 else self.lead


def formulas(text: str, names: Names) -> tuple[Inside, ...]:
    """Every formula and every term such as ``(1 | g)`` of a text, at most ``MAX_FORMULAS``."""
    patterns = _Patterns.of(names)
    whole = _whole(text, names, patterns) if "~" in text else ()
    taken = [(f.first, f.end) for f in whole]
    alone = [
        _random_part(text, m.start(), m.start(), m.end(), names, patterns.name)
        for m in _TERMS.finditer(text)
        if not any(a < m.end() and m.start() < b for a, b in taken)
    ]
    bare = (
        _random_part(text, m.start(), m.start("term"), m.end(), names, patterns.name)
        for m in _BARE.finditer(text)
        if not any(a < m.end() and m.start() < b for a, b in taken)
    )
    alone += [part for part in bare if part.error is None]  # a bar may also part a list
    return tuple(sorted((*whole, *alone), key=lambda f: f.start))[:MAX_FORMULAS]


def _whole(text: str, names: Names, patterns: _Patterns) -> tuple[Inside, ...]:
    found: list[Inside] = []
    last = 0
    for match in re.finditer("~", text):
        if match.start() < last or len(found) == MAX_FORMULAS:
            continue
        nlme = _NLME.search(text, 0, match.start())
        if nlme is not None and nlme.start() >= last:
            end = _end(text, match.end(), patterns.piece)
            part = _random_part(text, nlme.start(), match.end(), end, names, patterns.name)
            found.append(part)
            last = end
            continue
        left = patterns.left.search(text[max(0, match.start() - 200) : match.start()])
        if left is None:
            continue
        start = max(last, max(0, match.start() - 200) + left.start(1))
        end = _end(text, match.end(), patterns.piece)
        lead, start, end, stop = _called(text, last, start, match.start(), end)
        made = _read(text, start, end, names, patterns.name)
        found.append(replace(made, lead=lead, end=stop))
        last = stop
    return tuple(found)


def _called(text: str, last: int, start: int, tilde: int, end: int) -> tuple[int, int, int, int]:
    """Where a call around a formula begins; the formula; where the words end that belong to it."""
    for begin in (start, *(start + m.end() for m in re.finditer(r"\(\s*", text[start:tilde]))):
        call = _CALL.search(text, last, begin)
        if call is not None:
            data = _DATA.match(text, end)
            return call.start(), begin, end, data.end() if data else end
    return start, start, end, end


def _random_part(
    text: str, start: int, inner: int, end: int, names: Names, pattern: re.Pattern[str]
) -> Inside:
    """ "random = ~ 1 + week | child", as nlme has it, or a term alone: "(1 + week | child)"."""
    term = _with_columns(text[inner:end].strip(), names, pattern)[0]
    said = f"y ~ {term}" if term.startswith("(") else f"y ~ ({term})"
    try:
        spec = parse_formula(said)
        known = all(c in names.words for c in spec.columns() if c != "y") and spec.random
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
            if sign == "-" and "\n" in text[end : piece.start("operator")]:
                break  # the next line of a list
            if sign == "," and (depth == 0 or not operand):
                break
            before, after = text[piece.start("operator") - 1], text[piece.end() :][:1]
            if sign == ":" and depth == 0 and after.isspace() and not before.isspace():
                break  # "… (1 | g): LRT"
            operand = False
        at = piece.end()
        end = at
    said = text[:end].rstrip()
    return len(said.rstrip("+-*:^/|,")) if said.endswith((",", "-", ":")) else len(said)


def _read(text: str, start: int, end: int, names: Names, name: re.Pattern[str]) -> Inside:
    said = text[start:end]
    mended, renamed = _with_columns(said, names, name)
    try:
        known = (*names.columns, *(c + MADE for c in names.columns))
        return Inside(start, end, parse_formula(mended, known), None, renamed)
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
        if name in names.words or name.removesuffix(MADE) in names.words:
            return match.group() if match.group(1) or match.group(3) else quote(name)
        found = find(words_of(name), names, name)
        if not found.certain or match.group(3):
            return match.group()
        renamed.append((name, found.columns[0]))
        return quote(found.columns[0])

    return pattern.sub(write, said), tuple(renamed)
