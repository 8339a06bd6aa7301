"""What had no effect: titles are let go, everything else is listed."""

from __future__ import annotations

import re

from lmm_core.data.words import word_set
from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.mending import OTHER_MODELS
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol

_SOFT = word_set("""
    SHOW PREDICT MODEL EFFECT COMPUTE ADD BOTH CROSSED BY LOWER but and or with by for of in
    per each over on across within between to as at is has vs does how allow there then x - / : ( )
    , _ ; F FR DF ONLY FULL P CORR
""")
_TITLE = re.compile(r"\s*[^:;.\n~]{1,60}:(?=\s)")
_NAMELESS = word_set("""
    STEP SHOW PREDICT MODEL EFFECT COMPUTE but and or with by for of in per each over on across
    within to as at - / : ( ) , U # P GROWTH GROWTHOF CHANGE COMPARE x GROUPED between vs
""")
_INTRODUCES = frozenset(("MODEL", "PREDICT", "SHOW", "to", "for", "with", "_", ":", ";"))
"""Codes of a sentence that only opens a description: "I want to fit a mixed model."."""


def title(draft: Draft) -> None:
    """A heading in front, before a colon or as a first sentence without a column."""
    symbols = draft.stream.symbols
    if draft.source.lstrip().lower().startswith("title:"):
        stop = next((k for k, s in enumerate(symbols) if s.code == ";"), len(symbols))
        draft.take(Found(0, stop, {}), "title")
        return
    colon = _TITLE.match(draft.source)
    if colon:
        before = [k for k, s in enumerate(symbols) if s.end <= colon.end()]
        if before and (_headline(draft, before[-1] + 1) or _named(draft, before[-1] + 1)):
            draft.take(Found(0, before[-1] + 1, {}), "title")
            return
    start, stop = 0, _sentence_end(draft, 0)
    while stop < len(symbols) and {s.code for s in symbols[start:stop]} <= _INTRODUCES:
        start, stop = stop + 1, _sentence_end(draft, stop + 1)
    later = any(s.code != ";" for s in symbols[stop:])
    if stop > start and later and (_headline(draft, stop, start) or _about(draft, stop, start)):
        draft.take(Found(start, stop, {}), "title")


def _sentence_end(draft: Draft, start: int) -> int:
    symbols = draft.stream.symbols
    return next((k for k in range(start, len(symbols)) if symbols[k].code == ";"), len(symbols))


def _named(draft: Draft, stop: int) -> bool:
    """A heading that names a column ("Pain trial:"), when the outcome is stated after it."""
    codes = [draft.stream.code(k) for k in range(stop)]
    first, last = draft.span(0, stop)
    if set(draft.source[first:last].lower().replace("-", " ").split()) & OTHER_MODELS:
        return False
    later = {s.code for s in draft.stream.symbols[stop:]}
    plain = all(c in ("U", "#", ",", ":", "-", "PREDICT", "MODEL") or c[0] == "@" for c in codes)
    named = {c for k in range(stop) for c in draft.stream.symbols[k].columns}
    again = {c for s in draft.stream.symbols[stop:] for c in s.columns}
    if named <= again and later & {"OUT", "F"} and codes[-1] == ":":
        plain = all(c in _NAMELESS or c[0] == "@" for c in codes)  # "jaw growth in children:"
    return plain and "U" in codes and (bool(later & {"OUT", "F"}) or named <= again)


def _about(draft: Draft, stop: int, start: int) -> bool:
    """A first sentence that only names the outcome which is stated later ("Growth study.")."""
    named = {c for s in draft.symbols(start, stop) for c in s.columns}
    stated = [f for f in draft.stream.each("OUT is|:? <y>") if f.start > stop]
    again = {c for f in stated for s in draft.stream.items(f, "y") for c in s.columns}
    codes = {draft.stream.code(k) for k in range(start, stop)}
    words = {c for c in codes if c[0] != "@"}
    return bool(named) and named <= again and words <= _NAMELESS


def _headline(draft: Draft, stop: int, start: int = 0) -> bool:
    codes = [draft.stream.code(k) for k in range(start, stop)]
    first, last = draft.span(start, stop)
    if set(draft.source[first:last].lower().replace("-", " ").split()) & OTHER_MODELS:
        return False
    if codes[-2:] == ["GROUPED", ":"]:
        return False
    if "U" in codes and "COMPUTE" in codes:
        return False  # "make the table …" is no heading, whatever follows
    return bool(codes) and all(c in _NAMELESS for c in codes)


def _judges_models(draft: Draft, word: Symbol) -> bool:
    """ "is a model with … better than …?", "which has the lower AIC?"."""
    behind = draft.source[word.end : word.end + 5].strip().lower()
    return draft.stream.line.startswith("is MODEL") or behind.startswith(("aic", "bic"))


def _inside(start: int, end: int, spans: list[list[int]]) -> bool:
    return any(a <= start and end <= b and (a, b) != (start, end) for a, b in spans)


def left_over(draft: Draft, compared: bool) -> tuple[str, ...]:
    """The phrases that nothing was made of, as they stand in the text.

    ``compared`` says that something is compared, so that the word itself has a meaning.
    """
    soft = set(_SOFT)
    if compared:
        soft.add("COMPARE")
    if len({chain for piece in draft.pieces for chain in piece.groups or ()}) < 2:
        soft.discard("CROSSED")
    if any(piece.groups for piece in draft.pieces):
        soft |= {"GROUPED"}
    if draft.pieces:
        soft |= {"OWN"}
    if compared or draft.adds:
        soft |= {"SAME"}
    spans: list[list[int]] = []
    gap = True
    for k, symbol in enumerate(draft.stream.symbols):
        following = draft.stream.code(k + 1)
        hard = symbol.code not in soft
        if symbol.code == "SAME" and "model" in draft.word(symbol):
            hard = False  # "the same model, but by ML"
        if symbol.code == "OWN" and "separately" in draft.word(symbol):
            hard = True  # "separately by sex" asks for models of parts of the table
        behind = [draft.stream.code(k + j) for j in (1, 2)]
        if symbol.code == "RE" and behind in ([":", "_"], [":", "by"]):
            hard = False  # "random: child, with …": a heading for what was used
        if symbol.code == "vs" and not compared and following in ("SAME", "MODEL", "NULL", "#"):
            hard = True  # "versus the same model with …": that was no comparison
        if symbol.code == "LOWER" and not compared and _judges_models(draft, symbol):
            hard = True
        if symbol.code == "#" and draft.source[symbol.start : symbol.end].isalpha():
            hard = False  # "one would want", "the two groups"
        if symbol.code in (";", "_", "F", "FR"):
            gap = True
        elif hard:
            if gap or not spans:
                spans.append([symbol.start, symbol.end])
            else:
                spans[-1][1] = symbol.end
            gap = False
    spans += [list(span) for span in draft.lost]
    spans = [[a, b] for a, b in spans if b > a and not _inside(a, b, spans)]
    phrases = [draft.source[a:b].strip() for a, b in sorted(spans)]
    return tuple(dict.fromkeys(p for p in phrases if p))
